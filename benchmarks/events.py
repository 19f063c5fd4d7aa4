"""The event engine: events a second, the share of time in SimPy itself, and how much faster the core is.

    python benchmarks/events.py [--quick]

Of the baseline, in one process. SimPy's share is measured twice: by a profile (functions of the package, which a
profile makes dearer than they are), and by running as many empty processes with as many events.
"""

import argparse
import cProfile
import pstats
import time
from pathlib import Path

import numpy as np
import simpy

from simulator import cohorts
from simulator.chance import lots
from simulator.draws import Sampled, batches
from simulator.events.engine import Chance, replicate
from simulator.events.terms import Portfolio, portfolio
from simulator.inputs import inputs_of
from simulator.leaves import Batch, Leaves
from simulator.loading import load

BASELINE = Path(__file__).parents[1] / "scenarios" / "baseline.yaml"
DRAWS = 8192


class Counting(simpy.Environment):
    """A clock that counts what it does."""

    steps = 0

    def step(self) -> None:
        """One event."""
        Counting.steps += 1
        super().step()


def events_of(read: Portfolio, lead: int) -> int:
    """Events of one replication."""
    ordinary, Counting.steps = simpy.Environment, 0
    simpy.Environment = Counting  # type: ignore[misc]
    try:
        replicate(read, Chance(1, 0), lead=lead)
    finally:
        simpy.Environment = ordinary  # type: ignore[misc]
    return Counting.steps


def empty(events: int, each: int = 3) -> float:
    """Seconds that SimPy takes for so many events of processes that do nothing, each of so many."""

    def idle(env: simpy.Environment):  # type: ignore[no-untyped-def]
        for _ in range(each - 2):
            yield env.timeout(1)

    env, begun = simpy.Environment(), time.process_time()
    for _ in range(events // each):
        env.process(idle(env))
    env.run()
    return time.process_time() - begun


def profiled(read: Portfolio, lead: int) -> float:
    """Share of the time spent in SimPy's own functions."""
    profile = cProfile.Profile()
    profile.runcall(replicate, read, Chance(1, 0), lead=lead)
    own = {name: row[2] for name, row in pstats.Stats(profile).stats.items()}  # type: ignore[attr-defined]
    of_simpy = sum(seconds for (file, *_), seconds in own.items() if "simpy" in file)
    heap = sum(seconds for (*_, name), seconds in own.items() if "heapq" in name)
    return float((of_simpy + heap) / sum(own.values()))


def core(batch: Batch, *, lives: bool) -> float:
    """Seconds a run of the core, with lives drawn or at their mean."""
    inputs, begun = inputs_of(batch, 0, DRAWS), time.process_time()
    cohorts.simulate(inputs, None, lots(batch, 1, 0, DRAWS) if lives else None)
    return (time.process_time() - begun) / DRAWS


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two repetitions instead of seven")
    repetitions = 2 if parser.parse_args().quick else 7
    (batch,) = batches([load(BASELINE, settings=["individual_variation=true"])], Sampled(DRAWS, 1))
    read, lead = portfolio(Leaves(batch, 0, 1), 0), inputs_of(batch, 0, 1).lead
    events, taken, idle, drawn, mean = events_of(read, lead), [], [], [], []
    for number in range(repetitions):
        begun = time.process_time()
        replicate(read, Chance(1, number), lead=lead)
        taken.append(time.process_time() - begun)
        idle.append(empty(events))
        drawn.append(core(batch, lives=True))
        mean.append(core(batch, lives=False))
    replication, simpy_alone, draw, run = (float(np.min(each)) for each in (taken, idle, drawn, mean))
    print(f"{events:,} events a replication, {replication:.2f} s: {events / replication:,.0f} events/s")
    print(f"SimPy alone: {simpy_alone / replication:.2f} of the time; by profile {profiled(read, lead):.2f}")
    for name, seconds in (("with lives drawn", draw), ("with lives at their mean", run)):
        print(f"core {name}: {seconds * 1e6:.1f} µs a run; core : events = 1 : {replication / seconds:,.0f}")


if __name__ == "__main__":
    main()
