"""The first sheet: what was asked, what differs from the parent, what to beware of, what is on the other sheets."""

from collections.abc import Sequence

from simulator import __version__
from simulator.report.changed import Change, changes
from simulator.report.pages import heading
from simulator.report.sheets import View
from simulator.report.workbook_book import GREY, HEAD, ORANGE, Book, Sheet
from simulator.results import Run

WIDTHS = (34, 70, 32, 36)
"""Cells of its columns."""


def cover(book: Book, sheet: Sheet, view: View, warnings: Sequence[str], contents: Sequence[tuple[str, str]]) -> None:
    """Write the cover; `contents` are the other sheets by name, each with what is on it."""
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    row = _purpose(book, sheet, view)
    for run in view.runs:
        row = _changes(book, sheet, row, view, run)
    row = _section(book, sheet, row, book.words("workbook", "warnings"))
    for warning in warnings or [book.words("workbook", "none")]:
        book.paragraph(sheet, row, WIDTHS, warning, font_color=ORANGE if warnings else "black")
        row += 1
    row = _section(book, sheet, row, book.words("workbook", "contents"))
    link = book.style(font_color="#0563C1", underline=1)
    for name, title in contents:
        quoted = name.replace("'", "''")
        sheet.write_url(row, 0, f"internal:'{quoted}'!A1", link, name)
        book.text(sheet, row, 1, title)
        row += 1
    row = _section(book, sheet, row, book.words("workbook", "reading"))
    for key in ("rounding", "formulas", "assumptions_marked"):
        book.paragraph(sheet, row, WIDTHS, book.words("workbook", key))
        row += 1
    book.text(sheet, row + 1, 0, book.words("workbook", "made", version=__version__), font_color=GREY)
    sheet.print_area(0, 0, row + 1, len(WIDTHS) - 1)


def _purpose(book: Book, sheet: Sheet, view: View) -> int:
    """What the scenarios are and ask, and how they were drawn; the next free row."""
    title, *others = heading(view)
    if len(view.runs) > 1:
        title, others = book.words("workbook", "several", number=len(view.runs)), [title, *others]
    book.paragraph(sheet, 0, WIDTHS, title, bold=True, font_size=16)
    sheet.set_row(0, 24)
    for row, text in enumerate(others, start=1):
        book.paragraph(sheet, row, WIDTHS, text)
    row = len(others) + 1
    if len(view.runs) > 1 and view.reference:
        book.paragraph(sheet, row, WIDTHS, book.words("workbook", "beside", reference=view.name(view.reference)))
        row += 1
    return row


def _section(book: Book, sheet: Sheet, row: int, title: str) -> int:
    """A heading after an empty row; the next free row."""
    book.text(sheet, row + 1, 0, title, bold=True, font_size=13)
    return row + 2


def _changes(book: Book, sheet: Sheet, row: int, view: View, run: Run) -> int:
    """The table of what a run's scenario changes of its parent; the next free row."""
    words, parent = book.words, run.scenario.parent
    if parent is None:
        row = _section(book, sheet, row, view.name(run))
        book.paragraph(sheet, row, WIDTHS, words("workbook", "alone"))
        return row + 1
    above = words.label(parent.document.label, parent.document.name or parent.name)
    row = _section(book, sheet, row, words("workbook", "changes", scenario=view.name(run), parent=above))
    found = list(changes(run.scenario, words))
    if not found:
        book.paragraph(sheet, row, WIDTHS, words("workbook", "nothing"))
        return row + 1
    heads = (words("workbook", "of"), words("sources", "path"), above, view.name(run))
    for column, head in enumerate(heads):
        book.text(sheet, row, column, head, bold=True, bg_color=HEAD, bottom=1, text_wrap=True)
    book.high_enough(sheet, row, [*zip(WIDTHS, heads, strict=True)])
    for place, change in enumerate(found, start=row + 1):
        _change(book, sheet, place, change)
    return row + len(found) + 1


def _change(book: Book, sheet: Sheet, row: int, change: Change) -> None:
    words = book.words
    not_given = words("workbook", "not_given")
    of = change.of or words("page", "all_programmes")
    told = (of, change.path, change.before or not_given, change.after or not_given)
    for column, text in enumerate(told):
        book.text(sheet, row, column, text, text_wrap=True, valign="top", bold=column == 3)
    book.high_enough(sheet, row, [*zip(WIDTHS, told, strict=True)])
