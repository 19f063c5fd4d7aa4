"""A plan: what it selects and appropriates, as a scenario, and what happens where it is followed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from simulator import cohorts, figures, proposing
from simulator.aims import Aims, Term
from simulator.arrays import Flags, Floats
from simulator.assembling import Reliance
from simulator.conditions import Condition
from simulator.draws import Sampled
from simulator.flows import Flows
from simulator.inputs import inputs_of
from simulator.linear_responses import batch_of
from simulator.loading import load
from simulator.measures import measure
from simulator.objectives import Objective
from simulator.plan_rules import Limits
from simulator.results import Run
from simulator.scenario import Scenario
from simulator.sealing import Sealed
from simulator.trying import counted

YEN = 5e-7
"""Half a yen, in million yen: sums of money that differ by less are the same."""
TOLERANCE = 1e-6
"""By which a condition may be missed, as a share of its value: what solvers and sums of money leave."""
FRACTION = 1e-7
"""By which selections may differ where they are fractions."""


class Reckoned(NamedTuple):
    """Figures of the linear programme, in which all that is planned is paid, in draws that fail too.

    Attributes
    ----------
    spend : (Y, P, C) million yen, in every draw or future; C = 1 without either
    values : (C,) what is maximised comes to
    value : what the aims come to, which the solver's bound is about

    """

    spend: Floats
    values: Floats
    value: float


class Happened(NamedTuple):
    """What happens in the draws of a plan, by the simulator.

    Attributes
    ----------
    held : (C,) whether all that is planned is selected and paid, and every condition holds
    paid : (C,) whether the money suffices for all that is planned
    shortfall : (C,) million yen that commitments exceed the money by, where in years and programmes that is most

    """

    held: Flags
    paid: Flags
    shortfall: Floats


@dataclass(frozen=True)
class Plan(Sealed):
    """A plan of what is selected and appropriated.

    Attributes
    ----------
    scenario : what it is a plan of
    selections : (Y, J) awards selected
    budgets : (Y, P) million yen
    spend : (Y, P, C) million yen, in every draw or future; C = 1 without either; over draws by the simulator
    value : what the aims come to: of what is maximised its mean, CVaR or greatest regret, over draws by the simulator;
        of gaps to targets their sum, or the money that nobody uses
    values : (C,) what is maximised comes to in every draw or future, none where nothing is maximised
    best : (C,) what the best plan of each of them alone comes to, none but where regret is asked for
    swing : sum over the years of absolute steps of what is smooth, 0 where nothing is
    gap : how far the value may be from the best, as a share of it; of regret as a share of the mean of `best`; what
        is lost in draws that fail counts as if another plan might lose nothing
    prices : by name of a limit, what one more of it (million yen, award) adds to the value where fractions may be
        selected; none where the plan is of draws or smooth
    reckoned : the same by the linear programme
    happened : what happens in the draws, None without any
    seconds : of the solver alone, for each of what is asked in turn: the best, the smoothest, the nearest

    """

    scenario: Scenario
    aims: Aims
    limits: Limits
    reliance: Reliance
    objective: Objective
    sampled: Sampled | None
    futures: tuple[Path, ...]
    years: range
    awards: tuple[tuple[str, str], ...]
    programmes: tuple[str, ...]
    selections: Floats
    budgets: Floats
    spend: Floats
    value: float
    values: Floats
    best: Floats
    swing: float
    gap: float
    prices: Mapping[str, float]
    seconds: tuple[float, ...]
    reckoned: Reckoned
    happened: Happened | None = None

    @property
    def unallocated(self) -> Floats:
        """(Y,) million yen of the totals that no programme needs."""
        left: Floats = self.limits.totals - self.budgets.sum(axis=1)
        return np.where(np.abs(left) < 1e-6, 0.0, left)


def settings(plan: Plan) -> list[str]:
    """What the plan says, as `--set` takes it."""
    budget = plan.scenario.document.budget
    idle = [field for field in ("total", "weights") if getattr(budget, field) is not None]
    idle += ["priority"] if budget.priority else []
    said = ["budget.allocation=plan", *(f"budget.{field}=null" for field in idle)]
    years = list(plan.years)
    for row, name in enumerate(plan.programmes):
        said.append(f"budget.plan.{name}={_by_year(years, plan.budgets[:, row])}")
    said += [f"programmes.{name}.intake=plan" for name in dict.fromkeys(programme for programme, _ in plan.awards)]
    for row, (programme, award) in enumerate(plan.awards):
        said.append(f"programmes.{programme}.awards.{award}.plan={_by_year(years, plan.selections[:, row])}")
    return said


def proposed(plan: Plan) -> Scenario:
    """The plan as a scenario, in memory."""
    return load(proposing.base_of(plan.scenario).path, settings=[*plan.scenario.settings, *settings(plan)])


def followed(plan: Plan) -> Plan:
    """The plan with the figures of its draws as they happen; as it is without draws.

    Where the money of a draw does not suffice fewer are selected (model.md section 5), which the linear programme does
    not know: it counts them all.
    """
    if plan.sampled is None:
        return plan
    run, flows = simulated(proposed(plan), plan.sampled, {*plan.aims.measures, *plan.limits.measures})
    values = outcomes(plan.aims.maximise, run) if plan.aims.maximise else plan.values
    best = np.maximum(plan.best, values) if plan.objective.of == "regret" else plan.best
    if plan.aims.maximise:
        value = plan.objective.value(values, best)
    else:
        value = gaps(plan.aims.targets, run) if plan.aims.targets else plan.value
    less = plan.aims.targets or plan.objective.of == "regret"
    lost = max(value - plan.reckoned.value if less else plan.reckoned.value - value, 0.0)
    whole, of = (abs(best).mean(),) * 2 if plan.objective.of == "regret" else (abs(plan.reckoned.value), abs(value))
    gap = float((plan.gap * whole + lost) / of) if lost > 1e-9 * of > 0.0 else plan.gap
    happened = Happened(held_in(plan, run, flows), paid_in(plan, flows), flows.shortfall.max(axis=(0, 1)))
    return replace(plan, spend=flows.spend, values=values, best=best, value=value, gap=gap, happened=happened)


def simulated(scenario: Scenario, sampled: Sampled | None, names: set[str]) -> tuple[Run, Flows]:
    """The scenario simulated over draws, or once, with some measures."""
    batch = batch_of(scenario, sampled, 1)
    inputs = inputs_of(batch, 0, batch.runs)
    flows, years = cohorts.simulate(inputs), figures.years_of(batch)
    shown = slice(years.start - batch.labels.first_year, years.stop - batch.labels.first_year)
    return Run(scenario, batch.labels, years, {name: measure(name).of(flows, inputs)[shown] for name in names}), flows


def outcomes(terms: Sequence[Term], run: Run) -> Floats:
    """(D,) what terms come to: weights times measures, added up over the years or in the year that each names."""
    found: Floats = np.sum([term.weight * _by_draw(term, run).sum(axis=0) for term in terms], axis=0)
    return found


def gaps(targets: Sequence[Condition], run: Run) -> float:
    """The gaps between the mean over draws and targets, each as a share of its target, added up."""
    return float(
        sum(np.abs(_by_draw(each, run).mean(axis=1) - each.value).sum() / max(abs(each.value), 1.0) for each in targets)
    )


def _by_draw(of: Term | Condition, run: Run) -> Floats:
    """(Y, D) of the years that count."""
    found: Floats = run.of(of.measure, of.programme, of.award)[[of.year in (None, year) for year in run.years]]
    return found


def told(terms: Sequence[Term], scenario: Scenario, sampled: Sampled | None = None) -> Floats:
    """(k,) what each term comes to in a scenario, at expected values or in the mean of draws."""
    run, _ = simulated(scenario, sampled, {term.measure for term in terms})
    return np.array([outcomes([term], run).mean() for term in terms])


def paid_in(plan: Plan, flows: Flows) -> Flags:
    """(D,) whether everybody planned is selected and nothing is short, draw by draw."""
    cut = np.abs(flows.selected - plan.selections[..., None]) > FRACTION * np.maximum(plan.selections[..., None], 1.0)
    short = flows.shortfall > YEN
    return np.logical_not(cut.any(axis=(0, 1)) | short.any(axis=(0, 1)))


def held_in(plan: Plan, run: Run, flows: Flows) -> Flags:
    """(D,) whether that is so and every condition holds."""
    held = paid_in(plan, flows)
    for condition in plan.limits.keep:
        held &= holds(condition, run)
    return held


def holds(condition: Condition, run: Run) -> Flags:
    """(D,) whether a condition holds in its years, but for what solvers leave."""
    values = run.of(condition.measure, condition.programme, condition.award)[counted(condition, run.years)]
    spare = TOLERANCE * max(abs(condition.value), 1.0)
    apart = values - condition.value
    within = apart if condition.sign in (">", ">=") else -apart if condition.sign in ("<", "<=") else -np.abs(apart)
    return np.asarray((within >= -spare).all(axis=0))


def _by_year(years: list[int], values: Floats) -> str:
    """Values by year as YAML, one where the value before it still holds."""
    told, before = [], None
    for year, value in zip(years, values.tolist(), strict=True):
        if value != before:
            told.append(f"{year}: {int(value) if value == int(value) else repr(value)}")
        before = value
    return f"{{{', '.join(told)}}}"
