"""Plans as scenarios, and the proof: the simulator, run from the file, does what the plan says."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from simulator import proposing
from simulator.draws import Sampled
from simulator.errors import RequestError
from simulator.flows import Flows
from simulator.futures import in_future
from simulator.plans import FRACTION, TOLERANCE, YEN, Plan, held_in, holds, outcomes, proposed, simulated
from simulator.results import Run
from simulator.scenario import Scenario
from simulator.statistics import Share


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
        run, flows = simulated(there, None, _measures(plan))
        yield from (f"{name}: {each}" for each in _apart(plan, run, flows, case))
        value = float(outcomes(plan.aims.maximise, run)[0]) if plan.aims.maximise else 0.0
        if plan.aims.maximise and abs(value - plan.values[case]) > TOLERANCE * max(abs(value), 1.0):
            yield f"{name}: comes to {value:.12g} instead of {plan.values[case]:.12g}"
    if plan.futures:
        return
    run, flows = simulated(scenario, plan.sampled, _measures(plan))
    if plan.sampled is None:
        yield from _apart(plan, run, flows, 0)
    else:
        yield from _apart_in_draws(plan, run, flows)


def _apart_in_draws(plan: Plan, run: Run, flows: Flows) -> Iterator[str]:
    """In draws in which the plan holds also where the linear programme reckoned otherwise."""
    held, every = held_in(plan, run, flows), np.ones(flows.spend.shape[-1], dtype=np.bool_)
    values = outcomes(plan.aims.maximise, run) if plan.aims.maximise else plan.values
    told = [(plan.spend, plan.values, every, ""), (*plan.reckoned[:2], held, " in a draw in which the plan holds")]
    for spend, of, some, where in told:
        apart = np.abs(flows.spend - spend)[..., some].max(initial=0.0)
        if apart > YEN:
            yield f"spend differs by {apart:.6g} million yen{where}"
        apart = np.abs(values - of)[some[: len(of)]]
        if (apart > TOLERANCE * np.maximum(np.abs(values[some[: len(of)]]), 1.0)).any():
            yield f"what is maximised differs by {apart.max():.6g}{where}"
    share = held.mean()
    if share < plan.reliance.chance - 1e-9:
        yield f"the plan holds in {share:.1%} of the draws"


def _apart(plan: Plan, run: Run, flows: Flows, case: int) -> Iterator[str]:
    yield from _miscounted(plan, flows, case)
    yield from (f"{each.text} does not hold" for each in plan.limits.keep if not holds(each, run).all())


def fresh_share(plan: Plan, scenario: Scenario) -> Share:
    """Share of as many other draws (the next seed) in which the plan holds."""
    if plan.sampled is None:
        raise RequestError("a chance is of draws: there were none")
    other = Sampled(plan.sampled.draws, plan.sampled.seed + 1, plan.sampled.sampling)
    kept = held_in(plan, *simulated(scenario, other, _measures(plan)))
    return Share.of(int(kept.sum()), other.draws)


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


def _measures(plan: Plan) -> set[str]:
    """Measures that tell whether conditions hold and what the plan comes to."""
    return {*(each.measure for each in plan.limits.keep), *(each.measure for each in plan.aims.maximise)}
