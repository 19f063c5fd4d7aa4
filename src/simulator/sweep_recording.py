"""A sweep whose blocks are all there becomes a run folder: its tables, its page, its scenario, its manifest."""

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from simulator import parquet, ranges, records
from simulator.console import say
from simulator.datasets import BLOCKS, HEAD, POINT, Dataset
from simulator.errors import RequestError
from simulator.loading import load
from simulator.quantities import Quantity
from simulator.recording import PAGE, SCENARIO, TIDY, inputs_of, write_scenario
from simulator.records import Record
from simulator.report import machine, sweep_page, terminal
from simulator.report.sheets import Sheet, View
from simulator.scenario import Scenario, leaves
from simulator.sweep_queries import Asked
from simulator.sweep_tables import BoxRow, SweepRow

SENSITIVITY, BOXES = "tables/sensitivity", "tables/boxes"


@dataclass(frozen=True)
class Sealed:
    """What is saved beside the blocks: the scenario, what the sweep was, its tables, and the page as it is printed.

    `view` has the scenario's own run, `quantities` are those of the inputs.
    """

    scenario: Scenario
    told: Mapping[str, Any]
    rows: Sequence[SweepRow]
    boxes: Sequence[BoxRow]
    page: tuple[list[str], list[Sheet]]
    view: View
    quantities: Mapping[str, Quantity]


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
    sweep_page.write(sealed.view, sealed.page, sealed.rows, sealed.quantities, folder / "report.html")
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


def unfinished(where: Path) -> Iterator[str]:
    """Sweeps in a folder or a little below it that have not ended: how far each is, and the command that goes on."""
    for folder in records.folders_with(where, HEAD):
        if (folder / records.MANIFEST).is_file():
            continue
        with suppress(OSError, ValueError, KeyError, TypeError):
            head = json.loads((folder / HEAD).read_text(encoding="utf-8"))
            there = min(len(Dataset(folder, head["fingerprint"]).blocks) * head["block"], head["runs"])
            command = shlex.join(["simulate", *head["command"]])
            yield f"{folder}: an unfinished sweep, {there:,} of {head['runs']:,} runs; this goes on: {command}"


def tables_of(found: Sequence[Record]) -> dict[str, list[Path]]:
    """Files of each table that saved runs have, by its name in SQL; a run that lacks one is left out."""
    tables: dict[str, list[Path]] = {}
    for record in found:
        try:
            own = [(_table_of(name), record.file(name)) for name in record.manifest["files"] if _table_of(name)]
        except RequestError as error:
            say(f"warning: {error}; it is left out")
            continue
        for table, path in own:
            tables.setdefault(table, []).append(path)
    if not tables:
        raise RequestError("no saved run has a table that can be read")
    return tables


def _table_of(name: str) -> str:
    """Name in SQL of the table that a file of a run is of; empty where it is of none."""
    return "sweep" if name.startswith(f"{BLOCKS}/") else _TABLES.get(name, "")


_TABLES = {f"{name}.parquet": name.rpartition("/")[2] for name in (TIDY, SENSITIVITY, BOXES)}


def question(found: Sequence[Record], asked: Asked) -> str:
    """What is asked of saved sweeps, in SQL."""
    swept = [record for record in found if "sweep" in record.manifest]
    if not swept:
        raise RequestError("--top, --where and --pivot are of sweeps: `simulate sweep ... --output DIR` saves one")
    heads = [json.loads(record.file(HEAD).read_text(encoding="utf-8")) for record in swept]
    columns = list(dict.fromkeys(name for head in heads for name in head["columns"]))
    inputs = [name for name in columns if name != POINT and "[" not in name]
    document = load(swept[0].file(SCENARIO)).document

    def read(name: str, text: str) -> float:
        return float(ranges.leaf(dict(leaves(document)), ranges.input_of(name, document)).quantity.parse(text))

    return asked.sql(columns, inputs, read)


def rows_of(record: Record) -> tuple[list[SweepRow], list[BoxRow]]:
    """The tables of a saved sweep, read back."""
    rows = [SweepRow(*values) for values in _read(record, SENSITIVITY)]
    boxes = _read(record, BOXES) if f"{BOXES}.csv" in record.manifest["files"] else []
    return rows, [BoxRow(*values) for values in boxes]


def _read(record: Record, name: str) -> list[tuple[Any, ...]]:
    """Rows of a table, empty texts as such and figures that do not exist as None."""
    texts = ["scenario", "programme", "award", "measure", "input", "condition", "method"]
    path, empty = record.file(f"{name}.csv"), {key: [""] for key in _NUMBERS}
    frame = pd.read_csv(path, keep_default_na=False, na_values=empty)
    frame = frame.astype({column: str for column in texts if column in frame})
    return [tuple(row) for row in frame.astype(object).where(frame.notna(), None).to_numpy().tolist()]


_NUMBERS = ("at", "value", "least", "greatest", "quasi_p")
