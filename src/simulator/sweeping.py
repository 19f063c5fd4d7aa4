"""The job of sweeping: what varies is read, every block is run, what the results say is printed and saved."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from simulator import extras
from simulator.console import DONE, INTERRUPTED, Meter, say, show_page, show_rows
from simulator.errors import RequestError
from simulator.options import Format

if TYPE_CHECKING:
    from simulator.analyses import Analysis
    from simulator.arrays import Floats
    from simulator.conditions import Condition
    from simulator.datasets import Dataset
    from simulator.designs import Kind
    from simulator.labels import Words
    from simulator.records import Record
    from simulator.report.sheets import Sheet, View
    from simulator.scenario import Scenario
    from simulator.sweeps import Simulated, Sweep
    from simulator.workers import Map

    Page = tuple[list[str], list[Sheet]]


@dataclass(frozen=True)
class Asked:
    """What is swept: a scenario, what varies, the design, and which outcomes are looked at."""

    file: str
    settings: Sequence[str]
    overlays: Sequence[str]
    vary: Sequence[str]
    design: "Kind"
    size: int
    seed: int
    outcomes: Sequence[str]
    years: str
    where: Sequence[str]

    def sweep(self) -> "Sweep":
        """The sweep; RequestError where it cannot be made."""
        from simulator import factors, outcome_names, sweeps, varied
        from simulator.leaves import Batch
        from simulator.loading import load

        scenario = load(self.file, settings=self.settings, overlays=self.overlays)
        document = scenario.document
        varying = self._varied(scenario)
        self._require_apart(varying)
        found = factors.read_all(varying, document)
        labels = Batch((scenario,)).labels
        asked = [*(self.outcomes or document.sweep.outcomes or outcome_names.USUAL)]
        asked += map(outcome_names.of_condition, self.conditions)
        model = sweeps.Simulated(scenario, outcome_names.read_all(asked, labels, self._years(scenario)))
        pairs = varied.pairs(document)
        return sweeps.sweep(model, found, kind=self.design, size=self.size, seed=self.seed, pairs=pairs)

    @property
    def condition(self) -> str:
        """The same as one text."""
        return " and ".join(self.where)

    @property
    def told(self) -> dict[str, object]:
        """What was asked, so that it can be asked again."""
        return {name: list(value) if isinstance(value, list) else value for name, value in vars(self).items()}

    @property
    def conditions(self) -> "list[Condition]":
        """What runs are to meet that are described."""
        from simulator.conditions import Condition

        return [Condition.parse(text) for text in self.where]

    def _varied(self, scenario: "Scenario") -> list[str]:
        """What --vary says, else what the scenario does: a grid is of levers alone."""
        own = scenario.document.sweep
        return list(self.vary) or [*own.levers, *(() if self.design == "grid" else own.uncertainties)]

    def _require_apart(self, varying: list[str]) -> None:
        """RequestError where what is given by --set takes other values in every run."""
        given = [text.partition("=")[0].strip() for text in self.settings]
        for path in (text.partition("=")[0].strip() for text in varying if "=" in text):
            if any(f"{one}.".startswith(f"{other}.") for each in given for one, other in ((each, path), (path, each))):
                raise RequestError(f"{path}: is both set and varied: leave out one of them")

    def _years(self, scenario: "Scenario") -> range:
        from simulator import quantities

        first, last = scenario.document.horizon
        if not self.years:
            return range(first, last + 1)
        start, stop = quantities.years(self.years)
        if not first <= start <= stop <= last:
            raise RequestError(f"--years {self.years}: {scenario.name} shows FY{first} to FY{last}")
        return range(start, stop + 1)


@dataclass(frozen=True)
class How:
    """Who runs the blocks, until how narrow the intervals are, and where the runs are saved."""

    workers: int = 1
    cluster: str = ""
    width: float | None = None
    output: str = ""
    command: Sequence[str] = field(default=())

    @property
    def mapped(self) -> "Map":
        """The map that blocks go through."""
        from simulator import workers

        if self.cluster:
            workers.require_dask()
            return workers.dask(self.cluster, self.workers)
        return workers.processes(self.workers) if self.workers > 1 else map


def run(asked: Asked, how: How, form: Format, words: "Words", *, quiet: bool) -> int:
    """Sweep, print and save; the exit status."""
    from simulator import analyses, datasets, discovery, outcome_names, sweeps

    sweep, mapped, conditions = asked.sweep(), how.mapped, asked.conditions
    swept = _simulated(sweep)
    met = partial(outcome_names.met, conditions, swept.outcomes) if conditions else None
    if conditions:
        sweeps.require_sampled(sweep)
        if not discovery.has_tree() and not quiet:
            say(f"warning: {words('sweep', 'no_tree', install=extras.install(discovery.EXTRA))}")
    more = {"until_converged": how.width, "command": list(how.command)}
    analyses.require_extended(sweep, how.width)
    dataset = datasets.opened(Path(how.output), sweep, more, width=how.width) if how.output else None
    for block in dataset.discard_damaged() if dataset else ():
        say(f"warning: {words('sweep', 'damaged', block=block)}")
    with Meter(words, "sweep") as meter:
        results = partial(_saved, dataset, mapped, meter) if dataset else partial(_passing, mapped, meter)
        try:
            found = analyses.analyse(sweep, results, width=how.width, met=met)
        except _StoppedError:
            say(words("sweep", "stopped_saved" if dataset else "stopped"))
            return INTERRUPTED
    view = _view(found, words)
    page = _page(found, view, asked.condition)
    if dataset:
        _seal(dataset, found, asked, (view, page), how)
    _show(found, page, form)
    if how.width is not None and not found.converged(how.width) and not quiet:
        say(f"warning: {words('sweep', 'not_converged', width=f'{how.width:g}', size=f'{found.sweep.design.base:,}')}")
    return DONE


class _StoppedError(Exception):
    """The person wants it to end."""


def _passing(mapped: "Map", meter: Meter, sweep: "Sweep", first: int) -> "Iterator[Floats]":
    """Results of blocks as they are made."""
    for block, made in enumerate(mapped(sweep.outputs, range(first, sweep.blocks)), first):
        yield made
        _tell(meter, sweep, block)


def _saved(dataset: "Dataset", mapped: "Map", meter: Meter, sweep: "Sweep", first: int) -> "Iterator[Floats]":
    """Results of blocks once all of them are saved."""
    for block in dataset.fill(sweep, first, mapped):
        _tell(meter, sweep, block)
    yield from dataset.results(sweep, first)


def _tell(meter: Meter, sweep: "Sweep", block: int) -> None:
    if not meter(sweep.base_of(block)[1] * sweep.design.rows, sweep.runs):
        raise _StoppedError


def _simulated(sweep: "Sweep") -> "Simulated":
    """What is swept here: a scenario."""
    return sweep.model  # type: ignore[return-value]


def _view(found: "Analysis", words: "Words") -> "View":
    """The run of the scenario as it is, for what things are called."""
    from simulator import model
    from simulator.report.sheets import View

    swept = _simulated(found.sweep)
    return View(model.run(swept.scenario, measures=["budget"]).runs, None, words)


def _page(found: "Analysis", view: "View", condition: str) -> "Page":
    """Heading and tables for people."""
    from simulator.report import sweep_pages

    swept = _simulated(found.sweep)
    page = sweep_pages.Page(view, found, swept.outcomes, condition)
    return page.heading(), page.sheets()


def _seal(dataset: "Dataset", found: "Analysis", asked: Asked, shown: "tuple[View, Page]", how: How) -> None:
    from simulator import sweep_recording, sweep_tables

    swept = _simulated(found.sweep)
    rows = list(sweep_tables.rows(found, swept.scenario.name, swept.outcomes))
    boxes = list(sweep_tables.boxes(found, swept.scenario.name, asked.condition))
    told = {**found.sweep.told, "asked": asked.told}
    quantities = {name: factor.quantity for factor in found.sweep.factors for name in (factor.path, *factor.names)}
    sealed = sweep_recording.Sealed(swept.scenario, told, rows, boxes, shown[1], shown[0], quantities)
    sweep_recording.seal(dataset, sealed, how.command)


def _show(found: "Analysis", page: "Page", form: Format) -> None:
    """Print what was found: tables for people, or the tidy table."""
    from simulator import sweep_tables

    swept = _simulated(found.sweep)
    if form.for_people:
        show_page(*page, form)
    else:
        rows = list(sweep_tables.rows(found, swept.scenario.name, swept.outcomes))
        show_rows(rows, form, header=sweep_tables.SweepRow._fields)


def again(record: "Record") -> list[str]:
    """Run a saved sweep once more: nothing where every figure has the same bits, else in which blocks they differ."""
    from simulator import datasets, sweeps
    from simulator.recording import SCENARIO

    told = record.manifest["sweep"]
    asked = Asked(**{**told["asked"], "file": str(record.file(SCENARIO)), "settings": [], "overlays": []})
    sweep, dataset = asked.sweep(), datasets.Dataset(record.folder, told["fingerprint"])
    if sweep.design.base < told["size"]:
        sweep = sweeps.grown(sweep, told["size"])
    saved = enumerate(dataset.results(sweep))
    return [f"block {block} differs" for block, made in saved if made.tobytes() != sweep.outputs(block).tobytes()]
