"""The workbook: cover, charts, a sheet for each table, every figure, every input with its source."""

from collections.abc import Sequence
from pathlib import Path

from simulator.placing import in_place
from simulator.report import workbook_charts, workbook_cover, workbook_lists, workbook_sheets
from simulator.report.sheets import View
from simulator.report.tabled import tables_of
from simulator.report.workbook_book import Book


def write(view: View, warnings: Sequence[str], path: Path) -> None:
    """Write a workbook to `path`, whole or not at all; a file that is there is replaced.

    Runs with draws must have been reduced to the lines that `asks` asks for. The same view gives the same bytes.

    Parameters
    ----------
    view : runs, what they differ from, the words, and which programmes and years are wanted
    warnings : what a planner should know of them, a line each

    Raises
    ------
    RequestError : XlsxWriter is not installed, or a line was not drawn
    OSError : the file cannot be written

    """
    content = contents(view, warnings)
    with in_place(path) as part:
        part.write_bytes(content)


def asks(view: View) -> None:
    """Ask the runs of a view for every line that a workbook shows, for `asking.lines_asked`."""
    tables_of(view)
    for run in view.compared:
        for line in workbook_lists.lines_of(view, run):
            run.statistics(line)


def contents(view: View, warnings: Sequence[str]) -> bytes:
    """The file that `write` writes."""
    words = view.words
    book = Book(words, " / ".join(view.name(run) for run in view.runs))
    cover = book.sheet(words("workbook", "cover"))
    charts = book.sheet(words("workbook", "charts"))
    placed = {table.key: workbook_sheets.place(book, table) for table in tables_of(view)}
    for each in placed.values():
        workbook_sheets.fill(book, each, placed)
    reference = 0 if view.reference else None
    workbook_charts.charts(book, charts, list(placed.values()), reference)
    listed = workbook_lists.figures(book, view)
    inputs = book.sheet(words("workbook", "inputs"))
    workbook_lists.inputs(book, inputs, view)
    titles = [
        (charts.get_name(), words("workbook", "charts_title")),
        *((each.name, each.table.title) for each in placed.values()),
        *listed,
        (inputs.get_name(), words("workbook", "inputs_title")),
    ]
    workbook_cover.cover(book, cover, view, warnings, titles)
    return book.bytes()
