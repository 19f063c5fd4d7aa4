"""What two results say about each other, and what a planner should be warned of."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from simulator import tables
from simulator.outcomes import COEFFICIENTS
from simulator.results import Result, Run
from simulator.scenario import Scenario
from simulator.sources import assumptions
from simulator.suspicions import Warned, suspicions

if TYPE_CHECKING:
    import pandas as pd


def compare(reference: Result, result: Result) -> "pd.DataFrame":
    """Tidy table of a result with `difference` and `ratio` to the first scenario of the reference."""
    import pandas as pd

    rows = tables.rows(result, reference=reference.runs[0])
    return pd.DataFrame(rows, columns=list(tables.Row._fields))


def warnings(runs: tuple[Run, ...], parent: Run | None, shown: Collection[str]) -> Iterator[Warned]:
    """Shortfalls, assumptions under the outcomes shown, suspicions, identical results."""
    for run in runs:
        yield from _shortfalls(run)
        yield from _assumed(run, shown)
        yield from suspicions(run.scenario)
    compared = [*runs, *([parent] if parent else [])]
    for position, run in enumerate(compared):
        for other in compared[position + 1 :]:
            if _identical(run, other):
                yield Warned("identical", {"scenario": run.scenario.title, "reference": other.scenario.title})


def _shortfalls(run: Run) -> Iterator[Warned]:
    for programme in run.labels.programmes:
        short = run.of("shortfall", programme)[:, 0]
        years = [year for year, amount in zip(run.years, short.tolist(), strict=True) if amount > 0]
        if years:
            values = {
                "scenario": run.scenario.title,
                "programme": programme,
                "years": tuple(years),
                "amount": f"{short.max():,.1f}",
            }
            yield Warned("shortfall", values)


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


def _identical(run: Run, other: Run) -> bool:
    if run.labels.awards != other.labels.awards or run.years != other.years:
        return False
    shared = run.measures.keys() & other.measures.keys()
    return all(np.array_equal(run.measures[name], other.measures[name], equal_nan=True) for name in shared)


def beside(scenario: Scenario, other: Scenario) -> Scenario:
    """`other` over the years that a scenario shows, so that every figure has its counterpart."""
    years = scenario.document.horizon
    return replace(other, document=other.document.model_copy(update={"years": years}))


def worth_showing(run: Run, reference: Run) -> bool:
    """Whether differences say something: a scenario that leaves its portfolio as it is stands alone."""
    return reference.scenario.parent is not None or not _identical(run, reference)
