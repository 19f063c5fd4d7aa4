"""Plans: brute force on small instances, the simulator on random ones, random feasible plans, closed forms, prices."""

import csv
import io
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings, strategies

import simulator as sim
from simulator import affine, linear_programmes, trade_offs
from simulator.aims import Aims, Term
from simulator.assembling import Reliance
from simulator.cli import main
from simulator.conditions import Condition
from simulator.draws import Sampled
from simulator.errors import RequestError
from simulator.labels import words
from simulator.linear_programmes import (
    Effort,
    InfeasibleError,
    UnboundedError,
)
from simulator.linear_responses import responses
from simulator.optimisation import optimise
from simulator.plans import Plan, holds, proposed
from simulator.proving import differences, fresh_share, propose
from simulator.report import canvas, frontiers, traded
from simulator.trade_offs import Frontier
from tests.commands import simulate
from tests.random_portfolios import Documents, portfolios, text

Write = Callable[..., Path]

ONE_AND_TWO_YEARS = """
    short: {{duration: 12 months, costs: {{grant: {{amount: {short}, per: year}}}}}}
    long: {{duration: 24 months, history: {{2021: 2}}, costs: {{grant: {{amount: {long}, per: year}}}}}}
"""
BOTH = ["selected[line.short]", "2.3 * selected[line.long]"]
NO_DEBT = ["selected[line.long,2024] <= 0"]


def reproduced(plan: Plan) -> bool:
    """Whether the simulator does what the plan says."""
    return not list(differences(plan, proposed(plan)))


def best_by_brute_force(short: float, long: float, budget: float, limit: float) -> float:
    """Most of short + 2.3 long over FY2022 to FY2024 with whole awards, money carried up to a share of the budget."""
    best, numbers = -1.0, range(int(budget // min(short, long)) * 2 + 1)
    for shorts in product(numbers, repeat=3):
        for longs in product(numbers, repeat=2):
            carried, before, paid = 0.0, 2, True
            for few, many in zip(shorts, (*longs, 0), strict=True):
                left = budget + carried - few * short - (many + before) * long
                carried, before, paid = min(left, limit * budget), many, paid and left >= -1e-9
            if paid:
                best = max(best, sum(shorts) + 2.3 * sum(longs))
    return best


@pytest.mark.parametrize(
    ("short", "long", "budget", "limit"),
    [(3.0, 2.0, 9.0, 9.0), (2.5, 3.1, 11.0, 9.0), (4.0, 2.9, 10.0, 0.1), (3.7, 3.3, 12.5, 0.0), (5.0, 3.0, 11.0, 0.3)],
)
def test_small_instances_have_the_optimum_of_brute_force(
    short: float, long: float, budget: float, limit: float, portfolio: Write
) -> None:
    awards = ONE_AND_TWO_YEARS.format(short=short, long=long)
    programme = "" if limit > 1 else f"carry_limit: {limit:.0%}"
    path = portfolio(awards, budget=f"{budget}", whole=True, programme=programme, intake="steady")
    scenario = sim.load(path, settings=["years=2022-2024"])
    plan = optimise(scenario, Aims.parse(maximise=BOTH), keep=NO_DEBT)
    assert plan.value == pytest.approx(best_by_brute_force(short, long, budget, limit))
    assert plan.selections.sum(axis=0) @ [1, 2.3] == pytest.approx(plan.value)
    assert reproduced(plan)


QUICK, ALL = Effort(gap=0.01, seconds=20), list(HealthCheck)


@contextmanager
def written(documents: Documents) -> Iterator[sim.Scenario]:
    """The scenario of random documents, whose files are there meanwhile."""
    with TemporaryDirectory() as folder:
        for name, tree in (("portfolio", documents.portfolio), ("scenario", documents.scenario)):
            Path(folder, f"{name}.yaml").write_text(text(tree), encoding="utf-8")
        yield sim.load(Path(folder, "scenario.yaml"))


def reproduced_at_random(documents: Documents) -> bool:
    """Whether there is a plan for random documents; the simulator does what it says, and measures are what rows say."""
    with written(documents) as scenario:
        programmes = [name for name, programme in scenario.document.programmes.items() if programme.awards]
        try:
            plan = optimise(scenario, Aims.parse(maximise=[f"selected[{name}]" for name in programmes]), effort=QUICK)
        except (InfeasibleError, UnboundedError):  # commitments above the total, an award that costs nothing
            return False
        made = proposed(plan)
        assert not list(differences(plan, made))
        names, run = (
            ["active", "person_months", "commitments", "outyear_commitments", "promoted"],
            sim.run(made).runs[0],
        )
        for name, told in responses(scenario, names).items():
            values = told.base[..., 0] + np.einsum("yns,s->yn", told.slopes[..., 0], plan.selections.ravel())
            made_values, scale = run.kept(name)[..., 0], 1e-9 * max(values.max(), 1)
            np.testing.assert_allclose(made_values, values[-len(run.years) :], rtol=1e-9, atol=scale, err_msg=name)
        return True


def test_the_simulator_reproduces_plans_of_random_portfolios() -> None:
    """A dozen here; `python -m tests.test_optimise 200` tries as many as it is told."""
    assert random_plans_reproduced(20) >= 8


def random_plans_reproduced(number: int) -> int:
    """Tries so many random portfolios; how many had a plan, each of which was reproduced."""
    found = list[bool]()

    @seed(2022)
    @settings(max_examples=number, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=ALL)
    @given(portfolios())
    def try_each(documents: Documents) -> None:
        found.append(reproduced_at_random(documents))

    try_each()
    return sum(found)


def test_a_plan_of_the_portfolio_is_reproduced_to_the_last_yen() -> None:
    keep = ["selected[sakura_science] >= 3000", "selected[overseas_challenge] <= 250", "budget[sicorp] >= 1000"]
    aims = Aims.parse(maximise=["selected[overseas_fellowships]"])
    plan = optimise(sim.load("scenarios/plus10pct.yaml"), aims, keep=keep)
    made = sim.run(proposed(plan)).runs[0]
    np.testing.assert_allclose(made.kept("selected")[..., 0], plan.selections, rtol=1e-12)
    whole = np.array([made.scenario.document.programmes[name].whole_awards for name, _ in plan.awards])
    np.testing.assert_array_equal(made.kept("selected")[:, whole, 0], plan.selections[:, whole])
    assert abs(made.kept("spend") - plan.spend).max() < 5e-7
    assert not made.kept("shortfall").any()
    assert made.of("budget")[:, 0] == pytest.approx(plan.budgets.sum(axis=1))
    assert (plan.budgets.sum(axis=1) <= plan.limits.totals + 1e-6).all()
    assert made.of("selected", "sakura_science").min() >= 3000


def test_another_rule_than_the_plan_is_seen_through() -> None:
    """The proof reads the simulator, not the plan: a plan of other numbers, or of more than there is, differs."""
    aims = Aims.parse(maximise=["selected[overseas_fellowships]"])
    plan = optimise(sim.load("scenarios/baseline.yaml"), aims, within=0.0)
    one_more = replace(plan, selections=plan.selections + np.eye(1, 12)[0])
    found = list(differences(one_more, proposed(plan)))
    assert any("of overseas_fellowships.fellowship in FY2022" in each for each in found)
    assert list(differences(one_more, proposed(one_more)))
    spent = replace(plan, spend=plan.spend + 1e-6)
    assert any("overseas_challenge spends" in each for each in differences(spent, proposed(plan)))


SMALL = "award: {duration: 24 months, history: {2021: 30}, costs: {grant: {amount: 5, per: year}}}"


def test_the_smooth_plan_swings_less_than_random_feasible_plans(portfolio: Write) -> None:
    """Two-year awards at 5 a year under 200 a year: 30 under way leave 50 now; money is carried, little may be left."""
    scenario = sim.load(portfolio(SMALL, budget="200", intake="cash"))
    plan = optimise(scenario, Aims.parse(smooth=["selected[line]"]), slack=0.01)
    assert reproduced(plan)
    smallest, left = smallest_swing(random_plans(20_000, seed=1))
    assert left >= 200
    assert plan.swing <= smallest + 1e-6
    assert plan.swing == pytest.approx(np.abs(np.diff(plan.selections[:, 0])).sum())
    assert plan.value <= 0.01 * 1200 + 1e-3


def random_plans(number: int, seed: int) -> np.typing.NDArray[np.float64]:
    """Selections (plans, 6): each year a random share, often near a steady 20, of what the money of the year buys."""
    rng = np.random.default_rng(seed)
    held, before, path = np.zeros(number), np.full(number, 30.0), []
    for _ in range(6):
        held = held + 200 - 5 * before
        most = np.maximum(held / 5, 0)
        before = np.where(
            rng.random(number) < 0.7, np.minimum(most, rng.normal(20, 2, number)), most * rng.random(number)
        )
        held = held - 5 * np.maximum(before, 0)
        before = np.maximum(before, 0)
        path.append(before)
    found = np.stack(path, axis=1)
    return found[held <= 0.01 * 1200]


def smallest_swing(plans: np.typing.NDArray[np.float64]) -> tuple[float, int]:
    return float(np.abs(np.diff(plans, axis=1)).sum(axis=1).min()), len(plans)


def test_prices_are_what_one_more_million_yen_buys(portfolio: Write) -> None:
    """Against solving again with a little more money in one year, fractions of awards allowed."""
    awards = ONE_AND_TWO_YEARS.format(short=3.0, long=2.0)
    scenario = sim.load(portfolio(awards, budget="{2022: 9, 2024: 14}", programme="carry_limit: 10%", intake="steady"))
    aims, keep = Aims.parse(maximise=BOTH), ["selected[line.long,2027] <= 0", "selected[line.short] >= 0.3"]
    plan = optimise(scenario, aims, keep=keep)
    for year, total in zip(plan.years, plan.limits.totals, strict=True):
        more = optimise(scenario, aims, keep=keep, totals={year: total + 1e-3})
        price = plan.prices.get(f"the total of {total:,.1f} million yen in FY{year}", 0.0)
        assert price == pytest.approx((more.value - plan.value) / 1e-3, abs=1e-5)


def test_the_price_of_a_floor_is_what_one_more_of_it_costs(portfolio: Write) -> None:
    scenario = sim.load(portfolio(ONE_AND_TWO_YEARS.format(short=3.0, long=2.0), budget="9", intake="steady"))
    aims = Aims.parse(maximise=["selected[line.long]"])

    def planned(least: float) -> Plan:
        return optimise(
            scenario, aims, keep=[f"selected[line.short,2023] >= {least:g}", "selected[line.long,2027] <= 0"]
        )

    price = planned(0.5).prices["selected[line.short,2023] >= 0.5 in FY2023"]
    assert price == pytest.approx((planned(0.501).value - planned(0.5).value) / 1e-3, abs=1e-4)
    assert price < 0


def test_a_maximum_from_some_year_on_caps_from_then_on(portfolio: Write) -> None:
    awards = "award: {maximum: {2024: 5}, duration: 12 months, costs: {grant: {amount: 1, per: year}}}"
    plan = optimise(sim.load(portfolio(awards, whole=True, intake="steady")), Aims.parse(maximise=["selected[line]"]))
    assert plan.selections[2:, 0].tolist() == [5] * 4
    assert plan.selections[:2, 0].sum() == 2000
    assert reproduced(plan)


def test_targets_are_reached_where_money_allows_and_missed_by_least_where_not() -> None:
    scenario = sim.load("scenarios/baseline.yaml")
    plan = optimise(
        scenario, Aims.parse(targets=["selected[overseas_fellowships] = 300", "selected[sakura_science] = 3500"])
    )
    assert plan.value == pytest.approx(0, abs=1e-6)
    made = sim.run(proposed(plan)).runs[0]
    assert set(made.of("selected", "overseas_fellowships")[:, 0].tolist()) == {300}
    assert set(made.of("selected", "sakura_science")[:, 0].tolist()) == {3500}
    far = optimise(scenario, Aims.parse(targets=["selected[satreps.project] = 1000"]), within=0.0)
    assert 0 < far.value < 10
    assert reproduced(far)


@pytest.mark.parametrize("maximise", [[], ["selected[line]"]])
def test_a_smooth_path_costs_a_share_of_the_value_or_of_the_money(maximise: list[str], portfolio: Write) -> None:
    """Awards at 5 of 100 and 200 that lapse: 20 and 40; a tenth of 60 awards, or of 300 million yen, is 6 awards."""
    award = "award: {duration: 12 months, costs: {grant: {amount: 5, per: start}}}"
    scenario = sim.load(
        portfolio(award, budget="{2022: 100, 2023: 200}", intake="cash", top=LAPSES), settings=["years=2022-2023"]
    )
    aims = Aims.parse(maximise=maximise, smooth=["selected[line]"])
    plan = optimise(scenario, aims, slack=0.1, within=0.0, effort=Effort(0.0))
    assert plan.selections[:, 0] == pytest.approx([20, 34], abs=1e-3)
    assert plan.swing == pytest.approx(14, abs=1e-3)


@pytest.mark.parametrize(
    ("aim", "sign", "least", "selected"),
    [("minimise", ">", 5, 6), ("minimise", ">=", 5, 5), ("maximise", "<", 9, 8), ("maximise", "<=", 9, 9)],
)
def test_more_than_a_number_is_not_that_number(
    aim: str, sign: str, least: int, selected: int, portfolio: Write
) -> None:
    award = "award: {duration: 12 months, costs: {grant: {amount: 5, per: start}}}"
    path = portfolio(award, budget="100", intake="cash", whole=True)
    asked = {aim: "selected[line]", "keep": f"selected[line] {sign} {least}"}
    assert sim.optimise(path, **asked).selections[:, 0].tolist() == [selected] * 6  # type: ignore[arg-type]


def test_one_percent_is_given_up_for_a_smooth_path_if_nothing_is_said(portfolio: Write) -> None:
    """Of 20 and 40 awards 0.6."""
    award = "award: {duration: 12 months, costs: {grant: {amount: 5, per: start}}}"
    path = portfolio(award, budget="{2022: 100, 2023: 200}", intake="cash", top=LAPSES)
    scenario = sim.load(path, settings=["years=2022-2023"])
    plan = sim.optimise(scenario, maximise="selected[line]", smooth="selected[line]", within=0.0, gap=0.0)
    assert plan.selections[:, 0] == pytest.approx([20, 39.4], abs=1e-3)


def test_what_is_available_is_left_of_the_money_after_fixed_costs_and_reserve(portfolio: Write) -> None:
    """Of 100 a reserve of 20, fixed costs of 10 and thirty awards under way at 1 leave 40 in FY2022."""
    award = "award: {duration: 24 months, history: {2021: 30}, costs: {grant: {amount: 1, per: year}}}"
    programme = "fixed_costs: {amount: 10}\nreserve: 20"
    path = portfolio(award, budget="100", intake="cash", programme=programme)
    plan = sim.optimise(path, maximise="available[line,2022]")
    assert plan.value == pytest.approx(40, abs=1e-3)
    assert sim.run(proposed(plan)).runs[0].of("available", "line")[0, 0] == pytest.approx(40, abs=1e-3)


def test_nobody_is_selected_where_there_is_no_money_even_if_it_is_owed_later(portfolio: Write) -> None:
    """Ten million yen at the end of two years, of a hundred a year but none in FY2022 (model.md section 5)."""
    award = "award: {maximum: 5, duration: 24 months, costs: {prize: {amount: 10, per: end}}}"
    scenario = sim.load(portfolio(award, budget="100", intake="steady", whole=True))
    plan = optimise(scenario, Aims.parse(maximise=["selected[line]"]), totals={2022: 0.0})
    assert plan.selections[:, 0].tolist() == [0, 5, 5, 5, 5, 5]
    assert reproduced(plan)


def test_a_fund_carries_all_that_it_has_left(portfolio: Write) -> None:
    """Three awards at 5 leave 85 of 100, which no plan can get rid of."""
    award = "award: {maximum: 3, duration: 12 months, costs: {grant: {amount: 5, per: start}}}"
    scenario, aims = sim.load(portfolio(award, budget="100", intake="cash")), Aims.parse(maximise=["selected[line]"])
    plan = optimise(scenario, aims, within=0.0, keep=["carried_out[line,2022] <= 85.1"])
    assert plan.selections[0, 0] == pytest.approx(3)
    with pytest.raises(InfeasibleError):
        optimise(scenario, aims, within=0.0, keep=["carried_out[line,2022] <= 84.9"])


def test_conditions_are_of_the_years_that_are_shown(portfolio: Write) -> None:
    """Thirty awards under way take 150 in FY2022, which is planned and not shown."""
    path = portfolio(SMALL, budget="200", intake="cash")
    scenario, aims = sim.load(path, settings=["years=2023-2025"]), Aims.parse(maximise=["selected[line]"])
    plan = optimise(scenario, aims, keep=["spend[line] <= 140"])
    spend = sim.run(proposed(plan)).runs[0].of("spend", "line")[:, 0]
    assert spend == pytest.approx([140] * 3)
    assert plan.spend[0, 0, 0] == pytest.approx(150 + 5 * plan.selections[0, 0])


@pytest.mark.parametrize(
    ("sign", "below", "within", "above"),
    [("==", False, True, False), (">=", False, True, True), ("<=", True, True, False), (">", False, True, True)],
)
def test_conditions_hold_but_for_what_solvers_leave(
    sign: str, below: bool, within: bool, above: bool, portfolio: Write
) -> None:
    """A millionth of 50: twice as much above and below, and a hundredth of it."""
    run = sim.run(portfolio(f"award: {{plan: 50, {SMALL.partition('{')[2]}", budget="1000")).runs[0]
    told = {
        by: bool(holds(Condition.parse(f"selected[line] {sign} {50 - 50e-6 * by!r}"), run)[0]) for by in (-2, 0.01, 2)
    }
    assert told == {-2: below, 0.01: within, 2: above}


def test_a_plan_that_is_only_smooth_leaves_each_programme_its_own_money() -> None:
    scenario = sim.load("scenarios/baseline.yaml", settings=["years=2022-2024"])
    plan = sim.optimise(scenario, smooth="selected[overseas_fellowships]")
    run = sim.run(scenario).runs[0]
    own = np.stack([run.of("budget", name)[:, 0] for name in plan.programmes], axis=1)
    np.testing.assert_allclose(plan.budgets, own, rtol=1e-9)


def test_shares_of_applicants_whom_selections_feed_are_not_in_proportion(portfolio: Write) -> None:
    """Selected of next over 4 + 5 applicants where ten of first were selected a year earlier, over 4 where none was."""
    awards = """
        first: {duration: 12 months, costs: {grant: {amount: 1, per: year}},
                feeds: [{to: line.next, share: 50%, lag: 1 year}]}
        next: {demand: {applicants: 4}, duration: 1 year, costs: {g: {amount: 1, per: year}}}
    """
    path = portfolio(awards, intake="steady")
    with pytest.raises(RequestError, match="is not in proportion to selections"):
        sim.optimise(path, maximise="success_rate[line.next,2024]")
    assert sim.optimise(path, maximise="applicants[line.next,2024]").value == pytest.approx(4 + 0.5 * 2000, abs=1e-3)


def test_what_a_solver_prints_is_not_heard(capfd: pytest.CaptureFixture[str]) -> None:
    """It writes past Python, on the file descriptor on which tables stand alone."""
    with linear_programmes._silent():
        os.write(1, b"trouble")
    os.write(1, b"a table")
    assert capfd.readouterr().out == "a table"


@pytest.mark.parametrize("draws", [1, 3])
def test_the_mean_of_an_affine_function_is_that_of_its_values(draws: int) -> None:
    """Of columns of their own in each draw, of one for all, and of none."""
    rng = np.random.default_rng(draws)
    own = 4 + np.arange(2 * draws).reshape(2, draws)
    shared, none = np.full((2, draws), 3), np.full((2, draws), affine.NONE)
    columns = ((2.0, own), (-1.0, shared), (5.0, none))
    function = affine.Affine(rng.normal(size=(2, draws)), rng.normal(size=(2, 3, draws)), columns)
    given = rng.normal(size=4 + 2 * draws)
    np.testing.assert_allclose(function.mean.value(given)[:, 0], function.value(given).mean(axis=1))
    by_rows = function.mean.matrix(given.size) @ given + function.mean.constant[:, 0]
    np.testing.assert_allclose(by_rows, function.value(given).mean(axis=1))


def test_floors_are_of_the_mean_of_draws(portfolio: Write) -> None:
    """Least selected of which 20 start in the mean of take-up from 0.9 to 1."""
    scenario, floors = sim.load(portfolio(TAKE_UP, intake="steady", top=LAPSES)), [(Term.parse("starts[line]"), 120.0)]
    plan = optimise(scenario, Aims.parse(minimise=["selected[line]"]), floors=floors, sampled=Sampled(20, 4))
    starts = sim.run(proposed(plan), draws=20, seed=4, measures=["starts"]).array("starts")[0]
    assert starts.sum(axis=(1, 2)).mean() == pytest.approx(120, abs=1e-3)
    assert starts.sum(axis=(1, 2))[0] != pytest.approx(120, abs=0.1)


def test_a_frontier_leaves_no_gain_of_another_aim_unused(portfolio: Write) -> None:
    """Three at most of one type leave seven of ten for the other, though the scenario itself selects five."""
    awards = """
        a: {maximum: 3, duration: 12 months, costs: {grant: {amount: 1, per: start}}}
        b: {duration: 12 months, costs: {grant: {amount: 1, per: start}}}
    """
    scenario = sim.load(portfolio(awards, budget="10", intake="steady", whole=True), settings=["years=2022"])
    aims = ["selected[line.a]", "selected[line.b]"]
    assert [3, 7] in sim.pareto(scenario, aims, points=3).values.tolist()
    assert all(sum(row) == 10 for row in sim.pareto(scenario, aims, points=3).values.tolist())
    for wrong in ({"futures": ["scenarios/covid-closure.yaml"]}, {"draws": 5, "objective": "cvar"}):
        with pytest.raises(RequestError, match="is of one future and of means"):
            sim.pareto(scenario, aims, **wrong)


def test_money_that_is_aimed_at_is_not_settled_away(portfolio: Write) -> None:
    """The least money for what is selected is not given where money is what is best."""
    award = "award: {maximum: 3, duration: 12 months, costs: {grant: {amount: 5, per: start}}}"
    plan = sim.optimise(portfolio(award, budget="100", intake="cash", whole=True), maximise="budget[line]")
    assert plan.value == pytest.approx(600)
    assert plan.budgets.sum() == pytest.approx(600, abs=1e-3)


def test_demand_and_maximum_cap_what_is_planned(portfolio: Write) -> None:
    awards = """
        capped: {maximum: 7.5, duration: 12 months, costs: {grant: {amount: 1, per: year}}}
        more: {demand: {applicants: 40, maximum_success_rate: 30%}, duration: 1 year, costs: {g: {amount: 1, per: end}}}
    """
    scenario = sim.load(portfolio(awards, whole=True, intake="steady"))
    plan = optimise(scenario, Aims.parse(maximise=["selected[line]"]))
    assert plan.selections.tolist() == [[7, 12]] * 6
    assert reproduced(plan)
    assert plan.unallocated == pytest.approx([1000 - 19] * 6)


def test_those_who_were_fed_are_counted_among_applicants(portfolio: Write) -> None:
    awards = """
        first: {maximum: 10, duration: 12 months, costs: {grant: {amount: 1, per: year}},
                feeds: [{to: line.next, share: 50%, lag: 1 year}]}
        next: {demand: {applicants: 4, maximum_success_rate: 50%}, duration: 1 year, costs: {g: {amount: 1, per: year}}}
    """
    scenario = sim.load(portfolio(awards, whole=False, intake="steady"))
    plan = optimise(scenario, Aims.parse(maximise=["selected[line.next]"]))
    assert plan.selections[:, 1] == pytest.approx([2, *[(4 + 5) / 2] * 5])
    assert reproduced(plan)


TAKE_UP = "award: {take_up: {uniform: [90%, 100%]}, duration: 12 months, costs: {grant: {amount: 10, per: year}}}"


LAPSES = "plan_periods: {FUND: {ends: [2022, 2023, 2024, 2025, 2026, 2027]}}"


def uncertain(portfolio: Write) -> sim.Scenario:
    return sim.load(portfolio(TAKE_UP, whole=True, intake="steady", top=LAPSES))


def test_money_suffices_with_the_chance_that_was_asked_for(portfolio: Write) -> None:
    """10 x τ <= 1000 with τ uniform from 0.9 to 1: nine draws in ten have τ <= 0.99, so that x = ⌊101.01⌋."""
    scenario, sampled = uncertain(portfolio), Sampled(512, 1, "sobol")
    aims = Aims.parse(maximise=["selected[line]"])
    plan = optimise(scenario, aims, sampled=sampled, reliance=Reliance(0.9))
    assert plan.selections[:, 0].tolist() == [101] * 6
    assert reproduced(plan)
    assert fresh_share(plan, proposed(plan)).high >= 0.9
    assert optimise(scenario, aims, sampled=sampled).selections[:, 0].tolist() == [100] * 6


def test_cvar_is_safer_than_the_chance(portfolio: Write) -> None:
    """The mean of the worst tenth of τ is 0.995, so that x = ⌊100.50⌋."""
    reliance = Reliance(0.9, "cvar")
    plan = optimise(
        uncertain(portfolio),
        Aims.parse(maximise=["selected[line]"]),
        sampled=Sampled(512, 1, "sobol"),
        reliance=reliance,
    )
    assert plan.selections[:, 0].tolist() == [100] * 6
    assert reproduced(plan)


def test_what_is_maximised_is_the_mean_of_the_draws(portfolio: Write) -> None:
    plan = optimise(uncertain(portfolio), Aims.parse(maximise=["starts[line]"]), sampled=Sampled(512, 1, "sobol"))
    assert plan.value == pytest.approx(600 * 0.95, rel=1e-3)


SAKURA = ["selected[sakura_science] >= 9000", "budget[sakura_science] <= 2000"]
MUCH = ["budget[satreps,2025] >= 9000", "budget[sicorp,2025] >= 5000"]


@pytest.mark.parametrize(
    ("keep", "totals", "named"),
    [
        (
            ["selected[overseas_fellowships,2022] >= 2000"],
            {},
            {"selected[overseas_fellowships,2022] >= 2000 in FY2022"},
        ),
        (["selected[sicorp.travel] >= 1", *SAKURA], {}, {f"{each} in FY2022" for each in SAKURA}),
        (MUCH, {}, {"the total of 16,300.0 million yen in FY2025", *(f"{each} in FY2025" for each in MUCH)}),
        ([], {2022: 3000.0}, {"the total of 3,000.0 million yen in FY2022"}),
    ],
)
def test_conditions_that_conflict_are_named_and_no_others(
    keep: list[str], totals: dict[int, float], named: set[str]
) -> None:
    with pytest.raises(InfeasibleError) as told:
        optimise(
            sim.load("scenarios/baseline.yaml"), Aims.parse(maximise=["selected[sicorp]"]), keep=keep, totals=totals
        )
    start, _, listed = str(told.value).partition(": ")
    assert start == "these cannot hold together"
    parties = [re.sub(r"^\(\d\) ", "", each) for each in listed.split("; ")]
    found = {re.sub(r"in FY20(2[^25]|3.)", "in FY2022", each) for each in parties}
    assert named <= found
    given = (
        "at most",
        "the total",
        "commitments of earlier selections",
        "programmes without award types",
        "a total of",
    )
    assert all(any(each in told for each in given) for told in found - named)


def command(*arguments: str) -> int:
    return simulate("optimise", *arguments)


FELLOWS = ["--maximise", "selected[overseas_fellowships]"]


def test_the_command_says_the_plan_and_writes_it(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "plan.yaml"
    assert command("scenarios/baseline.yaml", *FELLOWS, "--within", "10%", "--lang", "en", "--save", str(path)) == 0
    told = capfd.readouterr()
    assert told.out.startswith("selected[overseas_fellowships]: ")
    assert "One" not in told.out or "million yen" in told.out
    assert told.err.startswith(f"Wrote {path}. The simulator, run on the plan, selects the same awards")
    made = sim.run(path).runs[0]
    assert str(made.scenario.document.description.en).endswith("Kept to: each budget within 10% of its own.")
    assert f"{made.of('selected', 'overseas_fellowships').sum():,.1f}" in told.out.splitlines()[0]
    assert made.scenario.document.budget.allocation == "plan"
    assert command("scenarios/baseline.yaml", *FELLOWS, "--within", "10%", "--format", "csv", "--lang", "ja") == 0
    rows = capfd.readouterr().out.splitlines()
    assert rows[0] == "fiscal_year,programme,award,measure,value,unit"
    assert sum(",selected," in row for row in rows) == 120


def test_a_scenario_with_a_total_to_split_can_be_planned(tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    assert command("scenarios/fellowships-first.yaml", *FELLOWS, "--within", "10%", "--save", str(path)) == 0
    assert sim.run(path).runs[0].of("budget")[-1, 0] <= 14670 + 1e-6


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "say what is best"),
        (["--maximise", "selectd[sicorp]"], "selectd: no such measure; did you mean selected?"),
        (["--maximise", "selected"], "does not add up over programmes"),
        (["--maximise", "selected[sicrop]"], "sicrop: no such programme"),
        (["--maximise", "selected[sicorp.core]"], "sicorp has no award type core; it has acceleration"),
        (["--maximise", "active[sicorp]"], "write active[sicorp,2031]"),
        (["--maximise", "success_rate[overseas_challenge.stay]"], "not in proportion to selections"),
        (["--maximise", "often *"], "is no measure"),
        (["--maximise", "0 * selected[sicorp]"], "a weight of 0 says nothing"),
        (["--maximise", "1e999 * selected[sicorp]"], "a weight of inf says nothing"),
        (["--maximise", "shortfall[sicorp]"], "nothing that a plan decides moves it"),
        (["--maximise", "selected[sicorp,2050]"], "FY2050 is not among"),
        ([*FELLOWS, "--target", "selected[sicorp] = 3"], "not both"),
        (["--target", "selected[sicorp] >= 3"], "a target is one number"),
        (["--smooth", "spend"], "is the path of a programme"),
        ([*FELLOWS, "--keep", "shortfall < 0"], "can never hold"),
        ([*FELLOWS, "--keep", "selected[sicorp] != 3"], "not to !="),
        ([*FELLOWS, "--keep", "selected[sicorp,2050] > 3"], "FY2050 is not among the years shown"),
        (
            [*FELLOWS, "--keep", "selected[sicorp] >= 5", "--keep", "selected[sicorp] <= 4"],
            "these cannot hold together",
        ),
        ([*FELLOWS, "--total", "2050=3"], "--total: FY2050"),
        ([*FELLOWS, "--total", "much"], "--total much"),
        ([*FELLOWS, "--within", "far"], "--within far"),
        ([*FELLOWS, "--chance", "90%"], "a chance is of draws"),
        ([*FELLOWS, "--save", "x.csv"], "ends in .yaml"),
        ([*FELLOWS, "--plot", "x.svg"], "--plot is of a frontier: add --pareto A,B"),
        (["--pareto", "selected[sicorp],selected[satreps]", "--plot", "x.csv"], "a plot is a file that ends in"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command("scenarios/baseline.yaml", *arguments) == 2
    told = capsys.readouterr().err
    assert message in told
    assert len(told.splitlines()) == 1


def test_an_objective_without_end_is_said(portfolio: Write) -> None:
    free = "award: {plan: 1, duration: 12 months, costs: {grant: {amount: 0, per: year}}}"
    scenario = sim.load(portfolio(free))
    with pytest.raises(UnboundedError, match="nothing limits what is maximised"):
        optimise(scenario, Aims.parse(maximise=["selected[line]"]))


@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=ALL)
@given(power=strategies.floats(-12, 12), smooth=strategies.booleans())
def test_weights_of_any_size_give_the_same_plan(power: float, smooth: bool) -> None:
    """All of them so many times greater or smaller: the same selections, the value as many times that."""
    weight, scenario = 10**power, sim.load("scenarios/baseline.yaml", settings=["years=2022-2024"])

    def made(by: float) -> Plan:
        terms = [f"{by!r} * selected[overseas_fellowships]", f"{0.3 * by!r} * selected[sakura_science]"]
        paths = [f"{by!r} * selected[sicorp]"] if smooth else []
        return optimise(scenario, Aims.parse(maximise=terms, smooth=paths), within=0.1, effort=Effort(1e-5, 60.0))

    plain, other = made(1.0), made(weight)
    assert plain.value > 1000
    np.testing.assert_allclose(other.selections, plain.selections, atol=1e-6)
    assert other.value / weight == pytest.approx(plain.value, rel=1e-9)
    assert other.swing / weight == pytest.approx(plain.swing, rel=1e-6, abs=1e-6)
    assert {name: price / weight for name, price in other.prices.items()} == pytest.approx(plain.prices, abs=1e-6)


def test_a_frontier_of_tiny_weights_is_that_of_its_measures(portfolio: Write) -> None:
    path = portfolio(ONE_AND_TWO_YEARS.format(short=3, long=2), budget="9", whole=True, intake="steady")
    aims = ["selected[line.short]", "selected[line.long]"]
    plain = sim.pareto(path, aims, points=3)
    tiny = sim.pareto(path, [f"1e-11 * {aim}" for aim in aims], points=3)
    np.testing.assert_allclose(tiny.values, 1e-11 * plain.values)
    assert len(plain.plans) > 1


@pytest.mark.parametrize("total", [15000.0, 16123.7, 17000.0])
def test_limits_of_money_hold_to_the_last_bit(total: float, tmp_path: Path) -> None:
    """What is written, simulated, keeps to totals, ceilings and floors by plain comparison."""
    scenario, path = sim.load("scenarios/baseline.yaml"), tmp_path / "plan.yaml"
    years = range(scenario.document.first_year, 2032)
    for keep, totals in ((f"spend[total] <= {total}", {}), ("budget[sicorp] >= 1500", dict.fromkeys(years, total))):
        aims = Aims.parse(maximise=["selected[overseas_fellowships]"])
        plan = optimise(scenario, aims, keep=[keep], totals=totals)
        made = propose(plan, path, name="", description="")
        run = sim.run(made).runs[0]
        assert plan.budgets.sum(axis=1).max() <= (total if totals else np.inf)
        if totals:
            assert run.of("budget").max() <= total
            assert run.of("budget", "sicorp").min() >= 1500
        else:
            assert run.of("spend").max() <= total
        path.unlink()


def test_limits_that_are_met_without_any_room_can_be_kept() -> None:
    scenario = sim.load("scenarios/baseline.yaml")
    run = sim.run(scenario, measures=["budget"]).runs[0]
    totals = dict(zip(run.years, run.of("budget")[:, 0].tolist(), strict=True))
    aims, least = Aims.parse(maximise=["selected[overseas_fellowships]"]), float(run.of("budget", "sicorp").min())
    keep = [f"budget[sicorp] >= {least!r}", "outyear_commitments[overseas_fellowships,2031] <= 0"]
    assert reproduced(optimise(scenario, aims, keep=keep, totals=totals, within=0.0))


def test_plans_are_frozen_and_written_only_where_they_are_true(tmp_path: Path) -> None:
    plan = optimise(sim.load("scenarios/baseline.yaml"), Aims.parse(maximise=["selected[satreps]"]), within=0.0)
    with pytest.raises(AttributeError):
        plan.value = 1.0  # type: ignore[misc]
    false = replace(plan, spend=plan.spend + 1)
    with pytest.raises(RequestError, match="does not reproduce the plan"):
        propose(false, tmp_path / "plan.yaml", name="", description="")
    assert not list(tmp_path.iterdir())


KEPT = ["selected[sakura_science] >= 3000", "budget[sicorp] >= 1500", "budget[satreps] >= 1900"]
GUESTS = ("invited_researchers", "standard")
FRONTIER = ["selected[overseas_fellowships]", "selected[invited_researchers.standard]"]


@pytest.fixture(scope="module")
def frontier() -> Frontier:
    scenario = sim.load("scenarios/baseline.yaml")
    terms = [Term.parse(each) for each in FRONTIER]
    return trade_offs.frontier(
        terms, lambda aims, floors: optimise(scenario, aims, keep=KEPT, floors=floors, effort=Effort(0.001)), points=4
    )


def test_on_the_frontier_no_plan_is_better_in_one_aim_without_being_worse_in_another(frontier: Frontier) -> None:
    values = frontier.values
    assert len(values) >= 3
    assert (np.diff(values[:, 0]) < 0).all()
    assert (np.diff(values[:, 1]) > 0).all()
    assert all(reproduced(plan) for plan in frontier.plans)


def test_the_frontier_is_where_the_other_aim_gives_way_at_its_price(frontier: Frontier) -> None:
    """A solver asked for the first aim alone, with the second at what a plan has, finds no more than the gap."""
    for plan, (most, other) in zip(frontier.plans[1:-1], frontier.values[1:-1], strict=True):
        floors = [(Term.parse(FRONTIER[1]), other)]
        best = optimise(plan.scenario, Aims.parse(maximise=FRONTIER[:1]), keep=KEPT, floors=floors)
        assert best.value <= most * 1.005


def test_regret_is_what_the_best_plan_of_each_future_has_more(frontier: Frontier, tmp_path: Path) -> None:
    """Worked from simulations of each plan with each future's settings in its place."""
    plans = [tmp_path / f"plan-{number}.yaml" for number in range(len(frontier.plans))]
    for plan, path in zip(frontier.plans, plans, strict=True):
        propose(plan, path, name="", description="")
    fewer = tmp_path / "fewer.yaml"
    base, take_up = (
        Path("scenarios/baseline.yaml").resolve(),
        "programmes.overseas_fellowships.awards.fellowship.take_up",
    )
    fewer.write_text(
        f"extends: {base}\nprogrammes: {{overseas_fellowships: {{awards: {{fellowship: {{take_up: 50%}}}}}}}}\n",
        encoding="utf-8",
    )
    aim = "starts[overseas_fellowships]"
    found = trade_offs.regret(plans, ["scenarios/weak-yen-compensated.yaml", fewer], aim)
    by_hand = [sim.run(sim.load(path, settings=[f"{take_up}=50%"])).runs[0] for path in plans]
    starts = [run.of("starts", "overseas_fellowships").sum() for run in by_hand]
    assert found.values[:, 1] == pytest.approx(starts)
    assert found.regrets[:, 1] == pytest.approx(max(starts) - np.array(starts))
    assert found.chosen == "plan-0"
    assert found.greatest[0] == 0


def test_the_chart_of_a_frontier_shows_its_plans_beside_the_scenario_as_it_is(frontier: Frontier) -> None:
    run = sim.run("scenarios/baseline.yaml").runs[0]
    own = [run.of("selected", of, award).sum() for of, award in (("overseas_fellowships", ""), GUESTS)]
    for language, name in (
        ("en", "Overseas fellowships: Selected, number"),
        ("ja", "海外特別研究員: 採択数（人・件）"),
    ):
        with canvas.styled(language):
            (axes,) = frontiers.draw(frontier, words(language), width=170.0).axes
        line, *points, here = axes.lines
        np.testing.assert_allclose(np.column_stack(line.get_data()), frontier.values)
        np.testing.assert_allclose(np.array([np.ravel(each.get_xydata()) for each in points]), frontier.values)
        np.testing.assert_allclose(np.ravel(here.get_xydata()), own)
        assert [each.get_text() for each in axes.texts] == [str(number + 1) for number in range(len(points))]
        assert axes.get_xlabel().replace("\n", "") == name


def test_the_table_of_a_frontier_has_the_scenario_and_then_its_plans(frontier: Frontier) -> None:
    shown = {form: io.StringIO() for form in ("markdown", "csv")}
    for form, stream in shown.items():
        traded.FRONTIERS[form](frontier, words("en"), stream)
    lines = [line.strip("| ").split(" | ") for line in shown["markdown"].getvalue().splitlines() if line[:1] == "|"]
    told = [frontier.own, *frontier.values]
    assert [line[1:] for line in lines[2:]] == [[f"{value:,.1f}" for value in row] for row in told]
    assert [line[0] for line in lines[2:]] == ["baseline, as it is", *(f"Plan {at}" for at in range(1, len(told)))]
    rows = list(csv.DictReader(io.StringIO(shown["csv"].getvalue())))
    assert [[float(row["plan"]), *(float(row[aim]) for aim in FRONTIER)] for row in rows] == [
        [number, *row] for number, row in enumerate(frontier.values.tolist(), 1)
    ]


def test_the_chart_of_three_aims_has_a_panel_for_each_pair(frontier: Frontier) -> None:
    money = Term.parse("-1 * spend[total,2031]")
    third = np.array([-plan.spend[-1].sum() for plan in frontier.plans])
    values, own = np.column_stack([frontier.values, third]), np.array([*frontier.own, -350.0])
    three = replace(frontier, terms=(*frontier.terms, money), values=values, own=own)
    with canvas.styled("en"):
        panels = frontiers.draw(three, words("en"), width=170.0).axes
    assert len(panels) == 3
    for axes, (x, y) in zip(panels, [(0, 1), (0, 2), (1, 2)], strict=True):
        found = np.array([np.ravel(each.get_xydata()) for each in axes.lines[:-1]])
        scale = np.array([1.0, 1.0, 1000.0])[[x, y]]
        np.testing.assert_allclose(found, three.values[:, [x, y]] / scale)
        np.testing.assert_allclose(np.ravel(axes.lines[-1].get_xydata()), own[[x, y]] / scale)
        assert len({each.get_color() for each in axes.lines}) == len(frontier.plans) + 1
    assert "−1 × All programmes: Spend FY2031, billion yen" in panels[1].get_ylabel().replace("\n", " ")


def test_the_commands_of_trade_offs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, aims = tmp_path / "plans", ["--pareto", ",".join(FRONTIER)]
    kept = [each for condition in KEPT for each in ("--keep", condition)]
    asked = ["scenarios/baseline.yaml", *aims, *kept, "--points", "2", "--gap", "1%", "--lang", "en"]
    chart = tmp_path / "frontier.svg"
    assert command(*asked, "--save", str(folder), "--plot", str(chart)) == 0
    assert "Plans between aims" in chart.read_text(encoding="utf-8")
    assert "2 plans: none is better" in capsys.readouterr().out
    files = sorted(map(str, folder.iterdir()))
    with pytest.raises(SystemExit) as ended:
        main(
            ["regret", *files, "--future", "scenarios/covid-closure.yaml", "--maximise", FRONTIER[0], "--format", "csv"]
        )
    assert ended.value.code == 0
    assert capsys.readouterr().out.splitlines()[0] == "plan,future,value,regret"
    assert command(*asked, "--save", str(folder)) == 2
    assert "is there already" in capsys.readouterr().err
    assert command(*asked, "--maximise", FRONTIER[0]) == 2
    assert "--pareto names all that is maximised" in capsys.readouterr().err
    assert simulate("regret", files[0], "--future", "scenarios/covid-closure.yaml", "--maximise", FRONTIER[0]) == 2


if __name__ == "__main__":
    sys.stdout.write(f"{random_plans_reproduced(int(sys.argv[1]))} plans reproduced\n")
