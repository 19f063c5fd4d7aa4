"""The allocation and intake plan that does best: a linear programme whose matrices are the core's own responses."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from simulator import chances, counting, futures, settling
from simulator.aims import Aims, Term
from simulator.arrays import Floats
from simulator.assembling import Problem, Reliance, assemble, cases
from simulator.draws import Sampled
from simulator.errors import RequestError
from simulator.linear_programmes import Effort, LinearProgramme, prices
from simulator.objectives import Objective
from simulator.plan_rules import EXACTLY, is_exact, limits_of
from simulator.planned import Planned
from simulator.plans import Plan, Reckoned, followed
from simulator.scenario import Scenario
from simulator.settling import Settled

SMALL = 1e-9
"""A price below this is none."""


def optimise(  # noqa: PLR0913 (options, each by keyword)
    scenario: Scenario,
    aims: Aims,
    *,
    keep: Sequence[str] = (),
    totals: Mapping[int, float] | None = None,
    within: float = float("inf"),
    floors: Sequence[tuple[Term, float]] = (),
    slack: float = 0.01,
    sampled: Sampled | None = None,
    among: Sequence[str | Path] = (),
    reliance: Reliance = Reliance(),  # noqa: B008 (frozen)
    objective: Objective = Objective(),  # noqa: B008
    effort: Effort = Effort(),  # noqa: B008
) -> Plan:
    """Find the appropriations and selections that do best.

    Parameters
    ----------
    aims : what is maximised, or targets, and what is smooth
    keep : conditions that hold in every year shown, or the one that they name
    totals : million yen by year that all appropriations add up to at most; in other years the scenario's own total
    within : share by which a programme's appropriation may differ from its own; a plan that is only smooth has its own
    floors : least that terms come to, added up over the years shown
    slack : share of the best value that is given up for a smooth path; of the programmes' money where only that is
        asked for
    sampled, reliance : draws, and the share of them in which money and conditions hold
    among : futures instead of draws, scenario files each laid over the scenario; money and conditions hold in all
    objective : what of the draws or futures a plan is best for

    Raises
    ------
    InfeasibleError : with conditions that cannot hold together, each of which is needed for that
    UnboundedError : nothing limits what is maximised
    RequestError : an unknown measure, or one that is not in proportion to selections

    """
    _require_asked(aims, sampled, among, reliance, objective)
    aimed = bool(aims.maximise or aims.targets)
    limits = replace(limits_of(scenario, keep, totals or {}, within, aimed=aimed), floors=tuple(floors))
    worlds = futures.worlds(scenario, [*aims.measures, *limits.measures], sampled, among)
    problem, unsure = Problem(worlds, aims.scaled(), limits, reliance, objective), 0.0
    _require_moved(problem)
    if objective.of == "regret":
        best, unsure = _best_alone(problem, effort)
        problem = replace(problem, best=best)
    settled = _settled(problem, slack, effort)
    planned, columns, swing = problem.planned, settled.columns, settled.assembled.swing
    reckoned, best = _reckoned(problem, aims, settled)
    priced = not sampled and not among and swing is None and bool(aims.maximise)
    plan = Plan(
        scenario=scenario,
        aims=aims,
        limits=limits,
        reliance=reliance,
        objective=objective,
        sampled=sampled,
        futures=tuple(map(Path, among)),
        years=planned.years,
        awards=planned.labels.awards,
        programmes=planned.labels.programmes,
        selections=np.maximum(columns[planned.selections], 0.0) + 0.0,
        budgets=_to_the_yen(columns[planned.budgets], limits.totals),
        spend=reckoned.spend,
        value=reckoned.value,
        values=reckoned.values,
        best=best if sampled is None else aims.scale[0] * problem.best,
        swing=0.0 if swing is None else aims.scale[1] * float(swing @ columns),
        gap=settled.found[0].gap + unsure,
        prices=_prices(settled.assembled.programme, aims.scale[0]) if priced else {},
        seconds=tuple(each.seconds for each in settled.found),
        reckoned=reckoned,
    )
    return followed(plan)


def _require_moved(problem: Problem) -> None:
    """RequestError where nothing that a plan decides moves what is maximised."""
    if problem.aims.maximise and not cases(problem, problem.size).matrix.count_nonzero():
        told = ", ".join(term.text for term in problem.aims.maximise)
        raise RequestError(f"{told}: nothing that a plan decides moves it: name another measure")


def _reckoned(problem: Problem, aims: Aims, settled: Settled) -> tuple[Reckoned, Floats]:
    """Figures of the linear programme, and what the best plan of each case comes to at least, (C,)."""
    columns, assembled = settled.columns, settled.assembled
    values = aims.scale[0] * cases(problem, columns.size).values(columns) if aims.maximise else np.zeros(0)
    best = aims.scale[0] * problem.best
    best = np.maximum(best, values) if problem.objective.of == "regret" else best
    spend = np.concatenate([_spend(world, columns) for world in problem.worlds], axis=2)
    cost = float(assembled.programme.cost @ columns) + assembled.constant
    return Reckoned(spend, values, problem.objective.value(values, best) if aims.maximise else cost), best


def _settled(problem: Problem, slack: float, effort: Effort) -> Settled:
    """A problem settled, off its limits of money by a trace where they leave room for it."""
    chosen = problem.reliance.chance < 1.0 and problem.reliance.risk == "chance"
    settle: Callable[[Problem, float, Effort], Settled] = (chances if chosen else counting).settle
    try:
        return settle(replace(problem, limits=replace(problem.limits, exactly=EXACTLY)), slack, effort)
    except RequestError:
        if not any(map(is_exact, problem.limits.keep)):
            raise
        return settle(problem, slack, effort)


def _require_asked(
    aims: Aims, sampled: Sampled | None, among: Sequence[str | Path], reliance: Reliance, objective: Objective
) -> None:
    """RequestError for what does not go together."""
    if reliance.chance < 1.0 and sampled is None:
        raise RequestError("a chance is of draws: give --draws too")
    if sampled is not None and among:
        raise RequestError("a plan is for draws or for futures: give --draws or --future, not both")
    if objective.of != "mean" and sampled is None and not among:
        raise RequestError(f"{objective.of} is of draws or of futures: give --draws or --future too")
    if objective.of != "mean" and not aims.maximise:
        raise RequestError(f"{objective.of} is of what is maximised: give --maximise MEASURE[PROGRAMME]")
    if not 0.0 < objective.worst <= 1.0:
        raise RequestError("the worst share of the cases is above 0 % and at most 100 %: --worst 10%")


def _best_alone(problem: Problem, effort: Effort) -> tuple[Floats, float]:
    """(C,) what the best plan of each draw or future alone comes to, with their gap; InfeasibleError without one."""
    found, gaps = list[float](), list[float]()
    draws = range(problem.planned.draws)
    alone = (
        [replace(problem, worlds=(world,)) for world in problem.worlds]
        if len(problem.worlds) > 1
        else [replace(problem, alone=draw) for draw in draws]
    )
    for each in alone:
        one = replace(each, objective=Objective(), reliance=Reliance(), aims=replace(problem.aims, smooth=()))
        assembled = assemble(one, np.zeros(problem.planned.budgets.shape))
        solved = settling.best(one, assembled, effort)
        found.append(-solved.cost - assembled.constant)
        gaps.append(solved.gap)
    return np.array(found), max(gaps)


def _spend(world: Planned, columns: Floats) -> Floats:
    """(Y, P, D) million yen."""
    return np.stack([world.of("spend", name).value(columns) for name in world.labels.programmes], axis=1)


def _prices(programme: LinearProgramme, scale: float) -> dict[str, float]:
    """What one more of each limit adds to what is maximised, where it adds anything."""
    return {name: -price * scale for name, price in prices(programme).items() if abs(price) > SMALL}


def _to_the_yen(budgets: Floats, totals: Floats) -> Floats:
    """Million yen (Y, P) rounded up to a thousandth of a yen, what rounding has left aside; no year above its total.

    Where a total leaves no room for that a year stays as it was found, but for the last bits of its greatest
    appropriation: what draws just have they would lack.
    """
    found: Floats = np.maximum(np.ceil(budgets * 1e9 - 1e-3) / 1e9, 0.0)
    for year, exactly, total in zip(found, np.maximum(budgets, 0.0), totals.tolist(), strict=True):
        if 0.0 < float(year.sum()) - total < 1e-6:
            year[:] = exactly
        while 0.0 < (over := float(year.sum()) - total) < 1e-6:
            year[year.argmax()] -= max(over, np.spacing(total))
    return found
