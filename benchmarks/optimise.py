"""Time of plans against the solver's bare time on the same matrices, and how a chance-constrained plan scales.

`python benchmarks/optimise.py [--quick] [--check]`: ten years, all award types of the shipped portfolio, whole awards,
a gap of 0.1 %. The bare time is scipy's HiGHS alone on matrices that are there already.
"""

import argparse
import sys
import time
from collections.abc import Callable

import numpy as np

from simulator.aims import Aims
from simulator.assembling import Problem, Reliance, assemble
from simulator.draws import Sampled
from simulator.errors import RequestError
from simulator.linear_programmes import Effort, solve
from simulator.loading import load
from simulator.optimisation import optimise
from simulator.planned import Planned
from simulator.plans import Plan, proposed
from simulator.proving import fresh_share

KEEP = ["selected[sakura_science] >= 3000", "selected[overseas_challenge] >= 150"]
KEEP += ["outyear_commitments[total,2031] <= 6000", "budget[sicorp] >= 1500", "budget[satreps] >= 1900"]
AIMS = Aims.parse(maximise=["selected[overseas_fellowships]", "0.5 * selected[invited_researchers]"])
MOST = 10.0
"""A plan, from the scenario to a proven solution, may take so many times the solver's bare time."""


def main() -> int:
    """Measure and print; exit status 1 with `--check` where a plan takes too long."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer repetitions and draws")
    parser.add_argument("--check", action="store_true", help="exit with 1 where a plan takes too long")
    options = parser.parse_args()
    ratio = certain(2 if options.quick else 5)
    for draws in (20, 50) if options.quick else (50, 100, 200, 500):
        uncertain(draws, seconds=10.0 if options.quick else 60.0)
    return int(options.check and ratio > MOST)


def certain(repetitions: int) -> float:
    """The fastest of some plans over the fastest of as many bare solutions, in turn."""
    scenario, effort = load("scenarios/baseline.yaml"), Effort(gap=1e-3)
    plan = optimise(scenario, AIMS, keep=KEEP, effort=effort)
    planned = Planned.of_scenario(scenario, plan.limits.measures)
    matrices = assemble(Problem((planned,), AIMS, plan.limits), np.zeros(planned.budgets.shape)).programme
    whole, bare = [], []
    for _ in range(repetitions):
        bare.append(seconds(lambda: solve(matrices, effort)))
        whole.append(seconds(lambda: optimise(scenario, AIMS, keep=KEEP, effort=effort)))
    parts = ", ".join(f"{part:.2f}" for part in plan.seconds)
    rows, ratio = sum(each.matrix.shape[0] for each in matrices.rows), min(whole) / min(bare)
    print(f"{matrices.cost.size} columns, {rows} rows, value {plan.value:,.1f}, gap {plan.gap:.3%}")
    print(f"the solver alone {min(bare):.2f} s, the plan {min(whole):.2f} s: {ratio:.1f} times (of {MOST:g})")
    print(f"of which the best and the nearest to the scenario: {parts} s")
    return ratio


def uncertain(draws: int, *, seconds: float) -> None:
    """A plan that holds in nine draws of ten: by choice of the draws that fail, and by CVaR."""
    scenario, sampled = load("scenarios/uncertain.yaml"), Sampled(draws, 1)
    for risk in ("chance", "cvar"):
        begun = time.perf_counter()
        try:
            plan: Plan = optimise(
                scenario,
                AIMS,
                keep=["selected[sakura_science] >= 3000"],
                within=0.2,
                sampled=sampled,
                reliance=Reliance(0.9, risk),
                effort=Effort(1e-2, seconds),
            )
        except RequestError as error:
            print(f"{draws} draws, {risk}: {error} ({time.perf_counter() - begun:.1f} s)")
            continue
        taken = time.perf_counter() - begun
        fresh = fresh_share(plan, proposed(plan))
        told = f"{plan.value:,.0f}, gap {plan.gap:.1%}, {fresh.value:.1%} of as many fresh draws"
        print(f"{draws} draws, {risk}: {taken:.1f} s, {told}")


def seconds(call: Callable[[], object]) -> float:
    """Seconds that a call takes."""
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


if __name__ == "__main__":
    sys.exit(main())
