"""Where the numbers come from, for the terminal: one line an input, then what the unit costs leave unexplained."""

from collections.abc import Sequence
from typing import TextIO

from rich.cells import cell_len

from simulator import sources
from simulator.labels import Words
from simulator.scenario import Scenario

WIDEST = 48
"""Columns wider than this do not push the others aside."""


def write(scenario: Scenario, words: Words, stream: TextIO) -> None:
    """Print every input in force, then the residuals with their share of the budget."""
    header = [words("sources", key) for key in ("path", "value", "unit", "place", "source")]
    rows = [_row(source, words) for source in sources.sources(scenario)]
    _columns([header, *rows], stream)
    residuals = list(sources.residuals(scenario))
    if residuals:
        stream.write(f"\n{words('sources', 'residuals')}\n")
        heads = [words("sources", key) for key in ("programme", "named", "amount", "share")]
        _columns([heads, *(_residual(residual, scenario, words) for residual in residuals)], stream)


def _row(source: sources.Source, words: Words) -> list[str]:
    place = str(source.place) if source.place else ""
    default = "" if source.place else words("sources", "default")
    said = source.source or default or words("sources", "unsourced")
    return [source.path, source.value, source.unit, place, f"{said} ({source.note})" if source.note else said]


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
