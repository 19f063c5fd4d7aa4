"""Goal seek: against closed forms of steady intake, fresh draws, and values worked by hand."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import simulator as sim
from simulator.draws import Sampled
from simulator.errors import RequestError
from simulator.goal_seeking import Solution, fresh_chance, propose, solve
from simulator.trying import Trial
from tests.commands import simulate

Write = Callable[..., Path]

TWO_YEARS = "award: {duration: 24 months, take_up: TAKE_UP, costs: {grant: {amount: 1, per: month}}}"
FELLOWS = "selected[overseas_fellowships]"


@pytest.fixture
def steady(portfolio: Write) -> Callable[..., Path]:
    """Steady intake of awards of 24 million yen: B (1 + level) / (24 τ) a year."""

    def write(take_up: str = "100%", *, whole: bool = False, **fields: str) -> Path:
        return portfolio(TWO_YEARS.replace("TAKE_UP", take_up), intake="steady", whole=whole, **fields)

    return write


def test_the_smallest_budget_for_steady_intake_is_what_its_awards_cost(steady: Write) -> None:
    found = solve(str(steady()), vary="budget.level", until="selected[line] >= 50")
    assert found.solved
    assert found.values[0] == pytest.approx(50 * 24 / 1000 - 1, abs=2e-6)
    assert found.values[0] >= 50 * 24 / 1000 - 1


def test_fixed_costs_and_take_up_enter_as_the_rule_says(steady: Write) -> None:
    found = solve(
        str(steady("80%", programme="fixed_costs: {amount: 100}")), vary="budget.level", until="starts[line] > 45"
    )
    assert found.values[0] == pytest.approx((45 * 24 + 100) / 1000 - 1, abs=2e-6)


@pytest.mark.parametrize(("seek", "selected"), [("lowest", 45), ("highest", 46), ("nearest", 45)])
def test_of_a_window_the_end_that_is_asked_for(seek: str, selected: float, steady: Write) -> None:
    window = ["selected[line] >= 45", "selected[line] <= 46"]
    found = solve(str(steady()), vary="budget.level", until=window, seek=seek)  # type: ignore[arg-type]
    assert found.values[0] == pytest.approx(selected * 24 / 1000 - 1, abs=2e-6)
    assert found.levels[:, 0] == pytest.approx([selected, selected], abs=1e-4)


def test_what_holds_at_present_is_left_as_it_is(steady: Write) -> None:
    found = solve(str(steady()), vary="budget.level", until="selected[line] >= 40")
    assert (found.solved, found.values, found.present_chance) == (True, (0.0,), 1.0)


def test_a_value_by_itself_is_found_at_the_end_of_its_range(steady: Write) -> None:
    found = solve(str(steady()), vary="budget.level=-5%:+20%", until="selected[line] >= 50")
    assert found.values == (0.2,)


def test_where_there_is_none_the_closest_is_said(steady: Write) -> None:
    found = solve(str(steady()), vary="budget.level=-5%:+5%", until="selected[line] >= 50")
    assert not found.solved
    assert found.values == (0.05,)
    assert found.gap == pytest.approx(1 - 1050 / 24 / 50)


def test_between_conditions_that_exclude_each_other_the_closest_has_few_digits(steady: Write) -> None:
    """At 45 or more and 44 or fewer the gaps are alike at 44.494: of the levels scanned 35/512 is next to it."""
    found = solve(str(steady()), vary="budget.level", until=["selected[line] >= 45", "selected[line] <= 44"])
    assert not found.solved
    assert found.values == (0.068359,)  # 35/512 = 0.068359375, towards the present
    selected = 1068.359 / 24
    assert found.gap == pytest.approx(max((45 - selected) / 45, (selected - 44) / 44))


def test_where_nothing_comes_closer_the_present_is_the_closest(steady: Write) -> None:
    """No more than 40 are selected, which the present level pays for, and others above -4 % too."""
    path = steady()
    path.write_text(path.read_text(encoding="utf-8").replace("award: {", "award: {maximum: 40, "), encoding="utf-8")
    found = solve(str(path), vary="budget.level", until="selected[line] >= 50")
    assert (found.solved, found.values) == (False, (0.0,))
    assert found.gap == pytest.approx(0.2)


def test_over_draws_the_closest_holds_in_most_of_them(steady: Write) -> None:
    """In half of the draws twice as many are selected: 50 to 55 in those, or in the others, never in both.

    The mean gap is least at the low end, where neither is in the window; near +20 % one half is.
    """
    path = steady("{discrete: {0.5: 50%, 1: 50%}}")
    window = ["selected[line] >= 50", "selected[line] <= 55"]
    found = solve(str(path), vary="budget.level=-32%:+21%", until=window, chance=0.9, sampled=Sampled(64, 1, "lhs"))
    assert not found.solved
    assert found.chance == 0.5
    assert 0.2 - 1e-6 <= found.values[0] <= 0.21


@pytest.mark.parametrize(("budget", "found_at"), [(1000, 1008), (992, 988), (990, 988), (1007, 1008)])
def test_the_nearest_is_above_or_below(budget: int, found_at: int, portfolio: Write) -> None:
    """Whole awards at 24 leave 4 or less of 984 to 988 and of 1,008 to 1,012."""
    award = "award: {duration: 12 months, costs: {grant: {amount: 24, per: start}}}"
    path = portfolio(award, budget=str(budget), intake="cash", whole=True)
    found = solve(str(path), vary="budget.level=-10%:+10%", until="unspent[line,2022] <= 4")
    assert found.values[0] == pytest.approx(found_at / budget - 1, abs=1e-6)


def test_several_inputs_move_by_the_same_share_of_their_ways(steady: Write) -> None:
    levers = ["budget.level=+0%:+20%", "programmes.line.awards.award.duration=24 months:18 months"]
    found = solve(str(steady()), vary=levers, until="selected[line] >= 50")
    share = (50 * 24 - 1000) / (200 + 6 * 50)  # 1000 (1 + 0.2 s) = 50 (24 − 6 s)
    assert found.values == pytest.approx((0.2 * share, 24 - 6 * share), abs=1e-6)


def test_a_condition_of_one_year_asks_nothing_of_others(steady: Write) -> None:
    path = steady(budget="{2022: 1000, 2024: 500}")
    assert solve(str(path), vary="budget.level", until="selected[line,2023] >= 50").values[0] == pytest.approx(
        0.2, abs=2e-6
    )
    assert not solve(str(path), vary="budget.level=0%:+30%", until="selected[line] >= 50").solved


def test_whole_awards_are_found_at_the_yen_that_buys_them() -> None:
    found = solve("scenarios/baseline.yaml", vary="budget.level", until=f"{FELLOWS} >= 320")
    below = sim.run("scenarios/baseline.yaml", vary={"budget.level": [found.values[0] - 2e-6, found.values[0]]})
    least = below.runs[0].of("selected", "overseas_fellowships").min(axis=0)
    assert least[0] < 320 <= least[1]


def test_what_rises_and_falls_is_found_where_it_first_holds() -> None:
    """Under `cash` intake the selections echo: the least of ten years holds at some levels and fails at higher ones."""
    cash, until = "scenarios/cash-intake.yaml", f"{FELLOWS} >= 220"
    found = solve(cash, vary="budget.level=-40%:+60%", until=until, seek="lowest")
    levels = np.concatenate([np.linspace(-0.4, 0, 513), np.linspace(0, 0.6, 513)])
    least = (
        sim.run(cash, vary={"budget.level": levels}, measures="selected").runs[0].of("selected", FELLOWS[9:-1]).min(0)
    )
    first = levels[np.argmax(least >= 220)]
    assert first - 0.4 / 512 <= found.values[0] <= first
    assert (least[levels > first] < 220).any()


def test_a_chance_is_that_of_the_draws(steady: Write) -> None:
    """B (1 + level) / (24 τ) >= 45 with τ uniform between 0.9 and 1: nine draws in ten have τ below 0.99."""
    sampled = Sampled(4096, 1, "sobol")
    path = steady("{uniform: [90%, 100%]}")
    found = solve(str(path), vary="budget.level", until="selected[line] >= 45", chance=0.9, sampled=sampled)
    assert found.values[0] == pytest.approx(0.99 * 45 * 24 / 1000 - 1, abs=2e-3)
    assert found.chance >= 0.9


def test_the_chance_is_reached_on_fresh_draws_within_its_interval() -> None:
    programme = "programmes.overseas_fellowships.budget.level=0%:+80%"
    sampled = Sampled(1000, 5)
    found = solve("scenarios/uncertain.yaml", vary=programme, until=f"{FELLOWS} >= 305", chance=0.8, sampled=sampled)
    fresh = fresh_chance(found)
    assert found.chance >= 0.8
    set_so = sim.load("scenarios/uncertain.yaml", settings=found.settings)
    selected = sim.run(set_so, draws=1000, seed=6, measures=["selected"]).array("selected")[0, :, :, 0]
    assert fresh.value == (selected >= 305).all(axis=1).mean()
    assert abs(fresh.value - found.chance) <= 2**0.5 * (fresh.high - fresh.low) / 2.0 * 1.5
    drawn = Trial(found.scenario, found.conditions, sampled).run({found.levers[0].path: np.array(found.values)})
    assert drawn.chances[0] == found.chance


def test_in_every_draw_is_a_chance_of_all() -> None:
    """The level at which the worst of 64 draws has 305, by each draw alone."""
    programme = "programmes.overseas_fellowships.budget.level=0%:+200%"
    sampled = Sampled(64, 5)
    found = solve("scenarios/uncertain.yaml", vary=programme, until=f"{FELLOWS} >= 305", chance=1.0, sampled=sampled)
    path = found.levers[0].path
    trial = Trial(found.scenario, found.conditions, sampled)
    assert trial.run({path: np.array(found.values)}).chances[0] == 1.0
    assert trial.run({path: np.array(found.values) - 1e-3}).chances[0] < 1.0


def test_several_values_are_told_in_few_digits() -> None:
    vary = ["budget.level", "programmes.overseas_fellowships.budget.level"]
    found = solve("scenarios/baseline.yaml", vary=vary, until=f"{FELLOWS} >= 340")
    assert found.solved
    assert all(len(text.rpartition("=")[2]) <= len("+12.3456%") for text in found.settings)
    levels = sim.run(sim.load("scenarios/baseline.yaml", settings=found.settings)).runs[0]
    assert levels.of("selected", "overseas_fellowships").min() >= 340


def test_candidates_meet_the_draws_that_a_run_makes() -> None:
    sampled, level = Sampled(300, 3), 0.1
    scenario = sim.load("scenarios/uncertain.yaml", settings=[f"budget.level=+{level:.0%}"])
    values = sim.run(scenario, draws=300, seed=3, measures=["selected"]).array("selected")[0, :, :, 0]
    base = sim.load("scenarios/uncertain.yaml")
    trial = Trial(base, solve(base, vary="budget.level", until=f"{FELLOWS} >= 0").conditions, sampled)
    tried = trial.run({"budget.level": np.array([0.0, level])})
    np.testing.assert_allclose(tried.levels[0, :, 1], values.mean(axis=0), rtol=1e-12)


def test_a_solution_is_a_scenario_that_fulfils_the_condition(tmp_path: Path) -> None:
    path = tmp_path / "found.yaml"
    settings = ["programmes.overseas_fellowships.awards.fellowship.take_up=90%"]
    found = solve(
        sim.load("scenarios/baseline.yaml", settings=settings), vary="budget.level", until=f"{FELLOWS} >= 400"
    )
    propose(found, path, name="Found", description="")
    text = path.read_text(encoding="utf-8")
    assert "take_up: 90%" in text
    assert "history" not in text  # only what was changed
    assert sim.run(path).runs[0].of("selected", "overseas_fellowships").min() >= 400


def test_a_solution_is_written_only_where_it_is_true(tmp_path: Path, steady: Write) -> None:
    found = solve(str(steady()), vary="budget.level", until="selected[line] >= 50")
    for false in (replace(found, levels=found.levels + 1.0), replace(found, values=(found.values[0] - 1e-3,))):
        with pytest.raises(RequestError, match="does not fulfil the conditions"):
            propose(false, tmp_path / "found.yaml", name="", description="")
    assert not (tmp_path / "found.yaml").exists()


def test_a_step_of_a_value_by_year_is_written_into_the_whole_value(portfolio: Write, tmp_path: Path) -> None:
    award = "award: {plan: {2022: 10, 2024: 12}, duration: 12 months, costs: {grant: {amount: 1, per: month}}}"
    vary = "programmes.line.awards.award.plan.2024=0:20"
    found = solve(str(portfolio(award)), vary=vary, until="selected[line,2025] >= 15")
    propose(found, tmp_path / "found.yaml", name="Found", description="")
    assert sim.run(tmp_path / "found.yaml").runs[0].of("selected", "line")[:, 0] == pytest.approx(
        [10, 10, 15, 15, 15, 15]
    )


def command(*arguments: str) -> int:
    return simulate("solve", *arguments)


def test_the_command_says_the_answer_and_writes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["scenarios/baseline.yaml", "--vary", "budget.level", "--until", f"{FELLOWS} >= 320", "--lang", "en"]
    path = tmp_path / "x.yaml"
    assert command(*asked, "--save", str(path)) == 0
    told = capsys.readouterr()
    assert told.out.startswith(f"budget.level = +4.9153%: {FELLOWS} >= 320 holds in every year\n")
    assert told.err == f"wrote {path}: simulated again from the file, the condition holds\n"
    assert command(str(path), "--vary", "budget.level", "--until", f"{FELLOWS} >= 320", "--format", "csv") == 0
    assert capsys.readouterr().out.splitlines()[1] == "budget.level,0.049153,0.049153,share,True,1.0"
    assert command(*asked[:-2], "--lang", "ja") == 0
    assert "全年度で成り立つ" in capsys.readouterr().out


def test_the_command_says_which_fresh_draws_it_tried(steady: Write, capsys: pytest.CaptureFixture[str]) -> None:
    """Those of the next seed."""
    asked = ["--vary", "budget.level", "--until", "spend[line,2022] >= 100", "--draws", "20", "--chance", "90%"]
    assert command(str(steady("{uniform: [90%, 100%]}")), *asked, "--seed", "5", "--lang", "en") == 0
    assert "20 fresh draws (seed 6)" in capsys.readouterr().err


def test_no_solution_is_exit_status_1_and_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--vary", "budget.level=-5%:+5%", "--until", f"{FELLOWS} >= 420", "--lang", "en"]
    assert command("scenarios/baseline.yaml", *asked, "--save", str(tmp_path / "x.yaml")) == 1
    assert "No value between -5% and +5% will do" in capsys.readouterr().out
    assert not list(tmp_path.iterdir())


LEVEL, GOAL = ["--vary", "budget.level"], ["--until", f"{FELLOWS} >= 320"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--vary", "budget.levl", *GOAL], "budget.levl: no such input"),
        (["--vary", "budget.base", *GOAL], "budget.base: is not one number"),
        (["--vary", "budget.level=5%", *GOAL], "5% is no range: write budget.level=LOW:HIGH"),
        (["--vary", "budget.level=+5%:+5%", *GOAL], "the range has one value alone"),
        (["--vary", "budget.level=5%:10%", *GOAL], "write budget.level=LOW:HIGH"),
        (["--vary", "programmes.sicorp.reserve", *GOAL], "say from where to where it may be moved"),
        ([*LEVEL, *LEVEL, *GOAL], "--vary budget.level: is given twice"),
        ([*LEVEL, "--until", "selectd[sicorp] > 3"], "selectd: no such measure; did you mean selected?"),
        ([*LEVEL, "--until", "selected[sicrop] > 3"], "sicrop: no such programme"),
        ([*LEVEL, "--until", "selected[sicorp,2050] > 3"], "FY2050 is not among the years shown"),
        ([*LEVEL, *GOAL, "--chance", "90%"], "give --chance and --draws together"),
        ([*LEVEL, *GOAL, "--draws", "100"], "give --chance and --draws together"),
        ([*LEVEL, *GOAL, "--draws", "100", "--chance", "often"], "--chance often"),
        ([*LEVEL, *GOAL, "--draws", "100", "--chance", "0%"], "write a share above 0 and up to 1"),
        ([*LEVEL, "--until", f"{FELLOWS} < 0"], "can never hold: selected is never below 0"),
        ([*LEVEL, "--until", f"{FELLOWS} = 320"], "with one of >=, <="),
        ([*LEVEL, *GOAL, "--save", "x.txt"], "a scenario is a file that ends in .yaml"),
        ([*LEVEL, *GOAL, "--save", "scenarios/baseline.yaml"], "is there already"),
        ([*LEVEL, *GOAL, "--save", "nowhere/x.yaml"], "there is no folder nowhere"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command("scenarios/baseline.yaml", *arguments) == 2
    told = capsys.readouterr().err
    assert message in told
    assert len(told.splitlines()) == 1


def test_solutions_are_frozen() -> None:
    found = solve("scenarios/baseline.yaml", vary="budget.level", until=f"{FELLOWS} >= 310")
    assert isinstance(found, Solution)
    with pytest.raises(AttributeError):
        found.chance = 1.0  # type: ignore[misc]


def test_what_is_reckoned_at_expected_values_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    goal = ("--vary", "budget.level", "--until", "selected[overseas_fellowships] >= 305")
    plan = ("--maximise", "selected[satreps]", "--within", "5%", "--gap", "5%")
    for command in (("solve", *goal), ("optimise", *plan), ("explain", "--measure", "spend")):
        for name, warned in (("uncertain", True), ("plus10pct", False)):
            assert simulate(command[0], f"scenarios/{name}.yaml", *command[1:]) in (0, 1)
            said = capsys.readouterr().err
            assert ("warning: uncertain: these are the results at the expected values" in said) is warned
