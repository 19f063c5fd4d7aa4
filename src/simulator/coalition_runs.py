"""Runs of coalitions: scenarios that change some inputs of another, all of them in a few batches.

Inputs that are numbers by year are switched along the run axis of one batch; only rules need batches of their own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from simulator import cohorts, draws, tables
from simulator.arrays import Flags, Floats, Labels
from simulator.coalitions import Changed, mixed
from simulator.crossed import Stretched
from simulator.draws import Sampled
from simulator.figures import block_run, years_of
from simulator.flows import Flows
from simulator.inputs import inputs_of
from simulator.leaves import Batch, Leaves
from simulator.scenario import Scenario
from simulator.tables import Line
from simulator.varied import Checked, Varied

BLOCK = 8192
"""Runs simulated at a time."""


@dataclass(frozen=True)
class _Switched(Checked):
    """A number of two scenarios over runs: the coalition fastest, then the draw."""

    path: str
    there: Flags  # (C,) whether the coalition has it as in the scenario
    below: Batch
    above: Batch

    @property
    def bounds(self) -> tuple[float, float]:
        """As of `Varied`."""
        ends = [bound for batch in (self.below, self.above) for bound in self._bounds(batch)]
        return min(ends), max(ends)

    def _bounds(self, batch: Batch) -> Iterator[float]:
        yield from (value for _, value in batch.documents[0][self.path].steps)
        for name, varied in batch.varied.items():
            if name == self.path or name.rpartition(".")[0] == self.path:
                yield from varied.bounds

    def over(self, start: int, stop: int) -> Floats:
        """As of `Varied`: (Y, R)."""
        draw, coalition = np.divmod(np.arange(start, stop), len(self.there))
        first, last = int(draw[0]), int(draw[-1]) + 1
        one, other = (self._of(batch, first, last) for batch in (self.below, self.above))
        chosen: Floats = np.where(self.there[coalition], _at(other, draw - first), _at(one, draw - first))
        return chosen

    def _of(self, batch: Batch, first: int, last: int) -> Floats:
        leaves = Leaves(batch, first, last)
        return leaves.by_year(self.path, leaves.years)


def _at(values: Floats, draw: npt.NDArray[np.intp]) -> Floats:
    return values if values.shape[-1] == 1 else values[..., draw]


@dataclass(frozen=True)
class Coalitions:
    """Scenarios between a reference and a scenario: one for each of the `rows` (C, k) of inputs that are changed."""

    scenario: Scenario
    reference: Scenario
    inputs: tuple[Changed, ...]
    rows: Flags
    sampled: Sampled | None

    @property
    def labels(self) -> Labels:
        """Of the scenario, with what only the reference has."""
        own, other = (Batch((each,)).labels for each in (self.scenario, self.reference))
        return replace(
            own,
            programmes=tuple(dict.fromkeys(own.programmes + other.programmes)),
            awards=tuple(dict.fromkeys(own.awards + other.awards)),
            components=tuple(dict.fromkeys(own.components + other.components)),
            destinations=tuple(dict.fromkeys(own.destinations + other.destinations)),
        )

    @cached_property
    def _batches(self) -> list[tuple[npt.NDArray[np.intp], Batch]]:
        """One for each set of rules among the coalitions, with the places of those that have it."""
        rules = [place for place, each in enumerate(self.inputs) if not each.numeric]
        sets, of = np.unique(self.rows[:, rules], axis=0, return_inverse=True)
        places = [np.flatnonzero(of.ravel() == number) for number in range(len(sets))]
        return [(each, self._batch(each)) for each in places]

    def _batch(self, places: npt.NDArray[np.intp]) -> Batch:
        rows = self.rows[places]
        ruled = {
            path for place, each in enumerate(self.inputs) if not each.numeric and rows[0, place] for path in each.paths
        }
        numbers = {
            path: rows[:, place] for place, each in enumerate(self.inputs) if each.numeric for path in each.paths
        }
        low, high = (self._with(ruled | extra) for extra in (set[str](), set(numbers)))
        draws_made = self.sampled.draws if self.sampled else 1
        if self.sampled:
            below, above = draws.batches([low, high], self.sampled)
        else:
            below, above = Batch((low,)), Batch((high,))
        varied: dict[str, Varied] = {
            name: Stretched(each, len(places)) for name, each in above.varied.items() if name not in numbers
        }
        varied |= {path: _Switched(path, there, below, above) for path, there in numbers.items()}
        return Batch((high,), varied, draws_made * len(places))

    def _with(self, paths: set[str]) -> Scenario:
        document = mixed(self.reference.document, self.scenario.document, paths.__contains__)
        return replace(self.scenario, document=document)

    def values(self, lines: Sequence[Line]) -> Iterator[Floats]:
        """Figures (L, Y, C, D) of so many draws at a time that a few blocks hold their runs."""
        draws_made = self.sampled.draws if self.sampled else 1
        at_once = max(4 * BLOCK // len(self.rows), 1)
        for first in range(0, draws_made, at_once):
            last = min(first + at_once, draws_made)
            years = len(years_of(Batch((self.scenario,))))
            found = np.empty((len(lines), years, len(self.rows), last - first))
            for places, batch in self._batches:
                runs = _simulated(batch, lines, first * len(places), last * len(places))
                found[:, :, places] = runs.reshape(len(lines), years, last - first, len(places)).swapaxes(2, 3)
            yield found


def _simulated(batch: Batch, lines: Sequence[Line], start: int, stop: int) -> Floats:
    """Figures (L, Y, R) of runs `start` to `stop`; 0 of a line that the batch has not."""
    found, flows = np.zeros((len(lines), len(years_of(batch)), stop - start)), None
    there = {name: set(tables.lines(batch.labels, [name])) for name in dict.fromkeys(line.measure for line in lines)}
    for first in range(start, stop, BLOCK):
        last = min(first + BLOCK, stop)
        inputs = inputs_of(batch, first, last)
        if flows is None or flows.spend.shape[-1] != last - first:
            flows = Flows.empty(inputs)
        made = cohorts.simulate(inputs, flows)
        for name, known in there.items():
            run = block_run(batch, name, inputs, made)
            for place, line in enumerate(lines):
                if line in known and line.measure == name:
                    found[place, :, first - start : last - start] = run.of(name, line.programme, line.award)
    return found
