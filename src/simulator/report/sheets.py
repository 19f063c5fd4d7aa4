"""Tables of text: rows of runs with their differences, ten years across."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from simulator.arrays import Floats
from simulator.labels import Words
from simulator.measures import TOTAL
from simulator.report.rounding import rounded
from simulator.results import Run
from simulator.statistics import DUST
from simulator.tables import Line

YEARS_ACROSS = 10
RANGE = ("p95", "p05")
"""Quantiles between which most draws lie."""

NOT_DISTINGUISHABLE = "n.d."
"""Said of a difference whose 95 % interval contains 0; the page says what it means."""


@dataclass(frozen=True)
class Row:
    """One row of a sheet; `depth` is its indent, `kind` says how to set it."""

    label: str
    cells: tuple[str, ...]
    depth: int = 0
    kind: str = "value"


@dataclass(frozen=True)
class Sheet:
    """One table of text; `corner` is the heading of the column of labels."""

    title: str
    columns: tuple[str, ...]
    lines: tuple[Row, ...]
    corner: str = ""


@dataclass(frozen=True)
class Shown:
    """Whole numbers to show, in units of 10 ** -decimals: one row of each run; None where a run has no such row.

    `line` is what the row is, whose range is shown under it where there are draws.
    """

    label: str
    depth: int
    decimals: int
    rows: tuple[Floats | None, ...]
    line: Line | None = None


@dataclass(frozen=True)
class View:
    """What is asked to be shown: runs, what they differ from, the words, which programmes and years."""

    runs: tuple[Run, ...]
    reference: Run | None
    words: Words
    programmes: tuple[str, ...] = ()
    years: tuple[int, ...] = ()

    @property
    def compared(self) -> tuple[Run, ...]:
        """All runs whose figures are needed, the one that differences are taken from first."""
        others = tuple(run for run in self.runs if run is not self.reference)
        return (self.reference, *others) if self.reference else self.runs

    @property
    def beside(self) -> Run | None:
        """The run that differences are taken from, where it is none of those that are shown."""
        return None if self.reference in self.runs else self.reference

    def name(self, run: Run) -> str:
        """A scenario's name on the page: its Japanese label on a Japanese page, else its id, marked where not alone."""
        name = self._plain_name(run)
        alike = run.scenario.settings and any(
            self._plain_name(other) == name for other in self.compared if other is not run
        )
        return f"{name} --set" if alike else name

    def _plain_name(self, run: Run) -> str:
        label = run.scenario.document.label.ja if self.words.language == "ja" else None
        return label or run.scenario.name

    def programme_label(self, programme: str) -> str:
        """Name of a programme for people."""
        if programme == TOTAL:
            return self.words("page", "all_programmes")
        for run in self.compared:
            if programme in run.scenario.document.programmes:
                return self.words.label(run.scenario.document.programmes[programme].label, programme)
        return programme


def label_of(view: View, programme: str, award: str) -> str:
    """Name of a programme, or of an award type beside its programme, for people."""
    label = view.programme_label(programme)
    if not award:
        return label
    for run in view.compared:
        awards = run.scenario.document.programmes.get(programme)
        if awards and award in awards.awards:
            return view.words.label(awards.awards[award].label, award)
    return award


def full_label(view: View, programme: str, award: str) -> str:
    """Label of an award type by itself: its programme's where that has no other."""
    label = view.programme_label(programme)
    types = {name for run in view.compared for of, name in run.labels.awards if of == programme}
    return label if len(types) == 1 else f"{label}: {label_of(view, programme, award)}"


def sheets_of(view: View, title: str, shown: Sequence[Shown]) -> Iterator[Sheet]:
    """The rows as sheets of at most ten years."""
    if not shown:
        return
    years = [year for year in view.runs[0].years if not view.years or year in view.years]
    for start in range(0, len(years), YEARS_ACROSS):
        across = years[start : start + YEARS_ACROSS]
        lines = tuple(line for row in shown for line in _lines(view, row, across))
        yield Sheet(title, tuple(view.words.year(year) for year in across), lines)


def _lines(view: View, shown: Shown, years: Sequence[int]) -> Iterator[Row]:
    """One row of each run, each followed by its difference from the reference."""
    by_run = {id(run): row for run, row in zip(view.compared, shown.rows, strict=True)}
    reference = by_run.get(id(view.reference))
    several = len(view.runs) > 1
    if several:
        yield Row(shown.label, ("",) * len(years), shown.depth, "heading")
    for run in view.runs:
        row = by_run[id(run)]
        if row is None:
            continue
        places = [year - run.years.start for year in years]
        cells = tuple(_number(row, place, shown.decimals) for place in places)
        depth = shown.depth + several
        yield Row(view.name(run) if several else shown.label, cells, depth)
        yield from _range(view, shown, run, places)
        if view.reference is not None and run is not view.reference and reference is not None:
            offset = run.years.start - view.reference.years.start
            change = [
                _told(run, shown, place, _change(row, place, reference, place + offset, shown.decimals))
                for place in places
            ]
            label = view.words("page", "difference", reference=view.name(view.reference))
            yield Row(label, tuple(change), depth + 1, "difference")


def _range(view: View, shown: Shown, run: Run, places: Sequence[int]) -> Iterator[Row]:
    """The range of most draws, where the row varies over them."""
    found = run.statistics(shown.line) if shown.line else None
    if found is None or not found.quantiles or not found.varies:
        return
    for name in RANGE:
        values = rounded(found.quantiles[name], shown.decimals)
        cells = tuple(_number(values, place, shown.decimals) for place in places)
        yield Row(view.words("page", name), cells, shown.depth + (len(view.runs) > 1) + 1, "range")


def _told(run: Run, shown: Shown, place: int, change: str) -> str:
    """A difference; `n.d.` where it may as well be none, with its sign where it is one too small to be shown."""
    found = run.difference(shown.line) if shown.line else None
    if found is None or not change or not 0 <= place < len(found.mean):
        return change
    level = run.statistics(shown.line) if shown.line else None
    if level and abs(found.mean[place]) <= DUST * abs(level.mean[place]):
        return change
    if not found.distinguishable[place]:
        return NOT_DISTINGUISHABLE
    small = change == "0" and found.mean[place] != 0
    return f"{'+' if found.mean[place] > 0 else '-'}0" if small else change


def _number(row: Floats, place: int, decimals: int) -> str:
    if not 0 <= place < len(row) or np.isnan(row[place]):
        return ""
    return f"{row[place] / 10**decimals:,.{decimals}f}"


def _change(row: Floats, place: int, reference: Floats, other: int, decimals: int) -> str:
    if not _number(row, place, decimals) or not _number(reference, other, decimals):
        return ""
    change = (row[place] - reference[other]) / 10**decimals
    return f"{change:+,.{decimals}f}" if change else "0"
