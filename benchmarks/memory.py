"""Peak memory of `simulator.mean` over many runs: `python benchmarks/memory.py 1000000` prints MiB.

A process of its own, because the peak is that of a process's whole life.
"""

import resource
import sys

import study

import simulator

KIB_PER_MIB = 1024


def main() -> None:
    """Simulate as many runs as asked for, and print the peak."""
    simulator.mean(study.SCENARIO, vary=study.three(int(sys.argv[1])), measures=study.MEASURES)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIB_PER_MIB)


if __name__ == "__main__":
    main()
