"""Sheets as Markdown tables, to be pasted into a memo."""

from collections.abc import Sequence
from typing import TextIO

from simulator.report.sheets import Sheet

INDENT = "&emsp;"


def write(heading: Sequence[str], sheets: Sequence[Sheet], stream: TextIO) -> None:
    """Print sheets as Markdown; indents survive as spaces that Markdown keeps."""
    for line in heading:
        stream.write(f"{line}\n\n")
    for number, sheet in enumerate(sheets):
        rule = ["---", *("---:" for _ in sheet.columns)]
        rows = [[sheet.title or sheet.corner, *sheet.columns], rule]
        rows += [[INDENT * line.depth + line.label, *line.cells] for line in sheet.lines]
        if number:
            stream.write("\n")
        for row in rows:
            stream.write("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |\n")
