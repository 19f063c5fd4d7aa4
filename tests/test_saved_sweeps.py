"""Saved sweeps: listed, shown, asked, run again and plotted as the tables that they hold."""

import csv
import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

import simulator as sim
from simulator import sweep_charted, sweep_recording
from simulator.errors import RequestError
from simulator.records import open_run
from simulator.report import saving
from tests.commands import RANGES, TAKE_UP, simulate

LEVELS, SHARES = [-0.2, -0.1, 0.0, 0.1, 0.2], [0.8, 0.9, 1.0]


@pytest.fixture(scope="module")
def where(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("saved")
    grid = ["--vary", "budget.level=-20%:+20%:5", "--vary", f"{TAKE_UP}=80%:100%:3", "--outcome", "selected[doctoral]"]
    assert simulate("sweep", "example-agency", *grid, "--lang", "en", "--output", str(folder / "grid")) == 0
    assert simulate("sweep", "example-agency", *RANGES, "--design", "oat", "--output", str(folder / "oat")) == 0
    described = ["--where", "selected[doctoral,2030] < 400", "--design", "lhs", "--size", "800"]
    assert simulate("sweep", "example-agency", *RANGES, *described, "--output", str(folder / "lhs")) == 0
    return folder


@pytest.fixture(scope="module")
def selected() -> dict[tuple[float, float], list[float]]:
    """Doctoral fellows selected by year, of each point of the grid, from runs of one batch."""
    pairs = [(level, share) for level in LEVELS for share in SHARES]
    vary = {"budget.level": [level for level, _ in pairs], TAKE_UP: [share for _, share in pairs]}
    values = sim.run("example-agency", vary=vary).runs[0].of("selected", "doctoral")
    return {pair: values[:, place].tolist() for place, pair in enumerate(pairs)}


def rows(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, str]]:
    capsys.readouterr()
    assert simulate("query", *arguments, "--format", "csv") == 0
    return list(csv.DictReader(io.StringIO(capsys.readouterr().out)))


Selected = dict[tuple[float, float], list[float]]


def test_sweeps_are_listed_with_their_design(where: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert simulate("runs", str(where), "--format", "csv") == 0
    listed = {Path(row["run"]).name: row["sweep"] for row in csv.DictReader(io.StringIO(capsys.readouterr().out))}
    assert listed == {"grid": "grid, 15 runs", "oat": "oat, 5 runs", "lhs": "lhs, 800 runs"}


def test_the_page_is_shown_as_it_was_printed(where: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert simulate("show", str(where / "grid")) == 0
    page = capsys.readouterr().out
    assert page.startswith("Sweep of example-agency: 15 runs, every combination of the levels\n")
    assert "Doctoral fellowships: take_up" in page


def test_the_most_of_something(where: Path, selected: Selected, capsys: pytest.CaptureFixture[str]) -> None:
    ordered = sorted(selected, key=lambda pair: -selected[pair][6])
    for top, wanted in (("3", ordered[:3]), ("-2", ordered[::-1][:2])):
        found = rows(capsys, str(where / "grid"), "--top", top, "--by", "selected[doctoral, 2030]")
        assert [(float(row["budget.level"]), float(row[TAKE_UP])) for row in found] == wanted
        assert [float(row["selected[doctoral,2030]"]) for row in found] == [selected[pair][6] for pair in wanted]


def test_where_conditions_hold(where: Path, selected: Selected, capsys: pytest.CaptureFixture[str]) -> None:
    met = ["--where", "budget.level >= +10%", "--where", "selected[doctoral] > 450"]
    found = rows(capsys, str(where / "grid"), *met)
    wanted = [pair for pair, values in selected.items() if pair[0] >= 0.1 and max(values) > 450]
    assert 0 < len(wanted) < 6
    assert sorted((float(row["budget.level"]), float(row[TAKE_UP])) for row in found) == wanted


def test_a_pivot_has_a_row_and_a_column_for_each_level(
    where: Path, selected: Selected, capsys: pytest.CaptureFixture[str]
) -> None:
    found = rows(capsys, str(where / "grid"), "--pivot", f"budget.level,{TAKE_UP}", "--by", "selected[doctoral,2030]")
    made = {(float(row["budget.level"]), share): float(row[str(share)]) for row in found for share in SHARES}
    assert made == {pair: values[6] for pair, values in selected.items()}


def test_sql_knows_runs_and_tables_of_sweeps(where: Path, capsys: pytest.CaptureFixture[str]) -> None:
    counted = rows(capsys, "select run, count(*) as n from sweep group by run order by n", str(where))
    assert [int(row["n"]) for row in counted] == [5, 15, 800]
    means = rows(capsys, "select value from sensitivity where statistic = 'mean' and input = '' limit 1", str(where))
    assert float(means[0]["value"]) > 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "nothing is asked"),
        (("--top", "3"), "add --by"),
        (("--pivot", "budget.level", "--by", "selected[doctoral,2030]"), "takes two inputs"),
        (("--by", "selectd[doctoral,2030]"), "did you mean"),
        (("--where", "spend[total] > 3"), "no such figure"),
        (("--where", "budget.level > 5%"), "has no sign"),
        (("--where", "budget.levle > 5%"), "did you mean budget.level"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    arguments: tuple[str, ...], told: str, where: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert simulate("query", *([str(where / "grid")] if arguments else []), *arguments) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("name", ["grid", "oat", "lhs"])
def test_a_saved_sweep_is_run_again_with_the_same_bits(
    name: str, where: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert simulate("rerun", str(where / name)) == 0
    assert capsys.readouterr().out == "every figure has the same bits\n"


def test_tables_are_read_back_as_they_were_written(where: Path) -> None:
    found, boxes = sweep_recording.rows_of(open_run(where / "lhs"))
    with (where / "lhs" / "tables" / "sensitivity.csv").open(encoding="utf-8", newline="") as file:
        written = list(csv.DictReader(file))
    assert [tuple("" if value is None else str(value) for value in row) for row in found] == [
        tuple(row.values()) for row in written
    ]
    assert {row.condition for row in boxes} == {"selected[doctoral,2030] < 400"}
    assert {row.method for row in boxes} == {"prim", "cart"}


def drawn(monkeypatch: pytest.MonkeyPatch, folder: Path, kind: str, save: Path, *more: str) -> Figure:
    """The figure that `plot` saves."""
    figures: list[Figure] = []
    write = saving.save

    def kept(figure: Figure, path: Path) -> None:
        figures.append(figure)
        write(figure, path)

    monkeypatch.setattr(saving, "save", kept)
    assert simulate("plot", str(folder), "--kind", kind, "--save", str(save), *more) == 0
    assert save.stat().st_size > 1000
    return figures[0]


def test_a_tornado_has_the_outcomes_at_both_ends(
    where: Path, selected: Selected, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (axes,) = drawn(monkeypatch, where / "oat", "tornado", tmp_path / "x.svg", "--lang", "en").axes
    base = np.asarray(axes.lines[0].get_xdata())[0]
    own = sim.run("example-agency").runs[0].of("selected", "doctoral")[6, 0]
    assert base == own
    ends = sorted(bar[0].get_x() + bar[0].get_width() for bar in axes.containers)
    varied = [{"budget.level": [-0.2, 0.2]}, {TAKE_UP: [0.8, 1.0]}]
    found = [sim.run("example-agency", vary=vary).runs[0].of("selected", "doctoral")[6].tolist() for vary in varied]
    assert ends == pytest.approx(sorted(found[0] + found[1]))
    assert [label.get_text() for label in axes.get_yticklabels()] == ["budget.level", "Doctoral fellowships: take_up"]


def test_response_curves_are_the_means_of_the_grid(
    where: Path, selected: Selected, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first, second = drawn(
        monkeypatch, where / "grid", "response", tmp_path / "x.pdf", "--measure", "selected[doctoral,2030]"
    ).axes
    of_level = [np.mean([selected[level, share][6] for share in SHARES]) for level in LEVELS]
    of_share = [np.mean([selected[level, share][6] for level in LEVELS]) for share in SHARES]
    np.testing.assert_allclose(np.asarray(first.lines[0].get_ydata()), of_level)
    np.testing.assert_allclose(np.asarray(second.lines[0].get_ydata()), of_share)


def test_boxes_are_drawn_where_they_are(where: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    axes = drawn(monkeypatch, where / "lhs", "discovery", tmp_path / "x.png", "--lang", "ja").axes
    _, boxes = sweep_recording.rows_of(open_run(where / "lhs"))
    found = list(sweep_charted.boxes(boxes))
    assert len(axes) == len(found)
    spans = json.loads((where / "lhs" / "sweep.json").read_text(encoding="utf-8"))["inputs"]
    for panel, restricted in zip(axes, found, strict=True):
        bars = [container[0] for container in panel.containers][1::2]
        for bar, row in zip(bars, restricted, strict=True):
            low, high = spans[row.input]
            least = low if row.least is None else row.least
            greatest = high if row.greatest is None else row.greatest
            assert bar.get_x() == pytest.approx(100.0 * (least - low) / (high - low))
            assert bar.get_width() == pytest.approx(100.0 * (greatest - least) / (high - low))


def test_what_cannot_be_drawn_is_said(where: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for folder, kind, told in (
        (where / "grid", "discovery", "describes no runs"),
        (where, "tornado", "is no run folder"),
        (tmp_path / "none", "tornado", "is of a saved sweep"),
    ):
        assert simulate("plot", str(folder), "--kind", kind, "--save", str(tmp_path / "x.svg")) == 2
        assert told in capsys.readouterr().err
    with pytest.raises(RequestError, match="has no response curves"):
        sweep_charted.curves([])


def test_a_saved_sweep_has_a_page_of_its_figures(tmp_path: Path) -> None:
    """The path of a response curve stands as high as the means in its table, between round ticks."""
    vary = ["--vary", "budget.level=-10%:+10%:3", "--outcome", "selected[overseas_fellowships,2024]"]
    assert simulate("sweep", "scenarios/baseline.yaml", *vary, "--output", str(tmp_path / "s"), "--lang", "en") == 0
    page = (tmp_path / "s" / "report.html").read_text(encoding="utf-8")
    picture = page[page.index('<section id="responses"') : page.index('<section id="tables"')]
    titles = re.findall(r"<title>(\S+ %) Selected, Overseas fellowships, FY2024: (\d+)</title>", picture)
    means = [sim.run("scenarios/baseline.yaml", vary={"budget.level": [level]}) for level in (-0.1, 0.0, 0.1)]
    whole = [run.runs[0].of("selected", "overseas_fellowships")[2, 0] for run in means]
    assert [(label, float(value)) for label, value in titles] == list(
        zip(("-10 %", "0 %", "+10 %"), whole, strict=True)
    )
    assert len(set(re.findall(r"translate\(\S+ (\S+)\)", picture))) == 3


def test_a_condition_that_no_run_meets_is_an_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    vary = ["--vary", "budget.level=-5%:+5%", "--design", "lhs", "--size", "64", "--outcome", "spend[total,2031]"]
    where = ["--where", "shortfall[total] > 100000"]
    assert (
        simulate("sweep", "scenarios/baseline.yaml", *vary, *where, "--output", str(tmp_path / "s"), "--lang", "en")
        == 0
    )
    assert "0 of 64" in capsys.readouterr().out
    assert simulate("query", str(tmp_path / "s"), "--where", "budget.level < +5%") == 0
    _, said = capsys.readouterr()
    assert "20 of 64 runs" in said
    assert simulate("query", str(tmp_path / "s"), "--where", "budget.level < +5%", "--format", "csv") == 0
    assert len(capsys.readouterr().out.splitlines()) == 65
