"""Replications side by side in processes of their own, in pieces: the bits do not depend on who makes which.

Processes are spawned, so that none inherits the state of threads; each is told once what there is to simulate.
"""

import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from simulator.events import filling, journal
from simulator.events.engine import Chance, Replication, replicate
from simulator.events.filling import Months, Shape
from simulator.events.terms import Portfolio, portfolios
from simulator.flows import Flows
from simulator.leaves import Batch, Leaves

LARGEST_PIECE = 16
"""Replications of a piece at most: small, so that it is soon known how far the work is."""

Progress = Callable[[int, int], bool]


class Made(NamedTuple):
    """A scenario's replications: flows, and months where they are wanted."""

    flows: Flows
    months: Months | None


@dataclass(frozen=True)
class Journals:
    """Where journals go, a file for each replication: those of the first `scenarios`, of some programmes or all."""

    folder: Path
    scenarios: int
    programmes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Task:
    """What is simulated: scenarios on the same draws, the seed of lives, months or not, and journals or not."""

    batches: tuple[Batch, ...]
    shapes: tuple[Shape, ...]
    seed: int
    monthly: bool = False
    journals: Journals | None = None

    def piece(self, start: int, stop: int) -> list[Made]:
        """Replications `start` to `stop` of every scenario."""
        return [self._made(place, start, stop) for place in range(len(self.batches))]

    def _made(self, place: int, start: int, stop: int) -> Made:
        batch, shape = self.batches[place], self.shapes[place]
        build = portfolios(Leaves(batch, start, stop), varies=bool(batch.varied))
        read = [build(run) for run in range(stop - start)]
        found = [self._replicated(place, each, number) for number, each in enumerate(read, start)]
        return Made(filling.flows(read, found, shape), filling.months(found) if self.monthly else None)

    def _replicated(self, place: int, portfolio: Portfolio, number: int) -> Replication:
        """One replication, whose journal goes to its file and is forgotten."""
        kept = self.journals if self.journals and place < self.journals.scenarios else None
        chance = Chance(self.seed, number)
        found = replicate(portfolio, chance, lead=self.shapes[place].lead, journal=kept is not None)
        if kept:
            name = self.batches[place].scenarios[0].name
            journal.write(kept.folder / f"{place:04}-{number:09}.csv", name, portfolio, found, kept.programmes)
        return replace(found, journal=[])


class Crew(AbstractContextManager["Crew"]):
    """Processes that share the pieces of a task; with one worker there is no process but this one."""

    def __init__(self, task: Task, *, workers: int) -> None:
        clean = tuple(Batch(batch.scenarios, batch.varied, batch.draws) for batch in task.batches)
        self._task, self._workers = replace(task, batches=clean), workers
        self._pool: ProcessPoolExecutor | None = None

    def __exit__(self, *_: object) -> None:
        if self._pool:
            self._pool.shutdown(cancel_futures=True)

    def replications(self, start: int, stop: int, progress: Progress) -> tuple[list[Made], int]:
        """Replications of every scenario, and how many there are: fewer where progress said not to go on."""
        size = max(1, min(LARGEST_PIECE, (stop - start) // (4 * self._workers)))
        pieces = [(first, min(first + size, stop)) for first in range(start, stop, size)]
        made, done = [], start
        for (_, last), found in zip(pieces, self._in_order(pieces), strict=False):
            made.append(found)
            done = last
            if not progress(done, self._task.batches[0].draws):
                break
        return [_together(parts) for parts in zip(*made, strict=True)], done - start

    def _in_order(self, pieces: Sequence[tuple[int, int]]) -> Iterator[list[Made]]:
        if self._workers == 1 or len(pieces) == 1:
            yield from (self._task.piece(*piece) for piece in pieces)
            return
        if self._pool is None:
            self._pool = ProcessPoolExecutor(self._workers, get_context("spawn"), _begin, (self._task,))
        waiting, running = deque(pieces), deque[Future[list[Made]]]()
        try:
            while waiting or running:
                while waiting and len(running) < 2 * self._workers:
                    running.append(self._pool.submit(_piece, *waiting.popleft()))
                yield running.popleft().result()
        except BrokenProcessPool as error:
            raise OSError("a process that simulated replications died: try fewer --workers") from error
        finally:
            for future in running:
                future.cancel()


_task: Task
"""Of this process, where it is one of a crew's."""


def _begin(task: Task) -> None:
    global _task  # noqa: PLW0603 (a process is told its task once)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that started it is asked to stop, and stops it
    _task = task


def _piece(start: int, stop: int) -> list[Made]:
    return _task.piece(start, stop)


def _together(parts: Sequence[Made]) -> Made:
    months = [part.months for part in parts if part.months]
    return Made(filling.joined([part.flows for part in parts]), filling.months_joined(months) if months else None)
