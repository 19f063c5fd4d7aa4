"""The workbook, read back with another library, recalculated by another program."""

import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from openpyxl import load_workbook
from openpyxl.utils import column_index_from_string
from rich.cells import cell_len

import simulator as sim
from simulator import comparison
from simulator.errors import RequestError
from simulator.labels import words
from simulator.measures import TOTAL
from simulator.report import workbook, workbook_lists
from simulator.report.changed import changes
from simulator.report.sheets import NOT_DISTINGUISHABLE, View
from simulator.report.tabled import heading, tables_of
from simulator.report.workbook_book import Book, legal_name, shortened
from simulator.sources import sources
from simulator.tables import Line
from tests.workbooks import FIRST_COLUMN, HEADER, Asked, Read, view_of

MONEY_TITLE = "Money, million yen: {}"
PLUS = Path("scenarios/plus10pct.yaml")
EARLY = (2022, 2023, 2024)
CASES = {
    "one beside its parent": (["scenarios/plus10pct.yaml"], Asked(years=(2023, 2024, 2025))),
    "in Japanese": (["scenarios/cash-intake.yaml"], Asked(language="ja", years=EARLY)),
    "three": ([f"scenarios/{name}.yaml" for name in ("baseline", "plus10pct", "minus10pct")], Asked(years=EARLY)),
    "two programmes": (["scenarios/plus10pct.yaml"], Asked(programmes=("sicorp", "satreps"))),
    "draws": (
        ["scenarios/uncertain.yaml"],
        Asked(draws=64, years=EARLY, conditions=("selected[overseas_fellowships] >= 305",)),
    ),
    "another agency": (["example-agency"], Asked()),
}
"""Scenarios with what is asked of them; few years where there are many figures."""


def write(path: Path, view: View, warnings: Sequence[str] = ()) -> Read:
    workbook.write(view, warnings, path)
    return Read.of(path)


@pytest.fixture(scope="module", params=CASES)
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[View, Read, Path]:
    files, asked = CASES[request.param]
    view, path = view_of(*files, asked=asked), tmp_path_factory.mktemp("books") / "workbook.xlsx"
    return view, write(path, view), path


@pytest.fixture(scope="module")
def plus(tmp_path_factory: pytest.TempPathFactory) -> Read:
    return write(tmp_path_factory.mktemp("plus") / "workbook.xlsx", view_of(PLUS))


def values(name: str, measure: str, programme: str, scenario: str = "plus10pct") -> list[float]:
    """A line of the tidy table."""
    table = sim.run(f"scenarios/{scenario}.yaml").table() if not name else sim.run(name).table()
    chosen = table[(table.measure == measure) & (table.programme == programme) & (table.award == "")]
    return [float(value) for value in chosen.sort_values("fiscal_year").value]


def test_sheets_come_in_the_order_in_which_a_planner_reads(plus: Read) -> None:
    programmes = ["Overseas fellowships", "Overseas Challenge", "Invited researchers", "Sakura Science"]
    programmes += ["SICORP", "SATREPS", "Other (not itemised)"]
    money = [f"Money {programme}" for programme in ("All programmes", *programmes)]
    first = ["Cover", "Charts", "Selected", "Promoted", "Supported"]
    assert plus.values.sheetnames == [*first, *money, "All figures", "Inputs and sources"]


def test_awards_are_those_of_the_tidy_table(plus: Read) -> None:
    for title, measure in (
        ("Selected in the year", "selected"),
        ("Supported in the year (in place at some time)", "supported"),
    ):
        rows = plus.rows(title)
        for label, programme in (("Overseas fellowships", "overseas_fellowships"), ("SICORP", "sicorp")):
            own, beside = (values("", measure, programme, name) for name in ("plus10pct", "baseline"))
            assert rows[label, "plus10pct"] == pytest.approx(own, rel=1e-15)
            assert rows[label, "baseline"] == pytest.approx(beside, rel=1e-15)
            assert rows[label, "Δ baseline"] == pytest.approx(np.subtract(own, beside).tolist(), abs=1e-12)


@pytest.mark.parametrize(("title", "programme"), [("All programmes", TOTAL), ("SATREPS", "satreps")])
def test_money_is_that_of_the_tidy_table(plus: Read, title: str, programme: str) -> None:
    rows = plus.rows(MONEY_TITLE.format(title))
    names = words("en").sections["measures"]
    for measure in ("budget", "carried_in", "required_budget", "spend", "unspent", "returned", "outyear_commitments"):
        assert rows[names[measure], "plus10pct"] == pytest.approx(values("", measure, programme), rel=1e-14, abs=1e-9)


def test_formulas_agree_with_the_values_beside_them(case: tuple[View, Read, Path]) -> None:
    _, book, _ = case
    found = list(book.formulas())
    assert found
    for cell, value in found:
        assert value == pytest.approx(book.reckoned(cell), rel=1e-12, abs=2e-6), cell


def test_programmes_add_up_to_all_and_nothing_is_lost(plus: Read) -> None:
    total = next(sheet for sheet in plus.cells if sheet["A1"].value == MONEY_TITLE.format("All programmes"))
    budget = total.cell(5, FIRST_COLUMN).value
    assert budget.count("!") == 7
    assert "'Money Other (not itemised)'!C5" in budget
    for sheet in plus.values:
        if sheet.title.startswith("Money "):
            checks = [
                row for row in sheet.iter_rows(values_only=True) if row[0] == "Check: what goes in less what goes out"
            ]
            assert [list(row[2:]) for row in checks] == [[0.0] * 10]
            formula = plus.cells[sheet.title].cell(sheet.max_row, FIRST_COLUMN).value
            assert formula.startswith("=ROUND(")
            assert formula.count("+") == 2
            assert formula.count("-") == 3


def test_award_types_add_up_to_their_programme() -> None:
    view = view_of(PLUS, asked=Asked(programmes=("satreps",)))
    (selected, *_) = tables_of(view)
    sums = {row.label: row.terms for row in selected.rows if row.kind == "value" and row.label}
    assert [term.row for term in sums["SATREPS"]] == [3, 6]
    assert not sums["Project"]


def test_years_are_across_with_their_unit_at_their_head(case: tuple[View, Read, Path]) -> None:
    view, book, _ = case
    years = [heading(view.words, year) for year in view.runs[0].years if not view.years or year in view.years]
    for table in tables_of(view):
        sheet = book.sheet(table.title)
        assert [sheet.cell(HEADER, FIRST_COLUMN + place).value for place in range(len(years))] == years
        assert sheet.cell(HEADER, 1).value == table.unit


def test_japanese_years_are_of_the_era() -> None:
    assert [heading(words("ja"), year) for year in (2018, 2019, 2022)] == ["平成30年度", "令和元年度", "令和4年度"]
    assert heading(words("en"), 2019) == "FY2019"


def test_sheets_print_on_a4_one_page_wide(case: tuple[View, Read, Path]) -> None:
    view, book, _ = case
    for sheet in book.values:
        assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == ("landscape", 9)
        assert sheet.print_area
        if sheet["A1"].value != view.words("workbook", "charts"):
            assert sheet.sheet_properties.pageSetUpPr.fitToPage
            assert sheet.page_setup.fitToWidth in (None, 1)
    for table in tables_of(view):
        sheet = book.sheet(table.title)
        assert (sheet.freeze_panes, sheet.print_title_rows) == ("C5", "$1:$4")


def width_of(sheet: Any, column: int) -> float:
    """Width of a column; neighbours of the same width are kept together."""
    dimensions = sheet.column_dimensions.values()
    return next(float(each.width) for each in dimensions if each.min <= column <= each.max)


def test_columns_are_wide_enough_for_their_text(case: tuple[View, Read, Path]) -> None:
    view, book, _ = case
    for table in tables_of(view):
        sheet = book.sheet(table.title)
        for column in ("A", "B", "C"):
            texts = [cell.value for cell in sheet[column][HEADER - 1 :] if isinstance(cell.value, str)]
            width = width_of(sheet, column_index_from_string(column))
            assert all(cell_len(text) <= min(width, 60) for text in texts), (table.title, column)


def test_differences_are_coloured_and_those_shown_as_nothing_are_0(plus: Read) -> None:
    sheet = plus.cells["Selected"]
    rules = [(area.sqref, rule) for area in sheet.conditional_formatting for rule in area.rules]
    whole = [rule for area, rule in rules if "C7" in area and "C19" not in area]
    assert [rule.formula for rule in whole] == [
        ["AND(ISNUMBER(C7),C7>=0.5)"],
        ["AND(ISNUMBER(C7),C7<=-0.5)"],
        ["AND(ISNUMBER(C7),ABS(C7)<0.5)"],
    ]
    assert [rule.dxf.font.color.rgb if rule.dxf.font else "" for rule in whole] == ["FF0072B2", "FFD55E00", ""]
    assert whole[2].dxf.numFmt.formatCode == "0;0;0"
    assert sheet["C7"].number_format == "+#,##0;-#,##0;0"
    assert sheet["C5"].number_format == "#,##0"


def test_every_figure_is_there_in_full(case: tuple[View, Read, Path]) -> None:
    view, book, _ = case
    title = view.words("workbook", "data")
    (head, *rows) = book.values[title].iter_rows(values_only=True)
    table = [
        row
        for run in view.runs
        for row in sim.tables.rows(sim.Result((run,)), programmes=view.programmes or None, years=view.years or None)
    ]
    assert list(head) == list(sim.tables.Row._fields)
    assert len(rows) == len(table)
    for row, expected in zip(rows, table, strict=True):
        assert row[:3] + row[4:6] == expected[:3] + expected[4:6]
        assert (row[3] or "", row[7]) == (expected.award, expected.unit)
        assert row[6] == (None if expected.value is None else pytest.approx(expected.value, rel=2e-15))
    assert book.values[title].auto_filter.ref == f"A1:H{len(table) + 1}"


def test_a_table_longer_than_a_sheet_goes_on_another() -> None:
    view = view_of("example-agency")
    book = Book(view.words, "long")
    listed = workbook_lists.figures(book, view, most=1000)
    whole = len(sim.run("example-agency").table())
    assert [name for name, _ in listed][:2] == ["All figures", "All figures (2)"]
    assert len(listed) == -(-whole // 1000)


def test_inputs_stand_with_value_source_and_owner(case: tuple[View, Read, Path]) -> None:
    view, book, _ = case
    sheet = book.values[view.words("workbook", "inputs")]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    given = [(run, source) for run in view.runs for source in sources(run.scenario)]
    assert len(rows) == len(given)
    for (run, source), row in zip(given, rows, strict=True):
        assert (row[0], row[2]) == (view.name(run), source.path)
        assert row[3] == source.value or str(row[3] or "") == source.text
        assert bool(row[1]) == source.assumed
        assert (row[5], row[6]) == ((source.place.file, source.place.line) if source.place else (None, None))
        assert [cell or "" for cell in row[8:]] == [source.note, source.owner, source.expires]
        assert source.source in row[7]


def test_assumptions_are_filled_and_shares_in_per_cent(plus: Read) -> None:
    sheet = plus.cells["Inputs and sources"]
    for row in sheet.iter_rows(min_row=2):
        assert (row[2].fill.fgColor.rgb == "FFFFF4D6") == (row[1].value == "Assumption")
        if isinstance(row[3].value, int | float) and row[4].value == "share":
            assert row[3].number_format == "0.00%"


def test_the_cover_says_what_the_scenario_asks_and_changes(tmp_path: Path) -> None:
    scenario = tmp_path / "mine.yaml"
    path = "programmes.overseas_fellowships.awards.fellowship.take_up"
    scenario.write_text(
        f"name: Mine\ndescription: Is it so?\nextends: {PLUS.resolve().parent}/baseline.yaml\n"
        "budget: {level: +5%, growth: {2024: 1%}}\n"
        "programmes: {overseas_fellowships: {awards: {fellowship: {take_up: {uniform: [90%, 100%]}}}},"
        " sicorp: {fixed_costs: {amount: 12 百万円}}}\n",
        encoding="utf-8",
    )
    book = write(tmp_path / "book.xlsx", view_of(scenario, asked=Asked(years=EARLY)), ["warning: beware"])
    texts = [tuple(cell for cell in row if cell) for row in book.values["Cover"].iter_rows(values_only=True)]
    assert texts[0] == ("Mine (mine), beside baseline",)
    assert texts[1] == ("Is it so?",)
    assert ("All programmes", "budget.level", "0 %", "+5 %") in texts
    assert ("All programmes", "budget.growth", "0 %", "FY2024: 1 %") in texts
    assert ("Overseas fellowships", path, "100 %", "uniform, low 0.9, high 1") in texts
    amounts = [row for row in texts if row[1:2] == ("programmes.sicorp.fixed_costs.amount",)]
    assert amounts == [("SICORP", "programmes.sicorp.fixed_costs.amount", "0.6904 million yen", "12 million yen")]
    assert ("warning: beware",) in texts
    assert len([row for row in texts if row[1:2] and str(row[1]).startswith(("budget.", "programmes."))]) == 4


def test_rows_of_long_paths_are_high_enough_for_them(tmp_path: Path) -> None:
    """LibreOffice fits 62 letters of a Japanese font into this column of 70 cells; a line takes 18 points."""
    asked = Asked(language="ja", years=EARLY)
    sheet = write(tmp_path / "book.xlsx", view_of("scenarios/uncertain.yaml", asked=asked)).cells.worksheets[0]
    heights = {
        row[1].value: sheet.row_dimensions[row[0].row].height
        for row in sheet.iter_rows()
        if str(row[1].value).startswith("programmes.")
    }
    long = {path for path in heights if len(path) > 62}
    assert len(long) >= 3
    assert all(heights[path] >= 36 for path in long)
    assert heights["programmes.overseas_fellowships.awards.fellowship.take_up"] == 18


def test_what_is_taken_away_or_not_given_is_said() -> None:
    scenario = sim.load("scenarios/uncertain.yaml")
    found = {change.path: change for change in changes(scenario, words("en"))}
    assert (found["economy.usd_jpy.growth"].before, found["economy.usd_jpy.growth"].after) == ("0 %", "")
    assert found["economy.usd_jpy.path"].after == "gbm, start 1, spread 0.075"
    assert not list(changes(sim.load("mext-fy2022"), words("en")))


def hostile(folder: Path) -> Path:
    text = Path("src/simulator/portfolios/example-agency.yaml").read_text(encoding="utf-8")
    labels = {
        "Doctoral fellowships": "=1+1",
        "Fellowship": "@SUM(A1)",
        "Research projects": "<b>/bold\\ & 'quoted'</b>",
        "博士課程研究員": "＝" + "研究" * 40,
        "Example agency": "+1",
    }
    for old, new in labels.items():
        text = text.replace(f"{old}", new if old == "博士課程研究員" else '"' + new.replace("\\", "\\\\") + '"')
    text = re.sub(r"^description:\n  en: .*\n  ja: .*$", 'description: "=HYPERLINK(1)"', text, flags=re.MULTILINE)
    path = folder / "=hostile.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("language", ["en", "ja"])
def test_text_stays_text(tmp_path: Path, language: str) -> None:
    view = view_of(hostile(tmp_path), asked=Asked(language=language))
    long = "-" + "x" * 40_000
    book = write(tmp_path / "book.xlsx", view, [long, "=2+2", "@x"])
    formulas = [cell.value for cell, _ in book.formulas()]
    assert all(
        re.fullmatch(r"=(ROUND\()?[-+]?((('([^']|'')+'|\w+)!)?[A-Z]+\d+[-+]?)+(,6\))?", text) for text in formulas
    )
    texts = set(book.texts())
    assert {"=2+2", "@x", "=HYPERLINK(1)", f"{long[:32_766]}…"} <= texts
    assert any(text.startswith("=1+1") for text in texts) == (language == "en")
    for name in book.values.sheetnames:
        assert len(name.encode("utf-16-le")) <= 62
        assert not set(name) & set("[]:*?/\\")
    links = [
        row[0].hyperlink.location
        for row in book.cells["Cover" if language == "en" else "表紙"].iter_rows()
        if row[0].hyperlink
    ]
    assert [link.removesuffix("!A1").strip("'").replace("''", "'") for link in links] == book.values.sheetnames[1:]


def test_sheet_names_are_legal_and_unique() -> None:
    taken: set[str] = set()
    given = [
        "money",
        "Money",
        "a/b[c]:d*e?f\\g",
        "'quoted'",
        "",
        "History",
        "x" * 40,
        "x" * 41,
        "金" * 40,
        "😀" * 20,
        "'" * 3,
    ]
    for name in given:
        legal = legal_name(name, taken)
        assert legal
        assert legal.casefold() not in taken
        assert len(legal.encode("utf-16-le")) <= 62
        assert not set(legal) & set("[]:*?/\\")
        assert not legal.startswith("'")
        assert not legal.endswith("'")
        assert legal.casefold() != "history"
        taken.add(legal.casefold())
    assert shortened("abc", 3) == "abc"
    assert shortened("abcd", 3) == "ab…"


def test_draws_have_their_quantiles_and_what_is_not_distinguishable(tmp_path: Path) -> None:
    view = view_of(
        "scenarios/uncertain.yaml",
        asked=Asked(draws=64, years=EARLY, conditions=("shortfall > 0", "spend[sicorp,2024] > 1")),
    )
    book = write(tmp_path / "book.xlsx", view)
    run, rows = view.runs[0], book.rows("Supported in the year (in place at some time)")
    found = run.statistics(Line("overseas_challenge", "", "supported"))
    difference = run.difference(Line("overseas_challenge", "", "supported"))
    assert found is not None
    assert difference is not None
    label = "Overseas Challenge"
    assert rows[label, "uncertain, mean"] == pytest.approx(found.mean[:3].tolist())
    assert rows[label, "5 %"] == pytest.approx(found.quantiles["p05"][:3].tolist())
    assert rows[label, "95 %"] == pytest.approx(found.quantiles["p95"][:3].tolist())
    marks = [cell == NOT_DISTINGUISHABLE for cell in rows[label, "Δ baseline"]]
    assert marks == (~difference.distinguishable)[:3].tolist()
    assert any(marks)
    assert not all(marks)
    (chances, only) = book.sheet("Chances").iter_rows(min_row=5, values_only=True)
    assert run.drawn is not None
    asked = run.drawn.chances[0]
    ends = (0.0, 3 / 64, 0.0, 3 / 64)  # in no draw: the rule of three
    assert chances[2:] == pytest.approx((*asked.yearly.mean[:3], *ends))
    assert only[5:] == (None,) * 4
    assert book.cells["Chances"]["C5"].number_format == "0.0%"


def test_draws_without_the_lines_of_a_workbook_are_refused(tmp_path: Path) -> None:
    full = view_of("scenarios/uncertain.yaml", asked=Asked(draws=8, years=EARLY))
    (run,) = full.runs
    assert run.drawn is not None
    run.drawn.lines.pop(Line("sicorp", "", "budget"))  # type: ignore[attr-defined]
    with pytest.raises(RequestError, match=r"sicorp\.\.budget was not drawn"):
        workbook.write(full, [], tmp_path / "book.xlsx")
    assert not list(tmp_path.iterdir())


def test_no_budget_gives_a_workbook(portfolio: Any, tmp_path: Path) -> None:
    path = portfolio("award: {duration: 12 months, costs: {grant: {amount: 1, per: start}}}", budget="0", intake="cash")
    book = write(tmp_path / "book.xlsx", view_of(path))
    assert book.rows(MONEY_TITLE.format("line"))["Budget", "portfolio"] == [0.0] * 6
    assert book.rows("Selected in the year")["line", "portfolio"] == [0.0] * 6


def test_programmes_and_years_that_only_one_scenario_has(portfolio: Any, tmp_path: Path) -> None:
    award = "award: {duration: 12 months, costs: {grant: {amount: 1, per: start}}}"
    first = portfolio(award, name="first.yaml", intake="cash")
    other = portfolio(award, name="other.yaml", intake="cash", budget="2000")
    text = other.read_text(encoding="utf-8").replace("  line:", "  another:").replace("2022-2027", "2024-2029")
    other.write_text(text, encoding="utf-8")
    book = write(tmp_path / "book.xlsx", view_of(first, other))
    rows = book.rows(MONEY_TITLE.format("All programmes"))
    assert rows["Budget", "first"] == [1000.0] * 6
    assert rows["Budget", "other"] == [None, None, 2000.0, 2000.0, 2000.0, 2000.0]
    assert rows["Budget", "Δ first"] == [None, None, 1000.0, 1000.0, 1000.0, 1000.0]
    assert ("Budget", "first") not in book.rows(MONEY_TITLE.format("another"))


def test_a_reference_with_other_programmes_adds_up_too(portfolio: Any, tmp_path: Path) -> None:
    award = "award: {duration: 12 months, costs: {grant: {amount: 1, per: start}}}"
    path = portfolio(award, intake="cash", name="mine.yaml")
    path.write_text(path.read_text(encoding="utf-8").replace("  line:", "  projects:"), encoding="utf-8")
    (mine, other) = sim.run([path, "example-agency"]).runs
    book = write(tmp_path / "book.xlsx", View((mine,), other, words("en")))
    for cell, value in book.formulas():
        assert value == pytest.approx(book.reckoned(cell), rel=1e-12, abs=2e-6), cell
    budget = book.rows(MONEY_TITLE.format("All programmes"))["Budget", "example-agency"]
    assert budget == [None, None, *values("example-agency", "budget", TOTAL)[:4]]


def charts_of(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as parts:
        names = sorted(
            (name for name in parts.namelist() if name.startswith("xl/charts/")),
            key=lambda name: int(re.sub(r"\D", "", name)),
        )
        return [parts.read(name).decode() for name in names]


def test_charts_are_native_and_read_their_figures_from_the_sheets(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    book = write(path, view_of(PLUS, asked=Asked(years=EARLY)))
    texts = charts_of(path)
    assert len(texts) == 2 + 6 + 14
    money = texts[1]
    assert "barChart" in money
    assert "lineChart" in money
    named = [
        book.values["Money All programmes"][cell.replace("$", "")].value
        for cell in re.findall(r"<c:tx><c:strRef><c:f>[^!]+!([^<]+)", money)
    ]
    assert named == ["Commitments", "New awards", "Fixed costs", "Unspent", "Budget"]
    rows = book.rows(MONEY_TITLE.format("All programmes"))
    ranges = re.findall(r"<c:val><c:numRef><c:f>[^!]+!([^<]+)", money)
    for name, area in zip(named, ranges, strict=True):
        (cells,) = book.values["Money All programmes"][area.replace("$", "")]
        assert [cell.value for cell in cells] == rows[name, "plus10pct"]
    assert "barChart" not in texts[2]
    assert re.findall(r"<c:tx>.*?<c:v>(baseline|plus10pct)</c:v>", texts[2]) == ["baseline", "plus10pct"]
    with zipfile.ZipFile(path) as parts:
        drawing = parts.read("xl/drawings/drawing1.xml").decode()
    assert drawing.count('descr="') == len(texts)


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        workbook.write(view_of("scenarios/sakura-halved.yaml"), ["warning"], tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_a_failing_write_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(b"old")

    def fail(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="No space"):
        workbook.write(view_of("example-agency"), [], path)
    assert path.read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == ["book.xlsx"]


def test_without_the_library_the_install_line_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(RequestError, match=re.escape("pip install 'research-budget-simulator[report]'")):
        workbook.write(view_of("example-agency"), [], tmp_path / "book.xlsx")
    assert not list(tmp_path.iterdir())


def test_the_library_is_imported_late() -> None:
    code = "import sys, simulator.report.workbook; print('xlsxwriter' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def emptied(path: Path, target: Path) -> None:
    """The same workbook without the values beside its formulas."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.startswith("xl/worksheets/sheet"):
                content = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", content)
            new.writestr(name, content)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_recalculates_the_same(tmp_path: Path) -> None:
    books = {}
    for name in ("one beside its parent", "in Japanese", "draws"):
        files, asked = CASES[name]
        bare = tmp_path / f"{name}.xlsx"
        books[bare.name] = write(tmp_path / "book.xlsx", view_of(*files, asked=asked))
        emptied(tmp_path / "book.xlsx", bare)
    home = f"-env:UserInstallation=file://{tmp_path}/office"
    to = ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(tmp_path / "made")]
    command = ["soffice", home, "--headless", *to, *(str(tmp_path / name) for name in books)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    for name, book in books.items():
        made, formulas = load_workbook(tmp_path / "made" / name, data_only=True), list(book.formulas())
        assert len(formulas) > 300
        for cell, value in formulas:
            assert made[cell.parent.title][cell.coordinate].value == pytest.approx(value, rel=1e-12, abs=2e-6), cell


def test_warnings_of_the_command_line_can_be_given(tmp_path: Path) -> None:
    view = view_of("scenarios/minus10pct.yaml", asked=Asked(years=(2022,)))
    told = [warned.told(view.words) for warned in comparison.warnings(view.runs, view.reference, ())]
    book = write(tmp_path / "book.xlsx", view, told)
    assert set(told) <= set(book.texts())
