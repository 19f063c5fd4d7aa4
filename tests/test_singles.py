"""The command line of single awards: journals, months, run folders."""

import csv
from collections import defaultdict
from pathlib import Path

import duckdb
import numpy as np
import pytest

import simulator as sim
from tests.commands import simulate
from tests.drawing import Write
from tests.random_portfolios import Documents, examples
from tests.singles import replicated

AWARDS = """\
first:
  duration: 5-30 months
  take_up: 80%
  deferral: 30%
  early_termination: 20%
  start_months: {april: 50%, october: 50%}
  history: {2021: 5}
  promotes: [{to: line.second, share: 40%, lag: 1}]
  costs: {out: {amount: 2, per: start}, stay: {amount: 0.5, per: month}, home: {amount: 2, per: end}}
second: {duration: 24 months, costs: {grant: {amount: 9, per: award, spread: [50%, 30%, 20%]}}}
"""


@pytest.fixture
def file(portfolio: Write) -> str:
    return str(portfolio(AWARDS, budget="120", intake="steady", whole=True, name="mine.yaml"))


def english(*arguments: str) -> int:
    return simulate(*arguments, "--lang", "en")


EVENTS = ("--engine", "events", "--replications", "3", "--workers", "1")


def test_the_journal_adds_up_to_the_flows(file: str, tmp_path: Path) -> None:
    path = tmp_path / "journal.csv"
    assert english(file, *EVENTS, "--events-log", str(path)) == 0
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    run = sim.run(file, engine="events", replications=3).runs[0]
    money: dict[tuple[str, int, int], float] = defaultdict(float)
    counts: dict[tuple[str, str, int, int], float] = defaultdict(float)
    for row in rows:
        key = row["award"], int(row["fiscal_year"]), int(row["replication"])
        money[key] += float(row["million_yen"])
        counts[row["event"], *key] += float(row["awards"])
    of = {name: run.kept(name) for name in ("spend_new", "spend_continuing", *COUNTED.values())}
    for place, award in enumerate(("first", "second")):
        for year in run.years:
            for replication in (1, 2, 3):
                at = (year - run.years.start, place, replication - 1)
                key = award, year, replication
                assert money[key] == pytest.approx(of["spend_new"][at] + of["spend_continuing"][at], abs=1e-9)
                for event, measure in COUNTED.items():
                    assert counts[event, *key] == pytest.approx(of[measure][at], abs=1e-9), (event, key)
    assert sorted(rows, key=lambda row: (int(row["replication"]), int(row["fiscal_year"]))) == rows


COUNTED = {
    "selected": "selected",
    "declined": "declined",
    "deferred": "deferred",
    "started": "starts",
    "completed": "completions",
}


def test_months_add_up_to_years_on_random_portfolios() -> None:
    @examples(15)
    def check(documents: Documents) -> None:
        for book in replicated(documents.load()).books:
            cash, years = np.array(book.cash).reshape(-1, 12), np.array([book.new, book.continuing]).sum(axis=0)
            np.testing.assert_allclose(cash.sum(axis=1), years, rtol=1e-9, atol=1e-6)
            in_place = np.array(book.in_place[book.lead :]) + np.array(book.extensions[2])
            np.testing.assert_allclose(book.standing[11::12], in_place, rtol=1e-9, atol=1e-9)

    check()


def test_parquet_holds_what_csv_holds_for_any_number_of_workers(file: str, tmp_path: Path) -> None:
    csv_path, parquet = tmp_path / "a.csv", tmp_path / "b.parquet"
    assert english(file, *EVENTS, "--events-log", str(csv_path), "--programme", "line") == 0
    assert english(file, *EVENTS[:-1], "2", "--events-log", str(parquet)) == 0
    with duckdb.connect() as connection:
        same = connection.execute(f"SELECT * FROM read_csv('{csv_path}') EXCEPT ALL FROM '{parquet}'").fetchall()
        rows = connection.execute(f"SELECT count(*) FROM '{parquet}'").fetchall()
        other = connection.execute(f"SELECT count(*) FROM read_csv('{csv_path}')").fetchall()
    assert same == []
    assert rows == other
    assert {path.name for path in tmp_path.iterdir()} == {"a.csv", "b.parquet", "mine.yaml"}


def test_tables_by_month_stand_on_the_page_and_alone_in_csv(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert english(file, *EVENTS, "--monthly") == 0
    page = capsys.readouterr().out
    assert "Paid to awards by month, million yen: line" in page
    assert "In place at the end of the month, awards: line" in page
    assert english(file, *EVENTS, "--monthly", "--format", "csv") == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    run = sim.run(file, engine="events", replications=3).runs[0]
    paid = sum(float(r["value"]) for r in rows if r["measure"] == "cash_paid" and r["award"] == "")
    spent = run.of("spend_new", "line")[:, 0] + run.of("spend_continuing", "line")[:, 0]
    assert paid == pytest.approx(spent.sum(), rel=1e-9)
    march = [float(r["value"]) for r in rows if (r["measure"], r["month"], r["award"]) == ("in_place", "3", "first")]
    assert march == pytest.approx(run.of("active", "line", "first")[:, 0])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--monthly",), "--monthly is of single awards: add --engine events"),
        (("--events-log", "a.csv"), "--events-log is of single awards"),
        (("--replications", "5"), "add --engine events"),
        (("--engine", "events", "--draws", "5"), "write --replications with --engine events"),
        (("--engine", "events", "--events-log", "a.txt"), "ends in .csv or .parquet"),
        (("--engine", "events", "--events-log", "nowhere/a.csv"), "there is no folder nowhere"),
        ((*EVENTS, "--monthly", "--format", "csv", "--measure", "spend"), "--monthly stands alone in csv and json"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(
    options: tuple[str, ...], message: str, file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert english(file, *options) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_a_saved_run_of_single_awards_is_run_again(
    file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.draws.processors", lambda: 1)
    assert english(file, *EVENTS, "--output", str(tmp_path / "run")) == 0
    assert "Means of 3 replications of single awards" in (tmp_path / "run/tables/page.txt").read_text(encoding="utf-8")
    capsys.readouterr()
    assert simulate("rerun", tmp_path / "run") == 0
    assert capsys.readouterr().out == "every figure has the same bits\n"


def test_an_interrupted_run_shows_what_was_made_and_writes_no_journal(
    file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.console.Meter.__call__", lambda _, done, __: done < 2)
    assert english(file, *EVENTS, "--events-log", str(tmp_path / "a.csv")) == 130
    printed = capsys.readouterr()
    assert "Means of 2 replications" in printed.out
    assert "nothing was written" in printed.err
    assert not (tmp_path / "a.csv").exists()
