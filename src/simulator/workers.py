"""Who does the work: other processes, or a Dask cluster, that run a function of many things, in order.

Maps of numbers are used as Python's `map`. The function is unpacked once in every process, which keeps what it has made
for the next number. Processes are spawned, so that none inherits the state of threads.
"""

import logging
import os
import pickle
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache, partial
from multiprocessing import connection, get_context, parent_process
from multiprocessing.process import BaseProcess
from threading import Thread
from typing import TYPE_CHECKING, Any

from simulator import extras
from simulator.errors import RequestError

if TYPE_CHECKING:
    from distributed import Client

Function = Callable[[int], Any]

Map = Callable[[Function, Iterable[int]], Iterable[Any]]
"""As Python's `map`: results in the order of the numbers."""

AHEAD = 2
"""Pieces of work that are given to each worker before their results are taken."""

LOSSES = 3
"""Times that a worker may be lost before the job ends."""

LOCAL = "local"

GOES_ON = "the same command goes on where it stopped"
"""What to do after a job has ended whose blocks are saved."""


@dataclass(frozen=True)
class Packed:
    """A function as other processes are given it."""

    packed: bytes

    def __call__(self, number: int) -> Any:
        """The function, of a number."""
        return _unpacked(self.packed)(number)


@lru_cache(maxsize=1)
def _unpacked(packed: bytes) -> Function:
    return pickle.loads(packed)  # type: ignore[no-any-return]


def processes(count: int) -> Map:
    """A map over so many processes of this machine."""

    def mapped(function: Function, numbers: Iterable[int]) -> Iterator[Any]:
        with Processes(function, count, advice=GOES_ON) as those:
            yield from those.results(numbers)

    return mapped


class Processes(AbstractContextManager["Processes"]):
    """Processes of this machine that run one function; what a lost one had is done again by another.

    Each has a pipe of its own and shares no lock, so that whenever one is killed the others and this one go on. They
    are begun when there is work for them, and end with the context.

    Parameters
    ----------
    count : processes at most
    advice : what to do where they are lost again and again, which is an OSError

    """

    def __init__(self, function: Callable[[Any], Any], count: int, *, advice: str) -> None:
        self._function, self._count, self._advice, self._losses = function, count, advice, 0
        self._left: deque[tuple[int, Any]] = deque()
        self._working: dict[connection.Connection, tuple[BaseProcess, tuple[int, Any]]] = {}
        self._idle: list[tuple[connection.Connection, BaseProcess]] = []
        self._done: dict[int, Any] = {}

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """End all processes, whatever they do."""
        self._end_working()
        _end(process for _, process in self._idle)
        self._idle.clear()

    def results(self, given: Iterable[Any]) -> Generator[Any, None, None]:
        """The function of each of what is given, in order; processes whose results nobody waits for are ended."""
        self._left, self._done = deque(enumerate(given)), {}
        try:
            for place in range(len(self._left)):
                while place not in self._done:
                    self._give()
                    for pipe in connection.wait(list(self._working)):
                        if isinstance(pipe, connection.Connection):
                            self._take(pipe)
                result = self._done.pop(place)
                self._give()  # they go on while this one is used
                yield result
        finally:
            self._end_working()

    def _end_working(self) -> None:
        _end(process for process, _ in self._working.values())
        self._working.clear()

    def _give(self) -> None:
        """Give work to processes, not too far ahead of what is taken."""
        while self._left and len(self._working) < self._count:
            if self._working and len(self._working) + len(self._done) >= AHEAD * self._count:
                return
            pipe, process = self._idle.pop() if self._idle else self._started()
            place, given = self._left.popleft()
            self._working[pipe] = process, (place, given)
            with suppress(OSError):  # it was lost, which is seen when its result is taken
                pipe.send(given)

    def _take(self, pipe: connection.Connection) -> None:
        """What a process sends, or the news that it is lost."""
        process, (place, given) = self._working.pop(pipe)
        try:
            failed, result = pipe.recv()
        except (EOFError, OSError) as error:
            _end([process])
            self._left.appendleft((place, given))
            self._losses += 1
            if self._losses > LOSSES:
                raise OSError(f"worker processes were lost again and again; {self._advice}") from error
            return
        self._idle.append((pipe, process))
        if failed:
            raise result
        self._done[place] = result

    def _started(self) -> tuple[connection.Connection, BaseProcess]:
        own, its = get_context("spawn").Pipe()
        process = get_context("spawn").Process(target=_work, args=(its, self._function), daemon=True)
        process.start()
        its.close()  # so that its end is seen here
        return own, process


def _end(those: Iterable[BaseProcess]) -> None:
    for process in those:
        process.kill()
        process.join()


def _work(pipe: connection.Connection, function: Callable[[Any], Any]) -> None:
    """Take work and send what the function makes of it, until nobody asks."""
    _begin()
    while True:
        try:
            given = pipe.recv()
        except EOFError:
            return
        try:
            told = False, function(given)
        except Exception as error:
            told = True, error
        pipe.send(told)


def dask(address: str, count: int) -> Map:
    """A map over the workers of a Dask cluster: one that is there, or `local`, of so many processes."""
    require_dask()

    def mapped(function: Function, numbers: Iterable[int]) -> Iterator[Any]:
        packed = Packed(pickle.dumps(function))
        with _client(address, count) as client, _lost():
            ahead: int = AHEAD * max(sum(client.ncores().values()), 1)
            yield from _in_order(partial(client.submit, packed, pure=False), numbers, ahead)

    return mapped


def _client(address: str, count: int) -> "Client":
    """RequestError where an address is none, OSError where nobody answers."""
    from distributed import Client

    local = {"n_workers": count, "threads_per_worker": 1, "dashboard_address": None, "silence_logs": logging.ERROR}
    try:
        return Client(**(local if address == LOCAL else {"address": address}))  # type: ignore[no-untyped-call]
    except ValueError as error:
        raise RequestError(
            f"--cluster {address}: is no address: write tcp://HOST:PORT of a scheduler, or local"
        ) from error
    except OSError as error:
        raise OSError(f"no cluster answers at {address}: is its scheduler there?") from error


@contextmanager
def _lost() -> Iterator[None]:
    """OSError where the cluster has gone."""
    from distributed import CancelledError, KilledWorker

    try:
        yield
    except (CancelledError, KilledWorker, OSError) as error:
        told = " ".join(str(error).split())
        raise OSError(f"the cluster was lost ({told}); {GOES_ON}") from error


def require_dask() -> None:
    """Raise RequestError with what to install where Dask is not there."""
    extras.require("distributed", needs="--cluster needs Dask", extra="cluster")


def _in_order(submit: Callable[[int], Any], numbers: Iterable[int], ahead: int) -> Iterator[Any]:
    """Results in the order of the numbers, so many of which are under way."""
    waiting: deque[Any] = deque()
    for number in tuple(numbers):
        waiting.append(submit(number))
        if len(waiting) > ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _begin() -> None:
    """Leave Ctrl-C to the process that gave the work, and end when that one has ended, however it did."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
