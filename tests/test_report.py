"""What a person sees: pages that add up, fit their width and speak both languages."""

import io
import tomllib
from pathlib import Path

import numpy as np
import pytest
from rich.cells import cell_len

import simulator as sim
from simulator.labels import words
from simulator.measures import MEASURES
from simulator.report import markdown, pages, tabled, terminal, wrapping
from simulator.report.rounding import decimals_for, rounded
from simulator.report.sheets import Sheet, View

LABELS = Path("src/simulator/labels")


def page(*names: str, language: str = "en", programmes: tuple[str, ...] = ()) -> list[Sheet]:
    runs = sim.run([f"scenarios/{name}.yaml" for name in names]).runs
    shown, reference = (runs[:1], runs[1]) if len(runs) == 2 else (runs, runs[0] if len(runs) > 1 else None)
    return pages.planners_page(View(shown, reference, words(language), programmes))


def printed(sheets: list[Sheet]) -> str:
    stream = io.StringIO()
    terminal.write([], sheets, stream)
    return stream.getvalue()


def test_label_files_have_the_same_keys_and_every_measure() -> None:
    en, ja = (tomllib.loads((LABELS / f"{language}.toml").read_text(encoding="utf-8")) for language in ("en", "ja"))
    assert {section: list(texts) for section, texts in en.items()} == {s: list(texts) for s, texts in ja.items()}
    assert set(en["measures"]) == {*MEASURES, "unit_price", "starts_to"}
    assert {measure.unit for measure in MEASURES.values()} <= set(en["units"])


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("name", sorted(path.stem for path in Path("scenarios").glob("*.yaml")))
def test_the_default_page_fits_100_columns(name: str, language: str) -> None:
    text = printed(page(name, *(["baseline"] if name != "baseline" else []), language=language))
    assert max(cell_len(line) for line in text.splitlines()) <= 100
    assert "…" not in text


def test_the_page_answers_in_order() -> None:
    titles = [sheet.title for sheet in page("plus10pct", "baseline")]
    assert titles == [
        "Selected in the year",
        "Promoted: starts without selection, after another type",
        "Supported in the year (in place at some time)",
        "Money, million yen: All programmes",
    ]


@pytest.mark.parametrize("name", ["baseline", "plus10pct", "minus10pct", "cash-intake", "double-by-2031"])
@pytest.mark.parametrize("programme", ["", "satreps", "overseas_challenge"])
def test_money_adds_up_as_it_is_shown(name: str, programme: str) -> None:
    (*_, money) = page(name, programmes=(programme,) if programme else ())
    rows = {line.label: [float(cell.replace(",", "")) for cell in line.cells] for line in money.lines}
    held = np.add(rows["Budget"], rows["Carried in"]) + rows["Shortfall"]
    np.testing.assert_allclose(held, np.add(rows["Spend"], rows["Unspent"]), atol=1e-9)
    parts = np.add(rows["Fixed costs"], rows["Commitments"]) + rows["New awards"]
    np.testing.assert_allclose(parts, rows["Spend"], atol=1e-9)
    np.testing.assert_allclose(np.add(rows["Carried out"], rows["Returned"]), rows["Unspent"], atol=1e-9)


def test_differences_are_those_of_the_figures_shown() -> None:
    for sheet in page("plus10pct", "baseline"):
        beside = {line.label: line for line in next(s for s in page("baseline") if s.title == sheet.title).lines}
        for value, change in zip(sheet.lines[::2], sheet.lines[1::2], strict=True):
            for cell, shown, base in zip(change.cells, value.cells, beside[value.label].cells, strict=True):
                numbers = [float(text.replace(",", "")) for text in (cell, shown, base)]
                assert numbers[0] == pytest.approx(numbers[1] - numbers[2], abs=1e-9)


def test_a_programme_shows_its_award_types() -> None:
    selected = page("baseline", programmes=("satreps",))[0]
    assert [(line.label, line.depth, line.cells[0]) for line in selected.lines] == [
        ("SATREPS", 0, "19"),
        ("Project", 1, "12"),
        ("Feasibility study", 1, "7"),
    ]


def test_markdown_tables_have_a_cell_for_every_year() -> None:
    stream = io.StringIO()
    markdown.write([], page("plus10pct", "baseline"), stream)
    rows = [line for line in stream.getvalue().splitlines() if line]
    assert {line.count("|") for line in rows} == {12}


@pytest.mark.parametrize(
    ("year", "short", "full"),
    [
        (2031, "R13", "令和13年度"),
        (2019, "R1", "令和元年度"),
        (2018, "H30", "平成30年度"),
        (1989, "H1", "平成元年度"),
        (1988, "S63", "昭和63年度"),
    ],
)
def test_fiscal_years_are_of_their_era(year: int, short: str, full: str) -> None:
    japanese = words("ja")
    assert (japanese.year(year), tabled.heading(japanese, year)) == (short, full)
    assert (words("en").year(year), tabled.heading(words("en"), year)) == (f"FY{year}", f"FY{year}")


def test_rounding_is_half_up() -> None:
    np.testing.assert_array_equal(rounded(np.array([2810.5, 2811.5, -0.5, 0.25]), 0), [2811, 2812, 0, 0])
    assert decimals_for([np.array([1.0, 305.0])]) == 0
    assert decimals_for([np.array([1234.56])]) == 0
    assert decimals_for([np.array([0.5, 63.25])]) == 1
    assert decimals_for([np.array([0.362])]) == 3


@pytest.mark.parametrize("name", ["plus10pct", "cash-intake"])
def test_what_does_not_change_is_not_shown_as_changing(name: str) -> None:
    (*_, money) = page(name, programmes=("satreps",))
    fixed = next(line for line in money.lines if line.label == "Fixed costs")
    assert len(set(fixed.cells)) == 1


def test_the_page_says_what_it_is_about() -> None:
    scenario = sim.load("scenarios/plus10pct.yaml", settings=["budget.growth=1%"])
    runs = sim.run([scenario, "scenarios/plus10pct.yaml"]).runs
    title, purpose = pages.heading(View(runs[:1], runs[1], words("en")))
    assert title == "Plus 10 % (plus10pct) --set budget.growth=1%, beside plus10pct"
    assert purpose == scenario.document.description.en


@pytest.mark.parametrize(
    ("description", "in_english", "in_japanese"),
    [
        ("More.", "More.", "More."),
        ("{en: More., ja: 増やす。}", "More.", "増やす。"),
        ("{ja: 増やす。}", "増やす。", "増やす。"),
    ],
)
def test_a_description_is_in_the_language_of_the_page(
    description: str, in_english: str, in_japanese: str, tmp_path: Path
) -> None:
    path = tmp_path / "more.yaml"
    base = Path("scenarios/baseline.yaml").resolve()
    path.write_text(f"extends: {base}\ndescription: {description}\nbudget: {{level: +1%}}\n", encoding="utf-8")
    runs = sim.run(path).runs
    shown = [pages.heading(View(runs, None, words(language)))[1] for language in ("en", "ja")]
    assert shown == [in_english, in_japanese]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("one two three", ["one two", "three"]),
        ("あいうえおか", ["あいうえ", "おか"]),
        ("あいう（えお）か", ["あいう", "（えお）", "か"]),  # neither ends with a bracket that opens
        ("あいうえ。おか", ["あいう", "え。おか"]),  # nor begins with a full stop
        ("unbreakable", ["unbreakable"]),
        ("", [""]),
    ],
)
def test_lines_break_where_their_language_lets_them(text: str, lines: list[str]) -> None:
    assert list(wrapping.lines(text, 8, cell_len)) == lines
