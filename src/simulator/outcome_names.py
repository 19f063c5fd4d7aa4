"""Outcomes of sweeps as people write them: `selected`, `shortfall[total]`, `selected[sicorp, 2026]`."""

import re
from collections.abc import Container, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator import quantities, tables
from simulator.arrays import Floats, Labels
from simulator.conditions import Condition
from simulator.errors import QuantityError, RequestError, did_you_mean
from simulator.measures import TOTAL, measure
from simulator.tables import Line

USUAL = ("selected", "spend[total]", "shortfall[total]", "outyear_commitments[total]")
"""Those of a sweep where none are asked for."""

_GRAMMAR = re.compile(r"\s*(?P<measure>\w+)\s*(?:\[\s*(?P<where>[^\],]+?)\s*(?:,\s*(?P<year>[^\]]+?)\s*)?\])?\s*")


class Outcome(NamedTuple):
    """One figure: a measure of an award type, a programme or the portfolio, in one fiscal year."""

    measure: str
    programme: str
    award: str
    year: int

    @property
    def line(self) -> Line:
        """The line of the tidy table that it is of."""
        return Line(self.programme, self.award, self.measure)

    def __str__(self) -> str:
        of = f"{self.programme}.{self.award}" if self.award else self.programme
        return f"{self.measure}[{of},{self.year}]"


def read_all(texts: Sequence[str], labels: Labels, years: range) -> tuple[Outcome, ...]:
    """Outcomes of texts, each once; a measure alone is of everything that has it, without a year of all years shown."""
    return tuple(dict.fromkeys(outcome for text in texts for outcome in read(text, labels, years)))


def read(text: str, labels: Labels, years: range) -> Iterator[Outcome]:
    """Outcomes that a text names; RequestError where it names none."""
    match = _GRAMMAR.fullmatch(text)
    if match is None:
        raise RequestError(f"{text!r} is no outcome: write 'selected', 'shortfall[total]' or 'selected[sicorp, 2026]'")
    measure(match["measure"])
    wanted: Container[int] = years
    if match["year"]:
        try:
            year = quantities.year(match["year"])
        except QuantityError as error:
            raise RequestError(f"{text!r}: {error}") from error
        if year not in years:
            raise RequestError(f"{text!r}: FY{year} is not among the years shown, FY{years.start}-FY{years.stop - 1}")
        wanted = (year,)
    for line in _lines(text, match["measure"], match["where"] or "", labels):
        for each in years:
            if each in wanted:
                yield Outcome(line.measure, line.programme, line.award, each)


def _lines(text: str, name: str, where: str, labels: Labels) -> list[Line]:
    every = list(tables.lines(labels, [name]))
    if not where:
        programmes = [line for line in every if not line.award]
        return programmes or every
    programme, _, award = where.partition(".")
    found = [line for line in every if (line.programme, line.award) == (programme, award)]
    if not found:
        there = [f"{line.programme}.{line.award}" if line.award else line.programme for line in every]
        near = did_you_mean(where, there) or f"; there are {', '.join(there)}"
        total = " does not add up over programmes" if where == TOTAL else f" has no {where}"
        raise RequestError(f"{text!r}: {name}{total}{near}")
    return found


def of_condition(condition: Condition) -> str:
    """The outcomes that a condition is about, as a text."""
    of = f"{condition.programme}.{condition.award}" if condition.award else condition.programme
    return f"{condition.measure}[{of}{'' if condition.year is None else f',{condition.year}'}]"


def met(conditions: Sequence[Condition], outcomes: Sequence[Outcome], results: Floats) -> NDArray[np.bool_]:
    """Whether runs, of their results (O, R), meet all conditions; one without a year where it holds in any year."""
    held = np.ones(results.shape[1], dtype=np.bool_)
    for condition in conditions:
        line = Line(condition.programme, condition.award, condition.measure)
        wanted = [
            place for place, outcome in enumerate(outcomes) if outcome.line == line and condition.counts(outcome.year)
        ]
        held &= condition.holds(results[wanted]).any(axis=0)
    return held
