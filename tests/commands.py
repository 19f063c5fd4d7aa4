"""The command line: called in this process, or begun in one of its own and watched."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulator.cli import main

PATIENCE = 60.0
"""Seconds."""

TAKE_UP = "programmes.doctoral.awards.fellowship.take_up"
RANGES = (
    *("--vary", "budget.level=-20%:+20%", "--vary", f"{TAKE_UP}=80%:100%"),
    *("--outcome", "selected[doctoral,2030]"),
)
"""What is swept of example-agency."""


def simulate(*arguments: object) -> int:
    """Exit status of a call in this process; what it prints is captured by the test's `capsys`."""
    with pytest.raises(SystemExit) as done:
        main([str(argument) for argument in arguments])
    assert isinstance(done.value.code, int)
    return done.value.code


def begin(*arguments: str, limit: int | None = None) -> subprocess.Popen[str]:
    """The command in a process of its own, which may write files of so many bytes."""
    import resource

    code = "from simulator.cli import main; main()"
    if limit:
        code = f"import resource; resource.setrlimit({resource.RLIMIT_FSIZE}, ({limit}, {limit})); {code}"
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait(until: Callable[[], object], process: subprocess.Popen[Any]) -> None:
    """Wait for something that a process does before it ends."""
    start = time.monotonic()
    while not until():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() - start < PATIENCE
        time.sleep(0.005)


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Exit status, output and what was said, once it has ended."""
    out, said = process.communicate(timeout=PATIENCE)
    return process.returncode, out, said


def children(pid: int) -> list[int]:
    """Processes begun by a process, and by those."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found += [int(path.parent.name), *children(int(path.parent.name))]
    return found


def workers_of(process: subprocess.Popen[Any]) -> list[int]:
    """Those of the processes begun by one that do its work."""
    return [pid for pid in children(process.pid) if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def alive(pid: int) -> bool:
    """Whether a process has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
