"""What a sweep says as a tidy table: a row for each figure of each outcome."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from simulator.analyses import SHARES, Analysis
from simulator.arrays import Floats
from simulator.discovery import Box
from simulator.measures import measure
from simulator.outcome_names import Outcome

SHARE = "share"


class SweepRow(NamedTuple):
    """One figure of a sweep; `input` and `at` are what it is about and at, empty where it is of the outcome itself."""

    scenario: str
    fiscal_year: int
    programme: str
    award: str
    measure: str
    input: str
    at: float | None
    statistic: str
    value: float | None
    unit: str


class BoxRow(NamedTuple):
    """A restriction of one input by a box; the box's own measures stand in each of its rows."""

    scenario: str
    condition: str
    method: str
    box: int
    input: str
    least: float | None
    greatest: float | None
    unit: str
    quasi_p: float | None
    coverage: float
    density: float
    mass: float


class Swing(NamedTuple):
    """What an input does to an outcome as it moves from one end to the other: one bar of a tornado."""

    input: str
    low: float
    high: float
    at_low: float
    at_high: float
    base: float

    @property
    def change(self) -> float:
        """From the low end to the high one, with its sign."""
        return self.at_high - self.at_low


def rows(analysis: Analysis, scenario: str, outcomes: Sequence[Outcome]) -> Iterator[SweepRow]:
    """Every figure, outcome by outcome."""
    for place, outcome in enumerate(outcomes):
        unit = measure(outcome.measure).unit
        of = (scenario, outcome.year, outcome.programme, outcome.award, outcome.measure)
        for name, at, statistic, value in _figures(analysis, place):
            own = SHARE if statistic.split("_")[0] in _OF_VARIANCE else unit
            yield SweepRow(*of, name, at, statistic, None if np.isnan(value) else float(value), own)


_OF_VARIANCE = {*(name.split("_")[0] for name in SHARES), "main"}


def _figures(analysis: Analysis, place: int) -> Iterator[tuple[str, float | None, str, float]]:
    """Input, its value, statistic and figure, of one outcome."""
    if summary := analysis.summary:
        for statistic in ("mean", "sd", "least", "greatest"):
            yield "", None, statistic, getattr(summary, statistic)[place]
    for index in analysis.indices:
        for column, name in enumerate(analysis.names):
            value = index.value[place, column]
            yield name, None, index.name, value
            if index.half is not None:
                yield name, None, f"{index.name}_lower", value - index.half[place, column]
                yield name, None, f"{index.name}_upper", value + index.half[place, column]
    for response in analysis.responses:
        for at, mean in zip(response.at.tolist(), response.means[place].tolist(), strict=True):
            yield response.name, at, "mean", mean
    if analysis.single is not None:
        yield from _single(analysis, analysis.single[place])


def _single(analysis: Analysis, results: Floats) -> Iterator[tuple[str, float | None, str, float]]:
    yield "", None, "value", results[0]
    for name, at, values in single(analysis, results):
        for each, value in zip(at.tolist(), values.tolist(), strict=True):
            yield name, each, "value", value
    for swing in swings(analysis, results):
        yield swing.input, None, "swing", swing.change


def single(analysis: Analysis, results: Floats) -> Iterator[tuple[str, Floats, Floats]]:
    """Of results (R,) of one outcome: each input with the values at which it stood and the results there."""
    inputs, row = analysis.sweep.inputs(0), 1
    for place, factor in enumerate(analysis.sweep.factors):
        steps = slice(row, row + analysis.sweep.design.levels[place])  # type: ignore[attr-defined]
        yield factor.path, inputs[place, steps], results[steps]
        row = steps.stop


def swings(analysis: Analysis, results: Floats) -> list[Swing]:
    """Bars of a tornado of one outcome, (R,) its results, the longest first."""
    found = []
    for name, at, values in single(analysis, results):
        low, high = int(np.argmin(at)), int(np.argmax(at))
        ends = (float(at[low]), float(at[high]), float(values[low]), float(values[high]))
        found.append(Swing(name, *ends, float(results[0])))
    return sorted(found, key=lambda swing: -abs(swing.change))


def boxes(analysis: Analysis, scenario: str, condition: str) -> Iterator[BoxRow]:
    """Every restriction of every box; a bound that restricts nothing is empty."""
    if analysis.described is None:
        return
    units = {name: factor.quantity.unit for factor in analysis.sweep.factors for name in factor.names}
    for method, found in analysis.described.boxes.items():
        for number, box in enumerate(found, 1):
            for restriction in restrictions(analysis, box):
                of = (scenario, condition, method, number, restriction.input)
                ends = (restriction.least, restriction.greatest, units[restriction.input], restriction.quasi_p)
                yield BoxRow(*of, *ends, box.coverage, box.density, box.mass)


class Restriction(NamedTuple):
    """Bounds of one input; None where that side restricts nothing."""

    input: str
    least: float | None
    greatest: float | None
    quasi_p: float | None


def restrictions(analysis: Analysis, box: Box) -> list[Restriction]:
    """What a box says of each input that it restricts."""
    names, found = analysis.sweep.names, []
    for place, column in enumerate(box.restricted):
        low, high = (float(end[column]) for end in (box.low, box.high))
        quasi_p = box.quasi_p[place] if box.quasi_p else None
        below, above = box.least[column] < low, high < box.greatest[column]
        found.append(Restriction(names[column], low if below else None, high if above else None, quasi_p))
    return found
