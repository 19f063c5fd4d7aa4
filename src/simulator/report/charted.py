"""What charts show, as numbers: nothing is drawn here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from simulator import tables
from simulator.arrays import Floats
from simulator.errors import RequestError
from simulator.measures import MEASURES, TOTAL, measure
from simulator.report.sheets import View, full_label
from simulator.results import Run
from simulator.tables import Line

PARTS = ("fixed_costs", "commitments", "spend_new", "unspent")
"""What ``budget + carried_in + shortfall`` is made of; the shortfall is the uppermost of it."""


NEAR = 0.5
"""Where the lowest sum of a bridge is above this share of the highest, its axis does not begin at 0."""


@dataclass(frozen=True)
class Panel:
    """A line of the tidy table that has a panel of its own, with its name for people."""

    line: Line
    label: str


@dataclass(frozen=True)
class Bridge:
    """From one sum over years to another, by programme; million yen.

    ``after = before + Σ change``, as far as floating point adds up.
    """

    before: float
    changes: tuple[tuple[str, float], ...]
    after: float


def panels(view: View, name: str) -> list[Panel]:
    """Lines of a measure that have figures: programmes, with award types where they were named or nothing adds up."""
    lines = dict.fromkeys(line for run in view.compared for line in tables.lines(run.labels, [name]))
    of = [programme for programme in _programmes(view) if programme != TOTAL]
    found = [each for programme in of for each in _of_programme(view, programme, lines) if _there(view, each.line)]
    if not found:
        raise RequestError(f"{name}: nothing that is shown has such a figure")
    return found


def _there(view: View, line: Line) -> bool:
    found = [values(run, line, years_of(view)) for run in view.compared]
    return any(row is not None and not np.isnan(row).all() for row in found)


def _of_programme(view: View, programme: str, lines: dict[Line, None]) -> Iterator[Panel]:
    own = sorted((line for line in lines if line.programme == programme), key=lambda line: line.award != "")
    types, summed = [line for line in own if line.award], any(not line.award for line in own)
    for line in own:
        if line.award and (not summed or (view.programmes and len(types) > 1)):
            yield Panel(line, full_label(view, programme, line.award))
        elif not line.award:
            label = view.programme_label(programme)
            several = view.programmes and len(types) > 1
            yield Panel(line, view.words("page", "sum", programme=label) if several else label)


def unit(name: str) -> str:
    """Unit of a measure, by its id."""
    return measure(name).unit


def years_of(view: View) -> tuple[int, ...]:
    """The fiscal years shown."""
    return view.years or tuple(view.runs[0].years)


def over(run: Run, values: Floats, years: Sequence[int]) -> Floats:
    """Values (Y,) of a run in the years asked for; NaN in those it does not show."""
    by_year = dict(zip(run.years, values.tolist(), strict=True))
    return np.array([by_year.get(year, np.nan) for year in years])


def values(run: Run, line: Line, years: Sequence[int]) -> Floats | None:
    """A line of a run in some years, of draws their mean; None where the run has no such line."""
    if line not in tables.lines(run.labels, [line.measure]):
        return None
    return over(run, run.of(line.measure, line.programme, line.award)[:, 0], years)


def ranges(run: Run, line: Line, years: Sequence[int]) -> dict[str, Floats] | None:
    """Mean and quantiles of a line over the draws, (Y,) each; None where the run has no such line."""
    found = run.statistics(line)
    if found is None:
        return None
    return {name: over(run, values, years) for name, values in found.items() if name not in ("sd", "se")}


def money(run: Run, programme: str, years: Sequence[int]) -> dict[str, Floats] | None:
    """`PARTS` with `budget`, `carried_in` and `shortfall`, million yen; None where a run has no such programme."""
    if programme not in (*run.labels.programmes, TOTAL):
        return None
    names = (*PARTS, "budget", "carried_in", "shortfall")
    return {name: over(run, run.of(name, programme)[:, 0], years) for name in names}


def require_bridged(name: str, years: Sequence[int]) -> None:
    """RequestError unless a measure adds up over programmes, and over the years."""
    kind = measure(name)
    if not kind.totals:
        among = ", ".join(each.id for each in MEASURES.values() if each.totals and not each.stock)
        raise RequestError(f"--measure {name}: does not add up over programmes, so that there is no bridge: {among} do")
    if kind.stock and len(years) > 1:
        text = "is what there is at one time, and does not add up over years"
        raise RequestError(f"--measure {name}: {text}: show one, such as --years {years[-1]}")


def bridge(view: View, run: Run, reference: Run, name: str) -> Bridge:
    """From the reference to a run: the sum of a measure over the years shown, and what each programme changes of it."""
    wanted = [each for each in _programmes(view) if each in {*run.labels.programmes, *reference.labels.programmes}]
    before, after = ([_summed(each, name, programme, view) for programme in wanted] for each in (reference, run))
    changes = tuple((programme, late - early) for programme, early, late in zip(wanted, before, after, strict=True))
    return Bridge(sum(before), changes, sum(after))


def until_nothing(owed: Floats) -> int:
    """Years (of T, S + 1) until nothing is owed."""
    return int(np.flatnonzero(owed.any(axis=1)).max(initial=-1)) + 1


def limits(steps: Sequence[Bridge]) -> tuple[float, float]:
    """Ends of the axis of bridges: from 0, unless all that changes is small beside it; with room for figures."""
    reached = [
        float(sum_)
        for each in steps
        for sum_ in (each.after, *np.cumsum([each.before, *(change for _, change in each.changes)]))
    ]
    low, high = min(reached), max(reached)
    if low > NEAR * high:
        start = low - 0.25 * (high - low or low)
        return start, high + 0.15 * (high - start)
    room = 0.12 * (max(high, 0.0) - min(low, 0.0)) or 1.0
    return min(low - room, 0.0) if low < 0 else 0.0, max(high, 0.0) + room


def _programmes(view: View) -> tuple[str, ...]:
    return view.programmes or tuple(dict.fromkeys(name for run in view.compared for name in run.labels.programmes))


def _summed(run: Run, name: str, programme: str, view: View) -> float:
    if programme not in run.labels.programmes:
        return 0.0
    found = over(run, run.of(name, programme)[:, 0], years_of(view))
    if np.isnan(found).any():
        raise RequestError(f"{name}: {run.scenario.title} has no figure for {programme} in every year shown")
    return float(found.sum())
