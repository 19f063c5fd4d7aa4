"""Plans that hold in a share of the draws: against all plans there are, tried by hand."""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import simulator as sim
from simulator import chances, counting, futures
from simulator.aims import Aims
from simulator.assembling import Problem, Reliance, Risk
from simulator.draws import Sampled
from simulator.errors import RequestError
from simulator.linear_programmes import Effort, InfeasibleError
from simulator.objectives import Kind
from simulator.optimisation import optimise
from simulator.plan_rules import limits_of
from simulator.plans import Plan, proposed
from simulator.proving import differences, fresh_share
from tests.commands import simulate

Write = Callable[..., Path]
Floats = np.typing.NDArray[np.float64]

AWARDS = """
    a: {take_up: {uniform: [60%, 100%]}, duration: 1 year, costs: {grant: {amount: 10, per: start}}}
    b: {take_up: {uniform: [50%, 100%]}, duration: 1 year, costs: {grant: {amount: 9, per: start}}}
"""
LAPSES = "plan_periods: {FUND: {ends: [2022, 2023, 2024, 2025, 2026, 2027]}}"
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
    assert best - 2.1 <= plan.reckoned.value <= best + 1e-9
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


@pytest.mark.parametrize(("chance", "draws", "failing"), [(0.8, 25, 5), (0.9, 30, 3), (0.7, 90, 27), (0.85, 30, 4)])
def test_as_many_draws_may_fail_as_the_chance_leaves(chance: float, draws: int, failing: int, path: Path) -> None:
    """Whole ones: 1 − 0.8 is a little less than 0.2 to a computer, of 25 draws five all the same."""
    scenario = sim.load(path, settings=["years=2022"])
    limits = limits_of(scenario, [], {}, float("inf"), aimed=True)
    worlds = futures.worlds(scenario, AIMS.measures, Sampled(draws, 5), ())
    assert chances._failing(Problem(worlds, AIMS, limits, Reliance(chance))) == failing


def test_money_carried_in_many_draws_is_what_the_simulator_carries(path: Path) -> None:
    """What is carried is of its own in every draw, so that a draw without rows would carry what it likes."""
    scenario, least = sim.load(path, settings=["years=2022-2023"]), ["selected[line.a] >= 11", "selected[line.b] >= 12"]
    plan = sim.optimise(scenario, maximise="carried_out[line,2023]", keep=least, draws=60, seed=5)
    made = sim.run(proposed(plan), draws=60, seed=5, measures=["carried_out"]).array("carried_out")[0, :, 1, 0]
    assert plan.selections.tolist() == [[11, 12]] * 2
    np.testing.assert_allclose(plan.values, made)
    assert plan.reckoned.value == pytest.approx(made.mean())
    assert made.std() > 1


@pytest.mark.parametrize("draws", [20, 60])
def test_of_what_draws_owe_the_most_is_told(draws: int, portfolio: Write) -> None:
    """Thirty awards of two years at 4 to 5 a year are under way; where few draws have rows others may need more."""
    award = """
        award: {duration: 24 months, history: {2021: 30}, costs: {grant: {amount: {uniform: [4, 5]}, per: year}}}
    """
    scenario = sim.load(portfolio(award, budget="200", intake="cash"), settings=["years=2022-2023"])
    owed = sim.run(scenario, draws=draws, seed=5, measures=["commitments"]).array("commitments")[0, :, 0, 0].max()
    with pytest.raises(InfeasibleError) as told:
        sim.optimise(scenario, maximise="selected[line]", totals={2022: 100}, draws=draws, seed=5)
    said = str(told.value).split("; ")
    assert said[0] == "these cannot hold together: the total of 100.0 million yen in FY2022"
    most = re.fullmatch(r"commitments of earlier selections, up to ([\d.]+) million yen in FY2022", said[1])
    needed = re.fullmatch(r"a total of ([\d.]+) in FY2022 (.*)", said[2])
    assert most
    assert needed
    assert float(most[1]) == pytest.approx(owed, abs=0.05)
    assert needed[2] == ("would do" if draws == 20 else "at least would be needed")
    assert float(needed[1]) == (pytest.approx(np.ceil(owed * 10) / 10) if draws == 20 else pytest.approx(owed, abs=5))


ONE = "a: {take_up: {uniform: [50%, 100%]}, duration: 1 year, costs: {grant: {amount: 10, per: start}}}"


def drawn_starts(plan: Plan) -> Floats:
    return sim.run(proposed(plan), draws=20, seed=5, measures=["starts"]).array("starts")[0, :, :, 0]


def test_gaps_to_targets_are_of_the_mean_that_the_simulator_has(portfolio: Write) -> None:
    """27 starts in the mean, more in some draws; no more than 30 are paid for, which half of the draws would need."""
    scenario = sim.load(portfolio(ONE, budget="300", intake="cash", top=LAPSES), settings=["years=2022-2023"])
    plan = sim.optimise(scenario, targets="starts[line] = 27", draws=20, seed=5, chance=0.4)
    starts = drawn_starts(plan)
    assert plan.reckoned.value == pytest.approx(0, abs=1e-6)
    assert (starts.max(axis=0) > 27).all()
    assert plan.value == pytest.approx((np.abs(starts.mean(axis=0) - 27) / 27).sum())
    assert plan.value > 0.001


def test_a_plan_holds_in_draws_in_which_its_conditions_do(portfolio: Write) -> None:
    """Fewest selections of which 20 start in half of the draws: money suffices in all."""
    scenario = sim.load(portfolio(ONE, budget="1000", intake="cash", whole=True), settings=["years=2022-2023"])
    plan = sim.optimise(scenario, minimise="selected[line]", keep="starts[line] >= 20", draws=20, seed=5, chance=0.5)
    held = (drawn_starts(plan) >= 20).all(axis=1)
    assert plan.happened is not None
    assert plan.happened.paid.all()
    assert plan.happened.held.tolist() == held.tolist()
    assert 0.5 <= held.mean() < 1.0


def test_commitments_that_a_draw_cannot_pay_are_no_plan_that_is_paid(portfolio: Write) -> None:
    """Nobody is selected, so that no selection is cut; in some draws thirty awards under way cost too much."""
    award = "a: {duration: 24 months, history: {2021: 30}, costs: {grant: {amount: {uniform: [4, 5]}, per: year}}}"
    scenario = sim.load(portfolio(award, budget="200", intake="cash", top=LAPSES), settings=["years=2022"])
    plan = sim.optimise(scenario, minimise="selected[line]", totals={2022: 137}, draws=20, seed=5, chance=0.4)
    owed = sim.run(scenario, draws=20, seed=5, measures=["commitments"]).array("commitments")[0, :, 0, 0]
    assert plan.happened is not None
    assert plan.happened.paid.tolist() == (owed <= plan.budgets[0, 0] + 1e-6).tolist()
    assert 0.4 <= plan.happened.paid.mean() < 1.0


@pytest.mark.parametrize("draws", [10, 20])
def test_of_few_draws_the_best_is_found(draws: int, path: Path) -> None:
    costs = costs_by_hand(path, draws)
    plan = planned(path, draws, "chance")
    assert plan.reckoned.value == pytest.approx(best_by_hand((costs <= 300 + 1e-9).mean(axis=2) >= SHARE - 1e-9))
    assert plan.reckoned.value <= plan.value * (1 + plan.gap) <= plan.reckoned.value + 1e-4


@pytest.mark.parametrize("draws", [10, 60])
def test_cvar_of_a_fund_is_the_mean_of_what_the_worst_draws_lack(draws: int, path: Path) -> None:
    """A fund carries all that it has left: that binds no draw, and the worst fifth may lack money where others have."""
    worst = np.sort(costs_by_hand(path, draws), axis=2)[..., -draws // 5 :].mean(axis=2)
    plan = planned(path, draws, "cvar")
    assert plan.reckoned.value == pytest.approx(best_by_hand(worst <= 300 + 1e-9))
    held = planned(path, draws, "chance")
    assert plan.reckoned.value < held.reckoned.value


def test_draws_without_rows_change_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With rows of some draws and with rows of all, over three years in which money is carried."""
    scenario, sampled = sim.load(path, settings=["years=2022-2024"]), Sampled(80, 5)

    def value(first: int, more: int, chance: float) -> float:
        monkeypatch.setattr(counting, "FIRST", first)
        monkeypatch.setattr(counting, "MORE", more)
        plan = optimise(scenario, AIMS, sampled=sampled, reliance=Reliance(chance, "cvar"), effort=Effort(1e-6, 60))
        assert not list(differences(plan, proposed(plan)))
        return plan.reckoned.value

    for chance in (0.8, 1.0):
        assert value(3, 2, chance) == pytest.approx(value(1000, 1000, chance), rel=2e-6)


def test_on_fresh_draws_the_chance_is_reached_within_its_interval(path: Path) -> None:
    plan = planned(path, 500, "chance", Effort(1e-3, 30.0))
    fresh = fresh_share(plan, proposed(plan))
    assert fresh.low - 0.02 <= SHARE <= fresh.high


@pytest.mark.parametrize("programme", ["", "carry_limit: 3%"])
def test_what_a_draw_misses_is_what_the_simulator_lacks(programme: str, portfolio: Write) -> None:
    """Of random plans the same draws fail by the rules and in the simulator, where money is carried and lapses once."""
    top = "plan_periods: {FUND: {ends: [2023]}}"
    path = portfolio(AWARDS, budget="300", whole=True, intake="cash", top=top, programme=programme)
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


CASES: list[tuple[float, Risk, Kind]] = [(0.8, "chance", "mean"), (0.5, "chance", "cvar"), (0.5, "chance", "regret")]
FELLOWS, DRAWS = "selected[overseas_fellowships]", 20


def simulated(scenario: sim.Scenario) -> tuple[Floats, Floats, Floats]:
    """By an ordinary run over the same draws: (D,) fellows over all years, (Y, P, D) million yen spent and short."""
    found = sim.run(scenario, draws=DRAWS, seed=0, measures=["selected", "spend", "shortfall"])
    fellow = found.runs[0].labels.awards.index(("overseas_fellowships", "fellowship"))
    spend, short = (np.moveaxis(found.array(name)[0], 0, -1) for name in ("spend", "shortfall"))
    return found.array("selected")[0, ..., fellow].sum(axis=1), spend, short


@pytest.mark.parametrize(("chance", "risk", "of"), CASES)
def test_the_figures_of_a_plan_are_those_of_the_simulator_in_draws_that_cannot_pay_too(
    chance: float, risk: Risk, of: Kind
) -> None:
    asked = {"within": 0.1, "draws": DRAWS, "chance": chance, "risk": risk, "objective": of}
    plan = sim.optimise("scenarios/uncertain.yaml", maximise=FELLOWS, **asked)  # type: ignore[arg-type]
    fellows, spend, short = simulated(proposed(plan))
    np.testing.assert_allclose(plan.values, fellows)
    np.testing.assert_allclose(plan.spend, spend)
    by_hand = {
        "mean": fellows.mean(),
        "cvar": np.sort(fellows)[:2].mean(),
        "regret": (plan.best - fellows).max() if plan.best.size else 0.0,
    }
    assert plan.value == pytest.approx(by_hand[of])
    if of == "regret":  # what a draw cannot pay is no part of the best there
        assert (plan.best >= fellows).all()
        assert (plan.best < plan.reckoned.values).any()
    assert plan.happened is not None
    fewer = fellows < plan.selections[:, plan.awards.index(("overseas_fellowships", "fellowship"))].sum() - 1e-6
    assert (~plan.happened.paid).sum() >= fewer.sum() > 0
    assert plan.happened.held.mean() >= chance
    np.testing.assert_allclose(plan.happened.shortfall, short.max(axis=(0, 1)))
    worse = plan.value - plan.reckoned.value if of == "regret" else plan.reckoned.value - plan.value
    assert worse > (10 if of != "regret" else -1e-9)
    scale = plan.best.mean() if of == "regret" else plan.value
    assert plan.gap * scale >= worse
    assert not list(differences(plan, proposed(plan)))


def test_figures_that_draws_do_not_have_are_seen_through(path: Path) -> None:
    plan = planned(path, 25, "chance")
    reckoned = plan.reckoned._replace(values=plan.reckoned.values + 1)
    for wrong in (
        replace(plan, values=plan.values + 1),
        replace(plan, spend=plan.spend + 1),
        replace(plan, reckoned=reckoned),
    ):
        assert "differs" in next(differences(wrong, proposed(plan)))


def test_a_frontier_over_draws_is_of_their_means_as_simulated(path: Path) -> None:
    found = sim.pareto(path, ["selected[line.a]", "selected[line.b]"], points=2, draws=25, seed=5, chance=0.4)
    for plan, values in zip(found.plans, found.values, strict=True):
        made = sim.run(proposed(plan), draws=25, seed=5, measures=["selected"]).array("selected")[0]
        assert values == pytest.approx(made.sum(axis=1).mean(axis=0))
        assert plan.selections.sum() > made.sum(axis=(1, 2)).mean() + 0.1


def test_the_command_says_in_how_many_draws_a_plan_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    saved, asked = tmp_path / "plan.yaml", ["--within", "10%", "--draws", f"{DRAWS}", "--chance", "50%", "--lang", "en"]
    optimise_by = ["optimise", "scenarios/uncertain.yaml", "--maximise", FELLOWS, *asked]
    assert simulate(*optimise_by, "--save", saved) == 0
    told = " ".join(capsys.readouterr().out.split())
    fellows, _, short = simulated(sim.load(saved))
    lacking = int((short.max(axis=(0, 1)) > 0).sum())
    lines = [
        f"{FELLOWS}: {fellows.mean():,.1f}; ",
        "In 10 of 20 draws (seed 0) all that is planned is paid",
        "In 10 of them the money does not suffice",
        f"In {lacking} of these commitments exceed the money, by {short.max():,.1f} million yen at most",
    ]
    text = saved.read_text(encoding="utf-8")
    for line in lines:
        assert line in told
        assert line.rstrip("; ") in text
    assert simulate(*optimise_by, "--format", "csv") == 0
    rows = csv.DictReader(io.StringIO(capsys.readouterr().out))
    found = {row["measure"]: float(row["value"]) for row in rows if not row["fiscal_year"]}
    assert found == pytest.approx({"value": fellows.mean(), "held": 10, "paid": 10, "shortfall": short.max()})
