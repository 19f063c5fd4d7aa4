import io
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from simulator import folders, placing, records, saved
from simulator.errors import RequestError
from simulator.loading import load

ROOT = Path(__file__).parent.parent
PLUS10 = str(ROOT / "scenarios" / "plus10pct.yaml")
UNCERTAIN = str(ROOT / "scenarios" / "uncertain.yaml")


def simulate(*arguments: str) -> tuple[int, str, str]:
    command = [sys.executable, "-c", "from simulator.cli import main; main()", *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    return ended.returncode, ended.stdout, ended.stderr


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("runs")
    assert simulate(PLUS10, "--output", str(where / "plus"))[0] == 0
    drawn = (UNCERTAIN, "--draws", "300", "--seed", "5", "--output", str(where / "drawn"))
    assert simulate(*drawn, "--probability", "selected[sicorp] >= 60")[0] == 0
    return where


def test_csv_and_parquet_hold_what_csv_prints(runs: Path) -> None:
    printed = simulate(PLUS10, "--format", "csv", "--differences", "--quiet")[1]
    assert (runs / "plus" / "tables" / "tidy.csv").read_text(encoding="utf-8") == printed
    for folder in ("plus", "drawn"):
        csv = pd.read_csv(runs / folder / "tables" / "tidy.csv", keep_default_na=False)
        parquet = duckdb.read_parquet(str(runs / folder / "tables" / "tidy.parquet")).df()
        assert list(csv.columns) == list(parquet.columns)
        assert len(csv) == len(parquet)
        values = pd.to_numeric(csv["value"]).to_numpy()
        np.testing.assert_array_equal(values, parquet["value"].to_numpy(dtype=np.float64))


def test_the_page_and_its_tables_are_saved_as_they_are_printed(runs: Path) -> None:
    page = (runs / "plus" / "tables" / "page.txt").read_text(encoding="utf-8")
    assert page == simulate(PLUS10)[1]
    first = pd.read_csv(runs / "plus" / "tables" / "page-01.csv", keep_default_na=False, dtype=str)
    assert list(first["label"][:2]) == ["Overseas fellowships", "Δ baseline"]
    assert list(first["FY2022"][:2]) == ["335", "+30"]


def test_the_resolved_scenario_runs_to_the_same_figures(runs: Path) -> None:
    again = load(runs / "plus" / "scenario.resolved.yaml")
    assert again.document.budget == load(PLUS10).document.budget
    assert again.document.programmes == load(PLUS10).document.programmes


def test_the_manifest_says_how_the_run_was_made(runs: Path) -> None:
    manifest = json.loads((runs / "drawn" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["draws"] == {"draws": 300, "seed": 5, "sampling": "random", "engine": "cohort"}
    assert [each["name"] for each in manifest["scenarios"]] == ["uncertain", "baseline"]
    assert all(manifest["identities"].values())
    named = {Path(each["path"]).name for each in manifest["inputs"]}
    assert named == {"uncertain.yaml", "baseline.yaml", "mext-fy2022.yaml"}
    files = {path.relative_to(runs / "drawn").as_posix() for path in (runs / "drawn").rglob("*") if path.is_file()}
    assert set(manifest["files"]) == files - {"manifest.json"}


@pytest.mark.parametrize("folder", ["plus", "drawn"])
def test_a_run_that_is_run_again_has_the_same_bits(runs: Path, folder: str) -> None:
    assert simulate("rerun", str(runs / folder)) == (0, "every figure has the same bits\n", "")


def test_rerun_says_what_differs_and_why(runs: Path, tmp_path: Path) -> None:
    shutil.copytree(runs / "plus", tmp_path / "other")
    folder = tmp_path / "other"
    text = (folder / "scenario.resolved.yaml").read_text(encoding="utf-8")
    (folder / "scenario.resolved.yaml").write_text(text.replace("+10%", "+11%"), encoding="utf-8")
    status, _, said = simulate("rerun", str(folder))
    assert status == 2
    assert "scenario.resolved.yaml: has been changed" in said
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"]["scenario.resolved.yaml"] = placing.digest(folder / "scenario.resolved.yaml")
    manifest["version"] = "0.0.1"
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    status, said, _ = simulate("rerun", str(folder))
    assert status == 1
    assert "figures differ, first plus10pct 2022" in said
    assert "version: it was made by 0.0.1" in said


def test_saved_figures_are_read_back_as_they_were(runs: Path) -> None:
    (run,) = saved.runs_of(records.open_run(runs / "drawn"))
    tidy = pd.read_csv(runs / "drawn" / "tables" / "tidy.csv", keep_default_na=False)
    rows = tidy[(tidy.measure == "spend") & (tidy.programme == "total") & (tidy.statistic == "mean")]
    np.testing.assert_array_equal(run.of("spend")[:, 0], rows["value"].astype(float))


def test_compare_shows_saved_runs_without_running_them(runs: Path) -> None:
    status, page, _ = simulate("compare", str(runs / "plus"), str(runs / "drawn"))
    assert status == 0
    assert page.startswith("Uncertain (uncertain), beside plus10pct\n")
    assert "Δ plus10pct         -1" in page
    assert simulate("compare", str(runs / "plus"))[0] == 2


def test_differences_of_saved_draws_have_an_error_and_no_sd(runs: Path, tmp_path: Path) -> None:
    """Which draws go together is not known of what was saved: variances of means add up."""
    shutil.copytree(runs / "drawn", tmp_path / "again")
    status, rows, _ = simulate("compare", str(runs / "drawn"), str(tmp_path / "again"), "--format", "csv")
    assert status == 0
    tidy = pd.read_csv(io.StringIO(rows))
    of = tidy[(tidy.measure == "spend") & (tidy.programme == "total") & (tidy.fiscal_year == 2024)]
    found = dict(zip(of.statistic, of.value, strict=False))
    assert np.isnan(found["difference_sd"])
    assert found["difference_se"] == pytest.approx(found["se"] * 2**0.5)


def test_runs_lists_the_newest_first_and_names_those_that_are_damaged(runs: Path, tmp_path: Path) -> None:
    shutil.copytree(runs / "plus", tmp_path / "a")
    shutil.copytree(runs / "drawn", tmp_path / "b")
    shutil.copytree(runs / "plus", tmp_path / "broken")
    shutil.copytree(runs / "plus", tmp_path / "newer")
    (tmp_path / "broken" / "manifest.json").write_text('{"format": 1', encoding="utf-8")
    (tmp_path / "newer" / "manifest.json").write_text('{"format": 2, "version": "9", "scenarios": [], "files": {}, '
                                                      '"inputs": [], "command": []}', encoding="utf-8")  # fmt: skip
    status, listed, said = simulate("runs", str(tmp_path), "--format", "csv")
    assert status == 0
    assert [Path(line.split(",")[0]).name for line in listed.splitlines()[1:]] == ["b", "a"]
    assert "broken/manifest.json: is damaged" in said
    assert "newer/manifest.json: was made by version 9, which is newer" in said


def test_a_table_that_was_changed_is_named(runs: Path, tmp_path: Path) -> None:
    shutil.copytree(runs / "plus", tmp_path / "run")
    with (tmp_path / "run" / "tables" / "tidy.csv").open("a", encoding="utf-8") as stream:
        stream.write("x")
    status, _, said = simulate("rerun", str(tmp_path / "run"))
    assert status == 2
    assert "tidy.csv: has been changed since the run was saved" in said


def test_query_answers_in_sql(runs: Path) -> None:
    sql = "select sum(value) as spent from tidy where measure = 'spend' and programme = 'total' and statistic = 'value'"
    status, answer, _ = simulate("query", sql, str(runs), "--format", "csv")
    tidy = pd.read_csv(runs / "plus" / "tables" / "tidy.csv", keep_default_na=False)
    rows = tidy[(tidy.measure == "spend") & (tidy.programme == "total") & (tidy.statistic == "value")]
    assert status == 0
    assert float(answer.splitlines()[1]) == pytest.approx(rows["value"].astype(float).sum(), rel=1e-12)
    _, shown, _ = simulate("query", "select 'me' as who, 1 as many, 2 as more", str(runs))
    assert [line.split() for line in shown.splitlines() if line] == [["who", "many", "more"], ["me", "1", "2"]]
    status, _, said = simulate("query", "select nothing from tidy", str(runs))
    assert status == 2
    assert said.startswith("query: ")
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("target", "says"),
    [("there/run", "there is no folder"), ("file", "is a file"), ("other", "is there already")],
)
def test_a_target_that_cannot_be_is_said_before_anything_runs(tmp_path: Path, target: str, says: str) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    (tmp_path / "other").mkdir()
    status, page, said = simulate(PLUS10, "--output", str(tmp_path / target))
    assert (status, page) == (2, "")
    assert says in said
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "other"]


def test_an_existing_run_is_replaced_only_when_asked(tmp_path: Path) -> None:
    target = str(tmp_path / "run")
    assert simulate(PLUS10, "--output", target)[0] == 0
    status, _, said = simulate(PLUS10, "--output", target)
    assert status == 2
    assert "is there already: name another folder, or add --overwrite" in said
    assert simulate(PLUS10, "--output", target, "--set", "budget.level=+11%", "--overwrite")[0] == 0
    assert "+11%" in (tmp_path / "run" / "scenario.resolved.yaml").read_text(encoding="utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_what_fails_while_writing_leaves_the_old_folder(tmp_path: Path) -> None:
    def fill(folder: Path) -> None:
        (folder / "manifest.json").write_text("old", encoding="utf-8")

    def fail(folder: Path) -> None:
        (folder / "half").write_text("", encoding="utf-8")
        raise OSError(28, "No space left on device")

    folders.write(tmp_path / "run", fill, overwrite=False)
    with pytest.raises(OSError, match="No space"):
        folders.write(tmp_path / "run", fail, overwrite=True)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert (tmp_path / "run" / "manifest.json").read_text(encoding="utf-8") == "old"


def test_killed_at_any_moment_either_the_old_or_the_new_run_is_there(tmp_path: Path) -> None:
    target = tmp_path / "run"
    writer = (
        "import sys; from pathlib import Path; from simulator import records\n"
        "def fill(folder):\n"
        "    for n in range(20): (folder / f'{n}').write_text(sys.argv[2] * 5000)\n"
        "    records.seal(folder, records.manifest([], {'scenarios': [], 'shown': 0}, []))\n"
        "print('ready', flush=True)\n"
        "while True: records.write(Path(sys.argv[1]), fill, overwrite=True)\n"
    )
    chance = random.Random(3)
    for attempt in range(20):
        command = [sys.executable, "-c", writer, str(target), str(attempt % 10)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            time.sleep(0.02 + 0.1 * chance.random())
            os.kill(process.pid, signal.SIGKILL)
        if target.exists():
            record = records.open_run(target)
            contents = {record.file(str(n)).read_text(encoding="utf-8") for n in range(20)}
            assert len(contents) == 1
    assert target.exists()


def test_a_portfolio_of_ones_own_goes_into_the_folder(tmp_path: Path) -> None:
    shutil.copy(ROOT / "src" / "simulator" / "portfolios" / "example-agency.yaml", tmp_path / "mine.yaml")
    (tmp_path / "more.yaml").write_text("extends: mine.yaml\nbudget: {level: +5%}\n", encoding="utf-8")
    assert simulate(str(tmp_path / "more.yaml"), "--output", str(tmp_path / "run"))[0] == 0
    (tmp_path / "mine.yaml").unlink()
    assert simulate("rerun", str(tmp_path / "run"))[0] == 0


def test_a_scenario_beside_itself_is_saved(tmp_path: Path) -> None:
    status, _, said = simulate(PLUS10, "--baseline", PLUS10, "--output", str(tmp_path / "run"))
    assert (status, "Traceback" in said) == (0, False)
    assert simulate("rerun", str(tmp_path / "run"))[0] == 0


def test_no_run_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="is no run folder"):
        records.open_run(tmp_path)
    assert simulate("query", "select 1", str(tmp_path))[0] == 2
    assert simulate("runs", str(tmp_path / "none"))[0] == 2


@pytest.mark.parametrize("manifest", ["{}", "[1, 2]", "[" * 100_000])
def test_a_folder_of_others_is_never_replaced(tmp_path: Path, manifest: str) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "manifest.json").write_text(manifest, encoding="utf-8")
    (folder / "thesis.doc").write_text("precious", encoding="utf-8")
    status, _, said = simulate(PLUS10, "--output", str(folder), "--overwrite", "--quiet")
    assert (status, said.count("\n")) == (2, 1)
    assert (folder / "thesis.doc").read_text(encoding="utf-8") == "precious"
    assert simulate("runs", str(tmp_path))[0] == 0


def test_what_people_put_into_a_run_folder_stays(runs: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(runs / "plus", folder)
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    status, _, said = simulate(PLUS10, "--output", str(folder), "--overwrite", "--quiet")
    assert status == 2
    assert "holds what is no part of the run (notes.txt)" in said
    status, _, said = simulate(PLUS10, "--output", str(folder / "sub"), "--quiet")
    assert status == 2
    assert "is inside the run folder" in said


def test_inputs_that_changed_are_told_though_the_bits_are_the_same(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("extends: mext-fy2022\nbudget: {level: +10%}\n", encoding="utf-8")
    assert simulate(str(file), "--output", str(tmp_path / "run"), "--quiet")[0] == 0
    file.write_text("extends: mext-fy2022\nbudget: {level: +12%}\n", encoding="utf-8")
    status, out, said = simulate("rerun", str(tmp_path / "run"))
    assert (status, out) == (0, "every figure has the same bits\n")
    assert "mine.yaml has changed since: the run has its own copy of what it said" in said
    file.unlink()
    assert "mine.yaml is no longer there" in simulate("rerun", str(tmp_path / "run"))[2]


@pytest.mark.parametrize(
    ("sql", "text"),
    [
        ("", "nothing is asked"),
        (";", "give one question"),
        ("select 1; select 2", "give one question"),
        ("copy (select 1) to '{tmp}/evil.csv'", "give one question"),
        ("create table mine as select 1", "give one question"),
        ("select * from read_text('{tmp}/secret')", "query: "),
    ],
)
def test_a_query_only_reads_saved_runs(runs: Path, tmp_path: Path, sql: str, text: str) -> None:
    (tmp_path / "secret").write_text("secret", encoding="utf-8")
    status, out, said = simulate("query", sql.replace("{tmp}", str(tmp_path)), str(runs))
    assert (status, out, said.count("\n")) == (2, "", 1)
    assert text in said
    assert sorted(path.name for path in tmp_path.iterdir()) == ["secret"]


def test_a_damaged_table_leaves_one_run_out(runs: Path, tmp_path: Path) -> None:
    for name in ("whole", "damaged"):
        shutil.copytree(runs / "plus", tmp_path / name)
    (tmp_path / "damaged" / "tables" / "tidy.parquet").write_bytes(b"PAR1")
    status, out, said = simulate("query", "select distinct run from tidy", str(tmp_path), "--format", "csv")
    assert (status, out.splitlines()[1:]) == (0, [str(tmp_path / "whole")])
    assert "damaged/tables/tidy.parquet: has been changed" in said
