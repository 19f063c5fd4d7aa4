"""The long sheets: every figure of the tidy table, and every input with its source."""

from collections.abc import Iterator, Sequence
from itertools import chain, islice
from math import isfinite

from simulator import tables
from simulator.measures import every_measure
from simulator.report.provenance import FIELDS
from simulator.report.sheets import View
from simulator.report.workbook_book import HEAD, MARKED, Book, Sheet, widest
from simulator.results import Result, Run
from simulator.sources import Source, sources
from simulator.tables import Line

MOST_ROWS = 1_048_575
"""Rows of a sheet, less its header."""

COLUMNS = ("scenario", "assumption", *FIELDS)
"""Of the sheet of inputs."""

WIDTHS = {"value": 22, "source": 56, "note": 30, "file": 22, "path": 66}
"""Cells of columns whose text may be long."""

WRAPPED = ("value", "source", "note", "file")
WIDEST = 66


def lines_of(view: View, run: Run) -> list[Line]:
    """Lines of the tidy table."""
    names = [name for name in every_measure(run.labels) if run.has(name)]
    return list(tables.lines(run.labels, names, view.programmes or None))


def figures(book: Book, view: View, *, most: int = MOST_ROWS) -> list[tuple[str, str]]:
    """Sheets of the tidy table, more than one where it is longer than a sheet; (name, title) of each."""
    rows = tables.rows(Result(view.runs), programmes=view.programmes or None, years=view.years or None)
    made = []
    for first in rows:
        sheet = book.sheet(book.words("workbook", "data"))
        made.append((sheet.get_name(), book.words("workbook", "data_title")))
        _figures(book, sheet, chain([first], islice(rows, most - 1)))
    return made


def _figures(book: Book, sheet: Sheet, rows: Iterator[tables.Row]) -> None:
    columns, last, year = tables.Row._fields, 0, book.style(align="center")
    longest = list(columns)
    for last, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            if isinstance(value, str) and value:
                sheet.write_string(last, column, value)
                longest[column] = max(longest[column], value, key=len)
            elif isinstance(value, int | float):
                sheet.write_number(last, column, value, year if columns[column] == "fiscal_year" else None)
    for column, name in enumerate(columns):
        sheet.set_column(column, column, widest([longest[column]], least=WIDTHS.get(name, 12), most=WIDEST))
    _listed(book, sheet, columns, last)


def inputs(book: Book, sheet: Sheet, view: View) -> None:
    """Every input in force of each scenario, assumptions marked and filled."""
    heads = [book.words("workbook", head) for head in COLUMNS]
    row = 0
    for run in view.runs:
        for source in sources(run.scenario):
            row += 1
            _input(book, sheet, row, view.name(run), source)
    names = [view.name(run) for run in view.runs]
    for column, name in enumerate(COLUMNS):
        texts = [heads[column], *(names if name == "scenario" else ())]
        sheet.set_column(column, column, widest(texts, least=WIDTHS.get(name, 10), most=WIDEST))
    _listed(book, sheet, heads, row)


def _input(book: Book, sheet: Sheet, row: int, scenario: str, source: Source) -> None:
    words, place = book.words, source.place
    look: dict[str, object] = {"valign": "top", **({"bg_color": MARKED} if source.assumed else {})}
    texts = {
        "scenario": scenario,
        "assumption": words("workbook", "assumption") if source.assumed else "",
        "unit": words.sections["units"].get(source.unit, source.unit),
        "file": place.file if place else "",
        "source": source.source or words("sources", "unsourced" if place else "default"),
        "path": source.path,
        "value": source.text,
        "note": source.note,
        "owner": source.owner,
        "expires": source.expires,
    }
    for column, name in enumerate(COLUMNS):
        number = _number(source) if name == "value" else place.line or None if name == "line" and place else None
        if number is not None:
            whole = "#,##0" if number == round(number) else "General"
            shown = "0" if name == "line" else "0.00%" if source.unit == "share" else whole
            align = "right" if name == "value" else "center"
            sheet.write_number(row, column, number, book.style(num_format=shown, align=align, **look))
        else:
            book.text(sheet, row, column, texts.get(name, ""), text_wrap=name in WRAPPED, **look)
    book.high_enough(sheet, row, [(WIDTHS[name], texts[name]) for name in WRAPPED])


def _number(source: Source) -> float | None:
    """The value as a number, where it is one and finite."""
    try:
        number = float(source.value) if source.unit not in ("", "text") else None
    except ValueError:
        return None
    return number if number is not None and isfinite(number) else None


def _listed(book: Book, sheet: Sheet, heads: Sequence[str], last: int) -> None:
    """Header, filter and print set-up of a list whose last row is `last`."""
    for column, head in enumerate(heads):
        book.text(sheet, 0, column, head, bold=True, bg_color=HEAD, bottom=1)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, last, len(heads) - 1)
    sheet.repeat_rows(0)
    sheet.print_area(0, 0, last, len(heads) - 1)
