"""The job of plotting a saved sweep: its tables are read back, and one figure of them is saved."""

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from simulator import records, sweep_recording
from simulator.console import DONE
from simulator.datasets import HEAD
from simulator.errors import RequestError
from simulator.plotting import Plot, saved_as
from simulator.recording import SCENARIO
from simulator.report import sweep_charts
from simulator.report.sheets import View

if TYPE_CHECKING:
    from simulator.labels import Words
    from simulator.records import Record


def plot(folders: list[str], wanted: Plot, words: "Words") -> int:
    """Read, draw and save; the exit status."""
    from simulator import model
    from simulator.loading import load

    if len(folders) != 1 or not Path(folders[0]).is_dir():
        raise RequestError(f"--kind {wanted.kind} is of a saved sweep: name the folder that --output wrote")
    record = records.open_run(Path(folders[0]))
    if "sweep" not in record.manifest:
        raise RequestError(f"{record.folder}: is no saved sweep: `simulate sweep ... --output DIR` saves one")
    scenario = replace(load(record.file(SCENARIO)), name=record.scenarios[0])
    view = View(model.run(scenario, measures=["budget"]).runs, None, words)
    saved = _saved(record, view)
    saved_as(
        wanted, words, lambda: sweep_charts.draw(view, saved, wanted.kind, outcome=wanted.measure, width=wanted.width)
    )
    return DONE


def _saved(record: "Record", view: View) -> sweep_charts.Saved:
    from simulator import ranges
    from simulator.scenario import leaves

    rows, boxes = sweep_recording.rows_of(record)
    head = json.loads(record.file(HEAD).read_text(encoding="utf-8"))
    document = view.runs[0].scenario.document
    known = dict(leaves(document))
    quantities = {name: ranges.leaf(known, ranges.input_of(name, document)).quantity for name in head["inputs"]}
    return sweep_charts.Saved(rows, boxes, quantities, {name: tuple(span) for name, span in head["inputs"].items()})
