"""A problem solved to the last yen: whole awards, of equally good plans the nearest, and the money for it."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from time import perf_counter
from typing import NamedTuple

import numpy as np

from simulator.arrays import Flags, Floats
from simulator.assembling import Assembled, Problem, assemble, cases
from simulator.errors import RequestError
from simulator.linear_programmes import Effort, InfeasibleError, LinearProgramme, Rows, Solved, exact, solve
from simulator.nearness import nearest
from simulator.refusal import refusal

EQUALLY = 1e-6
"""Plans whose values differ by this share of them are equally good."""
EARLIER = 1e-3
"""How much dearer money is a year earlier, so that it is asked for ahead of its need with a reason only."""
WHOLE = 1e-6
"""A fraction that misses a whole number by less is that number."""
YEN = 1e-6
"""Million yen left beside in every programme and year where the totals allow: sums of money are not exact."""
NEARBY = Effort(gap=1e-2, seconds=10.0)
"""How hard the nearest plan of whole numbers is looked for, where fractions rounded down are none."""
MARGINS = (0.0, 1e-6, 1e-4)
"""Million yen left in every programme and year, where whole awards cost a trace more than the solver allowed for."""


class Settled(NamedTuple):
    """The linear programme of a problem, its solutions in turn, and the columns of the last with its money settled."""

    assembled: Assembled
    found: tuple[Solved, ...]
    columns: Floats


def settle(problem: Problem, slack: float, effort: Effort) -> Settled:
    """Solve a problem: the best, the smoothest where that is asked for, the nearest, the money.

    RequestError : nothing was found in time.  InfeasibleError : with what conflicts
    """
    smooth = [problem.planned.labels.programmes.index(term.programme) for term in problem.aims.smooth]
    held = float(problem.limits.own[:, smooth].sum())
    kept = np.zeros(problem.planned.budgets.shape)
    for margin in MARGINS:
        assembled = assemble(problem, kept + margin)
        found, programme = _solved(
            problem, assembled, lambda best: slack * (abs(best) if problem.limits.aimed else held), effort
        )
        for near in _nearest(problem, assembled, programme, found[-1]):
            columns = _settled(problem, programme, near, margin)
            if columns is not None:
                return Settled(assembled, (*found, near), columns)
        columns = _settled(problem, programme, found[-1], margin)
        if columns is not None:
            return Settled(assembled, tuple(found), columns)
        kept = np.maximum(kept, 2.0 * _at_hand(problem, found[-1].columns))
    raise RequestError("the solver's whole awards cost more than the totals by a trace: allow a little more money")


def _solved(
    problem: Problem, assembled: Assembled, spare: Callable[[float], float], effort: Effort
) -> tuple[list[Solved], LinearProgramme]:
    """The best solution, the smoothest that is nearly as good, and the linear programme of the last."""
    programme, found = assembled.programme, [best(problem, assembled, effort)]
    if assembled.swing is not None:
        allowed = spare(found[0].cost + assembled.constant)
        programme = programme.with_rows(_as_good(programme, found[-1], allowed)).with_cost(assembled.swing)
        found.append(solve(programme, effort))
    return found, programme


def best(problem: Problem, assembled: Assembled, effort: Effort) -> Solved:
    """The best solution; InfeasibleError with what conflicts."""
    try:
        return solve(assembled.programme, effort)
    except InfeasibleError as error:
        raise InfeasibleError(refusal(problem, assembled.programme)) from error


def _nearest(problem: Problem, assembled: Assembled, programme: LinearProgramme, found: Solved) -> Iterator[Solved]:
    """Of equally good plans the one whose selections are nearest to the scenario's own, none where there is none.

    It is sought in fractions. Those rounded down come first, which cost least and are nearly always a plan; after them
    the nearest plan of whole numbers up to the next of each, for conditions that need one more. Selections that an aim
    names, or that move its value, stay as they are, and so do the draws that fail.
    """
    begun, columns = perf_counter(), np.where(programme.whole, np.round(found.columns), found.columns)
    fixed = programme.whole.copy()
    fixed[: problem.planned.selections.size] = _aimed(problem, assembled)
    lower, upper = (np.where(fixed, columns, bound) for bound in (programme.lower, programme.upper))
    held = replace(programme.with_rows(_as_good(programme, found)), lower=lower, upper=upper)
    near = nearest(held, problem.planned.selections.ravel(), problem.limits.selected.ravel(), problem.planned.costs)
    parts = exact(near.relaxed())
    if parts is None:
        return
    down = np.where(near.whole, np.floor(parts + WHOLE), parts)
    yield Solved(down[: columns.size], found.cost, found.gap, perf_counter() - begun)
    up = np.where(near.whole, np.ceil(parts - WHOLE), near.upper)
    with suppress(RequestError):  # none of whole numbers, or none in time
        whole = solve(replace(near, upper=up), NEARBY)
        yield Solved(whole.columns[: columns.size], found.cost, found.gap, perf_counter() - begun)


def _aimed(problem: Problem, assembled: Assembled) -> Flags:
    """(S,) selections of what an aim names, or that move its value."""
    planned, aims = problem.planned, problem.aims
    found: Flags = assembled.programme.cost[: planned.selections.size] != 0
    if aims.maximise:
        valued = cases(problem, assembled.programme.cost.size).matrix
        found |= np.asarray(abs(valued).sum(axis=0)).ravel()[: planned.selections.size] != 0
    named = {(each.programme, each.award) for each in (*aims.maximise, *aims.smooth)}
    named |= {(each.programme, each.award) for each in aims.targets}
    for place, (of, award) in enumerate(planned.labels.awards):
        found[planned.selections[:, place]] |= bool({(of, award), (of, "")} & named)
    return found


def _as_good(programme: LinearProgramme, found: Solved, allowed: float = 0.0) -> Rows:
    """What a problem costs is as low as was found, but for what is allowed."""
    most = found.cost + allowed + EQUALLY * max(abs(found.cost), 1.0)
    return _at_most(programme.cost, most)


def _settled(problem: Problem, programme: LinearProgramme, found: Solved, margin: float) -> Floats | None:
    """The columns with selections and failing draws as whole as they are meant, and the money for them.

    A yen is left beside in every year where the totals allow, on top of those of earlier years: what is carried of them
    may count as nothing (model.md section 5), so that no year relies on it. None where the money does not suffice, by a
    trace that the solver tolerates.
    """
    planned = problem.planned
    columns = np.where(programme.whole, np.round(found.columns), found.columns)
    columns = np.clip(columns, programme.lower, programme.upper)
    fixed = programme.whole.copy()
    fixed[planned.selections.ravel()] = True
    lower, upper = (np.where(fixed, columns, bound) for bound in (programme.lower, programme.upper))
    for more in (YEN, 0.0):
        needed = _at_hand(problem, columns) + margin + more * np.arange(1.0, len(planned.budgets) + 1.0)[:, None]
        first = assemble(problem, needed).programme.rows
        rows = (*first, *programme.rows[len(first) :], _as_good(programme, found))
        given = _given(problem, replace(programme.relaxed(), rows=rows, lower=lower, upper=upper))
        if given is not None:
            return given
    return None


def _given(problem: Problem, programme: LinearProgramme) -> Floats | None:
    """The least money in all years together, and of what is as little the nearest to the scenario's own appropriations.

    A trace dearer a year earlier, so that money is given ahead of its need only where that is nearer.
    """
    budgets, all_money, early = problem.planned.budgets, np.zeros_like(programme.cost), np.zeros_like(programme.cost)
    all_money[budgets] = 1.0
    early[budgets] = EARLIER * np.arange(len(budgets), 0, -1)[:, None]
    least = exact(programme.with_cost(all_money + early))
    if least is None:
        return None
    as_little = programme.with_rows(_at_most(all_money, float(all_money @ least) + YEN))
    near = nearest(as_little, budgets.ravel(), problem.limits.own.ravel(), np.ones(budgets.size))
    near.cost[: early.size] = early
    found = exact(near)
    return least if found is None else found[: early.size]


def _at_hand(problem: Problem, columns: Floats) -> Floats:
    """(Y, P) million yen that must be there for awards that cost nothing yet, in whatever future."""
    found: Floats = np.max([world.at_hand(columns) for world in problem.worlds], axis=0)
    return found


def _at_most(cost: Floats, most: float) -> Rows:
    from scipy import sparse

    return Rows(sparse.csr_array(cost[None]), np.full(1, -np.inf), np.full(1, most))
