"""Many draws of scenarios: block by block, on several threads, into statistics (model.md section 7).

Scenarios that are compared are simulated on the same draws, and their differences taken draw by draw. A block of draws
is simulated and reduced by a thread; what it adds is merged in the order of the draws, so that neither the block size
nor the number of threads changes a bit.
"""

import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from simulator import cohorts, figures, memory, statistics, varied
from simulator.arrays import Floats, Inputs
from simulator.chance import lots
from simulator.errors import RequestError
from simulator.figures import Asked, Figure, Wanted
from simulator.flows import Flows
from simulator.inputs import inputs_of
from simulator.leaves import Batch
from simulator.redrawn import Redrawn
from simulator.results import Chance, Drawn, Run
from simulator.sampling import REPLICATES, Sampling
from simulator.scenario import Scenario
from simulator.statistics import EXACT, TILE, Statistics, Tally, Tiles

if TYPE_CHECKING:
    from simulator.events.crew import Crew, Made, Task
    from simulator.events.filling import Months, Shape

BLOCK = 16384
"""Draws simulated at a time, those of all scenarios together; half as many where every measure is made of them."""

MOST = 1_000_000_000

REPLICATIONS = 100
"""Of the event engine, if nothing is said."""

Progress = Callable[[int, int], bool]
"""Told the draws finished and the draws in all after every block; says whether to go on."""

Engine = Literal["cohort", "events"]
"""The vectorised core, or single awards; of that a draw is a replication."""


@dataclass(frozen=True)
class Sampled:
    """How many draws are made, of which seed and design, by which engine."""

    draws: int
    seed: int = 0
    sampling: Sampling = "random"
    engine: Engine = "cohort"

    def check(self) -> None:
        """RequestError unless it can be drawn."""
        for name, given in (("draws", self.draws), ("seed", self.seed)):
            if isinstance(given, bool) or not isinstance(given, int | np.integer):
                raise RequestError(f"{name} is {given!r}: give a whole number")
        if self.sampling not in get_args(Sampling):
            raise RequestError(f"sampling is {self.sampling!r}: give one of {', '.join(get_args(Sampling))}")
        if not 1 <= self.draws <= MOST:
            raise RequestError(f"draws is {self.draws}: give 1 to {MOST:,}")
        if self.seed < 0:
            raise RequestError(f"seed is {self.seed}: give a whole number from 0 up")
        if self.sampling != "random" and self.draws < 2 * REPLICATES:
            text = f"{self.sampling} takes {2 * REPLICATES} draws or more, since its error is known from replicates"
            raise RequestError(f"draws is {self.draws}: {text}")


def sampled(draws: int, seed: int, sampling: Sampling, engine: Engine, replications: int) -> Sampled | None:
    """How often each scenario is drawn, or replicated by the event engine; None for a run at expected values."""
    if engine == "cohort":
        if replications:
            raise RequestError("replications are of the event engine: add --engine events, or write --draws")
        return Sampled(draws, seed, sampling) if draws else None
    if draws:
        raise RequestError("draws are of the cohort engine: write --replications with --engine events")
    return Sampled(replications or REPLICATIONS, seed, sampling, "events")


def draw(  # noqa: PLR0913 (block, threads and progress change no bit)
    scenarios: Sequence[Scenario],
    sampled: Sampled,
    wanted: Wanted,
    *,
    block: int | None = None,
    threads: int | None = None,
    progress: Progress = lambda *_: True,
) -> tuple[Run, ...]:
    """Statistics of scenarios over the same draws.

    Parameters
    ----------
    block : draws of each scenario simulated at a time, a multiple of 1,024; changes no bit
    threads : processors if not given; of the event engine processes, 1 if not given; changes no bit
    progress : told how far it is; where it says no the draws finished so far are all

    Raises
    ------
    RequestError : the draws cannot be made.  InputError : a rule would divide by nothing in some draw

    """
    sampled.check()
    block = block or block_of(len(scenarios))
    if block < TILE or block % TILE:
        raise RequestError(f"block is {block}: give a multiple of {TILE}")
    drawing = _Drawing(batches(scenarios, sampled), sampled, wanted)
    if sampled.engine == "events":
        from simulator.events.crew import Crew

        with Crew(drawing.task(wanted), workers=threads or 1) as crew:
            _replicated(drawing, crew, sampled.draws, progress)
        return drawing.runs(1)
    threads = threads or processors()
    memory.keep_freed()
    for done in _in_order(drawing, sampled.draws, block, threads):
        if not progress(done, sampled.draws):
            break
    return drawing.runs(threads)


def block_of(scenarios: int, *, every: bool = False) -> int:
    """Draws of each scenario simulated at a time, less where every measure of them is kept: the memory is the same."""
    return max(BLOCK // scenarios // (2 if every else 1) // TILE, 1) * TILE


def replicated(batch: Batch, sampled: Sampled, *, workers: int, progress: Progress) -> tuple[Inputs, Flows]:
    """All replications of one scenario in one block, as many as there are until progress says not to go on."""
    from simulator.events.crew import Crew, Task

    task = Task((batch,), (_shape(inputs_of(batch, 0, 1)),), sampled.seed)
    with Crew(task, workers=workers) as crew:
        (made,), done = crew.replications(0, sampled.draws, progress)
    return inputs_of(batch, 0, done), made.flows


def _shape(inputs: Inputs) -> "Shape":
    from simulator.events.filling import Shape

    return Shape(inputs.before, inputs.lead, inputs.quantities, inputs.extended)


def _replicated(drawing: "_Drawing", crew: "Crew", draws: int, progress: Progress) -> None:
    """Replications of the event engine, a tile of draws at a time."""
    for start in range(0, draws, TILE):
        stop = min(start + TILE, draws)
        inputs = drawing.inputs(start, stop)  # what is wrong with them shows before any work
        made, done = crew.replications(start, stop, progress)
        if done < stop - start:
            inputs = drawing.inputs(start, start + done)
        drawing.add(drawing.reduced(inputs, [each.flows for each in made], start), done)
        drawing.keep(inputs, made)
        if done < stop - start:
            break


def processors() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def batches(scenarios: Sequence[Scenario], sampled: Sampled) -> list[Batch]:
    """One batch for each scenario, all on the same draws."""
    documents = [scenario.document for scenario in scenarios]
    designs = varied.designs(documents, sampled.draws, sampled.seed, sampled.sampling)
    return [
        Batch((scenario,), varied.drawn(scenario.document, design), sampled.draws)
        for scenario, design in zip(scenarios, designs, strict=True)
    ]


def _in_order(drawing: "_Drawing", draws: int, block: int, threads: int) -> Iterator[int]:
    """Draws finished, after each block; the first is made alone, for what all blocks share."""
    parts = deque((start, min(start + block, draws)) for start in range(0, draws, block))
    drawing.add(drawing.block(*parts.popleft()), min(block, draws))
    yield drawing.done
    with ThreadPoolExecutor(threads) as pool:
        running: deque[tuple[int, Future[list[Tiles]]]] = deque()
        try:
            while parts or running:
                while parts and len(running) <= threads:
                    start, stop = parts.popleft()
                    running.append((stop - start, pool.submit(drawing.block, start, stop)))
                size, future = running.popleft()
                drawing.add(future.result(), size)
                yield drawing.done
        finally:
            for _, future in running:
                future.cancel()


class _Drawing:
    """Statistics of several scenarios while their draws are made."""

    def __init__(self, batches: Sequence[Batch], sampled: Sampled, wanted: Wanted) -> None:
        self.done = 0
        self._batches, self._sampled, self._reference = batches, sampled, wanted.reference
        self._asked: Asked = figures.asked(batches, wanted)
        self._figures: list[Figure] = self._asked.all()
        replicates = 1 if sampled.sampling == "random" else REPLICATES
        self._tallies: list[Tally] = figures.tallies(self._figures, sampled.draws, replicates, exact=EXACT)
        self._buffers: deque[list[Flows]] = deque()
        self._kept: list[list[tuple[Inputs, Made]]] = [[] for _ in batches]

    def task(self, wanted: Wanted) -> "Task":
        """What the event engine is to simulate."""
        from simulator.events.crew import Task

        shapes = tuple(map(_shape, self.inputs(0, 1)))
        return Task(tuple(self._batches), shapes, self._sampled.seed, wanted.monthly, wanted.journals)

    def inputs(self, start: int, stop: int) -> list[Inputs]:
        """Inputs of draws `start` to `stop` of every scenario."""
        return [inputs_of(batch, start, stop) for batch in self._batches]

    def keep(self, inputs: Sequence[Inputs], made: "Sequence[Made]") -> None:
        """Keep replications, each of which takes longer to make again than room to keep."""
        for place, kept in enumerate(self._kept):
            kept.append((inputs[place], made[place]))

    def block(self, start: int, stop: int) -> list[Tiles]:
        """What draws `start` to `stop` add to each figure."""
        inputs = self.inputs(start, stop)
        try:
            buffers = self._buffers.pop()
        except IndexError:
            buffers = []
        if not buffers or buffers[0].spend.shape[-1] != stop - start:
            buffers = [Flows.empty(each) for each in inputs]
        drawn = [lots(batch, self._sampled.seed, start, stop) for batch in self._batches]
        flows = [cohorts.simulate(*each) for each in zip(inputs, buffers, drawn, strict=True)]
        found = self.reduced(inputs, flows, start)
        self._buffers.append(buffers)
        return found

    def reduced(self, inputs: Sequence[Inputs], flows: Sequence[Flows], start: int) -> list[Tiles]:
        """What draws from `start` on, as they were simulated, add to each figure."""
        made = figures.values(self._figures, self._batches, inputs, flows)
        return [self._tiles(tally, values, start) for tally, (_, values) in zip(self._tallies, made, strict=True)]

    def add(self, found: Sequence[Tiles], draws: int) -> None:
        """Merge what the next draws add."""
        for tally, tiles in zip(self._tallies, found, strict=True):
            tally.add(tiles, draws)
        self.done += draws

    def runs(self, threads: int) -> tuple[Run, ...]:
        """Statistics of the draws so far."""
        with ThreadPoolExecutor(threads) as pool:
            found = pool.map(Tally.statistics, self._tallies)
            made = {id(figure): each for figure, each in zip(self._figures, found, strict=True)}
        return tuple(self._run(place, batch, made) for place, batch in enumerate(self._batches))

    def _tiles(self, tally: Tally, values: Floats, start: int) -> Tiles:
        if tally.pivot is None:
            tally.pivot = np.nan_to_num(values[:, :1])
        found = statistics.tiles(values, tally.pivot, replicates=tally.replicates, digest=tally.digest)
        tally.keep(values, start, found)
        return found

    def _run(self, place: int, batch: Batch, made: Mapping[int, Statistics]) -> Run:
        asked = self._asked
        drawn = Drawn(
            lines={line: made[id(figure)] for (of, line), figure in asked.levels.items() if of == place},
            differences={line: made[id(figure)] for (of, line), figure in asked.differences.items() if of == place},
            chances=tuple(
                Chance(condition, *figures.parted(made[id(figure)]))
                for (of, condition), figure in asked.chances.items()
                if of == place
            ),
            reference=None if self._reference is None else self._batches[self._reference].scenarios[0],
            sampled=self._sampled,
            done=self.done,
            months=_months([each.months for _, each in self._kept[place] if each.months]),
        )
        names = tuple(dict.fromkeys(line.measure for line in drawn.lines))
        kept = [(inputs, each.flows) for inputs, each in self._kept[place]]
        measures = Redrawn(batch, self._sampled.seed, names, kept)
        return Run(batch.scenarios[0], batch.labels, figures.years_of(batch), measures, drawn)


def _months(made: "Sequence[Months]") -> "Months | None":
    """Means over the replications, if there are any."""
    if not made:
        return None
    from simulator.events.filling import mean_months

    return mean_months(made)
