"""Single awards in SimPy: lives worked by hand, fractions that go the way of the mean, what scenarios share."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import simulator as sim
from simulator import draws
from simulator.draws import Sampled
from simulator.errors import RequestError
from simulator.events.engine import Chance
from simulator.events.life import Lot, Terms, expected
from simulator.tables import Line
from tests.drawing import Write
from tests.random_portfolios import Documents, examples
from tests.random_scaling import times
from tests.singles import Seen, journal, replicated

ONE_IN_2022 = "plan: {2022: 1, 2023: 0}"
ALONE = {"whole": True, "budget": "1000"}


@pytest.fixture
def life(portfolio: Write) -> Callable[..., list[Seen]]:
    """The journal of one replication of an award, of which one is selected in FY2022."""

    def lived(award: str, **fields: object) -> list[Seen]:
        path = portfolio(f"award: {{{ONE_IN_2022}, {award}}}", **{**ALONE, **fields})
        return journal(replicated(path))

    return lived


def test_an_award_is_paid_month_by_month_at_the_prices_of_each_year(life: Callable[..., list[Seen]]) -> None:
    seen = life(
        "duration: 18 months, start_months: {october: 1}, costs: {out: {amount: 3, per: start},"
        " stay: {amount: 1, per: month, index: prices}, home: {amount: 2, per: end, index: prices}}",
        top="economy: {prices: {path: {2022: 1.0, 2023: 1.5}}}",
    )
    assert seen[0] == Seen(0, "s2022-1", "selected", 0)
    assert [each for each in seen if each.month == 6] == [
        Seen(6, "s2022-1", "started", 0),
        Seen(6, "s2022-1", "paid at start", 3),
        Seen(6, "s2022-1", "paid for the month", 1),
    ]
    months = [(each.month, each.money) for each in seen if each.event == "paid for the month"]
    assert months == [(month, 1.0 if month < 12 else 1.5) for month in range(6, 24)]  # October 2022 to March 2024
    assert seen[-2:] == [Seen(23, "s2022-1", "paid at end", 3.0), Seen(23, "s2022-1", "completed", 0)]


def test_who_leaves_on_31_march_is_not_in_place_after_it(portfolio: Write) -> None:
    award = "{duration: 24 months, plan: {2022: 5, 2023: 0}, costs: {stay: {amount: 1, per: month}}}"
    (book,) = replicated(portfolio(f"award: {award}", **ALONE)).books
    assert book.in_place[book.lead :] == [5, 0, 0, 0, 0, 0]
    assert book.exits[book.lead :] == [0, 5, 0, 0, 0, 0]
    assert book.standing[10:24] == [5, 5, *[5] * 11, 0]
    assert book.cash[:25] == [*[5.0] * 24, 0.0]


def test_two_weeks_are_a_part_of_one_month(life: Callable[..., list[Seen]]) -> None:
    seen = life("duration: 2 weeks, start_months: {march: 1}, costs: {stay: {amount: 1, per: month}}")
    assert next((each.month, each.event) for each in seen if each.month == 11) == (11, "started")
    (paid,) = (each for each in seen if each.event == "paid for the month")
    assert paid.month == 11
    assert paid.money == pytest.approx(14 / 30.4375, rel=1e-12)


def test_a_deferred_award_starts_a_year_later_under_its_own_name(life: Callable[..., list[Seen]]) -> None:
    seen = life("duration: 1 month, deferral: 100%, costs: {stay: {amount: 1, per: month}}")
    events = [(each.month, each.award, each.event) for each in seen]
    assert events == [
        (0, "s2022-1", "selected"),
        (0, "s2022-1", "deferred"),
        (12, "s2022-1", "started"),
        (12, "s2022-1", "paid for the month"),
        (12, "s2022-1", "completed"),
    ]


def test_an_award_that_ends_early_is_paid_home_and_its_instalments_in_full(life: Callable[..., list[Seen]]) -> None:
    seen = life(
        "duration: 24 months, early_termination: 100%, continuing: 50%, costs: {home: {amount: 2, per: end},"
        " stay: {amount: 1, per: month}, grant: {amount: 8, per: award, spread: [25%, 0%, 75%]}}"
    )
    assert [each[2:] for each in seen if each.month == 0][1:] == [
        ("started", 0),
        ("paid for the month", 1),
        ("paid by instalment", 2),
        ("paid at end", 2),
        ("ended early", 0),
    ]
    assert [each for each in seen if each.month > 0] == [Seen(24, "s2022-1", "paid by instalment", 8 * 0.75 * 0.5)]


def test_a_gate_renews_and_completions_are_promoted_with_a_lag(portfolio: Write) -> None:
    awards = """\
    first:
      plan: {2022: 4, 2023: 0}
      renewal: {after: 12 months, share: 100%, until: 20 months}
      promotes: [{to: line.second, share: 50%, lag: 2 years}]
      costs: {stay: {amount: 1, per: month}}
    second: {plan: 0, duration: 12 months, costs: {stay: {amount: 1, per: year}}}
    """
    found = replicated(portfolio(awards, **ALONE))
    seen = journal(found)
    assert [each.month for each in seen if each.event == "renewed"] == [12] * 4
    assert [each.month for each in seen if each.event == "completed"][:4] == [19] * 4  # November 2023
    assert [(each.month, each.award) for each in seen if each.event == "started"][4:] == [
        (36, "p2025-1"),
        (36, "p2025-2"),
    ]
    assert found.ledgers[0].commitments == [0, 32, 0, 2, 0, 0]


def test_extensions_are_paid_by_month_and_their_flight_home_only_once(portfolio: Write) -> None:
    award = """\
    award:
      plan: {2022: 10, 2023: 0}
      duration: 24 months
      extensions: {2023: {share: 50%, duration: 12 months}}
      costs: {stay: {amount: 1, per: month}, home: {amount: 3, per: end}}
    """
    (book,) = replicated(portfolio(award, **ALONE)).books
    assert book.extended == [0, 5, 0, 0, 0, 0]
    months = sum(range(1, 13)) / 12 * 5  # of the year in which they begin, in any month alike
    assert book.extensions[1] == pytest.approx([0, months, 60 - months, 0, 0, 0])
    assert book.continuing == pytest.approx([0, 120 + 30 + months, 60 - months, 0, 0, 0])


def test_money_is_carried_up_to_the_limit_and_lapses_at_the_end_of_the_plan_period(portfolio: Write) -> None:
    award = "award: {plan: 3, duration: 12 months, costs: {a: {amount: 20, per: start}}}"
    top = "plan_periods: {FUND: {ends: [2024]}}"
    found = replicated(portfolio(award, whole=True, budget="100", top=top, programme="carry_limit: 60%"))
    (ledger,) = found.ledgers
    assert ledger.spend == [60] * 6
    assert ledger.carried == [0, 40, 60, 0, 40, 60, 60]
    assert ledger.unspent == [40, 80, 100, 40, 80, 100]


@pytest.mark.parametrize("uniform", [0.0, 0.2, 0.5, 0.9, 0.999])
def test_months_until_an_early_end_follow_the_monthly_hazard(uniform: float) -> None:
    """The award ends at the end of the month in which the survival ``(1 − q)^(a/12)`` falls below 1 − u."""
    lot, terms = Lot(0, 0, 0, 0, 0, uniform), Terms(((60.0, 60.0, 1.0),), (1.0, *[0.0] * 11), 0.3)
    fate = terms.fate(lot)
    alive = [month for month in range(60) if 0.7 ** ((month + 1) / 12) >= 1 - uniform]
    assert (fate.last, fate.completed) == ((len(alive), False) if len(alive) < 59 else (59, True))


def test_many_lots_are_on_average_what_is_expected() -> None:
    terms = Terms(((0.5, 0.5, 0.2), (5.0, 17.3, 0.5), (24.0, 24.0, 0.3)), (0.5, *[0.0] * 8, 0.3, 0.0, 0.2), 0.25)
    life, lots = expected(terms), Chance(1, 0).lots("any", 2022, "selected", 40_000)
    fates = [terms.fate(lot) for lot in lots]
    for year in range(3):
        ends = [(fate.month + fate.last) // 12 == year for fate in fates]
        done = [end and fate.completed for end, fate in zip(ends, fates, strict=True)]
        assert np.mean(ends) == pytest.approx(life.exits[year], abs=5 * 0.5 / 200)
        assert np.mean(done) == pytest.approx(life.completions[year], abs=5 * 0.5 / 200)
    worked = [fate.last + fate.share for fate in fates]
    assert np.mean(worked) == pytest.approx(sum(life.months), abs=5 * float(np.std(worked)) / 200)


def test_fractions_of_awards_go_the_way_of_the_mean_to_the_last_digit() -> None:
    """Where no type ever selects a whole award nothing is drawn: every figure is the core's expectation."""

    @examples(40, whole_awards=False)
    def check(documents: Documents) -> None:
        small = times(documents, budget=1e-6, charges=1e-6, prices=1.0, counts=1e-6).load()
        core, events = sim.run(small).runs[0], sim.run(small, engine="events", replications=1).runs[0]
        for name in core.measures:
            there, found = core.measures[name], events.measures[name]
            scale = 1e-9 * max(np.nanmax(np.abs(there), initial=0.0), 1e-6)
            if name != "spectral_radius":
                np.testing.assert_allclose(found, there, rtol=1e-9, atol=scale, err_msg=name)

    check()


LIFE = "duration: 3-30 months, take_up: 80%, deferral: 20%, early_termination: 20%"


def busy(plan: int) -> str:
    """An award type with chance in everything."""
    return f"{{{LIFE}, plan: {plan}, costs: {{a: {{amount: 1, per: month}}}}}}"


def test_scenarios_share_the_lots_of_their_awards(portfolio: Write) -> None:
    path = portfolio(f"one: {busy(40)}\ntwo: {busy(40)}", budget="99999", whole=True)
    scenarios = [sim.load(path), sim.load(path, settings=["programmes.line.awards.one.plan=50"])]
    result = sim.run(scenarios, engine="events", replications=30, measures=["starts", "declined"])
    drawn = result.runs[1].drawn
    assert drawn is not None
    for name in ("starts", "declined"):
        assert not drawn.differences[Line("line", "two", name)].sd.any()
    declined = result.array("declined")[..., 0]
    more = declined[1] - declined[0]
    assert ((more >= 0) & (more <= 10)).all()  # the first forty are the same persons
    assert more.mean() == pytest.approx(2.0, abs=5 * 1.6 / (30 * 6) ** 0.5)


def test_uncertain_inputs_are_drawn_as_for_the_core(portfolio: Write) -> None:
    path = portfolio("award: {duration: 1 year, plan: 5, costs: {a: {amount: {uniform: [1, 3]}, per: start}}}")
    single = sim.run(path, engine="events", replications=50, seed=4, measures=["spend"]).array("spend")
    cohorts = sim.run(path, draws=50, seed=4, measures=["spend"]).array("spend")
    np.testing.assert_allclose(single, cohorts, rtol=1e-12)
    assert single.std() > 1


def test_results_have_the_same_bits_for_any_number_of_workers(portfolio: Write) -> None:
    path = portfolio(f"one: {busy(7)}", whole=True)
    alone, several = (sim.run(path, engine="events", replications=21, seed=9, workers=w) for w in (1, 3))
    for name in alone.runs[0].measures:
        np.testing.assert_array_equal(alone.array(name), several.array(name))
    assert alone.table().equals(several.table())
    assert set(alone.table()["statistic"]) == {"mean", "sd", "se", "p05", "p25", "p50", "p75", "p95"}


def test_the_first_replications_do_not_depend_on_how_many_follow(portfolio: Write) -> None:
    path = portfolio(f"one: {busy(7)}", whole=True)
    few, many = (sim.run(path, engine="events", replications=n, measures=["active"]) for n in (3, 10))
    np.testing.assert_array_equal(few.array("active"), many.array("active")[:, :3])


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"draws": 10, "engine": "events"}, "write --replications with --engine events"),
        ({"replications": 10}, "add --engine events"),
        ({"engine": "events", "vary": {"budget.level": [0.0]}}, "give one of them"),
    ],
)
def test_what_is_of_the_other_engine_is_refused(asked: dict[str, object], message: str) -> None:
    with pytest.raises(RequestError, match=message):
        sim.run(Path("scenarios/baseline.yaml"), **asked)  # type: ignore[arg-type]


def test_a_portfolio_without_award_types_is_replicated(tmp_path: Path) -> None:
    path = tmp_path / "grants.yaml"
    top = "name: x\nfirst_year: 2022\nprice_base_year: 2022\n"
    line = "{agency: A, appropriations: {request: {uniform: [90, 110]}}}"
    path.write_text(f"{top}programmes: {{line: {line}}}\n", encoding="utf-8")
    single = sim.run(path, engine="events", replications=5, seed=3, measures=["spend", "shortfall"])
    cohorts = sim.run(path, draws=5, seed=3, measures=["spend"])
    np.testing.assert_allclose(single.array("spend"), cohorts.array("spend"))
    assert (single.array("shortfall") == 0).all()
    sampled = Sampled(5, 3, "random", "events")
    (batch,) = draws.batches([sim.load(path)], sampled)
    _, flows = draws.replicated(batch, sampled, workers=1, progress=lambda *_: True)
    shapes = {name: getattr(flows, name).shape for name in ("selected", "deferred", "extended")}
    assert shapes == {"selected": (10, 0, 5), "deferred": (11, 0, 5), "extended": (10, 0, 5)}
