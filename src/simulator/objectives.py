"""What of several cases, draws or futures, a plan is best for: their mean, the worst of them, the greatest regret."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from simulator.affine import Affine
from simulator.arrays import Floats
from simulator.linear_programmes import Rows

if TYPE_CHECKING:
    from scipy import sparse

Kind = Literal["mean", "cvar", "regret"]
"""The mean of all cases, the mean of the worst of them (CVaR), or the greatest regret, which is made least."""
BESIDE = 1e-3
"""What regret in the mean counts beside the greatest, so that no case is left worse than need be."""


@dataclass(frozen=True)
class Objective:
    """What a plan is best for; `worst` is the share of the cases, the worst of them, that CVaR is the mean of."""

    of: Kind = "mean"
    worst: float = 0.1

    def value(self, values: Floats, best: Floats) -> float:
        """What values (C,) of as many cases come to, `best` being those of the best plan of each case alone.

        Of CVaR ``(Σ_{i <= k} v_(i) + (w C − k) v_(k+1)) / (w C)``, v sorted from the worst, ``k = ⌊w C⌋``.
        """
        if self.of == "mean":
            return float(values.mean())
        if self.of == "regret":
            return float((best - values).max())
        counted = max(self.worst * len(values), 1.0)
        weights = np.clip(counted - np.arange(len(values)), 0.0, 1.0)
        return float(np.sort(values) @ weights / counted)


class Cases(NamedTuple):
    """What is maximised in each of C cases, ``matrix @ columns + constant``."""

    matrix: "sparse.csr_array"
    constant: Floats

    def values(self, columns: Floats) -> Floats:
        """(C,) what each case comes to."""
        return np.asarray(self.matrix @ columns) + self.constant


class Judged(NamedTuple):
    """The cost of an objective and the rows that it takes; columns without a lower bound, and those that are 1."""

    cost: Floats
    constant: float
    rows: tuple[Rows, ...] = ()
    free: tuple[int, ...] = ()
    ones: tuple[int, ...] = ()


def cases_of(of: Sequence[Affine], size: int) -> Cases:
    """Cases of affine functions (1, D), one after the other."""
    from scipy import sparse

    matrix = sparse.vstack([each.matrix(size) for each in of]).tocsr()
    return Cases(matrix, np.concatenate([each.constant[0] for each in of]))


def columns_of(objective: Objective, cases: int) -> int:
    """Columns that an objective takes."""
    return {"mean": 0, "cvar": 1 + cases, "regret": 2}[objective.of]


def judged(objective: Objective, cases: Cases, best: Floats, first: int) -> Judged:
    """The cost of an objective whose columns begin at `first`."""
    if objective.of == "mean":
        mean = np.asarray(cases.matrix.mean(axis=0)).ravel()
        return Judged(-mean, -float(cases.constant.mean()))
    return _tail(objective, cases, first) if objective.of == "cvar" else _regret(cases, best, first)


def _tail(objective: Objective, cases: Cases, first: int) -> Judged:
    """Maximise ``η − Σ_c max(η − v_c, 0) / (w C)``, which is the mean of the worst (Rockafellar and Uryasev 2000)."""
    count, size = cases.matrix.shape
    cost = np.zeros(size)
    cost[first] = -1.0
    cost[first + 1 : first + 1 + count] = 1.0 / max(objective.worst * count, 1.0)
    every = np.arange(count)
    beyond = _columns((every, first + 1 + every, 1.0), (every, np.full(count, first), -1.0), shape=(count, size))
    rows = Rows((cases.matrix + beyond).tocsr(), -cases.constant, np.full(count, np.inf))
    return Judged(cost, 0.0, (rows,), (first,))


def _regret(cases: Cases, best: Floats, first: int) -> Judged:
    """Minimise ``z >= best_c − v_c``, with a trace of the mean regret.

    The cost begins at the mean of the best values, a column that is 1, so that the solver's gap is a share of them.
    """
    count, size = cases.matrix.shape
    every = np.arange(count)
    cost = -BESIDE * np.asarray(cases.matrix.mean(axis=0)).ravel()
    scale = max(float(np.abs(best).mean()), 1.0)
    cost[[first, first + 1]] = 1.0, scale + BESIDE * float((best - cases.constant).mean())
    above = _columns((every, np.full(count, first), 1.0), shape=(count, size))
    rows = Rows((cases.matrix + above).tocsr(), best - cases.constant, np.full(count, np.inf))
    return Judged(cost, 0.0, (rows,), (first,), (first + 1,))


def _columns(
    *parts: tuple[np.typing.NDArray[np.intp], np.typing.NDArray[np.intp], float], shape: tuple[int, int]
) -> "sparse.coo_array":
    from scipy import sparse

    row, column = (np.concatenate([part[axis] for part in parts]) for axis in (0, 1))
    value = np.concatenate([np.full(len(part[0]), part[2]) for part in parts])
    return sparse.coo_array((value, (row, column)), shape=shape)
