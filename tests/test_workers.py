"""Worker processes: what is lost is done again, what is wrong is told, nothing outlives its use."""

import os
import signal
import time
from pathlib import Path

import pytest

from simulator import workers
from simulator.errors import InputError, Place
from tests.commands import PATIENCE, alive, begin, ended, wait, workers_of
from tests.drawing import Write

AWARDS = "one: {duration: 5-30 months, take_up: 80%, plan: 40, costs: {grant: {amount: 2, per: month}}}"


def _faulty(number: int) -> int:
    raise InputError.single(Place("a.yaml", 3, 4), "budget.level", f"is {number}")


def _lost(number: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return number


def _slow_after_three(number: int) -> tuple[int, int]:
    if number > 3:
        time.sleep(PATIENCE)
    return number, os.getpid()


def test_what_a_worker_finds_wrong_is_told_as_it_was() -> None:
    with pytest.raises(InputError) as raised:
        list(workers.processes(1)(_faulty, [7]))
    assert str(raised.value) == "a.yaml:3:4: budget.level: is 7"
    assert raised.value.problems[0].place.line == 3


def test_maps_are_in_order() -> None:
    numbers = [5, 3, 1, 4]
    assert list(workers.processes(2)(abs, numbers)) == numbers


def test_what_is_lost_again_and_again_is_told_with_advice() -> None:
    with (
        pytest.raises(OSError, match="lost again and again; take less"),
        workers.Processes(_lost, 2, advice="take less") as those,
    ):
        list(those.results([1, 2, 3]))


def test_processes_keep_what_they_are_between_questions_and_end_when_nobody_waits() -> None:
    with workers.Processes(_slow_after_three, 1, advice="") as those:
        (first, pid), *_ = those.results([1, 2])
        results = those.results([3, 4])
        assert (first, next(results)) == (1, (3, pid))
        results.close()  # while 4 is under way
        assert not alive(pid)
        ((_, other),) = those.results([2])
        assert other != pid
    assert not alive(other)


@pytest.fixture
def events(portfolio: Write, tmp_path: Path) -> tuple[str, ...]:
    """A command that simulates single awards in two processes, and writes what happened to each."""
    path = portfolio(AWARDS, whole=True)
    options = ("--engine", "events", "--replications", "300", "--seed", "4", "--workers", "2", "--lang", "en")
    return str(path), *options, "--format", "csv", "--events-log"


def made(folder: Path) -> int:
    """Replications whose journals are there, of a command that goes on."""
    return len(list(folder.glob(".*.partial/*-*.csv")))


def test_replications_of_a_killed_worker_are_made_by_others(events: tuple[str, ...], tmp_path: Path) -> None:
    undisturbed = ended(begin(*events, str(tmp_path / "undisturbed.csv")))
    assert undisturbed[0] == 0
    process = begin(*events, str(tmp_path / "killed.csv"))
    wait(lambda: made(tmp_path) > 1, process)
    assert made(tmp_path) < 300
    os.kill(workers_of(process)[0], signal.SIGKILL)
    assert ended(process) == undisturbed
    journals = {name: (tmp_path / f"{name}.csv").read_bytes() for name in ("undisturbed", "killed")}
    assert journals["killed"] == journals["undisturbed"]


def test_ctrl_c_ends_replications_with_those_that_were_made(events: tuple[str, ...], tmp_path: Path) -> None:
    process = begin(*events, str(tmp_path / "stopped.csv"))
    wait(lambda: made(tmp_path) > 1, process)
    left = workers_of(process)
    for pid in (process.pid, *left):  # a terminal asks all of them
        os.kill(pid, signal.SIGINT)
    status, out, said = ended(process)
    assert status == 130
    assert "of 300 draws" in said
    assert out.startswith("scenario,")
    assert not any(map(alive, left))
    assert [path.name for path in tmp_path.iterdir()] == ["portfolio.yaml"]
