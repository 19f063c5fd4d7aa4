"""Dated changes of budgets, totals that are split, and the flow of money, by hand (model.md section 6)."""

from pathlib import Path

import numpy as np
import pytest

import simulator as sim
from simulator.money_flows import flows_of_money
from tests.conftest import Simulate
from tests.test_cases import series

NOBODY = "award: {duration: 12 months, plan: 0, costs: {grant: {amount: 1, per: start}}}"

THREE = """\
first_year: 2022
price_base_year: 2022
years: 2022-2023
budget: {BUDGET}
programmes:
  a:
    agency: FUND
    appropriations: {request: 100}
    intake: plan
    whole_awards: false
    fixed_costs: {amount: 5}
    awards: {x: {duration: 24 months, history: {2021: 10}, plan: 20, costs: {grant: {amount: 1, per: year}}}}
  b:
    agency: FUND
    appropriations: {request: 20}
    intake: plan
    whole_awards: false
    awards: {x: {duration: 12 months, plan: 30, costs: {grant: {amount: 1, per: start}}}}
  c: {agency: FUND, appropriations: {request: 7}}
"""


@pytest.fixture
def three(tmp_path: Path) -> object:
    """First year's budgets of the three programmes under a `budget` section."""

    def first_year(budget: str) -> list[float]:
        path = tmp_path / "three.yaml"
        path.write_text(THREE.replace("BUDGET", budget), encoding="utf-8")
        run = sim.run(path).runs[0]
        return [float(run.of("budget", name)[0, 0]) for name in "abc"]

    return first_year


def test_dated_changes_are_made_in_order_the_portfolios_first(simulate: Simulate) -> None:
    run = simulate(
        NOBODY,
        budget="100",
        scenario="""
            budget: {level: +10%, changes: [
              {from: 2024, until: 2025, multiply: 90%}, {programme: line, from: 2026, add: 5 百万円}]}
            programmes: {line: {budget: {changes: [{from: 2025, add: △9}, {from: 2027, until: 2027, set: 50}]}}}
        """,
    )
    assert series(run, "budget") == pytest.approx([110, 110, 99, 90, 106, 50])


def test_a_total_is_split_in_proportion(three) -> None:  # type: ignore[no-untyped-def]
    assert three("allocation: proportional, total: 254") == pytest.approx([200, 40, 14])
    assert three("allocation: proportional") == pytest.approx([100, 20, 7])
    assert three("allocation: proportional, level: -100%, total: 30") == pytest.approx([10, 10, 10])


def test_a_total_is_split_by_priority(three) -> None:  # type: ignore[no-untyped-def]
    # needed first: a 5 fixed + 10 committed, c its own path 7; then b's plan 30, then a's 20; the rest by weights
    assert three("allocation: priority, total: 60, priority: [b]") == pytest.approx([15 + 8, 30, 7])
    assert three("allocation: priority, total: 60") == pytest.approx([15 + 20, 18, 7])
    rest = "allocation: priority, total: 100, weights: {b: 1, c: 3}"
    assert three(rest) == pytest.approx([35, 30 + 7, 7 + 21])
    assert three("allocation: priority, total: 199") == pytest.approx([35 + 100, 30 + 20, 7 + 7])
    assert three("allocation: priority, total: 11") == pytest.approx([7.5, 0, 3.5])


def test_a_total_holds_from_its_first_year_on(three) -> None:  # type: ignore[no-untyped-def]
    assert three("allocation: proportional, total: {2023: 254}") == pytest.approx([100, 20, 7])


def test_a_plan_of_budgets_stands_as_given(three) -> None:  # type: ignore[no-untyped-def]
    assert three("allocation: plan, level: +10%, plan: {a: 1, b: {2023: 2}, c: 3}") == pytest.approx([1, 2, 3])


@pytest.mark.parametrize("path", sorted(Path("scenarios").glob("*.yaml")), ids=lambda path: path.stem)
def test_what_flows_into_a_programme_flows_out(path: Path) -> None:
    run = sim.run(path).runs[0]
    flows = list(flows_of_money(run))
    for name in run.labels.programmes:
        into = sum(flow.values for flow in flows if flow.target == name)
        out = sum(flow.values for flow in flows if flow.source == name)
        np.testing.assert_allclose(into, out, rtol=1e-9)
    state = sum(flow.values for flow in flows if flow.source == "state")
    np.testing.assert_allclose(state, run.of("budget")[:, 0])
    jica = next(flow.values for flow in flows if (flow.source, flow.target) == ("partner", "satreps.project"))
    np.testing.assert_allclose(jica, 5 * run.of("person_months", "satreps", "project")[:, 0])  # 60 a year
