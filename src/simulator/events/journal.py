"""The journal of a replication as rows: one per event, in the order of months."""

import csv
from collections.abc import Collection, Iterator
from pathlib import Path

from simulator.events.books import Entry
from simulator.events.engine import Replication
from simulator.events.terms import Portfolio

COLUMNS = {
    "scenario": "VARCHAR",
    "replication": "INTEGER",
    "fiscal_year": "INTEGER",
    "month": "INTEGER",
    "programme": "VARCHAR",
    "award": "VARCHAR",
    "award_id": "VARCHAR",
    "event": "VARCHAR",
    "million_yen": "DOUBLE",
    "awards": "DOUBLE",
}
"""Columns with their types in SQL; `month` is that of the calendar, 4 for April.

`awards` is 1, or the fraction of an award that a row stands for; replications count from 1.
"""


def write(path: Path, scenario: str, portfolio: Portfolio, found: Replication, programmes: Collection[str]) -> None:
    """Write the journal of a replication, of some programmes or of all if none are named."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(_rows(scenario, portfolio, found, programmes))


def _rows(
    scenario: str, portfolio: Portfolio, found: Replication, programmes: Collection[str]
) -> Iterator[tuple[object, ...]]:
    for entry in found.journal:
        names = portfolio.names[entry.place]
        if not programmes or names[0] in programmes:
            yield (scenario, found.number + 1, *_when(entry, portfolio), *names, *_what(entry))


def _when(entry: Entry, portfolio: Portfolio) -> tuple[int, int]:
    """Fiscal year and month of the calendar."""
    year, month = divmod(entry.month, 12)
    return portfolio.first_year + year, (month + 3) % 12 + 1


def _what(entry: Entry) -> tuple[str, str, str, str]:
    return entry.award, entry.event, repr(float(entry.money)), repr(float(entry.awards))
