"""Peak memory of `simulator.mean` over many runs: `python benchmarks/memory.py 1000000` prints MiB.

In a process of its own that is forked, not started: Linux counts to a started process the peak of the one that starts
it, and whoever asks for this figure may be larger.
"""

import os
import sys

import study

import simulator

KIB_PER_MIB = 1024


def main() -> int:
    """Simulate as many runs as asked for, and print the peak."""
    child = os.fork()
    if child == 0:
        simulator.mean(study.SCENARIO, vary=study.three(int(sys.argv[1])), measures=study.MEASURES)
        os._exit(0)
    _, status, usage = os.wait4(child, 0)
    print(usage.ru_maxrss / KIB_PER_MIB)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main())
