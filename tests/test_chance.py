"""Chance in single lives: who takes up, who defers, when one starts and ends (model.md sections 2 and 7)."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

import simulator as sim
from simulator.arrays import Floats
from simulator.fates import fates
from simulator.lifecycle import kernel
from simulator.tables import Line
from tests.drawing import Write

DRAWS = 8192
ON = "individual_variation: true\n"


class Arrays(dict[str, Floats]):
    """Bare arrays of a result, (D, Y, n), or of its first award type or programme (D, Y); made when asked for."""

    def __init__(self, result: sim.Result, *, alone: bool) -> None:
        super().__init__()
        self._result, self._alone = result, alone

    def __missing__(self, name: str) -> Floats:
        values = self._result.array(name)[0]
        self[name] = values[:, :, 0] if self._alone else values
        return self[name]


Live = Callable[..., Arrays]


def close(found: Floats, expected: Floats) -> None:
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-8)


@pytest.fixture
def live(portfolio: Write) -> Live:
    """Measures, each (D, Y), of draws of an award whose single lives have chance."""

    def run(award: str, *, draws: int = DRAWS, **fields: object) -> Arrays:
        path = portfolio(f"award: {award}", top=ON, **{"budget": "100,000", **fields})
        return Arrays(sim.run(path, draws=draws, seed=1), alone=True)

    return run


def is_binomial(counts: Floats, n: int, p: float) -> None:
    """Mean and variance n p, n p (1 − p), and a chi-square test of the whole distribution."""
    law = stats.binom(n, p)
    assert (counts == np.round(counts)).all()
    assert abs(counts.mean() - law.mean()) < 5 * law.std() / counts.size**0.5
    assert counts.var() == pytest.approx(law.var(), rel=6 * (2 / counts.size) ** 0.5)
    low, high = int(law.ppf(0.005)), int(law.ppf(0.995))
    observed = [np.sum(counts <= low), *(np.sum(counts == k) for k in range(low + 1, high)), np.sum(counts >= high)]
    expected = [law.cdf(low), *law.pmf(np.arange(low + 1, high)), law.sf(high - 1)]
    assert stats.chisquare(observed, np.array(expected) * counts.size).pvalue > 0.001


@pytest.mark.parametrize("seed", range(12))
def test_the_mean_of_all_fates_is_the_kernel(seed: int) -> None:
    stream = np.random.default_rng(seed)
    runs = int(stream.choice([1, 3]))
    low = np.round(stream.uniform(0.2, 40, (3, runs)), 1 if seed % 2 else 0) + 0.5 * (seed % 3)
    high = low + stream.choice([0, 1, 7.5, 20], (3, runs))
    shares = stream.dirichlet(np.ones(3), runs).T
    ranges = np.stack([low, high, shares], axis=1)
    months = np.where(stream.random((12, 1)) < 0.5, stream.random((12, 1)), 0.0) + np.eye(12)[:, :1]
    months = months / months.sum(axis=0)
    termination = stream.choice([0.0, 0.1, 0.6], runs)
    found = fates(ranges, months, termination, offsets=8, quantities=5)
    expected = kernel(ranges, months, termination, offsets=8, quantities=5)
    np.testing.assert_allclose(found.chance.sum(axis=0), 1, rtol=1e-12)
    assert (found.chance >= 0).all()
    mean = (found.chance[:, None, None] * found.gives).sum(axis=0)
    np.testing.assert_allclose(mean, np.broadcast_to(expected, mean.shape), atol=1e-10)
    assert set(np.unique(found.gives[:, :, 0])) <= {0.0, 1.0}  # everyone leaves once
    assert (found.gives[:, :, 0].sum(axis=1) == 1).all()


TAKE_UP = "{duration: 12 months, take_up: 80%, deferral: 25%, plan: 200, costs: {a: {amount: 1, per: start}}}"


def test_take_up_and_deferral_are_binomial(live: Live) -> None:
    found = live(TAKE_UP)
    assert (found["selected"] == 200).all()
    for year in range(6):
        is_binomial(found["declined"][:, year], 200, 0.2)
        is_binomial(found["deferred"][:, year], 200, 0.8 * 0.25)
    is_binomial(found["starts"][:, 0], 200, 0.8 * 0.75)
    np.testing.assert_array_equal(
        found["starts"][:, 1:] + found["declined"][:, 1:] + found["deferred"][:, 1:], 200 + found["deferred"][:, :-1]
    )
    together = np.cov(found["declined"][:, 0], found["deferred"][:, 0])[0, 1]
    assert together == pytest.approx(-200 * 0.2 * 0.2, abs=6 * 200 * 0.16 / DRAWS**0.5)


def test_years_award_types_and_draws_are_independent(portfolio: Write) -> None:
    award = f"{{}}: {TAKE_UP}\n"
    result = sim.run(
        portfolio(award.replace("{}", "one") + award.replace("{}", "two"), budget="9999", top=ON), draws=DRAWS
    )
    declined = result.array("declined")[0]
    columns = declined.reshape(DRAWS, -1).T
    others = [
        *columns,
        columns[0, np.r_[1024:DRAWS, :1024]],
        columns[0, np.r_[1:DRAWS, 0]],
    ]  # another tile, another draw
    for place, one in enumerate(others):
        for other in others[:place]:
            assert abs(stats.pearsonr(one, other).statistic) * DRAWS**0.5 < 4.5


def test_start_months_are_multinomial(live: Live) -> None:
    found = live(
        "{duration: 12 months, start_months: {may: 30%, october: 45%, march: 25%}, plan: {2022: 50, 2023: 0},"
        " costs: {a: {amount: 1, per: month}}}"
    )
    months = found["person_months"]
    each, chance = np.array([11, 6, 1]), np.array([0.3, 0.45, 0.25])
    mean = each @ chance
    variance = 50 * (each**2 @ chance - mean**2)
    assert months[:, 0].mean() == pytest.approx(50 * mean, abs=5 * (variance / DRAWS) ** 0.5)
    assert months[:, 0].var() == pytest.approx(variance, rel=6 * (2 / DRAWS) ** 0.5)
    law = np.zeros(1)
    law[0] = 1.0
    one = np.zeros(12)
    one[each] = chance
    for _ in range(50):
        law = np.convolve(law, one)
    totals = np.cumsum(law)[np.round(months[:, 0]).astype(int)]
    assert abs(np.mean(totals) - (1 + (law**2).sum()) / 2) < 5 / (12 * DRAWS) ** 0.5  # as of ranks of whole numbers
    np.testing.assert_array_equal(months[:, 0] + months[:, 1], 600)
    assert (found["active"][:, 0] == 50).all()
    assert (found["exits"][:, 1] == 50).all()


def test_a_mixture_of_durations_is_drawn_for_each_award(live: Live) -> None:
    found = live(
        "{duration: {12 months: 10%, 24 months: 20%, 36 months: 70%}, plan: {2022: 40, 2023: 0},"
        " costs: {a: {amount: 1, per: year}}}"
    )
    is_binomial(found["active"][:, 0], 40, 0.9)
    is_binomial(found["active"][:, 1], 40, 0.7)
    assert not found["active"][:, 2].any()
    close(found["person_months"][:, 1], 12 * found["active"][:, 0])


def test_early_termination_of_awards_of_twelve_months(live: Live) -> None:
    found = live("{duration: 12 months, early_termination: 60%, plan: 100, costs: {a: {amount: 1, per: month}}}")
    assert (found["exits"] == 100).all()
    is_binomial(found["completions"][:, 3], 100, 0.4 ** (11 / 12))  # at the end of the twelfth month all leave
    assert found["person_months"].mean() == pytest.approx(100 * sum(0.4 ** (a / 12) for a in range(12)), rel=5e-3)


def test_early_termination_of_awards_of_twenty_four_months(live: Live) -> None:
    found = live(
        "{duration: 24 months, early_termination: 19%, plan: {2022: 100, 2023: 0}, history: {2021: 100},"
        " costs: {a: {amount: 1, per: month}, home: {amount: 1, per: end}}}"
    )
    is_binomial(found["active"][:, 0], 100, 0.81)
    is_binomial(found["supported"][:, 0] - 100, 100, 0.81)  # of FY2021, still there
    is_binomial(found["completions"][:, 0], 100, 0.81 ** (23 / 12))  # of FY2021
    is_binomial(found["completions"][:, 1], 100, 0.81 ** (23 / 12))
    np.testing.assert_array_equal(found["exits"][:, 1], found["active"][:, 0])
    assert stats.pearsonr(found["active"][:, 0], found["completions"][:, 1]).statistic == pytest.approx(
        np.sqrt((1 / 0.81 - 1) / (0.81 ** (-23 / 12) - 1)), abs=0.02
    )


def test_what_is_left_of_a_fraction_of_an_award_goes_the_way_of_the_mean(live: Live) -> None:
    found = live("{duration: 1 year, take_up: 50%, deferral: 50%, plan: 2.25, costs: {a: {amount: 1, per: start}}}")
    for name, rest, chance in (("declined", 0.125, 0.5), ("deferred", 0.0625, 0.25)):
        np.testing.assert_allclose(found[name] % 1, rest, rtol=1e-12)
        is_binomial(np.round(found[name][:, 3] - rest), 2, chance)


BUSY = """\
one:
  duration: {12 months: 30%, 15-40 months: 70%}
  take_up: {uniform: [60%, 95%]}
  deferral: 15%
  early_termination: {uniform: [2%, 10%]}
  start_months: {april: 50%, october: 30%, february: 20%}
  history: {steady: 12}
  backlog: 3
  plan: 20
  extensions: {2024: {share: 30%, duration: 4 months}}
  promotes: [{to: line.two, share: 20%, lag: 1}]
  costs:
    out: {amount: 0.3, per: start}
    home: {amount: 0.2, per: end}
    stay: {amount: {lognormal: [0.4, 0.2]}, per: month}
two: {duration: 30 months, plan: 4, history: {steady: 5}, costs: {a: {amount: 9, per: award, spread: [50%, 30%, 20%]}}}
"""


@pytest.mark.parametrize(
    ("whole", "intake", "budget"), [(False, "plan", "9999"), (True, "steady", "250"), (True, "cash", "180")]
)
def test_identities_hold_in_every_draw(whole: bool, intake: str, budget: str, portfolio: Write) -> None:
    text = BUSY.replace("  plan: 20\n", "").replace("plan: 4, ", "") if intake != "plan" else BUSY
    path = portfolio(text, budget=budget, intake=intake, whole=whole, top=ON, programme="carry_limit: 20%")
    result = sim.run(path, draws=250, seed=3)
    of = Arrays(result, alone=False)
    change = of["starts"] + of["extended"] - of["exits"]
    close(np.diff(of["active"], axis=1), change[:, 1:])
    close(of["supported"][:, 1:], (of["active"][:, :-1] + of["starts"][:, 1:]))
    from_before = np.pad(of["deferred"], ((0, 0), (1, 0), (0, 0)))[:, :-1]
    from_before[:, 0, 0] = 3
    at_once = of["starts"] - from_before - of["promoted"]
    close(of["declined"] + at_once + of["deferred"], of["selected"])
    held = of["budget"] + of["carried_in"] + of["shortfall"]
    close(held, of["spend"] + of["carried_out"] + of["returned"])
    paid = of["spend_new"].sum(axis=2) + of["spend_continuing"].sum(axis=2)
    close(of["spend"][:, :, 0], paid)
    close(of["commitments"][:, :, 0], of["spend_continuing"].sum(axis=2))
    assert all(
        (of[name] >= -1e-9).all() for name in ("declined", "starts", "deferred", "active", "exits", "completions")
    )


def test_counts_are_whole_numbers(live: Live) -> None:
    found = live(
        "{duration: {6 months: 30%, 20-40 months: 70%}, take_up: {uniform: [60%, 95%]}, deferral: 15%,"
        " early_termination: 5%, start_months: {april: 50%, october: 50%}, history: {2020: 11, 2021: 7}, backlog: 3,"
        " costs: {a: {amount: 1, per: month}}}",
        whole=True,
        intake="steady",
        budget="500",
        draws=2000,
    )
    for name in ("selected", "declined", "deferred", "starts", "active", "exits", "completions", "supported"):
        np.testing.assert_array_equal(found[name], np.round(found[name]))


def test_money_follows_the_lives_that_are_drawn(live: Live) -> None:
    found = live(
        "{duration: {12 months: 40%, 20 months: 60%}, take_up: 70%, deferral: 20%, early_termination: 10%, plan: 30,"
        " start_months: {april: 50%, october: 50%}, history: {2021: 25}, costs: {out: {amount: 0.3, per: start},"
        " home: {amount: 0.2, per: end}, stay: {amount: 0.5, per: month}, grant: {amount: 1.2, per: year}}}",
        draws=3000,
    )
    by_hand = 0.3 * found["starts"] + 0.2 * found["exits"] + (0.5 + 1.2 / 12) * found["person_months"]
    np.testing.assert_allclose(found["spend"], by_hand, rtol=1e-9)
    assert found["person_months"].std(axis=0).min() > 5
    later = found["outyear_commitments"]
    months_to_come = found["person_months"][:, 1:].sum(axis=1)
    assert np.corrcoef(later[:, 0], months_to_come)[0, 1] > 0.1


@pytest.mark.parametrize("chance", ["true", "false"])
def test_means_are_those_of_the_expected_run_where_nothing_binds(chance: str, portfolio: Write) -> None:
    path = portfolio(BUSY, budget="9999", top=f"individual_variation: {chance}\n")
    sure, many = sim.run(path).runs[0], sim.run(path, draws=DRAWS, seed=8).runs[0]
    assert many.drawn is not None
    uneven = {"cost_per_person_month", "required_budget", "amplification", "spectral_radius"}
    for line, found in many.drawn.lines.items():
        expected = sure.of(line.measure, line.programme, line.award)[:, 0]
        if line.measure not in uneven and not np.isnan(expected).any():
            assert (np.abs(found.mean - expected) <= 5 * found.se + 1e-9 * np.abs(expected)).all(), line


def test_bare_arrays_are_of_the_lives_that_the_statistics_are_of(portfolio: Write) -> None:
    result = sim.run(portfolio(f"award: {TAKE_UP}", top=ON), draws=5000, seed=2, measures=["declined"])
    told, values = result.runs[0].statistics(Line("line", "award", "declined")), result.array("declined")[0, :, :, 0]
    assert told is not None
    np.testing.assert_allclose(told.mean, values.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(told.quantiles["p95"], np.quantile(values, 0.95, axis=0), rtol=1e-12)


def test_runs_without_draws_do_not_change(portfolio: Write) -> None:
    with_chance, without = (sim.run(portfolio(BUSY, top=top)).runs[0] for top in (ON, ""))
    assert with_chance.measures.keys() == without.measures.keys()
    for name, values in with_chance.measures.items():
        np.testing.assert_array_equal(values, without.measures[name])


def test_lives_without_chance_are_drawn_as_before(portfolio: Write) -> None:
    award = "award: {duration: 24 months, plan: 10, take_up: {uniform: [50%, 90%]}, costs: {a: {amount: 1, per: year}}}"
    off, default = (sim.run(portfolio(award, top=top), draws=50) for top in ("individual_variation: false\n", ""))
    np.testing.assert_array_equal(off.array("starts"), default.array("starts"))
    assert (off.array("starts") != np.round(off.array("starts"))).any()


def test_what_a_scenario_leaves_alone_lives_as_in_the_other(portfolio: Write, tmp_path: Path) -> None:
    path = portfolio(f"one: {TAKE_UP}\ntwo: {TAKE_UP}\n", budget="100,000", top=ON)
    scenarios = [sim.load(path), sim.load(path, settings=["programmes.line.awards.one.plan=150"])]
    drawn = sim.run(scenarios, draws=500, measures=["starts", "declined"]).runs[1].drawn
    assert drawn is not None
    for name in ("starts", "declined"):
        assert not drawn.differences[Line("line", "two", name)].sd.any()
        assert drawn.differences[Line("line", "one", name)].sd.all()
