"""Sensitivity sweeps: indices against committed and analytic ones, and what they cost against SALib and the core.

`python benchmarks/sensitivity.py [--quick] [--check | --write]`; with --check the exit code is 1 where an index is not
the golden one, an analytic index lies outside its interval, or a ratio is worse than its limit. Without --quick also
Dask with two workers against one, PRIM against EMA Workbench's, and the memory of ten million runs.
"""

import argparse
import csv
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import study
from timing import alternate

import simulator
from simulator import analyses, datasets, discovery, factors, outcome_names, sensitivity, sweeps, workers
from simulator.analyses import Analysis
from simulator.arrays import Floats
from simulator.inputs import inputs_of
from simulator.leaves import Batch
from simulator.outcome_names import Outcome
from simulator.sweeps import Sweep
from tests.functions import Function, between, g_function, g_indices, ishigami, ishigami_indices, results

GOLDEN = Path(__file__).with_name("golden") / "sensitivity.csv"
TOLERANCE = 1e-4
"""Indices have the same bits on one machine; others may round a run to one award more or less (benchmarks/sweep.py)."""

LIMITS = {
    "SALib, outcome by outcome / sampling, runs and all indices": 20.0,
    "Dask, one worker / two workers": 1.5,
}
"""Ratios that must be reached, and below, one that must not be exceeded."""

OVERHEAD, MOST_OVERHEAD = "overhead of a block / its simulation", 0.05
SIZE, INPUTS, OUTCOMES = 1024, 20, 100
WATCHED = ("selected", "spend[total]", "shortfall[total]", "outyear_commitments[total]")
TEN_MILLION = 10_000_000
MOST_MEMORY = 1 << 30


def main() -> int:
    """Measure, print, and compare with what was committed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="what CI runs, in under a minute")
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--check", action="store_true", help="exit with 1 where an index or a ratio is off")
    action.add_argument("--write", action="store_true", help="replace the golden indices")
    options = parser.parse_args()
    analytic = within_intervals()
    sweep = portfolio_sweep()
    started = time.perf_counter()
    found = analyses.analyse(sweep, results)
    seconds = time.perf_counter() - started
    indices = golden_indices(found)
    for (outcome, path), (first, total) in indices.items():
        print(f"{outcome:<42} {path:<70} first {first:6.3f} total {total:6.3f}")
    print(f"{sweep.runs:,} runs, {len(sweep.model.outcomes)} outcomes, from sampling to intervals: {seconds:.2f} s")
    ratios = {"SALib, outcome by outcome / sampling, runs and all indices": over_salib(sweep)} | overhead(sweep)
    if not options.quick:
        ratios |= at_length()
    for name, ratio in ratios.items():
        print(f"{name:>60} {ratio:>8.3f}")
    if options.write:
        write(indices)
        return 0
    good = [analytic, same(indices), kept(ratios)]
    return int(options.check and not all(good))


def portfolio_sweep() -> Sweep:
    """Sobol' indices of all take-ups, the level, and prices of the shipped portfolio: 20 inputs, 22,528 runs."""
    scenario = simulator.load(study.SCENARIO)
    paths = [*study.take_ups(scenario.document), *study.revisions(scenario.document)]
    texts = ["budget.level=-20%:+20%"]
    texts += [f"{path}=80%:100%" if path.endswith("take_up") else f"{path}=-20%:+20%" for path in paths]
    varying = factors.read_all(texts[:INPUTS], scenario.document)
    labels = Batch((scenario,)).labels
    outcomes = outcome_names.read_all([*WATCHED, "supported"], labels, range(2022, 2032))[:OUTCOMES]
    return sweeps.sweep(sweeps.Simulated(scenario, outcomes), varying, kind="sobol", size=SIZE)


def golden_indices(found: Analysis) -> dict[tuple[str, str], tuple[float, float]]:
    """First-order and total index of every input that matters, of outcomes of FY2030."""
    first, total = (index.value for index in found.indices)
    outcomes = [each for each in found.sweep.model.outcomes if isinstance(each, Outcome)]
    return {
        (str(outcome), path): (float(first[row, column]), float(total[row, column]))
        for row, outcome in enumerate(outcomes)
        for column, path in enumerate(found.names)
        if outcome.year == 2030 and total[row, column] > 0.02
    }


def within_intervals() -> bool:
    """Whether indices of Ishigami and of the g-function lie within their intervals; prints them."""
    good = True
    cases: list[tuple[Function, tuple[factors.Factor, ...], tuple[Floats, Floats]]] = [
        (Function(ishigami, ["x0", "x1", "x2"]), between(-np.pi, np.pi, 3), ishigami_indices()[:2]),
        (Function(g_function, [f"x{place}" for place in range(8)]), between(0.0, 1.0, 8), g_indices()),
    ]
    for function, varying, truths in cases:
        found = analyses.analyse(sweeps.sweep(function, varying, kind="sobol", size=8192), results)
        for index, truth in zip(found.indices, truths, strict=True):
            apart = np.abs(index.value[0] - truth)
            inside = bool((apart <= np.asarray(index.half)[0] + 1e-3).all())
            told = " ".join(f"{value:.3f}" for value in index.value[0])
            print(f"{function.of.__name__:<12} {index.name:<6} {told}  largest error {apart.max():.4f}")
            good &= inside
    return good


def over_salib(sweep: Sweep) -> float:
    """Seconds of SALib's analysis of every outcome, one by one, over ours from sampling to intervals, runs included."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from SALib.analyze import sobol
    rows = sweep.design.rows
    made = np.concatenate([block.reshape(len(block), rows, -1) for block in results(sweep)], axis=2)
    order = [0, *range(2, rows), 1]
    names = {"num_vars": INPUTS, "names": list(sweep.names), "bounds": [[0.0, 1.0]] * INPUTS}
    some = made[:10, order].transpose(0, 2, 1).reshape(10, -1)

    def theirs() -> None:
        for row in some:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                sobol.analyze(names, row + 1e-9 * np.arange(row.size), calc_second_order=False, num_resamples=100)

    def ours() -> None:
        analyses.analyse(portfolio_sweep(), results)

    mine, salib = alternate([ours, theirs], 2, clock=time.perf_counter).min(axis=0)
    print(f"SALib {salib / len(some):.2f} s an outcome (10 of {OUTCOMES} timed)")
    return float(salib / len(some) * OUTCOMES / mine)


def overhead(sweep: Sweep) -> dict[str, float]:
    """What a block takes beside its points, inputs and simulation: choosing outcomes, packing, and the map itself."""
    scenario: sweeps.Simulated = sweep.model  # type: ignore[assignment]
    packed = workers.packed(sweep.outputs)
    packed(0)
    sweep.outputs(0)
    batch = sweep.batch

    def bare() -> None:
        first, last = (point * sweep.design.rows for point in sweep.base_of(1))
        sweep.design.points(*sweep.base_of(1))
        inputs = inputs_of(batch, first, last)
        simulate(inputs)

    def whole() -> None:
        packed(1)

    simulate = scenario.bare()
    times = alternate([bare, whole], 9, clock=time.perf_counter).min(axis=0)
    return {OVERHEAD: float(times[1] / times[0] - 1.0)}
