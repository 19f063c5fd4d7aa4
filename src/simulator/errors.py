"""Everything raised on purpose, as one tree, and the places faults are reported at."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """Where a value was written (line and column from 1; line 0: not in a file), and who stands for it.

    `source` is the published one, or `assumption: why`; `owner` answers for an assumption, which holds until the day
    `expires`, written 2027-03-31.
    """

    file: str
    line: int
    column: int
    source: str | None = None
    note: str | None = None
    owner: str | None = None
    expires: str | None = None

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True)
class Problem:
    """One fault of an input: where it stands, the dotted path, what is wrong and what to write."""

    place: Place
    path: str
    message: str

    def __str__(self) -> str:
        path = f"{self.path}: " if self.path else ""
        return f"{self.place}: {path}{self.message}"


class SimulatorError(Exception):
    """Root of all errors of this package; the message is one line for the person at the keyboard."""


class QuantityError(SimulatorError, ValueError):
    """A number, share, duration or year that cannot be read; the message says what to write instead."""


class InputError(SimulatorError):
    """A file or a setting says something the format does not allow; one line for each problem."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems

    @classmethod
    def single(cls, place: Place, path: str, message: str) -> "InputError":
        """Error with one problem."""
        return cls([Problem(place, path, message)])


class RequestError(SimulatorError):
    """A call or a command line asks for something that is not there (an unknown measure, year or path)."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The end of a message about a word that is not known; nothing where no known one is near."""
    near = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""
