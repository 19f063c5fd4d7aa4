"""One figure term by term: the terms add up to the figure of the run, and are as reckoned by hand."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import simulator as sim
from simulator import tables
from simulator.arithmetic import _TERMS, arithmetic
from simulator.errors import RequestError
from simulator.measures import TOTAL
from simulator.tables import Line
from tests.commands import simulate

LINE = """\
post:
  duration: 24 months
  history: {steady: 10}
  plan: 6
  costs:
    pay: {amount: 2 million yen, per: year}
    home: {amount: 0.5 million yen, per: end}
"""
CASES = [("covid-closure", 2025), ("sequester-2025", 2025)]


@pytest.mark.parametrize(("name", "year"), CASES)
def test_terms_add_up_to_every_figure_of_a_year(name: str, year: int) -> None:
    scenario = sim.load(f"scenarios/{name}.yaml")
    run = sim.run(scenario).runs[0]
    for measure in _TERMS:
        for line in tables.lines(run.labels, [measure]):
            if line.programme != TOTAL and (not line.award or measure in ("supported", "completions")):
                value = run.of(measure, line.programme, line.award)[year - 2022, 0]
                found = arithmetic(scenario, line, year)
                assert found.value == pytest.approx(value, rel=1e-9, abs=1e-7), line


def test_what_is_spent_is_as_reckoned_by_hand(portfolio: Callable[..., Path]) -> None:
    """Six begin at 2, six of the year before go on at 2 and go home at 0.5 each; fixed costs of 3."""
    file = portfolio(LINE, budget="100", programme="    fixed_costs: {amount: 3}")
    found = arithmetic(sim.load(file), Line("line", "", "spend"), 2024)
    told = [(term.of, term.begun, term.number, term.each, term.value) for term in found.terms]
    assert told == [
        ("fixed_costs", None, None, None, 3.0),
        ("starts", 2023, 6.0, pytest.approx(2.5), pytest.approx(15.0)),
        ("spend_new", None, 6.0, pytest.approx(2.0), pytest.approx(12.0)),
    ]
    assert found.value == pytest.approx(30.0)
    assert {source.path for source in found.inputs} >= {
        "programmes.line.awards.post.costs.pay.amount",
        "programmes.line.awards.post.duration",
        "programmes.line.fixed_costs.amount",
    }
    assert all(source.place is not None and source.place.line > 0 for source in found.inputs)


def test_cohorts_of_the_history_are_named_by_their_year(portfolio: Callable[..., Path]) -> None:
    found = arithmetic(sim.load(portfolio(LINE, budget="100")), Line("line", "post", "supported"), 2022)
    assert [(term.begun, term.number, term.each) for term in found.terms] == [(2021, 10.0, 1.0), (2022, 6.0, 1.0)]


@pytest.mark.parametrize(
    ("line", "year", "text"),
    [
        (Line("line", "", "spend"), 2040, "shows FY2022 to FY2027, not FY2040"),
        (Line("line", "", "success_rate"), 2022, "has no arithmetic of its own; there is one of spend,"),
        (Line("line", "", "spendd"), 2022, "did you mean spend"),
        (Line("total", "", "spend"), 2022, "name one programme, of line"),
        (Line("line", "desk", "supported"), 2022, "line has no award type desk; it has post"),
        (Line("line", "post", "spend"), 2022, "is of programmes, not of award types"),
    ],
)
def test_what_has_no_terms_is_refused(portfolio: Callable[..., Path], line: Line, year: int, text: str) -> None:
    with pytest.raises(RequestError, match=text):
        arithmetic(sim.load(portfolio(LINE, budget="100")), line, year)


def explain(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = simulate("explain", *arguments)
    return status, *capsys.readouterr()


def test_the_command_prints_differences_that_add_up_as_shown(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = explain(capsys, "scenarios/weak-yen-compensated.yaml", "--measure", "spend", "--lang", "en")
    assert status == 0
    rows = [line for line in out.splitlines() if line[:1].isalpha() or line.startswith("  ")]
    start = next(place for place, line in enumerate(rows) if line.startswith("Overseas fellowships"))
    whole = [float(cell.replace(",", "")) for cell in rows[start].split()[2:]]
    parts = [line.rpartition("→")[2] if "→" in line else line for line in rows[start + 1 : start + 3]]
    shown = [[float(cell.replace(",", "")) for cell in part.split()[-11:]] for part in parts]
    assert [round(sum(column), 6) for column in zip(*shown, strict=True)] == whole
    assert "indexation: 0 % → 100 %" in out


def test_machine_formats_have_figures_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = explain(capsys, "scenarios/weak-yen-compensated.yaml", "--measure", "spend", "--format", "json")
    rows = [row for row in json.loads(out) if row["programme"] == "total" and row["fiscal_year"] == 2024]
    (whole,) = [row["value"] for row in rows if row["statistic"] == "difference"]
    runs = sim.run(["scenarios/weak-yen-compensated.yaml", "scenarios/baseline.yaml"]).runs
    assert whole == pytest.approx(runs[0].of("spend")[2, 0] - runs[1].of("spend")[2, 0])
    assert sum(row["value"] for row in rows if row["statistic"] == "contribution") == pytest.approx(whole, abs=1e-6)


def test_one_figure_names_the_place_of_its_inputs(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("scenarios/plus10pct.yaml", "--measure", "spend", "--programme", "satreps", "--year", "2024")
    _, out, _ = explain(capsys, *arguments, "--lang", "en")
    assert "Spend of SATREPS in FY2024, million yen, term by term" in out
    assert "scenarios/plus10pct.yaml:9:10" in out
    _, out, _ = explain(capsys, *arguments, "--format", "csv")
    value = sim.run("scenarios/plus10pct.yaml").runs[0].of("spend", "satreps")[2, 0]
    assert sum(float(row.split(",")[-2]) for row in out.splitlines()[1:]) == pytest.approx(value)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("--year", "2024"), "name one with --measure ID --programme ID"),
        (("--year", "2024", "--draws", "10"), "leave out --draws"),
        (("--measure", "spendd"), "did you mean spend"),
        (("--programme", "satrep"), "no such programme"),
        (("--years", "2050"), "shows FY2022 to FY2031"),
        (("--measure", "success_rate", "--save", "x.svg"), "name a --programme"),
        (("--save", "x.gif"), "a plot is a file that ends in"),
    ],
)
def test_bad_requests_are_one_line(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], text: str, tmp_path: Path
) -> None:
    given = [str(tmp_path / each) if each.startswith("x.") else each for each in arguments]
    status, out, err = explain(capsys, "scenarios/plus10pct.yaml", *given)
    assert (status, out) == (2, "")
    assert text in err
    assert err.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_a_bridge_is_saved(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "bridge.svg"
    status, _, _ = explain(
        capsys, "scenarios/weak-yen-compensated.yaml", "--measure", "spend", "--save", str(file), "--lang", "en"
    )
    assert status == 0
    text = file.read_text(encoding="utf-8")
    assert "economy.usd_jpy" in text
    assert "All programmes: Spend of FY2022 to FY2031, from Baseline" in text
