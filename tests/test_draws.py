"""Runs over draws: what is told of them is what all draws say (model.md section 7)."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import simulator as sim
from simulator import draws, tables
from simulator.arrays import Floats
from simulator.conditions import Condition
from simulator.draws import Sampled
from simulator.figures import Wanted
from simulator.leaves import Batch
from simulator.results import Run
from simulator.sampling import REPLICATES, Sampling
from simulator.statistics import QUANTILES, RANK_ERROR
from simulator.tables import Line
from tests.drawing import Write

SHARES = list(QUANTILES.values())
DESIGNS: tuple[Sampling, ...] = ("random", "lhs", "sobol")
TWO = """\
fellow:
  duration: 24 months
  plan: 10
  take_up: {uniform: [70%, 95%]}
  demand: {applicants: {discrete: {0: 20%, 8: 30%, 100: 50%}}}
  history: {steady: 5}
  costs:
    stay: {amount: {lognormal: [1, 0.3]}, per: year, index: prices}
visit: {duration: 2 weeks, plan: 5, costs: {trip: {amount: 0.5, per: start}}}
"""
TOP = "economy: {prices: {path: {gbm: {start: 1, volatility: 10%, growth: 2%}}}}"


@pytest.fixture
def small(portfolio: Write) -> Path:
    """A portfolio of which some figures are uncertain, some certain, and some missing in some draws."""
    return portfolio(TWO, budget="{normal: [40, 2]}", top=TOP)


def drawn(
    scenarios: list[sim.Scenario],
    sampled: Sampled,
    *,
    lines: tuple[Line, ...] = (),
    conditions: tuple[str, ...] = (),
    block: int = 4096,
    progress: Callable[[int, int], bool] = lambda *_: True,
) -> tuple[Run, ...]:
    asked = lines or tuple(tables.lines(Batch((scenarios[0],)).labels))
    wanted = Wanted(
        (asked,) * len(scenarios),
        tuple(Condition.parse(text) for text in conditions),
        reference=0 if len(scenarios) > 1 else None,
    )
    return draws.draw(scenarios, sampled, wanted, block=block, threads=2, progress=progress)


def values_of(result: sim.Result, line: Line, place: int = 0) -> Floats:
    """(D, Y) of a line from the bare array, added up by hand."""
    run, values = result.runs[place], result.array(line.measure)[place]
    by_award = values.shape[2] == len(run.labels.awards)
    added: Floats = values.sum(axis=2)
    if line.award:
        added = values[..., run.labels.awards.index((line.programme, line.award))]
    elif line.programme != "total" and not by_award:
        added = values[..., run.labels.programmes.index(line.programme)]
    return added


@pytest.mark.parametrize("kind", DESIGNS)
def test_every_statistic_is_numpys_of_all_draws(kind: Sampling, small: Path) -> None:
    result = sim.run(small, draws=3000, seed=5, sampling=kind)
    run = result.runs[0]
    assert run.drawn is not None
    assert len(run.drawn.lines) > 50
    for line, found in run.drawn.lines.items():
        values = values_of(result, line)
        columns = [column[~np.isnan(column)] for column in values.T]
        for year, there in enumerate(columns):
            if not there.size:
                assert all(np.isnan(each[year]) for _, each in found.items())
                continue
            scale = np.abs(there).max() + 1e-300
            assert found.mean[year] == pytest.approx(there.mean(), abs=1e-12 * scale)
            assert found.sd[year] == pytest.approx(there.std(ddof=1), abs=1e-8 * scale)
            quantiles = [found.quantiles[name][year] for name in QUANTILES]
            assert quantiles == pytest.approx(np.quantile(there, SHARES), rel=1e-12, abs=1e-12 * scale)
            parts = [values[place::REPLICATES, year] for place in range(REPLICATES)]
            means = np.array([np.nanmean(part) for part in parts])
            apart = np.sqrt(np.square(means - there.mean()).sum() / (8 * 7))
            error = there.std(ddof=1) / there.size**0.5 if kind == "random" else apart
            assert found.se[year] == pytest.approx(error, rel=1e-6, abs=1e-8 * scale)


def test_a_figure_that_some_draws_lack_has_the_statistics_of_the_others(small: Path) -> None:
    result = sim.run(small, draws=2000, seed=5, measures=["success_rate", "applicants"])
    rates, applicants = result.array("success_rate")[0, :, :, 0], result.array("applicants")[0, :, :, 0]
    np.testing.assert_array_equal(np.isnan(rates), applicants == 0)
    assert 0.15 < np.isnan(rates).mean() < 0.25
    table = result.table()
    told = table[(table["award"] == "fellow") & (table["measure"] == "success_rate") & (table["statistic"] == "mean")]
    assert told["value"].to_list() == pytest.approx(np.nanmean(rates, axis=0))


def test_the_mean_of_what_is_linear_is_the_run_at_expected_values(portfolio: Write) -> None:
    path = portfolio(
        "one: {duration: 36 months, plan: {uniform: [10, 30]}, history: {steady: {normal: [20, 2]}}, costs:"
        " {a: {amount: {lognormal: [2, 0.4]}, per: year, index: prices}, b: {amount: 1, per: end}}}\n"
        "two: {duration: 12 months, plan: 7, take_up: {beta: [8, 2]}, deferral: {triangular: [0%, 5%, 20%]}, costs:"
        " {c: {amount: {pert: [1, 2, 9]}, per: start, index: prices}}}",
        budget="{normal: [4000, 100]}",
        programme="fixed_costs: {amount: {uniform: [5, 6]}}",
        top=TOP,
    )
    sure, many = sim.run(path).runs[0], sim.run(path, draws=20_000, seed=6).runs[0]
    assert many.drawn is not None
    linear = ["selected", "starts", "deferred", "active", "person_months", "exits", "budget", "spend", "commitments"]
    linear += ["unit_price_a", "spend_new", "fixed_costs", "carried_out", "outyear_commitments"]
    for line, found in many.drawn.lines.items():
        if line.measure in linear:
            expected = sure.of(line.measure, line.programme, line.award)[:, 0]
            assert (np.abs(found.mean - expected) <= 5 * found.se + 1e-9 * np.abs(expected)).all(), line
            assert not line.measure.startswith("spend") or (found.se[1:] > 0).all() or line.award == "two"


def test_what_is_certain_has_no_spread_and_is_distinguishable(small: Path) -> None:
    scenarios = [sim.load(small), sim.load(small, settings=["programmes.line.awards.visit.plan=8"])]
    runs = drawn(scenarios, Sampled(300, 1))
    assert runs[1].drawn is not None
    line = Line("line", "visit", "selected")
    found, paired = runs[1].drawn.lines[line], runs[1].drawn.differences[line]
    assert found.mean.tolist() == [8] * 6
    assert paired.mean.tolist() == [3] * 6
    for each in (found, paired, runs[1].drawn.differences[Line("line", "visit", "cost_per_start")]):
        assert not each.sd.any()
        assert not each.se.any()
        assert each.distinguishable.all()
        assert all((values == each.mean).all() for values in each.quantiles.values())


CONDITIONS: Mapping[str, Callable[[sim.Result], NDArray[np.bool_]]] = {
    "spend[line] > 25": lambda result: values_of(result, Line("line", "", "spend")) > 25,
    "selected[line.fellow] < 9.5": lambda result: values_of(result, Line("line", "fellow", "selected")) < 9.5,
    "success_rate[line.fellow] <= 0.1": lambda result: values_of(result, Line("line", "fellow", "success_rate")) <= 0.1,
    "success_rate[line.fellow] != 0.1": lambda result: (
        (values_of(result, Line("line", "fellow", "success_rate")) != 0.1)
        & ~np.isnan(values_of(result, Line("line", "fellow", "success_rate")))
    ),
    "unspent > 2,000 万円": lambda result: values_of(result, Line("total", "", "unspent")) > 20,
    "selected[line.visit] == 5": lambda result: values_of(result, Line("line", "visit", "selected")) == 5,
}


@pytest.mark.parametrize("text", CONDITIONS)
def test_the_chance_of_a_condition_is_the_share_of_draws_in_which_it_holds(text: str, small: Path) -> None:
    result = sim.run(small, draws=3000, seed=5)
    held = CONDITIONS[text](result)
    measure, where, rest = text.partition("]")
    in_2024 = f"{measure}, 2024{where}{rest}" if where else text.replace(" ", "[total, 2024] ", 1)
    (run,) = drawn([sim.load(small)], Sampled(3000, 5), conditions=(text, in_2024))
    assert run.drawn is not None
    always, named = run.drawn.chances
    assert always.yearly.mean.tolist() == pytest.approx(held.mean(axis=0))
    assert always.every.mean[0] == pytest.approx(held.all(axis=1).mean())
    assert always.any.mean[0] == pytest.approx(held.any(axis=1).mean())
    assert named.every.mean[0] == named.any.mean[0] == pytest.approx(held[:, 2].mean())
    share = held.any(axis=1).mean()
    assert always.any.se[0] == pytest.approx(np.sqrt(share * (1 - share) / 2999), abs=1e-12)


@pytest.mark.parametrize("exact", [100_000_000, 100])
def test_an_interrupted_run_tells_of_the_draws_that_were_finished(
    exact: int, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draws, "EXACT", exact)
    told: list[tuple[int, int]] = []

    def stop(done: int, whole: int) -> bool:
        told.append((done, whole))
        return done < 2048

    line = Line("line", "fellow", "cost_per_start")
    (run,) = drawn([sim.load(small)], Sampled(9000, 5), lines=(line,), block=1024, progress=stop)
    assert told == [(1024, 9000), (2048, 9000)]
    assert run.drawn is not None
    assert run.drawn.done == run.drawn.lines[line].draws == 2048
    values = values_of(sim.run(small, draws=9000, seed=5, measures=["cost_per_start"]), line)[:2048]
    found = run.drawn.lines[line]
    np.testing.assert_allclose(found.mean, values.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(found.sd, values.std(axis=0, ddof=1), rtol=1e-9)
    for name, share in QUANTILES.items():
        below = (values <= found.quantiles[name]).mean(axis=0)
        np.testing.assert_allclose(below, share, atol=0.004)


def test_quantiles_beyond_what_there_is_room_for_come_from_a_digest(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = Line("line", "fellow", "cost_per_start")
    (exact,) = drawn([sim.load(small)], Sampled(30_000, 5), lines=(line,))
    monkeypatch.setattr(draws, "EXACT", 30_000 * 6 - 1)
    blocks = [drawn([sim.load(small)], Sampled(30_000, 5), lines=(line,), block=block)[0] for block in (1024, 4096)]
    values = values_of(sim.run(small, draws=30_000, seed=5, measures=["cost_per_start"]), line)
    for run in (exact, *blocks):
        assert run.drawn is not None
        for name, share in QUANTILES.items():
            error = np.abs((values <= run.drawn.lines[line].quantiles[name]).mean(axis=0) - share).max()
            assert error < (RANK_ERROR if run is not exact else 1 / 20_000)
    assert all(a.drawn is not None for a in blocks)
    first, second = (run.statistics(line) for run in blocks)
    assert first is not None
    assert second is not None
    for (_, one), (_, two) in zip(first.items(), second.items(), strict=True):
        np.testing.assert_array_equal(one, two)


def test_the_tidy_table_has_a_row_for_every_statistic(small: Path) -> None:
    result = sim.run(small, draws=100, seed=1, measures=["selected", "spend", "success_rate"])
    table = result.table()
    names = ["mean", "sd", "se", "p05", "p25", "p50", "p75", "p95"]
    assert table["statistic"].unique().tolist() == names
    assert len(table) == (3 + 2 + 2) * 6 * len(names)
    units = {"selected": "count", "spend": "million_yen", "success_rate": "ratio"}
    for measure, unit in units.items():
        assert set(table[table["measure"] == measure]["unit"]) == {unit}
    spend = table[(table["measure"] == "spend") & (table["programme"] == "total") & (table["fiscal_year"] == 2024)]
    values = values_of(result, Line("total", "", "spend"))[:, 2]
    assert spend["value"].to_list() == pytest.approx(
        [values.mean(), values.std(ddof=1), values.std(ddof=1) / 10, *np.quantile(values, SHARES)]
    )


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"draws": -1}, "draws is -1: give 1 to 1,000,000,000"),
        ({"draws": 2_000_000_000}, "draws is 2000000000: give 1 to"),
        ({"draws": 10, "seed": -1}, "seed is -1: give a whole number from 0 up"),
        ({"draws": 15, "sampling": "sobol"}, "draws is 15: sobol takes 16 draws or more"),
        ({"draws": 15, "sampling": "lhs"}, "draws is 15: lhs takes 16 draws or more"),
        ({"draws": 10, "block": 1000}, "block is 1000: give a multiple of 1024"),
        ({"draws": 10, "vary": {"budget.level": [0.1]}}, "draws and vary are for different questions"),
    ],
)
def test_draws_that_cannot_be_made_are_refused(asked: dict[str, object], message: str, small: Path) -> None:
    with pytest.raises(sim.RequestError, match=message):
        sim.run(small, **asked)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"draws": 2.5}, "draws is 2.5: give a whole number"),
        ({"draws": "10"}, "draws is '10': give a whole number"),
        ({"draws": 10, "seed": None}, "seed is None: give a whole number"),
        ({"draws": 100, "sampling": "foo"}, "sampling is 'foo': give one of random, lhs, sobol"),
    ],
)
def test_what_is_no_number_of_draws_is_refused(asked: dict[str, object], said: str) -> None:
    with pytest.raises(sim.RequestError, match=said):
        sim.run("scenarios/uncertain.yaml", **asked)  # type: ignore[arg-type]
