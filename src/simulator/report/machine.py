"""The tidy table for other programs: CSV and JSON with ids, numbers that read back to the same bits."""

import csv
import json
from collections.abc import Iterator, Sequence
from typing import Any, Protocol, TextIO


class Record(Protocol):
    """A row with names, as of a NamedTuple."""

    def __iter__(self) -> Iterator[Any]: ...
    def _asdict(self) -> dict[str, Any]: ...


def write_csv(rows: Sequence[Record], stream: TextIO, *, header: Sequence[str]) -> None:
    """Write CSV under a header; a figure that does not exist is empty."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)


def write_json(rows: Sequence[Record], stream: TextIO) -> None:
    """Write a JSON list with an object for each row; a figure that does not exist is null."""
    lines = ",\n".join(json.dumps(row._asdict(), ensure_ascii=False, allow_nan=False) for row in rows)
    stream.write(f"[\n{lines}\n]\n")
