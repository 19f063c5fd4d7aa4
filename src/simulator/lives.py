"""Lives: kernels of cohorts by year of start, each on the terms of that year (model.md section 2).

Cohorts of the years before the first keep the portfolio's terms; what a scenario changes applies to later ones.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from simulator import lifecycle
from simulator.arrays import Cohort, Floats, Life
from simulator.leaves import Leaves, alike, side_by_side


def life(leaves: Leaves) -> Life:
    """Kernels of every cohort that is alive in some simulated year."""
    reach, history = _reach(leaves), _history_years(leaves)
    years = range(history.start, leaves.years.stop)
    kernels = [
        list(_kernels(leaves, path, years, offsets)) for path, offsets in zip(_paths(leaves), reach, strict=True)
    ]
    by_award = [np.stack(alike([kernel[:, 0] for kernel in rows[len(history) :]])) for rows in kernels]
    none = np.empty((len(leaves.years), lifecycle.QUANTITIES, 0, 1))
    first = np.stack(alike(by_award), axis=2) if by_award else none
    return Life(
        first=first,
        months=first[:, lifecycle.MONTHS] + first[:, lifecycle.LATER_MONTHS],
        earlier=tuple(
            tuple(_alive(kernels, now, youngest=1 if now >= len(history) else 0))
            for now in range(len(history) - 1, len(years))
        ),
        history=len(history),
    )


def history(leaves: Leaves) -> Floats:
    """(H, J, r) starts of the years before the first whose cohorts may still be in place."""
    years = _history_years(leaves)
    return side_by_side([leaves.named(f"{path}.history", years) for path in _paths(leaves)], len(years))


def _paths(leaves: Leaves) -> list[str]:
    return [f"programmes.{programme}.awards.{award}" for programme, award in leaves.labels.awards]


def _reach(leaves: Leaves) -> list[int]:
    """K_j: fiscal-year offsets that each award type can touch in any run and year."""
    return [
        lifecycle.offsets_needed(leaves.longest_stay(f"{path}.duration"), leaves.latest_month(f"{path}.start_months"))
        for path in _paths(leaves)
    ]


def _history_years(leaves: Leaves) -> range:
    first = leaves.years.start
    return range(first - max(_reach(leaves), default=1) + 1, first)


def _kernels(leaves: Leaves, path: str, years: range, offsets: int) -> Iterator[Floats]:
    """Kernel of each year of start, built once for years on the same terms."""
    built: dict[bytes, Floats] = {}
    for year in years:
        before = year < leaves.years.start
        ranges = leaves.stay(f"{path}.duration", year, before=before)
        months = leaves.start_months(f"{path}.start_months", year, before=before)
        termination = leaves.number(f"{path}.early_termination", year, before=before)
        terms = b"|".join(part.tobytes() for part in (ranges, months, termination))
        if terms not in built:
            built[terms] = lifecycle.kernel(ranges, months, termination, offsets=offsets)
        yield built[terms]


def _alive(kernels: Sequence[Sequence[Floats]], now: int, *, youngest: int) -> Iterator[Cohort]:
    """Cohorts alive in year row `now`, from offset `youngest` on."""
    for award, by_start in enumerate(kernels):
        for began in range(now - youngest, -1, -1):
            if now - began < by_start[began].shape[1]:
                yield Cohort(award, began, np.ascontiguousarray(by_start[began][:, now - began]))
