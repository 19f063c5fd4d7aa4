"""Plots: what is drawn is the tidy table, in files that are the same every time."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

import simulator as sim
from simulator import measures, sweep_command, tables
from simulator.errors import RequestError
from simulator.labels import words
from simulator.obligations import obligations
from simulator.options import Chart
from simulator.report import bars, canvas, charted, charts, saving, sweep_charts
from simulator.report.sheets import View
from tests.commands import simulate

KINDS = [kind for kind in charts.KINDS if kind != charts.FAN]
YEARS = tuple(range(2022, 2032))


@pytest.fixture(autouse=True)
def styled() -> Iterator[None]:
    with canvas.styled("en"):
        yield


def view(*names: str, language: str = "en", draws: int = 0, **fields: Any) -> View:
    """Scenarios beside the first of them."""
    files = [name if "/" in name or name == "example-agency" else f"scenarios/{name}.yaml" for name in names]
    kept = ["selected", "spend", "shortfall"] if draws else None
    runs = sim.run(files, draws=draws, seed=1, measures=kept).runs
    return View(runs, runs[0] if len(runs) > 1 else None, words(language), **fields)


def drawn(shown: View, kind: str, **options: Any) -> Figure:
    return charts.draw(shown, kind, width=options.pop("width", 170.0), **options)


def table(run: sim.Run, measure: str, programme: str) -> list[float]:
    rows = tables.rows(sim.Result((run,)), names=[measure])
    return [row.value or 0.0 for row in rows if (row.programme, row.award) == (programme, "")]


def heights(axes: Axes, label: str) -> list[float]:
    return [bar.get_height() for box in axes.containers if box.get_label() == label for bar in box]


def test_awards_are_the_tidy_table_one_panel_a_programme() -> None:
    shown = view("baseline", "plus10pct")
    panels = drawn(shown, "awards").axes
    programmes = [name for name in shown.runs[0].labels.programmes if name != "other"]
    assert [axes.get_title(loc="left") for axes in panels] == [shown.programme_label(name) for name in programmes]
    for axes, programme in zip(panels, programmes, strict=True):
        for line, run in zip(axes.lines, shown.runs, strict=True):
            assert np.asarray(line.get_xdata()).tolist() == list(YEARS)
            np.testing.assert_allclose(np.asarray(line.get_ydata()), table(run, "selected", programme))
        assert axes.get_ylim()[0] == 0.0
        assert all(tick == round(tick) for tick in axes.get_yticks())


def test_scenarios_differ_in_line_style_and_colour() -> None:
    shown = view("baseline", "plus10pct", "minus10pct", "cash-intake", "covid-closure", "sakura-halved", "uncertain")
    lines = drawn(shown, "awards").axes[0].lines
    assert len({to_hex(line.get_color()) for line in lines}) == len(lines) == 7
    assert len({line.get_marker() for line in lines}) == 7


def test_a_programme_that_is_named_shows_its_award_types() -> None:
    panels = drawn(view("baseline", programmes=("satreps",)), "awards").axes
    titles = ["SATREPS, all types", "SATREPS: Project", "SATREPS: Feasibility study"]
    assert [axes.get_title(loc="left") for axes in panels] == titles
    whole, *types = [np.asarray(axes.lines[0].get_ydata()) for axes in panels]
    np.testing.assert_allclose(whole, np.add(*types))


def test_what_has_no_figure_has_no_panel() -> None:
    panels = drawn(view("baseline"), "awards", measure="success_rate").axes
    assert [axes.get_title(loc="left") for axes in panels] == ["Overseas fellowships", "SATREPS: Project"]


@pytest.mark.parametrize("programme", ["", "satreps", "overseas_challenge"])
@pytest.mark.parametrize("name", ["plus10pct", "covid-closure", "cash-intake"])
def test_money_is_the_tidy_table_and_adds_up(name: str, programme: str) -> None:
    shown = view("baseline", name, programmes=(programme,) if programme else ())
    of, panels = programme or "total", drawn(shown, "money").axes
    for axes, run in zip(panels, shown.runs, strict=True):
        factor = 1000.0 if max(run.of("budget", of)) >= 1000 else 1.0
        parts = {part: np.array(heights(axes, part)) * factor for part in charted.PARTS}
        for part, values in parts.items():
            np.testing.assert_allclose(values, table(run, part, of), atol=1e-9)
        held = sum(np.array(table(run, part, of)) for part in ("budget", "carried_in", "shortfall"))
        np.testing.assert_allclose(sum(parts.values()), held, atol=1e-9)
        tops = [bar.get_y() + bar.get_height() for bar in axes.containers[3]]
        np.testing.assert_allclose(np.array(tops) * factor, held, atol=1e-9)
        (line,) = [line for line in axes.lines if line.get_label() == "budget"]
        np.testing.assert_allclose(np.asarray(line.get_ydata())[:-1] * factor, table(run, "budget", of))


def test_a_shortfall_is_hatched_within_what_is_owed() -> None:
    scenario = sim.load("scenarios/minus10pct.yaml", settings=["budget.level=-60%"])
    (run,) = sim.run(scenario).runs
    axes = drawn(View((run,), None, words("en")), "money").axes[0]
    (hatched,) = [box for box in axes.containers if box.get_label() == "shortfall"][:1]
    (bar,) = hatched
    owed = table(run, "fixed_costs", "total")[0] + table(run, "commitments", "total")[0]
    assert bar.get_hatch()
    assert bar.get_height() * 1000 == pytest.approx(table(run, "shortfall", "total")[0])
    assert (bar.get_y() + bar.get_height()) * 1000 == pytest.approx(owed)
    assert axes.get_ylim()[0] == 0.0
    short = [value for value in table(run, "shortfall", "total") if value > 0]
    assert len([box for box in axes.containers if box.get_label() == "shortfall"]) == len(short) == 2


def test_fans_are_the_quantiles_of_the_tidy_table() -> None:
    shown = view("uncertain", draws=200)
    panels = drawn(shown, "fan").axes
    rows = {
        (row.fiscal_year, row.statistic): row.value
        for row in tables.rows(sim.Result(shown.runs), names=["selected"])
        if (row.programme, row.award) == ("overseas_fellowships", "")
    }
    of = {name: [rows[year, name] for year in YEARS] for name in ("p05", "p25", "p50", "p75", "p95", "mean")}
    outer, inner = (band.get_paths()[0].vertices for band in panels[0].collections)
    for band, low, high in ((outer, "p05", "p95"), (inner, "p25", "p75")):
        edges = {(x, y) for x, y in np.asarray(band).round(9).tolist()}
        for name in (low, high):
            assert {(float(x), round(float(y or 0), 9)) for x, y in zip(YEARS, of[name], strict=True)} <= edges
    median, mean = panels[0].lines
    assert np.asarray(median.get_ydata()).tolist() == of["p50"]
    assert np.asarray(mean.get_ydata()).tolist() == of["mean"]


def test_several_fans_are_side_by_side_on_one_scale() -> None:
    shown = view("uncertain", "plus10pct", draws=50, programmes=("overseas_fellowships", "overseas_challenge"))
    panels = drawn(shown, "fan").axes
    assert [axes.get_title(loc="left") for axes in panels] == [
        "Uncertain\nOverseas fellowships",
        "Plus 10 %\nOverseas fellowships",
        "Overseas Challenge",
        "Overseas Challenge",
    ]
    assert panels[0].get_ylim() == panels[1].get_ylim() != panels[2].get_ylim() == panels[3].get_ylim()


def test_commitments_are_stacked_by_year_of_selection_up_to_those_of_the_table() -> None:
    shown = view("baseline", "covid-closure")
    for axes, run in zip(drawn(shown, "commitments").axes, shown.runs, strict=True):
        owed = obligations(run.scenario)
        stacks = np.array([[bar.get_height() for bar in box] for box in axes.containers])
        np.testing.assert_allclose(stacks.T * 1000, owed.of(), atol=1e-9)
        np.testing.assert_allclose(stacks.sum(axis=0)[:10] * 1000, table(run, "commitments", "total"))
        tops = [bar.get_y() + bar.get_height() for bar in axes.containers[-1]]
        np.testing.assert_allclose(tops, stacks.sum(axis=0))


def test_commitments_of_a_programme_end_when_it_owes_nothing() -> None:
    shown = view("baseline", programmes=("overseas_fellowships",))
    axes = drawn(shown, "commitments").axes[0]
    assert axes.get_xlim() == (2022 - 0.6, 2032 + 0.6)
    assert sum(bar.get_height() for box in axes.containers for bar in box) * 1000 == pytest.approx(
        sum(table(shown.runs[0], "commitments", "overseas_fellowships"))
        + table(shown.runs[0], "outyear_commitments", "overseas_fellowships")[-1]
    )


@pytest.mark.parametrize("measure", ["spend", "commitments", "spend_new"])
def test_a_bridge_leads_from_one_sum_to_the_other(measure: str) -> None:
    shown = view("baseline", "covid-closure", years=(2023, 2024, 2025))
    axes = drawn(shown, "bridge", measure=measure).axes[0]
    before, after, *changes = [bar for box in axes.containers for bar in box]
    base, run = shown.runs
    for bar, of in ((before, base), (after, run)):
        assert (bar.get_x(), bar.get_width() * 1000) == (0, pytest.approx(sum(table(of, measure, "total")[1:4])))
    reached = before.get_width()
    for bar, programme in zip(changes, base.labels.programmes, strict=True):
        change = sum(table(run, measure, programme)[1:4]) - sum(table(base, measure, programme)[1:4])
        left, right = sorted((reached, reached + change / 1000))
        assert bar.get_x() + min(bar.get_width(), 0) == pytest.approx(left)
        assert bar.get_x() + max(bar.get_width(), 0) == pytest.approx(right)
        reached += change / 1000
    assert reached == pytest.approx(after.get_width())
    assert [label.get_text() for label in axes.get_yticklabels()][:2] == ["Baseline", "Overseas fellowships"]


def test_a_bridge_stands_on_figures_that_there_are(portfolio: Callable[..., Path]) -> None:
    path = portfolio("award: {duration: 12 months, costs: {grant: {amount: 1, per: month}}}", intake="steady")
    with pytest.raises(RequestError, match="required_budget: portfolio has no figure for line in every year shown"):
        drawn(view(str(path), "baseline"), "bridge", measure="required_budget")


def test_figures_of_a_bridge_are_rounded_half_up_with_a_sign() -> None:
    told = [bars._told(value, 1, "+") for value in (0.25, -0.35, 12345.0, 0.04, -0.04)]
    assert told == ["+0.3", "-0.3", "+12,345.0", "0", "0"]
    assert [bars._decimals(largest) for largest in (0.0, 0.04, 0.4, 3.5, 15.3, 800.0)] == [1, 3, 3, 2, 1, 0]


@pytest.mark.parametrize(("language", "width"), [("en", 170.0), ("ja", 170.0), ("en", 85.0)])
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_leaves_the_paper_or_covers_another_text(kind: str, language: str, width: float) -> None:
    with canvas.styled(language):
        figure = drawn(view("plus10pct", "covid-closure", language=language), kind, width=width)
        figure.draw_without_rendering()
        paper = figure.bbox
        texts = [text for text in figure.texts if text.get_text()]
        boxes = [text.get_window_extent() for text in texts] + [each.get_window_extent() for each in figure.legends]
        panels = [axes.get_tightbbox() for axes in figure.axes]
    for box in (*boxes, *panels):
        assert box is not None
        assert box.x0 >= -1
        assert box.y0 >= -1
        assert box.x1 <= paper.width + 1
        assert box.y1 <= paper.height + 1
    for place, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[place + 1 :])
        if texts[place : place + 1] != [figure._supylabel]:  # type: ignore[attr-defined]
            assert not any(box.overlaps(panel) for panel in panels if panel)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_source_line_says_where_figures_come_from(language: str) -> None:
    text = charts.source(view("plus10pct", language=language))
    for part in ("plus10pct", sim.__version__, {"en": "MEXT FY2022", "ja": "文部科学省"}[language]):
        assert part in text
    assert "seed 1" in charts.source(view("uncertain", draws=20))


def test_money_is_in_the_unit_that_its_size_asks_for() -> None:
    en, ja = words("en"), words("ja")
    assert canvas.unit_of(en, "million_yen", 999.0)[:2] == (1.0, "million yen")
    assert canvas.unit_of(en, "million_yen", 1000.0)[:2] == (1000.0, "billion yen")
    assert canvas.unit_of(ja, "million_yen", 1000.0)[:2] == (100.0, "億円")
    assert canvas.unit_of(ja, "million_yen", 999.0)[:2] == (1.0, "百万円")
    assert canvas.unit_of(en, "count", 5000.0) == (1.0, "number", True)


def test_fiscal_years_are_reiwa_in_japanese() -> None:
    with canvas.styled("ja"):
        axes = drawn(view("baseline", language="ja", years=(2022, 2023)), "awards").axes[0]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["R4", "R5"]


def test_labels_are_text_and_no_formulas(tmp_path: Path) -> None:
    path = tmp_path / "_draft.yaml"
    path.write_text("extends: mext-fy2022\nname: $x^2$ <b> &\nbudget: {level: +1%}\n", encoding="utf-8")
    with canvas.styled("en"):
        saving.save(drawn(view("baseline", str(path)), "awards"), tmp_path / "x.svg")
    assert ">$x^2$ &lt;b&gt; &amp;</text>" in (tmp_path / "x.svg").read_text(encoding="utf-8")


def plot(*arguments: str) -> int:
    return simulate("plot", *arguments)


def test_a_sign_that_no_font_has_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "tested.yaml"
    path.write_text("extends: mext-fy2022\nname: Tested \N{TEST TUBE}\nbudget: {level: +1%}\n", encoding="utf-8")
    assert plot(str(path), "--kind", "awards", "--save", str(tmp_path / "x.png"), "--lang", "en") == 0
    told = capsys.readouterr().err
    assert told.startswith("warning: Glyph 129514")
    assert told.count("\n") == 1


STARTS = {"svg": b"<?xml", "pdf": b"%PDF", "png": b"\x89PNG"}


@pytest.mark.parametrize(
    ("kind", "ending"), [*((kind, "svg") for kind in KINDS), ("money", "pdf"), ("bridge", "pdf"), ("awards", "png")]
)
def test_a_plot_is_saved_and_is_the_same_every_time(
    kind: str, ending: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = tmp_path / f"first.{ending}", tmp_path / f"second.{ending.upper()}"
    for path in (first, second):
        assert plot("scenarios/plus10pct.yaml", "--kind", kind, "--save", str(path), "--lang", "ja") == 0
        assert capsys.readouterr() == (f"wrote {path}\n", "")
    assert first.read_bytes().startswith(STARTS[ending])
    assert first.read_bytes() == second.read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {first.name, second.name}


def test_a_fan_is_saved_and_is_the_same_every_time(tmp_path: Path) -> None:
    for name in ("first.svg", "second.svg"):
        path = str(tmp_path / name)
        options = (
            "--kind",
            "fan",
            "--draws",
            "50",
            "--seed",
            "3",
            "--sampling",
            "lhs",
            "--programme",
            "sakura_science",
        )
        assert plot("scenarios/uncertain.yaml", *options, "--save", path, "--lang", "en") == 0
    assert (tmp_path / "first.svg").read_bytes() == (tmp_path / "second.svg").read_bytes()
    text = " ".join(re.sub(r"<[^>]*>", " ", (tmp_path / "first.svg").read_text(encoding="utf-8")).split())
    assert "Latin hypercube draws, seed 3" in text


def test_text_in_svg_is_text_in_fonts_of_packages(tmp_path: Path) -> None:
    path = tmp_path / "x.svg"
    assert plot("scenarios/plus10pct.yaml", "--kind", "awards", "--save", str(path), "--lang", "ja") == 0
    text = path.read_text(encoding="utf-8")
    assert "海外特別研究員</text>" in text
    assert "'IPAexGothic', 'DejaVu Sans'" in text
    assert "<dc:date>" not in text


def test_a_file_that_is_there_is_replaced_only_by_a_whole_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.png"
    path.write_bytes(b"old")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Figure, "savefig", full)
    arguments = ("scenarios/plus10pct.yaml", "--kind", "awards", "--save", str(path))
    assert plot(*arguments) == 3
    assert "No space left on device" in capsys.readouterr().err
    assert path.read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == ["x.png"]
    monkeypatch.undo()
    assert plot(*arguments) == 0
    assert path.read_bytes().startswith(b"\x89PNG")


AWARDS = ("--kind", "awards", "--save", "x.svg")
PLUS = "scenarios/plus10pct.yaml"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([PLUS, "--save", "x.svg"], "Missing option '--kind'"),
        ([PLUS, "--kind", "awards"], "Missing option '--save'"),
        ([PLUS, "--kind", "pie", "--save", "x.svg"], "'pie' is not one of 'awards', 'money', 'fan', 'commitments'"),
        ([PLUS, "--kind", "awards", "--save", "x.gif"], "--save x.gif: a plot is a file that ends in .svg, .pdf, .png"),
        ([PLUS, "--kind", "awards", "--save", "x"], "--save x: a plot is a file that ends in"),
        ([PLUS, "--kind", "fan", "--save", "x.svg"], "--kind fan is of draws: add --draws 10000"),
        ([PLUS, *AWARDS, "--draws", "10"], "--draws is for --kind fan: awards shows expected values, leave it out"),
        ([PLUS, *AWARDS, "--programme", "satrep"], "satrep: no such programme; there are overseas_fellowships"),
        ([PLUS, *AWARDS, "--programme", "other"], "selected: nothing that is shown has such a figure"),
        (
            [PLUS, "--kind", "commitments", "--save", "x.svg", "--programme", "other"],
            "no selection that is shown obliges",
        ),
        ([PLUS, *AWARDS, "--years", "2020"], "--years 2020: plus10pct shows FY2022 to FY2031"),
        ([PLUS, *AWARDS, "--measure", "selectd"], "selectd: no such measure; did you mean selected?"),
        ([PLUS, *AWARDS, "--width", "5"], "Invalid value for '--width'"),
        ([PLUS, "--kind", "money", "--save", "x.svg", "--measure", "spend"], "--measure is of awards, fan, bridge"),
        (["mext-fy2022", "--kind", "bridge", "--save", "x.svg"], "mext-fy2022 stands alone, add --baseline FILE"),
        ([PLUS, "--kind", "bridge", "--save", "x.svg", "--measure", "selected"], "does not add up over programmes"),
        ([PLUS, "--kind", "bridge", "--save", "x.svg", "--measure", "unspent"], "does not add up over years"),
        ([PLUS, "example-agency", "--kind", "commitments", "--save", "x.svg"], "example-agency shows FY2024 to FY2033"),
        ([PLUS, "--kind", "awards", "--save", "none/x.svg"], "--save none/x.svg: there is no folder none"),
        ([PLUS, "--kind", "awards", "--save", "folder.svg"], "--save folder.svg: is a folder: name a file"),
        ([PLUS, "--kind", "awards", "--save", f"{'x' * 300}.svg"], "cannot be written: File name too long"),
    ],
)
def test_what_is_wrong_is_said_in_one_line_and_nothing_is_written(
    arguments: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "folder.svg").mkdir()
    here = Path.cwd()
    monkeypatch.chdir(tmp_path)
    assert plot(*(str(here / each) if each == PLUS else each for each in arguments)) == 2
    output = capsys.readouterr()
    assert message in output.err
    assert (output.err.count("\n"), output.out) == (1, "")
    assert [path.name for path in tmp_path.rglob("*")] == ["folder.svg"]


def test_a_folder_that_cannot_be_written_is_said_before_anything_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)
    assert plot("scenarios/none.yaml", "--kind", "awards", "--save", str(tmp_path / "x.svg")) == 2
    assert f"the folder {tmp_path} cannot be written" in capsys.readouterr().err


def test_without_matplotlib_the_install_line_is_said() -> None:
    code = (
        "import sys\nsys.modules['matplotlib_fontja'] = None\nimport importlib.util as u\nfind = u.find_spec\n"
        "u.find_spec = lambda name, *a: None if name == 'matplotlib_fontja' else find(name, *a)\n"
        "from simulator.cli import main\nmain(['plot', 'mext-fy2022', '--kind', 'awards', '--save', 'x.svg'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.endswith(": pip install 'research-budget-simulator[report]'\n")


def test_plots_load_matplotlib_only_where_something_is_drawn() -> None:
    code = (
        "import sys\nfrom simulator.report import charts\nimport simulator.plotting\n"
        "print(sorted({'matplotlib', 'pandas'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_style_of_others_is_left_as_it_was() -> None:
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    with canvas.styled("ja"):
        assert mpl.rcParams["svg.fonttype"] == "none"
    assert dict(mpl.rcParams) == before


def test_kinds_on_the_command_line_are_those_drawn() -> None:
    assert tuple(Chart) == (*charts.KINDS, *sweep_charts.KINDS)
    assert sweep_command.PLOTS == sweep_charts.KINDS
    with pytest.raises(RequestError, match="pie: no such kind of plot; there are awards, money"):
        drawn(view("baseline"), "pie")
    with pytest.raises(RequestError, match="add --draws"):
        drawn(view("baseline"), "fan")


def test_stocks_do_not_add_up_over_years() -> None:
    stocks = {each.id for each in measures.MEASURES.values() if each.stock}
    assert stocks == {
        *("carried_in", "available", "unspent", "carried_out", "outyear_commitments", "active", "alumni"),
    }
