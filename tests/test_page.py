"""The report page: what it says and draws is the tidy table, text stays text, nothing is fetched."""

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import simulator as sim
from simulator import money_flows
from simulator.labels import words
from simulator.report import charted, page, page_answers, panel
from simulator.report.markup import element, text_of
from simulator.report.page_answers import answers
from simulator.report.sheets import View
from simulator.tables import Line
from tests.workbooks import Asked, view_of

PLUS = Path("scenarios/plus10pct.yaml")
UNCERTAIN = Path("scenarios/uncertain.yaml")
DRAWN = Asked(draws=64, conditions=("selected[overseas_fellowships] >= 305",))

TWO_YEARS = """\
post:
  duration: 24 months
  history: {steady: 10}
  plan: 10
  costs: {pay: {amount: 2 million yen, per: year}}
"""


@pytest.fixture(scope="module")
def plus() -> tuple[View, Element]:
    view = view_of(PLUS)
    return view, page.page(view, ())


@pytest.fixture(scope="module")
def drawn() -> tuple[View, Element]:
    view = view_of(UNCERTAIN, asked=DRAWN)
    return view, page.page(view, ())


def section(tree: Element, name: str) -> Element:
    return next(each for each in tree.iter("section") if each.get("id") == name)


def said(part: Element) -> list[str]:
    return ["".join(item.itertext()) for item in part.iter("li")]


def figures(tree: Element, title: str) -> list[Element]:
    """Pictures whose caption is the title."""
    return [figure for figure in tree.iter("figure") if "".join(figure[0].itertext()) == title]


def bars(figure: Element, name: str) -> dict[str, tuple[float, float]]:
    """Top and height of the bars of a name, by year."""
    found = {}
    for rect in figure.iter("rect"):
        title = rect.findtext("title") or ""
        if match := re.fullmatch(rf"(\S+) {re.escape(name)}: \S+", title):
            found[match[1]] = float(rect.get("y", "nan")), float(rect.get("height", "nan"))
    return found


def tags_of(text: str) -> list[str]:
    """Tags as a browser reads them."""
    found: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 (as HTMLParser calls it)
            found.append(tag)

    Reader().feed(text)
    return found


def scale(figure: Element) -> Callable[[float], float]:
    """From pixels down to figures, by the axis as it is written."""
    marks = [
        (float(text.get("y", "")) - 3.5, text.text or "")
        for text in figure.iter("text")
        if text.get("text-anchor") == "end"
    ]
    (low, first), (high, last) = marks[0], marks[-1]
    first_value, last_value = (float(text.replace(",", "")) for text in (first, last))
    return lambda y: first_value + (low - y) / (low - high) * (last_value - first_value)


def test_the_answer_is_as_reckoned_by_hand(portfolio: Callable[..., Path]) -> None:
    """Ten a year for two years at 2 million a year: 20 new, 20 for the year before, 20 owed later, 10 left a year."""
    (run,) = sim.run(portfolio(TWO_YEARS, budget="50")).runs
    assert answers(View((run,), None, words("en")), run) == [
        "line: 60 selected in FY2022 to FY2027 (10 in FY2022, 10 in FY2027).",
        "All programmes: 240.0 million yen is spent in FY2022 to FY2027.",
        "Of the money, 0.0 million yen (0.0% of the budgets) is returned, and 60.0 million yen carried out of FY2027.",
        "At the end of FY2027 earlier selections oblige later years to pay 20.0 million yen, "
        "40% of that year's budget.",
        "The money covers commitments and fixed costs in every year.",
    ]


def test_money_that_is_short_is_said_with_its_years(portfolio: Callable[..., Path]) -> None:
    (run,) = sim.run(portfolio(TWO_YEARS, budget="{2022: 40, 2024: 15}")).runs
    told = answers(View((run,), None, words("en"), (), (2023, 2024)), run)
    text = "line: the money does not cover commitments and fixed costs in FY2024; 5.0 million yen is missing"
    assert f"{text} in the worst year." in told
    assert not any("in every year" in each for each in told)


def test_changes_are_against_the_parent(plus: tuple[View, Element]) -> None:
    """4,000 a year more by a tenth: 400 a year, 4,000 in ten years."""
    _, tree = plus
    told = said(section(tree, "answer"))
    years = "FY2022 to FY2031 (4,400 in FY2022, 4,400 in FY2031)"
    assert f"Sakura Science: 44,000 selected in {years}; +4,000 (+10.0%) against baseline." in told


def test_sentences_show_the_decimals_of_their_table() -> None:
    """Of SICORP 67.8 are selected in FY2022 by the table of two scenarios."""
    view = view_of("scenarios/baseline.yaml", "scenarios/plus10pct.yaml")
    tree = page.page(view, ())
    table = next(each for each in section(tree, "tables").iter("table") if "Selected" in (each[0].text or ""))
    label, rows = "", dict[tuple[str, str], list[str]]()
    for row in table.iter("tr"):
        texts = ["".join(cell.itertext()) for cell in row]
        label = texts[0] or label
        rows[label, texts[1]] = texts[2:]
    for label, name in ((label, name) for label, name in rows if name in ("baseline", "plus10pct")):
        first, last = rows[label, name][0], rows[label, name][-1]
        assert any(
            each.startswith(f"{label}: ") and f"({first} in FY2022, {last} in FY2031)" in each
            for each in said(section(tree, "answer"))
        )
    assert rows["SICORP", "baseline"][0] == "67.8"


def test_whole_awards_stay_whole_beside_fractions() -> None:
    """The baseline selects 305 a year; ten years of a quarter more are 2.5 more."""
    view = view_of("scenarios/baseline.yaml", "scenarios/minus10pct.yaml")
    fractions = replace(view.runs[1], measures={name: each + 0.25 for name, each in view.runs[1].measures.items()})
    told = said(section(page.page(replace(view, runs=(view.runs[0], fractions)), ()), "answer"))
    assert any(each.startswith("Overseas fellowships: 3,050 selected in FY2022") for each in told)
    assert any(re.match(r"Overseas fellowships: [\d,]+\.5 selected in FY2022", each) for each in told)


def test_draws_have_their_range_and_chance(drawn: tuple[View, Element]) -> None:
    view, tree = drawn
    told = said(section(tree, "answer"))
    found = view.runs[0].statistics(Line("overseas_fellowships", "", "selected"))
    assert found is not None
    (text,) = [each for each in told if "nine draws in ten" in each and each.startswith("Overseas fellowships")]
    low, high = map(float, re.findall(r"between ([\d.]+) and ([\d.]+) in FY2031", text)[0])
    assert [low, high] == pytest.approx([found.quantiles[name][-1] for name in ("p05", "p95")], abs=0.51)
    chance = view.runs[0].drawn.chances[0].every.mean[0] if view.runs[0].drawn else None
    assert f"selected[overseas_fellowships] >= 305 holds in every year with a chance of {chance:.1%}." in told


def test_a_table_of_chances_is_in_per_cent(drawn: tuple[View, Element]) -> None:
    view, tree = drawn
    table = next(each for each in section(tree, "tables").iter("table") if (each[0].text or "").startswith("Chances"))
    cells = [each for each in table.iter("td") if each.get("class") == "chance"]
    assert view.runs[0].drawn is not None
    (chance,) = view.runs[0].drawn.chances
    shares = [100 * each for each in (*chance.yearly.mean, chance.every.mean[0])]
    assert [float(each.get("data-v", "")) for each in cells[:11]] == pytest.approx(shares)
    assert [each.text for each in cells[:11]] == [f"{share:.1f}" for share in shares]
    assert any(1 < share < 99 for share in shares)


def test_tables_hold_the_tidy_table_unrounded(plus: tuple[View, Element]) -> None:
    view, tree = plus
    table = next(each for each in section(tree, "tables").iter("table") if "SATREPS" in (each[0].text or ""))
    rows = {
        (row[0].text, row[1].text): [float(cell.get("data-v", "nan")) for cell in row[2:]]
        for row in table.iter("tr")
        if row[0].tag == "th"
    }
    assert rows["Spend", "plus10pct"] == view.runs[0].of("spend", "satreps")[:, 0].tolist()


@pytest.mark.parametrize("programme", ["total", "satreps", "sicorp", "overseas_fellowships"])
def test_bars_of_money_stand_as_high_as_the_money(plus: tuple[View, Element], programme: str) -> None:
    view, tree = plus
    label = view.programme_label(programme)
    (figure,) = figures(section(tree, "money"), f"{label}: Plus 10 %")
    value, run = scale(figure), view.runs[0]
    for name, told in (("spend_new", "New awards"), ("commitments", "Commitments"), ("unspent", "Unspent")):
        for place, amount in enumerate(run.of(name, programme)[:, 0]):
            top, height = bars(figure, told).get(f"{2022 + place}", (0.0, 0.0))
            assert value(top) - value(top + height) == pytest.approx(amount / 1000.0, abs=0.03)
    tops = [
        value(min(bars(figure, told).get(f"{year}", (1e9, 0))[0] for told in ("New awards", "Unspent", "Commitments")))
        for year in range(2022, 2032)
    ]
    had = (run.of("budget", programme) + run.of("carried_in", programme) + run.of("shortfall", programme))[:, 0]
    assert tops == pytest.approx((had / 1000.0).tolist(), abs=0.03)


def test_a_shortfall_is_hatched_at_the_top_of_what_is_owed(portfolio: Callable[..., Path]) -> None:
    (run,) = sim.run(portfolio(TWO_YEARS, budget="{2022: 40, 2024: 15}")).runs
    (figure,) = figures(section(page.page(View((run,), None, words("en")), ()), "money"), "line")
    short, value = bars(figure, "Shortfall"), scale(figure)
    assert list(short) == ["2024"]
    top, height = short["2024"]
    assert [value(top), value(top + height)] == pytest.approx([20.0, 15.0], abs=0.2)


def test_what_flows_into_a_programme_is_as_wide_as_what_flows_out(plus: tuple[View, Element]) -> None:
    view, tree = plus
    (figure,) = figures(section(tree, "flows"), "Plus 10 %, FY2024")
    flows = [flow for flow in money_flows.flows_of_money(view.runs[0]) if flow.values[2] > 0]
    ribbons = [path for path in figure.iter("path") if path.get("class") == "ribbon"]
    assert len(ribbons) == len(flows)
    wide: dict[str, list[float]] = {"into": [], "of": []}
    for path in ribbons:
        title = path.findtext("title") or ""
        numbers = [float(each) for each in re.findall(r"-?\d+\.\d", path.get("d") or "")]
        begin, end, under, below = numbers[1], numbers[7], numbers[8], numbers[-1]
        assert under - end == pytest.approx(below - begin, abs=0.21)
        source, target = title.rsplit(": ", 1)[0].split(" → ")
        for side in [side for side, end in (("into", target), ("of", source)) if end == "SICORP"]:
            wide[side].append(below - begin)
    assert sum(wide["into"]) == pytest.approx(sum(wide["of"]), abs=0.1 * len(ribbons))
    assert len(wide["into"]) == 2  # the budget, and what is carried in


def test_only_one_year_of_flows_is_seen_without_scripts(plus: tuple[View, Element]) -> None:
    shown = [figure for figure in section(plus[1], "flows").iter("figure") if figure.get("hidden") is None]
    assert {figure.get("data-year") for figure in shown} == {"2022"}


def test_the_bridge_begins_and_ends_at_what_is_spent(plus: tuple[View, Element]) -> None:
    view, tree = plus
    rows = [(row[0].text, row[2].text) for row in section(tree, "bridge").iter("tr")]
    before, after = (run.of("spend")[:, 0].sum() / 1000.0 for run in view.compared)
    assert rows[0] == ("Baseline", f"{before:,.1f} billion yen")
    assert rows[-1] == ("Plus 10 %", f"{after:,.1f} billion yen")
    steps = charted.bridge(view, view.runs[0], view.compared[0], "spend")
    edges = []
    for bar in section(tree, "bridge").iter("rect"):
        left = float(bar.get("x", ""))
        edges.append((left, left + float(bar.get("width", ""))))
    reached = [edges[0][1], *(right for _, right in edges[1:-1])]
    assert [left for left, _ in edges[1:-1]] == pytest.approx(reached[:-1], abs=0.11)
    assert edges[-1][1] == pytest.approx(reached[-1], abs=0.11)
    assert len(edges) == len(steps.changes) + 2


def test_commitments_by_year_of_selection_add_up(plus: tuple[View, Element]) -> None:
    view, tree = plus
    (figure,) = figures(section(tree, "commitments"), "Plus 10 %")
    value, heights, tops = scale(figure), dict[str, float](), dict[str, float]()
    for selected in ("Before FY2022", *(f"FY{year}" for year in range(2022, 2032))):
        for year, (top, height) in bars(figure, selected).items():
            heights[year] = heights.get(year, 0.0) + value(top) - value(top + height)
            tops[year] = value(top)
    run = view.runs[0]
    for place, amount in enumerate(run.of("commitments")[:, 0]):
        year = f"{2022 + place}"
        assert heights[year] == pytest.approx(amount / 1000.0, abs=0.02 * 11)
        assert tops[year] == pytest.approx(heights[year], abs=0.02 * 11)


def test_starts_by_destination_add_up_to_all_starts(plus: tuple[View, Element]) -> None:
    view, tree = plus
    (figure,) = figures(section(tree, "destinations"), "Plus 10 %")
    value = scale(figure)
    starts = view.runs[0].of("starts", "overseas_fellowships", "fellowship")[:, 0]
    for place, amount in enumerate(starts):
        found = [bars(figure, name)[f"{2022 + place}"] for name in ("ko", "otsu", "hei")]
        assert sum(value(top) - value(top + height) for top, height in found) == pytest.approx(amount, abs=2.0)


def test_text_stays_text_and_nothing_is_fetched(portfolio: Callable[..., Path], tmp_path: Path) -> None:
    file = tmp_path / "evil.yaml"
    above = portfolio(TWO_YEARS)
    label = "</title><script>alert(1)</script><img src=x onerror=alert(2)>"
    file.write_text(
        f"extends: {above.name}\nname: '{label}'\ndescription: '<b>&\"'\nbudget: {{level: +10%}}\n", encoding="utf-8"
    )
    page.write(view_of(file), ["<i>warned</i>", "=1+1"], tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    tags = tags_of(text)
    assert tags.count("script") == 1
    assert not {"img", "i", "b"} & set(tags)
    assert "&lt;script&gt;alert(1)" in text
    assert not re.search(r"""(src|href)\s*=\s*["'](?!#)""", text)
    assert "url(http" not in text
    assert "default-src 'none'" in text


def test_pages_are_small_and_the_same_every_time(drawn: tuple[View, Element]) -> None:
    view, tree = drawn
    assert text_of(tree) == text_of(page.page(view, ()))
    names = ("baseline", "plus10pct", "minus10pct", "cash-intake", "double-by-2031")
    several = text_of(page.page(view_of(*(f"scenarios/{name}.yaml" for name in names)), ()))
    assert len(several.encode()) < 6_000_000


def test_every_picture_says_what_it_shows(drawn: tuple[View, Element]) -> None:
    pictures = [svg for svg in drawn[1].iter("svg") if svg.get("aria-hidden") is None]
    assert len(pictures) > 40
    assert all(svg.get("role") == "img" and len(svg.get("aria-label", "")) > 10 for svg in pictures)
    levels = [int(each.tag[1]) for each in drawn[1].iter() if re.fullmatch("h[1-6]", each.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - early <= 1 for early, later in pairwise(levels))


@pytest.mark.parametrize("files", [["example-agency"], ["mext-fy2022"], ["scenarios/covid-closure.yaml"]])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_any_scenario_has_a_page(files: list[str], language: str) -> None:
    tree = page.page(view_of(*files, asked=Asked(language=language)), ())
    assert {"answer", "money", "tables", "sources"} <= {each.get("id") for each in tree.iter("section")}


def test_a_japanese_page_is_in_japanese() -> None:
    tree = page.page(view_of(PLUS, asked=Asked(language="ja")), ())
    assert tree.get("lang") == "ja"
    text = " ".join(said(section(tree, "answer")))
    assert "国際青少年サイエンス：令和4年度～令和13年度に計44,000を採択" in text
    assert "億円" in text
    assert all(not re.search(r"[A-Za-z]{4,}", heading.text or "") for heading in tree.iter("h2"))


@given(st.floats(-1e6, 1e6, allow_subnormal=False), st.floats(1e-2, 1e9) | st.just(0.0))
@example(low=5000.0, span=0.0)
@example(low=1.9999999998835847, span=0.0)
def test_axes_go_round_what_they_show(low: float, span: float) -> None:
    high = low + span
    found = panel.ticks(low, high)
    steps = {round((later - early) / (found[1] - found[0]), 6) for early, later in pairwise(found)}
    trace = 1e-6 * span + 1e-9 * abs(low)
    assert found[0] <= low + trace
    assert found[-1] >= high - trace
    assert 2 <= len(found) <= panel.TICKS + 3
    assert steps == {1.0}


def test_markup_keeps_the_order_of_text_and_elements() -> None:
    made = element(
        "p", "one <", element("b", "two"), "three", None, element("i"), "four", data_v=1.26, class_="x", hidden=None
    )
    assert text_of(made).splitlines()[1] == '<p data-v="1.3" class="x">one &lt;<b>two</b>three<i></i>four</p>'


@pytest.mark.parametrize(
    ("change", "told"),
    [(-402.4, "▲4.0億円"), (12_345.0, "＋123.5億円"), (-2.0, "▲2.0百万円"), (5.0, "＋0.1億円")],
)
def test_a_change_has_the_unit_of_the_sum_beside_it(change: float, told: str) -> None:
    """161,220 million yen are 1,612.2 億円; what would be 0.0 there has the smaller unit."""
    assert page_answers.amount(words("ja"), change, changed=True, beside=161_220.0) == told


def test_a_japanese_page_is_in_one_style() -> None:
    """The plain style of documents throughout: no です, no ます."""
    texts = [text for section in words("ja").sections.values() for text in section.values()]
    assert not [text for text in texts if re.search("です|ます|ました|ません", text)]
