"""The report page in a browser: it loads nothing, sorts, saves, shows another year, fits a telephone."""

import csv
import io
import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from simulator.report import page
from tests.workbooks import Asked, view_of

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")

PAGES = {
    "plus": (["scenarios/plus10pct.yaml"], Asked()),
    "draws": (["scenarios/uncertain.yaml"], Asked(language="ja", draws=64)),
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    made = {name: tmp_path_factory.mktemp(name) / "report.html" for name in PAGES}
    for name, (scenarios, asked) in PAGES.items():
        page.write(view_of(*scenarios, asked=asked), ["<b>beware</b>"], made[name])
    return made


@pytest.fixture
def plus(browser: Browser, files: dict[str, Path]) -> Iterator[Page]:
    with browser.new_context() as context:
        opened = context.new_page()
        opened.goto(files["plus"].as_uri())
        yield opened


def table_of(opened: Page, title: str) -> Locator:
    return opened.locator("#tables table", has_text=title).first


def column(table: Locator, place: int) -> list[str]:
    return table.locator(f"tbody tr td:nth-child({place + 1})").all_inner_texts()


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_asked_of_the_network_and_nothing_goes_wrong(
    browser: Browser, files: dict[str, Path], name: str
) -> None:
    asked, said = list[str](), list[str]()
    with browser.new_context() as context:
        opened = context.new_page()
        opened.on("request", lambda request: asked.append(request.url))
        opened.on("console", lambda message: said.append(message.text))
        opened.on("pageerror", lambda error: said.append(str(error)))
        opened.goto(files[name].as_uri())
        opened.locator("thead button").first.click()
        opened.wait_for_timeout(200)
    assert asked == [files[name].as_uri()]
    assert said == []


def test_a_heading_sorts_by_figures_then_the_other_way(plus: Page) -> None:
    table = table_of(plus, "Selected in the year")
    heads = table.locator("thead th")
    heads.nth(2).get_by_role("button").click()
    up = [float(text.replace(",", "")) for text in column(table, 2)]
    assert up == sorted(up)
    assert len(set(up)) > 10
    assert heads.nth(2).get_attribute("aria-sort") == "ascending"
    heads.nth(2).get_by_role("button").press("Enter")
    assert [float(text.replace(",", "")) for text in column(table, 2)] == up[::-1]
    assert heads.nth(2).get_attribute("aria-sort") == "descending"
    heads.nth(0).get_by_role("button").click()
    assert heads.nth(2).get_attribute("aria-sort") is None


def test_sorted_rows_keep_their_names(plus: Page) -> None:
    table = table_of(plus, "Selected in the year")
    color = "element => getComputedStyle(element).color"
    second = table.locator("tbody tr").nth(1).locator("th").first
    assert second.evaluate(color) == "rgba(0, 0, 0, 0)"
    table.locator("thead button").nth(2).click()
    assert all(each.evaluate(color) != "rgba(0, 0, 0, 0)" for each in table.locator("tbody tr th:first-child").all())
    assert all(table.locator("tbody tr th:first-child").all_inner_texts())


def test_a_table_is_saved_unrounded(plus: Page, tmp_path: Path) -> None:
    with plus.expect_download() as saving:
        table_of(plus, "Money, million yen: SATREPS").get_by_role("button", name="Save as CSV").click()
    assert saving.value.suggested_filename == "Money, million yen SATREPS (million yen).csv"
    saving.value.save_as(tmp_path / "saved.csv")
    content = (tmp_path / "saved.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")  # a spreadsheet then reads Japanese as it is
    head, *rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert head == ["Of", "Scenario", *(f"FY{year}" for year in range(2022, 2032))]
    run = view_of("scenarios/plus10pct.yaml").runs[0]
    spend = next(row for row in rows if row[:2] == ["Spend", "plus10pct"])
    assert [float(each) for each in spend[2:]] == run.of("spend", "satreps")[:, 0].tolist()


def test_another_year_of_the_flow_of_money_can_be_chosen(plus: Page) -> None:
    figures = plus.locator("#flows figure")
    assert {each.get_attribute("data-year") for each in figures.all() if each.is_visible()} == {"2022"}
    plus.get_by_label("Fiscal year").select_option("2028")
    assert [each.inner_text() for each in plus.locator("#flows figcaption").all() if each.is_visible()] == [
        "Baseline, FY2028",
        "Plus 10 %, FY2028",
    ]


def test_without_scripts_everything_is_there(browser: Browser, files: dict[str, Path]) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        opened = context.new_page()
        opened.goto(files["plus"].as_uri())
        assert opened.locator("#answer li").count() >= 9
        assert opened.locator("#selected svg[role=img]").first.is_visible()
        assert opened.locator("#tables td").count() > 1000
        assert opened.locator("button").count() == 0


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [320, 768])
def test_a_page_fits_a_telephone(browser: Browser, files: dict[str, Path], name: str, width: int) -> None:
    with browser.new_context(viewport={"width": width, "height": 700}) as context:
        opened = context.new_page()
        opened.goto(files[name].as_uri())
        assert opened.evaluate("document.documentElement.scrollWidth") <= width
        picture = opened.locator("#selected figure svg").first
        shown = picture.bounding_box()
        assert shown is not None
        assert 250 <= shown["width"] <= width


@pytest.mark.parametrize("language", ["en", "ja"])
def test_labels_of_an_axis_of_years_stand_apart(browser: Browser, tmp_path: Path, language: str) -> None:
    page.write(view_of("scenarios/plus10pct.yaml", asked=Asked(language=language)), [], tmp_path / "report.html")
    with browser.new_context(viewport={"width": 1200, "height": 700}) as context:
        opened = context.new_page()
        opened.goto((tmp_path / "report.html").as_uri())
        for picture in opened.locator(".panels svg").all():
            boxes = [label.bounding_box() for label in picture.locator("text[text-anchor=middle]").all()]
            there = [box for box in boxes if box is not None]
            assert 5 <= len(there) <= 20
            for left, right in pairwise(there):
                assert left["x"] + left["width"] + 2 < right["x"]


def test_a_japanese_page_says_so(browser: Browser, files: dict[str, Path]) -> None:
    with browser.new_context() as context:
        opened = context.new_page()
        opened.goto(files["draws"].as_uri())
        assert opened.evaluate("document.documentElement.lang") == "ja"
        assert opened.get_by_role("button", name="CSVで保存").count() > 5
        assert "令和4年度" in opened.locator("#answer").inner_text()
