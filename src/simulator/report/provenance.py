"""Where the numbers come from: one line an input, for people and for other programs."""

import csv
import json
from collections.abc import Sequence
from typing import TextIO

from rich.cells import cell_len

from simulator import sources
from simulator.errors import printable
from simulator.labels import Words
from simulator.scenario import Scenario
from simulator.sources import Source

FIELDS = ("path", "value", "unit", "file", "line", "source", "note", "owner", "expires")
WIDEST = 48
"""Columns wider than this do not push the others aside."""


def write_table(scenario: Scenario, listed: Sequence[Source], words: Words, stream: TextIO) -> None:
    """Print inputs, then the residuals of the portfolio with their share of the budget."""
    write_inputs(scenario, listed, words, stream)
    residuals = list(sources.residuals(scenario))
    if residuals and not all(source.assumed for source in listed):
        stream.write(f"\n{words('sources', 'residuals')}\n")
        heads = [words("sources", key) for key in ("programme", "named", "amount", "share")]
        _columns([heads, *(_residual(residual, scenario, words) for residual in residuals)], stream)


def write_inputs(scenario: Scenario, listed: Sequence[Source], words: Words, stream: TextIO) -> None:
    """Print inputs alone."""
    header = [words("sources", key) for key in ("path", "value", "unit", "place", "source")]
    _columns([header, *(_row(source, scenario, words) for source in listed)], stream)


def write_markdown(scenario: Scenario, listed: Sequence[Source], words: Words, stream: TextIO) -> None:
    """Print inputs as a Markdown table."""
    rows = [[words("sources", key) for key in ("path", "value", "unit", "place", "source")], ["---"] * 5]
    rows += [_row(source, scenario, words) for source in listed]
    stream.writelines(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |\n" for row in rows)


def write_csv(_: Scenario, listed: Sequence[Source], __: Words, stream: TextIO) -> None:
    """Print inputs as CSV, with owner and expiry."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(FIELDS)
    for source in listed:
        cells = _fields(source).values()
        writer.writerow([str(cell).lower() if isinstance(cell, bool) else cell for cell in cells])


def write_json(_: Scenario, listed: Sequence[Source], __: Words, stream: TextIO) -> None:
    """Print inputs as a JSON list with an object for each."""
    lines = ",\n".join(json.dumps(_fields(source), ensure_ascii=False) for source in listed)
    stream.write(f"[\n{lines}\n]\n" if listed else "[]\n")


WRITERS = {"table": write_table, "markdown": write_markdown, "csv": write_csv, "json": write_json}
"""Writers by the name of their format."""


def _fields(source: Source) -> dict[str, object]:
    place = source.place
    file, line = (place.file, place.line or None) if place else ("", None)
    rest = (source.source, source.note, source.owner, source.expires)
    return dict(zip(FIELDS, (source.path, source.value, source.unit, file, line, *rest), strict=True))


def _row(source: Source, scenario: Scenario, words: Words) -> list[str]:
    place = str(source.place) if source.place else ""
    beside = [source.note, source.owner, words("sources", "until", day=source.expires) if source.expires else ""]
    told = "; ".join(text for text in beside if text)
    said = source.source or words("sources", _unsourced(source, scenario))
    cells = (source.path, source.text, source.unit, place, f"{said} ({told})" if told else said)
    return [printable(cell) for cell in cells]


def _unsourced(source: Source, scenario: Scenario) -> str:
    """What there is to say of an input that names no source."""
    if source.place is None:
        return "default"
    return "unstated" if sources.stated_in_portfolio(scenario, source.place) else "unsourced"


def _residual(residual: sources.Residual, scenario: Scenario, words: Words) -> list[str]:
    programme = scenario.document.programmes[residual.programme]
    named = words.label(programme.fixed_costs.label, "")
    label = words.label(programme.label, residual.programme)
    return [
        label,
        named,
        f"{residual.amount:,.1f}",
        f"{residual.share:.1%}" if residual.share == residual.share else "",
    ]


def _columns(rows: Sequence[Sequence[str]], stream: TextIO) -> None:
    """Rows with every column but the last as wide as its widest cell, up to `WIDEST`."""
    widths = [min(WIDEST, max(cell_len(row[column]) for row in rows)) for column in range(len(rows[0]) - 1)]
    for row in rows:
        cells = [cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=False)]
        stream.write("  ".join([*cells, row[-1]]).rstrip() + "\n")
