"""Lives: kernels of cohorts by year of start, each on the terms of that year (model.md section 2).

Cohorts of the years before the first keep the portfolio's terms; what a scenario changes applies to later ones.
"""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from typing import TypeVar

import numpy as np

from simulator import lifecycle
from simulator.arrays import Era, Extension, Floats
from simulator.fates import Fates, fates
from simulator.leaves import Leaves, alike

Built = TypeVar("Built")


def quantities(leaves: Leaves) -> int:
    """Q: the quantities that cohorts are followed in; completions apart from exits only where awards end early."""
    return leaves.kept("quantities", partial(_quantities, leaves))


def _quantities(leaves: Leaves) -> int:
    early = any(leaves.ever(f"{path}.early_termination") for path in leaves.award_paths)
    return lifecycle.COMPLETIONS + 1 if early else lifecycle.COMPLETIONS


def history_years(leaves: Leaves) -> range:
    """Years before the first whose cohorts still matter: in place, paid, or completed within the longest lag."""
    return leaves.kept("history", partial(_history_years, leaves))


def _history_years(leaves: Leaves) -> range:
    first = leaves.years.start
    spreads = [
        leaves.longest_spread(f"programmes.{p}.awards.{a}.costs.{c}.spread") for p, a, c in leaves.labels.components
    ]
    reach = max([1, *(_reach(leaves, path) for path in leaves.award_paths), *spreads])
    return range(first - reach - longest_lag(leaves) + 1, first)


def longest_lag(leaves: Leaves) -> int:
    """Years after which completions may still promote or feed; 0 where they do neither."""
    awards = [leaves.document.programmes[p].awards[a] for p, a in leaves.labels.awards]
    return max((link.lag for award in awards for link in (*award.promotes, *award.feeds)), default=0)


def eras(leaves: Leaves, path: str, *, quantities: int) -> tuple[Era, ...]:
    """Years of start of an award type, the history first, with the kernel (K, Q, r) that their cohorts live on."""
    years = range(history_years(leaves).start, leaves.years.stop)
    kernels = list(_kernels(leaves, path, years, quantities))
    changes = [row for row, kernel in enumerate(kernels) if row == 0 or kernel is not kernels[row - 1]]
    return tuple(
        Era(start, stop, kernels[start], bool(kernels[start][0, lifecycle.EXITS].any()))
        for start, stop in pairwise([*changes, len(kernels)])
    )


def _reach(leaves: Leaves, path: str) -> int:
    """K: fiscal-year offsets that an award type can touch in any run and year."""
    return lifecycle.offsets_needed(leaves.longest_stay(path), leaves.latest_month(f"{path}.start_months"))


def _kernels(leaves: Leaves, path: str, years: range, quantities: int) -> Iterator[Floats]:
    """Kernels year by year, built once for years on the same terms."""
    return _by_terms(
        leaves, path, years, partial(lifecycle.kernel, offsets=_reach(leaves, path), quantities=quantities)
    )


def fates_of(leaves: Leaves, path: str, *, quantities: int) -> list[Fates]:
    """Fates of an award type by year of start, the history first."""
    years = range(history_years(leaves).start, leaves.years.stop)
    return list(_by_terms(leaves, path, years, partial(fates, offsets=_reach(leaves, path), quantities=quantities)))


def _by_terms(
    leaves: Leaves, path: str, years: range, build: Callable[[Floats, Floats, Floats], Built]
) -> Iterator[Built]:
    """What is made of the life terms of each year of start, once for years on the same terms."""
    built: dict[bytes, Built] = {}
    for year in years:
        before = year < leaves.years.start
        ranges = _ranges(leaves, path, year, before=before)
        months = leaves.start_months(f"{path}.start_months", year, before=before)
        termination = leaves.number(f"{path}.early_termination", year, before=before)
        terms = b"|".join(part.tobytes() for part in (ranges, months, termination))
        if terms not in built:
            built[terms] = build(ranges, months, termination)
        yield built[terms]


def _ranges(leaves: Leaves, path: str, year: int, *, before: bool) -> Floats:
    """(N, 3, r) the mixture that durations are: as given, or of a renewal ``{G: 1 − g, G': g}``."""
    if not leaves.has(f"{path}.renewal.share", before=before):
        return leaves.stay(f"{path}.duration", year, before=before)
    after, share, until = (
        leaves.number(f"{path}.renewal.{field}", year, before=before) for field in ("after", "share", "until")
    )
    parts = np.stack(alike([after, after, 1.0 - share, until, until, share]))
    return parts.reshape(2, 3, -1)


def extensions(leaves: Leaves, path: str) -> tuple[Extension, ...]:
    """Extensions of an award type within the years simulated, in their order."""
    programme, award = path.split(".")[1::2]
    found = []
    for year in sorted(leaves.document.programmes[programme].awards[award].extensions):
        given, longest = f"{path}.extensions.{year}", leaves.greatest(f"{path}.extensions.{year}.duration")
        months = leaves.once(f"{given}.duration")
        kernel = lifecycle.kernel(
            np.stack([months, months, np.ones_like(months)])[None],
            np.full((12, 1), 1.0 / 12.0),
            np.zeros(1),
            offsets=lifecycle.offsets_needed(longest, latest_month=11),
            quantities=lifecycle.QUANTITIES_EXTENDED,
        )
        if year in leaves.years:
            found.append(Extension(year - leaves.years.start, leaves.once(f"{given}.share"), kernel))
    return tuple(found)
