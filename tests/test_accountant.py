"""The core against the accountant and against the identities of model.md, on random portfolios."""

import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from simulator.arrays import Floats
from simulator.award_types import Award
from simulator.chains import shipped_portfolios
from simulator.loading import load
from simulator.measures import MEASURES, every_measure
from simulator.model import run
from simulator.results import Run
from simulator.scenario import Scenario
from tests.accountant import TOTAL, Cells, account
from tests.accountant_budgets import appropriation
from tests.accountant_lives import part_of_month, stay_of
from tests.random_draws import Tree
from tests.random_features import FEATURES
from tests.random_portfolios import Documents, examples
from tests.random_scaling import times

SCENARIO_FILES = [*shipped_portfolios(), *sorted((Path(__file__).parents[1] / "scenarios").glob("*.yaml"))]
TOLERANCE = 1e-9
TOLERANCE_OF_ROOTS = 1e-4
"""Roots that nearly coincide move by a root of what the coefficients move by."""
RARE = 0.1
COUNTS = [measure.id for measure in MEASURES.values() if measure.unit in ("count", "person_month")]
FLOWS_OF_MONEY = [measure.id for measure in MEASURES.values() if measure.totals]


def simulated(scenario: Scenario) -> Run:
    (result,) = run(scenario).runs
    return result


def money_of(cells: Cells, programme: str) -> float:
    """Scale of a programme's money: what it holds or spends in its largest year."""
    scale = ("budget", "carried_in", "spend")
    return max(value or 0.0 for (measure, name, _, _), value in cells.items() if measure in scale and name == programme)


def differences(scenario: Scenario) -> list[str]:
    """Cells in which core and accountant differ."""
    cells, core = account(scenario), simulated(scenario)
    scales = {name: money_of(cells, name) for name in (*scenario.document.programmes, TOTAL)}
    lines = []
    for (measure, programme, award, year), expected in cells.items():
        found = float(core.of(measure, programme, award)[core.years.index(year), 0])
        little = TOLERANCE * (scales[programme] if measure in FLOWS_OF_MONEY else measure in COUNTS)
        if expected is None:
            agree = math.isnan(found)
        elif measure == "spectral_radius":
            agree = math.isclose(found, expected, rel_tol=TOLERANCE_OF_ROOTS, abs_tol=TOLERANCE_OF_ROOTS)
        else:
            agree = math.isclose(found, expected, rel_tol=TOLERANCE, abs_tol=little)
        if not agree:
            lines.append(f"{measure}[{programme} {award} {year}]: core {found!r}, accountant {expected!r}")
    return lines


def test_core_and_accountant_agree_on_examples_that_meet_every_feature() -> None:
    met: Counter[str] = Counter()

    @examples(500)
    def agree(documents: Documents) -> None:
        scenario = documents.load()
        met.update(["examples", *(name for name, holds in FEATURES.items() if holds(scenario))])
        assert differences(scenario) == []

    agree()
    assert {name: met[name] for name in FEATURES if met[name] < RARE * met["examples"]} == {}


CORNERS: dict[str, Tree] = {
    "fixed costs and reserve above the appropriation, while money is carried": {
        "appropriations": {"request": {2022: 100, 2023: 10}},
        "reserve": {2022: 50, 2023: 20},
        "whole_awards": False,
    },
    "a whole award is left over when none is planned, and when one is": {
        "appropriations": {"request": {2022: 0.9, 2024: 5}},
        "carry_limit": 0,
        "intake": "plan",
        "plan": {2022: 0.9, 2024: 0, 2025: 1, 2026: 0.5},
    },
    "rounding would exceed the maximum": {
        "appropriations": {"request": 100},
        "maximum": 2.5,
    },
    "rounding would exceed the highest share of applicants": {
        "appropriations": {"request": 100},
        "demand": {"applicants": 5, "maximum_success_rate": 0.5},
    },
    "nobody applies": {
        "appropriations": {"request": 100},
        "demand": {"applicants": 0},
    },
    "all are deferred, behind a backlog": {
        "appropriations": {"request": 100},
        "deferral": 1,
        "backlog": 3,
    },
    "all come back again and again": {
        "appropriations": {"request": 100},
        "history": {"steady": 60},
        "promotes": [{"to": "line.award", "share": 1, "lag": 1}],
    },
    "the first year follows from thirty years before": {
        "appropriations": {"request": 100},
        "history": {1992: 40, 1993: 20},
        "demand": {"applicants": 10},
        "promotes": [{"to": "line.award", "share": 0.5, "lag": 30}],
        "feeds": [{"to": "line.award", "share": 0.5, "lag": 29}],
    },
    "everything is extended for years": {
        "appropriations": {"request": 100},
        "start_months": {"october": 1},
        "costs": {"stay": {"amount": 1, "per": "month"}, "partner": {"amount": 2, "per": "year", "payer": "partner"}},
        "extensions": {2023: {"share": 1, "duration": "40 months"}, 2024: {"share": 1, "duration": "1 month"}},
    },
    "most is paid long after the award has ended": {
        "appropriations": {"request": 100},
        "duration": "2 weeks",
        "history": {2018: 30, 2020: 20},
        "costs": {"grant": {"amount": 1, "per": "award", "spread": [0.1, 0, 0, 0, 0.9]}},
    },
}


@pytest.mark.parametrize("corner", CORNERS)
def test_core_and_accountant_agree_in_corners(corner: str) -> None:
    programme = dict(CORNERS[corner])
    award = {"duration": "12 months", "costs": {"grant": {"amount": 1, "per": "start"}}}
    award |= {field: programme.pop(field) for field in Award.model_fields if field in programme}
    programme = {"agency": "FUND", "awards": {"award": award}, **programme}
    portfolio = {"first_year": 2022, "price_base_year": 2022, "programmes": {"line": programme}}
    assert differences(Documents(portfolio, {"extends": "portfolio.yaml"}).load()) == []


@pytest.mark.parametrize("file", SCENARIO_FILES, ids=lambda file: Path(file).stem)
def test_core_and_accountant_agree_on_the_shipped_scenarios(file: str | Path) -> None:
    assert differences(load(file)) == []


@examples(20)
def test_a_portfolio_may_do_without_award_types(documents: Documents) -> None:
    old = documents.portfolio["programmes"]
    programmes = {name: {**of, "awards": {}} for name, of in old.items()}
    changes = documents.scenario.get("programmes", {})
    added = {name: {**of, "awards": {}} for name, of in changes.items() if name not in old}
    portfolio, scenario = {**documents.portfolio, "programmes": programmes}, {**documents.scenario, "programmes": added}
    assert differences(Documents(portfolio, scenario).load()) == []


def test_the_accountant_knows_every_measure() -> None:
    scenario = load("mext-fy2022")
    assert {measure for measure, *_ in account(scenario)} == set(every_measure(simulated(scenario).labels))


def close(found: Floats, expected: Floats | float, scale: Floats | float = 1.0) -> bool:
    return bool(np.allclose(found, expected, rtol=TOLERANCE, atol=TOLERANCE * float(np.max(scale))))


@examples(80)
def test_lives_add_up(documents: Documents) -> None:
    core = simulated(documents.load())
    for programme, award in core.labels.awards:

        def of(measure: str, names: tuple[str, str] = (programme, award)) -> Floats:
            return core.of(measure, *names)[:, 0]

        active, starts, deferred = of("active"), of("starts"), of("deferred")
        arrivals = of("selected") + of("promoted")
        assert close(active[1:] - active[:-1], (starts + of("extended") - of("exits"))[1:], active)
        assert close(of("supported")[1:], active[:-1] + starts[1:])
        assert close((of("declined") + deferred + starts)[1:], arrivals[1:] + deferred[:-1])
        assert close(of("average_in_place") * 12, of("person_months"))
        assert (of("completions") <= of("exits") * (1 + TOLERANCE) + TOLERANCE).all()


@examples(80)
def test_money_adds_up(documents: Documents) -> None:
    scenario = documents.load()
    core = simulated(scenario)
    for name, programme in scenario.document.programmes.items():

        def of(measure: str, programme: str = name) -> Floats:
            return core.of(measure, programme)[:, 0]

        held, spend = of("budget") + of("carried_in"), of("spend")
        assert close(held + of("shortfall"), spend + of("carried_out") + of("returned"), held + spend)
        assert close(spend, of("fixed_costs") + of("spend_new") + of("spend_continuing"))
        assert close(of("spend_continuing"), of("commitments"))
        assert close(of("carried_in")[1:], of("carried_out")[:-1])
        assert close(of("unspent"), of("carried_out") + of("returned"), held)
        assert (of("spend_new") <= of("available") * (1 + TOLERANCE)).all()
        assert (of("unspent") * of("shortfall") == 0).all()
        assert (np.stack([of(measure) for measure in FLOWS_OF_MONEY if measure != "required_budget"]) >= 0).all()
        reserve = np.array([programme.reserve.at(year) for year in core.years])
        free = held - of("fixed_costs") - of("commitments") - (reserve if programme.awards else 0.0)
        assert close(of("available"), np.maximum(free, 0.0), held)
        assert (core.of("selected", name)[of("available") == 0] == 0).all()
        for measure in ("available", "unspent", "shortfall"):
            assert ((of(measure) == 0) | (of(measure) >= TOLERANCE * held)).all(), measure


@examples(80)
def test_a_split_total_is_spent_to_the_last_yen(documents: Documents) -> None:
    scenario = documents.load()
    core, document = simulated(scenario), scenario.document
    if document.budget.allocation not in ("proportional", "priority"):
        return
    for place, year in enumerate(core.years):
        own = sum(appropriation(document, name, year) for name in document.programmes)
        given = document.budget.total
        total = own if given is None or math.isnan(given.at(year)) else given.at(year)
        assert close(core.of("budget")[place], total, total)


@examples(50)
def test_without_budget_nobody_is_selected_and_commitments_are_still_due(documents: Documents) -> None:
    core = simulated(times(documents, budget=0.0, charges=1.0, prices=1.0, counts=1.0).load())
    due = core.of("fixed_costs") + core.of("commitments") - core.of("carried_in")
    assert not core.of("budget").any()
    assert not any(core.of("selected", name).any() for name in core.labels.programmes)
    assert close(core.of("shortfall"), due, due)


@pytest.mark.parametrize(
    ("factors", "grown"),
    [
        ({"budget": 3.0, "charges": 3.0, "prices": 3.0, "counts": 1.0}, 1.0),
        ({"budget": 3.0, "charges": 3.0, "prices": 1.0, "counts": 3.0}, 3.0),
    ],
    ids=["money", "money and counts"],
)
def test_the_unit_of_money_and_the_size_of_the_agency_do_not_matter(factors: dict[str, float], grown: float) -> None:
    @examples(40, whole_awards=False)
    def check(documents: Documents) -> None:
        before, after = simulated(documents.load()), simulated(times(documents, **factors).load())
        for programme, award in before.labels.awards:
            for measure in COUNTS:
                count, counted = (each.of(measure, programme, award) for each in (before, after))
                assert (np.isnan(count) == np.isnan(counted)).all()
                count = np.nan_to_num(count)
                assert close(np.nan_to_num(counted), grown * count, count)

    check()


@examples(50, at_rest=True)
def test_at_rest_those_in_place_are_starts_times_mean_stay(documents: Documents) -> None:
    scenario = documents.load()
    core = simulated(scenario)
    last = core.years[-1]
    for programme, name in core.labels.awards:
        award = scenario.document.programmes[programme].awards[name]
        stay, ending = stay_of(award, last), award.early_termination.at(last)
        months = sum(part_of_month(stay, month) * (1 - ending) ** (month / 12) for month in range(60))
        starts, in_place = (core.of(measure, programme, name)[:, 0] for measure in ("starts", "average_in_place"))
        assert close(starts[-6:], starts[-1])
        assert close(in_place[-2:], starts[-1] * months / 12)
