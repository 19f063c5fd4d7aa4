"""Runs per second of the simulator, and of its core against one fused compiled loop.

`python benchmarks/throughput.py [--quick] [--check]`; with --check the exit code is 1 where a limit is missed, with
--quick, which CI runs, where the core has fallen by more than 30 %.
"""

import argparse
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import study
from fused import Engine, agree, empty_flows
from timing import alternate

import simulator
from simulator import cohorts, draws, model
from simulator.arrays import Floats, Inputs
from simulator.flows import Flows
from simulator.inputs import blocks
from simulator.leaves import Batch
from simulator.measures import measure
from simulator.statistics import TILE

FLOOR = 0.3
"""Least speed of the core as a share of the fused loop's, each at its own best block, in every case."""

FALL = 0.7
"""Share of it that must be left beside other work, which slows the core more than the loop: it lives in the cache."""

MEMORY_LIMIT = 1024.0
"""MiB that the largest number of runs may take in all."""

SIZES = (320, 456, 1024, 2048, 4096, 8192, 16384, 32768)
"""Blocks tried, in runs: from where the cache holds all, and calls cost most, to where calls cost nothing."""

SAMPLE = 32768
"""Runs of one timed sample, in as many blocks as that takes: the first of them finds the cache cold."""

USED = (model.BLOCK, draws.BLOCK)
"""Blocks that runs and draws are simulated in."""

Call = Callable[[], object]
Simulate = Callable[[Inputs, Flows], Flows]


class Pair(NamedTuple):
    """Seconds a run, (repetitions, sizes), of the core and of the fused loop, and the block sizes they are of.

    The fastest repetition counts: other work on a shared machine only ever adds, and adds more to large blocks, which
    do not fit the cache.
    """

    sizes: Sequence[int]
    core: Floats
    fused: Floats

    def ratio(self) -> float:
        """The core's speed over the fused loop's, each at its own best block size."""
        return float(self.fused.min() / self.core.min())

    def lines(self) -> Iterator[str]:
        """The table, and the ratio under it."""
        yield f"{'block':>12} {'core':>16} {'fused loop':>16}"
        speeds = (1.0 / times.min(axis=0) for times in (self.core, self.fused))
        for size, core, fused in zip(self.sizes, *speeds, strict=True):
            yield f"{size:>7,} runs {core:>9,.0f} runs/s {fused:>9,.0f} runs/s"
        yield f"core / fused loop, each at its best block: {self.ratio():.2f}"
        alike = ((size, float(self.fused[:, at].min() / self.core[:, at].min())) for at, size in enumerate(self.sizes))
        yield "at equal blocks: " + ", ".join(f"{ratio:.2f} ({size:,})" for size, ratio in alike if size in USED)


def main() -> int:
    """Measure, print, and compare with the limits."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer runs, repetitions and cases")
    parser.add_argument("--check", action="store_true", help="exit with 1 where a limit is missed")
    options = parser.parse_args()
    most, repetitions = (100_000, 5) if options.quick else (1_000_000, 15)
    memory = peak_memory(most)
    print(f"simulator.mean of {study.SCENARIO.name}, three numbers varied, {len(study.MEASURES)} measures")
    for runs in (1, 100, 10_000, most):
        print(f"{runs:>12,} runs {speed_of_mean(runs):>9,.0f} runs/s")
    print(f"peak memory of {most:,} runs: {memory:,.0f} MiB (limit {MEMORY_LIMIT:,.0f})")
    for settings in [study.BY_PRIORITY] if options.quick else [study.BY_PRIORITY, ()]:
        split = ", its total split by priority" if settings else ""
        print(f"\nA portfolio with every feature{split}. {same_bits(study.every_feature(SIZES[0], settings))}")
    cases = [study.three] if options.quick else [study.three, study.every]  # each is compiled for 40 s
    ratios = [compare(vary, repetitions) for vary in cases]
    floor = FLOOR * (FALL if options.quick else 1.0)
    missed = memory > MEMORY_LIMIT or min(ratios) < floor
    print(f"\nlimits {'missed' if missed else 'kept'}: core / fused loop {min(ratios):.2f} (at least {floor:.2f})")
    return int(missed and options.check)


def peak_memory(runs: int) -> float:
    """MiB that a fresh process takes for so many runs."""
    command = [sys.executable, str(study.ROOT / "benchmarks" / "memory.py"), str(runs)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def speed_of_mean(runs: int) -> float:
    """Runs a second of `simulator.mean`, reading the scenario's files not among them; the median of a few calls."""
    scenario, varied = simulator.load(study.SCENARIO), study.three(runs)
    call = partial(simulator.mean, scenario, vary=varied, measures=study.MEASURES)
    return runs / float(np.median(alternate([call], 9 if runs <= 10_000 else 3)))


def same_bits(batch: Batch) -> str:
    """What both engines give on the first runs of a batch; AssertionError where they differ."""
    same = agree(next(blocks(batch, SIZES[0]))[1])
    return f"Both engines give the same {'bits' if same else 'numbers, but not the same bits'}."


def compare(vary: Callable[[int], study.Varied], repetitions: int) -> float:
    """Both engines on one case, without and with what is around them; the ratio of the engines alone."""
    description = (vary.__doc__ or "").splitlines()[0]
    print(f"\n{description} {same_bits(study.batch(vary(SIZES[0])))}\n")
    engines = engines_alone(vary, repetitions)
    print("engines alone", *engines.lines(), sep="\n")
    print("\nwith building inputs and reducing to means", *with_means(vary, repetitions).lines(), sep="\n")
    return engines.ratio()


def engines_alone(vary: Callable[[int], study.Varied], repetitions: int) -> Pair:
    """Both on one case, without what is around them."""
    (pair,) = in_turn([lambda size: study.batch(vary(size))], repetitions, SIZES, fused=[True])
    return pair


def in_turn(
    cases: Sequence[Callable[[int], Batch]], repetitions: int, sizes: Sequence[int], *, fused: Sequence[bool]
) -> list[Pair]:
    """Both engines on several cases, each on the same inputs, writing into the same buffers; NaN where not `fused`."""
    calls = [call for batch in cases for size in sizes for call in both_engines(batch(size), size)]
    timed = np.tile([True, False], len(calls) // 2) | np.repeat(fused, len(calls) // len(cases))
    times = np.full((repetitions, len(calls)), np.nan)
    times[:, timed] = alternate([call for call, is_timed in zip(calls, timed, strict=True) if is_timed], repetitions)
    seconds = times.reshape(repetitions, len(cases), len(sizes), 2) / [[SAMPLE // size * size] * 2 for size in sizes]
    return [Pair(sizes, seconds[:, case, :, 0], seconds[:, case, :, 1]) for case in range(len(cases))]


def both_engines(batch: Batch, size: int) -> tuple[Call, Call]:
    """A sample of the core and one of the fused loop."""
    inputs = next(blocks(batch, size))[1]
    flows = empty_flows(inputs)
    packed = Engine().pack(inputs, flows)
    return partial(repeat, size, cohorts.simulate, inputs, flows), partial(repeat, size, packed.run)


def repeat(size: int, call: Callable[..., object], *arguments: object) -> None:
    """As many blocks of this size as a sample has."""
    for _ in range(SAMPLE // size):
        call(*arguments)


def with_means(vary: Callable[[int], study.Varied], repetitions: int) -> Pair:
    """The same with building the inputs and reducing to means, the same code on both sides."""
    runs, sizes = 2 * SAMPLE, [size for size in SIZES if size >= TILE]
    batch, fused = study.batch(vary(runs)), Engine()
    engines = (cohorts.simulate, fused.simulate)
    calls = [partial(means, batch, engine, size) for size in sizes for engine in engines]
    times = alternate(calls, max(3, repetitions // 3)) / runs
    return Pair(sizes, times[:, ::2], times[:, 1::2])


def means(batch: Batch, engine: Simulate, size: int) -> dict[str, Floats]:
    """Means over all runs of a batch, as `simulator.mean` takes them, by any engine."""
    totals = dict.fromkeys(study.MEASURES, np.zeros(()))
    buffers: dict[int, Flows] = {}
    for _, inputs in blocks(batch, size):
        if inputs.runs not in buffers:
            buffers[inputs.runs] = empty_flows(inputs)
        flows = engine(inputs, buffers[inputs.runs])
        for name in study.MEASURES:
            totals[name] = totals[name] + measure(name).of(flows, inputs).sum(axis=-1)
    return {name: total / batch.runs for name, total in totals.items()}


if __name__ == "__main__":
    sys.exit(main())
