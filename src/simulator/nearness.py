"""Nearness to what a scenario decides itself: a distance that grows faster the farther something is from it."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from simulator.arrays import Floats, Indices
from simulator.linear_programmes import LinearProgramme, Rows

if TYPE_CHECKING:
    from scipy import sparse

ENDS = (0.1, 0.25, 0.5, 0.75, 0.9)
"""Shares of a number from which on it is dearer to move it farther."""
SLOPES = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
"""What it costs to move a number by one unit up to each of these ends, and beyond the last."""
WHOLE = 1e-6
"""A fraction that misses a whole number by less is that number."""


def nearest(programme: LinearProgramme, columns: Indices, own: Floats, weights: Floats) -> LinearProgramme:
    """The same problem with another cost: how far some columns are from numbers of the scenario's own.

    ``cost = Σ_i w_i f_i(|x_i − own_i|)``, `f_i` piecewise linear from 0 on with slopes `SLOPES` between `ENDS` times
    ``own_i``. The distance is convex, so that what must give way gives way everywhere a little, where one that is
    linear takes all from some and nothing from others. Of whole columns the ends, and what is their own, are whole.

    Parameters
    ----------
    columns, own, weights : (N,) columns, million yen or awards, and the cost of one unit nearby

    Returns
    -------
    The problem with ``N · len(SLOPES)`` columns more, behind its own: the parts of each distance

    """
    whole = programme.whole[columns]
    own = np.where(whole, np.floor(own + WHOLE), own)
    ends = own[:, None] * np.array(ENDS)
    ends = np.where(whole[:, None], np.ceil(ends - WHOLE), ends)
    widths = np.diff(ends, axis=1, prepend=0.0, append=np.inf)
    parts, size = widths.size, programme.cost.size
    return replace(
        programme,
        cost=np.concatenate([np.zeros(size), np.outer(weights, SLOPES).ravel()]),
        lower=np.append(programme.lower, np.zeros(parts)),
        upper=np.append(programme.upper, widths.ravel()),
        whole=np.append(programme.whole, np.zeros(parts, dtype=np.bool_)),
        rows=(
            *(replace(each, matrix=_wider(each.matrix, parts)) for each in programme.rows),
            *_apart(size, columns, own),
        ),
    )


def _apart(size: int, columns: Indices, own: Floats) -> list[Rows]:
    """The parts of each distance, behind `size` columns, add up to ``|x − own|`` at least."""
    from scipy import sparse

    count, each = len(columns), len(SLOPES)
    wide, row = (count, size + count * each), np.arange(count)
    parts = sparse.coo_array(
        (np.ones(count * each), (np.repeat(row, each), size + np.arange(count * each))), shape=wide
    )
    decided = sparse.coo_array((np.ones(count), (row, columns)), shape=wide)
    free = np.full(count, np.inf)
    return [Rows((parts - sign * decided).tocsr(), -sign * own, free) for sign in (1.0, -1.0)]


def _wider(matrix: "sparse.csr_array", columns: int) -> "sparse.csr_array":
    """The same with so many empty columns more."""
    from scipy import sparse

    shape = matrix.shape[0], matrix.shape[1] + columns
    return sparse.csr_array((matrix.data, matrix.indices, matrix.indptr), shape=shape)
