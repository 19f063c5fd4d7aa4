"""Figures that draws are reduced to: a line of a scenario, a paired difference, the chance of a condition."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from simulator.arrays import Floats, Inputs
from simulator.conditions import Condition
from simulator.flows import Flows
from simulator.leaves import Batch
from simulator.measures import TOTAL, measure
from simulator.results import Run
from simulator.statistics import Statistics, Tally
from simulator.tables import Line

if TYPE_CHECKING:
    from simulator.events.crew import Journals

Blocks = Mapping[int, Run]
"""One measure of a block of draws, by the place of the scenario."""


@dataclass(frozen=True)
class Wanted:
    """What is asked of draws: lines of each scenario, chances of conditions, quantiles or not.

    `reference` is the place of the scenario that differences are taken from, None where none are; `quantiles` may name
    the lines that have them. Of the event engine `monthly` asks for months, `journals` says where events are written.
    """

    lines: tuple[tuple[Line, ...], ...]
    conditions: tuple[Condition, ...] = ()
    reference: int | None = None
    quantiles: bool | frozenset[Line] = True
    monthly: bool = False
    journals: "Journals | None" = None

    def has_quantiles(self, line: Line) -> bool:
        """Whether quantiles of a line are wanted."""
        return self.quantiles if isinstance(self.quantiles, bool) else line in self.quantiles


@dataclass(frozen=True)
class Figure:
    """Something tallied: `of` gives its values (Y, R) from a block of the measure that it rests on."""

    measure: str
    years: int
    of: Callable[[Blocks], Floats]
    quantiles: bool = True


@dataclass(frozen=True)
class Asked:
    """All figures of the draws, by what they are of."""

    levels: Mapping[tuple[int, Line], Figure]
    differences: Mapping[tuple[int, Line], Figure]
    chances: Mapping[tuple[int, Condition], Figure]

    def all(self) -> list[Figure]:
        """Every figure, those of one measure together, so that it is made once a block."""
        found = [*self.levels.values(), *self.differences.values(), *self.chances.values()]
        return sorted(found, key=lambda figure: figure.measure)


@dataclass(frozen=True, repr=False, eq=False)
class BlockRun(Run):
    """A measure of a block of draws; a line is added up once."""

    made: dict[Line, Floats] = field(default_factory=dict)

    def of(self, name: str, programme: str = TOTAL, award: str = "") -> Floats:
        """As of `Run`."""
        line = Line(programme, award, name)
        if line not in self.made:
            self.made[line] = super().of(name, programme, award)
        return self.made[line]


def years_of(batch: Batch) -> range:
    """Years that the scenario of a batch shows."""
    first, last = batch.scenarios[0].document.horizon
    return range(first, last + 1)


def asked(batches: Sequence[Batch], wanted: Wanted) -> Asked:
    """The figures of what is wanted."""
    years = [years_of(batch) for batch in batches]
    pairs = [(place, line) for place, lines in enumerate(wanted.lines) for line in lines]
    reference = wanted.reference
    shared = () if reference is None else wanted.lines[reference]
    return Asked(
        levels={
            (place, line): replace(_level(place, line, years[place]), quantiles=wanted.has_quantiles(line))
            for place, line in pairs
        },
        differences={
            (place, line): replace(
                _difference(place, line, years[place], reference, years[reference]),
                quantiles=wanted.has_quantiles(line),
            )
            for place, line in pairs
            if reference not in (None, place) and line in shared and reference is not None
        },
        chances={
            (place, condition): _chance(place, condition, years[place])
            for place in range(len(batches))
            for condition in wanted.conditions
        },
    )


def values(
    figures: Sequence[Figure], batches: Sequence[Batch], inputs: Sequence[Inputs], flows: Sequence[Flows]
) -> Iterator[tuple[Figure, Floats]]:
    """Each figure, sorted by measure, with its values over the draws of a block."""
    name, blocks = "", dict[int, Run]()
    for figure in figures:
        if figure.measure != name:
            name = figure.measure
            simulated = enumerate(zip(batches, inputs, flows, strict=True))
            blocks = {place: block_run(batch, name, given, made) for place, (batch, given, made) in simulated}
        yield figure, figure.of(blocks)


def block_run(batch: Batch, name: str, inputs: Inputs, flows: Flows) -> Run:
    """A measure of a block of draws as a run over the years that its scenario shows."""
    years = years_of(batch)
    shown = slice(years.start - batch.labels.first_year, years.stop - batch.labels.first_year)
    kept = {name: measure(name).of(flows, inputs)[shown]}
    return BlockRun(batch.scenarios[0], batch.labels, years, kept)


def _level(place: int, line: Line, years: range) -> Figure:
    return Figure(line.measure, len(years), lambda blocks: blocks[place].of(line.measure, line.programme, line.award))


def _difference(place: int, line: Line, years: range, reference: int, others: range) -> Figure:
    """Draw by draw; NaN in years that the reference does not show."""
    own, there = _level(place, line, years), _level(reference, line, others)

    def of(blocks: Blocks) -> Floats:
        beside = there.of(blocks)
        if years != others:
            rows = np.array([others.index(year) if year in others else -1 for year in years])
            beside = np.where((rows >= 0)[:, None], beside[rows], np.nan)
        return own.of(blocks) - beside

    return Figure(line.measure, len(years), of)


def _chance(place: int, condition: Condition, years: range) -> Figure:
    """1 where the condition holds, else 0, in each year; in the last two rows, in every year and in any."""
    condition.require_year(years)
    level = _level(place, Line(condition.programme, condition.award, condition.measure), years)
    counted = np.array([condition.counts(year) for year in years])

    def of(blocks: Blocks) -> Floats:
        holds = condition.holds(level.of(blocks))
        return np.vstack([holds, holds[counted].all(axis=0), holds[counted].any(axis=0)]).astype(np.float64)

    return Figure(condition.measure, len(years) + 2, of, quantiles=False)


def tallies(figures: Sequence[Figure], draws: int, replicates: int, *, exact: int) -> list[Tally]:
    """A tally for each figure; quantiles exact where all their values are at most so many."""
    values_kept = draws * sum(figure.years for figure in figures if figure.quantiles)
    found = []
    for figure in figures:
        store = np.empty((figure.years, draws)) if figure.quantiles and values_kept <= exact else None
        found.append(Tally(figure.years, replicates, store=store, digest=figure.quantiles and store is None))
    return found


def parted(found: Statistics) -> tuple[Statistics, Statistics, Statistics]:
    """Statistics of a chance: by year, of every year, of any year."""
    return found.rows(slice(None, -2)), found.rows(slice(-2, -1)), found.rows(slice(-1, None))
