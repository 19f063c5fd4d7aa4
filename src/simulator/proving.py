"""Plans as scenarios, and the proof: the simulator, run from the file, does what the plan says."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from simulator import cohorts, figures, model, proposing
from simulator.aims import Term
from simulator.arrays import Flags, Floats
from simulator.conditions import Condition
from simulator.draws import Sampled
from simulator.errors import RequestError
from simulator.flows import Flows
from simulator.futures import in_future
from simulator.inputs import inputs_of
from simulator.linear_responses import batch_of
from simulator.loading import load
from simulator.measures import measure
from simulator.optimisation import Plan
from simulator.results import Run
from simulator.scenario import Scenario
from simulator.statistics import Share
from simulator.trying import counted

YEN = 5e-7
"""Half a yen, in million yen: sums of money that differ by less are the same."""
TOLERANCE = 1e-6
"""By which a condition may be missed, as a share of its value: what solvers and sums of money leave."""
FRACTION = 1e-7
"""By which selections may differ where they are fractions."""


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


def propose(plan: Plan, path: Path, *, name: str, description: str) -> Scenario:
    """Write the plan as a scenario once its file, simulated, does what it says; RequestError where it does not."""

    def judge(read: Scenario) -> None:
        apart = list(differences(plan, read))
        if apart:
            raise RequestError(f"--save {path}: the simulator does not reproduce the plan: {'; '.join(apart[:3])}")

    return proposing.write(proposed(plan), path, name=name, description=description, judge=judge)


def differences(plan: Plan, scenario: Scenario) -> Iterator[str]:
    """Where the scenario, simulated, is not as planned: counts, spend to the yen, conditions; the share of draws.

    In every future, where there are some, and what is maximised there too.
    """
    for case, future in enumerate(plan.futures):
        there, name = in_future(scenario, future), future.stem
        run, flows = _simulated(there, None, _measures(plan))
        yield from (f"{name}: {each}" for each in _apart(plan, run, flows, case))
        value = sum(told(term, there) for term in plan.aims.maximise)
        if plan.aims.maximise and abs(value - plan.values[case]) > TOLERANCE * max(abs(value), 1.0):
            yield f"{name}: comes to {value:.12g} instead of {plan.values[case]:.12g}"
    if plan.futures:
        return
    run, flows = _simulated(scenario, plan.sampled, _measures(plan))
    if plan.sampled is None:
        yield from _apart(plan, run, flows, 0)
        return
    kept = kept_in(plan, run, flows)
    apart = np.abs(flows.spend - plan.spend)[..., kept].max(initial=0.0)
    if apart > YEN:
        yield f"spend differs by {apart:.6g} million yen in a draw in which the plan holds"
    share = kept.mean()
    if share < plan.reliance.chance - 1e-9:
        yield f"the plan holds in {share:.1%} of the draws"


def _apart(plan: Plan, run: Run, flows: Flows, case: int) -> Iterator[str]:
    yield from _miscounted(plan, flows, case)
    yield from (f"{each.text} does not hold" for each in plan.limits.keep if not _holds(each, run).all())


def told(term: Term, scenario: Scenario) -> float:
    """What a term comes to in a scenario: its weight times the measure, added up over the years or in its year."""
    run = model.run(scenario, measures=[term.measure]).runs[0]
    values = run.of(term.measure, term.programme, term.award)[:, 0]
    shown = [term.year in (None, year) for year in run.years]
    return term.weight * float(values[np.array(shown)].sum())


def fresh_share(plan: Plan, scenario: Scenario) -> Share:
    """Share of as many other draws (the next seed) in which the plan holds."""
    if plan.sampled is None:
        raise RequestError("a chance is of draws: there were none")
    other = Sampled(plan.sampled.draws, plan.sampled.seed + 1, plan.sampled.sampling)
    kept = kept_in(plan, *_simulated(scenario, other, _measures(plan)))
    return Share.of(int(kept.sum()), other.draws)


def kept_in(plan: Plan, run: Run, flows: Flows) -> Flags:
    """(D,) whether everybody planned is selected, nothing is short and every condition holds, draw by draw."""
    cut = np.abs(flows.selected - plan.selections[..., None]) > FRACTION * np.maximum(plan.selections[..., None], 1.0)
    short = flows.shortfall > YEN
    kept: Flags = np.logical_not(cut.any(axis=(0, 1)) | short.any(axis=(0, 1)))
    for condition in plan.limits.keep:
        kept &= _holds(condition, run)
    return kept


def _holds(condition: Condition, run: Run) -> Flags:
    """(D,) whether a condition holds in its years, but for what solvers leave."""
    values = run.of(condition.measure, condition.programme, condition.award)[counted(condition, run.years)]
    spare = TOLERANCE * max(abs(condition.value), 1.0)
    apart = values - condition.value
    within = apart if condition.sign in (">", ">=") else -apart if condition.sign in ("<", "<=") else -np.abs(apart)
    return np.asarray((within >= -spare).all(axis=0))


def _miscounted(plan: Plan, flows: Flows, case: int) -> Iterator[str]:
    for row, (programme, award) in enumerate(plan.awards):
        whole = plan.scenario.document.programmes[programme].whole_awards
        for year, told, made in zip(plan.years, plan.selections[:, row], flows.selected[:, row, 0], strict=True):
            if abs(told - made) > (0.0 if whole else FRACTION * max(told, 1.0)):
                yield f"{made:.12g} instead of {told:.12g} are selected of {programme}.{award} in FY{year}"
    for row, programme in enumerate(plan.programmes):
        for year, told, made in zip(plan.years, plan.spend[:, row, case], flows.spend[:, row, 0], strict=True):
            if abs(told - made) > YEN:
                yield f"{programme} spends {made:.9f} instead of {told:.9f} million yen in FY{year}"
        for year, short in zip(plan.years, flows.shortfall[:, row, 0], strict=True):
            if short > YEN:
                yield f"{programme} is short of {short:.9f} million yen in FY{year}"


def _simulated(scenario: Scenario, sampled: Sampled | None, names: set[str]) -> tuple[Run, Flows]:
    """The scenario simulated over draws, or once, with some measures."""
    batch = batch_of(scenario, sampled, 1)
    inputs = inputs_of(batch, 0, batch.runs)
    flows, years = cohorts.simulate(inputs), figures.years_of(batch)
    shown = slice(years.start - batch.labels.first_year, years.stop - batch.labels.first_year)
    return Run(scenario, batch.labels, years, {name: measure(name).of(flows, inputs)[shown] for name in names}), flows


def _by_year(years: list[int], values: Floats) -> str:
    """Values by year as YAML, one where the value before it still holds."""
    told, before = [], None
    for year, value in zip(years, values.tolist(), strict=True):
        if value != before:
            told.append(f"{year}: {int(value) if value == int(value) else repr(value)}")
        before = value
    return f"{{{', '.join(told)}}}"


def _measures(plan: Plan) -> set[str]:
    return {each.measure for each in plan.limits.keep}
