"""A workbook to be written into: its formats, its sheets under names that spreadsheets take, text that stays text."""

import re
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from math import ceil
from typing import Any

from rich.cells import cell_len

from simulator import extras
from simulator.labels import Words

Sheet = Any
"""A worksheet of XlsxWriter, which ships no types."""

Format = Any

BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#7F7F7F"
"""More, less and neither: told apart also by the colour-blind (Okabe and Ito)."""

HEAD, BAND, MARKED = "#E8EDF3", "#D9D9D9", "#FFF4D6"
"""Fill of headers, lines between rows, fill of assumptions."""

CREATED = datetime(2000, 1, 1)
"""The same in every workbook, so that the same input gives the same bytes."""

FONTS = {"en": "Calibri", "ja": "Yu Gothic"}
"""Of text; the width of columns is reckoned in the workbook's own font, whatever the language."""

LONGEST_NAME, LONGEST_TEXT = 31, 32_767
"""Units of UTF-16 that a sheet's name and a cell may have."""

NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
RESERVED = "history"
A4 = 9
LINE_HEIGHT = 18
"""Points of a line of text."""

FILLED = 0.85
"""Share of a column's cells that a line is sure to fill: most letters of Japanese fonts are wider than a cell."""

HIGHEST_ROW = 409
"""Points; the most that spreadsheets take."""


def require() -> None:
    """Raise RequestError with what to install where XlsxWriter is not there."""
    extras.require("xlsxwriter", needs="a workbook needs XlsxWriter", extra="report")


class Book:
    """Formats and sheets of one workbook, kept in memory until `bytes` is asked for."""

    def __init__(self, words: Words, title: str) -> None:
        require()
        from xlsxwriter import Workbook

        self.words = words
        self._stream = BytesIO()
        self.workbook = Workbook(self._stream, {"in_memory": True})
        self.workbook.set_properties({"title": shortened(title, 255), "created": CREATED})
        self._formats: dict[tuple[tuple[str, object], ...], Format] = {}
        self._names: set[str] = set()

    def style(self, **properties: object) -> Format:
        """A format with these properties of XlsxWriter; the same one for the same properties."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            font = {"font_name": FONTS[self.words.language]}
            self._formats[key] = self.workbook.add_format({**font, "valign": "vcenter", **properties})
        return self._formats[key]

    def sheet(self, name: str) -> Sheet:
        """A new sheet for A4 landscape, one page wide, under a name as near to this one as is legal and free."""
        legal = legal_name(name, self._names)
        self._names.add(legal.casefold())
        sheet = self.workbook.add_worksheet(legal)
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.8)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L&A&R&P / &N")
        sheet.hide_gridlines(2)
        return sheet

    def text(self, sheet: Sheet, row: int, column: int, text: str, **properties: object) -> None:
        """Write text that stays text, whatever it begins with; none leaves the cell empty."""
        form = self.style(**properties)
        if text:
            sheet.write_string(row, column, shortened(text, LONGEST_TEXT), form)
        else:
            sheet.write_blank(row, column, None, form)

    def paragraph(self, sheet: Sheet, row: int, widths: Sequence[int], text: str, **properties: object) -> None:
        """Write text over all columns, in a row that is as high as its lines need."""
        kept = shortened(text, LONGEST_TEXT)
        form = self.style(text_wrap=True, **{"valign": "top", **properties})
        sheet.merge_range(row, 0, row, len(widths) - 1, "", form)
        sheet.write_string(row, 0, kept, form)
        self.high_enough(sheet, row, [(sum(widths), kept)])

    def high_enough(self, sheet: Sheet, row: int, texts: Sequence[tuple[int, str]]) -> None:
        """Make a row as high as wrapped texts, each with the cells of its column: not every spreadsheet does."""
        lines = max(
            sum(max(1, ceil(cell_len(part) / (FILLED * width))) for part in text.split("\n")) for width, text in texts
        )
        sheet.set_row(row, min(LINE_HEIGHT * lines, HIGHEST_ROW))

    def bytes(self) -> bytes:
        """The file."""
        self.workbook.close()
        return self._stream.getvalue()


def shortened(text: str, longest: int) -> str:
    """Text of at most so many units of UTF-16, an ellipsis for what is cut."""
    if len(text.encode("utf-16-le")) // 2 <= longest:
        return text
    cut = text.encode("utf-16-le")[: 2 * (longest - 1)].decode("utf-16-le", errors="ignore")
    return f"{cut}…"


def legal_name(name: str, taken: set[str]) -> str:
    """A name for a sheet: no sign that is forbidden, at most 31 units, none that is taken in either case."""
    clean = NOT_IN_NAMES.sub(" ", name).strip("' ") or "-"
    clean = f"{clean} -" if clean.casefold() == RESERVED else clean
    legal, number = shortened(clean, LONGEST_NAME).strip("'"), 1
    while legal.casefold() in taken:
        number += 1
        end = f" ({number})"
        legal = shortened(clean, LONGEST_NAME - len(end)) + end
    return legal


def widest(texts: Sequence[str], *, least: int, most: int) -> int:
    """Width of a column in cells, two for each East Asian character, with room beside the text."""
    return min(most, max([least, *(cell_len(text) + 2 for text in texts)]))
