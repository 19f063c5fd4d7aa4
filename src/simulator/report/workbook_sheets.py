"""One sheet for each table: years across, formulas beside their values, differences in colour."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from simulator.report.sheets import NOT_DISTINGUISHABLE
from simulator.report.tabled import Kind, Row, Table
from simulator.report.workbook_book import BAND, BLUE, GREY, HEAD, ORANGE, Book, Format, Sheet, widest

HEADER, FIRST_ROW, FIRST_COLUMN = 3, 4, 2
"""Places of the years, of the first row and of the first figure, from 0."""

LONGEST_FORMULA = 8_000
"""Signs; spreadsheets take 8,192."""

WIDEST_LABEL = 60
ON_ONE_PAGE = 50
"""Rows that are still read easily when they are made to fit one page."""


@dataclass(frozen=True)
class Placed:
    """A table with the sheet that it is written on."""

    table: Table
    sheet: Sheet

    @property
    def name(self) -> str:
        """Name of the sheet."""
        return str(self.sheet.get_name())

    @property
    def last_column(self) -> int:
        """Last column of figures."""
        return FIRST_COLUMN + len(self.table.columns) - 1

    @property
    def last_row(self) -> int:
        """Last row of figures."""
        return FIRST_ROW + len(self.table.rows) - 1


def place(book: Book, table: Table) -> Placed:
    """A new sheet for a table, still empty: formulas may refer to any sheet."""
    return Placed(table, book.sheet(table.tab))


def fill(book: Book, placed: Placed, all_placed: Mapping[str, Placed]) -> None:
    """Write a table on its sheet."""
    table, sheet = placed.table, placed.sheet
    _head(book, placed)
    for number, row in enumerate(table.rows):
        _row(book, placed, number, row, all_placed)
    _colours(book, placed)
    sheet.set_column(0, 0, widest([_indented(row) for row in table.rows], least=18, most=WIDEST_LABEL))
    names = [row.name for row in table.rows]
    sheet.set_column(1, 1, widest([f"  {name}" for name in names], least=12, most=WIDEST_LABEL))
    shown = [_shown(row, figure) for row in table.rows for figure in row.figures if figure is not None]
    sheet.set_column(FIRST_COLUMN, placed.last_column, widest([*table.columns, *shown], least=9, most=30))
    sheet.freeze_panes(FIRST_ROW, FIRST_COLUMN)
    sheet.repeat_rows(0, HEADER)
    if len(table.rows) <= ON_ONE_PAGE:
        sheet.fit_to_pages(1, 1)
    sheet.print_area(0, 0, placed.last_row, placed.last_column)


def _head(book: Book, placed: Placed) -> None:
    table, words = placed.table, book.words
    book.text(placed.sheet, 0, 0, table.title, bold=True, font_size=14)
    notes = [words("workbook", "in_unit", unit=table.unit)]
    kinds = {row.kind for row in table.rows}
    if "difference" in kinds:
        notes.append(words("workbook", "colours"))
    if any(row.alike for row in table.rows):
        notes.append(words("page", "not_distinguishable", mark=NOT_DISTINGUISHABLE))
    book.text(placed.sheet, 1, 0, "  ".join(notes), font_color=GREY)
    head: dict[str, object] = {"bold": True, "bg_color": HEAD, "bottom": 1}
    book.text(placed.sheet, HEADER, 0, table.unit, **head)
    book.text(placed.sheet, HEADER, 1, words("workbook", "scenario"), **head)
    for place, column in enumerate(table.columns):
        book.text(placed.sheet, HEADER, FIRST_COLUMN + place, column, align="right", **head)


def _row(book: Book, placed: Placed, number: int, row: Row, all_placed: Mapping[str, Placed]) -> None:
    at, look = FIRST_ROW + number, _look(row)
    last = number + 1 == len(placed.table.rows) or bool(placed.table.rows[number + 1].label)
    if last:
        look |= {"bottom": 1, "bottom_color": BAND}
    sheet = placed.sheet
    indents = {"indent": row.depth} if row.depth else {}
    book.text(sheet, at, 0, row.label, bold=True, text_wrap=True, **{**look, "font_color": "black", **indents})
    below = {"indent": 1} if row.kind in ("range", "difference") else {}
    book.text(sheet, at, 1, row.name, **{**look, **below})
    form = book.style(num_format=number_format(row.kind, row.decimals), align="right", **look)
    for place, figure in enumerate(row.figures):
        column = FIRST_COLUMN + place
        formula = _formula(row, column, all_placed)
        if place in row.alike:
            book.text(sheet, at, column, NOT_DISTINGUISHABLE, align="right", **look)
        elif figure is None:
            sheet.write_blank(at, column, None, form)
        elif formula:
            sheet.write_formula(at, column, formula, form, figure)
        else:
            sheet.write_number(at, column, figure, form)


def _look(row: Row) -> dict[str, object]:
    grey = row.kind in ("range", "difference", "check")
    return {"font_color": GREY, "italic": row.kind == "check"} if grey else {"font_color": "black"}


def number_format(kind: Kind, decimals: int) -> str:
    """Format of the figures of a row."""
    figure = "#,##0" + (f".{'0' * decimals}" if decimals else "")
    formats = {"difference": f"+{figure};-{figure};0", "chance": "0.0%", "check": "0;-0;0"}
    return formats.get(kind, figure)


def _formula(row: Row, column: int, all_placed: Mapping[str, Placed]) -> str:
    """The sum that a cell is, empty where it stands for itself or is too long to be written."""
    from xlsxwriter.utility import quote_sheetname, xl_rowcol_to_cell

    parts: list[str] = []
    for term in row.terms:
        sheet = f"{quote_sheetname(all_placed[term.table].name)}!" if term.table else ""
        sign = "-" if term.sign < 0 else "+" if parts else ""
        parts.append(f"{sign}{sheet}{xl_rowcol_to_cell(FIRST_ROW + term.row, column)}")
    total = "".join(parts)
    if not parts or len(total) > LONGEST_FORMULA:
        return ""
    return f"=ROUND({total},6)" if row.kind == "check" else f"={total}"


def _colours(book: Book, placed: Placed) -> None:
    """More in blue, less in orange; what would be shown as 0 is written so; a check that fails is filled."""
    rules = {
        "AND(ISNUMBER({cell}),{cell}>={least})": {"font_color": BLUE},
        "AND(ISNUMBER({cell}),{cell}<=-{least})": {"font_color": ORANGE},
        "AND(ISNUMBER({cell}),ABS({cell})<{least})": {"num_format": "0;0;0"},
    }
    rows = list(enumerate(placed.table.rows))
    for decimals in sorted({row.decimals for _, row in rows if row.kind == "difference"}):
        numbers = [number for number, row in rows if row.kind == "difference" and row.decimals == decimals]
        for condition, look in rules.items():
            of_rows = condition.replace("{least}", f"{0.5 / 10**decimals:.{decimals + 1}f}")
            _rule(placed, numbers, of_rows, book.workbook.add_format(look))
    checks = [number for number, row in rows if row.kind == "check"]
    if checks:
        failed = book.workbook.add_format({"bg_color": ORANGE, "font_color": "white", "bold": True})
        _rule(placed, checks, "{cell}<>0", failed)


def _rule(placed: Placed, numbers: Sequence[int], condition: str, look: Format) -> None:
    """Set the figures of some rows like this where a condition on their `{cell}` holds."""
    from xlsxwriter.utility import xl_range, xl_rowcol_to_cell

    first, last, at = FIRST_COLUMN, placed.last_column, FIRST_ROW + numbers[0]
    criteria = f"={condition.replace('{cell}', xl_rowcol_to_cell(at, first))}"
    areas = " ".join(xl_range(FIRST_ROW + number, first, FIRST_ROW + number, last) for number in numbers)
    options = {"type": "formula", "criteria": criteria, "format": look, "multi_range": areas}
    placed.sheet.conditional_format(at, first, at, last, options)


def _indented(row: Row) -> str:
    return "  " * row.depth + row.label


def _shown(row: Row, figure: float) -> str:
    """About what a cell shows, for its width."""
    return f"{figure:+,.{row.decimals}f}" if row.kind != "chance" else f"{figure:.1%}"
