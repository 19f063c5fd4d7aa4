"""Why scenarios differ: Shapley values against theory, against all orders one by one, against runs of the scenarios."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from math import factorial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import simulator as sim
from simulator import attribution, coalition_runs
from simulator.attribution import Explanation, explain, shapley
from simulator.coalitions import Changed, by_section, changed, mixed
from simulator.draws import Sampled
from simulator.errors import RequestError
from simulator.labels import words
from simulator.report import explained
from simulator.scenario import Document

SCENARIOS = sorted(Path("scenarios").glob("*.yaml"))

games = st.integers(1, 5).flatmap(lambda k: st.lists(st.floats(-1e6, 1e6), min_size=2**k, max_size=2**k).map(np.array))

LINE = """\
post:
  duration: 24 months
  history: {steady: 10}
  demand: {applicants: 40}
  costs: {pay: {amount: 2 million yen, per: year, index: prices}, trip: {amount: 1 million yen, per: start}}
"""
ECONOMY = "economy: {prices: {growth: 2%}}"


def one_by_one(values: np.ndarray) -> np.ndarray:
    """What each input adds when it joins, averaged over every order."""
    inputs = len(values).bit_length() - 1
    found = np.zeros(inputs)
    for order in itertools.permutations(range(inputs)):
        there = 0
        for each in order:
            found[each] += values[there | 1 << each] - values[there]
            there |= 1 << each
    return found / factorial(inputs)


@given(games)
def test_values_are_averages_over_all_orders(values: np.ndarray) -> None:
    assert shapley(values) == pytest.approx(one_by_one(values), rel=1e-9, abs=1e-6)


@given(games)
def test_values_add_up_to_the_difference(values: np.ndarray) -> None:
    assert shapley(values).sum() == pytest.approx(values[-1] - values[0], rel=1e-9, abs=1e-6)


@given(games, st.data())
def test_what_changes_nothing_has_nothing(values: np.ndarray, data: st.DataObject) -> None:
    inputs = len(values).bit_length() - 1
    idle = data.draw(st.integers(0, inputs - 1))
    places = np.arange(len(values))
    assert shapley(values[places & ~(1 << idle)])[idle] == 0.0


@given(games)
def test_inputs_that_do_the_same_have_the_same(values: np.ndarray) -> None:
    size = np.array([int(place).bit_count() for place in range(len(values))])
    found = shapley(values[size])
    assert found == pytest.approx(np.full_like(found, found[0]), rel=1e-9, abs=1e-6)


@given(games, st.floats(-5, 5))
def test_values_of_a_sum_are_the_sums_of_values(values: np.ndarray, factor: float) -> None:
    other = values[::-1] ** 2 / 1e6
    both = shapley(values) + factor * shapley(other)
    assert shapley(values + factor * other) == pytest.approx(both, rel=1e-9, abs=1e-5)


def figures(found: Explanation, run: sim.Run) -> np.ndarray:
    return np.array([run.of(line.measure, line.programme, line.award)[:, 0] for line in found.lines])


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_the_whole_difference_of_every_scenario_is_explained(path: Path) -> None:
    """Its ends are the runs of the two scenarios; contributions add up to a yen and better."""
    scenario = sim.load(path)
    assert scenario.parent
    if len(changed(scenario.parent.document, scenario.document)) > 5 and scenario.name != "sequester-2025":
        scenario = replace(scenario, document=_fewer(scenario))
    found = explain(scenario, measures=("selected", "spend"))
    runs = sim.run([found.scenario, found.reference]).runs
    assert found.after == pytest.approx(figures(found, runs[0]), rel=1e-12, abs=1e-9)
    assert found.before == pytest.approx(figures(found, runs[1]), rel=1e-12, abs=1e-9)
    assert found.contributions.sum(axis=1) == pytest.approx(found.after - found.before, abs=1e-7)
    assert found.errors is None


def _fewer(scenario: sim.Scenario) -> Document:
    """With the first three inputs that it changes, for time."""
    assert scenario.parent
    kept = {path for each in changed(scenario.parent.document, scenario.document)[:3] for path in each.paths}
    return mixed(scenario.parent.document, scenario.document, kept.__contains__)


def two(tmp_path: Path, above: Path, **changes: str) -> sim.Scenario:
    text = "".join(f"{key}: {value}\n" for key, value in changes.items())
    file = tmp_path / "changed.yaml"
    file.write_text(f"extends: {above.name}\n{text}", encoding="utf-8")
    return sim.load(file)


def test_two_inputs_share_what_they_do_together(portfolio: Callable[..., Path], tmp_path: Path) -> None:
    """A tenth more money and prices that grow: every coalition a run of its own, by `load` alone."""
    above = portfolio(LINE, budget="50", intake="steady", top="economy: {prices: {growth: 0%}}")
    scenario = two(tmp_path, above, budget="{level: +10%}", economy="{prices: {growth: 5%}}")
    found = explain(scenario, measures=("selected",))
    settings: dict[tuple[bool, bool], list[str]] = {
        (money, prices): (["budget.level=+10%"] if money else []) + (["economy.prices.growth=5%"] if prices else [])
        for money in (False, True)
        for prices in (False, True)
    }
    runs = {key: sim.run(sim.load(above, settings=given)).runs[0] for key, given in settings.items()}
    v = {key: run.of("selected", "line")[:, 0] for key, run in runs.items()}
    money = ((v[True, False] - v[False, False]) + (v[True, True] - v[False, True])) / 2
    prices = ((v[False, True] - v[False, False]) + (v[True, True] - v[True, False])) / 2
    assert [each.name for each in found.inputs] == ["economy.prices.growth", "budget.level"]
    assert found.contributions[0] == pytest.approx(np.array([prices, money]), abs=1e-9)
    assert (np.abs(money[-1] * prices[-1]) > 0).all()


def test_rules_and_numbers_are_taken_apart_together(portfolio: Callable[..., Path], tmp_path: Path) -> None:
    """An intake rule needs a batch of its own; a number is switched within each."""
    above = portfolio(LINE, budget="50", intake="steady", top=ECONOMY)
    own = "{line: {intake: cash, awards: {post: {duration: 36 months, take_up: 90%}}}}"
    scenario = two(tmp_path, above, programmes=own)
    found = explain(scenario, measures=("supported",))
    assert [each.numeric for each in found.inputs] == [False, False, True]
    ways = ["programmes.line.intake=cash", "programmes.line.awards.post.duration=36 months"]
    ways.append("programmes.line.awards.post.take_up=90%")
    values = np.array(
        [
            sim.run(sim.load(above, settings=[way for bit, way in enumerate(ways) if place >> bit & 1]))
            .runs[0]
            .of("supported", "line")[:, 0]
            for place in range(8)
        ]
    )
    assert [each.name.rpartition(".")[2] for each in found.inputs] == ["intake", "duration", "take_up"]
    expected = np.array([one_by_one(values[:, year]) for year in range(values.shape[1])]).T
    assert found.contributions[0] == pytest.approx(expected, abs=1e-9)


def test_what_is_added_to_a_portfolio_is_one_input(portfolio: Callable[..., Path], tmp_path: Path) -> None:
    above = portfolio(LINE, budget="50", intake="steady", top=ECONOMY)
    own = "{line: {awards: {post: {costs: {desk: {amount: 1 million yen, per: month}}}}}}"
    scenario = two(tmp_path, above, programmes=own)
    (only,) = explain(scenario).inputs
    assert only.name == "programmes.line.awards.post.costs.desk"


def test_a_programme_that_one_of_two_scenarios_lacks_is_explained(
    portfolio: Callable[..., Path], tmp_path: Path
) -> None:
    """Seven awards at 2 that one scenario adds: whichever is the reference they make the difference, 0 elsewhere."""
    base, files = (
        portfolio(LINE, budget="50", intake="steady", top=ECONOMY),
        [tmp_path / "more.yaml", tmp_path / "a.yaml"],
    )
    award = "{visit: {duration: 12 months, plan: 7, costs: {grant: {amount: 2, per: start}}}}"
    more = f"{{agency: FUND, appropriations: {{request: 50}}, intake: plan, whole_awards: false, awards: {award}}}"
    for file, change in zip(files, (f"programmes: {{second: {more}}}", "budget: {level: +10%}"), strict=True):
        file.write_text(f"extends: {base.name}\n{change}\n", encoding="utf-8")
    own, total = sim.run(base).runs[0].of("spend")[0, 0], sim.run(files[1]).runs[0].of("spend")[0, 0]
    for (scenario, reference), sign in ((files, 1), (files[::-1], -1)):
        found = explain(scenario, reference, measures=("selected", "spend"))
        at = {(line.programme, line.measure): place for place, line in enumerate(found.lines)}
        assert [each.name for each in found.inputs] == ["budget.level", "programmes.second"]
        second, spent = at["second", "selected"], at["total", "spend"]
        assert [found.before[second, 0], found.after[second, 0]] == ([0, 7] if sign > 0 else [7, 0])
        assert found.contributions[second, :, 0].tolist() == [0, 7 * sign]
        assert found.contributions[spent, :, 0] == pytest.approx([(own - total) * sign, 14 * sign])
        sheet = next(explained.sheets(found, words("en"), (), found.years))
        assert ["second", *["+7" if sign > 0 else "-7"] * 6] in [[row.label, *row.cells[:6]] for row in sheet.lines]


def test_paired_draws_have_errors_that_draws_confirm() -> None:
    """Contributions of 40 draws lie within their errors of those of 2,000 others."""
    scenario = sim.load("scenarios/uncertain.yaml")
    assert scenario.parent
    kept = {
        "programmes.overseas_fellowships.awards.fellowship.take_up",
        "economy.usd_jpy.path",
        "economy.usd_jpy.growth",
    }
    kept |= {"programmes.overseas_fellowships.awards.fellowship.costs.stay.indexation"}
    scenario = replace(scenario, document=mixed(scenario.parent.document, scenario.document, kept.__contains__))
    few = explain(scenario, measures=("spend",), sampled=Sampled(60, 1))
    many = explain(scenario, measures=("spend",), sampled=Sampled(1500, 2))
    assert few.errors is not None
    assert many.errors is not None
    assert few.contributions.sum(axis=1) == pytest.approx(few.after - few.before, abs=1e-7)
    apart, error = few.contributions - many.contributions, np.hypot(few.errors, many.errors)
    there = error > 1e-6
    assert there.sum() > 30
    assert np.mean(np.abs(apart[there]) < 2.0 * error[there]) > 0.85
    both = sim.run([many.reference, many.scenario], draws=1500, seed=2, measures=["spend"]).runs
    assert many.after == pytest.approx(figures(many, both[1]), rel=1e-9)


@pytest.mark.parametrize(("over_orders", "independent"), [(False, 40.0), (True, 20.0)])
def test_errors_are_those_of_the_mean(*, over_orders: bool, independent: float) -> None:
    """In two parts of unlike size and place: the standard deviation of all over the root of their number."""
    found = np.random.default_rng(3).normal([[[5.0], [70.0]]], 2.0, size=(1, 2, 40))[:, :, None, :] * np.ones(
        (1, 2, 3, 1)
    )
    tally = attribution._Tally(2)
    for part in (slice(0, 7), slice(7, 40)):
        tally.add(found[:, 0, :, part], found[:, 1, :, part], found[..., part])
    errors = tally.errors(over_orders=over_orders)
    assert tally.mean == pytest.approx(found.mean(axis=-1))
    assert tally.before == pytest.approx(found[:, 0].mean(axis=-1))
    assert errors == pytest.approx(found.std(axis=-1, ddof=1) / np.sqrt(independent))


def test_what_is_shown_adds_up_after_rounding() -> None:
    found = explain(sim.load("scenarios/weak-yen-compensated.yaml"), measures=("spend",))
    parts = np.full_like(found.contributions, 1000.4)
    shown = next(explained.sheets(replace(found, contributions=parts), words("en"), (), found.years))
    cells = [[float(cell.replace(",", "")) for cell in row.cells] for row in shown.lines[:6]]
    assert [sum(column) for column in zip(*cells[1:], strict=True)] == cells[0]
    assert cells[0][0] == 5002


def test_many_inputs_are_taken_by_section(portfolio: Callable[..., Path], tmp_path: Path) -> None:
    types = "".join(
        f"post{place}:\n  duration: 12 months\n  plan: 1\n  costs: {{pay: {{amount: 1 million yen, per: year}}}}\n"
        for place in range(20)
    )
    above = portfolio(types, budget="100")
    own = ", ".join(f"post{place}: {{take_up: 50%}}" for place in range(20))
    scenario = two(tmp_path, above, programmes=f"{{line: {{awards: {{{own}}}}}}}", budget="{level: +10%}")
    found = explain(scenario, measures=("selected", "spend"))
    assert [each.name for each in found.inputs] == ["budget.level", "programmes.line"]
    spend = [line.measure for line in found.lines].index("spend")
    assert found.contributions[spend, 1] == pytest.approx(np.full(6, -10.0))
    assert "21 values are changed" in explained.heading(found, words("en"))[1]
    few = explain("scenarios/sequester-2025.yaml", measures="spend")
    assert not any("values are changed" in line for line in explained.heading(few, words("en")))


def test_inputs_that_make_sense_together_alone_are_no_section() -> None:
    """Destinations add up to 100 %, so that all of them are one input, however many."""
    few = explain("scenarios/sequester-2025.yaml", measures="spend")
    wide = replace(few, inputs=tuple(replace(each, paths=each.paths * 17) for each in few.inputs))
    assert not any("values are changed" in line for line in explained.heading(wide, words("en")))


def test_orders_are_sampled_where_sections_are_too_many(
    portfolio: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With few coalitions allowed, the sampled values lie within their errors of the exact ones and add up."""
    scenario = sim.load("scenarios/sequester-2025.yaml")
    exact = explain(scenario, measures=("spend",))
    monkeypatch.setattr(attribution, "MOST", 3)
    monkeypatch.setattr(attribution, "by_section", lambda inputs: inputs)
    found = explain(scenario, measures=("spend",))
    assert found.orders == attribution.ORDERS
    assert found.errors is not None
    assert found.contributions.sum(axis=1) == pytest.approx(exact.after - exact.before, abs=1e-7)
    error = np.maximum(found.errors, 1e-9)
    assert np.mean(np.abs(found.contributions - exact.contributions) < 3.0 * error) > 0.97


def test_sampled_orders_are_paired_with_their_reverses_and_have_the_errors_of_pairs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Order by order from the figures of all coalitions: what each input adds, and how far that is spread."""
    scenario = sim.load("scenarios/sequester-2025.yaml")
    monkeypatch.setattr(attribution, "MOST", 1)
    monkeypatch.setattr(attribution, "by_section", lambda inputs: inputs)
    found = explain(scenario, measures=("spend",))
    number, orders = len(found.inputs), attribution._orders(len(found.inputs))
    assert (np.sort(orders, axis=1) == np.arange(number)).all()
    np.testing.assert_array_equal(orders[1::2], orders[::2, ::-1])
    assert found.errors is not None
    rows = np.array([[place >> each & 1 == 1 for each in range(number)] for place in range(1 << number)])
    runs = coalition_runs.Coalitions(found.scenario, found.reference, found.inputs, rows, None)
    values = next(iter(runs.values(found.lines)))[..., 0]  # (L, Y, 2 ** k)
    added = np.empty((len(orders), *found.contributions.shape))
    for each, order in zip(added, orders, strict=True):
        there = 0
        for joining in order:
            each[:, joining] = values[..., there | 1 << joining] - values[..., there]
            there |= 1 << joining
    np.testing.assert_allclose(found.contributions, added.mean(axis=0), atol=1e-7)
    np.testing.assert_allclose(found.errors, added.std(axis=0, ddof=1) / np.sqrt(len(orders) / 2), atol=1e-7)


def test_up_to_the_most_all_coalitions_are_run(
    portfolio: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attribution, "MOST", 3)
    above = portfolio(LINE, budget="50", intake="steady", top=ECONOMY)
    post = "take_up: 90%, early_termination: 2%"
    scenario = two(tmp_path, above, programmes=f"{{line: {{awards: {{post: {{{post}}}}}}}}}", budget="{level: +10%}")
    found = explain(scenario, measures="spend")
    assert (len(found.inputs), found.changed, found.orders, found.errors) == (3, 3, 0, None)
    monkeypatch.setattr(attribution, "MOST", 2)
    assert [each.name for each in explain(scenario, measures="spend").inputs] == ["budget.level", "programmes.line"]


def test_a_section_is_a_programme_or_what_the_format_begins_with() -> None:
    given = {
        "programmes.one.awards.a.take_up": True,
        "programmes.one.intake": False,
        "programmes.two.awards.b.take_up": True,
        "budget.level": True,
        "budget.growth": True,
        "economy.prices.growth": True,
    }
    inputs = tuple(Changed(name, (name,), numeric) for name, numeric in given.items())
    found = {each.name: (len(each.paths), each.numeric) for each in by_section(inputs)}
    assert found == {
        "programmes.one": (2, False),
        "programmes.two.awards.b.take_up": (1, True),
        "budget": (2, True),
        "economy.prices.growth": (1, True),
    }


DRAWN = ("spend", "selected", "outyear_commitments")


@pytest.fixture
def drawn(portfolio: Callable[..., Path], tmp_path: Path) -> Explanation:
    """Take-up that is drawn, more money and another length, over sixty draws."""
    above = portfolio(LINE + "  take_up: {uniform: [60%, 100%]}\n", budget="50", intake="cash", top=ECONOMY)
    own = "{line: {awards: {post: {early_termination: {uniform: [1%, 20%]}}}}}"
    scenario = two(tmp_path, above, programmes=own, budget="{level: +10%}")
    return explain(scenario, measures=DRAWN, sampled=Sampled(60, 1))


def test_draws_that_come_in_parts_are_those_of_a_run(drawn: Explanation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coalition_runs, "BLOCK", 16)
    parts = explain(drawn.scenario, drawn.reference, measures=DRAWN, sampled=Sampled(60, 1))
    for name in ("before", "after", "contributions", "errors"):
        np.testing.assert_allclose(getattr(parts, name), getattr(drawn, name), rtol=1e-9, atol=1e-12)
    runs = sim.run([drawn.reference, drawn.scenario], draws=60, seed=1, measures=["spend"])
    means = runs.array("spend").mean(axis=1)[..., 0]
    np.testing.assert_allclose([parts.before[0], parts.after[0]], means, rtol=1e-9)


def test_tables_of_draws_show_differences_and_the_margins_of_contributions(drawn: Explanation) -> None:
    """Flows are added up over the years, stocks are not; a margin is 1.96 standard errors."""
    shown = list(explained.sheets(drawn, words("en"), ("line",), drawn.years))
    assert [len(sheet.columns) for sheet in shown] == [7, 7, 6]
    assert [{len(row.cells) for row in sheet.lines} for sheet in shown] == [{7}, {7}, {6}]
    assert drawn.errors is not None
    first = [row for row in shown[1].lines if row.cells[0].startswith("±")]
    decimals = len(first[0].cells[0].partition(".")[2])
    assert decimals > 0
    margins = [[float(cell[1:].replace(",", "")) for cell in row.cells[:6]] for row in first]
    place = next(at for at, line in enumerate(drawn.lines) if (line.programme, line.measure) == ("line", "selected"))
    np.testing.assert_allclose(margins, 1.96 * drawn.errors[place], atol=0.51 * 10.0**-decimals)
    assert not list(explained.sheets(drawn, words("en"), ("another",), drawn.years))


def test_rows_of_draws_for_other_programs_add_up_and_have_errors(drawn: Explanation) -> None:
    rows = list(explained.contributions(drawn, ("line",), [2024]))
    runs = sim.run([drawn.reference, drawn.scenario], draws=60, seed=1, measures=["spend"]).array("spend")
    spend = {(row.input, row.statistic): row.value for row in rows if row.measure == "spend"}
    assert spend["", "difference"] == pytest.approx(runs[1, :, 2, 0].mean() - runs[0, :, 2, 0].mean())
    told = [value for (_, statistic), value in spend.items() if statistic == "contribution"]
    assert sum(told) == pytest.approx(spend["", "difference"])
    assert [statistic for _, statistic in spend] == ["difference", *["contribution", "se"] * len(drawn.inputs)]


def test_a_bridge_is_of_the_years_that_are_asked_for(drawn: Explanation) -> None:
    runs = sim.run([drawn.reference, drawn.scenario], draws=60, seed=1, measures=["spend"]).array("spend")
    one, several = (explained.bridge(drawn, "spend", "line", years) for years in ([2024], [2023, 2024]))
    for bridge, at in ((one, [2]), (several, [1, 2])):
        ends = runs[:, :, at, 0].sum(axis=2).mean(axis=1)
        assert (bridge.before, bridge.after) == pytest.approx(tuple(ends))
        assert sum(change for _, change in bridge.changes) == pytest.approx(ends[1] - ends[0])
    with pytest.raises(RequestError, match="has no sum to make a bridge of"):
        explained.bridge(drawn, "outyear_commitments", "line", [2023, 2024])


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("mext-fy2022", "extends nothing"),
        ("scenarios/baseline.yaml", None),
    ],
)
def test_what_cannot_be_explained_is_said(file: str, text: str | None) -> None:
    if text:
        with pytest.raises(RequestError, match=text):
            explain(sim.load(file))
    else:
        with pytest.raises(RequestError, match="changes no number and no rule"):
            explain(sim.load(file), sim.load(file))


def test_another_portfolio_is_refused() -> None:
    with pytest.raises(RequestError, match="rests on another portfolio"):
        explain(sim.load("scenarios/plus10pct.yaml"), sim.load("example-agency"))
