"""Draws at the command line: what is shown, what is refused, exit statuses (interface.md)."""

import csv
import io
import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest

import simulator as sim
from simulator import console, draws, recording
from simulator.console import Meter
from simulator.labels import words
from simulator.statistics import QUANTILES
from tests.commands import simulate

UNCERTAIN = "scenarios/uncertain.yaml"
TAKE_UP = "programmes: {overseas_fellowships: {awards: {fellowship: {take_up: {beta: [20, 1]}}}}}"
FELLOWS = ("--measure", "selected", "--programme", "overseas_fellowships")


pytestmark = pytest.mark.usefixtures("english")


def told(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    assert simulate(*arguments) == status
    output = capsys.readouterr()
    assert "\x1b" not in output.out + output.err
    assert "\r" not in output.err
    return output.out


def test_no_draws_are_the_expected_values(capsys: pytest.CaptureFixture[str]) -> None:
    none, zero = (told(capsys, UNCERTAIN, *more) for more in ((), ("--draws", "0")))
    assert none == zero
    assert simulate(UNCERTAIN, *FELLOWS, "--draws", "0") == 0
    assert "expected values" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--draws", "-3"), "Invalid value for '--draws'"),
        (("--draws", "many"), "Invalid value for '--draws'"),
        (("--draws", "10", "--seed", "-1"), "Invalid value for '--seed'"),
        (("--draws", "10", "--sampling", "even"), "Invalid value for '--sampling'"),
        (("--draws", "10", "--sampling", "lhs"), "lhs takes 16 draws or more"),
        (("--draws", "2000000000"), "draws is 2000000000: give 1 to 1,000,000,000"),
        (("--probability", "shortfall > 0"), "--probability is of draws: add --draws 10000"),
        (("--draws", "10", "--probability", "often"), "'often' is no condition"),
        (("--draws", "10", "--probability", "selected > 3"), "selected does not add up over programmes"),
        (("--draws", "10", "--probability", "shortfall[nobody] > 0"), "nobody: no such programme"),
        (("--draws", "10", "--probability", "shortfall[total, 2050] > 0"), "FY2050 is not among the years shown"),
    ],
)
def test_what_cannot_be_drawn_is_said_in_one_line_with_status_2(
    arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert simulate(UNCERTAIN, *arguments) == 2
    output = capsys.readouterr()
    assert message in output.err
    assert output.err.count("\n") == 1
    assert output.out == ""


@pytest.mark.parametrize("more", [(), ("--sampling", "sobol", "--format", "csv")])
def test_the_same_seed_gives_the_same_page(more: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    arguments = (UNCERTAIN, *FELLOWS, "--draws", "64", *more)
    first, again, other = (told(capsys, *arguments, "--seed", seed) for seed in ("5", "5", "6"))
    assert first == again
    assert first != other


def test_the_page_shows_means_and_ranges(capsys: pytest.CaptureFixture[str]) -> None:
    page = told(capsys, UNCERTAIN, *FELLOWS, "--draws", "500", "--seed", "3", "--years", "2022-2024").splitlines()
    values = sim.run(UNCERTAIN, draws=500, seed=3, measures=["selected"]).array("selected")[0, :, :3, 0]
    place = next(i for i, line in enumerate(page) if line.startswith("Fellowship"))
    words_of = [re.sub("^.*%|[^0-9.+-]+", " ", line).split() for line in page[place : place + 4]]
    rows = [[float(word) for word in line] for line in words_of]
    assert rows[0] == pytest.approx(values.mean(axis=0), abs=0.051)
    assert rows[1] == pytest.approx(np.quantile(values, 0.95, axis=0), abs=0.051)
    assert rows[2] == pytest.approx(np.quantile(values, 0.05, axis=0), abs=0.051)
    assert rows[3] == pytest.approx(values.mean(axis=0) - 305, abs=0.051)
    assert any("500 draws (random, seed 3)" in line for line in page)


def test_csv_reads_back_to_the_same_bits(capsys: pytest.CaptureFixture[str]) -> None:
    out = told(capsys, UNCERTAIN, *FELLOWS, "--draws", "300", "--seed", "3", "--format", "csv", "--quiet")
    run = sim.run(UNCERTAIN, draws=300, seed=3, measures=["selected"]).runs[0]
    assert run.drawn is not None
    read = {
        (row["award"], row["statistic"], int(row["fiscal_year"])): float(row["value"])
        for row in csv.DictReader(io.StringIO(out))
    }
    expected = {
        (line.award, name, year): float(value)
        for line, found in run.drawn.lines.items()
        if line.programme == "overseas_fellowships"
        for name, values in found.items()
        for year, value in zip(run.years, values, strict=True)
    }
    assert read == expected
    assert len(read) == 2 * 10 * (3 + len(QUANTILES))


def test_machine_formats_hold_the_interval_of_a_difference_and_chances(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = (UNCERTAIN, *FELLOWS, "--draws", "300", "--format", "json", "--differences", "--years", "2024")
    rows = json.loads(told(capsys, *arguments, "--probability", "selected[overseas_fellowships] >= 305"))
    of = {row["statistic"]: row for row in rows if row["award"] == "fellowship"}
    values = sim.run(UNCERTAIN, draws=300, measures=["selected"]).array("selected")[0, :, 2, 0]
    error = values.std(ddof=1) / 300**0.5
    assert of["difference"]["value"] == pytest.approx(values.mean() - 305)
    assert of["difference_se"]["value"] == pytest.approx(error)
    assert of["difference_lower"]["value"] == pytest.approx(values.mean() - 305 - 1.96793 * error, rel=1e-4)
    assert of["difference_p95"]["value"] == pytest.approx(np.quantile(values - 305, 0.95))
    chances = {row["statistic"]: row for row in rows if row["measure"] == "selected >= 305"}
    assert chances["probability"]["value"] == pytest.approx((values >= 305).mean())
    assert {row["unit"] for row in chances.values()} == {"share"}
    assert {name: row["fiscal_year"] for name, row in chances.items()} == {
        "probability": 2024,
        "probability_every_year": None,
        "probability_any_year": None,
    }


@pytest.mark.parametrize(
    ("draws", "more", "every", "any_year"),
    [
        ("64", ("--years", "2024"), r"in every year \(± \d+\.\d%\) +\d+\.\d%", r"in any year \(± \d+\.\d%\) +\d+\.\d%"),
        ("1", (), r"in every year \(± 100\.0%\) +0\.0%", r"in any year \(± 100\.0%\) +100\.0%"),
        ("64", ("--lang", "ja"), r"全年度で（±\d+\.\d%） +\d+\.\d%", r"いずれかの年度で（±4\.7%） +100\.0%"),
    ],
)
def test_a_chance_of_years_has_its_margin_beside_its_name(
    draws: str, more: tuple[str, ...], every: str, any_year: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """3 / 64 where every draw meets it (the rule of three); one draw tells nothing."""
    condition = "selected[overseas_fellowships] >= 305"
    page = told(capsys, UNCERTAIN, *FELLOWS, "--draws", draws, *more, "--probability", condition)
    assert re.search(every, page)
    assert re.search(any_year, page)


def test_a_difference_that_may_be_none_is_marked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(f"extends: {Path(UNCERTAIN).resolve()}\n{TAKE_UP}\n", encoding="utf-8")
    page = told(capsys, UNCERTAIN, str(other), *FELLOWS, "--draws", "40")
    assert "n.d." in page
    assert "not distinguishable" in page
    shifted = told(capsys, UNCERTAIN, "--baseline", "scenarios/minus10pct.yaml", *FELLOWS, "--draws", "40")
    assert "n.d." not in shifted.partition("Fellowship")[2]


def test_fail_if_holds_where_any_draw_meets_it(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = (UNCERTAIN, *FELLOWS, "--draws", "400", "--quiet", "--fail-if")
    assert simulate(*arguments, "selected[overseas_fellowships] < 200") == 1
    said = capsys.readouterr().err
    values = sim.run(UNCERTAIN, draws=400, measures=["selected"]).array("selected")[0, :, :, 0]
    assert f"{(values < 200).any(axis=1).mean():.2%}" in said
    assert said.count("\n") == 1
    assert simulate(*arguments, "selected[overseas_fellowships] > 2000") == 0
    assert capsys.readouterr().err == ""


def test_japanese_words_for_draws(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("--draws", "200", "--lang", "ja", "--probability", "shortfall > 0")
    page = told(capsys, UNCERTAIN, *FELLOWS, *arguments)
    for text in ("200回の抽出（無作為、シード0）の平均", "95 %点", "5 %点", "確率", "全年度で", "いずれかの年度で"):
        assert text in page


def test_draws_of_what_is_certain_are_warned_of(capsys: pytest.CaptureFixture[str]) -> None:
    assert simulate("scenarios/plus10pct.yaml", *FELLOWS, "--draws", "20") == 0
    assert capsys.readouterr().err == "warning: plus10pct: no input is uncertain, so all draws are the same\n"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("stream", "told"), [(io.StringIO, False), (Terminal, True)])
def test_progress_is_for_terminals_and_long_jobs(
    stream: type[io.StringIO], told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([0.0, 1.0, 3.0, 3.1, 4.0, 5.0])
    monkeypatch.setattr(console, "monotonic", lambda: next(clock))
    said = stream()
    monkeypatch.setattr(sys, "stderr", said)
    with Meter(words("en")) as meter:
        assert meter(1000, 10_000)  # after a second
        assert said.getvalue() == ""
        assert meter(3000, 10_000)  # after three
        first = said.getvalue()
        assert meter(3100, 10_000)  # a tenth of a second later
        assert said.getvalue() == first
    assert ("3,000" in first and "1,000" in first and "7" in first) is told
    assert bool(first) is told


def test_interrupted_draws_are_shown_and_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Meter, "__call__", lambda *_: False)
    assert simulate(UNCERTAIN, *FELLOWS, "--draws", "9000", "--seed", "3") == 130
    output = capsys.readouterr()
    assert f"{draws.BLOCK // 2:,}" in output.err
    assert "9,000" in output.err
    assert "Fellowship" in output.out


def test_what_sums_leave_behind_is_no_difference(capsys: pytest.CaptureFixture[str]) -> None:
    """Allowances follow the exchange rate in full: what they are worth stays 1, but for the last bits."""
    assert "Real value" not in told(capsys, UNCERTAIN, "--draws", "200")
    shown = told(capsys, UNCERTAIN, "--draws", "200", "--measure", "real_value", "--programme", "overseas_fellowships")
    assert re.search(r"Δ baseline +0( +0){9} *$", shown, re.MULTILINE)


def test_chances_are_of_the_years_that_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """As shares of the draws themselves in these years."""
    asked = ("--draws", "400", "--years", "2024-2025", "--probability", "selected[overseas_fellowships] >= 305")
    page = told(capsys, UNCERTAIN, *asked)
    fellows = sim.run(UNCERTAIN, draws=400, seed=0, measures=["selected"]).array("selected")[0, :, :, 0].T
    held = fellows[2:4] >= 305 - 1e-6
    for name, of_all in (("every", held.all(axis=0)), ("any", held.any(axis=0))):
        assert re.search(rf"in {name} year.* {of_all.mean():.1%}", page)
    assert held.all(axis=0).mean() > (fellows >= 305 - 1e-6).all(axis=0).mean()


def test_fail_if_is_of_the_years_that_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    condition = "carried_in[total] > 790"
    assert simulate("scenarios/baseline.yaml", "--fail-if", condition, "--quiet") == 1
    assert simulate("scenarios/baseline.yaml", "--fail-if", condition, "--quiet", "--years", "2022-2023") == 0
    capsys.readouterr()


def test_what_was_reckoned_is_shown_where_saving_is_interrupted(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(recording, "save", interrupted)
    assert simulate("scenarios/baseline.yaml", "--output", str(tmp_path / "run")) == 130
    shown = capsys.readouterr()
    assert "Overseas fellowships" in shown.out
    assert "interrupted, nothing was saved" in shown.err
