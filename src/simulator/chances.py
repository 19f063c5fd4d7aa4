"""Plans that hold in a share of the draws: which draws may fail is sought, and a bound says how far the best may be."""

from collections.abc import Iterator
from dataclasses import replace
from time import perf_counter
from typing import NamedTuple

import numpy as np

from simulator import counting, settling
from simulator.arrays import Floats, Indices
from simulator.assembling import Problem, Reliance, assemble
from simulator.errors import RequestError
from simulator.linear_programmes import Effort, InfeasibleError, solve
from simulator.settling import Settled

FEW = 20
"""Draws up to which the solver itself chooses which of them fail, by binary variables."""
WIDER = 1.6
"""By how much the tail of CVaR grows from one attempt to the next."""
SEARCHING = 0.6
"""Share of the time in which draws are chosen at most; the rest is for the plan of whole awards."""
FAR = 1e30
"""A cost that no plan has."""
LESS = 1e-4
"""Improvement, as a share of the cost, that is worth another attempt."""


def settle(problem: Problem, slack: float, effort: Effort) -> Settled:
    """Solve a problem that must hold in a share q of its D draws; k = ⌊(1 − q) D⌋ may fail.

    With few draws by binary variables. With more, the k draws that a plan misses most are left out, the rest must hold,
    and that is solved again while it gets better: from the plan of CVaR, and from those of CVaR over wider tails, which
    miss more draws. That is done with fractions of awards; the plan for the best choice of draws is then of whole ones.
    The gap is that to a bound, see `bound`.

    RequestError : nothing was found in time.  InfeasibleError : with what conflicts
    """
    if problem.planned.draws <= FEW:
        return settling.settle(problem, slack, effort)
    begun = perf_counter()
    until = begun + SEARCHING * effort.seconds
    search = replace(problem, aims=replace(problem.aims, smooth=()), fractions=True)
    found = [each for order in _orders(search, effort, until) for each in _left_out(search, order, effort, until)]
    if not found:
        return settling.settle(problem, slack, effort)
    kept = min(found, key=lambda each: each.cost).kept
    left = _rest(effort, begun + effort.seconds)
    best = counting.settle(replace(problem, reliance=Reliance()), slack, left, among=kept)
    return _bounded(problem, best)


class _Choice(NamedTuple):
    """Draws that must hold, and what the best plan with fractions costs then."""

    cost: float
    kept: Indices


def _orders(search: Problem, effort: Effort, until: float) -> Iterator[Floats]:
    """(D,) by how much draws are missed by plans of CVaR over wider and wider tails, while there is time."""
    tail, ruled = 1.0 - search.reliance.chance, counting.uncertain(search)
    while tail < 1.0 and perf_counter() < until:
        wider = replace(search, reliance=Reliance(1.0 - tail, "cvar"))
        try:
            found = counting.solve(wider, _rest(effort, until))
            yield counting.missed(search, ruled, found.columns)
        except InfeasibleError:  # a wider tail asks for less
            pass
        except RequestError:  # no time is left
            return
        tail *= WIDER


def _left_out(search: Problem, missing: Floats, effort: Effort, until: float) -> Iterator[_Choice]:
    """All draws but the k that are missed most, then the same from the plan for those, while it gets better."""
    hard, ruled, before = replace(search, reliance=Reliance()), counting.uncertain(search), FAR
    while perf_counter() < until:
        kept = np.sort(np.argsort(-missing, kind="stable")[_failing(search) :])
        try:
            found = counting.solve(hard, _rest(effort, until), among=kept)
        except RequestError:  # nothing holds in all of them, or no time is left
            return
        if found.cost >= before - LESS * abs(before):
            return
        yield _Choice(found.cost, kept)
        before, missing = found.cost, counting.missed(search, ruled, found.columns)


def _rest(effort: Effort, until: float) -> Effort:
    return replace(effort, seconds=max(until - perf_counter(), 1.0))


def _failing(problem: Problem) -> int:
    return int(np.floor((1.0 - problem.reliance.chance) * problem.planned.draws + 1e-9))


def _bounded(problem: Problem, found: Settled) -> Settled:
    """The same with the gap to the bound."""
    first = found.found[0]
    least = bound(problem, counting.missed(problem, counting.uncertain(problem), found.columns))
    gap = max(first.cost - least, 0.0) / max(abs(first.cost + found.assembled.constant), 1e-9)
    return found._replace(found=(replace(first, gap=gap), *found.found[1:]))


def bound(problem: Problem, missing: Floats) -> float:
    """A cost that no plan is below: k + 1 groups share the draws, and a plan holds in all draws of one group at least.

    So it costs no less than the cheapest group does, each solved with fractions. The draws that are hardest to hold are
    dealt out one to each group.
    """
    groups, order = _failing(problem) + 1, np.argsort(-missing, kind="stable")
    hard, margin = replace(problem, reliance=Reliance()), np.zeros(problem.planned.budgets.shape)
    dealt = [replace(hard, counted=np.sort(order[group::groups])) for group in range(groups)]
    return min(_cost(each, margin) for each in dealt)


def _cost(problem: Problem, margin: Floats) -> float:
    try:
        return solve(assemble(problem, margin).programme.relaxed()).cost
    except InfeasibleError:
        return np.inf
