"""Both engines against each other, bugs planted in either, and the statistics by which they are judged."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import stats

import simulator as sim
from simulator import agreement, chance, cohorts, fates
from simulator.arrays import Floats, Inputs, Programme
from simulator.cli import main
from simulator.crosscheck import Check, crosscheck
from simulator.events import awards, engine
from simulator.events.agency import Agency
from simulator.events.engine import Waiting
from simulator.events.life import Terms
from simulator.flows import Flows
from tests.commands import simulate
from tests.drawing import Write
from tests.random_portfolios import Documents, examples

PORTFOLIO = """\
first:
  duration: {6 months: 40%, 18 months: 60%}
  take_up: 80%
  deferral: 30%
  early_termination: 60%
  start_months: {april: 50%, october: 50%}
  history: {2020: 12, 2021: 14}
  promotes: [{to: line.second, share: 40%, lag: 1}]
  costs:
    out: {amount: 2, per: start}
    stay: {amount: 0.5, per: month}
    home: {amount: 2, per: end}
second: {duration: 24 months, costs: {stay: {amount: 6, per: year}}}
"""

Plant = Callable[[pytest.MonkeyPatch], None]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.crosscheck.CORE_DRAWS", 2048)


@pytest.fixture
def compared(portfolio: Write) -> Callable[..., Check]:
    """Both engines on a portfolio in which lots of things happen and money is carried."""

    def compare(**how: int) -> Check:
        path = portfolio(PORTFOLIO, budget="300", intake="steady", whole=True, programme="carry_limit: 30%")
        return crosscheck(sim.load(path), how.get("replications", 100), seed=how.get("seed", 1))

    return compare


def test_the_engines_agree(compared: Callable[..., Check]) -> None:
    check = compared(replications=200)
    assert check.agrees
    assert len(check.judged) > 800
    assert check.far == []
    assert abs(check.pooled - 1) < 4 * check.pooled_error < 0.3
    assert {cell.statistic for cell in check.cells} == {"mean", "variance", "value", "exists"}


def _deferral_lost(planted: pytest.MonkeyPatch) -> None:
    planted.setattr(engine._Run, "deferred", lambda *_: Waiting([], 0.0))


def _return_flight_unpaid(planted: pytest.MonkeyPatch) -> None:
    planted.setattr(awards, "end_payment", lambda *_: 0.0)


def _ended_a_month_early(planted: pytest.MonkeyPatch) -> None:
    right = Terms._months_until_early_end
    planted.setattr(Terms, "_months_until_early_end", lambda self, uniform: max(right(self, uniform) - 1, 0))


def _carry_over_ignored(planted: pytest.MonkeyPatch) -> None:
    planted.setattr(Agency, "carried_on", lambda *_: 0.0)


def _promotion_without_cost(planted: pytest.MonkeyPatch) -> None:
    right = Agency._due

    def forgetful(agency: Agency, programme: Any, year: int) -> float:
        places = programme.awards
        forgotten = sum(agency.books[p].promoted[year] * agency.types[p].first_cost[year] for p in places)
        return float(right(agency, programme, year) - forgotten)

    planted.setattr(Agency, "_due", forgetful)


def _deferral_lost_in_the_core(planted: pytest.MonkeyPatch) -> None:
    right = chance.start

    def lose(year: int, programme: Programme, promoted: Floats, flows: Flows, drawn: Any) -> None:
        right(year, programme, promoted, flows, drawn)
        flows.deferred[year + 1] = 0.0

    planted.setattr(chance, "start", lose)


def _return_flight_unpaid_by_the_core(planted: pytest.MonkeyPatch) -> None:
    right = cohorts.simulate

    def unpaid(inputs: Inputs, *others: Any) -> Flows:
        free = [
            replace(each, pays_ends=False, prices=replace(each.prices, end=0.0 * each.prices.end))
            for each in inputs.programmes
        ]
        return right(replace(inputs, programmes=tuple(free)), *others)

    planted.setattr(cohorts, "simulate", unpaid)


def _ended_a_month_early_in_the_core(planted: pytest.MonkeyPatch) -> None:
    right = fates._each

    def early(*terms: Any) -> list[Any]:
        return [each if each.completed else each._replace(last=max(each.last - 1, 0)) for each in right(*terms)]

    planted.setattr(fates, "_each", early)


def _carry_over_ignored_by_the_core(planted: pytest.MonkeyPatch) -> None:
    right = cohorts._settlement

    def ignore(year: int, inputs: Inputs, flows: Flows, scratch: Any) -> None:
        right(year, inputs, flows, scratch)
        flows.carried[year + 1] = 0.0

    planted.setattr(cohorts, "_settlement", ignore)


def _promotion_without_cost_in_the_core(planted: pytest.MonkeyPatch) -> None:
    right = cohorts._commitments

    def forget(year: int, programme: Programme, flows: Flows, scratch: Any) -> None:
        right(year, programme, flows, scratch)
        for award in programme.promoted:
            row = programme.rows.start + award
            flows.commitments[year, programme.row] -= programme.prices.first[year, award] * scratch.promoted[row]

    planted.setattr(cohorts, "_commitments", forget)


BUGS: dict[str, tuple[Plant, set[str]]] = {
    "deferral lost": (_deferral_lost, {"starts", "active"}),
    "return flight unpaid": (_return_flight_unpaid, {"spend_continuing"}),
    "termination a month early": (_ended_a_month_early, {"alumni"}),
    "carry-over ignored": (_carry_over_ignored, {"carried_out", "available"}),
    "promotion without cost": (_promotion_without_cost, {"available"}),
    "deferral lost in the core": (_deferral_lost_in_the_core, {"starts", "active"}),
    "return flight unpaid by the core": (_return_flight_unpaid_by_the_core, {"spend_continuing"}),
    "termination a month early in the core": (_ended_a_month_early_in_the_core, {"person_months"}),
    "carry-over ignored by the core": (_carry_over_ignored_by_the_core, {"carried_out", "available"}),
    "promotion without cost in the core": (_promotion_without_cost_in_the_core, {"available"}),
}


@pytest.mark.parametrize("bug", BUGS)
def test_planted_bugs_are_caught(bug: str, compared: Callable[..., Check], monkeypatch: pytest.MonkeyPatch) -> None:
    plant, shows_in = BUGS[bug]
    plant(monkeypatch)
    check = compared()
    assert not check.agrees
    assert shows_in <= {cell.measure for cell in check.differing}


def test_random_portfolios_agree() -> None:
    """A few of those that benchmarks/crosschecks.py compares at full strength."""
    made: list[Documents] = []

    @examples(60)
    def collect(documents: Documents) -> None:
        made.append(documents)

    collect()
    for documents in made[5::20]:
        check = crosscheck(documents.load(), 30, seed=2)
        assert check.agrees, (check.differing[:5], check.pooled, check.pooled_error)


def cells(kind: str, draw: Callable[[np.random.Generator, tuple[int, int]], Floats], trials: int = 500) -> Floats:
    """Deviates of samples of one distribution, of 100 and of 2,048; not of those too rare to judge."""
    stream = np.random.default_rng(7)
    samples = draw(stream, (trials, 100)), draw(stream, (trials, 2048))
    found = getattr(agreement, kind)(*samples)
    return np.array([each.deviate for each in found if each.judged])


LAWS: dict[str, Callable[[np.random.Generator, tuple[int, int]], Floats]] = {
    "normal": lambda stream, size: stream.normal(5, 2, size),
    "binomial": lambda stream, size: stream.binomial(40, 0.3, size).astype(float),
    "few": lambda stream, size: stream.poisson(0.1, size).astype(float),
    "skewed": lambda stream, size: stream.gamma(0.2, 1.0, size),
    "a coin": lambda stream, size: stream.binomial(1, 0.5, size).astype(float),
}


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("kind", ["means", "variances"])
def test_deviates_of_samples_that_agree_are_normal_or_smaller(kind: str, law: str) -> None:
    found = cells(kind, LAWS[law])
    if found.size == 0:
        assert kind == "variances"
        return
    assert np.abs(found).max() < 5.5
    assert np.mean(np.abs(found) > 2) < 0.08
    assert np.mean(np.abs(found) > 3) < 0.012


def test_means_a_little_apart_are_told_apart() -> None:
    found = cells("means", lambda stream, size: stream.normal(0.1 * (size[1] == 100), 0.1, size), trials=100)
    assert found.min() > 5


def test_variances_twice_as_large_are_told_apart() -> None:
    found = cells("variances", lambda stream, size: stream.normal(0, 1.0 + 0.5 * (size[1] == 100), size), trials=100)
    assert np.median(found) > 5
    assert found.min() > 2


def test_a_figure_that_exists_less_often_is_told_apart() -> None:
    stream = np.random.default_rng(3)
    ours, others = (np.where(stream.random((1, n)) < p, 1.0, np.nan) for n, p in ((100, 0.5), (8192, 0.9)))
    found = {each.statistic: each for each in agreement.means(ours, others)}
    assert abs(found["exists"].deviate) > 7
    assert found["mean"].deviate == 0


def test_the_pooled_ratio_has_the_error_it_says() -> None:
    ratios = []
    for seed in range(40):
        stream, pooled = np.random.default_rng(seed), agreement.Pooled()
        pooled.add(stream.normal(size=(10, 60)), stream.normal(size=(10, 2048)))
        ratios.append(pooled.ratio())
    found, errors = np.array(ratios).T
    assert found.mean() == pytest.approx(1.0, abs=0.03)
    assert errors.mean() == pytest.approx(found.std(), rel=0.4)


def test_the_limit_is_bonferroni() -> None:
    assert agreement.limit(1000, 0.001) == pytest.approx(stats.norm.isf(0.5e-6))


def test_the_command_judges_and_lists(
    portfolio: Write, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(portfolio(PORTFOLIO, budget="300", whole=True, intake="steady", name="mine.yaml"))
    options = ("--replications", "40", "--workers", "1", "--lang", "en")

    def run(*more: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["crosscheck", path, *options, *more])
        printed = capsys.readouterr()
        return int(str(ended.value.code)), printed.out, printed.err

    code, page, _ = run()
    assert code == 0
    assert "mine: the engines agree in" in page
    code, table, told = run("--format", "csv")
    assert table.splitlines()[0].startswith("scenario,fiscal_year,programme,award,measure,statistic,core,events")
    assert "mine: the engines agree in" in told
    assert len(table.splitlines()) > 800
    _carry_over_ignored(monkeypatch)
    code, page, _ = run()
    assert code == 1
    assert "the engines differ" in " ".join(page.split())
    assert simulate("crosscheck", path, "--replications", "5") == 2
    assert "variances need 20 or more" in capsys.readouterr().err
