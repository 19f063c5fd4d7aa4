"""Charts that a spreadsheet can edit: awards selected by programme, and money against the budget."""

from collections.abc import Iterator, Sequence
from itertools import chain
from math import ceil, floor, log10
from typing import Any

from simulator.report.workbook_book import BAND, BLUE, GREY, ORANGE, Book, Sheet, shortened
from simulator.report.workbook_sheets import FIRST_COLUMN, FIRST_ROW, HEADER, Placed

COLOURS = (BLUE, ORANGE, "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Of scenarios; the reference is grey."""

PARTS = {"commitments": BLUE, "spend_new": "#56B4E9", "fixed_costs": "#999999", "unspent": "#F0E442"}
"""Where the money of a year goes, from the bottom of a column."""

STACKS = (tuple(PARTS), ("budget",))
"""What the charts of money are as high as."""

WIDTH, HEIGHT, GAP = 620, 360, 8
"""Size of a chart, and the space above it, in pixels."""

ACROSS, DOWN, CELL = 10, 19, (64, 20)
"""Columns and rows that a chart stands on, and the pixels of a cell."""

FIRST, A_PAGE = 2, 2
"""Row of the first charts, and rows of charts on a page."""

SCALE = 75
"""Per cent at which two charts stand side by side on A4: spreadsheets that fit pages to their width ignore breaks."""

CEILINGS = (1.0, 1.2, 1.6, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


def charts(book: Book, sheet: Sheet, placed: Sequence[Placed], reference: int | None) -> None:
    """Charts two by two: all money, the awards that each programme selects, the money of each programme."""
    book.text(sheet, 0, 0, book.words("workbook", "charts"), bold=True, font_size=14)
    sheet.set_column_pixels(0, 2 * ACROSS - 1, CELL[0])
    sheet.set_default_row(CELL[1] * 0.75)
    total = [each for each in placed if each.table.key == "money.total"]
    others = [each for each in placed if each.table.key.startswith("money.") and each not in total]
    groups = [
        *(list(_money_charts(book, each)) for each in total),
        *(list(_selected_charts(book, each, reference)) for each in placed if each.table.key == "selected"),
        *(list(_money_charts(book, each)) for each in others),
    ]
    if all(len(_runs(each)) == 1 for each in (*total, *others)):  # nothing to be set side by side
        groups = [list(chain.from_iterable(groups))]
    row = 0
    for group in groups:
        for number, (chart, told) in enumerate(group):
            across, column = divmod(number, 2)
            at = FIRST + (row + across) * DOWN
            sheet.insert_chart(at, column * ACROSS, chart, {"object_position": 1, "y_offset": GAP, "description": told})
        row += ceil(len(group) / 2)
    sheet.set_print_scale(SCALE)
    sheet.set_h_pagebreaks([FIRST + DOWN * page for page in range(A_PAGE, row, A_PAGE)])
    sheet.print_area(0, 0, FIRST + DOWN * row - 1, 2 * ACROSS - 1)


def _money_charts(book: Book, placed: Placed) -> Iterator[tuple[Any, str]]:
    """For each run, where the money goes as columns on each other, and the budget as a line; all on one scale."""
    places = {(line.measure, run): row for (line, run), row in placed.table.places.items() if line}
    runs = _runs(placed)
    ceiling = _ceiling(max(_highest(placed, [places[name, run] for name in names]) for run in runs for names in STACKS))
    for run in runs:
        chart = book.workbook.add_chart({"type": "column", "subtype": "stacked"})
        for name, colour in PARTS.items():
            row = places[name, run]
            chart.add_series({**_series(placed, row, _labelled(placed, row), 0), "fill": {"color": colour}, "gap": 40})
        line, row = book.workbook.add_chart({"type": "line"}), places["budget", run]
        line.add_series({**_series(placed, row, _labelled(placed, row), 0), "line": {"color": "black", "width": 2.25}})
        chart.combine(line)
        title = f"{placed.table.title} ({placed.table.rows[row].name})"
        yield _finished(chart, title, highest=ceiling), title


def _runs(placed: Placed) -> list[int]:
    """Places of the runs that a table has rows of."""
    return list(dict.fromkeys(run for _, run in placed.table.places))


def _highest(placed: Placed, rows: Sequence[int]) -> float:
    """Highest sum over the years of some rows."""
    columns = zip(*(placed.table.rows[row].figures for row in rows), strict=True)
    return max((sum(figure or 0.0 for figure in column) for column in columns), default=0.0)


def _ceiling(value: float) -> float | None:
    """A round number not below a value, for the top of an axis; None for nothing."""
    if value <= 0:
        return None
    power = 10.0 ** floor(log10(value))
    return float(next(power * step for step in CEILINGS if power * step >= value))


def _selected_charts(book: Book, placed: Placed, reference: int | None) -> Iterator[tuple[Any, str]]:
    """For each programme, its runs as lines; of draws also what most of them lie between."""
    rows = placed.table.rows
    starts = [number for number, row in enumerate(rows) if row.label]
    for start, end in zip(starts, [*starts[1:], len(rows)], strict=True):
        if rows[start].depth:
            continue
        chart = book.workbook.add_chart({"type": "line"})
        numbers = [number for number in range(start, end) if rows[number].kind in ("value", "range")]
        for number in numbers:
            row = rows[number]
            look: dict[str, object] = {"color": GREY if row.run == reference else COLOURS[row.run % len(COLOURS)]}
            look |= {"width": 2.25} if row.kind == "value" else {"width": 1.0, "dash_type": "dash"}
            chart.add_series({**_series(placed, number, number, 1), "line": look})
        title = f"{placed.table.title}: {rows[start].label}"
        hidden = [place for place, number in enumerate(numbers) if rows[number].kind == "range"]
        yield _finished(chart, title, hidden=hidden), title


def _series(placed: Placed, row: int, named: int, column: int) -> dict[str, object]:
    """A row as a series, whose name stands in a column of the row `named`."""
    at, last = FIRST_ROW + row, placed.last_column
    return {
        "name": [placed.name, FIRST_ROW + named, column],
        "categories": [placed.name, HEADER, FIRST_COLUMN, HEADER, last],
        "values": [placed.name, at, FIRST_COLUMN, at, last],
    }


def _labelled(placed: Placed, row: int) -> int:
    """The row at or above `row` that has the label of its line."""
    return next(number for number in range(row, -1, -1) if placed.table.rows[number].label)


def _finished(chart: Any, title: str, *, hidden: Sequence[int] = (), highest: float | None = None) -> Any:
    chart.set_title({"name": shortened(title, 255), "name_font": {"size": 11}})
    chart.set_legend({"position": "bottom", "delete_series": list(hidden)})
    grid = {"visible": True, "line": {"color": BAND}}
    chart.set_y_axis({"num_format": "#,##0", "min": 0, "max": highest, "major_gridlines": grid})
    chart.set_x_axis({"num_font": {"size": 7}})
    chart.set_size({"width": WIDTH, "height": HEIGHT})
    return chart
