"""Sweeps that are saved: whatever happens while they run, the same command goes on to the same bits."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import numpy as np
import pytest

import simulator as sim
from simulator import datasets, records, sweeps
from simulator.arrays import Floats
from simulator.errors import RequestError
from simulator.sweeps import Sweep
from tests.commands import PATIENCE, RANGES, TAKE_UP, alive, begin, children, ended, simulate, wait, workers_of
from tests.functions import Function, between, g_function, results

SWEPT = (
    *("sweep", "example-agency", "--vary", "budget.level=-20%:+20%:256", "--vary", f"{TAKE_UP}=80%:100%:256"),
    *("--outcome", "selected[doctoral]", "--lang", "en"),
)
BLOCKS = 8


def blocks(folder: Path) -> list[str]:
    there = folder / "blocks"
    return sorted(path.name for path in there.iterdir() if path.suffix == ".parquet") if there.is_dir() else []


def contents(folder: Path) -> dict[str, bytes]:
    """Blocks and tables of a folder."""
    named = ["tables/sensitivity.csv", "tables/page.txt", *(f"blocks/{name}" for name in blocks(folder))]
    return {name: (folder / name).read_bytes() for name in named}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sweeps") / "undisturbed"
    assert simulate(*SWEPT, "--output", str(folder)) == 0
    assert len(blocks(folder)) == BLOCKS
    return folder


def assert_goes_on(folder: Path, undisturbed: Path, *more: str) -> None:
    """The same command ends with the bits of a sweep that nothing has happened to."""
    assert simulate(*SWEPT, "--output", str(folder), *more) == 0
    assert contents(folder) == contents(undisturbed)
    assert not list(folder.rglob("*.unfinished"))


def test_a_killed_process_goes_on(tmp_path: Path, undisturbed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "swept"
    process = begin(*SWEPT, "--output", str(folder))
    wait(lambda: len(blocks(folder)) >= 2, process)
    process.kill()
    ended(process)
    there = blocks(folder)
    assert 2 <= len(there) < BLOCKS
    assert set(there) < set(blocks(undisturbed))
    assert not (folder / "manifest.json").exists()
    kept = {name: (folder / "blocks" / name).stat().st_mtime_ns for name in there}
    assert simulate("runs", str(tmp_path)) == 0
    told = capsys.readouterr().err.strip()
    assert f"an unfinished sweep, {len(there) * 8192:,} of 65,536 runs; this goes on: simulate" in told
    assert told.endswith(f"--output {folder}")
    assert_goes_on(folder, undisturbed)
    assert simulate("runs", str(tmp_path)) == 0
    assert "unfinished" not in capsys.readouterr().err
    assert all((folder / "blocks" / name).stat().st_mtime_ns == when for name, when in kept.items())


def test_the_work_of_a_killed_worker_is_done_by_others(tmp_path: Path, undisturbed: Path) -> None:
    folder = tmp_path / "swept"
    process = begin(*SWEPT, "--output", str(folder), "--workers", "2")
    wait(lambda: blocks(folder), process)
    os.kill(workers_of(process)[0], signal.SIGKILL)
    status, _, said = ended(process)
    assert (status, said) == (0, "")
    assert contents(folder) == contents(undisturbed)


def test_workers_do_not_outlive_who_gave_them_work(tmp_path: Path, undisturbed: Path) -> None:
    folder = tmp_path / "swept"
    process = begin(*SWEPT, "--output", str(folder), "--workers", "2")
    wait(lambda: blocks(folder), process)
    left = children(process.pid)
    assert left
    process.kill()
    ended(process)
    start = time.monotonic()
    while any(alive(pid) for pid in left):
        assert time.monotonic() - start < PATIENCE
        time.sleep(0.02)
    assert_goes_on(folder, undisturbed)


def test_a_killed_worker_of_dask_is_replaced(tmp_path: Path, undisturbed: Path) -> None:
    folder = tmp_path / "swept"
    process = begin(*SWEPT, "--output", str(folder), "--cluster", "local", "--workers", "1")
    wait(lambda: blocks(folder), process)
    os.kill(workers_of(process)[0], signal.SIGKILL)
    assert ended(process)[0] == 0
    assert contents(folder) == contents(undisturbed)


def test_a_killed_scheduler_of_dask_ends_the_job_which_goes_on_without(tmp_path: Path, undisturbed: Path) -> None:
    folder, at = tmp_path / "swept", tmp_path / "scheduler.json"
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--port", "0", "--no-dashboard", "--no-show"]
    scheduler = subprocess.Popen(
        [*command, "--scheduler-file", str(at)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    worker = None
    try:
        wait(at.exists, scheduler)
        serve = [sys.executable, "-m", "distributed.cli.dask_worker", "--scheduler-file", str(at), "--nthreads", "1"]
        worker = subprocess.Popen(
            [*serve, "--no-nanny", "--no-dashboard"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        address = next(part for part in at.read_text(encoding="utf-8").split('"') if part.startswith("tcp://"))
        process = begin(*SWEPT, "--output", str(folder), "--cluster", address)
        wait(lambda: len(blocks(folder)) >= 2, process)
        scheduler.kill()
        status, out, said = ended(process)
    finally:
        for each in (scheduler, worker):
            if each is not None:
                each.kill()
                each.wait()
    assert (status, out) == (3, "")
    assert "the cluster was lost" in said.splitlines()[-1]
    assert len(blocks(folder)) < BLOCKS
    assert_goes_on(folder, undisturbed)


@pytest.mark.parametrize("address", ["nonsense", "carrier-pigeon://loft:3"])
def test_an_address_that_is_none_is_refused(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert simulate(*SWEPT, "--cluster", address) == 2
    assert capsys.readouterr().err.startswith(f"--cluster {address}: is no address: write tcp://HOST:PORT")


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[None]:
    """A disk of its own size at a folder, where the system lets one be mounted."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no disk can be mounted here: files of limited size are tested instead")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_ends_the_job_which_goes_on_when_there_is_room(tmp_path: Path, undisturbed: Path) -> None:
    disk = tmp_path / "disk"
    with small_disk(disk, 24):
        folder, filler = disk / "swept", disk / "filler"
        process = begin(*SWEPT, "--output", str(folder))
        wait(lambda: blocks(folder), process)
        with filler.open("wb", buffering=0) as file:
            os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(disk).free - (1 << 16))
        status, out, said = ended(process)
        assert (status, out) == (3, "")
        assert "No space left on device" in said
        assert len(said.splitlines()) == 1
        assert 0 < len(blocks(folder)) < BLOCKS
        assert set(blocks(folder)) < set(blocks(undisturbed))
        filler.unlink()
        assert_goes_on(folder, undisturbed)


def test_a_file_that_cannot_be_written_whole_is_not_there(tmp_path: Path, undisturbed: Path) -> None:
    folder = tmp_path / "swept"
    status, out, said = ended(begin(*SWEPT, "--output", str(folder), limit=100_000))
    assert (status, out) == (3, "")
    assert said.startswith("the machine failed")
    assert blocks(folder) == []
    assert_goes_on(folder, undisturbed)


def test_a_corrupted_block_is_run_again(tmp_path: Path, undisturbed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "swept"
    shutil.copytree(undisturbed, folder)
    first, second, third = ((folder / "blocks" / name) for name in blocks(folder)[:3])
    damaged = bytearray(first.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    first.write_bytes(damaged)
    second.write_bytes(second.read_bytes()[:-10])
    third.unlink()
    (folder / "blocks" / ".0000004.1.unfinished").write_bytes(b"half")
    assert_goes_on(folder, undisturbed)
    said = capsys.readouterr().err.splitlines()
    assert said == [f"warning: block {block} is not what was written, and is run again" for block in (0, 1)]


def test_a_folder_of_another_sweep_is_refused_with_both_fingerprints(
    undisturbed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(undisturbed)
    assert simulate(*SWEPT, "--set", "budget.growth=1%", "--output", str(undisturbed)) == 2
    said = capsys.readouterr().err
    manifest = records.open_run(undisturbed).manifest
    assert manifest["sweep"]["fingerprint"][: datasets.SHOWN] in said
    assert said.count("(") == 1
    assert contents(undisturbed) == before


def test_a_folder_of_something_else_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    for name, told in ((".", "holds no sweep.json"), ("notes.txt", "is a file"), ("a/b", "no folder")):
        assert simulate(*SWEPT, "--output", str(tmp_path / name)) == 2
        assert told in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_design_too_large_for_the_disk_is_refused_before_it_starts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    needed = shutil.disk_usage(tmp_path).free // (8 * 3 * 4)
    many = str(1 << needed.bit_length())
    assert simulate(*SWEPT, "--design", "sobol", "--size", many, "--output", tmp_path / "swept") == 2
    assert "are free" in capsys.readouterr().err
    assert blocks(tmp_path / "swept") == []


def test_what_is_saved_is_what_was_run(undisturbed: Path) -> None:
    with duckdb.connect() as connection:
        files = str(undisturbed / "blocks" / "*.parquet")
        frame = connection.execute("select * from read_parquet(?) order by point", [files]).df()
    assert frame["point"].tolist() == list(range(8 * 8192))
    assert records.open_run(undisturbed).manifest["sweep"]["runs"] == len(frame)
    place = 33_333
    vary = {name: [frame[name][place]] for name in ("budget.level", TAKE_UP)}
    run = sim.run("example-agency", vary=vary).runs[0]
    for year, value in zip(run.years, run.of("selected", "doctoral")[:, 0], strict=True):
        assert frame[f"selected[doctoral,{year}]"][place] == value


def with_gaps(x: Floats) -> Floats:
    return np.stack([g_function(x), np.where(x[0] > 0.5, x[1], np.nan)])


def small() -> Sweep:
    function = Function(with_gaps, [f"x{i}" for i in range(8)], ("y", "z"))
    return sweeps.sweep(function, between(0.0, 1.0, 8), kind="lhs", size=20_000)


def test_figures_that_do_not_exist_are_saved_as_such(tmp_path: Path) -> None:
    sweep = small()
    dataset = datasets.opened(tmp_path / "swept", sweep, {})
    assert list(dataset.fill(sweep, 0, map)) == [0, 1, 2]
    for saved, made in zip(dataset.results(sweep), results(sweep), strict=True):
        np.testing.assert_array_equal(saved, made)
    assert list(dataset.fill(sweep, 0, map)) == []
    again = datasets.opened(tmp_path / "swept", small(), {})
    assert again.fingerprint == dataset.fingerprint
    with pytest.raises(RequestError, match="holds another sweep"):
        datasets.opened(tmp_path / "swept", sweeps.sweep(sweep.model, sweep.factors, kind="lhs", size=20_001), {})


def test_a_sweep_that_goes_on_until_it_is_sure_is_saved_as_another(tmp_path: Path) -> None:
    sweep = small()
    sure = datasets.opened(tmp_path / "sure", sweep, {}, width=0.1).fingerprint
    assert sure != datasets.opened(tmp_path / "plain", sweep, {}).fingerprint
    with pytest.raises(RequestError, match="holds another sweep"):
        datasets.opened(tmp_path / "sure", sweep, {}, width=0.2)
    assert datasets.opened(tmp_path / "sure", sweep, {}, width=0.1).fingerprint == sure


def test_a_saved_sweep_goes_on_until_it_is_sure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["sweep", "example-agency", *RANGES, "--design", "sobol", "--size", "64", "--until-converged", "0.15"]
    for folder in ("once", "again"):
        assert simulate(*command, "--output", str(tmp_path / folder)) == 0
        if folder == "once":
            shutil.copytree(tmp_path / "once", tmp_path / "again")
            for path in sorted((tmp_path / "again" / "blocks").iterdir())[2:]:
                path.unlink()
    manifest = records.open_run(tmp_path / "once").manifest["sweep"]
    assert manifest["size"] > 64
    assert len(blocks(tmp_path / "once")) == manifest["size"] // 64
    assert contents(tmp_path / "again") == contents(tmp_path / "once")
    capsys.readouterr()
    assert (simulate("rerun", tmp_path / "once"), capsys.readouterr().out) == (0, "every figure has the same bits\n")
