"""Times of things that are compared, taken in turn so that whatever else the machine does meets all of them."""

import time
from collections.abc import Callable, Sequence

import numpy as np

from simulator.arrays import Floats


def alternate(
    calls: Sequence[Callable[[], object]], repetitions: int, clock: Callable[[], float] = time.process_time
) -> Floats:
    """Seconds of each call, (repetitions, calls), after one round that does not count.

    CPU time unless another clock is given: on an idle machine it is the time that passes, on a busy one still the
    time that the work takes.
    """
    taken = np.empty((repetitions + 1, len(calls)))
    for row in taken:
        for column, call in enumerate(calls):
            begun = clock()
            call()
            row[column] = clock() - begun
    return taken[1:]
