"""Saved runs: read back without running again, compared, and run again to see whether the bits are the same."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from simulator import __version__, draws, model, tables
from simulator.draws import Sampled
from simulator.errors import RequestError
from simulator.figures import Wanted
from simulator.leaves import Batch
from simulator.loading import load
from simulator.measures import measure
from simulator.placing import digest
from simulator.records import Record
from simulator.results import Drawn, Result, Run
from simulator.sampling import REPLICATES
from simulator.scenario import Scenario
from simulator.statistics import QUANTILES, Statistics
from simulator.tables import Line

TIDY, REFERENCE = "tables/tidy.csv", "tables/reference.csv"
MISSING = object()


def sampled_of(record: Record) -> Sampled | None:
    """How the run was drawn."""
    given = record.manifest["draws"]
    if given is None:
        return None
    return Sampled(given["draws"], given["seed"], given["sampling"], given.get("engine", "cohort"))


def scenarios_of(record: Record) -> list[Scenario]:
    """The scenarios of a run, as they were, under the names they had."""
    return [replace(load(record.file(each["file"])), name=each["name"]) for each in record.manifest["scenarios"]]


def runs_of(record: Record) -> list[Run]:
    """The runs that are shown, from the tidy table alone."""
    frame = pd.read_csv(record.file(TIDY), keep_default_na=False, na_values={"value": [""], "fiscal_year": [""]})
    shown = scenarios_of(record)[: record.manifest["shown"]]
    return [_run(scenario, frame[frame["scenario"] == scenario.name], sampled_of(record)) for scenario in shown]


def _run(scenario: Scenario, frame: pd.DataFrame, sampled: Sampled | None) -> Run:
    """One run of the rows of its scenario."""
    labels, (first, last) = Batch((scenario,)).labels, scenario.document.horizon
    years = range(first, last + 1)
    known = frame[frame["fiscal_year"].notna()]
    keys = ["programme", "award", "measure", "statistic"]
    series: dict[Any, Any] = {
        key: group.set_index("fiscal_year")["value"].reindex(years).to_numpy(dtype=np.float64)
        for key, group in known.groupby(keys, sort=False)
    }
    central = "value" if sampled is None else "mean"
    measures = {}
    for name in dict.fromkeys(key[2] for key in series if key[3] == central):
        rows = _rows_of(name, labels)
        if rows:
            there = [series.get((*row, name, central), np.full(len(years), np.nan)) for row in rows]
            measures[name] = np.stack(there, axis=1)[..., None]
    drawn = None if sampled is None else _drawn(series, sampled)
    return Run(scenario, labels, years, measures, drawn)


def _rows_of(name: str, labels: Any) -> list[tuple[str, str]]:
    """Programmes, or award types with their programmes, that a measure is of; none of what is no measure."""
    try:
        kind = measure(name)
    except RequestError:
        return []
    return list(labels.awards) if kind.level == "award" else [(programme, "") for programme in labels.programmes]


def _drawn(series: Mapping[Any, Any], sampled: Sampled) -> Drawn:
    """Statistics of every line, without differences and chances."""
    lines = {}
    for programme, award, name in dict.fromkeys(key[:3] for key in series if key[3] == "mean"):
        line = (programme, award, name)
        quantiles = {each: series[*line, each] for each in QUANTILES if (*line, each) in series}
        freedom = sampled.draws - 1 if sampled.sampling == "random" else REPLICATES - 1
        mean, sd, se = (series[*line, each] for each in ("mean", "sd", "se"))
        lines[Line(*line)] = Statistics(sampled.draws, mean, sd, se, freedom, quantiles)
    return Drawn(lines, {}, (), None, sampled, sampled.draws)


def again(record: Record) -> list[str]:
    """Run a saved run once more: nothing where every figure has the same bits, else what differs and why."""
    scenarios, sampled, shown = scenarios_of(record), sampled_of(record), record.manifest["shown"]
    if sampled is None:
        runs = model.run(scenarios[:shown]).runs
    else:
        runs = draws.draw(scenarios, sampled, _wanted(record, scenarios), threads=draws.processors())[:shown]
    before = {row[:6]: row[6] for row in _rows(record, TIDY)}
    now = {row[:6]: row.value for row in tables.rows(Result(tuple(runs)))}
    apart = [key for key, value in now.items() if before.get(key, MISSING) != value]
    if not apart:
        return []
    told = " ".join(str(part) for part in apart[0] if part)
    return [f"{len(apart)} of {len(now)} figures differ, first {told}", *_reasons(record)]


def _wanted(record: Record, scenarios: Sequence[Scenario]) -> Wanted:
    """What was asked of the draws, so that quantiles are exact, or not, as they were."""
    rows = _rows(record, TIDY) + (_rows(record, REFERENCE) if REFERENCE in record.manifest["files"] else [])
    lines: dict[str, dict[Line, None]] = {scenario.name: {} for scenario in scenarios}
    quantiled = set()
    for name, _, programme, award, of, statistic, _ in rows:
        if statistic == "mean":
            lines[name][Line(programme, award, of)] = None
        elif statistic in QUANTILES:
            quantiled.add(Line(programme, award, of))
    asked = tuple(tuple(lines[scenario.name]) for scenario in scenarios)
    return Wanted(asked, (), record.manifest["reference"], frozenset(quantiled))


def _reasons(record: Record) -> Iterator[str]:
    """Why figures may differ: another version, other libraries, other inputs."""
    if record.manifest["version"] != __version__:
        yield f"version: it was made by {record.manifest['version']}, this is {__version__}"
    for name, version in record.manifest.get("libraries", {}).items():
        if version != metadata.version(name):
            yield f"library: it was made with {name} {version}, this is {metadata.version(name)}"
    yield from inputs_changed(record)


def inputs_changed(record: Record) -> Iterator[str]:
    """Files that a run was read from and that are no longer what they were: it keeps a copy of what they said."""
    for each in record.manifest["inputs"]:
        path = Path(each["path"])
        if not path.is_file():
            yield f"input: {path} is no longer there"
        elif digest(path) != each["sha256"]:
            yield f"input: {path} has changed since"


def _rows(record: Record, name: str) -> list[tuple[Any, ...]]:
    frame = pd.read_csv(record.file(name), keep_default_na=False, dtype=str)
    years = [int(year) if year else None for year in frame["fiscal_year"]]
    values = [float(value) if value else None for value in frame["value"]]
    names = (frame[column] for column in ("programme", "award", "measure", "statistic"))
    return list(zip(frame["scenario"], years, *names, values, strict=True))


def compared(records: Sequence[Record]) -> tuple[list[Run], Run]:
    """Runs of all but the first of some saved runs, and the first run of the first, which they are compared with.

    What has the name of another run is told apart by its folder.
    """
    reference = runs_of(records[0])[0]
    found = [(run, record) for record in records[1:] for run in runs_of(record)]
    names = [reference.scenario.name, *(run.scenario.name for run, _ in found)]
    named = [_named(run, record) if names.count(run.scenario.name) > 1 else run for run, record in found]
    return [_apart(run, reference) for run in named], reference


def _apart(run: Run, reference: Run) -> Run:
    """The run with statistics of its differences, which are of means: the draws themselves are not saved."""
    if run.drawn is None or run.years != reference.years:
        return run
    there = reference.drawn.lines if reference.drawn else {}
    differences = {}
    for line, own in run.drawn.lines.items():
        if line in there or (reference.drawn is None and reference.has(line.measure)):
            mean = own.mean - reference.of(line.measure, line.programme, line.award)[:, 0]
            se = np.sqrt(own.se**2 + (there[line].se ** 2 if line in there else 0.0))
            differences[line] = replace(own, mean=mean, sd=np.where(se == 0.0, 0.0, np.nan), se=se, quantiles={})
    return replace(run, drawn=replace(run.drawn, differences=differences, reference=reference.scenario))


def _named(run: Run, record: Record) -> Run:
    name = f"{run.scenario.name} ({record.folder.name})"
    return replace(run, scenario=replace(run.scenario, name=name))
