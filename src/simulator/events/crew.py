"""Replications side by side in processes of their own, in pieces: the bits do not depend on who makes which.

Each process is told once what there is to simulate.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from simulator.events import filling, journal
from simulator.events.engine import Chance, Replication, replicate
from simulator.events.filling import Months, Shape
from simulator.events.terms import Portfolio, portfolios
from simulator.flows import Flows
from simulator.leaves import Batch, Leaves
from simulator.workers import Processes

LARGEST_PIECE = 2
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

    def piece(self, numbers: range) -> list[Made]:
        """Some replications of every scenario."""
        return [self._made(place, numbers) for place in range(len(self.batches))]

    def _made(self, place: int, numbers: range) -> Made:
        batch, shape = self.batches[place], self.shapes[place]
        build = portfolios(Leaves(batch, numbers.start, numbers.stop), varies=bool(batch.varied))
        read = [build(run) for run in range(len(numbers))]
        found = [self._replicated(place, each, number) for number, each in zip(numbers, read, strict=True)]
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
        self._processes = Processes(self._task.piece, workers, advice="try fewer --workers")

    def __exit__(self, *_: object) -> None:
        self._processes.end()

    def replications(self, start: int, stop: int, progress: Progress) -> tuple[list[Made], int]:
        """Replications of every scenario, and how many there are: fewer where progress said not to go on."""
        size = max(1, min(LARGEST_PIECE, (stop - start) // (4 * self._workers)))
        pieces = [range(first, min(first + size, stop)) for first in range(start, stop, size)]
        alone = self._workers == 1 or len(pieces) == 1
        results = map(self._task.piece, pieces) if alone else self._processes.results(pieces)
        made, done = [], start
        for piece, found in zip(pieces, results, strict=False):
            made.append(found)
            done = piece.stop
            if not progress(done, self._task.batches[0].draws):
                break
        return [_together(parts) for parts in zip(*made, strict=True)], done - start


def _together(parts: Sequence[Made]) -> Made:
    months = [part.months for part in parts if part.months]
    return Made(filling.joined([part.flows for part in parts]), filling.months_joined(months) if months else None)
