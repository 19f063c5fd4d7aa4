"""Uncertain paths by year, against their moments by formula (model.md section 7)."""

from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad

import simulator as sim
from simulator.arrays import Floats
from simulator.processes import Process
from simulator.scenario import leaves
from simulator.values import Steps
from tests.drawing import GRANT, Write, inputs_drawn, with_field

DRAWS = 65_536
YEARS = np.arange(6, dtype=np.float64)
PRICES = "economy.prices.path"

Moments = tuple[Floats, Floats]
"""Mean and variance of each year."""


def walk(start: float, sd: float, drift: float) -> Moments:
    return start + drift * YEARS, np.float64(sd) ** 2 * YEARS


def pulled(mean: float, persistence: float, sd: float, start: float) -> Moments:
    variance = [sum((sd * persistence**back) ** 2 for back in range(year)) for year in range(6)]
    return mean + (start - mean) * persistence**YEARS, np.array(variance)


def geometric(start: float, volatility: float, growth: float) -> Moments:
    mean = start * (1 + growth) ** YEARS
    return mean, mean**2 * (np.exp(volatility**2 * YEARS) - 1)


PROCESSES: Mapping[str, tuple[str, str, Moments]] = {
    "random walk": ("growth", "{random_walk: [2%, 1%]}", walk(0.02, 0.01, 0)),
    "random walk that drifts": ("path", "{random_walk: {start: 1, sd: 3%, drift: -0.02}}", walk(1, 0.03, -0.02)),
    "random walk of money": ("amount by year", "{random_walk: [3 億円, 1000 万円, 500 万円]}", walk(300, 10, 5)),
    "ar1": (
        "growth",
        "{ar1: {mean: 1.2%, persistence: 0.52, sd: 1.2%, start: 0%}}",
        pulled(0.012, 0.52, 0.012, 0),
    ),
    "ar1 from its mean": ("growth", "{ar1: [3%, 90%, 2%]}", pulled(0.03, 0.9, 0.02, 0.03)),
    "ar1 that swings": ("growth", "{ar1: [3%, -0.5, 2%, 5%]}", pulled(0.03, -0.5, 0.02, 0.05)),
    "ar1 without memory": ("growth", "{ar1: [3%, 0, 2%]}", pulled(0.03, 0.0, 0.02, 0.03)),
    "gbm": ("path", "{gbm: {start: 1, volatility: 7.5%}}", geometric(1, 0.075, 0)),
    "gbm that grows": ("path", "{gbm: {start: 100%, volatility: 20%, growth: 3%}}", geometric(1, 0.2, 0.03)),
    "gbm of a share": ("take_up", "{gbm: [1%, 9%, -2%]}", geometric(0.01, 0.09, -0.02)),
    "certain": ("path", "{random_walk: {start: 1, sd: 0, drift: 0.5}}", walk(1, 0, 0.5)),
}


def paths_drawn(name: str, portfolio: Write) -> Floats:
    field, text, _ = PROCESSES[name]
    if field == "amount by year":
        path = portfolio(f"award: {{duration: 12 months, plan: 1, {GRANT}}}", budget=text)
    else:
        path = with_field(portfolio, field, text)
    (drawn,) = inputs_drawn(path, DRAWS).values()
    return drawn


@pytest.mark.parametrize("name", PROCESSES)
def test_mean_and_variance_by_year_are_those_of_the_formula(name: str, portfolio: Write) -> None:
    drawn = paths_drawn(name, portfolio)
    mean, variance = PROCESSES[name][2]
    assert drawn.shape == (6, DRAWS)
    assert (drawn[0] == mean[0]).all()
    assert (np.abs(drawn.mean(axis=1) - mean) <= 5 * np.sqrt(variance / DRAWS) + 1e-12).all()
    kurtosis = stats.kurtosis(drawn[1:], axis=1, fisher=False) if variance.any() else np.zeros(5)
    assert (np.abs(drawn[1:].var(axis=1) - variance[1:]) <= 6 * variance[1:] * np.sqrt(kurtosis / DRAWS) + 1e-20).all()


@pytest.mark.parametrize("name", [name for name in PROCESSES if name != "certain"])
def test_innovations_are_normal_and_independent_of_each_other(name: str, portfolio: Write) -> None:
    drawn = paths_drawn(name, portfolio)
    if name.startswith("gbm"):
        steps = np.diff(np.log(drawn), axis=0)
    else:
        persistence = {"ar1": 0.52, "ar1 from its mean": 0.9, "ar1 that swings": -0.5, "ar1 without memory": 0.0}
        steps = drawn[1:] - persistence.get(name, 1.0) * drawn[:-1]
    for step in steps:
        assert stats.kstest(stats.zscore(step), stats.norm.cdf).pvalue > 0.001
    between = np.corrcoef(steps)[np.triu_indices(5, 1)]
    assert np.abs(between).max() < 5 / DRAWS**0.5


def test_a_run_without_draws_takes_the_expected_path(portfolio: Write) -> None:
    for text, expected in (
        ("{random_walk: {start: 1, sd: 3%, drift: 0.1}}", 1 + 0.1 * YEARS),
        ("{gbm: {start: 1, volatility: 20%, growth: 3%}}", 1.03**YEARS),
        ("{ar1: {mean: 2, persistence: 0.5, sd: 10%, start: 1}}", 2 - 0.5**YEARS),
        ("{random_walk: {start: 1, sd: 0, drift: 0.1}, truncate: [0.5, 1.25]}", np.minimum(1 + 0.1 * YEARS, 1.25)),
    ):
        run = sim.run(priced(portfolio, text)).runs[0]
        np.testing.assert_allclose(run.of("unit_price_grant", "line", "award")[:, 0], 10 * expected, rtol=1e-12)


def priced(portfolio: Write, text: str) -> Path:
    costs = "costs: {grant: {amount: 10, per: start, index: prices}}"
    top = f"economy: {{prices: {{path: {text}}}}}"
    return portfolio(f"award: {{duration: 12 months, plan: 1, {costs}}}", top=top)


def test_prices_follow_the_path_that_is_drawn(portfolio: Write) -> None:
    path = priced(portfolio, "{gbm: {start: 1, volatility: 20%}}")
    result = sim.run(path, draws=300, seed=4)
    drawn = inputs_drawn(path, 300, seed=4)[PRICES]
    np.testing.assert_allclose(result.array("unit_price_grant")[0, :, :, 0].T, 10 * drawn, rtol=1e-12)


def test_growth_that_is_drawn_compounds(portfolio: Write) -> None:
    costs = "costs: {grant: {amount: 10, per: start, index: prices}}"
    top = "economy: {prices: {growth: {random_walk: [2%, 1%]}}}"
    path = portfolio(f"award: {{duration: 12 months, plan: 1, {costs}}}", top=top)
    drawn = inputs_drawn(path, 200, seed=4)["economy.prices.growth"]
    prices = sim.run(path, draws=200, seed=4).array("unit_price_grant")[0, :, :, 0].T
    np.testing.assert_allclose(prices[0], 10, rtol=1e-12)
    np.testing.assert_allclose(prices[1:], 10 * np.cumprod(1 + drawn[1:], axis=0), rtol=1e-12)


@pytest.mark.parametrize("kind", ["random_walk: {start: 1, sd: 0.3}", "gbm: {start: 1, volatility: 30%}"])
def test_a_truncated_path_stays_within_its_bounds_and_moves_as_the_law_given_that(kind: str, portfolio: Write) -> None:
    text = f"{{{kind}, truncate: [0.8, 1.3]}}"
    drawn = inputs_drawn(with_field(portfolio, "path", text), DRAWS)[PRICES]
    assert drawn.min() >= 0.8
    assert drawn.max() <= 1.3
    values, low, high = (np.log(drawn), np.log(0.8), np.log(1.3)) if "gbm" in kind else (drawn, 0.8, 1.3)
    drift = -(0.3**2) / 2 if "gbm" in kind else 0.0
    for before, after in pairwise(values):
        centre = before + drift
        law = stats.truncnorm((low - centre) / 0.3, (high - centre) / 0.3, centre, 0.3)
        assert stats.kstest(law.cdf(after), stats.uniform.cdf).pvalue > 0.001


def test_a_path_truncated_on_one_side_is_refused_only_for_the_other(portfolio: Write) -> None:
    text = "{{random_walk: {{start: 10%, sd: 5%}}, truncate: {}}}"
    sim.load(with_field(portfolio, "take_up", text.format("[0%, null]")))
    with pytest.raises(sim.InputError, match="leaves its range"):
        sim.load(with_field(portfolio, "take_up", text.format("[null, 90%]")))


def test_a_path_is_drawn_for_the_years_that_are_shown(portfolio: Write) -> None:
    path = with_field(portfolio, "path", "{gbm: {start: 1, volatility: 20%}}")
    short = sim.load(path, settings=["years=2022-2024"])
    drawn = inputs_drawn(path, 500)[PRICES]
    np.testing.assert_array_equal(inputs_drawn(short, 500)[PRICES], drawn[:3])


@pytest.mark.parametrize("field", ["duration", "amount"])
def test_a_process_where_a_number_has_no_years_is_refused(field: str, portfolio: Write) -> None:
    with pytest.raises(sim.InputError, match="is a path by year, and this number has no years: write"):
        sim.load(with_field(portfolio, field, "{gbm: {start: 1, volatility: 20%}}"))


@pytest.mark.parametrize(
    ("path", "onward"),
    [
        (Process("random_walk", 1.0, 0.1, low=0.5, high=1.05), lambda x: x),
        (Process("random_walk", 0.95, 0.01, drift=0.02, high=1.0), lambda x: x + 0.02),
        (Process("ar1", 0.5, 0.1, pull=-0.6, mean=0.9, low=0.45), lambda x: 0.9 - 0.6 * (x - 0.9)),
    ],
)
def test_expected_values_of_truncated_paths_are_integrals(path: Process, onward: Callable[[float], float]) -> None:
    """The first year is a truncated normal, the second an integral over it of truncated normals, both of scipy."""

    def next_year(x: float) -> Any:
        centre = onward(x)
        ends = (path.low - centre) / path.sd, (path.high - centre) / path.sd
        return stats.truncnorm(*ends, loc=centre, scale=path.sd)

    first = next_year(path.start)
    low, high = first.ppf(1e-12), first.ppf(1.0 - 1e-12)
    second = quad(lambda x: first.pdf(x) * next_year(x).mean(), low, high, epsabs=1e-10)[0]
    assert path.expected(0) == path.start
    assert path.expected(1) == pytest.approx(first.mean(), abs=1e-9)
    assert path.expected(2) == pytest.approx(second, abs=1e-8)


@pytest.mark.parametrize(
    "text",
    [
        "{random_walk: {start: 1, sd: 10%}, truncate: [0.5, 1.05]}",
        "{gbm: {start: 1, volatility: 10%, growth: 2%}, truncate: [0.8, 1.2]}",
        "{gbm: {start: 1, volatility: 10%}, truncate: [null, 1.1]}",
        "{ar1: {mean: 1.1, persistence: 0.6, sd: 0.1, start: 1}, truncate: [0.9, 1.2]}",
    ],
)
def test_without_draws_a_truncated_path_is_the_mean_of_its_draws(text: str, portfolio: Write) -> None:
    scenario = sim.load(with_field(portfolio, "path", text))
    (leaf,) = (leaf for path, leaf in leaves(scenario.document) if path == PRICES)
    assert isinstance(leaf, Steps)
    assert leaf.process is not None
    expected = [leaf.process.expected(year) for year in range(6)]
    (drawn,) = inputs_drawn(scenario, DRAWS).values()
    np.testing.assert_allclose(drawn.mean(axis=-1), expected, atol=5 * drawn.std() / DRAWS**0.5)
