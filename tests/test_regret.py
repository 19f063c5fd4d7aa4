"""Plans for several futures and for bad draws: by hand, by brute force, beside plans that are given."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

import simulator as sim
from simulator import trade_offs
from simulator.aims import Aims, Term
from simulator.cli import main
from simulator.draws import Sampled
from simulator.errors import RequestError
from simulator.futures import in_future
from simulator.labels import words
from simulator.linear_programmes import Effort, InfeasibleError, LinearProgramme, Rows, solve
from simulator.objectives import Cases, Kind, Objective, columns_of, judged
from simulator.optimisation import optimise
from simulator.plans import Plan, proposed
from simulator.proving import differences, propose
from simulator.report import traded

Write = Callable[..., Path]
Future = tuple[float, int, float, int]
"""What a start of a and one of b cost, million yen, each with the months that it lasts."""

AWARDS = """
    a: {duration: 12 months, costs: {grant: {amount: 1, per: start}}}
    b: {duration: 12 months, costs: {grant: {amount: 1, per: start}}}
"""
MONTHS = ["person_months[line.a]", "person_months[line.b]"]
EXACT = Effort(gap=0.0)


def worlds(portfolio: Write, futures: Sequence[Future], budget: float, years: str) -> tuple[sim.Scenario, list[Path]]:
    """A scenario of two types, and the files of its futures."""
    base, paths = portfolio(AWARDS, budget=f"{budget}", whole=True, intake="steady"), list[Path]()
    for number, (a, a_months, b, b_months) in enumerate(futures, 1):
        paths.append(base.with_name(f"future-{number}.yaml"))
        told = [("a", a, a_months), ("b", b, b_months)]
        types = ", ".join(f"{name}: {{duration: {m} months, costs: {{grant: {{amount: {c}}}}}}}" for name, c, m in told)
        paths[-1].write_text(f"extends: {base.name}\nprogrammes: {{line: {{awards: {{{types}}}}}}}\n", encoding="utf-8")
    return sim.load(base, settings=[f"years={years}"]), paths


def planned(scenario: sim.Scenario, paths: Sequence[Path], of: Kind, worst: float = 0.5) -> Plan:
    return optimise(scenario, Aims.parse(maximise=MONTHS), among=paths, objective=Objective(of, worst), effort=EXACT)


def test_the_least_regretted_plan_of_two_futures_by_hand(portfolio: Write) -> None:
    """Ten awards of a month each a million; months last 12 and 6, or 6 and 9: regrets are 60 − 6 a and 3 a."""
    scenario, paths = worlds(portfolio, [(1, 12, 1, 6), (1, 6, 1, 9)], 10, "2022")
    plan = planned(scenario, paths, "regret")
    assert plan.selections.tolist() == [[7, 3]]
    assert plan.best == pytest.approx([120, 90])
    assert plan.values == pytest.approx([102, 69])
    assert plan.value == pytest.approx(21)
    assert not list(differences(plan, proposed(plan)))


def brute_force(futures: Sequence[Future], budget: float) -> tuple[np.ndarray, np.ndarray]:
    """Of all plans for FY2022 and FY2023 that every future can pay, (plans, futures) months; the best of each alone."""
    most = int(2 * budget // min(min(a, b) for a, _, b, _ in futures))
    each = np.array(list(product(range(most + 1), repeat=2)))
    first, second = (np.repeat(each, len(each), axis=0), np.tile(each, (len(each), 1)))
    months, feasible = [], []
    for a, a_months, b, b_months in futures:
        costs, lasts = np.array([a, b]), np.array([a_months, b_months])
        paid = (first @ costs <= budget + 1e-9) & ((first + second) @ costs <= 2 * budget + 1e-9)
        feasible.append(paid)
        months.append((first + second) @ lasts)
    values, alone = np.array(months).T, np.array(feasible).T
    best = np.where(alone, values, -np.inf).max(axis=0)
    return values[alone.all(axis=1)], best


CASES = [
    ([(2.0, 12, 1.5, 7), (1.0, 5, 2.5, 11)], 5.0),
    ([(1.0, 12, 2.0, 12), (2.0, 9, 1.0, 6), (1.5, 4, 1.5, 12)], 4.0),
    ([(1.3, 10, 1.1, 3), (0.9, 2, 1.2, 8), (1.0, 8, 1.6, 8), (1.2, 1, 1.0, 12)], 3.5),
]


@pytest.mark.parametrize(("futures", "budget"), CASES)
def test_regret_cvar_and_mean_over_futures_are_those_of_brute_force(
    futures: Sequence[Future], budget: float, portfolio: Write
) -> None:
    scenario, paths = worlds(portfolio, futures, budget, "2022-2023")
    values, best = brute_force(futures, budget)
    regret = planned(scenario, paths, "regret")
    assert regret.best == pytest.approx(best)
    assert regret.value == pytest.approx((best - values).max(axis=1).min())
    half = -(-len(futures) // 2)
    tail = planned(scenario, paths, "cvar", half / len(futures))
    assert tail.value == pytest.approx(np.sort(values, axis=1)[:, :half].mean(axis=1).max())
    assert planned(scenario, paths, "cvar", 1e-9).value == pytest.approx(values.min(axis=1).max())
    assert planned(scenario, paths, "cvar", 1.0).value == pytest.approx(values.mean(axis=1).max())
    assert planned(scenario, paths, "mean").value == pytest.approx(values.mean(axis=1).max())


@pytest.mark.parametrize("seed", range(5))
def test_the_rows_of_cvar_are_the_mean_of_the_worst(seed: int) -> None:
    """With nothing left to decide the linear programme finds what sorting says; a share need not be of whole draws."""
    rng = np.random.default_rng(seed)
    values, worst = rng.normal(size=9), float(rng.uniform(0.12, 1.0))
    objective = Objective("cvar", worst)
    size = columns_of(objective, 9)
    made = judged(objective, Cases(sparse.csr_array((9, size)), values), np.zeros(0), 0)
    lower = np.zeros(size)
    lower[list(made.free)] = -np.inf
    programme = LinearProgramme(made.cost, lower, np.full(size, np.inf), np.zeros(size, dtype=np.bool_), made.rows)
    weights, left = [], worst * 9
    for _ in values:
        weights.append(min(max(left, 0.0), 1.0))
        left -= 1.0
    by_hand = np.sort(values) @ weights / (worst * 9)
    assert -solve(programme).cost == pytest.approx(by_hand)
    assert objective.value(values, np.zeros(0)) == pytest.approx(by_hand)


def test_no_case_is_left_worse_than_need_be() -> None:
    """Cases x, 1 − x, y and w of up to 1 each, y + w <= 1.2: the first two regret a half, the others 0.8 in all."""
    rows = np.zeros((4, 5))
    rows[[0, 1, 2, 3], [0, 0, 1, 2]] = 1, -1, 1, 1
    constant, best, free = np.array([0.0, 1.0, 0.0, 0.0]), np.ones(4), np.full(1, -np.inf)
    made = judged(Objective("regret"), Cases(sparse.csr_array(rows), constant), best, 3)
    limit = Rows(sparse.csr_array(np.array([[0.0, 1, 1, 0, 0]])), free, np.full(1, 1.2))
    lower, upper = np.array([0, 0, 0, -np.inf, 1.0]), np.array([1, 1, 1, np.inf, 1.0])
    programme = LinearProgramme(made.cost, lower, upper, np.zeros(5, dtype=np.bool_), (*made.rows, limit))
    regrets = best - constant - rows @ solve(programme).columns
    assert regrets[:2] == pytest.approx([0.5, 0.5])
    assert regrets[2:].max() <= 0.5 + 1e-9
    assert regrets[2:].sum() == pytest.approx(0.8)


SHIPPED = [Path("scenarios/weak-yen-compensated.yaml"), Path("scenarios/baseline.yaml")]
STARTS = ["starts[overseas_fellowships]", "starts[invited_researchers.standard]"]
FEW = [("overseas_fellowships", "fellowship", "30%"), ("invited_researchers", "standard", "50%")]
KEPT = ["selected[sakura_science] >= 3000", "budget[sicorp] >= 1500", "budget[satreps] >= 1900"]


def test_no_plan_that_is_given_is_less_regretted(tmp_path: Path) -> None:
    """Plans best for one future, and for all in the mean, as files that `regret` reads, beside the sought one."""
    base = Path("scenarios/baseline.yaml").resolve()
    fewer = [tmp_path / "few-fellows.yaml", tmp_path / "few-guests.yaml"]
    for path, (of, award, share) in zip(fewer, FEW, strict=True):
        less = f"{{{of}: {{awards: {{{award}: {{take_up: {share}}}}}}}}}"
        path.write_text(f"extends: {base}\nprogrammes: {less}\n", encoding="utf-8")
    scenario, among = sim.load(base, settings=["years=2022-2024"]), [*fewer, SHIPPED[0]]
    aims, effort = Aims.parse(maximise=STARTS), Effort(gap=1e-3)
    sought = optimise(scenario, aims, keep=KEPT, among=among, objective=Objective("regret"), effort=effort)
    paths = [tmp_path / f"plan-{name}.yaml" for name in ("sought", "mean", "alone")]
    others = [optimise(scenario, aims, keep=KEPT, among=among, effort=effort)]
    others += [optimise(scenario, aims, keep=KEPT, among=among[1:2], effort=effort)]
    for plan, path in zip([sought, *others], paths, strict=True):
        propose(plan, path, name="", description="")
    found = [trade_offs.regret(paths, among, term) for term in STARTS]
    values = np.sum([each.values for each in found], axis=0)
    regrets = (sought.best - values).max(axis=1)
    assert values[0] == pytest.approx(sought.values)
    assert regrets[0] == pytest.approx(sought.value)
    paid = [all(as_planned(path, future) for future in among) for path in paths]
    assert paid == [True, True, False]
    traces = 1e-3 * sought.best.mean()
    assert (regrets[paid] >= sought.value - traces).all()
    assert regrets[1] > sought.value + 10


def as_planned(path: Path, future: Path) -> bool:
    """Whether in a future everybody planned is selected and nothing is short."""
    here, there = sim.run(path).runs[0], sim.run(in_future(sim.load(path), future)).runs[0]
    alike = np.allclose(here.kept("selected"), there.kept("selected"), rtol=1e-9, atol=1e-6)
    return alike and not there.kept("shortfall").any()


def test_mean_cvar_and_regret_over_draws_are_those_of_brute_force(portfolio: Write) -> None:
    """Of b a share τ starts, uncertain: in the mean b brings more for its money, in bad draws a does.

    The τ of the draws are read off a run; what plans cost and bring is then reckoned by hand: a + 0.6 b τ <= 50.
    """
    awards = """
        a: {duration: 12 months, costs: {grant: {amount: 1, per: start}}}
        b: {take_up: {uniform: [50%, 100%]}, maximum: 60, duration: 1 year, costs: {grant: {amount: 0.6, per: start}}}
    """
    path, sampled = portfolio(awards, budget="50", whole=True, intake="cash"), Sampled(40, 3)
    run = sim.run(path, draws=40, seed=3, measures=["starts", "selected"])
    share = (run.array("starts") / run.array("selected"))[0, :, 0, 1]
    b = np.arange(61)
    values = np.floor(50 - 0.6 * b * share.max() + 1e-9)[:, None] + b[:, None] * share
    best = (np.floor(50 - 0.6 * b[:, None] * share + 1e-9) + b[:, None] * share).max(axis=0)
    by_hand = {
        "mean": values.mean(axis=1).max(),
        "cvar": np.sort(values, axis=1)[:, :4].mean(axis=1).max(),
        "regret": (best - values).max(axis=1).min(),
    }
    scenario, aims = sim.load(path, settings=["years=2022"]), Aims.parse(maximise=["starts[line.a]", "starts[line.b]"])
    for of in ("mean", "cvar", "regret"):
        objective = Objective(of, 0.1)
        plan = optimise(scenario, aims, sampled=sampled, objective=objective, effort=EXACT)
        assert plan.value == pytest.approx(by_hand[of], abs=1e-3 if of == "regret" else 1e-6)
        assert not list(differences(plan, proposed(plan)))
        made = sim.run(proposed(plan), draws=40, seed=3, measures=["starts"]).array("starts")[0].sum(axis=(1, 2))
        np.testing.assert_allclose(made, plan.values)


UNASKED = ["--maximise", "selected[sicorp]"]


def command(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return int(ended.value.code or 0)


def test_the_command_writes_the_sought_plan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, asked = tmp_path / "plan.yaml", ["optimise", "scenarios/baseline.yaml", "--objective", "regret"]
    asked += ["--maximise", "starts[overseas_fellowships]", "--within", "10%", "--lang", "en", "--gap", "1%"]
    asked += [each for future in SHIPPED for each in ("--future", str(future))]
    assert command(*asked, "--save", str(path)) == 0
    told = capsys.readouterr()
    assert "in none of 2 futures more than" in told.out.replace("\n", " ")
    assert "run on the plan in every future" in told.err
    assert command(*asked, "--format", "csv") == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    by_future = {(row["programme"], row["measure"]): float(row["value"]) for row in rows if not row["fiscal_year"]}
    assert {name for name, _ in by_future} == {"weak-yen-compensated", "baseline"}
    assert by_future["baseline", "value"] == pytest.approx(
        sim.run(path).runs[0].of("starts", "overseas_fellowships").sum()
    )


def test_targets_and_smooth_paths_hold_in_every_future(portfolio: Write, tmp_path: Path) -> None:
    scenario, paths = worlds(portfolio, [(1, 12, 1, 6), (2, 6, 1, 9)], 10, "2022-2024")
    plan = sim.optimise(scenario, targets="selected[line.a] = 4", smooth="selected[line.b]", futures=paths)
    assert plan.selections[:, 0].tolist() == [4] * 3
    assert plan.swing == 0
    assert plan.values.size == 0
    assert not list(differences(plan, proposed(plan)))
    saved, futures = tmp_path / "plan.yaml", [each for path in paths for each in ("--future", str(path))]
    asked = ["--target", "selected[line.a] = 4", "--lang", "en", "--save", str(saved)]
    assert command("optimise", str(tmp_path / "portfolio.yaml"), *asked, *futures) == 0
    assert "in the mean of 2 futures" in saved.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--objective", "regret"], "regret is of draws or of futures: give --draws or --future too"),
        (["--future", "scenarios/covid-closure.yaml", "--draws", "9"], "give --draws or --future, not both"),
        (["--future", "scenarios/cash-intake.yaml"], "which a plan decides"),
        (["--future", "scenarios/minus10pct.yaml"], "changes budget.level, which a plan decides"),
        (["--future", "scenarios/nowhere.yaml"], "nowhere.yaml"),
        (["--worst", "20%"], "add --objective cvar"),
        (["--risk", "cvar"], "add --draws N --chance 90%"),
        (["--slack", "2%"], "add --smooth"),
        (["--future", "scenarios/covid-closure.yaml", "--chance", "90%"], "a chance is of draws"),
        (["--draws", "9", "--objective", "cvar", "--worst", "0%"], "above 0 % and at most 100 %"),
        (["--draws", "9", "--objective", "cvar", "--worst", "none"], "--worst none"),
        (["--objective", "cvar", "--pareto", "selected[sicorp],selected[satreps]"], "leave out --maximise"),
    ],
)
def test_what_is_wrong_is_said(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert command("optimise", "scenarios/baseline.yaml", *UNASKED, *arguments) == 2
    told = capsys.readouterr().err
    assert message in told
    assert len(told.splitlines()) == 1


def test_a_future_without_any_plan_is_named(portfolio: Write) -> None:
    scenario, paths = worlds(portfolio, [(1, 12, 1, 6), (9, 6, 1, 9)], 10, "2022")
    with pytest.raises(InfeasibleError, match=r"selected\[line.a\] >= 5 in FY2022 \(future-2\)"):
        optimise(
            scenario,
            Aims.parse(maximise=MONTHS),
            keep=["selected[line.a] >= 5"],
            among=paths,
            objective=Objective("regret"),
        )


@pytest.mark.parametrize(
    ("plans", "futures", "message"),
    [
        (("a", "b"), ("a",), "which a plan decides"),
        (("a", "b"), ("scenarios/minus10pct.yaml",), "changes budget.level, which a plan decides"),
        (("a", "a"), ("scenarios/covid-closure.yaml",), "name each file once"),
        (("a", "b"), ("scenarios/covid-closure.yaml",) * 2, "name each file once"),
    ],
)
def test_a_future_leaves_plans_as_they_are(
    plans: tuple[str, ...], futures: tuple[str, ...], message: str, tmp_path: Path
) -> None:
    paths = {name: tmp_path / f"{name}.yaml" for name in "ab"}
    for name, path in paths.items():
        plan = sim.optimise("scenarios/baseline.yaml", maximise=f"selected[{'sicorp' if name == 'a' else 'satreps'}]")
        propose(plan, path, name=name, description="")
    named = [[paths.get(each, each) for each in group] for group in (plans, futures)]
    with pytest.raises(RequestError, match=message):
        sim.regret(named[0], named[1], "selected[sicorp]")


def test_of_plans_on_a_frontier_none_is_beaten_or_told_twice(portfolio: Write) -> None:
    """A planner that finds given plans of 10 awards of two types: (6, 3) is beaten by (7, 3), which it finds twice."""
    scenario = sim.load(portfolio(AWARDS, budget="10", whole=True, intake="steady"), settings=["years=2022"])
    terms = [Term.parse(f"selected[line.{name}]") for name in "ab"]
    given = [(10, 0), (0, 10), (6, 3), (7, 3), (2, 8), (7, 3)]
    plans = [sim.optimise(scenario, targets=[f"{terms[0].text} = {a}", f"{terms[1].text} = {b}"]) for a, b in given]
    found = trade_offs.frontier(terms, lambda *_: plans.pop(0), points=4)
    assert found.values.tolist() == [[7, 3], [2, 8]]
    assert [each.selections[0].tolist() for each in found.plans] == [[7, 3], [2, 8]]


DECIDED = "which a plan decides"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("budget: {level: +5%}", f"changes budget.level, {DECIDED}"),
        ("programmes: {line: {budget: {level: +5%}}}", f"changes programmes.line.budget.level, {DECIDED}"),
        ("programmes: {line: {intake: cash}}", f"changes programmes.line.intake, {DECIDED}"),
        ("programmes: {line: {awards: {b: {plan: 3}}}}", f"changes programmes.line.awards.b.plan, {DECIDED}"),
        (
            "programmes: {line: {awards: {a: {budget_share: 30%}, b: {budget_share: 70%}}}}",
            f"changes programmes.line.awards.a.budget_share, {DECIDED}",
        ),
        ("years: 2022-2024", "has other years than"),
        (
            "programmes: {line: {awards: {c: {duration: 1 year, costs: {g: {amount: 1, per: start}}}}}}",
            "has other programmes or award types than",
        ),
    ],
)
def test_what_no_future_may_change_is_named(change: str, message: str, portfolio: Write) -> None:
    """All that a plan says of money and selections (README), which a future laid over it would say otherwise."""
    base = portfolio(AWARDS, budget="10", intake="steady")
    path = base.with_name("changed.yaml")
    path.write_text(f"extends: {base.name}\n{change}\n", encoding="utf-8")
    with pytest.raises(RequestError, match=f"^--future changed: {message}"):
        optimise(sim.load(base), Aims.parse(maximise=MONTHS), among=[path])


def test_a_future_that_a_scenario_rests_on_leaves_it_as_it_is(portfolio: Write) -> None:
    """Laid over what extends them, files below would undo it: a start of b costs 2, then 4, of 5 a year."""
    base = portfolio(AWARDS, budget="10", intake="steady")
    files = [base.with_name(f"{name}.yaml") for name in ("low", "high", "other")]
    for file, below, amount in zip(files, (base, files[0], base), (2, 4, 8), strict=True):
        awards = f"{{b: {{costs: {{grant: {{amount: {amount}}}}}}}}}"
        file.write_text(f"extends: {below.name}\nprogrammes: {{line: {{awards: {awards}}}}}\n", encoding="utf-8")
    starts = [sim.run(in_future(sim.load(files[1]), each)).runs[0].of("starts", "line", "b")[0, 0] for each in files]
    assert starts == pytest.approx([5 / 4, 5 / 4, 5 / 8])


def test_a_frontier_over_draws_has_the_scenario_over_the_same_draws(capsys: pytest.CaptureFixture[str]) -> None:
    """By an ordinary run over these draws; at expected values it comes to other figures."""
    aims = ["selected[overseas_fellowships]", "selected[satreps.project]"]
    asked = ["--draws", "20", "--points", "2", "--within", "10%", "--lang", "en"]
    assert command("optimise", "scenarios/uncertain.yaml", "--pareto", ",".join(aims), *asked) == 0
    row = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("uncertain, as it is"))
    run = sim.run("scenarios/uncertain.yaml", draws=20, seed=0, measures=["selected"]).runs[0]
    places = [("overseas_fellowships", ""), ("satreps", "project")]
    means = [run.of("selected", *place).sum(axis=0).mean() for place in places]
    expected = sim.run("scenarios/uncertain.yaml", measures=["selected"]).runs[0]
    assert row.split()[-2:] == [f"{mean:,.1f}" for mean in means]
    assert row.split()[-2] != f"{expected.of('selected', *places[0]).sum():,.1f}"


def written(writers: Mapping[str, Callable[..., None]], found: object, form: str) -> str:
    stream = io.StringIO()
    writers[form](found, words("en"), stream)
    return stream.getvalue()


def cells(markdown: str) -> dict[str, list[list[str]]]:
    """Cells of tables by what their row is called, in order."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in markdown.splitlines() if "|" in line]
    return {name: [row[1:] for row in rows if row[0] == name] for name in dict.fromkeys(row[0] for row in rows)}


def test_tables_of_regret_show_values_and_what_is_missed() -> None:
    """Two plans in two futures: the second misses the best of the first future by 20, the first that of the other."""
    values = np.array([[100.0, 50.0], [80.0, 91.5]])
    regrets = np.array([[0.0, 41.5], [20.0, 0.0]])
    term = Term.parse("spend[sicorp]")
    found = trade_offs.Regret(term, ("one", "two"), ("dry", "wet"), values, regrets)
    page = written(traded.REGRETS, found, "markdown")
    assert cells(page)["one"] == [["100.0", "50.0"], ["0.0", "41.5", "41.5"]]
    assert cells(page)["two"] == [["80.0", "91.5"], ["20.0", "0.0", "20.0"]]
    assert page.startswith("Least regretted at worst: two (in no future more than 20.0 less")
    assert "spend[sicorp] (million yen)" in page
    rows = list(csv.DictReader(io.StringIO(written(traded.REGRETS, found, "csv"))))
    told = {(row["plan"], row["future"]): (float(row["value"]), float(row["regret"])) for row in rows}
    assert told == {
        ("one", "dry"): (100, 0),
        ("one", "wet"): (50, 41.5),
        ("two", "dry"): (80, 20),
        ("two", "wet"): (91.5, 0),
    }


def test_results_stay_as_they_were_made() -> None:
    plan = sim.optimise("scenarios/baseline.yaml", maximise="selected[sicorp]", within=0.1)
    found = sim.explain("scenarios/plus10pct.yaml", measures="selected")
    solved = sim.solve("scenarios/baseline.yaml", vary="budget.level", until="selected[sicorp,2025] >= 3")
    for array in (plan.selections, plan.budgets, found.contributions, solved.levels):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0.0
    with pytest.raises(TypeError, match="does not support item assignment"):
        plan.prices["the total"] = 1.0  # type: ignore[index]


@pytest.mark.parametrize("of", ["mean", "cvar", "regret"])
@pytest.mark.parametrize("within", [0.1, 0.15])
def test_a_plan_for_a_closed_border_is_reproduced_in_every_future(of: Kind, within: float) -> None:
    """Money carried of traces counts as nothing, which such plans once relied on: 367 instead of 368 fellows."""
    among = ["scenarios/baseline.yaml", "scenarios/covid-closure.yaml"]
    aims = Aims.parse(maximise=["selected[overseas_fellowships]"])
    plan = optimise(sim.load(among[0]), aims, within=within, among=among, objective=Objective(of))
    assert not list(differences(plan, proposed(plan)))
    made = [
        sim.run(in_future(proposed(plan), future)).runs[0].of("selected", "overseas_fellowships").sum()
        for future in among
    ]
    assert plan.values == pytest.approx(made)
