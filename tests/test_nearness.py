"""Of equally good plans the nearest: by brute force, and by hand over draws, futures and the money given by year."""

from collections.abc import Callable
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

import simulator as sim
from simulator.aims import Aims
from simulator.assembling import Reliance
from simulator.draws import Sampled
from simulator.linear_programmes import LinearProgramme, Rows, solve
from simulator.nearness import nearest
from simulator.objectives import Objective
from simulator.optimisation import optimise
from simulator.plans import Plan, proposed
from simulator.proving import differences

Write = Callable[..., Path]


def distance(apart: float, own: float) -> float:
    """One a unit for the first tenth of its own, two up to a quarter, and so on, the ends whole."""
    ends, cost, before = [np.ceil(share * own) for share in (0.1, 0.25, 0.5, 0.75, 0.9)], 0.0, 0.0
    for slope, end in zip((1, 2, 4, 8, 16, 32), (*ends, np.inf), strict=True):
        cost += slope * max(min(apart, end) - before, 0.0)
        before = end
    return cost


@pytest.mark.parametrize("number", range(12))
def test_the_nearest_is_that_of_brute_force(number: int) -> None:
    """Three whole numbers from 0 to 12 whose costs add up to less than their own would."""
    rng = np.random.default_rng(number)
    own, costs, weights = rng.integers(0, 11, 3), rng.uniform(1, 4, 3), rng.uniform(0.5, 2, 3)
    limit = float(rng.uniform(0.2, 0.9) * costs @ own)
    rows = (Rows(sparse.csr_array(costs[None]), np.full(1, -np.inf), np.full(1, limit)),)
    programme = LinearProgramme(np.zeros(3), np.zeros(3), np.full(3, 12.0), np.ones(3, dtype=np.bool_), rows)
    least = min(
        sum(weight * distance(abs(x - its), its) for x, its, weight in zip(tried, own, weights, strict=True))
        for tried in product(range(13), repeat=3)
        if costs @ tried <= limit
    )
    found = solve(nearest(programme, np.arange(3), own.astype(np.float64), weights))
    assert found.cost == pytest.approx(least, rel=1e-3, abs=1e-9)


THREE = """
    aimed: {{maximum: 10, plan: 0, take_up: {take_up}, duration: 12 months, costs: {{grant: {{amount: 1, per: year}}}}}}
    one: {{plan: 10, take_up: {other}, duration: 12 months, costs: {{grant: {{amount: 1, per: year}}}}}}
    two: {{plan: 10, duration: 12 months, costs: {{grant: {{amount: 1, per: year}}}}}}
"""
LAPSES = "plan_periods: {FUND: {ends: [2022, 2023, 2024, 2025, 2026, 2027]}}"
AIMS = Aims.parse(maximise=["selected[line.aimed]"])


def three(portfolio: Write, budget: int = 20, take_up: str = "100%", other: str = "100%") -> sim.Scenario:
    return sim.load(portfolio(THREE.format(take_up=take_up, other=other), budget=str(budget), whole=True, top=LAPSES))


def planned(plan: Plan) -> list[list[float]]:
    """What is selected in every year, once the simulator does the same."""
    assert not list(differences(plan, proposed(plan)))
    found: list[list[float]] = np.unique(plan.selections, axis=0).tolist()
    return found


def test_what_gives_way_gives_way_everywhere(portfolio: Write) -> None:
    """Ten of what is aimed at leave ten for the two others, of which the scenario selects ten each."""
    assert planned(optimise(three(portfolio), AIMS)) == [[10, 5, 5]]


@pytest.mark.parametrize(
    ("draws", "reliance", "of"),
    [
        (16, Reliance(), "mean"),
        (16, Reliance(), "cvar"),
        (4, Reliance(), "regret"),
        (16, Reliance(0.8), "mean"),
        (32, Reliance(0.8), "mean"),
        (64, Reliance(0.8, "cvar"), "mean"),
    ],
)
def test_over_draws_as_without(portfolio: Write, draws: int, reliance: Reliance, of: str) -> None:
    """At most one in ten declines, so that what is aimed at costs from 9 to 10: that is no award more for others."""
    scenario = three(portfolio, take_up="{uniform: [91%, 100%]}")
    objective = Objective(of)  # type: ignore[arg-type]
    plan = optimise(scenario, AIMS, sampled=Sampled(draws, 1), reliance=reliance, objective=objective)
    assert planned(plan) == [[10, 5, 5]]


@pytest.mark.parametrize("of", ["mean", "cvar", "regret"])
def test_over_futures_as_without(portfolio: Write, tmp_path: Path, of: str) -> None:
    """Where what is aimed at costs 15 instead of 10, of 25, ten are left for the others."""
    scenario, dearer = three(portfolio, budget=25), tmp_path / "dearer.yaml"
    setting = "programmes: {line: {awards: {aimed: {costs: {grant: {amount: 1.5}}}}}}"
    dearer.write_text(f"extends: portfolio.yaml\n{setting}\n", encoding="utf-8")
    objective = Objective(of)  # type: ignore[arg-type]
    plan = optimise(scenario, AIMS, among=[scenario.path, dearer], objective=objective)
    assert planned(plan) == [[10, 5, 5]]


def test_a_condition_that_needs_one_more_than_fractions_rounded_down_has_it(portfolio: Write) -> None:
    """Five starts of which one in ten declines take six, not five: 20 − 10 − 5.4 leave four for the other type."""
    plan = optimise(three(portfolio, other="90%"), AIMS, keep=["starts[line.one] >= 5"])
    assert planned(plan) == [[10, 6, 4]]


TEN = "award: {plan: 10, duration: 12 months, costs: {grant: {amount: 1, per: year}}}"


def test_money_ahead_of_its_need_is_spread_over_the_years_before(portfolio: Write) -> None:
    """FY2024 lacks 5 of 10: a quarter of ten more in each of two years is nearer than a half in one."""
    scenario, aims = sim.load(portfolio(TEN, budget="10", whole=True)), Aims.parse(targets=["selected[line] = 10"])
    plan = optimise(scenario, aims, totals={2022: 20.0, 2023: 20.0, 2024: 5.0})
    assert planned(plan) == [[10]]
    assert plan.budgets[:, 0] == pytest.approx([12.5, 12.5, 5, 10, 10, 10], abs=1e-4)


def test_no_more_money_is_given_than_is_needed_to_be_near(portfolio: Write) -> None:
    aims = Aims.parse(targets=["selected[line] = 8"])
    plan = optimise(sim.load(portfolio(TEN, budget="10", whole=True)), aims)
    assert plan.unallocated == pytest.approx([2] * 6, abs=1e-4)


def test_a_programme_that_keeps_its_awards_keeps_its_money() -> None:
    """Targets for two others leave Overseas Challenge its 200 awards of 375 million yen in every year."""
    aims = Aims.parse(targets=["selected[overseas_fellowships] = 320", "selected[sakura_science] = 3800"])
    plan = optimise(sim.load("scenarios/baseline.yaml"), aims)
    row = plan.programmes.index("overseas_challenge")
    assert plan.budgets[:, row] == pytest.approx([375] * 10, abs=1e-3)
    assert np.abs(plan.budgets / plan.limits.own - 1).max() < 0.15
