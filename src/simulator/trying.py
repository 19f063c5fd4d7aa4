"""Candidates for some inputs, tried side by side: where conditions hold, in how many draws, what is lacking elsewhere.

All candidates and all draws are runs of one batch; every candidate meets the same draws.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from simulator import cohorts, figures, varied
from simulator.arrays import Floats
from simulator.conditions import Condition
from simulator.crossed import Cycled, Stretched
from simulator.draws import BLOCK, Sampled
from simulator.errors import RequestError
from simulator.flows import Flows
from simulator.inputs import blocks
from simulator.leaves import Batch
from simulator.measures import measure
from simulator.results import Run
from simulator.scenario import Scenario
from simulator.varied import Given, Varied


class Tried(NamedTuple):
    """What became of N candidates.

    Attributes
    ----------
    chances : (N,) share of the draws in which every condition holds in every year that it counts
    gaps : (N,) mean over the draws of the greatest gap to a condition, as a share of its value; infinite where a
        figure does not exist
    levels : (C, Y, N) mean over the draws of what each condition is about

    """

    chances: Floats
    gaps: Floats
    levels: Floats


@dataclass(frozen=True)
class Trial:
    """A scenario whose inputs are tried for conditions: at expected values, or over draws."""

    scenario: Scenario
    conditions: tuple[Condition, ...]
    sampled: Sampled | None = None

    @property
    def years(self) -> range:
        """The years shown."""
        first, last = self.scenario.document.horizon
        return range(first, last + 1)

    def run(self, candidates: Mapping[str, Floats]) -> Tried:
        """Try N candidates, given as (N,) values by path, in internal units; none given is the scenario as it is.

        RequestError : no such path, or a value outside its bounds; a condition's year that is not shown
        """
        tried = len(next(iter(candidates.values()), "1"))
        batch = self._batch(candidates, tried)
        draws = self.sampled.draws if self.sampled else 1
        holds, gaps = np.empty(batch.runs, dtype=np.bool_), np.empty(batch.runs)
        levels = np.empty((len(self.conditions), len(self.years), batch.runs))
        flows: Flows | None = None
        for part, inputs in blocks(batch, BLOCK):
            flows = Flows.empty(inputs) if flows is None or flows.spend.shape[-1] != inputs.runs else flows
            made = cohorts.simulate(inputs, flows)
            shown = figures.years_of(batch)
            rows = slice(shown.start - batch.labels.first_year, shown.stop - batch.labels.first_year)
            kept = {each.measure: measure(each.measure).of(made, inputs)[rows] for each in self.conditions}
            run = Run(self.scenario, batch.labels, shown, kept)
            for place, condition in enumerate(self.conditions):
                levels[place, :, part] = run.of(condition.measure, condition.programme, condition.award)
            holds[part], gaps[part] = self._judged(levels[..., part])
        return Tried(
            holds.reshape(tried, draws).mean(axis=1),
            gaps.reshape(tried, draws).mean(axis=1),
            levels.reshape(*levels.shape[:2], tried, draws).mean(axis=-1),
        )

    def _judged(self, levels: Floats) -> tuple[np.typing.NDArray[np.bool_], Floats]:
        """Whether all conditions hold, and the greatest gap, of levels (C, Y, R)."""
        holds, gaps = np.ones(levels.shape[-1], dtype=np.bool_), np.zeros(levels.shape[-1])
        for condition, of_years in zip(self.conditions, levels, strict=True):
            values = of_years[counted(condition, self.years)]
            held = condition.holds(values)
            gap = np.where(held, 0.0, np.abs(values - condition.value) / max(abs(condition.value), 1.0))
            gap[np.isnan(gap)] = np.inf
            np.logical_and(holds, held.all(axis=0), out=holds)
            np.maximum(gaps, gap.max(axis=0), out=gaps)
        return holds, gaps

    def _batch(self, candidates: Mapping[str, Floats], tried: int) -> Batch:
        batch = Batch((self.scenario,), {path: Given(values) for path, values in candidates.items()}, tried)
        batch.check()
        for condition in self.conditions:
            condition.require_year(self.years)
            _require_line(condition, batch)
        if self.sampled is None:
            return batch
        self.sampled.check()
        document, draws = self.scenario.document, self.sampled.draws
        if document.individual_variation:
            raise RequestError("individual_variation draws lots of single lives: set it to false to try candidates")
        (design,) = varied.designs([document], draws, self.sampled.seed, self.sampled.sampling)
        drawn = {path: Cycled(each, draws) for path, each in varied.drawn(document, design).items()}
        given = {path: Stretched(Given(values), draws) for path, values in candidates.items()}
        hidden = {path for path in drawn for other in given if path.startswith(f"{other}.")}
        known: dict[str, Varied] = {path: each for path, each in drawn.items() if path not in hidden}
        return Batch((self.scenario,), {**known, **given}, tried * draws)


def counted(condition: Condition, years: range) -> Sequence[int]:
    """Rows of the years in which a condition is asked for: the one that it names, or all that are shown."""
    return [row for row, year in enumerate(years) if condition.counts(year)]


def _require_line(condition: Condition, batch: Batch) -> None:
    """RequestError where there is no such programme or award type."""
    level = measure(condition.measure).level
    empty = np.empty((0, len(batch.labels.awards if level == "award" else batch.labels.programmes), 0))
    run = Run(batch.scenarios[0], batch.labels, figures.years_of(batch), {condition.measure: empty})
    run.of(condition.measure, condition.programme, condition.award)
