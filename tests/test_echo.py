"""Published cases of budget dynamics, as portfolios and scenarios alone (model.md sections 8 and 9).

Under a rule that spends each year's money on new awards, a step in the budget comes back as an echo: the effect known
from the doubling of the NIH budget. With equal payments over n years the commitments follow u_0 Σ_{k=1}^{n−1} x_{t−k},
so that a permanent step Δ raises the first year's intake by Δ / u_0, n times its share, and again every n years.
"""

import numpy as np
import pytest

from tests.conftest import Simulate

YEARS = "years: 2022-2051"
GRANT = "costs: {grant: {amount: 1, per: year}}"


@pytest.mark.parametrize("years", [2, 3, 5])
def test_equal_payments_echo_undamped_and_amplify_a_step(simulate: Simulate, years: int) -> None:
    award = f"award: {{duration: {years} years, history: {{steady: {120 / years}}}, {GRANT}}}"
    run = simulate(award, budget="120", intake="cash", scenario=f"{YEARS}\nbudget: {{level: +10%}}")
    selected = run.of("selected", "line")[:, 0]
    at_rest, step = 120 / years, 12
    np.testing.assert_allclose(selected[::years], at_rest + step)
    assert (selected[0] / at_rest - 1) / 0.1 == pytest.approx(years)
    others = np.delete(selected, slice(None, None, years))
    np.testing.assert_allclose(others, at_rest)
    assert run.of("amplification", "line", "award")[0, 0] == pytest.approx(years)
    assert run.of("spectral_radius", "line", "award")[0, 0] == pytest.approx(1)


def test_mixed_durations_damp_the_echo(simulate: Simulate) -> None:
    award = f"award: {{duration: {{1 year: 40%, 2 years: 30%, 3 years: 30%}}, history: {{steady: 100}}, {GRANT}}}"
    run = simulate(award, budget="190", intake="cash", scenario=f"{YEARS}\nbudget: {{level: +10%}}")
    off = np.abs(run.of("selected", "line")[:, 0] - 110)
    assert off[0] == pytest.approx(9)  # 100 at rest and 19 more money: 119 in the first year, 110 at rest again
    assert off[10:20].max() < off[:10].max() / 10 > off[20:].max() * 10
    # u = 1, 0.6, 0.3: the roots of z² + 0.6 z + 0.3 are of size √0.3
    assert run.of("spectral_radius", "line", "award")[0, 0] == pytest.approx(0.3**0.5)
    assert run.of("amplification", "line", "award")[0, 0] == pytest.approx(1.9)


def test_steady_intake_has_no_echo(simulate: Simulate) -> None:
    award = f"award: {{duration: 3 years, history: {{steady: 40}}, {GRANT}}}"
    run = simulate(award, budget="120", intake="steady", scenario=f"{YEARS}\nbudget: {{level: +10%}}")
    np.testing.assert_allclose(run.of("selected", "line")[:, 0], 44)


def test_back_loaded_payments_make_an_echo_that_grows(simulate: Simulate) -> None:
    award = "award: {duration: 12 months, costs: {kit: {amount: 1, per: award, spread: [40%, 60%]}}}"
    run = simulate(award, budget="100", intake="cash")
    assert run.of("spectral_radius", "line", "award")[0, 0] == pytest.approx(1.5)
    assert run.of("amplification", "line", "award")[0, 0] == pytest.approx(2.5)


def test_a_fund_without_plan_period_never_lapses(simulate: Simulate) -> None:
    award = "award: {duration: 12 months, plan: 0, costs: {grant: {amount: 1, per: start}}}"
    fund = simulate(award, budget="100", scenario=YEARS)
    np.testing.assert_allclose(fund.of("carried_out", "line")[:, 0], 100 * np.arange(1, 31))
    assert not fund.of("returned", "line").any()
    agency = simulate(award, budget="100", scenario=YEARS, top="plan_periods: {FUND: {ends: [2026]}}")
    assert agency.of("returned", "line")[4, 0] == pytest.approx(500)
