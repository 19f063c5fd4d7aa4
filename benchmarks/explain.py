"""What explaining costs beside the runs that it rests on: twelve changed inputs, 4,096 coalitions, one process.

    python benchmarks/explain.py [--check]

`--check` fails where it takes ten times as long as 4,096 runs of the same portfolio with the same inputs varied.
"""

import sys
from collections.abc import Callable
from time import perf_counter

import numpy as np

import simulator as sim
from simulator.attribution import MEASURES

LEVELS = ("overseas_fellowships", "overseas_challenge", "invited_researchers", "sakura_science", "sicorp", "satreps")
MOST, ROUNDS = 10.0, 5


def main() -> None:
    """Print both times and their ratio."""
    paths = [f"programmes.{name}.budget.{lever}" for name in LEVELS for lever in ("level", "growth")]
    settings = [f"{path}={'+5%' if path.endswith('level') else '1%'}" for path in paths]
    reference = sim.load("scenarios/baseline.yaml")
    scenario = sim.load("scenarios/baseline.yaml", settings=settings)
    values = np.random.default_rng(1).random((len(paths), 2 ** len(paths)))
    vary = {path: row * (0.05 if path.endswith("level") else 0.01) for path, row in zip(paths, values, strict=True)}
    found = sim.explain(scenario, reference)
    apart = float(np.abs(found.contributions.sum(axis=1) - (found.after - found.before)).max())
    explained = min(_time(lambda: sim.explain(scenario, reference)) for _ in range(ROUNDS))
    runs = min(_time(lambda: sim.run(reference, vary=vary, measures=list(MEASURES))) for _ in range(ROUNDS))
    ratio = explained / runs
    print(
        f"{len(found.inputs)} inputs, {len(found.lines)} lines: explained in {explained:.3f} s, its runs {runs:.3f} s"
    )
    print(f"ratio {ratio:.2f} (at most {MOST:g}); contributions and difference are {apart:.1e} apart at most")
    if "--check" in sys.argv and ratio > MOST:
        raise SystemExit("explaining takes too long")


def _time(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


if __name__ == "__main__":
    main()
