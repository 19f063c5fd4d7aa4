"""Files as people write them: what merges, what replaces, where a value was written, what is refused and how."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import simulator as sim
from simulator.award_types import Award
from simulator.nodes import read_text
from simulator.scenario import Document, leaves
from simulator.values import Steps

BAD = Path(__file__).parent / "bad_scenarios"
FELLOWS = "programmes.overseas_fellowships.awards.fellowship"


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def fellowship(document: Document) -> object:
    return document.programmes["overseas_fellowships"].awards["fellowship"]


@pytest.mark.parametrize("path", sorted(BAD.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_bad_file_gives_the_message_of_its_first_line(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from simulator.cli import main

    here = Path.cwd()
    os.chdir(BAD)
    try:
        with pytest.raises(SystemExit) as ended:
            main([path.name])
    finally:
        os.chdir(here)
    output = capsys.readouterr()
    assert ended.value.code == 2
    assert output.err == path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ") + "\n"
    assert output.out == ""


def test_mappings_merge_and_values_replace(tmp_path: Path) -> None:
    write(
        tmp_path,
        "one.yaml",
        """
        extends: mext-fy2022
        programmes:
          satreps:
            budget: {level: +5%}
            awards:
              project: {duration: 48 months, take_up: {2022: 90%, 2024: 80%}}
        """,
    )
    path = write(
        tmp_path,
        "two.yaml",
        "extends: one.yaml\nprogrammes: {satreps: {budget: {growth: 1%}, awards: {project: {take_up: {2026: 70%}}}}}",
    )
    scenario = sim.load(path)
    satreps = scenario.document.programmes["satreps"]
    assert satreps.budget.level.at(2022) == 0.05
    assert satreps.budget.growth.at(2023) == 0.01
    assert longest(satreps.awards["project"]) == 48.0
    assert [satreps.awards["project"].take_up.at(year) for year in (2022, 2025, 2026)] == [1.0, 1.0, 0.7]
    assert scenario.parent is not None
    assert scenario.parent.name == "one"
    assert longest(scenario.portfolio.programmes["satreps"].awards["project"]) == 60.0


def test_a_programme_may_be_called_as_a_distribution_is(tmp_path: Path) -> None:
    text = "beta: {agency: X, appropriations: {request: 5, enacted: 5}}"
    path = write(tmp_path, "mine.yaml", f"extends: mext-fy2022\nprogrammes: {{{text}}}\n")
    assert {"beta", "satreps"} <= set(sim.load(path).document.programmes)
    assert problems(write(tmp_path, "other.yaml", "extends: mext-fy2022\nnormal: 5\n")) == ["normal"]


def longest(award: Award) -> float:
    assert award.duration is not None
    return max(high for _, high, _ in award.duration.at(2022).ranges)


def test_places_and_sources_follow_a_value_through_merging(tmp_path: Path) -> None:
    path = write(tmp_path, "mine.yaml", "extends: mext-fy2022\nprogrammes:\n  satreps: {reserve: 1 億円}\n")
    scenario = sim.load(path)
    assert str(scenario.places["programmes.satreps.reserve"]) == f"{path}:3:22"
    grant = scenario.places["programmes.satreps.awards.project.costs.grant.amount"]
    assert grant.file == "mext-fy2022.yaml"
    assert grant.source == "MEXT FY2022 budget request: 35百万円程度／年・課題"


def test_settings_lie_over_the_file() -> None:
    scenario = sim.load(
        "scenarios/plus10pct.yaml",
        settings=["budget.level=-5%", f"{FELLOWS}.plan.2024=400", "programmes.satreps.appropriations.request=20 億円"],
    )
    document = scenario.document
    assert document.budget.level.at(2022) == -0.05
    assert document.programmes["satreps"].appropriations["request"].at(2022) == 2000
    plan = document.programmes["overseas_fellowships"].awards["fellowship"].plan
    assert plan is not None
    assert [plan.at(year) for year in (2022, 2023, 2024)] == [305, 305, 400]
    assert str(scenario.places["budget.level"]) == "--set budget.level=-5%"
    assert scenario.name == "plus10pct"


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("budget.level", "--set budget.level: a setting is PATH=VALUE, such as budget.level=+10%"),
        ("budget.levl=+1%", "--set budget.levl=+1%: budget.levl: no such key; did you mean level?"),
        ("budget.level=10%", "--set budget.level=10%: budget.level: 10% has no sign: write +10% or -10%"),
        ("budget.level.2024=+1%", "--set budget.level.2024=+1%: 2024 cannot be set inside +10%, which is one value"),
        ("budget.level=[", "--set budget.level=[: is not YAML here: did not find expected node content"),
        ("budget.level=\udcff", "is not UTF-8 text: write it in UTF-8"),
        (
            "budget.lev\x1b[31m\r\n::error::=1",
            "--set budget.lev\ufffd[31m  ::error::=1: budget.lev\ufffd[31m  ::error::: no such",
        ),
        ("programmes.satrep.intake=cash", "no such programme; did you mean satreps?"),
    ],
)
def test_settings_that_cannot_be_read_are_refused(setting: str, message: str) -> None:
    with pytest.raises(sim.InputError) as raised:
        sim.load("scenarios/plus10pct.yaml", settings=[setting])
    assert message in str(raised.value)


def test_every_problem_of_a_file_is_reported_at_once(tmp_path: Path) -> None:
    path = write(tmp_path, "many.yaml", "extends: mext-fy2022\nbudget: {level: 5%, growht: 1%}\nyears: soon\n")
    assert problems(path) == ["budget.level", "budget.growht", "years"]


def test_every_fault_inside_one_value_is_reported_at_once(tmp_path: Path) -> None:
    text = """
    duration: {12 months: 30, 24 months: 70%, 3 foo: 1}
    take_up: {2022: 98, 2023: 97%, foo: 2}
    history: {2020: x, 2021: y}
    start_months: {april: most, avril: 1}
    plan: {empirical: [1, two, 3, four]}
    costs: {grant: {amount: {near: 1 ドル, far: 2 ドル}, spread: [50, 50%, half]}}
    """
    path = write(tmp_path, "mine.yaml", f"extends: mext-fy2022\nprogrammes:\n satreps:\n  awards:\n   project:{text}")
    assert [each.removeprefix("programmes.satreps.awards.project.") for each in problems(path)] == [
        "duration.12 months",
        "duration.3 foo",
        "take_up.2022",
        "take_up.foo",
        "history.2020",
        "history.2021",
        "start_months.april",
        "start_months.avril",
        "plan.empirical.1",
        "plan.empirical.3",
        "costs.grant.amount.near",
        "costs.grant.amount.far",
        "costs.grant.spread.0",
        "costs.grant.spread.2",
    ]


def test_a_fault_of_a_key_stands_at_the_key(tmp_path: Path) -> None:
    text = "extends: mext-fy2022\nprogrammes: {satreps: {awards: {project: {plan: {\n1999999:\n 3}}}}}\n"
    with pytest.raises(sim.InputError) as raised:
        sim.load(write(tmp_path, "mine.yaml", text))
    assert (raised.value.problems[0].place.line, raised.value.problems[0].place.column) == (3, 1)


def problems(path: Path, *settings: str) -> list[str]:
    with pytest.raises(sim.InputError) as raised:
        sim.load(path, settings=settings)
    return [problem.path for problem in raised.value.problems]


def test_problems_of_values_and_of_values_together_come_at_once(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "both.yaml",
        """
        extends: mext-fy2022
        budget: {level: 5%, total: 163 億円}
        programmes:
          sakura_science: {awards: {visit: {duration: 3 parsecs, promotes: [{to: nowhere, share: 1%, lag: 1}]}}}
        """,
    )
    award = "programmes.sakura_science.awards.visit"
    assert problems(path) == ["budget.level", "budget.total", f"{award}.duration", f"{award}.promotes.0.to"]


def test_problems_of_parents_and_settings_come_with_those_of_the_file(tmp_path: Path) -> None:
    write(tmp_path, "parent.yaml", "extends: mext-fy2022\nbudget: {level: 5%}\n")
    path = write(tmp_path, "child.yaml", "extends: parent.yaml\nbudget: {growth: fast}\n")
    found = problems(path, "years=soon", "budget.base=asked")
    assert found == ["years", "budget.base", "budget.growth", "budget.level"]


def test_a_fault_that_a_child_overrides_is_still_its_parents(tmp_path: Path) -> None:
    write(tmp_path, "parent.yaml", "extends: mext-fy2022\nbudget: {level: 5%}\n")
    path = write(tmp_path, "child.yaml", "extends: parent.yaml\nbudget: {level: +5%}\n")
    assert problems(path) == ["budget.level"]


def test_a_rule_broken_in_another_file_is_told_at_the_value_that_breaks_it_once(tmp_path: Path) -> None:
    said = (
        "first_year: does not go with programmes.overseas_fellowships.awards.fellowship.history.2010 "
        "(mext-fy2022.yaml:46:25): history ends before FY2010, the first simulated year; and 43 more"
    )
    path = write(tmp_path, "mine.yaml", "extends: mext-fy2022\nbudget: {level: +5%}\nfirst_year: 2010\n")
    with pytest.raises(sim.InputError) as raised:
        sim.load(path)
    assert str(raised.value) == f"{path}:3:13: {said}"
    with pytest.raises(sim.InputError) as raised:
        sim.load("mext-fy2022", settings=["budget.level=+5%", "first_year=2010"])
    assert str(raised.value) == f"--set first_year=2010: {said}"
    with pytest.raises(sim.InputError, match=r"^--set budget.base=asked: budget.base: overseas_fellowships has no"):
        sim.load("mext-fy2022", settings=["budget.base=asked"])


def test_one_fault_causes_one_problem(tmp_path: Path) -> None:
    text = "extends: mext-fy2022\nprogrammes: {satreps: {awards: {project: {budget_share: much}}}}\n"
    assert problems(write(tmp_path, "one.yaml", text)) == ["programmes.satreps.awards.project.budget_share"]
    text = "extends: mext-fy2022\nprogrammes: {satreps: {awards: {new: {duration: 1 year}}}}\n"
    assert problems(write(tmp_path, "two.yaml", text)) == ["programmes.satreps.awards.new"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{a: 3,363 百万円}", "3,363 百万円"),
        ("{b: 1, a: 1,234,567, c: 2}", "1,234,567"),
        ("{a: ¥3,363m}", "¥3,363m"),
        ("a: no", "no"),
        ("a: 1e3", 1000.0),
        ("a: 12:30:45", "12:30:45"),
        ("a: 0o17", "0o17"),
        ("a: 2022-04-01", "2022-04-01"),
        ("a: ~", None),
        ("a: 'null'", "null"),
        ("a: true", True),
        ("a: .5", 0.5),
        ("a: 令和4年度", "令和4年度"),
        ("a: {value: 12, source: here, note: soft}", 12),
    ],
)
def test_yaml_1_2_without_its_traps(text: str, value: object) -> None:
    assert read_text(text, "text").plain["a"] == value


@pytest.mark.parametrize(
    "text",
    [
        "a: &x 1\nb: *x",
        "{a: 1, <<: {b: 2}}",
        "a: !!python/name:os.system",
        "? [a]\n: 1",
        "{a: 3,36 百万円}",
        "a: 1\na: 2",
        "--- 1\n--- 2",
        "a: '",
        "[" * 100 + "]" * 100,
    ],
)
def test_yaml_that_hides_something_is_refused(text: str) -> None:
    with pytest.raises(sim.InputError):
        read_text(text, "text")


@pytest.mark.parametrize(
    "written", ["assumption: why", "Assumption: why", "ASSUMPTION：why", " 仮定: why", "仮定：why"]
)
def test_an_assumption_has_one_spelling_however_it_is_written(written: str) -> None:
    for text in (f"a: {{value: 1, source: '{written}'}}", f"a: {{b: {{value: 1, unit: x, source: '{written}'}}}}"):
        tree = read_text(text, "text").value["a"]
        assert tree.place.source == "assumption: why" or tree.plain["b"]["source"] == "assumption: why"


@pytest.mark.parametrize("written", ["2027-03-31", "2027-3-31", "2027/3/31", "2027年3月31日"])
def test_a_day_has_one_spelling_however_it_is_written(written: str) -> None:
    tree = read_text(f"a: {{value: 1, source: me, expires: {written}}}", "text").value["a"]
    assert tree.place.expires == "2027-03-31"


def test_an_alias_is_refused_where_it_stands() -> None:
    with pytest.raises(sim.InputError) as raised:
        read_text("a: &x\n  b: 1\nc: *x\n", "text")
    assert str(raised.value) == "text:3:4: aliases (*name) are not read here: write the value out"


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    for name, data, message in (
        ("latin.yaml", "name: Größe".encode("latin-1"), "latin.yaml:1:1: is not UTF-8 text: save the file as UTF-8"),
        ("large.yaml", b"#" * 4_000_001, "a scenario has at most 4,000,000"),
        ("empty.yaml", b"", "neither extends nor first_year, price_base_year, programmes is given: write extends"),
    ):
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(sim.InputError) as raised:
            sim.load(path)
        assert message in str(raised.value)
    with pytest.raises(sim.InputError, match="is a folder: write the name of a scenario file"):
        sim.load(tmp_path)


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "bom.yaml"
    path.write_bytes(b"\xef\xbb\xbfextends: mext-fy2022\n")
    assert sim.load(path).document.first_year == 2022


def test_a_portfolio_of_another_agency_runs_by_its_path(tmp_path: Path) -> None:
    write(
        tmp_path,
        "agency.yaml",
        """
        first_year: 2030
        price_base_year: 2030
        programmes:
          grants:
            agency: Council
            appropriations: {voted: 12}
            awards: {grant: {duration: 3 years, history: {steady: 1}, costs: {grant: {amount: 1, per: year}}}}
        """,
    )
    path = write(tmp_path, "more.yaml", "extends: agency.yaml\nbudget: {level: +25%}\n")
    run = sim.run(path).runs[0]
    assert run.years == range(2030, 2040)
    assert run.of("selected", "grants")[-1, 0] == 5


def test_loading_imports_neither_pandas_nor_scipy_nor_numpy() -> None:
    code = (
        "import sys, simulator; simulator.load('mext-fy2022'); "
        "print(sorted({'pandas', 'scipy', 'matplotlib', 'numpy', 'rich'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    ("setting", "path", "value"),
    [
        ("programmes.satreps.awards.feasibility_study.promotes.0.share=50%", "promotes.0.share", 0.5),
        (f"{FELLOWS}.plan.R4=200", "plan", 200.0),
        (f"{FELLOWS}.plan.2022=200", "plan", 200.0),
    ],
)
def test_a_setting_reaches_into_lists_and_years(setting: str, path: str, value: float) -> None:
    scenario = sim.load("scenarios/baseline.yaml", settings=[setting])
    (written,) = (
        leaf for name, leaf in leaves(scenario.document) if name.endswith(path) and name in scenario.overrides
    )
    assert isinstance(written, Steps)
    assert written.at(2022) == value


def test_a_setting_replaces_what_means_the_same_however_it_is_written(tmp_path: Path) -> None:
    text = "start_months: {4月: 50%, 10月: 50%}, duration: {12か月: 50%, 24か月: 50%}"
    path = write(
        tmp_path, "mine.yaml", f"extends: mext-fy2022\nprogrammes: {{satreps: {{awards: {{project: {{{text}}}}}}}}}"
    )
    award = "programmes.satreps.awards.project"
    months = (f"{award}.start_months.april=40%", f"{award}.start_months.oct=60%")
    lengths = (f"{award}.duration.12 months=40%", f"{award}.duration.2 years=60%")
    project = sim.load(path, settings=[*months, *lengths]).document.programmes["satreps"].awards["project"]
    assert [project.start_months.at(2022)[month] for month in (0, 6)] == [0.4, 0.6]
    assert project.duration is not None
    assert project.duration.at(2022).ranges == ((12.0, 12.0, 0.4), (24.0, 24.0, 0.6))


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        (
            "programmes.satreps.awards.feasibility_study.promotes.3.share=50%",
            "there is no item 3 here; its items are 0 to 0",
        ),
        ("budget.changes.0.add=5", "there is no item 0 here; it has no items: set the whole list"),
        ("budget.level=", "a setting is PATH=VALUE"),
    ],
)
def test_settings_that_lead_nowhere_are_named(setting: str, said: str) -> None:
    with pytest.raises(sim.InputError) as raised:
        sim.load("scenarios/baseline.yaml", settings=[setting])
    assert said in str(raised.value)
    assert str(raised.value).startswith(f"--set {setting}")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("extends: mext-fy2022\n".encode("utf-16"), "x.yaml:1:1: is not UTF-8 text: save the file as UTF-8"),
        ("extends: 基準\n".encode("cp932"), "x.yaml:1:1: is not UTF-8 text: save the file as UTF-8"),
        (b"\x89PNG\r\n\0\0", "x.yaml:1:1: is no text file: name a scenario file (.yaml)"),
        (b"budget: {\n\tlevel: +1%, ]\n", "x.yaml:2:14: is not YAML here: did not find expected node content"),
    ],
)
def test_what_is_no_yaml_is_told_by_what_it_is(content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(content)
    with pytest.raises(sim.InputError) as raised:
        sim.load(path)
    assert str(raised.value).endswith(message)
