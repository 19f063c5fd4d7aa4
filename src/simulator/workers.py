"""Who does the work: maps that run a function of a number in other processes, or on a Dask cluster, in order.

Each is used as Python's `map`. The function is packed once and unpacked once in every process, which keeps what it has
made for the next number.
"""

import logging
import os
import pickle
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from multiprocessing import connection, get_context, parent_process
from threading import Thread
from typing import Any

from simulator import extras
from simulator.sweeps import Map

Function = Callable[[int], Any]

AHEAD = 2
"""Numbers that are given to each worker before their results are taken."""

LOSSES = 3
"""Times that a worker may be lost before the job ends."""

LOCAL = "local"


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
    """A map over so many processes of this machine; what a lost one had is done again by others."""

    def mapped(function: Function, numbers: Iterable[int]) -> Iterator[Any]:
        packed, left = Packed(pickle.dumps(function)), deque(numbers)
        for _ in range(LOSSES + 1):
            try:
                with ProcessPoolExecutor(count, get_context("spawn"), initializer=_begin) as pool:
                    for result in _in_order(lambda number: pool.submit(packed, number), left, AHEAD * count):
                        left.popleft()
                        yield result
            except BrokenProcessPool:
                continue
            return
        raise OSError("worker processes were lost again and again; the same command goes on where it stopped")

    return mapped


def dask(address: str, count: int) -> Map:
    """A map over the workers of a Dask cluster: one that is there, or `local`, of so many processes."""
    require_dask()

    def mapped(function: Function, numbers: Iterable[int]) -> Iterator[Any]:
        from distributed import Client

        packed = Packed(pickle.dumps(function))
        local = {"n_workers": count, "threads_per_worker": 1, "dashboard_address": None, "silence_logs": logging.ERROR}
        with _lost(), Client(**(local if address == LOCAL else {"address": address})) as client:  # type: ignore[no-untyped-call]
            ahead: int = AHEAD * max(sum(client.ncores().values()), 1)
            yield from _in_order(partial(client.submit, packed, pure=False), numbers, ahead)

    return mapped


@contextmanager
def _lost() -> Iterator[None]:
    """OSError where the cluster has gone."""
    from distributed import CancelledError, KilledWorker

    try:
        yield
    except (CancelledError, KilledWorker, OSError) as error:
        told = " ".join(str(error).split())
        raise OSError(f"the cluster was lost ({told}); the same command goes on where it stopped") from error


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
