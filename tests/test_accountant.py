"""The core against the accountant and against the identities of model.md, on random portfolios."""

import math
from collections import Counter
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from simulator.arrays import Floats
from simulator.loading import load, shipped_portfolios
from simulator.measures import MEASURES, every_measure
from simulator.model import run
from simulator.results import Run
from simulator.scenario import Scenario
from tests.accountant import TOTAL, Cells, account
from tests.accountant_awards import part_of_month
from tests.random_portfolios import FEATURES, Documents, Tree, portfolios

Test = Callable[..., None]

SCENARIO_FILES = [*shipped_portfolios(), *sorted((Path(__file__).parents[1] / "scenarios").glob("*.yaml"))]
TOLERANCE = 1e-9
RARE = 0.1
COUNTS = [measure.id for measure in MEASURES.values() if measure.unit in ("count", "person_month")]
FLOWS_OF_MONEY = [measure.id for measure in MEASURES.values() if measure.totals]


def examples(number: int, **options: bool) -> Callable[[Test], Test]:
    """Test on so many random portfolios: the same ones, whatever the test."""
    chosen = settings(
        max_examples=number,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
    )

    def on_examples(test: Test) -> Test:
        return seed(2022)(chosen(given(portfolios(**options))(test)))

    return on_examples


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
        else:
            agree = math.isclose(found, expected, rel_tol=TOLERANCE, abs_tol=little)
        if not agree:
            lines.append(f"{measure}[{programme} {award} {year}]: core {found!r}, accountant {expected!r}")
    return lines


def test_core_and_accountant_agree_on_examples_that_meet_every_feature() -> None:
    met: Counter[str] = Counter()

    @examples(200)
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
}


@pytest.mark.parametrize("corner", CORNERS)
def test_core_and_accountant_agree_in_corners(corner: str) -> None:
    programme = dict(CORNERS[corner])
    award = {"duration": "12 months", "costs": {"grant": {"amount": 1, "per": "start"}}}
    award |= {field: programme.pop(field) for field in ("plan", "maximum") if field in programme}
    programme = {"agency": "FUND", "awards": {"award": award}, **programme}
    portfolio = {"first_year": 2022, "price_base_year": 2022, "programmes": {"line": programme}}
    assert differences(Documents(portfolio, {"extends": "portfolio.yaml"}).load()) == []


@pytest.mark.parametrize("file", SCENARIO_FILES, ids=lambda file: Path(file).stem)
def test_core_and_accountant_agree_on_the_shipped_scenarios(file: str | Path) -> None:
    assert differences(load(file)) == []


@examples(20)
def test_a_portfolio_may_do_without_award_types(documents: Documents) -> None:
    programmes = {name: {**of, "awards": {}} for name, of in documents.portfolio["programmes"].items()}
    scenario = {key: value for key, value in documents.scenario.items() if key != "programmes"}
    assert differences(Documents({**documents.portfolio, "programmes": programmes}, scenario).load()) == []


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
        assert close(active[1:] - active[:-1], (starts - of("exits"))[1:], active)
        assert close(of("supported")[1:], active[:-1] + starts[1:])
        assert close((of("declined") + deferred + starts)[1:], of("selected")[1:] + deferred[:-1])
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


@examples(50)
def test_without_budget_nobody_is_selected_and_commitments_are_still_due(documents: Documents) -> None:
    budget = documents.scenario.get("budget", {}) | {"level": -1.0}
    core = simulated(replace(documents, scenario=documents.scenario | {"budget": budget}).load())
    due = core.of("fixed_costs") + core.of("commitments") - core.of("carried_in")
    assert not core.of("budget").any()
    assert not any(core.of("selected", name).any() for name in core.labels.programmes)
    assert close(core.of("shortfall"), due, due)


def scaled(tree: Tree, factor: Callable[[tuple[Any, ...]], float], path: tuple[Any, ...] = ()) -> Tree:
    """The tree with each number times the factor of its path."""

    def one(key: object, value: Any) -> Any:
        if isinstance(value, dict):
            return scaled(value, factor, (*path, key))
        return value * factor((*path, key)) if isinstance(value, int | float) and not isinstance(value, bool) else value

    return {key: one(key, value) for key, value in tree.items()}


def times(documents: Documents, factors: Mapping[str, float]) -> Documents:
    """Documents in which the numbers under each of these keys are so many times as large."""

    def factor(path: tuple[Any, ...]) -> float:
        if "fixed_costs" in path:
            return factors["budget"] if "amount" in path else 1.0
        under = {"appropriations": "budget", "base": "budget", "reserve": "budget", "amount": "prices"}
        under |= {"plan": "counts", "maximum": "counts", "history": "counts"}
        return math.prod(factors[under[key]] for key in path if key in under)

    return Documents(scaled(documents.portfolio, factor), scaled(documents.scenario, factor))


@pytest.mark.parametrize(
    "factors", [{"budget": 3.0, "prices": 3.0, "counts": 1.0}, {"budget": 3.0, "prices": 1.0, "counts": 3.0}]
)
def test_the_unit_of_money_and_the_size_of_the_agency_do_not_matter(factors: dict[str, float]) -> None:
    @examples(40, whole_awards=False)
    def check(documents: Documents) -> None:
        before, after = simulated(documents.load()), simulated(times(documents, factors).load())
        for programme, award in before.labels.awards:
            for measure in COUNTS:
                count = before.of(measure, programme, award)
                assert close(after.of(measure, programme, award), factors["counts"] * count, count)

    check()


OTHER_LIVES: Tree = {
    "duration": {"7-31 months": 0.25, "40 months": 0.5, "80 months": 0.25},
    "start_months": {"march": 0.5, "may": 0.5},
    "early_termination": 0.1,
    "deferral": 0.2,
}


def without(tree: Tree, *keys: str) -> Tree:
    """The tree without these keys at any depth."""
    kept = {key: value for key, value in tree.items() if key not in keys}
    return {key: without(value, *keys) if isinstance(value, dict) else value for key, value in kept.items()}


@pytest.mark.parametrize("lacking", [(), ("early_termination", "deferral")], ids=["as drawn", "nothing ends early"])
def test_a_scenario_has_the_same_bits_alone_and_beside_one_with_other_lives(lacking: tuple[str, ...]) -> None:
    @examples(25)
    def check(documents: Documents) -> None:
        portfolio, scenario = (without(tree, *lacking) for tree in (documents.portfolio, documents.scenario))
        assert bits_that_change(Documents(portfolio, scenario)) == []

    check()


def bits_that_change(documents: Documents) -> list[str]:
    """Measures with other bits alone than in a batch with the same scenario on other life terms."""
    one = documents.load()
    scenario = deepcopy(documents.scenario)
    for name, programme in one.document.programmes.items():
        for award in programme.awards:
            awards = scenario.setdefault("programmes", {}).setdefault(name, {}).setdefault("awards", {})
            awards[award] = awards.get(award, {}) | OTHER_LIVES
    other = replace(documents, scenario=scenario).load()
    return [
        name
        for alone, beside in zip((simulated(one), simulated(other)), run([one, other]).runs, strict=True)
        for name, values in alone.measures.items()
        if not np.array_equal(values, beside.measures[name], equal_nan=True)
    ]


@examples(50, at_rest=True)
def test_at_rest_those_in_place_are_starts_times_mean_stay(documents: Documents) -> None:
    scenario = documents.load()
    core = simulated(scenario)
    last = core.years[-1]
    for programme, name in core.labels.awards:
        award = scenario.document.programmes[programme].awards[name]
        stay, ending = award.duration.at(last), award.early_termination.at(last)
        months = sum(part_of_month(stay, month) * (1 - ending) ** (month / 12) for month in range(60))
        starts, in_place = (core.of(measure, programme, name)[:, 0] for measure in ("starts", "average_in_place"))
        assert close(starts[-6:], starts[-1])
        assert close(in_place[-2:], starts[-1] * months / 12)
