"""Lives: kernels of cohorts by year of start, each on the terms of that year (model.md section 2).

Cohorts of the years before the first keep the portfolio's terms; what a scenario changes applies to later ones.
"""

from collections.abc import Iterator
from itertools import pairwise

from simulator import lifecycle
from simulator.arrays import Era, Floats
from simulator.leaves import Leaves


def quantities(leaves: Leaves) -> int:
    """Q: the quantities that cohorts are followed in; completions apart from exits only where awards end early."""
    early = any(leaves.ever(f"{path}.early_termination") for path in leaves.award_paths)
    return lifecycle.COMPLETIONS + 1 if early else lifecycle.COMPLETIONS


def history_years(leaves: Leaves) -> range:
    """Years before the first whose cohorts may still be in place, of any award type."""
    first = leaves.years.start
    return range(first - max((_reach(leaves, path) for path in leaves.award_paths), default=1) + 1, first)


def eras(leaves: Leaves, path: str, *, quantities: int) -> tuple[Era, ...]:
    """Years of start of an award type, the history first, with the kernel (K, Q, r) that their cohorts live on."""
    years = range(history_years(leaves).start, leaves.years.stop)
    kernels = list(_kernels(leaves, path, years, quantities))
    changes = [row for row, kernel in enumerate(kernels) if row == 0 or kernel is not kernels[row - 1]]
    return tuple(Era(start, stop, kernels[start]) for start, stop in pairwise([*changes, len(kernels)]))


def _reach(leaves: Leaves, path: str) -> int:
    """K: fiscal-year offsets that an award type can touch in any run and year."""
    return lifecycle.offsets_needed(
        leaves.longest_stay(f"{path}.duration"), leaves.latest_month(f"{path}.start_months")
    )


def _kernels(leaves: Leaves, path: str, years: range, quantities: int) -> Iterator[Floats]:
    """Kernels year by year, built once for years on the same terms."""
    built: dict[bytes, Floats] = {}
    offsets = _reach(leaves, path)
    for year in years:
        before = year < leaves.years.start
        ranges = leaves.stay(f"{path}.duration", year, before=before)
        months = leaves.start_months(f"{path}.start_months", year, before=before)
        termination = leaves.number(f"{path}.early_termination", year, before=before)
        terms = b"|".join(part.tobytes() for part in (ranges, months, termination))
        if terms not in built:
            built[terms] = lifecycle.kernel(ranges, months, termination, offsets=offsets, quantities=quantities)
        yield built[terms]
