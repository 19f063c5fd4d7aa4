"""The tidy table for other programs: CSV and JSON with ids, numbers that read back to the same bits."""

import csv
import json
from collections.abc import Sequence
from typing import TextIO

from simulator.money_flows import FlowRow
from simulator.sweep_tables import BoxRow, SweepRow
from simulator.tables import Row

Rows = Sequence[Row] | Sequence[FlowRow] | Sequence[Row | FlowRow] | Sequence[SweepRow] | Sequence[BoxRow]


def write_csv(rows: Rows, stream: TextIO, *, header: Sequence[str]) -> None:
    """Write CSV under a header; a figure that does not exist is empty."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)


def write_json(rows: Rows, stream: TextIO) -> None:
    """Write a JSON list with an object for each row; a figure that does not exist is null."""
    lines = ",\n".join(json.dumps(row._asdict(), ensure_ascii=False, allow_nan=False) for row in rows)
    stream.write(f"[\n{lines}\n]\n")
