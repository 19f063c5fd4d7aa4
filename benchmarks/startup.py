"""Time until the command line answers, against that of importing numpy and pandas.

`python benchmarks/startup.py [--check]`: time that passes, medians of commands run in turn.
"""

import argparse
import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
from study import ROOT
from timing import alternate

REPETITIONS = 9
SIMULATE = str(Path(sys.executable).with_name("simulate"))
YARDSTICK = [sys.executable, "-c", "import numpy, pandas"]
COMMANDS = {
    "simulate --help": ([SIMULATE, "--help"], 0.8),
    "simulate scenarios/plus10pct.yaml": ([SIMULATE, "scenarios/plus10pct.yaml"], 2.0),
}
"""What is run, and how many times the yardstick's time it may take."""

ENVIRONMENT = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""Compiled bytecode is kept, as it is for anyone who installed the package."""


def main() -> int:
    """Measure, print, and compare with the limits."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit with 1 where a limit is missed")
    options = parser.parse_args()
    commands = [YARDSTICK, *(command for command, _ in COMMANDS.values())]
    times = alternate([partial(run, command) for command in commands], REPETITIONS, clock=time.perf_counter)
    medians = np.median(times, axis=0) * 1000.0
    print(f"{'import numpy, pandas':<36} {medians[0]:>6,.0f} ms")
    missed = False
    for (name, (_, limit)), median in zip(COMMANDS.items(), medians[1:], strict=True):
        ratio = median / medians[0]
        missed |= bool(ratio > limit)
        print(f"{name:<36} {median:>6,.0f} ms {ratio:>6.2f} times that (limit {limit:g})")
    return int(missed and options.check)


def run(command: list[str]) -> None:
    """One command to its end, its output thrown away."""
    subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.DEVNULL, check=True)


if __name__ == "__main__":
    sys.exit(main())
