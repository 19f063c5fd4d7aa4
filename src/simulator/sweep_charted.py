"""What plots of sweeps show, as numbers: bars of a tornado, response curves, ranges of boxes. Nothing is drawn here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from simulator.errors import RequestError
from simulator.sweep_tables import BoxRow, SweepRow

LEADING = ("total", "shapley", "given_data", "main_effect", "mu_star")
"""Indices of which a bar is drawn, the first that there is."""


class Bar(NamedTuple):
    """What an input does to an outcome.

    Of a design that moves one input at a time `start` and `end` are the outcome at the input's low and high end; else
    `end` is its index, from 0, and `low` and `high` the bounds of its interval.
    """

    input: str
    start: float
    end: float
    low: float | None = None
    high: float | None = None
    ends: tuple[float, float] | None = None


@dataclass(frozen=True)
class Tornado:
    """Bars of one outcome, the longest first; `base` is the outcome as the scenario has it, None of an index."""

    bars: tuple[Bar, ...]
    index: str
    base: float | None


class Curve(NamedTuple):
    """Mean of an outcome by value of an input."""

    input: str
    at: tuple[float, ...]
    means: tuple[float, ...]


def outcomes(rows: Sequence[SweepRow]) -> list[str]:
    """Names of the outcomes that rows are of, each once."""
    return list(dict.fromkeys(map(_outcome, rows)))


def of_outcome(rows: Sequence[SweepRow], name: str) -> tuple[str, list[SweepRow]]:
    """The name and the rows of one outcome: the one that is named, else the last; RequestError where there is none."""
    known = outcomes(rows)
    wanted = name.replace(" ", "") or known[-1]
    if wanted not in known:
        raise RequestError(f"{name}: the sweep has no such outcome; it has {', '.join(known)}")
    return wanted, [row for row in rows if _outcome(row) == wanted]


def _outcome(row: SweepRow) -> str:
    of = f"{row.programme}.{row.award}" if row.award else row.programme
    return f"{row.measure}[{of},{row.fiscal_year}]"


def tornado(rows: Sequence[SweepRow]) -> Tornado:
    """Bars of the rows of one outcome."""
    by_key = {(row.input, row.statistic): row.value for row in rows if row.at is None}
    inputs = list(dict.fromkeys(row.input for row in rows if row.input))
    base = by_key.get(("", "value"))
    nothing = RequestError("--kind tornado: nothing changes this outcome: name another with --measure")
    if base is not None:
        bars = [bar for bar in (_swing(rows, name) for name in inputs) if (bar.start, bar.end) != (base, base)]
        if not bars:
            raise nothing
        return Tornado(tuple(sorted(bars, key=lambda bar: -abs(bar.end - bar.start))), "", base)
    index = next((name for name in LEADING if any((each, name) in by_key for each in inputs)), None)
    found = [(name, by_key.get((name, index or ""))) for name in inputs]
    known = [(name, value) for name, value in found if value is not None]
    if index is None or not known:
        raise nothing
    ends = [(by_key.get((name, f"{index}_lower")), by_key.get((name, f"{index}_upper"))) for name, _ in known]
    made = [Bar(name, 0.0, value, *bounds) for (name, value), bounds in zip(known, ends, strict=True)]
    return Tornado(tuple(sorted(made, key=lambda bar: -abs(bar.end))), index, None)


def _swing(rows: Sequence[SweepRow], name: str) -> Bar:
    points = sorted((row.at, row.value) for row in rows if row.input == name and row.at is not None)
    (low, start), (high, end) = points[0], points[-1]
    return Bar(name, start or 0.0, end or 0.0, ends=(low, high))


def curves(rows: Sequence[SweepRow]) -> list[Curve]:
    """Response curves of the rows of one outcome, an input each; RequestError where there are none."""
    found = []
    for name in dict.fromkeys(row.input for row in rows if row.at is not None):
        points = sorted((row.at or 0.0, row.value) for row in rows if row.input == name and row.at is not None)
        known = [(at, value) for at, value in points if value is not None]
        found.append(Curve(name, tuple(at for at, _ in known), tuple(value for _, value in known)))
    if not found:
        raise RequestError("--kind response: this design has no response curves: take grid, lhs, sobol, shapley or oat")
    return found


def boxes(rows: Sequence[BoxRow]) -> Iterator[tuple[BoxRow, ...]]:
    """Restrictions of each box of PRIM; RequestError where there are none."""
    found = [row for row in rows if row.method == "prim"]
    if not found:
        raise RequestError("--kind discovery: the sweep describes no runs: sweep with --where 'CONDITION'")
    for number in dict.fromkeys(row.box for row in found):
        yield tuple(row for row in found if row.box == number)
