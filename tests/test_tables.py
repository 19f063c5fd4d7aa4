"""The tidy table, pivots, differences and conditions."""

import csv
import io
import json
import math
from pathlib import Path

import numpy as np
import pytest

import simulator as sim
from simulator import tables
from simulator.conditions import Condition
from simulator.measures import MEASURES
from simulator.report import machine
from tests.commands import simulate

COLUMNS = ["scenario", "fiscal_year", "programme", "award", "measure", "statistic", "value", "unit"]


@pytest.fixture(scope="module")
def baseline() -> sim.Result:
    return sim.run("scenarios/baseline.yaml")


def test_tidy_table_has_the_columns_of_the_interface(baseline: sim.Result) -> None:
    table = baseline.table()
    assert list(table.columns) == COLUMNS
    assert set(table["measure"]) >= set(MEASURES)
    assert set(table["unit"]) == {"million_yen", "count", "person_month", "ratio"}
    assert not table.duplicated(COLUMNS[:6]).any()


def test_totals_are_of_money_only(baseline: sim.Result) -> None:
    table = baseline.table()
    total = table[table["programme"] == "total"]
    assert set(total["unit"]) == {"million_yen"}
    spend = table[(table["measure"] == "spend") & (table["fiscal_year"] == 2025)].set_index("programme")["value"]
    assert spend["total"] == pytest.approx(spend.drop("total").sum())


def test_pivot_is_programmes_by_years(baseline: sim.Result) -> None:
    selected = baseline.pivot("selected")
    assert selected.loc["invited_researchers", 2030] == 583
    assert " ".join(map(str, selected.columns)) == "2022 2023 2024 2025 2026 2027 2028 2029 2030 2031"


def test_compare_adds_difference_and_ratio(baseline: sim.Result) -> None:
    table = sim.compare(baseline, sim.run("scenarios/plus10pct.yaml"))
    cell = table[(table["measure"] == "budget") & (table["fiscal_year"] == 2022) & (table["programme"] == "total")]
    figures = cell.set_index("statistic")["value"]
    assert figures["difference"] == pytest.approx(1630)
    assert figures["ratio"] == pytest.approx(1.1)


def test_csv_and_json_read_back_to_the_same_bits(baseline: sim.Result) -> None:
    rows = list(tables.rows(baseline))
    text, objects = io.StringIO(), io.StringIO()
    machine.write_csv(rows, text, header=tables.Row._fields)
    machine.write_json(rows, objects)
    read = list(csv.DictReader(io.StringIO(text.getvalue())))
    values = [float(row["value"]) if row["value"] else None for row in read]
    assert values == [row.value for row in rows]
    assert [row["value"] for row in json.loads(objects.getvalue())] == values


def test_a_value_that_does_not_exist_is_empty(baseline: sim.Result) -> None:
    without = sim.run(sim.load("scenarios/baseline.yaml", settings=["programmes.sicorp.awards.travel.plan=null"]))
    rows = {(row.programme, row.measure): row.value for row in tables.rows(without, names=["required_budget"])}
    assert rows["sicorp", "required_budget"] is None
    assert rows["total", "required_budget"] is None
    assert rows["satreps", "required_budget"] is not None
    assert all(row.value is None or math.isfinite(row.value) for row in tables.rows(baseline))


def test_unknown_measures_programmes_and_awards_are_named(baseline: sim.Result) -> None:
    run = baseline.runs[0]
    for arguments, message in (
        (("selectd", "satreps"), "selectd: no such measure; did you mean selected?"),
        (("selected", "satrep"), "satrep: no such programme; there are"),
        (("selected", "satreps", "projcet"), "satreps has no award type projcet; it has project, feasibility_study"),
        (("selected",), "selected does not add up over programmes"),
        (("cost_per_start", "satreps"), "cost_per_start does not add up over award types"),
        (("budget", "satreps", "project"), "budget is of programmes, not of award types"),
    ):
        with pytest.raises(sim.RequestError) as raised:
            run.of(*arguments)
        assert message in str(raised.value)


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("shortfall > 0", None),
        ("unspent > 900 百万円", (2022, 943.4)),
        ("selected[overseas_fellowships] >= 305", (2022, 305)),
        ("selected[satreps.project, 2025] < 9", None),
        ("selected[satreps.project,FY2025] == 9", (2025, 9)),
        ("budget[other]!=35.17億円", None),
    ],
)
def test_conditions(baseline: sim.Result, text: str, met: tuple[int, float] | None) -> None:
    found = Condition.parse(text).first_year(baseline.runs[0])
    assert (found is None) == (met is None)
    if found and met:
        assert found[0] == met[0]
        assert found[1] == pytest.approx(met[1], abs=0.1)


@pytest.mark.parametrize(
    "text",
    ["shortfall", "shortfall > ", "shortfall > many", "selected > 3", "nothing > 3", "spend[total,3] > 1", "a;b"],
)
def test_conditions_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(sim.RequestError):
        Condition.parse(text)


@pytest.mark.parametrize("of", ["shortfall", "available[satreps]", "success_rate[satreps.project]"])
def test_conditions_that_no_figure_fulfils_are_known(of: str) -> None:
    """No measure is ever below 0 (model.md), what is available neither, which is ``max(0, V)``."""
    never = {f"{sign} -1" for sign in ("<", "<=", "==")} | {"< 0"}
    for sign in (">=", "<=", ">", "<", "==", "!="):
        for value in (-1, 0, 1):
            assert Condition.parse(f"{of} {sign} {value}").is_possible == (f"{sign} {value}" not in never)


def test_a_varied_result_has_no_table() -> None:
    varied = sim.run("scenarios/baseline.yaml", vary={"budget.level": np.zeros(2)})
    with pytest.raises(sim.RequestError, match="a varied result has 2 runs"):
        varied.table()


def test_differences_from_a_later_first_year_stand_under_their_years(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the two runs alone; without it the figures of FY2024 stood under FY2022."""
    later = tmp_path / "later.yaml"
    above = Path("scenarios/baseline.yaml").resolve()
    later.write_text(f"extends: {above}\nfirst_year: 2024\nyears: 2024-2033\n", encoding="utf-8")
    runs, beside = sim.run("scenarios/plus10pct.yaml").runs, sim.run(later).runs[0]
    assert simulate("scenarios/plus10pct.yaml", "--baseline", str(later), "--differences", "--format", "csv") == 0
    rows = csv.DictReader(io.StringIO(capsys.readouterr().out))
    found = {
        int(row["fiscal_year"]): row["value"]
        for row in rows
        if (row["programme"], row["measure"], row["statistic"]) == ("total", "spend", "difference")
    }
    assert found[2022] == found[2023] == ""
    for year in range(2024, 2032):
        apart = runs[0].of("spend")[year - 2022, 0] - beside.of("spend")[year - 2024, 0]
        assert float(found[year]) == pytest.approx(apart, abs=1e-6)


@pytest.mark.parametrize(
    ("sign", "held"),
    [("==", [0, 1, 1, 1, 0]), ("!=", [1, 0, 0, 0, 1]), (">=", [0, 1, 1, 1, 1]), (">", [0, 0, 0, 0, 1])],
)
@pytest.mark.parametrize("of", [1.0, -1.0])
def test_figures_less_than_a_yen_apart_are_equal(sign: str, held: list[int], of: float) -> None:
    """0.1 + 0.2 is 0.3, and eight awards that sums made of fractions are eight."""
    sign = sign if of > 0 else sign.replace(">", "<")
    values = of * np.array([7.99, 8.0 - 3e-10, 8.0, 8.0 + 3e-10, 8.00001])
    assert Condition.parse(f"spend {sign} {of * 8:g}").holds(values).tolist() == [bool(each) for each in held]
    assert Condition.parse(f"spend {sign} {of * 0.3:g}").holds(np.array([of * (0.1 + 0.2)])).tolist() == [held[2] == 1]
