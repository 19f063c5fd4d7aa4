"""Many draws of scenarios: block by block, on several threads, into statistics (model.md section 7).

Scenarios that are compared are simulated on the same draws, and their differences taken draw by draw. A block of draws
is simulated and reduced by a thread; what it adds is merged in the order of the draws, so that neither the block size
nor the number of threads changes a bit.
"""

import ctypes
import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from simulator import cohorts, figures, statistics, varied
from simulator.arrays import Floats
from simulator.chance import lots
from simulator.errors import RequestError
from simulator.figures import Asked, Figure, Wanted
from simulator.flows import Flows
from simulator.inputs import inputs_of
from simulator.leaves import Batch
from simulator.measures import measure
from simulator.results import Chance, Drawn, Run
from simulator.sampling import REPLICATES, Sampling
from simulator.scenario import Scenario
from simulator.statistics import EXACT, TILE, Statistics, Tally, Tiles

BLOCK = 16384
"""Draws simulated at a time, those of all scenarios together; half as many where every measure is made of them."""

MALLOC_OPTIONS, KEPT = (-3, -1), 1 << 30
"""Of glibc's mallopt, thresholds of mapping and of trimming: so many bytes of freed memory are kept, not given back."""

MOST = 1_000_000_000

Progress = Callable[[int, int], bool]
"""Told the draws finished and the draws in all after every block; says whether to go on."""


@dataclass(frozen=True)
class Sampled:
    """How many draws are made, of which seed and design."""

    draws: int
    seed: int = 0
    sampling: Sampling = "random"

    def check(self) -> None:
        """RequestError unless it can be drawn."""
        if not 1 <= self.draws <= MOST:
            raise RequestError(f"draws is {self.draws}: give 1 to {MOST:,}")
        if self.seed < 0:
            raise RequestError(f"seed is {self.seed}: give a whole number from 0 up")
        if self.sampling != "random" and self.draws < 2 * REPLICATES:
            text = f"{self.sampling} takes {2 * REPLICATES} draws or more, since its error is known from replicates"
            raise RequestError(f"draws is {self.draws}: {text}")


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
    threads : as many as there are processors if not given; changes no bit
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
    threads = threads or processors()
    _keep_memory()
    for done in _in_order(drawing, sampled.draws, block, threads):
        if not progress(done, sampled.draws):
            break
    return drawing.runs(threads)


def block_of(scenarios: int, *, every: bool = False) -> int:
    """Draws of each scenario simulated at a time, less where every measure of them is kept: the memory is the same."""
    return max(BLOCK // scenarios // (2 if every else 1) // TILE, 1) * TILE


def _keep_memory() -> None:
    """Let freed arrays be used again by the next block: mapping them anew takes as long as filling them."""
    with suppress(AttributeError, OSError):
        for option in MALLOC_OPTIONS:
            ctypes.CDLL(None).mallopt(option, KEPT)


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

    def block(self, start: int, stop: int) -> list[Tiles]:
        """What draws `start` to `stop` add to each figure."""
        inputs = [inputs_of(batch, start, stop) for batch in self._batches]
        try:
            buffers = self._buffers.pop()
        except IndexError:
            buffers = []
        if not buffers or buffers[0].spend.shape[-1] != stop - start:
            buffers = [Flows.empty(each) for each in inputs]
        drawn = [lots(batch, self._sampled.seed, start, stop) for batch in self._batches]
        flows = [cohorts.simulate(*each) for each in zip(inputs, buffers, drawn, strict=True)]
        made = figures.values(self._figures, self._batches, inputs, flows)
        found = [self._tiles(tally, values, start) for tally, (_, values) in zip(self._tallies, made, strict=True)]
        self._buffers.append(buffers)
        return found

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
        )
        names = tuple(dict.fromkeys(line.measure for line in drawn.lines))
        return Run(
            batch.scenarios[0], batch.labels, figures.years_of(batch), _Redrawn(batch, self._sampled.seed, names), drawn
        )


@dataclass(frozen=True)
class _Redrawn(Mapping[str, Floats]):
    """Draws of a run's measures, made again when one is asked for: the same bits, and nothing kept meanwhile."""

    batch: Batch
    seed: int
    names: tuple[str, ...]

    def __getitem__(self, name: str) -> Floats:
        if name not in self.names:
            raise KeyError(name)
        years, first = figures.years_of(self.batch), self.batch.labels.first_year
        parts = []
        for start in range(0, self.batch.runs, BLOCK):
            stop = min(start + BLOCK, self.batch.runs)
            inputs, drawn = inputs_of(self.batch, start, stop), lots(self.batch, self.seed, start, stop)
            values = measure(name).of(cohorts.simulate(inputs, None, drawn), inputs)
            parts.append(values[years.start - first : years.stop - first] + 0.0)
        return np.concatenate(parts, axis=2)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)

    def __contains__(self, name: object) -> bool:
        return name in self.names
