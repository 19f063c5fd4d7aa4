"""What each feature of the model costs, and that what a portfolio does not use costs nothing.

`python benchmarks/features.py [--quick] [--check]`: runs per second of the core and of the fused loop on the baseline
without links between award types, and with one feature added at a time, in turn with those without it. With --check
the exit code is 1 where the core is below the floor of `throughput.py` on the portfolio as shipped, or without links.
"""

import argparse
import sys
import tempfile
from functools import partial
from pathlib import Path

import numpy as np
import study
from fused import agree
from throughput import FLOOR, Pair, in_turn

from simulator.inputs import blocks
from simulator.leaves import Batch

SIZES = (456, 16384)
"""Blocks tried, in runs: about the best of the fused loop, and of the core."""

BARE = """
extends: {baseline}
programmes:
  sicorp: {{awards: {{acceleration: {{promotes: []}}, core_team: {{promotes: []}}, consortium: {{promotes: []}}}}}}
  satreps: {{awards: {{project: {{demand: null}}, feasibility_study: {{promotes: []}}}}}}
  overseas_fellowships: {{awards: {{fellowship: {{demand: null}}}}}}
"""
"""The baseline without promotions and demand, which the shipped portfolio has."""

FELLOW = "programmes: {{overseas_fellowships: {{awards: {{fellowship: {{{field}}}}}}}}}"
FEATURES = {
    "continuing awards paid in part": FELLOW.format(field="continuing: {2025: 90%}"),
    "deferral and a backlog": FELLOW.format(field="deferral: 10%, backlog: 20"),
    "extensions in two years": FELLOW.format(
        field="extensions: {2024: {share: 33%, duration: 6 months}, 2025: {share: 33%, duration: 6 months}}"
    ),
    "a demand that caps": FELLOW.format(field="demand: {applicants: 974, maximum_success_rate: 30%}"),
    "a demand that another type feeds": FELLOW.format(
        field="demand: {applicants: 974}, feeds: [{to: overseas_fellowships.fellowship, share: 10%, lag: 3 years}]"
    ),
    "promotion within a programme": "programmes: {satreps: {awards: {feasibility_study: "
    "{promotes: [{to: satreps.project, share: 40%, lag: 1 year}]}}}}",
    "promotion across programmes": "programmes: {satreps: {awards: {feasibility_study: "
    "{promotes: [{to: sicorp.acceleration, share: 40%, lag: 1 year}]}}}}",
    "amounts paid over years": "programmes: {satreps: {awards: {feasibility_study: {costs: "
    "{grant: {per: award, spread: [50%, 30%, 20%]}}}}}}",
    "a total split in proportion": "budget: {allocation: proportional, total: 16000}",
    "a total split by priority": "budget: {allocation: priority, total: 16000, priority: [overseas_fellowships]}",
}


def main() -> int:
    """Measure, print, and compare with the floor."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer repetitions, the fused loop only as shipped")
    parser.add_argument("--check", action="store_true", help="exit with 1 where the core is below the floor")
    options = parser.parse_args()
    repetitions = 5 if options.quick else 15
    print(f"{'':34} {'core':>9} {'fused':>11} {'ratio':>6} {'core, without = 1':>18}")
    with tempfile.TemporaryDirectory() as folder:
        bare = written(Path(folder, "bare.yaml"), BARE.format(baseline=study.SCENARIO))
        without, shipped = measured(bare, study.SCENARIO, repetitions, [not options.quick, True])
        print(line("without promotions and demand", without, without), line("as shipped", shipped, without), sep="\n")
        for name, text in FEATURES.items():
            path = written(Path(folder, "feature.yaml"), f"extends: bare.yaml\n{text}\n")
            beside, pair = measured(bare, path, repetitions, [False, not options.quick])
            print(line(f"+ {name}", pair, beside), flush=True)
    missed = bool(np.nanmin([without.ratio(), shipped.ratio()]) < FLOOR)
    print(f"limit {'missed' if missed else 'kept'}: core / fused loop at least {FLOOR} without features and as shipped")
    return int(missed and options.check)


def written(path: Path, text: str) -> Path:
    """The path of a scenario file with this text."""
    path.write_text(text, encoding="utf-8")
    return path


def measured(bare: Path, path: Path, repetitions: int, fused: list[bool]) -> list[Pair]:
    """The core, and the fused loop where wanted, on two scenarios in turn; budget level, a price, a take-up varied."""
    if fused[1]:
        agree(next(blocks(_batch(path, SIZES[0]), SIZES[0]))[1])
    sizes = SIZES if any(fused) else SIZES[-1:]
    return in_turn([partial(_batch, bare), partial(_batch, path)], repetitions, sizes, fused=fused)


def _batch(path: Path, runs: int) -> Batch:
    return study.batch(study.three(runs), path)


def line(name: str, pair: Pair, without: Pair) -> str:
    """One row of the table."""
    core, fused, share = 1.0 / pair.core.min(), 1.0 / pair.fused.min(), without.core.min() / pair.core.min()
    compared = f"{'':>11} {'':>6}" if np.isnan(fused) else f"{fused:>11,.0f} {pair.ratio():>6.2f}"
    return f"{name:34} {core:>9,.0f} {compared} {share:>18.2f}"


if __name__ == "__main__":
    sys.exit(main())
