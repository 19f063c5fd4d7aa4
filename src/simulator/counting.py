"""Draws that count: most rows of most draws bind nothing, so that they are added where a plan misses them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np

from simulator import settling
from simulator.arrays import Floats, Indices
from simulator.assembling import Problem, assemble, threshold
from simulator.linear_programmes import Effort, Solved
from simulator.plan_rules import Rule, rules
from simulator.planned import OF_MONEY
from simulator.settling import Settled

Found = TypeVar("Found")

CARRIED = {*OF_MONEY} - {"budget", "shortfall"}
"""Measures that depend on what is carried, which differs by draw."""
FIRST, MORE = 40, 40
"""Draws that are counted at first, and at most so many more each time."""
TRACE = 1e-11
"""What a draw may miss, as a share of what a draw that fails may."""


def settle(problem: Problem, slack: float, effort: Effort, among: Indices | None = None) -> Settled:
    """Solve a problem over draws, or those `among` them that must hold, as `settling.settle` does."""
    spent = 0.0

    def settled(some: Problem) -> Settled:
        nonlocal spent
        found = settling.settle(some, slack, effort)
        spent += found.found[0].seconds
        return found

    found = _until_held(problem, among, settled, lambda each: each.columns)
    return found._replace(found=(replace(found.found[0], seconds=spent), *found.found[1:]))


def solve(problem: Problem, effort: Effort, among: Indices | None = None) -> Solved:
    """The best solution alone, its money not settled."""
    margin = np.zeros(problem.planned.budgets.shape)

    def best(some: Problem) -> Solved:
        return settling.best(some, assemble(some, margin), effort)

    return _until_held(problem, among, best, lambda each: each.columns)


def _until_held(
    problem: Problem, among: Indices | None, of: Callable[[Problem], Found], columns: Callable[[Found], Floats]
) -> Found:
    """What is found of a problem with rows of those draws alone that bind.

    Every draw that the plan misses by more than it may is added with its rows, the worst first, until there is none:
    what is found then is a solution of the whole problem. With binary variables for draws, and where an aim is of money
    carried, all draws have rows from the start.
    """
    must = np.arange(problem.planned.draws) if among is None else among
    if len(must) <= FIRST or not _separable(problem):
        return of(replace(problem, counted=None if among is None else must))
    ruled, counted = uncertain(problem), must[np.linspace(0, len(must) - 1, FIRST).astype(np.intp)]
    while True:
        found = of(replace(problem, counted=counted))
        missing = missed(problem, ruled, columns(found))
        beyond = np.setdiff1d(must[missing[must] > threshold(problem, columns(found)) + TRACE], counted)
        if not beyond.size:
            return found
        counted = np.union1d(counted, beyond[np.argsort(-missing[beyond])[:MORE]])


def _separable(problem: Problem) -> bool:
    """Whether a draw without rows has no part in what is aimed at."""
    binary = problem.reliance.chance < 1.0 and problem.reliance.risk == "chance"
    aimed = {*problem.aims.measures, *(term.measure for term, _ in problem.limits.floors)}
    only_smooth = not (problem.aims.maximise or problem.aims.targets)
    return not (binary or only_smooth or aimed & CARRIED)


def uncertain(problem: Problem) -> list[Rule]:
    """Rules that a draw may miss."""
    none = np.zeros(problem.planned.budgets.shape)
    return [rule for rule in rules(problem.planned, problem.limits, none) if not rule.certain and rule.slack.any()]


def missed(problem: Problem, ruled: Sequence[Rule], columns: Floats) -> Floats:
    """(D,) by how much a plan misses the rules in each draw, as a share of `Rule.slack`; not above 0 where it holds.

    Money is carried as the simulator carries it, all that may be: ``R_{t+1} = min(B + R − spend, λ B)``, 0 at most
    where it lapses (model.md section 5); what is short is owed.
    """
    planned, columns = problem.planned, columns.copy()
    for row, name in enumerate(planned.labels.programmes):
        if planned.awards[row]:
            own = planned.carried.shape[2] if not planned.of("spend", name).alike else 1
            columns[planned.carried[:, row, :own]] = _carried(problem, row, name, columns)[:, :own]
    found = np.full(planned.draws, -np.inf)
    for rule in ruled:
        value, far = rule.of.value(columns), np.maximum(rule.slack, 1e-9)[:, None]
        apart = np.maximum(np.asarray(rule.lower) - value, value - np.asarray(rule.upper))
        np.maximum(found, (apart / far).max(axis=0), out=found)
    return found


def _carried(problem: Problem, row: int, name: str, columns: Floats) -> Floats:
    """(Y, D) million yen carried out of each year."""
    planned = problem.planned
    spent, given = planned.of("spend", name).value(columns), columns[planned.budgets[:, row]]
    limit = planned.scenario.document.programmes[name].carry_limit
    found, held = np.zeros_like(spent), np.zeros(planned.draws)
    for place, year in enumerate(planned.years):
        most = 0.0 if planned.inputs.lapses[place, row] else limit.at(year) * given[place] if limit else np.inf
        held = np.minimum(given[place] + held - spent[place], most)
        found[place] = held
    return found
