"""What two results say about each other, and what a planner should be warned of."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from simulator import draws, tables, uncertainty_rules
from simulator.errors import RequestError
from simulator.figures import Wanted
from simulator.outcomes import COEFFICIENTS
from simulator.results import Result, Run
from simulator.scenario import FOR_PEOPLE, Scenario
from simulator.sources import assumptions
from simulator.suspicions import Warned, suspicions, undrawn
from simulator.tables import Line

if TYPE_CHECKING:
    import pandas as pd


def compare(reference: Result, result: Result) -> "pd.DataFrame":
    """Tidy table of a result with `difference` and `ratio` to the first scenario of the reference.

    Of draws the differences are paired: both are drawn again together. RequestError where they were drawn differently.
    """
    import pandas as pd

    base = reference.runs[0]
    if any(run.drawn for run in (base, *result.runs)):
        base, result = _together(base, result)
    rows = tables.rows(result, reference=base)
    return pd.DataFrame(rows, columns=list(tables.Row._fields))


def _together(base: Run, result: Result) -> tuple[Run, Result]:
    """A reference and a result on the same draws."""
    designs = {run.drawn.sampled if run.drawn else None for run in (base, *result.runs)}
    sampled = designs.pop()
    if designs or sampled is None:
        raise RequestError("the results are of different draws: run both with the same draws, seed and sampling")
    runs = (base, *result.runs)
    lines = tuple(tuple(run.drawn.lines) for run in runs if run.drawn)
    drawn = draws.draw([run.scenario for run in runs], sampled, Wanted(lines, reference=0))
    return drawn[0], replace(result, runs=drawn[1:])


def warnings(runs: tuple[Run, ...], parent: Run | None, shown: Collection[str]) -> Iterator[Warned]:
    """Shortfalls, assumptions under the outcomes shown, suspicions, identical results."""
    for run in runs:
        yield from _uncertain(run)
        yield from _shortfalls(run)
        yield from _assumed(run, shown)
        yield from _unplanned(run)
        yield from suspicions(run.scenario)
    compared = [*runs, *([parent] if parent else [])]
    for position, run in enumerate(compared):
        for other in compared[position + 1 :]:
            if _identical(run, other) and not _only_years(run.scenario):
                yield Warned("identical", {"scenario": run.scenario.title, "reference": other.scenario.title})


def _uncertain(run: Run) -> Iterator[Warned]:
    """Draws that vary nothing, or what is uncertain and not drawn."""
    if run.drawn is None:
        yield from undrawn(run.scenario)
    elif not uncertainty_rules.inputs(run.scenario.document) and not _lives_vary(run):
        yield Warned("certain", {"scenario": run.scenario.title})


def _lives_vary(run: Run) -> bool:
    """Whether single lives have chance in the draws."""
    single = run.drawn is not None and run.drawn.sampled.engine == "events"
    return single or run.scenario.document.individual_variation


def _shortfalls(run: Run) -> Iterator[Warned]:
    for programme in run.labels.programmes:
        short, drawn = run.of("shortfall", programme)[:, 0], run.statistics(Line(programme, "", "shortfall"))
        years = [year for year, amount in zip(run.years, short.tolist(), strict=True) if amount > 0]
        if years:
            values = {
                "scenario": run.scenario.title,
                "programme": programme,
                "years": tuple(years),
                "amount": f"{short.max():,.1f}",
            }
            if drawn and drawn.quantiles:
                values["amount"] = f"{drawn.quantiles['p95'].max():,.1f}"
            yield Warned("may_be_short" if drawn else "shortfall", values)


def _unplanned(run: Run) -> Iterator[Warned]:
    """Programmes without a plan for some award type, where others have one: the required budget of all is not known."""
    if not run.has("required_budget"):
        return
    lacking = {programme: np.isnan(run.of("required_budget", programme)).any() for programme in run.labels.programmes}
    if any(lacking.values()) and not all(lacking.values()):
        names = ", ".join(programme for programme, lacks in lacking.items() if lacks)
        yield Warned("unplanned", {"scenario": run.scenario.title, "programmes": names})


def _assumed(run: Run, shown: Collection[str]) -> Iterator[Warned]:
    resting = {
        source: name
        for name in COEFFICIENTS
        if name in shown
        for names in run.labels.awards
        for source in assumptions(run.scenario, name, *names)
    }
    for source, name in resting.items():
        values = {"measure": name, "value": source.text, "source": source.source or "no source"}
        yield Warned("assumed", values, source.place, source.path)


def _only_years(scenario: Scenario) -> bool:
    """Whether a scenario changes nothing but which years are shown."""
    changed = {path.partition(".")[0] for path in scenario.overrides}
    return "years" in changed and changed <= {"years", *FOR_PEOPLE}


def _identical(run: Run, other: Run) -> bool:
    if run.labels.awards != other.labels.awards or run.years != other.years:
        return False
    if run.drawn or other.drawn:  # only what is shown was drawn
        return False
    shared = run.measures.keys() & other.measures.keys()
    return all(np.array_equal(run.measures[name], other.measures[name], equal_nan=True) for name in shared)


def beside(scenario: Scenario, other: Scenario) -> Scenario:
    """`other` over the years that a scenario shows, as far as it simulates them: every figure has its counterpart."""
    first, last = scenario.document.horizon
    years = max(first, other.document.first_year), last
    if years[0] > last:
        return other
    return replace(other, document=other.document.model_copy(update={"years": years}))


def worth_showing(run: Run, reference: Run) -> bool:
    """Whether differences say something: a scenario that leaves its portfolio as it is stands alone."""
    return reference.scenario.parent is not None or not _identical(run, reference)
