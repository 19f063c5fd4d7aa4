"""Weighted sums of many values at once, as products of small matrices."""

import numpy as np

from simulator.arrays import Floats

TILE = 256
"""Points that are added up at a time."""

ONE_THREAD = 1 << 18
"""Multiplications up to which BLAS keeps to one thread.

Larger products it splits among threads: their sums would depend on how many there are, and on a machine that has other
work the threads wait for each other many times as long as they work.
"""


def weighted(values: Floats, weights: Floats) -> Floats:
    """``Σ_r values[k, r] weights[b, r]``, (K, n) and (B, n) to (K, B); the same bits whatever the number of threads."""
    many, points = values.shape
    total = np.zeros((many, len(weights)))
    for start in range(0, points, TILE):
        tile, by = values[:, start : start + TILE], weights[:, start : start + TILE]
        rows = max(ONE_THREAD // max(by.size, 1), 1)
        rows = min(rows, max(many, 1))
        whole = many // rows * rows
        parted = np.ascontiguousarray(tile[:whole]).reshape(-1, rows, tile.shape[1])
        total[:whole] += np.matmul(parted, by.T).reshape(whole, len(by))
        if whole < many:
            total[whole:] += tile[whole:] @ by.T
    return total
