"""Elasticities of awards and spending over a sweep of budget level, prices and take-up, compared with golden values.

A full factorial design of 50 × 50 × 40 points: budget level and the revision of all prices from -20 % to +20 %, the
take-up of all award types from 80 % to 100 %. The elasticity of an outcome with respect to a factor is the slope of a
log-log regression over all runs; in a full design the factors are uncorrelated, so each slope is that of one factor
alone. Outcomes are yearly means of FY2026-31. `python benchmarks/sweep.py [--check | --write]`.
"""

import argparse
import csv
import sys
import time
from pathlib import Path

import numpy as np
import study

import simulator
from simulator.arrays import Floats

GOLDEN = Path(__file__).with_name("golden") / "sweep.csv"

TOLERANCE = 1e-4
"""Runs have the same bits everywhere but where a processor rounds logarithms or powers otherwise; then single runs of
100,000 may round to one award more or less, which moves an elasticity by 1e-5 at most. A change of the model moves
some by 1e-3 and more."""

FACTORS = ("budget", "price", "take-up")
LEVELS = 1.0 + np.linspace(-0.2, 0.2, 50)
PRICES = 1.0 + np.linspace(-0.2, 0.2, 50)
TAKE_UPS = np.linspace(0.8, 1.0, 40)
PART = 5
"""Budget levels simulated in one call: 10,000 runs, so that no array grows with the design."""

YEARS = range(2026, 2032)
"""When the awards of before FY2022 have left."""


def main() -> int:
    """Sweep, print, and compare with the golden values or replace them."""
    parser = argparse.ArgumentParser(description=__doc__)
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--check", action="store_true", help="exit with 1 where an elasticity is not the golden one")
    action.add_argument("--write", action="store_true", help="replace the golden values")
    options = parser.parse_args()
    begun = time.perf_counter()
    found = elasticities(sweep())
    seconds = time.perf_counter() - begun
    print(f"{'elasticity of':<32}", *(f"{factor:>9}" for factor in FACTORS))
    for name, values in found.items():
        print(f"{name:<32}", *(f"{value:>9.3f}" for value in values))
    runs = LEVELS.size * PRICES.size * TAKE_UPS.size
    print(f"{runs:,} runs in {seconds:.1f} s: {runs / seconds:,.0f} runs/s")
    if options.write:
        write(found)
    return int(options.check and not same(found))


def sweep() -> dict[str, Floats]:
    """Each outcome over the design, (levels, prices, take-ups): a call of the simulator for some levels at a time."""
    scenario = simulator.load(study.SCENARIO)
    revisions, take_ups = study.revisions(scenario.document), study.take_ups(scenario.document)
    parts = []
    for levels in np.split(LEVELS, LEVELS.size // PART):
        level, price, take_up = (axis.ravel() for axis in np.meshgrid(levels, PRICES, TAKE_UPS, indexing="ij"))
        vary = {"budget.level": level - 1.0} | dict.fromkeys(revisions, price - 1.0) | dict.fromkeys(take_ups, take_up)
        parts.append(outcomes(simulator.run(scenario, vary=vary, measures=("selected", "spend")).runs[0]))
    shape = (LEVELS.size, PRICES.size, TAKE_UPS.size)
    return {name: np.concatenate([part[name] for part in parts]).reshape(shape) for name in parts[0]}


def outcomes(run: simulator.Run) -> dict[str, Floats]:
    """Yearly means of one call's runs, by name."""
    years = slice(run.years.index(YEARS[0]), run.years.index(YEARS[-1]) + 1)
    selecting = dict.fromkeys(programme for programme, _ in run.labels.awards)
    selected = {f"selected {programme}": run.of("selected", programme) for programme in selecting}
    every = selected | {"spend total": run.of("spend")}
    return {name: values[years].mean(axis=0) for name, values in every.items()}


def elasticities(design: dict[str, Floats]) -> dict[str, Floats]:
    """``d log y / d log x`` of each outcome, by factor."""
    return {name: np.array([slope(np.log(values), axis) for axis in range(3)]) for name, values in design.items()}


def slope(logs: Floats, axis: int) -> float:
    """``Σ (x − x̄) y / Σ (x − x̄)²``, x the logarithm of the factor on this axis of the design."""
    means = logs.mean(axis=tuple(other for other in range(3) if other != axis))
    x = np.log((LEVELS, PRICES, TAKE_UPS)[axis])
    x -= x.mean()
    return float((x * means).sum() / (x * x).sum())


def write(found: dict[str, Floats]) -> None:
    """Replace the golden values."""
    with GOLDEN.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["elasticity of", *FACTORS])
        rows.writerows([name, *(f"{value:.6f}" for value in values)] for name, values in found.items())


def same(found: dict[str, Floats]) -> bool:
    """Whether the golden values are these; prints those that are not."""
    with GOLDEN.open(encoding="utf-8", newline="") as file:
        golden = {name: np.array(values, dtype=np.float64) for name, *values in list(csv.reader(file))[1:]}
    if golden.keys() != found.keys():
        print(f"golden values are of {', '.join(golden)}")
        return False
    wrong = [name for name in found if np.abs(found[name] - golden[name]).max() > TOLERANCE]
    for name in wrong:
        print(f"{name}: golden values are {', '.join(f'{value:.6f}' for value in golden[name])}")
    print(f"{len(found) - len(wrong)} of {len(found)} rows are within {TOLERANCE:g} of the golden values")
    return not wrong


if __name__ == "__main__":
    sys.exit(main())
