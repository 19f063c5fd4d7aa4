"""Sweeps of the simulator: one batch has the bits of `run`, designs have their shapes, what is wrong is said."""

import csv
import gc
import io
import pickle
import weakref
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import simulator as sim
from simulator import designs, factors, outcome_names, pick_freeze, sweeps, varied
from simulator.cli import main
from simulator.designs import Kind
from simulator.errors import InputError, RequestError
from simulator.leaves import Batch
from simulator.scenario import skeleton
from simulator.sweeps import Sweep
from tests.commands import simulate

FELLOWSHIP = "programmes.overseas_fellowships.awards.fellowship"
LEVEL, TAKE_UP = "budget.level=-20%:+20%:5", f"{FELLOWSHIP}.take_up=80%:100%:3"
YEARS = range(2022, 2032)


def swept(texts: list[str], kind: Kind, *, size: int = 0, scenario: str = "baseline") -> Sweep:
    loaded = sim.load(f"scenarios/{scenario}.yaml")
    names = outcome_names.read_all(outcome_names.USUAL, Batch((loaded,)).labels, YEARS)
    found = factors.read_all(texts, loaded.document)
    pairs = varied.pairs(loaded.document)
    return sweeps.sweep(sweeps.Simulated(loaded, names), found, kind=kind, size=size, seed=2, pairs=pairs)


TWO = ["budget.level=-20%:+20%", f"{FELLOWSHIP}.take_up=80%:100%"]
PATH = ["economy.usd_jpy.path", f"{FELLOWSHIP}.take_up"]
SWEEPS = {
    "grid": lambda: swept([LEVEL, TAKE_UP], "grid"),
    "lhs": lambda: swept([LEVEL, f"{FELLOWSHIP}.duration=12 months:36 months"], "lhs", size=100),
    "sobol": lambda: swept(TWO, "sobol", size=32),
    "morris": lambda: swept(TWO, "morris", size=8),
    "oat": lambda: swept(["budget.level=-20%:+20%", TAKE_UP], "oat", size=4),
    "shapley": lambda: swept(PATH, "shapley", size=16, scenario="uncertain"),
}


def test_what_a_sweep_holds_is_free_at_once_when_it_is_gone() -> None:
    """Its buffers are tens of megabytes, which must not wait for the collector of cycles."""
    gc.collect()
    gc.disable()
    try:
        made = SWEEPS["sobol"]()
        made.outputs(0)
        gone = weakref.ref(made)
        del made
        assert gone() is None
    finally:
        gc.enable()


def test_a_sweep_keeps_the_points_of_one_block_alone() -> None:
    sweep = replace(SWEEPS["lhs"](), per_block=25)
    for block in range(sweep.blocks):
        sweep.inputs(block)
        assert sum(each.shape[1] for each in sweep._points._kept.values()) == 25


def test_what_changes_a_result_changes_the_fingerprint() -> None:
    """What is saved under one fingerprint is gone on with; another seed or correlation would be mixed into it."""
    made = SWEEPS["lhs"]()
    model, (first, second), asked = made.model, made.factors, {"kind": "lhs", "size": 100, "seed": 2}
    assert isinstance(model, sweeps.Simulated)
    dearer = replace(model, scenario=sim.load("scenarios/baseline.yaml", settings=["budget.level=+1%"]))
    fewer = replace(model, outcomes=model.outcomes[:1])
    pairs = {frozenset((first.path, second.path)): 0.5}
    others = [sweeps.sweep(each, made.factors, **asked) for each in (dearer, fewer)]  # type: ignore[arg-type]
    others += [
        sweeps.sweep(model, made.factors, **{**asked, **change})  # type: ignore[arg-type]
        for change in ({"seed": 3}, {"size": 101}, {"kind": "morris"}, {"pairs": pairs})
    ]
    others += [sweeps.sweep(model, [first], **asked), replace(made, per_block=50)]  # type: ignore[arg-type]
    assert SWEEPS["lhs"]().fingerprint == made.fingerprint
    assert len({made.fingerprint, *(each.fingerprint for each in others)}) == 9


@pytest.mark.parametrize(("kind", "rows"), [("grid", 1), ("lhs", 1), ("sobol", 2), ("shapley", 1), ("morris", 0)])
def test_runs_that_are_drawn_as_the_inputs_are_said_to_be_are_the_first_rows(kind: str, rows: int) -> None:
    """Of Saltelli's design the two samples, not those with columns exchanged; of trajectories none."""
    sweep = SWEEPS[kind]()
    values = sweep.inputs(0)
    np.testing.assert_array_equal(sweeps.sampled(sweep, values), values[:, : rows * sweep.design.base])


@pytest.mark.parametrize("kind", ["grid", "lhs", "sobol", "morris", "oat"])
def test_a_sweep_has_the_bits_of_run(kind: str) -> None:
    sweep = SWEEPS[kind]()
    vary = dict(zip(sweep.names, sweep.inputs(0), strict=True))
    run = sim.run(sweep.model.scenario, vary=vary).runs[0]  # type: ignore[attr-defined]
    made = sweep.outputs(0)
    assert made.shape == (len(sweep.model.outcomes), sweep.runs)
    for outcome, row in zip(sweep.model.outcomes, made, strict=True):
        assert isinstance(outcome, outcome_names.Outcome)
        expected = run.of(outcome.measure, outcome.programme, outcome.award)[outcome.year - 2022]
        np.testing.assert_array_equal(row, expected)


def test_a_path_by_year_has_the_bits_of_draws_with_these_values() -> None:
    """Its values of each year, given as `--set` gives them, one run at a time."""
    sweep = SWEEPS["shapley"]()
    made, inputs = sweep.outputs(0), dict(zip(sweep.names, sweep.inputs(0), strict=True))
    for place in (0, 5, 40):
        path = {2022: 1.0} | {year: float(inputs[f"economy.usd_jpy.path.{year}"][place]) for year in YEARS[1:]}
        by_year = ", ".join(f"{year}: {value!r}" for year, value in path.items())
        take_up = float(inputs[f"{FELLOWSHIP}.take_up"][place])
        settings = [f"economy.usd_jpy.path={{{by_year}}}", f"{FELLOWSHIP}.take_up={take_up!r}"]
        (run,) = sim.run(sim.load("scenarios/uncertain.yaml", settings=settings)).runs
        for outcome, row in zip(sweep.model.outcomes, made, strict=True):
            assert isinstance(outcome, outcome_names.Outcome)
            assert row[place] == run.of(outcome.measure, outcome.programme, outcome.award)[outcome.year - 2022, 0]


@pytest.mark.parametrize("kind", SWEEPS)
def test_blocks_are_the_same_whichever_are_made(kind: str) -> None:
    whole = SWEEPS[kind]()
    small = replace(whole, per_block=max(whole.design.base // 4, 1))
    assert small.blocks > 1 or kind == "oat"
    rows = whole.design.rows
    parts = [small.inputs(block).reshape(len(small.names), rows, -1) for block in reversed(range(small.blocks))]
    together = np.concatenate(parts[::-1], axis=2).reshape(len(small.names), -1)
    np.testing.assert_allclose(together, whole.inputs(0), rtol=1e-12)
    last = small.blocks - 1
    again = pickle.loads(pickle.dumps(small))
    np.testing.assert_array_equal(again.outputs(last), small.outputs(last))
    np.testing.assert_array_equal(again.outputs(0), small.outputs(0))


def test_a_grid_is_every_combination_the_last_the_fastest() -> None:
    sweep = swept([LEVEL, f"{FELLOWSHIP}.take_up=80%, 100%"], "grid")
    level, take_up = sweep.inputs(0)
    assert level.tolist() == [-0.2, -0.2, -0.1, -0.1, 0.0, 0.0, 0.1, 0.1, 0.2, 0.2]
    assert take_up.tolist() == [0.8, 1.0] * 5


def test_one_at_a_time_begins_with_the_scenario_as_it_is() -> None:
    sweep = SWEEPS["oat"]()
    level, take_up = sweep.inputs(0)
    assert level.tolist() == pytest.approx([0.0, -0.2, -0.2 + 0.4 / 3, -0.2 + 0.8 / 3, 0.2, 0.0, 0.0, 0.0])
    assert take_up.tolist() == pytest.approx([1.0] * 5 + [0.8, 0.9, 1.0])
    plain = sim.run("scenarios/baseline.yaml").runs[0]
    assert sweep.outputs(0)[0, 0] == plain.of("selected", "overseas_fellowships")[0, 0]


@pytest.mark.parametrize("kind", ["oat", "morris"])
def test_designs_of_ends_move_a_normal_input_between_two_quantiles(kind: str) -> None:
    """From 5 % to 95 %, 1.6449 standard deviations to both sides; it has no ends of its own."""
    path = "programmes.sicorp.budget.level"
    loaded = sim.load("scenarios/baseline.yaml", settings=[f"{path}={{normal: [0%, 10%]}}"])
    names = outcome_names.read_all(["spend[total,2024]"], Batch((loaded,)).labels, YEARS)
    found = factors.read_all([path], loaded.document)
    values = sweeps.sweep(sweeps.Simulated(loaded, names), found, kind=kind, size=8, seed=2).inputs(0)  # type: ignore[arg-type]
    assert (values.min(), values.max()) == pytest.approx((-0.16449, 0.16449), abs=1e-5)


def test_saltelli_changes_one_input_a_row() -> None:
    sweep = SWEEPS["sobol"]()
    points = sweep.design.points(0, 32)
    one, other, first, second = (points[:, row] for row in range(4))
    np.testing.assert_array_equal(first, [other[0], one[1]])
    np.testing.assert_array_equal(second, [one[0], other[1]])
    assert (np.sort(np.floor(one[0] * 32)) == np.arange(32)).all()  # one in every part, as Sobol' points are


def test_trajectories_move_every_input_once_by_two_thirds() -> None:
    made = designs.Morris(50, 4, 1)
    steps = np.diff(made.points(0, 50), axis=1)
    assert np.abs(steps).sum(axis=0) == pytest.approx(2.0 / 3.0)
    assert ((steps != 0).sum(axis=(0, 1)) == 4).all()
    assert ((steps != 0).sum(axis=1) == 1).all()
    assert set(np.unique(made.points(0, 50).round(6))) == {0.0, 0.333333, 0.666667, 1.0}
    np.testing.assert_array_equal(made.points(13, 20), made.points(0, 50)[..., 13:20])


def test_subsets_share_what_they_say_and_keep_the_correlation() -> None:
    pairs = {frozenset(("a", "b")): 0.6}
    made = pick_freeze.Subsets(4096, (1, 1, 1), 1, ("a", "b", "c"), pairs)
    points = made.points(0, 4096)
    for row, subset in enumerate(made.subsets, 1):
        for factor in range(3):
            alike = np.allclose(points[factor, row], points[factor, 0], rtol=1e-9)
            assert alike == (factor in subset)
        ranks = points[:2, row].argsort().argsort().astype(float)
        assert np.ravel(np.corrcoef(ranks))[1] == pytest.approx(0.6, abs=0.03)


def test_a_section_of_the_scenario_says_what_to_sweep(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.yaml"
    section = f"sweep: {{levers: ['{LEVEL}'], uncertainties: [{FELLOWSHIP}.take_up], outcomes: ['spend[total,2024]']}}"
    path.write_text(f"extends: {Path('scenarios/uncertain.yaml').absolute()}\n{section}\n", encoding="utf-8")
    rows = printed(capsys, str(path))
    assert {row["input"] for row in rows} == {"", "budget.level"}
    assert {(row["measure"], row["fiscal_year"]) for row in rows} == {("spend", "2024")}
    rows = printed(capsys, str(path), "--design", "lhs", "--size", "50")
    assert {row["input"] for row in rows} == {"", "budget.level", f"{FELLOWSHIP}.take_up"}
    with_section, without = sim.run([path, "scenarios/uncertain.yaml"]).runs
    for name in ("selected", "spend"):
        np.testing.assert_array_equal(with_section.measures[name], without.measures[name])
    assert skeleton(with_section.scenario.document) == skeleton(without.scenario.document)  # they run in one batch


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, str]]:
    assert simulate("sweep", *arguments, "--format", "csv") == 0
    return list(csv.DictReader(io.StringIO(capsys.readouterr().out)))


def test_csv_has_every_figure_of_the_grid(capsys: pytest.CaptureFixture[str]) -> None:
    rows = printed(capsys, "scenarios/baseline.yaml", "--vary", LEVEL, "--outcome", "selected[sakura_science,2025]")
    found = {(row["input"], row["at"], row["statistic"]): row["value"] for row in rows}
    run = sim.run("scenarios/baseline.yaml", vary={"budget.level": [-0.2, -0.1, 0.0, 0.1, 0.2]}).runs[0]
    values = run.of("selected", "sakura_science")[3].tolist()
    for at, value in zip(("-0.2", "-0.1", "0.0", "0.1", "0.2"), values, strict=True):
        assert float(found["budget.level", at, "mean"]) == pytest.approx(value, rel=1e-12)
    assert float(found["", "", "greatest"]) == max(values)
    assert rows[0]["scenario"] == "baseline"


REFUSED = {
    "budgt.level=-5%:+5%": "no such number",
    "budget.allocation=-5%:+5%": "is not one number",
    "budget.level=+5%:-5%": "empty or inverted range",
    "budget.level=+5%:+5%": "empty or inverted range",
    "budget.level=-5%:+5%:1": "no number of steps",
    "budget.level=-5%:+5%:x": "no number of steps",
    "budget.level=-5%:+5%:3:4": "is no range",
    "budget.level=:+5%": "is no range",
    "budget.level=-5%": "is one value",
    "budget.level=+5%, +5%": "names a value twice",
    "budget.level=-500%:+5%:3": "below -1",
    "budget.level=5%:10%:3": "no sign",
    "programmes.other.appropriations.request=3,000:4,000,000": None,
    "programmes.other.appropriations.request=3,000,4,000": "is a comma in it between thousands",
    "budget.level": "is not uncertain in the scenario",
    f"{FELLOWSHIP}.take_up=80%:100%": "a grid takes",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_cannot_be_varied_is_refused_in_one_line(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["sweep", "scenarios/baseline.yaml", "--vary", text])
    said = capsys.readouterr()
    assert ended.value.code == 2
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    assert (REFUSED[text] or "a grid takes") in said.err
    assert text.partition("=")[0] in said.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "nothing varies"),
        (("--vary", LEVEL, "--set", "budget.level=+5%"), "budget.level: is both set and varied"),
        (("--vary", TAKE_UP, "--set", f"{FELLOWSHIP}.take_up.2025=90%"), "is both set and varied"),
        (("--vary", LEVEL, "--vary", LEVEL), "is varied twice"),
        (("--vary", LEVEL, "--size", "10"), "--size is of other designs"),
        (("--vary", LEVEL, "--design", "sobol", "--size", "100"), "give 64 or 128"),
        (("--vary", LEVEL, "--design", "lhs", "--size", "5"), "takes 16 runs or more"),
        (("--vary", LEVEL, "--design", "lhs", "--until-converged", "0.1"), "is of --design sobol and shapley"),
        (("--vary", LEVEL, "--outcome", "selectd"), "did you mean selected"),
        (("--vary", LEVEL, "--outcome", "selected[total]"), "does not add up"),
        (("--vary", LEVEL, "--outcome", "spend[sicrop]"), "did you mean sicorp"),
        (("--vary", LEVEL, "--outcome", "spend[total,1999]"), "not among the years shown"),
        (("--vary", LEVEL, "--years", "2020-2024"), "shows FY2022 to FY2031"),
        (("--vary", LEVEL, "--where", "spend[total] >> 3"), "is no"),
        (("--vary", LEVEL, "--design", "oat", "--where", "spend[total] < 0"), "has none"),
        (("--vary", "budget.level=-5%:+5%:1000", "--vary", f"{FELLOWSHIP}.take_up=1%:9%:1000000", "--vary",
          f"{FELLOWSHIP}.deferral=1%:9%:1000"), "too many"),
    ],
)  # fmt: skip
def test_what_cannot_be_swept_is_refused(
    arguments: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert simulate("sweep", "scenarios/baseline.yaml", *arguments) == 2
    assert told in capsys.readouterr().err


def test_a_faulty_section_is_told_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("extends: mext-fy2022\nsweep:\n  levers: ['budget.levl=-5%:+5%']\n", encoding="utf-8")
    with pytest.raises(
        InputError, match=r"mine\.yaml:3:12: sweep\.levers\.0: budget\.levl: .* did you mean budget\.level"
    ):
        sim.load(path)


def test_check_finds_outcomes_that_no_run_has(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("extends: mext-fy2022\nsweep:\n  outcomes: [selected, 'spend[sicrop]']\n", encoding="utf-8")
    assert simulate("check", str(path)) == 2
    assert "mine.yaml:3:24: sweep.outcomes.1: 'spend[sicrop]': spend has no sicrop" in capsys.readouterr().out


def test_the_page_tells_what_matters_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    of = ["scenarios/uncertain.yaml", "--vary", "budget.level=-5%:+5%", "--vary", f"{FELLOWSHIP}.take_up", "--design"]
    for kind, language, told in (
        ("sobol", "en", "alone (first-order index)"),
        ("morris", "en", "spread (interactions, curvature)"),
        ("oat", "en", "As the scenario has it"),
        ("lhs", "en", "given data"),
        ("shapley", "en", "Shapley effect"),
        ("sobol", "ja", "単独（一次指標）"),
        ("oat", "ja", "シナリオのまま"),
    ):
        with pytest.raises(SystemExit) as ended:
            main(["sweep", *of, kind, "--outcome", "selected[overseas_fellowships]", "--lang", language])
        page = capsys.readouterr().out
        assert ended.value.code == 0
        assert told in page
        assert ("海外特別研究員: take_up" if language == "ja" else "Overseas fellowships: take_up") in page


def test_runs_that_meet_a_condition_are_described(capsys: pytest.CaptureFixture[str]) -> None:
    """Spend of Sakura Science is its budget: below 1,800 of 2,000 and more where the level is below some bound."""
    arguments = ["--vary", "budget.level=-20%:+20%", "--vary", f"{FELLOWSHIP}.take_up=80%:100%", "--design", "lhs"]
    condition = ["--size", "2000", "--where", "spend[sakura_science,2025] < 2000", "--outcome", "spend[sakura_science]"]
    with pytest.raises(SystemExit):
        main(["sweep", "scenarios/baseline.yaml", *arguments, *condition])
    page = capsys.readouterr().out
    run = sim.run("scenarios/baseline.yaml").runs[0]
    share = 2000.0 / float(run.of("budget", "sakura_science")[3, 0])
    line = next(line for line in page.splitlines() if line.startswith("budget.level") and "e-" in line)
    assert float(line.split()[1]) == pytest.approx(100.0 * (share - 1.0), abs=1.0)
    assert "PRIM box 1: holds 100% of the runs" in page
    assert "CART leaf 1: holds 100% of the runs" in page


def test_levels_named_apart_are_read_with_their_units() -> None:
    document = sim.load("scenarios/baseline.yaml").document
    texts = {
        f"{FELLOWSHIP}.duration=1 year, 30 months": (12.0, 30.0),
        "programmes.other.appropriations.request=30 億円, 3,100 百万円": (3000.0, 3100.0),
        "budget.level=-10%, 0%, 10%増": (-0.1, 0.0, 0.1),
    }
    for text, levels in texts.items():
        (factor,) = factors.read_all([text], document)
        assert factor.levels == pytest.approx(levels)
    by_year = sim.load("scenarios/baseline.yaml", settings=[f"{FELLOWSHIP}.duration={{2022: 24 months}}"])
    with pytest.raises(RequestError, match="the duration of one year"):
        factors.read_all([f"{FELLOWSHIP}.duration.2022=12 months:24 months"], by_year.document)
