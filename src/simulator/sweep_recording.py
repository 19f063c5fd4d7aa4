"""A sweep whose blocks are all there becomes a run folder: its tables, its page, its scenario, its manifest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from simulator import parquet, records
from simulator.datasets import BLOCKS, Dataset
from simulator.recording import PAGE, SCENARIO, inputs_of, write_scenario
from simulator.report import machine, terminal
from simulator.report.sheets import Sheet
from simulator.scenario import Scenario
from simulator.sweep_tables import BoxRow, SweepRow

SENSITIVITY, BOXES = "tables/sensitivity", "tables/boxes"


@dataclass(frozen=True)
class Sealed:
    """What is saved beside the blocks: the scenario, what the sweep was, its tables, and the page as it is printed."""

    scenario: Scenario
    told: Mapping[str, Any]
    rows: Sequence[SweepRow]
    boxes: Sequence[BoxRow]
    page: tuple[list[str], list[Sheet]]


def seal(dataset: Dataset, sealed: Sealed, command: Sequence[str]) -> None:
    """Write what a sweep came to beside its blocks; the manifest is the last thing written."""
    folder, scenario = dataset.folder, sealed.scenario
    (folder / records.MANIFEST).unlink(missing_ok=True)
    (folder / "tables").mkdir(exist_ok=True)
    _table(folder, SENSITIVITY, sealed.rows)
    if sealed.boxes:
        _table(folder, BOXES, sealed.boxes)
    with (folder / PAGE).open("w", encoding="utf-8") as stream:
        terminal.write(*sealed.page, stream)
    write_scenario(scenario, folder, SCENARIO)
    contents = {
        "scenarios": [{"name": scenario.name, "file": SCENARIO}],
        "shown": 0,
        "draws": None,
        "sweep": {"fingerprint": dataset.fingerprint, **sealed.told},
    }
    records.seal(folder, records.manifest(command, contents, list(inputs_of([scenario]))))


def _table(folder: Path, name: str, rows: Sequence[SweepRow] | Sequence[BoxRow]) -> None:
    header = rows[0]._fields
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
        machine.write_csv(rows, stream, header=header)
    parquet.write(pd.DataFrame(rows, columns=list(header)), folder / f"{name}.parquet")


def blocks_of(record: records.Record) -> list[Path]:
    """Files of a saved sweep's blocks; none of another run."""
    return [record.file(name) for name in record.manifest["files"] if name.startswith(f"{BLOCKS}/")]
