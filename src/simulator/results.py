"""What a simulation gives back: measures as arrays, by scenario."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from simulator import tables
from simulator.arrays import Floats, Labels
from simulator.errors import RequestError
from simulator.measures import TOTAL, Measure, measure
from simulator.scenario import Scenario
from simulator.statistics import Statistics
from simulator.tables import Line

if TYPE_CHECKING:
    import pandas as pd

    from simulator.conditions import Condition
    from simulator.draws import Sampled
    from simulator.events.filling import Months


@dataclass(frozen=True)
class Chance:
    """Chance that a condition holds: in each year shown, in all of them, in any of them."""

    condition: "Condition"
    yearly: Statistics
    every: Statistics
    any: Statistics


@dataclass(frozen=True)
class Drawn:
    """What many draws of a scenario came to.

    Attributes
    ----------
    lines : statistics by line
    differences : statistics of paired differences from the reference by line, none without one
    chances : of the conditions that were asked about
    reference : scenario that the differences are taken from
    sampled : how it was drawn
    done : draws that were finished
    months : means by month of what the event engine paid and had in place, where they were asked for

    """

    lines: Mapping[Line, Statistics]
    differences: Mapping[Line, Statistics]
    chances: tuple[Chance, ...]
    reference: Scenario | None
    sampled: "Sampled"
    done: int
    months: "Months | None" = None

    def paired(self, line: Line) -> list[tuple[str, Floats]]:
        """Every statistic of a line's difference by name, with the bounds of the 95 % interval of its mean."""
        if line not in self.differences:
            return []
        found = self.differences[line]
        (_, mean), *others = found.items()
        half = found.half_interval
        bounds = [("difference_lower", mean - half), ("difference_upper", mean + half)]
        return [("difference", mean), *((f"difference_{name}", values) for name, values in others), *bounds]


@dataclass(frozen=True, repr=False, eq=False)  # a run is itself: arrays have no one equality
class Run:
    """What became of one scenario: measures as arrays (years shown, award types or programmes, draws).

    With `drawn` every line is shown by its mean over the draws, and the draws of a measure are made again when they
    are asked for.
    """

    scenario: Scenario
    labels: Labels
    years: range
    measures: Mapping[str, Floats]
    drawn: Drawn | None = None

    def __repr__(self) -> str:
        return f"Run({self.scenario.name!r}, FY{self.years.start}-{self.years.stop - 1}, {len(self.measures)} measures)"

    def of(self, name: str, programme: str = TOTAL, award: str = "") -> Floats:
        """(years, draws) of one award type, one programme, or the portfolio (`total`); NaN where none exists.

        Raises
        ------
        RequestError : no such measure, programme or award type, or one that does not add up so far

        """
        line = Line(programme, award, name)
        if self.drawn and line in self.drawn.lines:
            return self.drawn.lines[line].mean[:, None]
        asked, values = measure(name), self.kept(name)
        if award:
            return values[:, self._award(asked, programme, award)]
        if programme == TOTAL:
            if not asked.totals:
                raise RequestError(
                    f"{name} does not add up over programmes: name one, such as {self.labels.programmes[0]}"
                )
            return _sum(values, range(values.shape[1]))
        row = self._programme(programme)
        if asked.level == "programme":
            return values[:, row]
        if not asked.sums:
            raise RequestError(f"{name} does not add up over award types: name one of {programme}")
        return _sum(values, [row for row, (of, _) in enumerate(self.labels.awards) if of == programme])

    def statistics(self, line: Line) -> Statistics | None:
        """Statistics of a line over the draws, if there are draws of it."""
        return self.drawn.lines.get(line) if self.drawn else None

    def difference(self, line: Line) -> Statistics | None:
        """Statistics of its paired difference from the reference, if there is one."""
        return self.drawn.differences.get(line) if self.drawn else None

    def has(self, name: str) -> bool:
        """Whether a measure was asked for."""
        return name in self.measures

    def kept(self, name: str) -> Floats:
        """A measure as (years, award types or programmes, draws); RequestError if it was not asked for."""
        if name not in self.measures:
            raise RequestError(f"{name} was not kept: there are {', '.join(self.measures)}")
        return self.measures[name]

    def _programme(self, programme: str) -> int:
        if programme not in self.labels.programmes:
            raise RequestError(f"{programme}: no such programme; there are {', '.join(self.labels.programmes)}")
        return self.labels.programmes.index(programme)

    def _award(self, asked: Measure, programme: str, award: str) -> int:
        self._programme(programme)
        if asked.level != "award":
            raise RequestError(f"{asked.id} is of programmes, not of award types: leave out {award}")
        if (programme, award) not in self.labels.awards:
            known = ", ".join(a for p, a in self.labels.awards if p == programme) or "none"
            raise RequestError(f"{programme} has no award type {award}; it has {known}")
        return self.labels.awards.index((programme, award))


@dataclass(frozen=True, repr=False)
class Result:
    """What a call of `run` or `mean` gives: a `Run` for each scenario, in the order they were asked for."""

    runs: tuple[Run, ...]
    statistic: str = "value"

    def __repr__(self) -> str:
        return f"Result({', '.join(map(repr, self.runs))})"

    def array(self, name: str) -> Floats:
        """A measure as (scenario, draw, year, award or programme), a view where there is one scenario."""
        measure(name)
        parts = [run.kept(name).transpose(2, 0, 1) for run in self.runs]
        if any(run.labels.awards != self.runs[0].labels.awards or run.years != self.runs[0].years for run in self.runs):
            raise RequestError("the scenarios differ in programmes or years: take the array of each alone")
        return parts[0][None] if len(parts) == 1 else np.stack(parts)

    def table(self) -> "pd.DataFrame":
        """The tidy table (columns of interface.md)."""
        return tables.tidy(self)

    def pivot(self, name: str) -> "pd.DataFrame":
        """One measure of the first scenario, programmes by years."""
        return tables.pivot(self, name)


def _sum(values: Floats, rows: Iterable[int]) -> Floats:
    """Sum of some rows of (Y, n, D) in index order, (Y, D)."""
    total = np.zeros((values.shape[0], values.shape[2]))
    for row in rows:
        total += values[:, row]
    return total
