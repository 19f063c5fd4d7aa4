"""Sensitivity sweeps: indices against committed and analytic ones, and what they cost against SALib and the core.

`python benchmarks/sensitivity.py [--quick] [--check | --write]`; with --check the exit code is 1 where an index is not
the golden one, an analytic index lies outside its interval, or a ratio is worse than its limit. Without --quick also
Dask with two workers against one, PRIM against EMA Workbench's, and the memory of ten million runs.
"""

import argparse
import csv
import itertools
import pickle
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import study
from timing import alternate

import simulator
from simulator import analyses, discovery, factors, outcome_names, sweeps, workers
from simulator.analyses import Analysis
from simulator.arrays import Floats
from simulator.leaves import Batch
from simulator.outcome_names import Outcome
from simulator.scenario import Scenario
from simulator.sweeps import Sweep
from simulator.varied import Given
from simulator.workers import Packed
from tests.functions import Function, between, g_function, g_indices, ishigami, ishigami_indices, results

GOLDEN = Path(__file__).with_name("golden") / "sensitivity.csv"
TOLERANCE = 1e-4
"""Indices have the same bits on one machine; others may round a run to one award more or less (benchmarks/sweep.py)."""

SALIB = "SALib, outcome by outcome / sampling and all indices"
WITH_RUNS = "SALib, outcome by outcome / sampling, runs and all indices"
DASK = "Dask, blocks a second of two workers / of one"
OVERHEAD, SENT = "overhead of a block / its simulation", "the same, sent to a worker and back"
MEMORY = "ten million runs, GiB"
LEAST, MOST = {WITH_RUNS: 20.0, DASK: 1.5}, {OVERHEAD: 0.05, MEMORY: 1.0}
"""Limits of ratios."""

TAKE_UP = "programmes.overseas_fellowships.awards.fellowship.take_up"
WARM = 4
"""Results of a cluster before its speed is measured."""

SIZE, INPUTS, OUTCOMES = 1024, 20, 100
ALLOWED, FALL = 3.0, 0.7
"""In CI, where other work moves them: what the limit of the overhead is multiplied by, and that of a least ratio."""

WATCHED = ("selected", "spend[total]", "shortfall[total]", "outyear_commitments[total]")


def main() -> int:
    """Measure, print, and compare with what was committed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="what CI runs, in under a minute")
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--check", action="store_true", help="exit with 1 where an index or a ratio is off")
    action.add_argument("--write", action="store_true", help="replace the golden indices")
    options = parser.parse_args()
    analytic = within_intervals()
    sweep = portfolio_sweep(simulator.load(study.SCENARIO))
    started = time.perf_counter()
    found = analyses.analyse(sweep, results)
    seconds = time.perf_counter() - started
    indices = golden_indices(found)
    for (outcome, path), (first, total) in indices.items():
        print(f"{outcome:<42} {path:<70} first {first:6.3f} total {total:6.3f}")
    print(f"{sweep.runs:,} runs, {len(sweep.model.outcomes)} outcomes, from sampling to intervals: {seconds:.2f} s")
    ratios = over_salib(sweep) | overhead(sweep)
    if not options.quick:
        ratios |= at_length()
    for name, ratio in ratios.items():
        print(f"{name:>60} {ratio:>8.3f}")
    if options.write:
        write(indices)
        return 0
    good = [analytic, same(indices), kept(ratios, in_ci=options.quick)]
    return int(options.check and not all(good))


def portfolio_sweep(scenario: Scenario) -> Sweep:
    """Sobol' indices of all take-ups, the level, and prices of the shipped portfolio: 20 inputs, 22,528 runs."""
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


def over_salib(sweep: Sweep) -> dict[str, float]:
    """Processor time of SALib's analysis of every outcome, one by one, over ours: sampling and analysis, with runs."""
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

    scenario, blocks = simulator.load(study.SCENARIO), list(results(sweep))

    def sampled_and_analysed() -> None:
        again = portfolio_sweep(scenario)
        for block in range(again.blocks):
            again.design.points(*again.base_of(block))
        analyses.analyse(again, lambda *_: iter(blocks))

    def whole() -> None:
        analyses.analyse(portfolio_sweep(scenario), results)

    mine, with_runs, salib = alternate([sampled_and_analysed, whole, theirs], 3).min(axis=0)
    each = salib / len(some)
    print(f"processor time: {mine:.2f} s, with all runs {with_runs:.2f} s; SALib {each:.3f} s an outcome (10 timed)")
    return {SALIB: float(each * OUTCOMES / mine), WITH_RUNS: float(each * OUTCOMES / with_runs)}


def overhead(sweep: Sweep) -> dict[str, float]:
    """What a block takes beside its simulation: points and values; and with it the way to a worker and back."""
    varied = {path: Given(values) for path, values in zip(sweep.names, _all_inputs(sweep), strict=True)}
    bare = sweep.model.prepared(varied, sweep.runs)
    packed = Packed(pickle.dumps(sweep.outputs))
    places = range(sweep.blocks - 1)
    ends = itertools.cycle([[point * sweep.design.rows for point in sweep.base_of(block)] for block in places])
    here, away = itertools.cycle(places), itertools.cycle(places)

    def simulated() -> None:
        bare(*next(ends))

    def whole() -> None:
        sweep.outputs(next(here))

    def sent() -> None:
        pickle.loads(pickle.dumps(pickle.loads(pickle.dumps(packed))(next(away))))

    times = np.median(alternate([simulated, whole, sent], 41), axis=0)
    told = ", ".join(f"{each * 1e3:.1f} ms" for each in times)
    print(f"a block of {sweep.per_block * sweep.design.rows:,} runs: simulation, all of it, by a worker: {told}")
    return {OVERHEAD: float(times[1] / times[0] - 1.0), SENT: float(times[2] / times[0] - 1.0)}


def _all_inputs(sweep: Sweep) -> Floats:
    return np.concatenate([sweep.inputs(block) for block in range(sweep.blocks)], axis=1)


def at_length() -> dict[str, float]:
    """What takes minutes: a cluster, another library's boxes, ten million runs; raises where memory is exceeded."""
    beside_ema()
    megabytes, seconds = ten_million()
    print(f"ten million runs, saved and analysed: {seconds:.0f} s, {megabytes:,.0f} MiB at most in the process")
    rates = [dask_rate(count) for count in (1, 2)]
    return {
        DASK: rates[1] / rates[0],
        MEMORY: megabytes / 1024.0,
    }


def dask_rate(count: int) -> float:
    """Blocks a second of a local cluster of so many workers, from the first result on."""
    sweep = sweeps.grown(portfolio_sweep(simulator.load(study.SCENARIO)), 16 * SIZE)
    begun = 0.0
    for number, _ in enumerate(workers.dask(workers.LOCAL, count)(sweep.outputs, range(sweep.blocks))):
        if number == WARM:
            begun = time.perf_counter()
    return (sweep.blocks - 1 - WARM) / (time.perf_counter() - begun)


def beside_ema() -> None:
    """The first box of PRIM and that of EMA Workbench at the same place of its trajectory, on the same data."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pandas as pd
        from ema_workbench.analysis import prim

        stream = np.random.default_rng(1)
        inputs = stream.random((10, 10_000))
        inside = (inputs[2] > 0.6) & (inputs[5] < 0.4) & (inputs[7] > 0.2) & (inputs[7] < 0.8)
        meets = inside ^ (stream.random(10_000) < 0.03)
        frame = pd.DataFrame(inputs.T, columns=[f"x{place}" for place in range(10)])

        def theirs() -> object:
            return prim.Prim(frame, meets, threshold=0.1, peel_alpha=discovery.PEEL).find_box()

        peeled = theirs().peeling_trajectory  # type: ignore[attr-defined]
        mine, ema = alternate([lambda: discovery.prim(inputs, meets), theirs], 2).min(axis=0)
    worth = 2.0 * peeled.coverage * peeled.density / (peeled.coverage + peeled.density)
    best, box = peeled.loc[worth.idxmax()], discovery.prim(inputs, meets)[0]
    print(f"PRIM: coverage {box.coverage:.3f}, density {box.density:.3f}, restricted {box.restricted}; {mine:.2f} s")
    print(f"EMA Workbench: coverage {best.coverage:.3f}, density {best.density:.3f}; {ema:.2f} s")


def ten_million() -> tuple[float, float]:
    """MiB at most and seconds of ten million runs, saved and analysed by the command."""
    vary = [
        "--vary",
        "budget.level=-20%:+20%",
        "--vary",
        f"{TAKE_UP}=80%:100%",
        "--vary",
        f"{TAKE_UP[:-8]}.deferral=0%:10%",
    ]
    size = 1 << 21
    with tempfile.TemporaryDirectory() as folder:
        command = ["sweep", str(study.SCENARIO), *vary, "--design", "sobol", "--size", str(size)]
        command += ["--outcome", "selected[overseas_fellowships,2030]", "--output", str(Path(folder) / "swept")]
        code = "import sys; from simulator.cli import main; main(sys.argv[1:])"
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-c", code, *command], check=True, stdout=subprocess.DEVNULL)
        seconds = time.perf_counter() - begun
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024.0, seconds


def write(indices: dict[tuple[str, str], tuple[float, float]]) -> None:
    """Replace the golden indices."""
    with GOLDEN.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["outcome", "input", "first", "total"])
        rows.writerows([*key, *(f"{value:.6f}" for value in pair)] for key, pair in indices.items())


def same(indices: dict[tuple[str, str], tuple[float, float]]) -> bool:
    """Whether the golden indices are these; prints those that are not."""
    with GOLDEN.open(encoding="utf-8", newline="") as file:
        golden = {
            (row["outcome"], row["input"]): (float(row["first"]), float(row["total"])) for row in csv.DictReader(file)
        }
    wrong = [
        key
        for key in {**golden, **indices}
        if key not in golden or key not in indices or np.abs(np.subtract(golden[key], indices[key])).max() > TOLERANCE
    ]
    for key in wrong:
        print(f"{key}: golden {golden.get(key)}, now {indices.get(key)}")
    print(f"{len(golden) - len(wrong)} of {len(golden)} golden indices are within {TOLERANCE:g}")
    return not wrong


def kept(ratios: dict[str, float], *, in_ci: bool) -> bool:
    """Whether no ratio is beyond its limit, in CI beyond what is allowed there; prints those that are."""
    least = {name: limit * (FALL if in_ci else 1.0) for name, limit in LEAST.items()}
    most = MOST | {OVERHEAD: MOST[OVERHEAD] * (ALLOWED if in_ci else 1.0)}
    fallen = [name for name, limit in least.items() if name in ratios and ratios[name] < limit]
    fallen += [name for name, limit in most.items() if name in ratios and ratios[name] > limit]
    for name in fallen:
        print(f"beyond its limit: {name}: {ratios[name]:.3f}, limit {(least | most)[name]}")
    return not fallen


if __name__ == "__main__":
    sys.exit(main())
