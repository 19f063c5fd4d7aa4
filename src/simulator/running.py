"""The main job: scenarios are loaded, run, drawn where that is asked, shown, and judged by conditions."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from simulator import parquet, records
from simulator.console import DONE, FAILED_CHECK, INTERRUPTED, Meter, say
from simulator.errors import RequestError
from simulator.printing import Page, held, require_known, warnings
from simulator.report import workbook_book

if TYPE_CHECKING:
    from simulator.draws import Sampled
    from simulator.results import Run
    from simulator.scenario import Scenario


@dataclass(frozen=True)
class Job:
    """What is run: scenario files with what lies over them, what they are compared with, and where it is saved."""

    files: Sequence[str]
    settings: Sequence[str]
    overlays: Sequence[str]
    baseline: str
    output: str | None = None
    overwrite: bool = False
    command: Sequence[str] = ()

    def loaded(self) -> "tuple[list[Scenario], Scenario | None]":
        """The scenarios, and the one beside them: the baseline, or the parent of a single one."""
        from simulator.loading import load

        scenarios = [load(file, settings=self.settings, overlays=self.overlays) for file in self.files]
        names = [scenario.name for scenario in scenarios]
        for name in names:
            if names.count(name) > 1:
                raise RequestError(f"{name} is given twice: tables name a scenario by its file's stem, rename one")
        parent = scenarios[0].parent if len(scenarios) == 1 else None
        return scenarios, load(self.baseline) if self.baseline else parent

    def simulated(self, *, identical: bool = False) -> "tuple[Sequence[Run], Run | None]":
        """The runs at expected values, and the one beside them: not a portfolio left as it is, unless `identical`."""
        from simulator import comparison, model

        scenarios, other = self.loaded()
        result = model.run([*scenarios, *([comparison.beside(scenarios[0], other)] if other else [])])
        runs, beside = result.runs[: len(scenarios)], result.runs[-1] if other else None
        shown = beside and (self.baseline or identical or comparison.worth_showing(runs[0], beside))
        return runs, beside if shown else None


@dataclass(frozen=True)
class Questions:
    """Conditions: those whose chance is shown, and those that fail the run."""

    chances: Sequence[str]
    fail_if: Sequence[str]


def run(job: Job, page: Page, sampled: "Sampled | None", questions: Questions, *, quiet: bool) -> int:
    """Run and show; the exit status."""
    from simulator.conditions import Condition

    conditions = [Condition.parse(text) for text in questions.fail_if]
    asked = [Condition.parse(text) for text in questions.chances]
    if asked and sampled is None:
        raise RequestError("--probability is of draws: add --draws 10000")
    page.singles.require(sampled)
    if job.output is not None:
        parquet.require()
        workbook_book.require()
        records.require_free(Path(job.output), overwrite=job.overwrite)
    runs, beside = job.simulated(identical=sampled is not None)
    shown = page.view(runs, beside).years
    within = range(shown[0], shown[-1] + 1)
    conditions, asked = ([replace(each, within=within) for each in of] for of in (conditions, asked))
    require_known(page.measures, runs)
    if sampled:
        with Meter(page.words) as meter:
            runs, beside = page.drawn(runs, beside, sampled, [*asked, *conditions], meter)
    met = list(held(conditions, runs, page.words))
    whole = _saved(job, page, runs, beside)
    page.show(runs, beside)
    for text in (*([] if quiet else warnings(page, runs, beside)), *met):
        say(text)
    if not whole:
        return INTERRUPTED
    return FAILED_CHECK if met else DONE


def _saved(job: Job, page: Page, runs: "Sequence[Run]", beside: "Run | None") -> bool:
    """Whether all draws were made, and saved where that is asked for; says what was not."""
    whole = all(each.drawn is None or each.drawn.done == each.drawn.sampled.draws for each in runs)
    if job.output is None:
        return whole
    if not whole:
        say(f"{job.output}: nothing was saved, since not all draws were made")
        return False
    try:
        save(job, page, runs, beside)
    except KeyboardInterrupt:
        say(f"{job.output}: interrupted, nothing was saved")
        return False
    return True


def save(job: Job, page: Page, runs: "Sequence[Run]", beside: "Run | None") -> None:
    """Write the run folder that the job names."""
    from simulator import recording

    view = page.view(runs, beside)
    sampled = runs[0].drawn.sampled if runs[0].drawn else None
    told = [text.removeprefix("warning: ") for text in warnings(page, runs, beside)]
    recorded = recording.Recorded(view, page.sheets(view), told, sampled, job.command)
    recording.save(Path(job.output or ""), recorded, overwrite=job.overwrite)
