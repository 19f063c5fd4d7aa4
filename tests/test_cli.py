"""The command line as people use it: output, exit status, and what stays silent."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands import simulate

pytestmark = pytest.mark.usefixtures("english")


def test_the_main_job(capsys: pytest.CaptureFixture[str]) -> None:
    assert simulate("scenarios/plus10pct.yaml") == 0
    output = capsys.readouterr()
    lines = output.out.splitlines()
    assert lines[0] == "Plus 10 % (plus10pct), beside baseline"
    assert lines[4] == "Selected in the year"
    assert lines[6].split()[2:] == ["335", "336", "335", "335", "336", "335", "336", "335", "335", "336"]
    assert lines[7].split()[2:] == ["+30", "+31", "+30", "+30", "+31", "+30", "+31", "+30", "+30", "+31"]
    assert output.err == ""
    assert "\x1b" not in output.out


def test_run_may_be_said_and_options_may_stand_anywhere(capsys: pytest.CaptureFixture[str]) -> None:
    calls = (
        ("run", "scenarios/plus10pct.yaml", "--measure", "selected"),
        ("--measure", "selected", "scenarios/plus10pct.yaml"),
        ("scenarios/plus10pct.yaml", "--measure", "selected"),
    )
    printed = []
    for call in calls:
        assert simulate(*call) == 0
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1] == printed[2] != ""


def test_several_scenarios_stand_side_by_side_with_differences_from_the_first(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert (
        simulate("scenarios/baseline.yaml", "scenarios/plus10pct.yaml", "--measure", "budget", "--years", "2022") == 0
    )
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    first = lines.index("Overseas fellowships")
    assert lines[first : first + 4] == [
        "Overseas fellowships",
        "  baseline            3,363",
        "  plus10pct           3,699",
        "    Δ baseline         +336",
    ]


def test_baseline_names_what_differences_are_taken_from(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("scenarios/plus10pct.yaml", "--baseline", "scenarios/minus10pct.yaml", "--format", "json")
    assert simulate(*arguments, "--differences", "--measure", "budget", "--years", "2030") == 0
    rows = json.loads(capsys.readouterr().out)
    total = {row["statistic"]: row["value"] for row in rows if row["programme"] == "total"}
    assert total["difference"] == pytest.approx(3260)
    assert {row["scenario"] for row in rows} == {"plus10pct"}


def test_japanese_words_and_ids_in_machine_formats(capsys: pytest.CaptureFixture[str]) -> None:
    assert simulate("scenarios/baseline.yaml", "--lang", "ja", "--years", "令和4年度") == 0
    assert "海外特別研究員         305" in capsys.readouterr().out
    assert simulate("scenarios/baseline.yaml", "--lang", "ja", "--format", "csv", "--measure", "spend") == 0
    assert "baseline,2022,overseas_fellowships,,spend,value," in capsys.readouterr().out


def test_language_comes_from_the_locale(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8")
    assert simulate("scenarios/baseline.yaml", "--measure", "budget") == 0
    assert "予算額（百万円）" in capsys.readouterr().out


def test_fail_if(capsys: pytest.CaptureFixture[str]) -> None:
    assert simulate("scenarios/baseline.yaml", "--quiet", "--fail-if", "shortfall > 0") == 0
    assert capsys.readouterr().err == ""
    condition = "selected[satreps] < 19"
    assert simulate("scenarios/minus10pct.yaml", "--fail-if", condition, "--fail-if", "shortfall > 0") == 1
    assert capsys.readouterr().err == "minus10pct: selected[satreps] < 19 holds in FY2022: 10\n"


def test_warnings_of_shortfall_idle_overrides_and_identical_scenarios(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    baseline = Path("scenarios/baseline.yaml").resolve()
    path = tmp_path / "idle.yaml"
    path.write_text(f"extends: {baseline}\nbudget: {{level: +0%}}\n", encoding="utf-8")
    assert simulate(str(path)) == 0
    assert capsys.readouterr().err.splitlines() == [
        f"warning: {path}:2:17: budget.level: this override changes nothing: baseline says the same",
        "warning: idle and baseline give identical results: what the scenario changes reaches no figure",
    ]
    assert simulate("scenarios/plus10pct.yaml", "--set", "years=2022-2041") == 0
    assert capsys.readouterr().err == ""
    path.write_text(f"extends: {baseline}\nbudget: {{level: -100%}}\n", encoding="utf-8")
    assert simulate(str(path), "--lang", "ja") == 0
    assert "idle：海外特別研究員はR4、R5、" in capsys.readouterr().err
    assert simulate(str(path), "--quiet") == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["scenarios/none.yaml"], "there is no file scenarios/none.yaml"),
        (["scenarios/baselin.yaml"], "did you mean baseline.yaml?"),
        (["scenarios/nothere.yaml"], "there is no file scenarios/nothere.yaml\n"),
        (["plus10pct.yaml"], "there is no file plus10pct.yaml; did you mean scenarios/plus10pct.yaml?\n"),
        (["scenarios/baseline.yaml", "--lang", "jp"], "Invalid value for '--lang': 'jp' is not one of 'en', 'ja'."),
        (["docs/pictures/report.png"], "report.png:1:1: is no text file: name a scenario file (.yaml)"),
        (["scenarios/baseline.yaml", "--measure", "selectd"], "selectd: no such measure; did you mean selected?"),
        (["scenarios/baseline.yaml", "--programme", "satrep"], "satrep: no such programme; there are overseas_"),
        (["scenarios/baseline.yaml", "--years", "2020-2024"], "--years 2020-2024: baseline shows FY2022 to FY2031"),
        (["scenarios/baseline.yaml", "--set", "budget.level"], "a setting is PATH=VALUE"),
        (["scenarios/baseline.yaml", "--fail-if", "often"], "'often' is no condition"),
        (["scenarios/baseline.yaml", "scenarios/baseline.yaml"], "baseline is given twice"),
        (["scenarios/baseline.yaml", "--fail-if", "selected[sakura] > 3"], "sakura: no such programme"),
        (
            ["scenarios/baseline.yaml", "--measure", "unit_price_x"],
            "unit_price_x: no award type has such a cost component",
        ),
        (["sources"], "Missing argument"),
        (["scenarios/baseline.yaml", "--frmat", "csv"], "No such option: --frmat"),
    ],
)
def test_what_is_wrong_is_said_in_one_line_with_status_2(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert simulate(*arguments) == 2
    output = capsys.readouterr()
    assert message in output.err
    assert output.err.count("\n") == 1
    assert output.out == ""


def test_sources_say_where_every_number_comes_from(capsys: pytest.CaptureFixture[str]) -> None:
    assert simulate("sources", "scenarios/plus10pct.yaml") == 0
    output = capsys.readouterr()
    lines = [line.split() for line in output.out.splitlines()]
    assert ["budget.level", "0.1", "share", "scenarios/plus10pct.yaml:9:10", "set", "by", "the", "scenario"] in lines
    assert any(
        line[:3] == ["programmes.sakura_science.awards.visit.costs.visit.amount", "0.44", "million_yen"]
        for line in lines
    )
    assert "Sakura Science" not in output.out.partition("Residuals")[2]  # derived from the request: nothing is left
    assert "16.7%" in output.out
    assert output.err == ""
    assert any(line[-3:] == ["no", "source", "given"] and line[0] == "first_year" for line in lines)


def test_sources_read_back_to_the_same_bits(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    text = "take_up: 0.12345678901234567, start_months: {april: 50%, 10月: 50%}"
    text += ", duration: {12 months: 30%, 1-2 years: 70%}"
    text += ", costs: {grant: {per: award, spread: [25%, 0, 75%]}}"
    path.write_text(
        f"extends: mext-fy2022\nprogrammes: {{satreps: {{awards: {{project: {{{text}}}}}}}}}", encoding="utf-8"
    )
    assert simulate("sources", str(path), "--format", "json") == 0
    listed = {each["path"]: each["value"] for each in json.loads(capsys.readouterr().out)}
    project = "programmes.satreps.awards.project"
    assert listed[f"{project}.take_up"] == 0.12345678901234567
    assert listed[f"{project}.start_months"] == "0.5 in april + 0.5 in october"
    assert listed[f"{project}.duration"] == "0.3 of 12 + 0.7 of 12-24"
    assert listed["programmes.satreps.whole_awards"] is True
    assert listed["first_year"] == 2022
    spread = listed[f"{project}.costs.grant.spread"]
    assert spread == "0.25 in the fiscal year of the start + 0.75 after 2 years"
    assert simulate("sources", str(path), "--format", "csv") == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert {row["path"]: row["value"] for row in rows}[f"{project}.take_up"] == repr(0.12345678901234567)
    assert {row["path"]: row["value"] for row in rows}["programmes.satreps.whole_awards"] == "true"


def test_help_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert simulate("--help") == 0
    assert "simulate SCENARIO.yaml" in capsys.readouterr().out
    assert simulate("run", "--help") == 0
    text = capsys.readouterr().out
    for option in ("measure", "programme", "years", "set", "baseline", "differences", "fail-if", "format", "lang"):
        assert f"--{option}" in text
    assert simulate("--version") == 0
    assert capsys.readouterr().out == "simulate 0.1.0\n"


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys\nfrom simulator.cli import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'pandas', 'scipy', 'matplotlib', 'numpy', 'pydantic', 'yaml', 'rich', 'simpy'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("form", ["csv", "table"])
def test_a_reader_that_goes_away_is_no_error(form: str) -> None:
    code = f"from simulator.cli import main; main(['scenarios/baseline.yaml', '--format', '{form}'])"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait() == 0


def test_a_full_disk_is_the_machines_failure() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no device that is always full")
    code = "from simulator.cli import main; main(['scenarios/baseline.yaml'])"
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run([sys.executable, "-c", code], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 3
    assert done.stderr.count("\n") == 1


def test_a_terminal_that_cannot_write_japanese_gets_a_message_not_a_traceback() -> None:
    code = "from simulator.cli import main; main(['scenarios/baseline.yaml', '--lang', 'ja'])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, env={"PYTHONIOENCODING": "ascii"}, check=False
    )
    assert b"Traceback" not in done.stderr
    assert io.BytesIO(done.stdout).read().isascii()


def test_a_closed_standard_output_is_no_error() -> None:
    code = "import sys; sys.stdout = None; from simulator.cli import main; main(['scenarios/baseline.yaml'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("setting", ["budget.level=" + "[" * 60_000, "a." * 500 + "a=5"], ids=["value", "path"])
def test_deep_settings_are_refused(setting: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert simulate("scenarios/baseline.yaml", "--set", setting) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_parent_is_run_over_the_years_of_its_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("scenarios/plus10pct.yaml", "--set", "years=2030-2035", "--measure", "budget", "--format", "json")
    assert simulate(*arguments, "--differences") == 0
    rows = json.loads(capsys.readouterr().out)
    assert len([row for row in rows if row["statistic"] == "difference"]) == 8 * 6


def test_a_scenario_on_a_portfolio_is_shown_beside_it(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "more.yaml"
    path.write_text("extends: mext-fy2022\nbudget: {level: +1%}\n", encoding="utf-8")
    assert simulate(str(path), "--measure", "budget") == 0
    assert "Δ mext-fy2022" in capsys.readouterr().out
    assert simulate("scenarios/baseline.yaml", "--measure", "budget") == 0
    assert "Δ" not in capsys.readouterr().out


def test_settings_that_reach_no_figure_are_warned_of(capsys: pytest.CaptureFixture[str]) -> None:
    assert simulate("scenarios/baseline.yaml", "--set", "economy.eur_jpy.growth=10%") == 0
    assert "baseline --set and baseline give identical results" in capsys.readouterr().err


def test_why_the_required_budget_of_all_is_not_known(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    award = "{duration: 12 months, costs: {grant: {amount: 5, per: start}}%s}"
    path, base = tmp_path / "brain.yaml", Path("scenarios/baseline.yaml").resolve()
    for plan, told in (("", True), (", plan: 200", False)):
        brain = f"{{agency: JSPS, appropriations: {{request: 1200}}, awards: {{visit: {award % plan}}}}}"
        path.write_text(f"extends: {base}\nprogrammes: {{brain: {brain}}}\n", encoding="utf-8")
        assert simulate(str(path)) == 0
        assert ("award types of brain have no plan" in capsys.readouterr().err) is told
