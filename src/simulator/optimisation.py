"""The allocation and intake plan that does best: a linear programme whose matrices are the core's own responses."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from simulator import model
from simulator.aims import Aims, Term
from simulator.arrays import Floats
from simulator.assembling import Assembled, Reliance, assemble
from simulator.conditions import Condition
from simulator.draws import Sampled
from simulator.errors import RequestError
from simulator.linear_programmes import (
    Effort,
    InfeasibleError,
    LinearProgramme,
    Rows,
    Solved,
    conflict,
    exact,
    prices,
    solve,
)
from simulator.plan_rules import Limits, require_keepable
from simulator.planned import Planned
from simulator.scenario import Scenario

if TYPE_CHECKING:
    from scipy import sparse


EQUALLY = 1e-6
"""Plans whose values differ by this share of them are equally good."""
EARLIER = 1e-3
"""How much dearer money is a year earlier, so that it is asked for when it is needed."""
WHOLE = 1e-6
"""A fraction that misses a whole number by less is that number."""
SMALL = 1e-9
"""A price below this is none."""
YEN = 1e-6
"""Million yen left beside in every programme and year where the totals allow: sums of money are not exact."""
MARGINS = (0.0, 1e-6, 1e-4)
"""Million yen left in every programme and year, where whole awards cost a trace more than the solver allowed for."""


@dataclass(frozen=True)
class Plan:
    """A plan of what is selected and appropriated.

    Attributes
    ----------
    scenario : what it is a plan of
    selections : (Y, J) awards selected
    budgets : (Y, P) million yen
    spend : (Y, P, D) million yen, by the linear programme, in every draw
    value : what the aims come to: of what is maximised, of gaps to targets, or of money that nobody uses
    swing : sum over the years of absolute steps of what is smooth, 0 where nothing is
    gap : how far the value may be from the best, as a share of it
    prices : by name of a limit, what one more of it (million yen, award) adds to the value where fractions may be
        selected; none where the plan is of draws or smooth
    seconds : of the solver alone, for each of what is asked in turn: the best, the smoothest, the nearest

    """

    scenario: Scenario
    aims: Aims
    limits: Limits
    reliance: Reliance
    sampled: Sampled | None
    years: range
    awards: tuple[tuple[str, str], ...]
    programmes: tuple[str, ...]
    selections: Floats
    budgets: Floats
    spend: Floats
    value: float
    swing: float
    gap: float
    prices: Mapping[str, float]
    seconds: tuple[float, ...]

    @property
    def unallocated(self) -> Floats:
        """(Y,) million yen of the totals that no programme needs."""
        left: Floats = self.limits.totals - self.budgets.sum(axis=1)
        return np.where(np.abs(left) < 1e-6, 0.0, left)


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
    reliance: Reliance = Reliance(),  # noqa: B008 (frozen)
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
    sampled, reliance : draws, over which aims are means, and the share of them in which money and conditions hold

    Raises
    ------
    InfeasibleError : with conditions that cannot hold together, each of which is needed for that
    UnboundedError : nothing limits what is maximised
    RequestError : an unknown measure, or one that is not in proportion to selections

    """
    if reliance.chance < 1.0 and sampled is None:
        raise RequestError("a chance is of draws: give --draws too")
    limits = replace(_limits(scenario, aims, keep, totals or {}, within), floors=tuple(floors))
    planned = Planned.of_scenario(scenario, [*aims.measures, *limits.measures], sampled)
    smooth = [planned.labels.programmes.index(term.programme) for term in aims.smooth]
    held = float(limits.own[:, smooth].sum())
    problem, kept = partial(assemble, planned, aims, limits, reliance), np.zeros(planned.budgets.shape)
    for margin in MARGINS:
        assembled = problem(kept + margin)
        found, programme = _solved(assembled, lambda best: slack * (abs(best) if limits.aimed else held), effort)
        near = _nearest(planned, aims, assembled, programme, found[-1])
        columns = _settled(planned, problem, near[1], near[0], margin) if near else None
        if columns is None:
            columns = _settled(planned, problem, programme, found[-1], margin)
        if columns is not None:
            found += [near[0]] if near else []
            break
        kept = np.maximum(kept, 2.0 * planned.at_hand(found[-1].columns))
    else:
        raise RequestError("the solver's whole awards cost more than the totals by a trace: allow a little more money")
    value = float(assembled.programme.cost @ columns) + assembled.constant
    priced = sampled is None and assembled.swing is None and bool(aims.maximise)
    return Plan(
        scenario=scenario,
        aims=aims,
        limits=limits,
        reliance=reliance,
        sampled=sampled,
        years=planned.years,
        awards=planned.labels.awards,
        programmes=planned.labels.programmes,
        selections=np.maximum(columns[planned.selections], 0.0) + 0.0,
        budgets=_to_the_yen(columns[planned.budgets]),
        spend=np.stack([planned.of("spend", name).value(columns) for name in planned.labels.programmes], axis=1),
        value=-value if aims.maximise else value,
        swing=0.0 if assembled.swing is None else float(assembled.swing @ columns),
        gap=found[0].gap,
        prices=_prices(assembled.programme) if priced else {},
        seconds=tuple(each.seconds for each in found),
    )


def _limits(scenario: Scenario, aims: Aims, keep: Sequence[str], totals: Mapping[int, float], within: float) -> Limits:
    conditions = tuple(Condition.parse(text) for text in keep)
    require_keepable(conditions)
    document = scenario.document
    whole = replace(
        scenario, document=document.model_copy(update={"years": (document.first_year, document.horizon[1])})
    )
    run = model.run(whole, measures=["budget", "selected"]).runs[0]
    own = np.stack([run.of("budget", name)[:, 0] for name in run.labels.programmes], axis=1)
    for year in totals:
        if year not in run.years:
            raise RequestError(f"--total: FY{year} is not among FY{run.years.start}-FY{run.years.stop - 1}")
    of_years = np.array([totals.get(year, own[at].sum()) for at, year in enumerate(run.years)])
    aimed = bool(aims.maximise or aims.targets)
    near = within if aimed or np.isfinite(within) else 0.0
    return Limits(of_years, own, run.kept("selected")[..., 0], conditions, near, aimed)


def _solved(
    assembled: Assembled, spare: Callable[[float], float], effort: Effort
) -> tuple[list[Solved], LinearProgramme]:
    """The best solution, the smoothest that is nearly as good, and the linear programme of the last."""
    programme = assembled.programme
    try:
        found = [solve(programme, effort)]
    except InfeasibleError as error:
        told = "; ".join(conflict(programme)) or "the commitments of earlier selections"
        raise InfeasibleError(f"these cannot hold together: {told}") from error
    if assembled.swing is not None:
        programme = _next(programme, found[-1], assembled.swing, spare(found[0].cost + assembled.constant))
        found.append(solve(programme, effort))
    return found, programme


def _nearest(
    planned: Planned, aims: Aims, assembled: Assembled, programme: LinearProgramme, found: Solved
) -> tuple[Solved, LinearProgramme] | None:
    """Of equally good plans the one nearest to the scenario itself, as fractions made whole by rounding down.

    Selections of programmes that an aim names, or that move its value, stay as they are. None where there is none.
    """
    if assembled.moved is None:
        return None
    named = {*(each.programme for each in (*aims.maximise, *aims.smooth)), *(each.programme for each in aims.targets)}
    fixed = assembled.programme.cost[: planned.selections.size] != 0
    for place, (of, _) in enumerate(planned.labels.awards):
        fixed[planned.selections[:, place]] |= of in named
    held = np.flatnonzero(fixed)
    lower, upper = programme.lower.copy(), programme.upper.copy()
    lower[held] = upper[held] = np.where(programme.whole, np.round(found.columns), found.columns)[held]
    near = replace(_next(programme, found, assembled.moved, 0.0), lower=lower, upper=upper)
    begun, columns = perf_counter(), exact(near.relaxed())
    if columns is None:
        return None
    columns = np.where(near.whole, np.floor(columns + WHOLE), columns)
    unkept = replace(near, lower=programme.lower, upper=programme.upper)
    return Solved(columns, np.inf, found.gap, perf_counter() - begun), unkept


def _next(programme: LinearProgramme, found: Solved, cost: Floats, allowed: float) -> LinearProgramme:
    """The same problem with another cost, and the last one kept as low as was found, but for what is allowed."""
    most = found.cost + allowed + EQUALLY * max(abs(found.cost), 1.0)
    return programme.with_rows(Rows(_row(programme.cost), np.full(1, -np.inf), np.full(1, most))).with_cost(cost)


def _settled(
    planned: Planned, problem: Callable[[Floats], Assembled], programme: LinearProgramme, found: Solved, margin: float
) -> Floats | None:
    """The columns with selections and failing draws as whole as they are meant, and the least money for them.

    A yen is left beside where the totals allow. None where the money does not suffice, by a trace that the solver
    tolerates.
    """
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
        needed = planned.at_hand(columns) + margin + more
        first = problem(needed).programme.rows
        rows = (*first, *programme.rows[len(first) :], kept)
        settled = exact(replace(programme.relaxed(), cost=least, rows=rows, lower=lower, upper=upper))
        if settled is not None:
            return settled
    return None


def _prices(programme: LinearProgramme) -> dict[str, float]:
    """What one more of each limit adds to what is maximised, where it adds anything."""
    return {name: -price for name, price in prices(programme).items() if abs(price) > SMALL}


def _to_the_yen(budgets: Floats) -> Floats:
    """Million yen rounded up to a thousandth of a yen, what rounding has left aside."""
    return np.maximum(np.ceil(budgets * 1e9 - 1e-3) / 1e9, 0.0)


def _row(cost: Floats) -> "sparse.csr_array":
    from scipy import sparse

    return sparse.csr_array(cost[None])
