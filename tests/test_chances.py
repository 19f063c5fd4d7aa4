"""Plans that hold in a share of the draws: against all plans there are, tried by hand."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import simulator as sim
from simulator import chances, counting, futures
from simulator.aims import Aims
from simulator.assembling import Problem, Reliance
from simulator.draws import Sampled
from simulator.errors import RequestError
from simulator.linear_programmes import Effort
from simulator.optimisation import Plan, optimise
from simulator.plan_rules import limits_of
from simulator.proving import differences, fresh_share, proposed

Write = Callable[..., Path]
Floats = np.typing.NDArray[np.float64]

AWARDS = """
    a: {take_up: {uniform: [60%, 100%]}, duration: 1 year, costs: {grant: {amount: 10, per: start}}}
    b: {take_up: {uniform: [50%, 100%]}, duration: 1 year, costs: {grant: {amount: 9, per: start}}}
"""
AIMS, SHARE = Aims.parse(maximise=["selected[line.a]", "1.03 * selected[line.b]"]), 0.8
EXACT = Effort(gap=0.0, seconds=60.0)


def costs_by_hand(path: Path, draws: int) -> Floats:
    """(a, b, D) what all plans of up to 60 of each cost, 10 and 9 for each that starts; shares are read off a run."""
    run = sim.run(path, draws=draws, seed=5, measures=["starts", "selected"])
    share = (run.array("starts") / run.array("selected"))[0, :, 0]
    numbers = np.arange(61.0)
    return 10 * numbers[:, None, None] * share[:, 0] + 9 * numbers[None, :, None] * share[:, 1]


def best_by_hand(feasible: np.typing.NDArray[np.bool_]) -> float:
    numbers = np.arange(61.0)
    return float(np.where(feasible, numbers[:, None] + 1.03 * numbers, 0.0).max())


def planned(path: Path, draws: int, risk: str, effort: Effort = EXACT) -> Plan:
    scenario, sampled = sim.load(path, settings=["years=2022"]), Sampled(draws, 5)
    reliance = Reliance(SHARE, "cvar" if risk == "cvar" else "chance")
    return optimise(scenario, AIMS, sampled=sampled, reliance=reliance, effort=effort)


@pytest.fixture
def path(portfolio: Write) -> Path:
    return portfolio(AWARDS, budget="300", whole=True, intake="cash")


@pytest.mark.parametrize("draws", [25, 60, 200])
def test_the_sought_plan_is_near_the_best_of_all_and_within_its_bound(draws: int, path: Path) -> None:
    """Worse than the best by an award or two at most; no plan is better than the bound says."""
    assert draws > chances.FEW
    costs = costs_by_hand(path, draws)
    best = best_by_hand((costs <= 300 + 1e-9).mean(axis=2) >= SHARE - 1e-9)
    plan = planned(path, draws, "chance")
    a, b = plan.selections[0].astype(int)
    assert (costs[a, b] <= 300 + 1e-9).mean() >= SHARE - 1e-9
    assert best - 2.1 <= plan.value <= best + 1e-9
    assert plan.value * (1 + plan.gap) >= best - 1e-6
    assert not list(differences(plan, proposed(plan)))


@pytest.mark.parametrize("seed", range(3))
def test_no_plan_is_beyond_the_bound_however_the_draws_are_dealt(seed: int, path: Path) -> None:
    """In any order of 40 draws, and not far from the best where the hardest are dealt out first."""
    costs, rng = costs_by_hand(path, 40), np.random.default_rng(seed)
    best = best_by_hand((costs <= 300 + 1e-9).mean(axis=2) >= SHARE - 1e-9)
    scenario, sampled = sim.load(path, settings=["years=2022"]), Sampled(40, 5)
    limits = limits_of(scenario, [], {}, float("inf"), aimed=True)
    problem = Problem(futures.worlds(scenario, AIMS.measures, sampled, ()), AIMS, limits, Reliance(SHARE))
    assert -chances.bound(problem, rng.normal(size=40)) >= best - 1e-6
    assert best <= -chances.bound(problem, costs[15, 15]) <= 1.1 * best


@pytest.mark.parametrize("draws", [10, 20])
def test_of_few_draws_the_best_is_found(draws: int, path: Path) -> None:
    costs = costs_by_hand(path, draws)
    plan = planned(path, draws, "chance")
    assert plan.value == pytest.approx(best_by_hand((costs <= 300 + 1e-9).mean(axis=2) >= SHARE - 1e-9))
    assert plan.gap < 1e-6


@pytest.mark.parametrize("draws", [10, 60])
def test_cvar_of_a_fund_is_the_mean_of_what_the_worst_draws_lack(draws: int, path: Path) -> None:
    """A fund carries all that it has left: that binds no draw, and the worst fifth may lack money where others have."""
    worst = np.sort(costs_by_hand(path, draws), axis=2)[..., -draws // 5 :].mean(axis=2)
    plan = planned(path, draws, "cvar")
    assert plan.value == pytest.approx(best_by_hand(worst <= 300 + 1e-9))
    held = planned(path, draws, "chance")
    assert plan.value < held.value


def test_draws_without_rows_change_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With rows of some draws and with rows of all, over three years in which money is carried."""
    scenario, sampled = sim.load(path, settings=["years=2022-2024"]), Sampled(80, 5)

    def value(first: int, more: int, chance: float) -> float:
        monkeypatch.setattr(counting, "FIRST", first)
        monkeypatch.setattr(counting, "MORE", more)
        plan = optimise(scenario, AIMS, sampled=sampled, reliance=Reliance(chance, "cvar"), effort=Effort(1e-6, 60))
        assert not list(differences(plan, proposed(plan)))
        return plan.value

    for chance in (0.8, 1.0):
        assert value(3, 2, chance) == pytest.approx(value(1000, 1000, chance), rel=2e-6)


def test_on_fresh_draws_the_chance_is_reached_within_its_interval(path: Path) -> None:
    plan = planned(path, 500, "chance", Effort(1e-3, 30.0))
    fresh = fresh_share(plan, proposed(plan))
    assert fresh.low - 0.02 <= SHARE <= fresh.high


def test_what_a_draw_misses_is_what_the_simulator_lacks(portfolio: Write) -> None:
    """Of random plans the same draws fail by the rules and in the simulator, where money is carried and lapses once."""
    path = portfolio(AWARDS, budget="300", whole=True, intake="cash", top="plan_periods: {FUND: {ends: [2023]}}")
    scenario, rng = sim.load(path, settings=["years=2022-2025"]), np.random.default_rng(1)
    plan = optimise(scenario, AIMS, sampled=Sampled(60, 5), reliance=Reliance(SHARE), effort=Effort(1e-3, 30.0))
    problem = Problem(futures.worlds(scenario, AIMS.measures, plan.sampled, ()), AIMS, plan.limits, plan.reliance)
    columns, shares = np.zeros(problem.size), list[float]()
    for _ in range(12):
        chosen = replace(plan, selections=rng.integers(11, 25, plan.selections.shape).astype(np.float64))
        columns[problem.planned.selections], columns[problem.planned.budgets] = chosen.selections, chosen.budgets + 1e-6
        missing = counting.missed(problem, counting.uncertain(problem), columns)
        kept = drawn_as_planned(replace(chosen, budgets=chosen.budgets + 1e-6))
        np.testing.assert_array_equal(missing <= counting.TRACE, kept)
        shares.append(float(kept.mean()))
    assert len({round(share, 3) for share in shares}) > 4


def drawn_as_planned(plan: Plan) -> np.typing.NDArray[np.bool_]:
    """(D,) whether everybody planned is selected, by the simulator."""
    found = sim.run(proposed(plan), draws=60, seed=5, measures=["selected", "shortfall"])
    same = np.isclose(found.array("selected")[0], plan.selections, atol=1e-6).all(axis=(1, 2))
    return np.asarray(same & (found.array("shortfall")[0] < 1e-6).all(axis=(1, 2)))


def test_a_confirmed_plan_reaches_its_chance_on_draws_that_it_never_saw(path: Path) -> None:
    """Made for 25 draws a plan holds in too few others; confirmed it selects fewer, and holds in 5,000 others."""
    scenario = sim.load(path, settings=["years=2022-2024"])

    def made(*, confirm: bool) -> Plan:
        names = ["selected[line.a]", "1.03 * selected[line.b]"]
        return sim.optimise(scenario, maximise=names, draws=25, seed=5, chance=SHARE, confirm=confirm, gap=1e-3)

    plain, safe = made(confirm=False), made(confirm=True)
    shares = []
    for plan in (plain, safe):
        found = sim.run(proposed(plan), draws=5000, seed=99, measures=["selected"]).array("selected")[0]
        shares.append(np.isclose(found, plan.selections, atol=1e-6).all(axis=(1, 2)).mean())
    assert shares[0] < SHARE - 0.03
    assert shares[1] >= SHARE - 0.02
    assert safe.value < plain.value


def test_only_a_chance_can_be_confirmed(path: Path) -> None:
    with pytest.raises(RequestError, match="give --chance and --draws"):
        sim.optimise(path, maximise="selected[line.a]", confirm=True)
