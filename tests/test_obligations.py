"""Commitments by year of selection: worked by hand, and adding up to those of the model."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import simulator as sim
from simulator.arrays import Floats
from simulator.obligations import Obligations, obligations
from tests.random_portfolios import Documents, examples

Write = Callable[..., Path]

TWO_YEARS = "duration: 24 months, costs: {grant: {amount: 1, per: month}}"


def owed_by(portfolio: Write, awards: str, **fields: object) -> Obligations:
    return obligations(sim.load(portfolio(awards, **fields)))


def of_cohort(found: Obligations, cohort: int | None) -> dict[int, object]:
    """What a cohort owes by year, where it owes anything; None is what came before the first."""
    place = 0 if cohort is None else found.cohorts.index(cohort) + 1
    due = dict(zip(found.years, found.of()[:, place].tolist(), strict=True))
    return {year: pytest.approx(value) for year, value in due.items() if value}


def test_the_second_year_of_each_cohort_is_owed(portfolio: Write) -> None:
    found = owed_by(portfolio, f"award: {{plan: 10, history: {{steady: 5}}, {TWO_YEARS}}}")
    assert (found.cohorts, found.years) == (range(2022, 2028), range(2022, 2029))
    assert of_cohort(found, None) == {2022: 60}
    assert all(of_cohort(found, cohort) == {cohort + 1: 120} for cohort in found.cohorts)


def test_the_deferred_are_owed_by_the_year_that_selected_them(portfolio: Write) -> None:
    award = f"award: {{plan: 10, take_up: 90%, deferral: 20%, backlog: 1, {TWO_YEARS}}}"
    found = owed_by(portfolio, award)
    assert of_cohort(found, None) == {2022: 12, 2023: 12}
    assert of_cohort(found, 2023) == {2024: 7.2 * 12 + 1.8 * 12, 2025: 1.8 * 12}


def test_the_promoted_are_owed_by_the_year_that_selected_those_they_were(portfolio: Write) -> None:
    found = owed_by(
        portfolio,
        """
        first: {plan: {2022: 4, 2023: 0}, duration: 12 months, costs: {grant: {amount: 1, per: year}},
                promotes: [{to: line.second, share: 50%, lag: 2 years}]}
        second: {plan: {2022: 0, 2025: 1}, duration: 24 months, costs: {grant: {amount: 30, per: year}}}
        """,
    )
    assert of_cohort(found, 2022) == {2024: 60, 2025: 60}
    assert of_cohort(found, 2025) == {2026: 30}


def test_extensions_are_owed_by_the_year_that_selected_those_who_stay(portfolio: Write) -> None:
    award = f"award: {{plan: 10, extensions: {{2023: {{share: 50%, duration: 12 months}}}}, {TWO_YEARS}}}"
    found = owed_by(portfolio, award)
    due = of_cohort(found, 2022)
    assert set(due) == {2023, 2024}
    np.testing.assert_allclose(found.of()[:, 1].sum(), 120 + 5 * 12)
    assert of_cohort(found, 2023) == {2024: 120}


def test_what_is_owed_is_paid_at_the_prices_of_its_year_and_in_part_where_the_agency_cuts(portfolio: Write) -> None:
    award = """
        award: {plan: 10, duration: 24 months, continuing: {2022: 100%, 2024: 90%},
                costs: {grant: {amount: 1, per: month, index: prices}}}
    """
    found = owed_by(portfolio, award, top="economy: {prices: {growth: 10%}}")
    assert of_cohort(found, 2022) == {2023: 132}
    assert of_cohort(found, 2023) == {2024: 120 * 1.21 * 0.9}


def test_instalments_are_owed_as_they_are_spread(portfolio: Write) -> None:
    award = "award: {plan: 2, duration: 12 months, costs: {grant: {amount: 100, per: award, spread: [50%, 30%, 20%]}}}"
    assert of_cohort(owed_by(portfolio, award), 2023) == {2024: 60, 2025: 40}


def test_later_selections_are_left_out_where_years_are_named(portfolio: Write) -> None:
    scenario = sim.load(portfolio(f"award: {{plan: 10, history: {{steady: 5}}, {TWO_YEARS}}}"))
    found = obligations(scenario, (2023, 2024))
    assert (found.cohorts, found.years) == (range(2023, 2025), range(2023, 2026))
    assert [of_cohort(found, cohort) for cohort in (None, 2023, 2024)] == [{2023: 120}, {2024: 120}, {2025: 120}]


def test_nothing_is_owed_where_awards_end_in_their_year(portfolio: Write) -> None:
    found = owed_by(portfolio, "award: {plan: 10, duration: 12 months, costs: {grant: {amount: 1, per: month}}}")
    assert found.years == range(2022, 2028)
    assert not found.of().any()


def commitments(run: sim.Run) -> Floats:
    return np.stack([run.of("commitments", name)[:, 0] for name in run.labels.programmes], axis=1)


FILES = [*sorted(Path("scenarios").glob("*.yaml")), Path("example-agency"), Path("tests/data/example_portfolio.yaml")]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_cohorts_add_up_to_the_commitments_of_the_model(path: Path) -> None:
    require_all(sim.load(path))


@examples(60)
def test_cohorts_add_up_to_the_commitments_of_random_portfolios(documents: Documents) -> None:
    require_all(documents.load())


def require_all(scenario: sim.Scenario) -> None:
    """All commitments are of some cohort, and no cohort owes anything before its first later year."""
    run, found = sim.run(scenario).runs[0], obligations(scenario)
    whole = commitments(run)
    np.testing.assert_allclose(found.owed[: len(whole)].sum(axis=1), whole, rtol=1e-9, atol=1e-9 * max(whole.max(), 1))
    assert (found.owed >= 0).all()
    for place, cohort in enumerate(found.cohorts, 1):
        assert not found.owed[: cohort + 1 - found.years.start, place].any()


@pytest.mark.parametrize("name", ["baseline", "plus10pct", "covid-closure", "cash-intake", "double-by-2031"])
def test_what_is_left_after_the_last_year_is_its_outyear_commitments(name: str) -> None:
    """Where prices stand still and nobody is promoted or extended."""
    scenario = sim.load(f"scenarios/{name}.yaml")
    run, found = sim.run(scenario).runs[0], obligations(scenario)
    for programme in ("overseas_fellowships", "overseas_challenge", "invited_researchers", "sakura_science"):
        left = found.of([programme])[len(run.years) :].sum()
        assert left == pytest.approx(run.of("outyear_commitments", programme)[-1, 0], abs=1e-9)
