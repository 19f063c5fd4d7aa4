"""Sheets in the terminal or a pipe: columns aligned, also under Japanese labels."""

from collections.abc import Sequence
from io import StringIO
from typing import TextIO

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from simulator.report import wrapping
from simulator.report.sheets import Sheet

UNLIMITED = 10_000
"""Columns are as wide as their figures need: ten years of a large portfolio fit 100."""

PAGE_WIDTH = 100
STYLES = {"difference": "dim", "range": "dim", "heading": "bold", "value": ""}


def write(heading: Sequence[str], sheets: Sequence[Sheet], stream: TextIO) -> None:
    """Print sheets one under the other; colour only where the stream is a terminal."""
    page = StringIO()
    console = Console(file=page, highlight=False, width=UNLIMITED, force_terminal=stream.isatty())
    for text in heading:
        for part in wrapping.lines(text, PAGE_WIDTH, cell_len):
            console.print(Text(part))
    for sheet in sheets:
        console.print()
        table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False)
        table.add_column(Text(sheet.corner), no_wrap=True, header_style="bold")
        for column in sheet.columns:
            table.add_column(Text(column), justify="right", no_wrap=True, header_style="bold")
        for line in sheet.lines:
            table.add_row(Text("  " * line.depth + line.label), *line.cells, style=STYLES[line.kind])
        if sheet.title:
            console.print(Text(sheet.title, style="bold"))
        console.print(table)
    stream.write(page.getvalue())
