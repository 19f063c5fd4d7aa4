"""The person at the keyboard: what goes to standard output, what is said beside it, in which language."""

import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any, TextIO

import typer

from simulator.options import Format, Language

if TYPE_CHECKING:
    from simulator.labels import Words
    from simulator.report.machine import Named
    from simulator.report.sheets import Sheet
    from simulator.scenario import Scenario

DONE, FAILED_CHECK, WRONG_INPUT, MACHINE_FAILED, INTERRUPTED = 0, 1, 2, 3, 130
"""Exit statuses (interface.md)."""

PATIENCE, PAUSE = 2.0, 0.2
"""Seconds before a job is long, and between two tellings of how far it is."""


def deliver(write: Callable[[TextIO], None]) -> None:
    """Write to standard output; a reader that goes away is no error."""
    try:
        write(sys.stdout)
        sys.stdout.flush()
    except BrokenPipeError:
        forget_output()


def show_page(heading: Sequence[str], sheets: "Sequence[Sheet]", form: Format) -> None:
    """Print tables for people: as they stand in a terminal, or in Markdown."""
    from simulator.report import markdown, terminal

    deliver(partial((markdown if form is Format.MARKDOWN else terminal).write, heading, sheets))


def show_rows(rows: "Sequence[Named]", form: Format, *, header: Sequence[str]) -> None:
    """Print rows for other programs, as CSV or JSON."""
    from simulator.report import machine

    csv = partial(machine.write_csv, rows, header=header)
    deliver(csv if form is Format.CSV else partial(machine.write_json, rows))


def forget_output() -> None:
    """Let what is still buffered go nowhere, so that the interpreter does not fail on it at the end."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say(text: str) -> None:
    """A line for the person, on stderr."""
    with suppress(OSError):
        typer.echo(text, err=True)


class Meter:
    """How far a long job is: a line on stderr where that is a terminal, and an end at the next step on Ctrl-C.

    Called with what is done and what there is in all, it returns whether to go on.
    """

    def __init__(self, words: "Words", section: str = "page") -> None:
        self._section = section
        self._words, self._began, self._told, self._stopped = words, monotonic(), 0.0, False
        self._before: Any = None

    def __enter__(self) -> "Meter":
        self._before = signal.signal(signal.SIGINT, self._stop)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before)
        if self._told:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()

    def __call__(self, done: int, whole: int) -> bool:
        """Tell how far the job is; whether to go on."""
        now = monotonic()
        spent = now - self._began
        if spent > PATIENCE and now - self._told > PAUSE and sys.stderr.isatty():
            self._told, rate = now, done / spent
            left = f"{(whole - done) / rate:,.0f}"
            text = self._words(
                self._section, "progress", done=f"{done:,}", whole=f"{whole:,}", rate=f"{rate:,.0f}", left=left
            )
            sys.stderr.write(f"\r\033[K{text}")
            sys.stderr.flush()
        return not self._stopped

    def _stop(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before)  # a second time ends it at once
        self._stopped = True


def warn_undrawn(scenario: "Scenario", words: "Words") -> None:
    """Say where figures are those of the expected values of what is uncertain."""
    from simulator.suspicions import undrawn

    for warned in undrawn(scenario):
        say(f"warning: {warned.told(words)}")


def language(lang: Language | None) -> str:
    """The language asked for, else that of the locale."""
    from simulator.labels import language_of_locale

    return lang.value if lang else language_of_locale()
