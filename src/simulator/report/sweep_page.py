"""The report page of a sweep: what matters most, how outcomes respond, which runs meet a condition, all tables."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from xml.etree.ElementTree import Element

import numpy as np

from simulator import sweep_charted
from simulator.errors import RequestError
from simulator.quantities import Quantity
from simulator.report import page
from simulator.report.charts import source
from simulator.report.markup import element
from simulator.report.page_tables import Cell, bar, grid, step
from simulator.report.palette import BLUE, SKY, VERMILION
from simulator.report.panel import LOOKS, Panel, told
from simulator.report.sheets import Sheet, View, full_label
from simulator.report.sweep_words import input_label, input_value
from simulator.sweep_charted import Tornado
from simulator.sweep_tables import SweepRow

MOST_BARS = 20


def write(
    view: View,
    text: tuple[Sequence[str], Sequence[Sheet]],
    rows: Sequence[SweepRow],
    quantities: Mapping[str, Quantity],
    path: Path,
) -> None:
    """Write the page of a sweep to `path`, whole or not at all.

    Parameters
    ----------
    view : the run of the scenario that was swept
    text : heading and tables of the page in words; the first table is that of the inputs
    rows : the sweep as a tidy table
    quantities : of the inputs, by name

    """
    (title, *lines), sheets = text
    words = view.words
    shown = [rows_of for _, rows_of in (sweep_charted.of_outcome(rows, name) for name in _last(rows))]
    matters = [part for each in shown for part in _bars(view, each)]
    panels = [figure for each in shown for figure in _responses(view, each, quantities)]
    sections = [page.section(words, "varied", page.wide(_table(sheets[0])))]
    sections += [page.section(words, "matters", *matters)] if matters else []
    sections += [page.section(words, "responses", element("div", *panels, class_="panels"))] if panels else []
    sections.append(page.section(words, "tables", *(page.wide(_table(each)) for each in sheets[1:])))
    page.save(page.whole(title, lines, sections, source(view), words), path)


def _last(rows: Sequence[SweepRow]) -> list[str]:
    """Of every line that was swept its outcome in the last year."""
    by_line = {(row.programme, row.award, row.measure): row.fiscal_year for row in rows}
    return [name for name, row in _named(rows) if by_line[row.programme, row.award, row.measure] == row.fiscal_year]


def _named(rows: Sequence[SweepRow]) -> Iterator[tuple[str, SweepRow]]:
    for name in sweep_charted.outcomes(rows):
        yield name, sweep_charted.of_outcome(rows, name)[1][0]


def _of(view: View, row: SweepRow) -> dict[str, str]:
    of = full_label(view, row.programme, row.award) if row.award else view.programme_label(row.programme)
    return {"measure": view.words.measure(row.measure), "of": of, "year": view.words.year(row.fiscal_year)}


def _bars(view: View, rows: Sequence[SweepRow]) -> Iterator[Element]:
    """A tornado of one outcome, where anything changes it."""
    try:
        found = sweep_charted.tornado(rows)
    except RequestError:
        return
    bars, base = found.bars[:MOST_BARS], found.base or 0.0
    limits = _limits(found, base)
    made = [
        step(
            input_label(view, each.input),
            f"{told(each.start)} → {told(each.end)}" if found.base is not None else f"{each.end:,.2f}",
            _swing(each.start, each.end, limits, single=found.base is not None),
        )
        for each in bars
    ]
    caption = view.words("sweep", f"plot_{found.index or 'swing'}", **_of(view, rows[0]))
    yield element("table", element("caption", caption), element("tbody", *made), class_="bridge")


def _limits(found: Tornado, base: float) -> tuple[float, float]:
    ends = [base, *(end for each in found.bars for end in (each.start, each.end))]
    return min(ends), max(ends)


def _swing(start: float, end: float, limits: tuple[float, float], *, single: bool) -> Element:
    """From the outcome at the input's low end to that at its high one, rising in blue; an index from 0."""
    return bar(start, end, limits, (BLUE if end >= start else VERMILION) if single else SKY)


def _responses(view: View, rows: Sequence[SweepRow], quantities: Mapping[str, Quantity]) -> Iterator[Element]:
    """Mean of one outcome by value of each input."""
    try:
        curves = sweep_charted.curves(rows)
    except RequestError:
        return
    of = view.words("report", "outcome", **_of(view, rows[0]))
    means = np.concatenate([np.array(curve.means) for curve in curves])
    for curve in curves:
        name = input_label(view, curve.input)
        at = [input_value(view, value, quantities[curve.input]) for value in curve.at]
        ends = "; ".join(f"{at[place]}: {told(curve.means[place])}" for place in sorted({0, len(at) - 1}))
        drawn = Panel(at, float(means.min()), float(means.max()), alternative=f"{of}. {name}. {ends}")
        drawn.line(np.array(curve.means), LOOKS[0], of)
        yield element(
            "figure", element("figcaption", view.words("report", "by_input", of=of, input=name)), drawn.picture()
        )


def _table(sheet: Sheet) -> Element:
    """A table of text, sorted by the figures that its cells are."""
    rows = [[Cell(row.label, kind=f"depth{min(row.depth, 1)}"), *map(_cell, row.cells)] for row in sheet.lines]
    return grid(sheet.title, ("", *sheet.columns), rows)


def _cell(text: str) -> Cell:
    try:
        return Cell(text, float(text.replace(",", "").removesuffix("*")))
    except ValueError:
        return Cell(text)
