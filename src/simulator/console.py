"""The person at the keyboard: what goes to standard output, what is said beside it, in which language."""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TextIO

import typer

from simulator.options import Language


def deliver(write: Callable[[TextIO], None]) -> None:
    """Write to standard output; a reader that goes away is no error."""
    try:
        write(sys.stdout)
        sys.stdout.flush()
    except BrokenPipeError:
        forget_output()


def forget_output() -> None:
    """Let what is still buffered go nowhere, so that the interpreter does not fail on it at the end."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say(text: str) -> None:
    """A line for the person, on stderr."""
    with suppress(OSError):
        typer.echo(text, err=True)


def language(lang: Language | None) -> str:
    """The language asked for, else that of the locale."""
    from simulator.labels import language_of_locale

    return lang.value if lang else language_of_locale()
