"""The recipe on one screen: scenarios in, result out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from simulator import cohorts
from simulator.arrays import Floats, Flows, Inputs, Labels
from simulator.errors import RequestError
from simulator.inputs import blocks, labels_of
from simulator.leaves import Batch
from simulator.loading import load
from simulator.measures import TOTAL, Measure, every_measure, measure
from simulator.scenario import Scenario, skeleton

if TYPE_CHECKING:
    import pandas as pd

BLOCK = 2048
"""Runs simulated at a time: their arrays fit the cache, and a call of numpy is long enough to pay."""

TILE = 1024
"""Runs whose sum is one term of a mean: a divisor of every block size, so that means do not depend on it."""

Loadable = Scenario | str | Path


@dataclass(frozen=True)
class Run:
    """What became of one scenario: measures as arrays (years shown, award types or programmes, draws)."""

    scenario: Scenario
    labels: Labels
    years: range
    measures: Mapping[str, Floats]

    def of(self, name: str, programme: str = TOTAL, award: str = "") -> Floats:
        """(years, draws) of one award type, one programme, or the portfolio (`total`); NaN where none exists.

        Raises
        ------
        RequestError : no such measure, programme or award type, or one that does not add up so far
        """
        asked = measure(name)
        values = self.measures[name]
        if award:
            return values[:, self._award(asked, programme, award)]
        if programme == TOTAL:
            if not asked.totals:
                raise RequestError(f"{name} does not add up over programmes: name one, such as {self.labels.programmes[0]}")
            return _sum(values, range(values.shape[1]))
        row = self._programme(programme)
        if asked.level == "programme":
            return values[:, row]
        if not asked.sums:
            raise RequestError(f"{name} does not add up over award types: name one of {programme}")
        return _sum(values, self.labels.groups[row])

    def _programme(self, programme: str) -> int:
        if programme not in self.labels.programmes:
            raise RequestError(f"{programme}: no such programme; there are {', '.join(self.labels.programmes)}")
        return self.labels.programmes.index(programme)

    def _award(self, asked: Measure, programme: str, award: str) -> int:
        self._programme(programme)
        if asked.level != "award":
            raise RequestError(f"{asked.id} is of programmes, not of award types: leave out {award}")
        if (programme, award) not in self.labels.awards:
            known = ", ".join(a for p, a in self.labels.awards if p == programme) or "none"
            raise RequestError(f"{programme} has no award type {award}; it has {known}")
        return self.labels.awards.index((programme, award))


@dataclass(frozen=True)
class Result:
    """What a call of `run` or `mean` gives: a `Run` for each scenario, in the order they were asked for."""

    runs: tuple[Run, ...]
    statistic: str = "value"

    def array(self, name: str) -> Floats:
        """A measure as (scenario, draw, year, award or programme), a view where there is one scenario."""
        measure(name)
        parts = [run.measures[name].transpose(2, 0, 1) for run in self.runs]
        if any(run.labels.awards != self.runs[0].labels.awards or run.years != self.runs[0].years for run in self.runs):
            raise RequestError("the scenarios differ in programmes or years: take the array of each alone")
        return parts[0][None] if len(parts) == 1 else np.stack(parts)

    def table(self) -> "pd.DataFrame":
        """The tidy table (columns of interface.md)."""
        from simulator import tables

        return tables.tidy(self)

    def pivot(self, name: str) -> "pd.DataFrame":
        """One measure of the first scenario, programmes by years."""
        from simulator import tables

        return tables.pivot(self, name)


def run(
    scenarios: Loadable | Sequence[Loadable],
    *,
    vary: Mapping[str, npt.ArrayLike] | None = None,
    measures: Sequence[str] | None = None,
    block: int = BLOCK,
) -> Result:
    """Run scenarios as one batch: a pure function of its arguments.

    Parameters
    ----------
    scenarios : scenarios, or paths of their files
    vary : by dotted path, one value a draw in internal units (million yen, shares, months, counts)
    measures : those to keep, all if not given
    block : runs simulated at a time, a multiple of `TILE`; the result does not depend on it

    Returns
    -------
    Result with a draw for each varied value; any of them has the same bits as when it is run alone

    Raises
    ------
    InputError : a file is wrong.  RequestError : no such path or measure, or a value outside its bounds
    """

    def kept(batch: Batch, names: Sequence[str]) -> dict[str, Floats]:
        arrays: dict[str, Floats] = {}
        for part, inputs, flows in _simulated(batch, block):
            for name in names:
                values = measure(name).of(flows, inputs)
                if name not in arrays:
                    arrays[name] = np.empty((*values.shape[:2], batch.runs))
                arrays[name][..., part] = values
        return arrays

    return Result(_runs(_loaded(scenarios), vary, measures, kept))


def mean(
    scenarios: Loadable | Sequence[Loadable],
    *,
    vary: Mapping[str, npt.ArrayLike],
    measures: Sequence[str] | None = None,
    block: int = BLOCK,
) -> Result:
    """Means over the varied draws, in memory that does not grow with their number; parameters as in `run`."""

    def reduced(batch: Batch, names: Sequence[str]) -> dict[str, Floats]:
        totals: dict[str, Floats] = {}
        for _, inputs, flows in _simulated(batch, block):
            for name in names:
                values = measure(name).of(flows, inputs)
                for start in range(0, values.shape[-1], TILE):
                    tile = values[..., start : start + TILE].sum(axis=-1, keepdims=True)
                    totals[name] = totals[name] + tile if name in totals else tile
        return {name: total / batch.draws for name, total in totals.items()}

    runs = [_runs([scenario], vary, measures, reduced) for scenario in _loaded(scenarios)]
    return Result(tuple(run for (run,) in runs), statistic="mean")


def _loaded(scenarios: Loadable | Sequence[Loadable]) -> list[Scenario]:
    several = [scenarios] if isinstance(scenarios, Loadable) else scenarios
    return [item if isinstance(item, Scenario) else load(item) for item in several]


def _runs(
    scenarios: Sequence[Scenario],
    vary: Mapping[str, npt.ArrayLike] | None,
    measures: Sequence[str] | None,
    collect: Callable[[Batch, Sequence[str]], dict[str, Floats]],
) -> tuple[Run, ...]:
    """Runs of the scenarios, those that differ in numbers only in one batch."""
    if not scenarios:
        raise RequestError("no scenario was given")
    varied = {path: np.atleast_1d(np.asarray(values, dtype=np.float64)) for path, values in (vary or {}).items()}
    draws = max((values.size for values in varied.values()), default=1)
    done: dict[int, Run] = {}
    groups: dict[object, list[int]] = {}
    for position, scenario in enumerate(scenarios):
        groups.setdefault(skeleton(scenario.document), []).append(position)
    for members in groups.values():
        batch = Batch(tuple(scenarios[position] for position in members), varied, draws)
        labels = labels_of(batch)
        arrays = collect(batch, measures or every_measure(labels))
        for place, position in enumerate(members):
            done[position] = _run(scenarios[position], labels, arrays, place, len(members))
    return tuple(done[position] for position in range(len(scenarios)))


def _run(scenario: Scenario, labels: Labels, arrays: Mapping[str, Floats], place: int, members: int) -> Run:
    """One scenario's share of a batch's arrays, cut to the years it shows."""
    first, last = scenario.document.horizon
    shown = slice(first - labels.first_year, last - labels.first_year + 1)
    return Run(
        scenario=scenario,
        labels=labels,
        years=range(first, last + 1),
        measures={
            name: values.reshape(*values.shape[:2], members, -1)[shown, :, place] for name, values in arrays.items()
        },
    )


def _simulated(batch: Batch, block: int) -> Iterator[tuple[slice, Inputs, Flows]]:
    """Each block of runs with its inputs and flows; the flows are overwritten by the next block."""
    if block % TILE:
        raise RequestError(f"block is {block}: give a multiple of {TILE}")
    flows: Flows | None = None
    for part, inputs in blocks(batch, block):
        runs = part.stop - part.start
        if flows is None or flows.spend.shape[-1] != runs:
            flows = Flows.empty(inputs.labels, history=inputs.life.history, runs=runs)
        yield part, inputs, cohorts.simulate(inputs, flows)


def _sum(values: Floats, rows: range) -> Floats:
    """Sum of some rows of (Y, n, D) in index order, (Y, D)."""
    total = np.zeros((values.shape[0], values.shape[2]))
    for row in rows:
        total += values[:, row]
    return total
