"""The job of sweeping: what varies is read, every block is run, and what the results say is printed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from simulator.console import DONE, Meter, deliver, say
from simulator.errors import RequestError
from simulator.options import Format

if TYPE_CHECKING:
    from simulator.analyses import Analysis
    from simulator.arrays import Floats
    from simulator.designs import Kind
    from simulator.labels import Words
    from simulator.scenario import Scenario
    from simulator.sweeps import Simulated, Sweep


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

    def sweep(self) -> "Sweep":
        """The sweep; RequestError where it cannot be made."""
        from simulator import factors, outcome_names, sweeps, varied
        from simulator.leaves import Batch
        from simulator.loading import load

        scenario = load(self.file, settings=self.settings, overlays=self.overlays)
        document = scenario.document
        found = factors.read_all(self._varied(scenario), document)
        labels = Batch((scenario,)).labels
        outcomes = outcome_names.read_all(
            self.outcomes or document.sweep.outcomes or outcome_names.USUAL, labels, self._years(scenario)
        )
        model = sweeps.Simulated(scenario, outcomes)
        pairs = varied.pairs(document)
        return sweeps.sweep(model, found, kind=self.design, size=self.size, seed=self.seed, pairs=pairs)

    def _varied(self, scenario: "Scenario") -> list[str]:
        """What --vary says, else what the scenario does: a grid is of levers alone."""
        own = scenario.document.sweep
        return list(self.vary) or [*own.levers, *(() if self.design == "grid" else own.uncertainties)]

    def _years(self, scenario: "Scenario") -> range:
        from simulator import quantities

        first, last = scenario.document.horizon
        if not self.years:
            return range(first, last + 1)
        start, stop = quantities.years(self.years)
        if not first <= start <= stop <= last:
            raise RequestError(f"--years {self.years}: {scenario.name} shows FY{first} to FY{last}")
        return range(start, stop + 1)


def run(asked: Asked, form: Format, words: "Words", *, width: float | None, quiet: bool) -> int:
    """Sweep and print; the exit status."""
    from simulator import analyses

    sweep = asked.sweep()
    with Meter(words, "sweep") as meter:
        found = analyses.analyse(sweep, partial(_counted, meter), width=width)
    show(found, form, words)
    if width is not None and not found.converged(width) and not quiet:
        say(f"warning: {words('sweep', 'not_converged', width=f'{width:g}', size=f'{found.sweep.design.base:,}')}")
    return DONE


def _counted(meter: Meter, sweep: "Sweep", first: int) -> "Iterator[Floats]":
    for block in range(first, sweep.blocks):
        yield sweep.outputs(block)
        if not meter(sweep.base_of(block)[1] * sweep.design.rows, sweep.runs):
            raise KeyboardInterrupt


def show(found: "Analysis", form: Format, words: "Words") -> None:
    """Print what was found: tables for people, or the tidy table."""
    from simulator import model, sweep_tables
    from simulator.report import machine, markdown, sweep_pages, terminal
    from simulator.report.sheets import View

    swept: Simulated = found.sweep.model  # type: ignore[assignment]
    if form in (Format.CSV, Format.JSON):
        rows = list(sweep_tables.rows(found, swept.scenario.name, swept.outcomes))
        csv = partial(machine.write_csv, rows, header=sweep_tables.SweepRow._fields)
        deliver(csv if form is Format.CSV else partial(machine.write_json, rows))
        return
    view = View(model.run(swept.scenario, measures=["budget"]).runs, None, words)
    page = sweep_pages.Page(view, found, swept.outcomes)
    writer = terminal.write if form is Format.TABLE else markdown.write
    deliver(partial(writer, page.heading(), page.sheets()))
