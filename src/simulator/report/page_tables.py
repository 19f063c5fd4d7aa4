"""Tables of a page: figures in full behind what is shown, so that sorting and saving lose nothing."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple
from xml.etree.ElementTree import Element

import numpy as np

from simulator.arrays import Floats
from simulator.labels import Words
from simulator.measures import measure
from simulator.report import charted
from simulator.report.changed import changes
from simulator.report.charted import Bridge
from simulator.report.markup import element
from simulator.report.page_answers import amount
from simulator.report.palette import DARK, SKY, VERMILION
from simulator.report.rounding import rounded
from simulator.report.sheets import NOT_DISTINGUISHABLE, View, full_label
from simulator.report.tabled import Row, Table, heading, tables_of
from simulator.results import Run
from simulator.sources import Source, sources
from simulator.tables import Line

STABILITY = ("amplification", "spectral_radius", "cost_per_start")
INPUTS = ("scenario", "path", "value", "unit", "file", "line", "source", "note")


class Cell(NamedTuple):
    """A cell: what is shown, the figure in full behind it if it is one, and how it is set."""

    text: str
    value: float | None = None
    kind: str = ""


def grid(caption: str, heads: Sequence[str], rows: Iterable[Sequence[Cell]], *, labels: int = 1) -> Element:
    """A table that can be sorted and saved; its first `labels` columns name the row."""
    head = element("tr", *(element("th", text, scope="col") for text in heads))
    body = element("tbody", *(element("tr", *_cells(row, labels)) for row in rows))
    return element("table", element("caption", caption), element("thead", head), body, class_="figures")


def _cells(row: Sequence[Cell], labels: int) -> Iterator[Element]:
    for place, cell in enumerate(row):
        attributes = {"data_v": None if cell.value is None else repr(cell.value), "class_": cell.kind or None}
        if place < labels:
            yield element("th", cell.text, scope="row", **attributes)
        else:
            yield element("td", cell.text, **attributes)


def tables(view: View) -> Iterator[Element]:
    """Every table of the planners' page, money of each programme, and the chances."""
    for table in tables_of(view):
        yield _figures(view, table)


def _figures(view: View, table: Table) -> Element:
    words, label, rows = view.words, "", list[list[Cell]]()
    for row in table.rows:
        if row.kind != "check":
            again, label = not row.label, row.label or label
            kind = "again" if again else f"depth{row.depth}"
            name = Cell(row.name, kind=row.kind)
            rows.append([Cell(label, kind=kind), name, *_numbers(row)])
    heads = (words("report", "row"), words("workbook", "scenario"), *table.columns)
    return grid(words("report", "in_unit", title=table.title, unit=table.unit), heads, rows, labels=2)


def _numbers(row: Row) -> Iterator[Cell]:
    for place, value in enumerate(row.figures):
        if value is None:
            yield Cell("")
        elif row.kind == "chance":
            yield Cell(f"{100.0 * value:.{row.decimals}f}", round(100.0 * value, 12), row.kind)
        else:
            shown = float(rounded(np.array(value), row.decimals)) / 10.0**row.decimals
            text = f"{shown:{'+' if row.kind == 'difference' and shown else ''},.{row.decimals}f}"
            yield Cell(NOT_DISTINGUISHABLE if place in row.alike else text, value, row.kind)


def by_year(view: View, title: str, rows: Iterable[tuple[str, str, Floats]], years: Sequence[int]) -> Element:
    """A folded table of figures behind a picture: of what, of which scenario, by year."""
    words = view.words
    heads = (words("report", "row"), words("workbook", "scenario"), *(heading(words, year) for year in years))
    made = [
        [
            Cell(label),
            Cell(name),
            *(
                Cell("" if np.isnan(value) else f"{value:,.6g}", None if np.isnan(value) else float(value))
                for value in values
            ),
        ]
        for label, name, values in rows
    ]
    return element("details", element("summary", words("report", "figures")), grid(title, heads, made, labels=2))


def changed(view: View, run: Run) -> Element | None:
    """What a scenario changes of its parent; None where it changes nothing."""
    words, parent = view.words, run.scenario.parent
    if parent is None:
        return None
    above = words.label(parent.document.label, parent.document.name or parent.name)
    heads = (words("workbook", "of"), words("sources", "path"), above, view.name(run))
    absent = words("workbook", "not_given")
    rows = [
        [
            Cell(change.of or words("page", "all_programmes")),
            *map(Cell, (change.path, change.before or absent, change.after or absent)),
        ]
        for change in changes(run.scenario, words)
    ]
    caption = words("workbook", "changes", scenario=view.name(run), parent=above)
    return grid(caption, heads, rows, labels=2) if rows else None


def bridge(view: View, steps: Bridge, start: str, end: str, caption: str) -> Element:
    """A waterfall as a table: the sums at both ends, and what each programme changes, each with its bar."""
    low, high = charted.limits([steps])
    rows = [step(start, amount(view.words, steps.before), bar(low, steps.before, (low, high), DARK))]
    reached = steps.before
    for programme, change in steps.changes:
        changing = bar(reached, reached + change, (low, high), SKY if change > 0 else VERMILION)
        figure = amount(view.words, change, changed=True) if change else "0"
        rows.append(step(view.programme_label(programme), figure, changing))
        reached += change
    rows.append(step(end, amount(view.words, steps.after), bar(low, steps.after, (low, high), DARK)))
    text = caption if low <= 0 else view.words("plot", "cut", axis=caption)
    return element("table", element("caption", text), element("tbody", *rows), class_="bridge")


def step(label: str, figure: str, picture: Element) -> Element:
    """A row of bars: its name, its bar, its figure."""
    number = element("td", figure, class_="number")
    return element("tr", element("th", label, scope="row"), element("td", picture, class_="bar"), number)


def bar(begin: float, end: float, limits: tuple[float, float], fill: str) -> Element:
    """A bar between two figures on a scale between limits."""
    wide = 200.0 / ((limits[1] - limits[0]) or 1.0)
    left, right = sorted((each - limits[0]) * wide for each in (begin, end))
    drawn = element("rect", x=left, y=2.0, width=max(right - left, 0.5), height=14.0, fill=fill)
    return element("svg", drawn, viewBox="0 0 200 18", preserveAspectRatio="none", aria_hidden="true")


def stability(view: View) -> Element | None:
    """What one more yen does to the first year's intake, and whether its echo dies out; None without award types."""
    words, year, rows = view.words, charted.years_of(view)[0], list[list[Cell]]()
    awards = dict.fromkeys(names for run in view.compared for names in run.labels.awards)
    for programme, award in awards:
        if view.programmes and programme not in view.programmes:
            continue
        for run in view.compared:
            if (programme, award) in run.labels.awards:
                figures = [_at(run, Line(programme, award, name), year) for name in STABILITY]
                cells = [Cell("" if value is None else f"{value:,.3f}", value) for value in figures]
                rule = words("report", f"rule_{run.scenario.document.programmes[programme].intake}")
                rows.append([Cell(full_label(view, programme, award)), Cell(view.name(run)), Cell(rule), *cells])
    named = [words("report", "with_unit", of=words.measure(each), unit=_unit(words, each)) for each in STABILITY]
    heads = (words("report", "row"), words("workbook", "scenario"), words("report", "rule"), *named)
    return grid(words("report", "stability"), heads, rows, labels=2) if rows else None


def _unit(words: Words, name: str) -> str:
    unit = measure(name).unit
    return words.sections["units"].get(unit, unit)


def _at(run: Run, line: Line, year: int) -> float | None:
    value = float(charted.over(run, run.of(line.measure, line.programme, line.award)[:, 0], [year])[0])
    return None if np.isnan(value) else value


def inputs(view: View) -> Element:
    """Every input in force, those that several scenarios share once; assumptions are marked."""
    words, found = view.words, dict[Source, list[str]]()
    for run in view.runs:
        for source in sources(run.scenario):
            found.setdefault(source, []).append(view.name(run))
    rows = [_input(words, source, names, of=len(view.runs)) for source, names in found.items()]
    return grid(words("workbook", "inputs_title"), [words("workbook", name) for name in INPUTS], rows, labels=2)


def _input(words: Words, source: Source, names: Sequence[str], *, of: int) -> list[Cell]:
    place = source.place
    unit = words.sections["units"].get(source.unit, source.unit)
    value = (
        float(source.value) if isinstance(source.value, int | float) and not isinstance(source.value, bool) else None
    )
    told = source.source or words("sources", "unsourced" if place else "default")
    return [
        Cell(words("report", "all") if len(names) == of else words("report", "comma").join(names)),
        Cell(source.path),
        Cell(source.text, value),
        Cell(unit),
        Cell(place.file if place else ""),
        Cell(str(place.line) if place and place.line else "", float(place.line) if place and place.line else None),
        Cell(told, kind="assumed" if source.assumed else ""),
        Cell(source.note),
    ]
