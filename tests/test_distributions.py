"""Distributions as people write them, against the laws of scipy.stats (model.md section 7)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

import simulator as sim
from simulator import inverses, quantities, uncertain
from simulator.distributions import Distribution
from simulator.errors import PlacedError
from simulator.nodes import read_text
from simulator.quantities import Quantity
from simulator.values import MONTHS_OF_DURATION
from tests.drawing import AWARD, Write, inputs_drawn, with_field

DRAWS = 65_536
QUANTILES = (0.001, 0.05, 0.25, 0.5, 0.75, 0.95, 0.999)

WRITTEN: Mapping[str, tuple[str, Any]] = {
    "take_up": ("{triangular: [2%, 5%, 15%]}", stats.triang(3 / 13, 0.02, 0.13)),
    "take_up ": ("{triangular: {low: 0.1, mode: 30%, high: 30%}}", stats.triang(1, 0.1, 0.2)),
    "take_up  ": ("{beta: [2, 5]}", stats.beta(2, 5)),
    "take_up   ": ("{beta: {a: 0.5, b: 0.5, low: 20%, high: 40%}}", stats.beta(0.5, 0.5, 0.2, 0.2)),
    "take_up    ": ("{pert: [60%, 90%, 100%]}", stats.beta(4, 2, 0.6, 0.4)),
    "take_up     ": ("{pert: {low: 0%, mode: 0%, high: 50%}}", stats.beta(1, 5, 0, 0.5)),
    "deferral": ("{uniform: [1割, 25%]}", stats.uniform(0.1, 0.15)),
    "plan": ("{normal: ['4,000 人', 200]}", stats.norm(4000, 200)),
    "plan ": ("{lognormal: {median: 300, sigma: 25%}}", stats.lognorm(0.25, scale=300)),
    "amount": ("{normal: {mean: 3 億円, sd: 2000 万円}}", stats.norm(300, 20)),
    "amount ": ("{uniform: ['3,363 百万円', ¥4bn]}", stats.uniform(3363, 637)),
    "duration": ("{triangular: [12 months, 2 years, 48 months]}", stats.triang(12 / 36, 12, 36)),
    "duration ": ("{normal: {mean: 5 years, sd: 3 months}}", stats.norm(60, 3)),
    "growth": ("{normal: [-2%, 1.5%]}", stats.norm(-0.02, 0.015)),
    "level": ("{uniform: [-10%, +20%]}", stats.uniform(-0.1, 0.3)),
    "level ": ("{normal: {mean: +5%, sd: 10%}}", stats.norm(0.05, 0.1)),
}


@pytest.mark.parametrize("field", WRITTEN, ids=lambda field: f"{field.strip()} {WRITTEN[field][0].split(':')[0][1:]}")
def test_a_number_in_the_units_of_its_field_has_the_law_that_is_written(field: str, portfolio: Write) -> None:
    text, law = WRITTEN[field]
    (drawn,) = inputs_drawn(with_field(portfolio, field.strip(), text), DRAWS).values()
    assert drawn.shape == (DRAWS,)
    assert stats.kstest(drawn, law.cdf).pvalue > 0.001
    assert abs(drawn.mean() - law.mean()) < 5 * law.std() / DRAWS**0.5
    fourth = float(law.stats(moments="k")) + 2.0
    assert abs(drawn.var() / law.var() - 1) < 5 * (fourth / DRAWS) ** 0.5


TRUNCATED: Mapping[str, tuple[Quantity, object, Any, tuple[float, float]]] = {
    "normal": (quantities.SHARE, {"normal": ["50%", "30%"], "truncate": ["0%", "100%"]}, stats.norm(0.5, 0.3), (0, 1)),
    "normal, far bound": (
        quantities.COUNT,
        {"normal": [800, 200], "truncate": [0, 1e12]},
        stats.norm(800, 200),
        (0, 3e3),
    ),
    "normal, one tail": (quantities.COUNT, {"normal": [8, 2], "truncate": [13, None]}, stats.norm(8, 2), (13, 30)),
    "lognormal": (
        quantities.INDEX,
        {"lognormal": [1, 0.5], "truncate": [0.5, 2]},
        stats.lognorm(0.5),
        (0.5, 2),
    ),
    "lognormal, far bound": (
        quantities.COUNT,
        {"lognormal": [20, 1], "truncate": [10, 1e12]},
        stats.lognorm(1, scale=20),
        (10, 4e4),
    ),
    "uniform": (quantities.SHARE, {"uniform": [0, 1], "truncate": [None, "25%"]}, stats.uniform(), (0, 0.25)),
    "triangular": (
        quantities.SHARE,
        {"triangular": ["0%", "20%", "100%"], "truncate": ["10%", "60%"]},
        stats.triang(0.2),
        (0.1, 0.6),
    ),
    "pert": (
        quantities.SHARE,
        {"pert": ["0%", "50%", "100%"], "truncate": ["40%", None]},
        stats.beta(3, 3),
        (0.4, 1),
    ),
    "beta": (quantities.SHARE, {"beta": [2, 3], "truncate": ["20%", "90%"]}, stats.beta(2, 3), (0.2, 0.9)),
    "beta that falls": (
        quantities.SHARE,
        {"beta": [0.5, 2], "truncate": ["0.01%", "90%"]},
        stats.beta(0.5, 2),
        (1e-4, 0.9),
    ),
    "duration": (
        MONTHS_OF_DURATION,
        {"normal": ["2 years", "10 months"], "truncate": ["1 year", "36 months"]},
        stats.norm(24, 10),
        (12, 36),
    ),
}


@pytest.mark.parametrize("name", TRUNCATED)
def test_a_truncated_number_has_the_law_given_that_it_lies_between_the_bounds(name: str) -> None:
    quantity, given, law, (low, high) = TRUNCATED[name]
    distribution = uncertain.read(given, quantity)
    assert isinstance(distribution, Distribution)
    uniforms = (np.arange(DRAWS) + 0.5) / DRAWS
    drawn = inverses.values(distribution, uniforms)
    below, above = law.cdf(low), law.cdf(high)
    assert drawn.min() >= low
    assert drawn.max() <= high
    np.testing.assert_allclose((law.cdf(drawn) - below) / (above - below), uniforms, atol=1e-9)
    x = np.linspace(low, high, 200_001)
    density = law.pdf(x) / (above - below)
    mean, square = (np.trapezoid(density * x**power, x) for power in (1, 2))
    assert distribution.mean == pytest.approx(mean, rel=2e-4)
    assert drawn.mean() == pytest.approx(mean, rel=2e-4)
    assert drawn.var() == pytest.approx(square - mean**2, rel=1e-2)


@pytest.mark.parametrize("field", WRITTEN, ids=lambda field: f"{field.strip()} {WRITTEN[field][0].split(':')[0][1:]}")
def test_quantiles_and_expected_value_are_those_of_scipy(field: str) -> None:
    text, law = WRITTEN[field]
    by_field = {
        "plan": quantities.COUNT,
        "amount": quantities.MONEY,
        "duration": MONTHS_OF_DURATION,
        "growth": quantities.GROWTH,
        "level": quantities.LEVEL,
    }
    read = uncertain.read(read_text(f"a: {text}", "text").plain["a"], by_field.get(field.strip(), quantities.SHARE))
    assert isinstance(read, Distribution)
    found = inverses.values(read, np.array(QUANTILES))
    np.testing.assert_allclose(found, law.ppf(QUANTILES), rtol=1e-9, atol=1e-9)
    assert read.mean == pytest.approx(law.mean(), rel=1e-12)


@pytest.mark.parametrize(("a", "b"), [(0.05, 0.05), (0.5, 2), (0.5, 0.5), (1, 1), (2, 30), (500, 1), (60, 40)])
def test_a_tabulated_distribution_stays_in_its_support_and_as_near_as_nine_digits(a: float, b: float) -> None:
    distribution = Distribution("beta", (a, b, 0.2, 0.4))
    uniforms = np.concatenate([[inverses.LEAST, inverses.GREATEST], np.random.default_rng(5).random(100_000)])
    drawn = inverses.values(distribution, uniforms)
    np.testing.assert_allclose(drawn, stats.beta(a, b, 0.2, 0.2).ppf(uniforms), atol=1e-7 if a < 0.1 else 1e-9)
    assert drawn.min() >= 0.2
    assert drawn.max() <= 0.4 + 1e-15


def test_a_run_without_draws_takes_the_expected_value(portfolio: Write) -> None:
    for text, expected in (
        ("{triangular: [2%, 5%, 15%]}", 22 / 300),
        ("{pert: [0%, 50%, 100%]}", 0.5),
        ("{beta: [2, 6]}", 0.25),
        ("{discrete: {10%: 25%, 50%: 75%}}", 0.4),
        ("{empirical: [10%, 20%, 20%, 70%]}", 0.3),
        ("{empirical: [10%, 20%, 20%, 70%], truncate: [null, 50%]}", 0.5 / 3),
        ("{uniform: [0%, 100%], truncate: [50%, null]}", 0.75),
    ):
        run = sim.run(with_field(portfolio, "take_up", text)).runs[0]
        np.testing.assert_allclose(run.of("starts", "line")[:, 0], 10 * expected, rtol=1e-9)


def test_discrete_values_come_with_their_shares(portfolio: Write) -> None:
    path = with_field(portfolio, "duration", "{discrete: {12 months: 20%, 2 years: 50%, 36 months: 0.3}}")
    drawn = inputs_drawn(path, DRAWS)[f"{AWARD}.duration"]
    found, counts = np.unique(drawn, return_counts=True)
    assert found.tolist() == [12, 24, 36]
    assert stats.chisquare(counts, DRAWS * np.array([0.2, 0.5, 0.3])).pvalue > 0.001


def test_truncation_leaves_out_discrete_values_and_keeps_the_odds_of_others() -> None:
    read = uncertain.read({"discrete": {10: "20%", 20: "20%", 30: "60%"}, "truncate": [15, None]}, quantities.COUNT)
    assert isinstance(read, Distribution)
    assert read.values == (20.0, 30.0)
    assert read.shares == pytest.approx((0.25, 0.75))


def test_observed_values_are_drawn_alike(portfolio: Write) -> None:
    drawn = inputs_drawn(with_field(portfolio, "plan", "{empirical: [300, 100, 200, 100]}"), DRAWS)[f"{AWARD}.plan"]
    found, counts = np.unique(drawn, return_counts=True)
    assert found.tolist() == [100, 200, 300]
    assert stats.chisquare(counts, DRAWS * np.array([0.5, 0.25, 0.25])).pvalue > 0.001


def test_observed_values_come_from_a_column_of_a_csv_file(portfolio: Write, tmp_path: Path) -> None:
    rows = ["series,year,value", "a,2020,10", "b,2020,99", "a,2021,30", "a,2022,20"]
    (tmp_path / "observed.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    text = "{empirical: {file: observed.csv, column: value, where: {series: a}, unit: '%'}}"
    path = with_field(portfolio, "take_up", text)
    drawn = inputs_drawn(path, 2000)[f"{AWARD}.take_up"]
    assert np.unique(drawn).tolist() == [0.1, 0.2, 0.3]
    assert sim.load(path).document.programmes["line"].awards["award"].take_up.at(2022) == pytest.approx(0.2)
    everything = "{empirical: {file: observed.csv, column: value}}"
    drawn = inputs_drawn(with_field(portfolio, "plan", everything), 2000)[f"{AWARD}.plan"]
    assert np.unique(drawn).tolist() == [10, 20, 30, 99]


def test_two_columns_of_one_name_are_refused(portfolio: Write, tmp_path: Path) -> None:
    (tmp_path / "observed.csv").write_text("v,v\n10,1\n20,2\n", encoding="utf-8")
    path = with_field(portfolio, "take_up", "{empirical: {file: observed.csv, column: v, unit: '%'}}")
    with pytest.raises(sim.InputError, match="has two columns v: give them different names"):
        sim.load(path)


def test_one_year_and_one_item_of_the_history_may_be_uncertain(portfolio: Write) -> None:
    path = portfolio(
        "award: {duration: 36 months, plan: {2022: 5, 2024: {uniform: [10, 20]}}, history: {2021: {uniform: [3, 9]}},"
        " costs: {grant: {amount: 1, per: start}}}"
    )
    result = sim.run(path, draws=500, seed=3)
    selected, supported = result.array("selected")[0, :, :, 0], result.array("supported")[0, :, 0, 0]
    assert selected[:, :2].tolist() == [[5, 5]] * 500
    np.testing.assert_array_equal(selected[:, 2], selected[:, 5])  # one draw of the step that holds from FY2024
    for drawn, low, high in ((selected[:, 2], 10, 20), (supported, 8, 14)):
        assert low <= drawn.min() < low + 0.2
        assert high - 0.2 < drawn.max() <= high
    names = inputs_drawn(path, 4)
    assert sorted(names) == [f"{AWARD}.history.2021", f"{AWARD}.plan.2024"]


@pytest.mark.parametrize("name", TRUNCATED)
def test_spans_hold_all_that_can_be_drawn(name: str) -> None:
    quantity, given, law, bounds = TRUNCATED[name]
    read = uncertain.read(given, quantity)
    assert isinstance(read, Distribution)
    low, high = inverses.span(read, 0)
    drawn = inverses.values(read, np.random.default_rng(2).random(10_000))
    assert low <= drawn.min()
    assert high >= drawn.max()
    assert low == pytest.approx(max(bounds[0], law.support()[0]), abs=1e-6)


def test_truncation_that_is_advised_can_be_written_as_it_stands(portfolio: Write) -> None:
    for field, text in (
        ("take_up", "{normal: [50%, 30%]}"),
        ("plan", "{normal: [10, 10]}"),
        ("amount", "{normal: [1, 1]}"),
        ("growth", "{normal: [1%, 40%]}"),
        ("path", "{random_walk: {start: 1, sd: 0.4}}"),
        ("level", "{normal: [+5%, 90%]}"),
        ("duration", "{normal: [24 months, 10 months]}"),
        ("take_up", "{ar1: {mean: 80%, persistence: 0.5, sd: 20%}}"),
        ("plan", "{gbm: {start: 5e11, volatility: 50%}}"),
    ):
        with pytest.raises(sim.InputError, match=r"leaves its range, .* with probability [0-9.e-]+: ") as raised:
            sim.load(with_field(portfolio, field, text))
        advice = str(raised.value).partition("write ")[2].partition(" beside ")[0]
        scenario = sim.load(with_field(portfolio, field, f"{text[:-1]}, {advice}}}"))
        (drawn,) = inputs_drawn(scenario, 1000).values()
        assert np.isfinite(drawn).all()
        result = sim.run(scenario, draws=100, measures=["spend"])
        assert np.isfinite(result.array("spend")).all()


@pytest.mark.parametrize(
    ("text", "chance"),
    [
        ("{normal: [90%, 10%]}", stats.norm(0.9, 0.1).sf(1)),
        ("{normal: [50%, 30%]}", 2 * stats.norm(0.5, 0.3).sf(1)),
        ("{normal: [90%, 10%], truncate: [80%, null]}", stats.norm.sf(1) / stats.norm.sf(-1)),
        ("{lognormal: [50%, 0.5]}", stats.lognorm(0.5, scale=0.5).sf(1)),
        ("{uniform: [60%, 110%]}", 0.2),
        ("{triangular: [-0.1, 0.1, 0.3]}", 0.125),
        ("{random_walk: {start: 50%, sd: 20%}}", 2 * stats.norm.sf(0.5, scale=0.2 * 5**0.5)),
        ("{random_walk: {start: 50%, sd: 20%}, truncate: [0%, null]}", stats.norm.sf(0.5, scale=0.2 * 5**0.5)),
        ("{gbm: {start: 50%, volatility: 20%}}", stats.norm(-0.02 * 5, 0.2 * 5**0.5).sf(np.log(2))),
    ],
)
def test_the_probability_of_leaving_the_range_is_named(text: str, chance: float, portfolio: Write) -> None:
    with pytest.raises(sim.InputError) as raised:
        sim.load(with_field(portfolio, "take_up", text))
    assert f"leaves its range, 0% to 100%, with probability {chance:.2g}: write truncate" in str(raised.value)


@pytest.mark.parametrize("value", [{}, [], "5%", {"2022": 0.1}, {"triangel": [1, 2, 3]}, 0.5, None])
def test_what_is_no_distribution_is_left_alone(value: object) -> None:
    assert uncertain.read(value, quantities.SHARE) is None


def test_a_distribution_that_cannot_be_says_which_part_is_wrong() -> None:
    with pytest.raises(PlacedError, match=r"its values must rise: write \{uniform: \{low") as raised:
        uncertain.read({"uniform": ["5%", "4%"]}, quantities.SHARE)
    assert raised.value.keys == ("uniform",)
    with pytest.raises(PlacedError, match="150% is above 1") as raised:
        uncertain.read({"uniform": [0.1, 0.2], "truncate": [0, "150%"]}, quantities.SHARE)
    assert raised.value.keys == ("truncate", 1)


@pytest.mark.parametrize(
    ("field", "text", "message"),
    [
        ("take_up", "{discrete: {90%: 50%, 110%: 50%}}", "take_up.discrete.110%: 110% is above 1: write"),
        ("take_up", "{empirical: [90%, 110%]}", "take_up.empirical.1: 110% is above 1: write"),
        ("level", "{uniform: [5%, 10%]}", "budget.level.uniform.0: 5% has no sign: write +5% or -5%"),
    ],
)
def test_values_are_read_as_those_of_the_field(field: str, text: str, message: str, portfolio: Write) -> None:
    with pytest.raises(sim.InputError) as raised:
        sim.load(with_field(portfolio, field, text))
    assert message in str(raised.value)
