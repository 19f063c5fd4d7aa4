"""The allocation and intake plan that does best: a linear programme whose matrices are the core's own responses."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
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

NEAREST = Effort(gap=0.05, nodes=200)
"""How hard the nearest plan to the scenario itself is looked for."""
EQUALLY = 1e-6
"""Plans whose values differ by this share of them are equally good."""
EARLIER = 1e-3
"""How much dearer money is a year earlier, so that it is asked for when it is needed."""
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
        stages, needed = programme.rows[len(assembled.programme.rows) :], planned.at_hand(found[-1].columns) + margin
        tried = (replace(programme, rows=(*problem(needed + more).programme.rows, *stages)) for more in (YEN, 0.0))
        settled = (_settled(planned, each, found[-1]) for each in tried)
        columns = next((each for each in settled if each is not None), None)
        if columns is not None:
            break
        kept = np.maximum(kept, 2.0 * needed)
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
        selections=columns[planned.selections],
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
    """The best solution, the smoothest that is nearly as good, the one of these nearest to what the scenario does.

    With the linear programme of the last.
    """
    programme = assembled.programme
    try:
        found = [solve(programme, effort)]
    except InfeasibleError as error:
        told = "; ".join(conflict(programme)) or "the commitments of earlier selections"
        raise InfeasibleError(f"these cannot hold together: {told}") from error
    if assembled.swing is not None:
        programme = _next(programme, found[-1], assembled.swing, spare(found[0].cost + assembled.constant))
        found.append(solve(programme, effort))
    if assembled.moved is not None:
        programme = _next(programme, found[-1], assembled.moved, 0.0)
        try:
            found.append(solve(programme, NEAREST))
        except RequestError:  # not in so many nodes: the last will do
            found.append(replace(found[-1], cost=float(assembled.moved @ found[-1].columns), seconds=0.0))
    return found, programme


def _next(programme: LinearProgramme, found: Solved, cost: Floats, allowed: float) -> LinearProgramme:
    """The same problem with another cost, and the last one kept as low as was found, but for what is allowed."""
    most = found.cost + allowed + EQUALLY * max(abs(found.cost), 1.0)
    return programme.with_rows(Rows(_row(programme.cost), np.full(1, -np.inf), np.full(1, most))).with_cost(cost)


def _settled(planned: Planned, programme: LinearProgramme, found: Solved) -> Floats | None:
    """The columns with selections and failing draws as whole as they are meant, and the least money for them.

    None where money that exact does not suffice for them, by a trace that the solver tolerates.
    """
    columns = np.where(programme.whole, np.round(found.columns), found.columns)
    fixed = programme.whole.copy()
    fixed[planned.selections.ravel()] = True
    least = np.zeros_like(programme.cost)
    least[planned.budgets] = 1.0 + EARLIER * np.arange(len(planned.budgets), 0, -1)[:, None]
    as_good = found.cost + EQUALLY * max(abs(found.cost), 1.0)
    kept = Rows(_row(programme.cost), np.full(1, -np.inf), np.full(1, as_good))
    settled = replace(
        programme.relaxed().with_rows(kept),
        cost=least,
        lower=np.where(fixed, columns, programme.lower),
        upper=np.where(fixed, columns, programme.upper),
    )
    return exact(settled)


def _prices(programme: LinearProgramme) -> dict[str, float]:
    """What one more of each limit adds to what is maximised, where it adds anything."""
    return {name: -price for name, price in prices(programme).items() if abs(price) > SMALL}


def _to_the_yen(budgets: Floats) -> Floats:
    """Million yen rounded up to a thousandth of a yen, what rounding has left aside."""
    return np.maximum(np.ceil(budgets * 1e9 - 1e-3) / 1e9, 0.0)


def _row(cost: Floats) -> "sparse.csr_array":
    from scipy import sparse

    return sparse.csr_array(cost[None])
