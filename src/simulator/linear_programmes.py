"""Linear and mixed-integer programmes: solved by HiGHS through scipy, priced, and tried for a solution."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from simulator.arrays import Flags, Floats
from simulator.errors import RequestError

if TYPE_CHECKING:
    from scipy import sparse

OPTIMAL, LIMIT, INFEASIBLE, UNBOUNDED = 0, 1, 2, 3
"""Statuses of scipy's solvers."""
TIGHT = 1e-10
"""Least tolerance that HiGHS takes of rows."""


@dataclass(frozen=True)
class Rows:
    """``lower <= matrix @ columns <= upper``; what bears a name may be left out when a conflict is looked for."""

    matrix: "sparse.csr_array"
    lower: Floats
    upper: Floats
    name: str = ""


@dataclass(frozen=True)
class LinearProgramme:
    """Minimise ``cost @ columns`` within bounds and rows, some of the columns whole numbers."""

    cost: Floats
    lower: Floats
    upper: Floats
    whole: Flags
    rows: tuple[Rows, ...]

    def relaxed(self) -> "LinearProgramme":
        """The same with fractions."""
        return replace(self, whole=np.zeros_like(self.whole))

    def with_cost(self, cost: Floats) -> "LinearProgramme":
        """The same with another objective."""
        return replace(self, cost=cost)

    def with_rows(self, *rows: Rows) -> "LinearProgramme":
        """The same with more rows."""
        return replace(self, rows=(*self.rows, *rows))


@dataclass(frozen=True)
class Solved:
    """A solution: the columns, what they cost, how far from the best at most, the seconds it took."""

    columns: Floats
    cost: float
    gap: float
    seconds: float


@dataclass(frozen=True)
class Effort:
    """How hard the solver tries: the gap at which it stops, the seconds, and the nodes of its search."""

    gap: float = 1e-3
    seconds: float = 600.0
    nodes: int | None = None


class InfeasibleError(RequestError):
    """Nothing fulfils all rows."""


class UnboundedError(RequestError):
    """The objective has no end."""


def solve(programme: LinearProgramme, effort: Effort = Effort()) -> Solved:
    """Solve to the gap; InfeasibleError, UnboundedError, or RequestError where no solution was found in time."""
    begun = perf_counter()
    options: dict[str, float] = {"mip_rel_gap": effort.gap, "time_limit": effort.seconds}
    if effort.nodes is not None:
        options["node_limit"] = effort.nodes
    found = _mixed(programme, programme.rows, options)
    if found.x is None:
        _refuse(programme, int(found.status), effort)
    gap = getattr(found, "mip_gap", None)
    return Solved(found.x, float(found.fun), float(gap or 0.0), perf_counter() - begun)


def _refuse(programme: LinearProgramme, status: int, effort: Effort) -> None:
    """Raise what is wrong: HiGHS says of some problems only that they are infeasible or unbounded."""
    if status == LIMIT:
        raise RequestError(f"no plan was found in {effort.seconds:g} s: give more time or fewer draws")
    if programme.cost.any() and feasible(programme.rows, programme):
        raise UnboundedError("the objective has no end: nothing limits what is maximised; add a condition with --keep")
    raise InfeasibleError("nothing fulfils all conditions")


def feasible(rows: Sequence[Rows], programme: LinearProgramme) -> bool:
    """Whether anything fulfils these rows within the programme's bounds."""
    return bool(_mixed(programme.with_cost(np.zeros_like(programme.cost)), rows, {}).status == OPTIMAL)


def _mixed(programme: LinearProgramme, rows: Sequence[Rows], options: dict[str, float]) -> Any:
    from scipy import optimize

    solver: Any = optimize.milp
    matrix, lower, upper = _stacked(rows)
    with _silent():
        return solver(
            programme.cost,
            integrality=programme.whole.astype(np.int64),
            bounds=optimize.Bounds(programme.lower, programme.upper),
            constraints=optimize.LinearConstraint(matrix, lower, upper),
            options=options,
        )


def prices(programme: LinearProgramme) -> dict[str, float]:
    """By name, what one more unit of each named row's bounds adds to the cost, of the problem with fractions."""
    parts = list(_one_sided(programme.rows))
    found = _linear(programme, parts, {})
    if found.status != OPTIMAL:
        return {}
    told, start = dict[str, float](), 0
    for part in parts:
        length = len(part.limit)
        price = part.sign * float(found.ineqlin.marginals[start : start + length].sum())
        told[part.name], start = told.get(part.name, 0.0) + price, start + length
    return {name: value for name, value in told.items() if name}


def exact(programme: LinearProgramme) -> Floats | None:
    """Columns of a programme without whole numbers, to the tightest tolerance; None where nothing fulfils it."""
    tight = {"primal_feasibility_tolerance": TIGHT, "dual_feasibility_tolerance": TIGHT}
    found = _linear(programme, list(_one_sided(programme.rows)), tight)
    return found.x if found.status == OPTIMAL else None


class _OneSided(NamedTuple):
    """``matrix @ columns <= limit``; `sign` is -1 where it was a lower bound."""

    name: str
    sign: float
    matrix: "sparse.csr_array"
    limit: Floats


def _one_sided(rows: Sequence[Rows]) -> Iterator[_OneSided]:
    for each in rows:
        for sign, limit in ((1.0, each.upper), (-1.0, -each.lower)):
            bound = np.flatnonzero(np.isfinite(limit))
            if bound.size:
                yield _OneSided(each.name, sign, sign * each.matrix[bound], limit[bound])


def _linear(programme: LinearProgramme, parts: Sequence[_OneSided], options: dict[str, float]) -> Any:
    from scipy import optimize, sparse

    solver: Any = optimize.linprog
    with _silent():
        return solver(
            programme.cost,
            A_ub=sparse.vstack([part.matrix for part in parts]).tocsr(),
            b_ub=np.concatenate([part.limit for part in parts]),
            bounds=np.column_stack([programme.lower, programme.upper]),
            method="highs",
            options=options,
        )


def _stacked(rows: Sequence[Rows]) -> "tuple[sparse.csr_array, Floats, Floats]":
    from scipy import sparse

    matrix = sparse.vstack([each.matrix for each in rows]).tocsr()
    return matrix, np.concatenate([each.lower for each in rows]), np.concatenate([each.upper for each in rows])


@contextmanager
def _silent() -> Iterator[None]:
    """Let nothing come out on standard output: HiGHS says some of its troubles there, where tables stand alone."""
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)
