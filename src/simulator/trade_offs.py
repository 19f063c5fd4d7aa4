"""Trade-offs: plans of which none is better in one aim without being worse in another; plans in several futures."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np

from simulator.aims import Aims, Term, vars_of
from simulator.arrays import Floats
from simulator.errors import RequestError
from simulator.futures import in_future, require_same
from simulator.linear_programmes import InfeasibleError
from simulator.loading import load
from simulator.plans import Plan, proposed, told
from simulator.scenario import Scenario
from simulator.sealing import Sealed

Planner = Callable[[Aims, Sequence[tuple[Term, float]]], Plan]
"""Finds the best plan for aims, with floors under other terms: `optimise` with all else given."""
BESIDE = 1e-3
"""What the whole range of another aim is worth, in ranges of the first: enough to leave no gain unused."""


@dataclass(frozen=True)
class Frontier(Sealed):
    """Plans of which none is better in one aim without being worse in another.

    Attributes
    ----------
    terms : the aims, k
    values : (n, k) what each plan comes to, in falling order of the first aim
    own : (k,) what the scenario comes to as it is

    Over draws all are means.

    """

    terms: tuple[Term, ...]
    plans: tuple[Plan, ...]
    values: Floats
    own: Floats


def frontier(terms: Sequence[Term], planner: Planner, *, points: int = 7) -> Frontier:
    """The efficient frontier of two or three aims by the epsilon-constraint method.

    Each aim is maximised alone, which gives the range of every aim; the first is then maximised with floors under the
    others at `points` places of their ranges, a trace of the others beside it, so that no gain of theirs is unused.

    RequestError : not two or three aims, or fewer than two points
    """
    if not 2 <= len(terms) <= 3 or points < 2:
        raise RequestError("a frontier is between two or three aims, at two points or more: --pareto A,B")
    if len({vars_of(term) for term in terms}) < len(terms):
        raise RequestError("a frontier is between different aims: name each once")
    weights = np.array([abs(term.weight) for term in terms])
    asked, terms = tuple(terms), [replace(term, weight=float(np.sign(term.weight))) for term in terms]
    alone = [planner(Aims((term,)), ()) for term in terms]
    table = np.array([values_of(terms, plan) for plan in alone])
    ranges = np.maximum(np.ptp(table, axis=0), 1e-9)
    first = [terms[0]]
    for term, width in zip(terms[1:], ranges[1:], strict=True):
        first.append(replace(term, weight=term.weight * BESIDE * ranges[0] / width))
    floors = [np.linspace(table[:, each].min(), table[:, each].max(), points) for each in range(1, len(terms))]
    plans = list[Plan]()
    for least in product(*floors):
        try:
            traces = [value - 1e-6 * max(abs(value), 1.0) for value in least]
            plans.append(planner(Aims(tuple(first)), list(zip(terms[1:], traces, strict=True))))
        except InfeasibleError:
            continue
    values = np.array([values_of(terms, plan) for plan in plans])
    return _efficient(asked, plans, values * weights)


def values_of(terms: Sequence[Term], plan: Plan) -> Floats:
    """(k,) what terms come to where a plan is followed, simulated: at expected values or in the mean of its draws."""
    return told(terms, proposed(plan), plan.sampled)


def _efficient(terms: tuple[Term, ...], plans: list[Plan], values: Floats) -> Frontier:
    """Those that no other plan is as good as in all aims and better in one, each of equals once."""
    kept = list[int]()
    for place in np.lexsort(-values.T[::-1]).tolist():
        as_good = (values >= values[place]).all(axis=1)
        beaten = (as_good & (values > values[place]).any(axis=1)).any()
        if not beaten and not any(np.array_equal(values[other], values[place]) for other in kept):
            kept.append(place)
    own = told(terms, plans[0].scenario, plans[0].sampled)
    return Frontier(terms, tuple(plans[place] for place in kept), values[kept], own)


@dataclass(frozen=True)
class Regret(Sealed):
    """What plans come to in each future, and how much less that is than of the plan that is best there.

    Attributes
    ----------
    values, regrets : (plans, futures)

    """

    term: Term
    plans: tuple[str, ...]
    futures: tuple[str, ...]
    values: Floats
    regrets: Floats

    @property
    def greatest(self) -> Floats:
        """(plans,) regret in the future where it is greatest."""
        found: Floats = self.regrets.max(axis=1)
        return found

    @property
    def chosen(self) -> str:
        """The plan whose greatest regret is least, the first of equals."""
        return self.plans[int(np.argmin(self.greatest))]


def _followed(plan: Scenario, future: str | Path) -> Scenario:
    """A plan in a future."""
    told_there = in_future(plan, future)
    if plan.document.budget.allocation == "plan":
        require_same(plan, told_there, Path(future).stem)
    return told_there


def regret(plans: Sequence[str | Path], futures: Sequence[str | Path], maximise: str) -> Regret:
    """Simulate every plan in every future, a scenario laid over it, and compare in what is maximised.

    A future changes the baseline that the plans rest on: prices, demand, take-up. A plan stays what it is, and where
    its money does not suffice fewer are selected, as the model says. A future that a plan rests on leaves it as it is.

    RequestError : fewer than two plans, or no future, or one of them twice; a future that changes what a plan decides
    InputError : a future contradicts a plan
    """
    if len(plans) < 2 or not futures:
        raise RequestError("regret is between two plans or more in one future or more: PLAN PLAN --future FILE")
    for group in (plans, futures):
        if len({Path(each).resolve() for each in group}) < len(group):
            raise RequestError("regret is between different plans in different futures: name each file once")
    term = Term.parse(maximise)
    values = np.array([[told([term], _followed(load(plan), future))[0] for future in futures] for plan in plans])
    names, worlds = ([Path(each).stem for each in group] for group in (plans, futures))
    return Regret(term, tuple(names), tuple(worlds), values, values.max(axis=0) - values)
