"""Goals and plans in words and numbers, as they are asked for in Python and on the command line."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypedDict, Unpack

from simulator import goal_seeking, optimisation, trade_offs
from simulator.aims import Aims, Term
from simulator.assembling import Reliance, Risk
from simulator.draws import Sampled
from simulator.errors import RequestError
from simulator.goal_seeking import Seek, Solution
from simulator.linear_programmes import Effort
from simulator.loading import Loadable, loaded
from simulator.objectives import Kind, Objective
from simulator.plans import Plan, proposed
from simulator.proving import fresh_share
from simulator.sampling import Sampling
from simulator.scenario import Scenario
from simulator.trade_offs import Frontier

ATTEMPTS = 4
"""Shares of the draws that are tried, each halving what is left, until a plan is confirmed."""
CONFIRMING = 2000
"""Other draws that confirm a plan, at least."""

Texts = str | Sequence[str]


class Asked(TypedDict, total=False):
    """What a plan may be asked for beside its aims.

    keep : conditions, in every year shown or the one that they name
    totals : million yen by year that all appropriations add up to at most; else the scenario's own
    within : share by which an appropriation may differ from its own
    slack : share of the best value that a smooth path may cost
    draws, seed, sampling : uncertain inputs, 0 draws taking their expected values
    chance, risk : share of the draws in which money and conditions hold, and how that is made sure of
    confirm : whether the chance is to be reached on other draws too
    futures : scenario files laid over the scenario, in all of which the plan holds
    objective, worst : what of draws or futures it is best for, and the share of them that CVaR is the mean of
    gap, seconds : when the solver stops
    """

    keep: Texts
    totals: Mapping[int, float]
    within: float
    slack: float
    draws: int
    seed: int
    sampling: Sampling
    chance: float
    risk: Risk
    confirm: bool
    futures: Sequence[str | Path]
    objective: Kind
    worst: float
    gap: float
    seconds: float


def solve(  # noqa: PLR0913 (options, each by keyword)
    scenario: Loadable,
    *,
    vary: Texts,
    until: Texts,
    seek: Seek = "nearest",
    chance: float | None = None,
    draws: int = 0,
    seed: int = 0,
    sampling: Sampling = "random",
) -> Solution:
    """Find the value of an input for which conditions hold, perhaps in a share of draws (`goal_seeking.solve`)."""
    sampled = _sampled(draws, seed, sampling)
    return goal_seeking.solve(scenario, vary=vary, until=until, seek=seek, chance=chance, sampled=sampled)


def optimise(
    scenario: Loadable,
    *,
    maximise: Texts = (),
    minimise: Texts = (),
    targets: Texts = (),
    smooth: Texts = (),
    **asked: Unpack[Asked],
) -> Plan:
    """Find the appropriations and selections that do best (`optimisation.optimise`).

    Parameters
    ----------
    maximise, minimise : measures such as `selected[sicorp]` or `2 * alumni[sicorp,2031]`, added up
    targets : what to come nearest to, such as `selected[sicorp] = 50`
    smooth : paths of programmes that are to change least from year to year
    asked : see `Asked`

    Raises
    ------
    RequestError : what is asked for is unknown, does not go together, or cannot be: the message names what conflicts

    """
    aims = Aims.parse(*(_texts(each) for each in (maximise, minimise, targets, smooth)))
    return _planned(loaded(scenario), aims, (), asked)


def pareto(scenario: Loadable, aims: Sequence[str], *, points: int = 7, **asked: Unpack[Asked]) -> Frontier:
    """Plans between two or three aims, none better in one without being worse in another (`trade_offs.frontier`)."""
    if asked.get("futures") or asked.get("objective", "mean") != "mean":
        raise RequestError("--pareto is of one future and of means: leave out --future and --objective")
    known = loaded(scenario)
    terms = [Term.parse(text) for text in aims]
    return trade_offs.frontier(terms, lambda of, floors: _planned(known, of, floors, asked), points=points)


def _planned(scenario: Scenario, aims: Aims, floors: Sequence[tuple[Term, float]], asked: Asked) -> Plan:
    chance = asked.get("chance", 1.0)

    def planner(share: float) -> Plan:
        return optimisation.optimise(
            scenario,
            aims,
            keep=_texts(asked.get("keep", ())),
            totals=asked.get("totals"),
            within=asked.get("within", float("inf")),
            floors=floors,
            slack=asked.get("slack", 0.01),
            sampled=_sampled(asked.get("draws", 0), asked.get("seed", 0), asked.get("sampling", "random")),
            among=asked.get("futures", ()),
            reliance=Reliance(share, asked.get("risk", "chance")),
            objective=Objective(asked.get("objective", "mean"), asked.get("worst", 0.1)),
            effort=Effort(asked.get("gap", 1e-3), asked.get("seconds", 600.0)),
        )

    if not asked.get("confirm"):
        return planner(chance)
    if not 0.0 < chance < 1.0 or not asked.get("draws"):
        raise RequestError("a chance below 100 % over draws can be confirmed: give --chance and --draws")
    return _confirmed(planner, chance)


def _confirmed(planner: Callable[[float], Plan], chance: float) -> Plan:
    """The plan for the least share of its draws that holds with the chance on other draws, which nothing else uses.

    A plan is chosen for its own draws and holds in fewer others, the more so the fewer it is made for.
    """
    found = planner(chance)
    if _holds_elsewhere(found, chance):
        return found
    low, high, best = chance, 1.0, None
    for _ in range(ATTEMPTS):
        share = (low + high) / 2.0
        found = planner(share)
        if _holds_elsewhere(found, chance):
            high, best = share, found
        else:
            low = share
    best = best or planner(1.0)
    if not _holds_elsewhere(best, chance):
        raise RequestError(f"no plan for these draws holds in {chance:.0%} of others: give more --draws")
    return best


def _holds_elsewhere(plan: Plan, chance: float) -> bool:
    sampled = plan.sampled
    if sampled is None:
        return False
    other = replace(sampled, draws=max(sampled.draws, CONFIRMING), seed=sampled.seed + 1)
    return fresh_share(replace(plan, sampled=other), proposed(plan)).value >= chance


def _sampled(draws: int, seed: int, sampling: Sampling) -> Sampled | None:
    return Sampled(draws, seed, sampling) if draws else None


def _texts(given: Texts) -> Sequence[str]:
    return [given] if isinstance(given, str) else given
