"""Checks before anything runs: problems, suspicions, assumptions with an expiry, overlays, a scenario to start from."""

import json
import os
import re
from datetime import date, timedelta
from pathlib import Path

import pytest

import simulator as sim
from simulator.suspicions import suspicions
from tests.commands import simulate
from tests.test_loading import write

FELLOW = "programmes: {overseas_fellowships: {awards: {fellowship: {%s}}}}"
YESTERDAY, TOMORROW = (date.today() + timedelta(days=days) for days in (-1, 1))


def scenario(folder: Path, text: str, name: str = "mine.yaml") -> Path:
    return write(folder, name, f"extends: mext-fy2022\n{text}\n")


def test_a_sound_scenario_has_no_problem(capsys: pytest.CaptureFixture[str]) -> None:
    assert simulate("check", "scenarios/plus10pct.yaml", "--strict") == 0
    assert capsys.readouterr().out == "no problem in 1 file\n"


@pytest.mark.parametrize("path", sorted(Path("scenarios").glob("*.yaml")), ids=lambda path: path.stem)
def test_no_shipped_scenario_is_suspicious(path: Path) -> None:
    assert simulate("check", path, "--strict") == 0


def test_every_problem_of_every_file_is_listed_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parent = scenario(tmp_path, "budget: {level: 5%}", "parent.yaml")
    child = write(tmp_path, "child.yaml", "extends: parent.yaml\nbudget: {growth: soon}\n")
    assert simulate("check", parent, child) == 2
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(": ")[1] for line in lines] == ["budget.level", "budget.growth"]


def test_what_only_numbers_show_is_found_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert simulate("check", scenario(tmp_path, FELLOW % "take_up: 0%")) == 2
    assert "take_up: is 0, so that intake rule steady could never spend" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "path", "said"),
    [
        (FELLOW % "take_up: 0.5%", "take_up", "0.005 is a share of 0.50%: is that meant?"),
        ("budget: {level: +0%}", "budget.level", "this override changes nothing: mext-fy2022 says the same"),
        (FELLOW % "plan: {2040: 300}", "plan", "FY2040 is after FY2031, the last year shown"),
        (FELLOW % "costs: {flight_out: {amount: 300000}}", "costs", "one award costs 300,010.7 million yen"),
        (FELLOW % "costs: {flight_out: {amount: 300000}}", "amount", "is 1,000,000 times the 0.3 that it overrides"),
        (FELLOW % "duration: 24 years", "duration", "is 12 times the 24 that it overrides"),
        (FELLOW % "plan: {2022: 30}", "plan", "is 0.098 times the 305 that it overrides"),
        (
            "programmes: {overseas_fellowships: {budget: {base: 3363000000}}}",
            "overseas_fellowships.budget.base",
            "is 1,000,000 times the 3,363 that it overrides",
        ),
        ("budget: {changes: [{from: 2024, multiply: 90}]}", "budget.changes.0.multiply", "multiplies money by 90"),
        (
            "first_year: 2024",
            "first_year",
            "nobody starts before FY2024 in the years after a history: FY2021 of overseas_fellowships.fellowship",
        ),
        (
            "correlations: [{between: [economy.usd_jpy.path, economy.eur_jpy.path], rank: 0.5}]\n"
            "economy: {usd_jpy: {path: {random_walk: {start: 1, sd: 5%}}}, eur_jpy: {path: {2022: 1}}}",
            "correlations.0.between",
            "economy.eur_jpy.path is certain: the correlation has no effect on it",
        ),
        ("budget: {level: 0.9}", "budget.level", "+0.9 is a change of +90%: write it with a per cent sign"),
        (
            FELLOW % "history: {2021: 900}",
            "overseas_fellowships",
            "earlier awards oblige 4,959.0 million yen in FY2022",
        ),
        ("budget: {level: -99%}", "satreps", "earlier awards oblige 1,512.0 million yen in FY2022"),
        (
            FELLOW % f"take_up: {{value: 98%, source: 'assumption: guess', owner: Sato, expires: {YESTERDAY}}}",
            "take_up",
            f"this assumption expired on {YESTERDAY}, Sato: confirm it",
        ),
    ],
)
def test_suspicions(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, path: str, said: str) -> None:
    file = scenario(tmp_path, text)
    assert simulate("check", file) == 0
    (line,) = (line for line in capsys.readouterr().out.splitlines() if said in line)
    assert line.startswith(f"{file}:2:")
    assert ": warning: " in line
    assert path in line
    assert simulate("check", file, "--strict") == 2


@pytest.mark.parametrize(
    "text",
    [
        "budget: {level: +90%}",
        "budget: {level: 0.4}",
        "budget: {changes: [{from: 2024, multiply: 9}]}",
        "programmes: {overseas_fellowships: {budget: {base: 30000}}}",
        FELLOW % "duration: 10 years",
        FELLOW % "costs: {flight_out: {amount: 2.9}}",
    ],
)
def test_what_may_well_be_meant_is_not_suspicious(tmp_path: Path, text: str) -> None:
    assert list(suspicions(sim.load(scenario(tmp_path, text)))) == []


def test_findings_for_editors_and_github(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = scenario(tmp_path, "budget: {level: 10%}")
    assert simulate("check", file, "--format", "json") == 2
    (found,) = json.loads(capsys.readouterr().out)
    assert found == {
        "file": str(file),
        "line": 2,
        "column": 17,
        "path": "budget.level",
        "severity": "error",
        "message": "10% has no sign: write +10% or -10%",
    }
    simulate("check", file, "--format", "github")
    message = "budget.level: 10%25 has no sign: write +10%25 or -10%25"
    assert capsys.readouterr().out == f"::error file={file},line=2,col=17::{message}\n"
    simulate("check", "scenarios/plus10pct.yaml", "--format", "json")
    assert json.loads(capsys.readouterr().out) == []


def test_assumptions_are_listed_with_owner_and_expiry(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = f"take_up: {{value: 98%, source: 'assumption: guess', owner: 佐藤, expires: {TOMORROW}}}"
    file = scenario(tmp_path, FELLOW % text)
    assert simulate("sources", file, "--assumptions", "--strict", "--format", "json") == 0
    listed = json.loads(capsys.readouterr().out)
    assert all(each["source"].startswith("assumption:") for each in listed)
    (mine,) = (each for each in listed if each["file"] == str(file))
    assert mine["path"].endswith("fellowship.take_up")
    assert (mine["value"], mine["owner"], mine["expires"]) == (0.98, "佐藤", str(TOMORROW))
    simulate("sources", file, "--format", "csv")
    assert len(capsys.readouterr().out.splitlines()) - 1 > len(listed)


def test_an_expired_assumption_is_an_error_where_strict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = f"take_up: {{value: 98%, source: 'assumption: guess', expires: {YESTERDAY}}}"
    file = scenario(tmp_path, FELLOW % text)
    assert simulate("sources", file) == 0
    assert f"warning: {file}:2:" in capsys.readouterr().err
    assert simulate("sources", file, "--strict") == 2
    capsys.readouterr()
    assert simulate("sources", file, "--assumptions", "--strict") == 2
    output = capsys.readouterr()
    assert "fellowship.take_up" in output.out
    assert output.err.count("\n") == 1


def test_an_expired_assumption_of_a_setting_is_told_too(capsys: pytest.CaptureFixture[str]) -> None:
    value = f"{{value: 98%, source: '仮定：guess', owner: Sato, expires: {YESTERDAY}}}"
    setting = f"programmes.overseas_challenge.awards.stay.take_up={value}"
    assert simulate("check", "scenarios/baseline.yaml", "--strict", "--set", setting) == 2
    assert f"this assumption expired on {YESTERDAY}, Sato" in capsys.readouterr().out


def test_a_large_residual_is_told_of_the_file_that_states_it(capsys: pytest.CaptureFixture[str]) -> None:
    told = "warning: programmes.invited_researchers.fixed_costs.amount: the residual 617.2 million yen is 16.7%"
    for command in ("check", "sources"):
        assert simulate(command, "mext-fy2022") == 0
        output = capsys.readouterr()
        assert told.removeprefix("warning: ") in (output.out if command == "check" else output.err)
        assert simulate(command, "mext-fy2022", "--strict") == 2
        assert simulate(command, "scenarios/baseline.yaml", "--strict") == 0
        capsys.readouterr()


def test_overlays_are_laid_over_one_baseline(capsys: pytest.CaptureFixture[str]) -> None:
    both = sim.load("scenarios/baseline.yaml", overlays=["scenarios/plus10pct.yaml", "scenarios/sakura-halved.yaml"])
    assert both.name == "baseline+plus10pct+sakura-halved"
    assert both.parent is not None
    assert both.parent.name == "baseline"
    sakura = sim.run(both).runs[0].of("budget", "sakura_science")[0, 0]
    assert sakura == pytest.approx(1760 * 1.1 * 0.5)
    options = ("--overlay", "scenarios/plus10pct.yaml", "--overlay", "scenarios/minus10pct.yaml")
    assert simulate("scenarios/baseline.yaml", *options) == 2
    error = capsys.readouterr().err
    assert error.startswith("scenarios/minus10pct.yaml:9:10: budget.level: minus10pct says -10%, plus10pct says +10%")


AWARD = "programmes: {satreps: {awards: {project: {%s}}}}"


@pytest.mark.parametrize(
    ("one", "other", "path"),
    [
        (AWARD % "take_up: 90%", AWARD % "take_up: {2022: 50%}", "take_up"),
        (AWARD % "take_up: {2024: 50%}", AWARD % "take_up: {2025: 50%}", "take_up"),
        (AWARD % "take_up: {normal: [90%, 1%]}", AWARD % "take_up: {uniform: [80%, 90%]}", "take_up"),
        (AWARD % "start_months: {april: 100%}", AWARD % "start_months: {may: 100%}", "start_months"),
        (AWARD % "duration: 36 months", AWARD % "duration: {12 months: 50%, 24 months: 50%}", "duration"),
        ("economy: {usd_jpy: {growth: 1%}}", "economy: {usd_jpy: {path: {2022: 1, 2023: 2}}}", "economy.usd_jpy"),
        ("budget: {total: 160 億円}", "budget: {total: {2022: 170 億円}}", "budget.total"),
        ("budget: {changes: [a]}", "budget: {changes: [a, b]}", "budget.changes"),
        ("budget: {total: 160 億円}", "budget: {total: null}", "budget.total"),
    ],
)
def test_overlays_that_give_one_value_otherwise_are_a_conflict(tmp_path: Path, one: str, other: str, path: str) -> None:
    base = scenario(tmp_path, "", "base.yaml")
    first = write(tmp_path, "first.yaml", f"extends: base.yaml\n{one}")
    second = write(tmp_path, "second.yaml", f"extends: base.yaml\n{other}")
    with pytest.raises(sim.InputError) as raised:
        sim.load(base, overlays=[first, second])
    (problem,) = raised.value.problems
    assert problem.path.endswith(path)
    assert problem.place.file == str(second)
    assert re.fullmatch(rf"second says (.+), first says (.+) \({first}:2:\d+\): leave one of them out", problem.message)
    assert "None" not in problem.message


def test_an_overlay_whose_name_is_no_text_is_told_of_or_taken(tmp_path: Path) -> None:
    base = scenario(tmp_path, "", "base.yaml")
    other = write(tmp_path, "other.yaml", "extends: base.yaml\nname: 5\n")
    assert sim.load(base, overlays=[other]).document.name == "base + 5"


def test_a_name_is_one_line_of_what_terminals_print(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert simulate(scenario(tmp_path, 'name: "a\\e[31m\\nb"'), "--lang", "en") == 0
    output = capsys.readouterr().out
    assert "\x1b" not in output
    assert output.startswith("a\ufffd[31m b (mine)")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (AWARD % "take_up: 90%", AWARD % "take_up: 0.9"),
        (AWARD % "duration: {12か月: 50%, 2年: 50%}", AWARD % "duration: {12 months: 0.5, 24 months: 0.5}"),
        ("budget: {total: {2022: 170 億円}}", "budget: {total: {R4: 17,000 百万円}}"),
        ("budget: {changes: [{multiply: 90%}]}", "budget: {changes: [{multiply: 0.9}]}"),
        ("years: 2022-2026", "years: R4-R8"),
        ("figures: {a: {b: {value: 1, unit: x, source: y}}}", "figures: {a: {b: {value: 1, unit: x, source: y}}}"),
    ],
)
def test_overlays_that_say_the_same_in_other_words_are_no_conflict(tmp_path: Path, one: str, other: str) -> None:
    base = scenario(tmp_path, "budget: {allocation: proportional}" if "total" in one else "", "base.yaml")
    files = [
        write(tmp_path, name, f"extends: base.yaml\n{text}") for name, text in (("a.yaml", one), ("b.yaml", other))
    ]
    sim.load(base, overlays=files)


def test_overlays_on_one_file_between_are_no_conflict(tmp_path: Path) -> None:
    base = scenario(tmp_path, "", "base.yaml")
    write(tmp_path, "between.yaml", "extends: base.yaml\nbudget: {level: +5%}")
    first = write(tmp_path, "first.yaml", "extends: between.yaml\nbudget: {level: +10%}")
    second = write(tmp_path, "second.yaml", "extends: between.yaml\nbudget: {growth: 1%}")
    for overlays in ([first, second], [second, first]):
        budget = sim.load(base, overlays=overlays).document.budget
        assert (budget.level.at(2022), budget.growth.at(2023)) == (0.1, 0.01)


@pytest.mark.parametrize("overlays", [["baseline"], ["plus10pct", "plus10pct"]])
def test_an_overlay_in_force_already_is_refused(overlays: list[str]) -> None:
    with pytest.raises(sim.InputError, match="is in force already: leave out this overlay"):
        sim.load("scenarios/baseline.yaml", overlays=[f"scenarios/{name}.yaml" for name in overlays])


def test_overlays_of_another_baseline_are_refused(tmp_path: Path) -> None:
    other = write(tmp_path, "other.yaml", Path("src/simulator/portfolios/mext-fy2022.yaml").read_text("utf-8"))
    with pytest.raises(sim.InputError, match="overlays change one baseline"):
        sim.load("scenarios/baseline.yaml", overlays=[other])


def test_a_name_is_not_inherited(tmp_path: Path) -> None:
    document = sim.load(scenario(tmp_path, "name: Mine")).document
    assert (document.name, document.label.en, document.description.en) == ("Mine", None, None)


def test_a_scenario_to_start_from_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here = Path.cwd()
    os.chdir(tmp_path)
    try:
        assert simulate("init", "first") == 0
        assert simulate("first.yaml") == 0
        assert simulate("check", "first.yaml", "--strict") == 0
        assert simulate("init", "first") == 2
        assert "first.yaml: is there already" in capsys.readouterr().err
        assert simulate("init", "no/such/folder") == 2
        assert [path.name for path in tmp_path.iterdir()] == ["first.yaml"]
        text = Path("first.yaml").read_text(encoding="utf-8")
        text = re.sub(r"(?m)^# (?=programmes| )|(?<=^  )# (?=growth|changes|  -)", "", text)
        Path("first.yaml").write_text(text, encoding="utf-8")  # what it says in comments is right too
        assert simulate("check", "first.yaml") == 0
        assert len(sim.load("first.yaml").overrides) > 5
    finally:
        os.chdir(here)


NAMES = ["2024", "null", "1e3", "#x", "yes: no", "true", "it's", '"', "東京", "q", "a b"]


def test_whatever_a_scenario_is_called_it_loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    mask = os.umask(0o027)
    try:
        for name in NAMES:
            assert simulate("init", name) == 0
            assert sim.load(f"{name}.yaml").document.name == name
            assert Path(f"{name}.yaml").stat().st_mode & 0o777 == 0o640
    finally:
        os.umask(mask)


@pytest.mark.parametrize("name", ["", ".", "..", "sub/", "a\nb", "\x1b[31m", "/dev/null", ".yaml", "-x.yaml"])
def test_what_is_no_name_of_a_file_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert simulate("init", "--", name) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "\x1b" not in error
    assert list(tmp_path.iterdir()) == []


def test_a_new_scenario_names_what_it_extends_from_its_own_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "scenario.schema.json").touch()
    assert simulate("init", "first") == 0
    assert simulate("init", "sub/second", "--extends", "first.yaml") == 0
    lines = Path("sub/second.yaml").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "# yaml-language-server: $schema=scenario.schema.json"
    assert "extends: ../first.yaml" in lines
    assert simulate("check", "sub/second.yaml", "--strict") == 0  # first.yaml has +5% already
