"""A run as a folder: its tables, its workbook, its scenarios in one file each, and how it was made."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from simulator import parquet, records, resolving, tables
from simulator.chains import SHIPPED
from simulator.draws import Sampled
from simulator.report import machine, page, pages, terminal, workbook
from simulator.report.sheets import Sheet, View
from simulator.results import Result, Run
from simulator.scenario import Scenario

TIDY, REFERENCE, PAGE = "tables/tidy", "tables/reference", "tables/page.txt"
SCENARIO = "scenario.resolved.yaml"
TOLERANCE = 1e-9
"""Largest difference of an identity's two sides, as a share of the money or of the awards in place."""


@dataclass(frozen=True)
class Recorded:
    """What is saved: the view with what it shows, and how it was run."""

    view: View
    sheets: Sequence[Sheet]
    warnings: Sequence[str]
    sampled: Sampled | None
    command: Sequence[str]


def save(folder: Path, recorded: Recorded, *, overwrite: bool) -> None:
    """Write the run folder; RequestError where it is there already or cannot be written."""
    records.write(folder, partial(_fill, recorded), overwrite=overwrite)


def _fill(recorded: Recorded, folder: Path) -> None:
    (folder / "tables").mkdir()
    view = recorded.view
    _tidy(folder, TIDY, view.runs, view.reference)
    if view.beside is not None:
        _tidy(folder, REFERENCE, (view.beside,), None)
    with (folder / PAGE).open("w", encoding="utf-8") as stream:
        terminal.write(pages.heading(view), recorded.sheets, stream)
    for number, sheet in enumerate(recorded.sheets, 1):
        _printed(sheet, folder / "tables" / f"page-{number:02}")
    workbook.write(view, recorded.warnings, folder / "workbook.xlsx")
    page.write(view, recorded.warnings, folder / "report.html")
    scenarios = list(_scenarios(view))
    for file, scenario in scenarios:
        write_scenario(scenario, folder, file)
    sampled = recorded.sampled
    contents = {
        "scenarios": [{"name": scenario.name, "file": file} for file, scenario in scenarios],
        "shown": len(view.runs),
        "reference": _place_of(view),
        "language": view.words.language,
        "draws": None if sampled is None else vars(sampled),
        "identities": _identities(view.runs),
    }
    records.seal(
        folder, records.manifest(recorded.command, contents, list(inputs_of([run.scenario for run in view.compared])))
    )


def write_scenario(scenario: Scenario, folder: Path, file: str) -> None:
    """A scenario as one file of the folder, and the portfolio beside it where that is the user's own."""
    above = f"{scenario.name}.portfolio.yaml" if _own_portfolio(scenario) else None
    if above is not None:
        (folder / above).write_text(resolving.portfolio(scenario), encoding="utf-8")
    (folder / file).write_text(resolving.resolved(scenario, folder, above=above), encoding="utf-8")


def inputs_of(scenarios: Sequence[Scenario]) -> Iterator[Path]:
    """Every file that scenarios were read from."""
    named = {place.file for scenario in scenarios for place in scenario.places.values()}
    paths = [path for name in sorted(named) for path in (Path(name), SHIPPED / name) if path.is_file()]
    yield from dict.fromkeys(paths)


def _tidy(folder: Path, name: str, runs: Sequence[Run], reference: Run | None) -> None:
    """The tidy table as CSV, which reads back to the same bits, and as Parquet."""
    rows = list(tables.rows(Result(tuple(runs)), reference=reference))
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
        machine.write_csv(rows, stream, header=tables.Row._fields)
    frame = pd.DataFrame(rows, columns=list(tables.Row._fields))
    frame["fiscal_year"] = frame["fiscal_year"].astype("Int64")
    parquet.write(frame, folder / f"{name}.parquet")


def _printed(sheet: Sheet, path: Path) -> None:
    """A printed table, its cells as they are printed."""
    columns = ["label", "indent", "kind", *sheet.columns]
    rows = [[row.label, row.depth, row.kind, *row.cells] for row in sheet.lines]
    frame = pd.DataFrame(rows, columns=columns)
    frame.insert(0, "table", sheet.title)
    frame.to_csv(path.with_suffix(".csv"), index=False)
    parquet.write(frame, path.with_suffix(".parquet"))


def _scenarios(view: View) -> Iterator[tuple[str, Scenario]]:
    """Files of the scenarios, the first one's under the plain name, that of the reference last."""
    for place, run in enumerate(view.runs):
        yield (SCENARIO if place == 0 else f"{run.scenario.name}.resolved.yaml"), run.scenario
    if view.beside is not None:
        yield "reference.resolved.yaml", view.beside.scenario


def _place_of(view: View) -> int | None:
    """Place, among the scenarios, of the one that differences are taken from."""
    return None if view.reference is None else (*view.runs, view.beside).index(view.reference)


def _own_portfolio(scenario: Scenario) -> bool:
    """Whether a scenario rests on a portfolio that does not come with the package."""
    return resolving.root_of(scenario).path.parent != SHIPPED


def _identities(runs: Sequence[Run]) -> dict[str, bool]:
    """Whether the identities of model.md sections 2 and 5 hold in what is saved."""
    money = [_money_apart(run) for run in runs]
    return {"B + R + shortfall = spend + carried_out + returned": max(money, default=0.0) <= TOLERANCE}


def _money_apart(run: Run) -> float:
    """Greatest difference of the two sides in any programme and year, as a share of the money."""
    apart = [0.0]
    for programme in run.labels.programmes:
        of = {name: run.of(name, programme)[:, 0] for name in _ACCOUNT}
        had = of["budget"] + of["carried_in"] + of["shortfall"]
        went = of["spend"] + of["carried_out"] + of["returned"]
        apart.append(float(np.max(np.abs(had - went) / np.maximum(had, 1.0), initial=0.0)))
    return max(apart)


_ACCOUNT = ("budget", "carried_in", "shortfall", "spend", "carried_out", "returned")
