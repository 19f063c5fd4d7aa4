"""A problem solved to the last yen: whole awards, of equally good plans the nearest, and the least money for it."""

from collections.abc import Callable
from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from simulator.arrays import Floats
from simulator.assembling import Assembled, Problem, assemble, cases
from simulator.conflicts import conflict
from simulator.errors import RequestError
from simulator.linear_programmes import Effort, InfeasibleError, LinearProgramme, Rows, Solved, exact, solve

if TYPE_CHECKING:
    from scipy import sparse

EQUALLY = 1e-6
"""Plans whose values differ by this share of them are equally good."""
EARLIER = 1e-3
"""How much dearer money is a year earlier, so that it is asked for when it is needed."""
WHOLE = 1e-6
"""A fraction that misses a whole number by less is that number."""
YEN = 1e-6
"""Million yen left beside in every programme and year where the totals allow: sums of money are not exact."""
MARGINS = (0.0, 1e-6, 1e-4)
"""Million yen left in every programme and year, where whole awards cost a trace more than the solver allowed for."""


class Settled(NamedTuple):
    """The linear programme of a problem, its solutions in turn, and the columns of the last with its money settled."""

    assembled: Assembled
    found: tuple[Solved, ...]
    columns: Floats


def settle(problem: Problem, slack: float, effort: Effort) -> Settled:
    """Solve a problem: the best, the smoothest where that is asked for, the nearest, the least money.

    RequestError : nothing was found in time.  InfeasibleError : with what conflicts
    """
    smooth = [problem.planned.labels.programmes.index(term.programme) for term in problem.aims.smooth]
    held = float(problem.limits.own[:, smooth].sum())
    kept = np.zeros(problem.planned.budgets.shape)
    for margin in MARGINS:
        assembled = assemble(problem, kept + margin)
        found, programme = _solved(
            assembled, lambda best: slack * (abs(best) if problem.limits.aimed else held), effort
        )
        near = _nearest(problem, assembled, programme, found[-1])
        columns = _settled(problem, near[1], near[0], margin) if near else None
        if columns is not None and near:
            return Settled(assembled, (*found, near[0]), columns)
        columns = _settled(problem, programme, found[-1], margin)
        if columns is not None:
            return Settled(assembled, tuple(found), columns)
        kept = np.maximum(kept, 2.0 * _at_hand(problem, found[-1].columns))
    raise RequestError("the solver's whole awards cost more than the totals by a trace: allow a little more money")


def _solved(
    assembled: Assembled, spare: Callable[[float], float], effort: Effort
) -> tuple[list[Solved], LinearProgramme]:
    """The best solution, the smoothest that is nearly as good, and the linear programme of the last."""
    programme, found = assembled.programme, [best(assembled, effort)]
    if assembled.swing is not None:
        allowed = spare(found[0].cost + assembled.constant)
        programme = _further(programme, found[-1], assembled.swing, allowed)
        found.append(solve(programme, effort))
    return found, programme


def best(assembled: Assembled, effort: Effort) -> Solved:
    """The best solution; InfeasibleError with what conflicts."""
    try:
        return solve(assembled.programme, effort)
    except InfeasibleError as error:
        found = conflict(assembled.programme)
        told = "; ".join(found.names) or "the commitments of earlier selections"
        more = "" if found.smallest else " (fewer of them may conflict already: the search for the fewest was stopped)"
        raise InfeasibleError(f"these cannot hold together: {told}{more}") from error


def _nearest(
    problem: Problem, assembled: Assembled, programme: LinearProgramme, found: Solved
) -> tuple[Solved, LinearProgramme] | None:
    """Of equally good plans the one nearest to the scenario itself, as fractions made whole by rounding down.

    Selections of programmes that an aim names, or that move its value, stay as they are. None where there is none.
    """
    if assembled.moved is None:
        return None
    planned, aims = problem.planned, problem.aims
    named = {*(each.programme for each in (*aims.maximise, *aims.smooth)), *(each.programme for each in aims.targets)}
    fixed = assembled.programme.cost[: planned.selections.size] != 0
    if aims.maximise:
        valued = cases(problem, assembled.programme.cost.size).matrix
        fixed |= np.asarray(abs(valued).sum(axis=0)).ravel()[: planned.selections.size] != 0
    for place, (of, _) in enumerate(planned.labels.awards):
        fixed[planned.selections[:, place]] |= of in named
    held = np.flatnonzero(fixed)
    lower, upper = programme.lower.copy(), programme.upper.copy()
    lower[held] = upper[held] = np.where(programme.whole, np.round(found.columns), found.columns)[held]
    near = replace(_further(programme, found, assembled.moved, 0.0), lower=lower, upper=upper)
    begun, columns = perf_counter(), exact(near.relaxed())
    if columns is None:
        return None
    columns = np.where(near.whole, np.floor(columns + WHOLE), columns)
    unkept = replace(near, lower=programme.lower, upper=programme.upper)
    return Solved(columns, np.inf, found.gap, perf_counter() - begun), unkept


def _further(programme: LinearProgramme, found: Solved, cost: Floats, allowed: float) -> LinearProgramme:
    """The same problem with another cost, and the last one kept as low as was found, but for what is allowed."""
    most = found.cost + allowed + EQUALLY * max(abs(found.cost), 1.0)
    return programme.with_rows(Rows(_row(programme.cost), np.full(1, -np.inf), np.full(1, most))).with_cost(cost)


def _settled(problem: Problem, programme: LinearProgramme, found: Solved, margin: float) -> Floats | None:
    """The columns with selections and failing draws as whole as they are meant, and the least money for them.

    A yen is left beside in every year where the totals allow, on top of those of earlier years: what is carried of them
    may count as nothing (model.md section 5), so that no year relies on it. None where the money does not suffice, by a
    trace that the solver tolerates.
    """
    planned = problem.planned
    columns = np.where(programme.whole, np.round(found.columns), found.columns)
    columns = np.clip(columns, programme.lower, programme.upper)
    fixed = programme.whole.copy()
    fixed[planned.selections.ravel()] = True
    least = np.zeros_like(programme.cost)
    least[planned.budgets] = 1.0 + EARLIER * np.arange(len(planned.budgets), 0, -1)[:, None]
    as_good = found.cost + EQUALLY * max(abs(found.cost), 1.0) if np.isfinite(found.cost) else np.inf
    kept = Rows(_row(programme.cost), np.full(1, -np.inf), np.full(1, as_good))
    lower, upper = (np.where(fixed, columns, bound) for bound in (programme.lower, programme.upper))
    for more in (YEN, 0.0):
        needed = _at_hand(problem, columns) + margin + more * np.arange(1.0, len(planned.budgets) + 1.0)[:, None]
        first = assemble(problem, needed).programme.rows
        rows = (*first, *programme.rows[len(first) :], kept)
        columns_found = exact(replace(programme.relaxed(), cost=least, rows=rows, lower=lower, upper=upper))
        if columns_found is not None:
            return columns_found
    return None


def _at_hand(problem: Problem, columns: Floats) -> Floats:
    """(Y, P) million yen that must be there for awards that cost nothing yet, in whatever future."""
    found: Floats = np.max([world.at_hand(columns) for world in problem.worlds], axis=0)
    return found


def _row(cost: Floats) -> "sparse.csr_array":
    from scipy import sparse

    return sparse.csr_array(cost[None])
