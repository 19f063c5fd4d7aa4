"""Everything raised on purpose, as one tree, and the places faults are reported at."""

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
LONGEST_QUOTE, LONGEST_MESSAGE = 60, 1000
"""Characters of what a message quotes, and of all that it says."""
MOST_PROBLEMS, MOST_COMPARED = 100, 200
"""Problems that are told of one file, and names that a misspelt one is compared with."""
TEXTS = ("source", "note", "owner", "expires")
"""What may stand beside a value."""


def printable(text: str, longest: int = LONGEST_MESSAGE) -> str:
    """One line that a terminal prints as it stands: no control characters, not longer than `longest`."""
    shown = text if len(text) <= longest else f"{text[: longest - 1]}…"
    return "".join(c if c.isprintable() else " " if c.isspace() else "\ufffd" for c in shown)


def quoted(value: object) -> str:
    """What a file or a person says, short enough for a message."""
    return printable(str(value), LONGEST_QUOTE)


def dotted(keys: Iterable[object]) -> str:
    """Dotted path of keys."""
    return ".".join(f"{key:g}" if isinstance(key, float) else quoted(key) for key in keys)


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
        file = printable(self.file)
        return f"{file}:{self.line}:{self.column}" if self.line else file


@dataclass(frozen=True)
class Problem:
    """One fault of an input: where it stands, the dotted path, what is wrong and what to write."""

    place: Place
    path: str
    message: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", printable(self.path))
        object.__setattr__(self, "message", printable(self.message))

    def __str__(self) -> str:
        path = f"{self.path}: " if self.path else ""
        return f"{self.place}: {path}{self.message}"


class SimulatorError(Exception):
    """Root of all errors of this package; the message is one line for the person at the keyboard."""


class QuantityError(SimulatorError, ValueError):
    """A number, share, duration or year that cannot be read; the message says what to write instead."""


class PlacedError(QuantityError):
    """A fault inside a leaf of a file.

    `keys` lead from the leaf to the faulty value, or with `of_key` to what the faulty key leads to; `others` are faults
    of the same leaf.
    """

    def __init__(
        self,
        message: str,
        keys: tuple[object, ...] = (),
        *,
        of_key: bool = False,
        others: tuple["PlacedError", ...] = (),
    ) -> None:
        super().__init__(message)
        self.keys = keys
        self.of_key = of_key
        self.others = others

    def under(self, key: object) -> "PlacedError":
        """The same faults one key further up."""
        others = tuple(other.under(key) for other in self.others)
        return PlacedError(str(self), (key, *self.keys), of_key=self.of_key, others=others)


class InputError(SimulatorError):
    """A file or a setting says something the format does not allow; one line for each problem."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems

    def __reduce__(self) -> "tuple[type[InputError], tuple[list[Problem]]]":
        """As it goes from one process to another."""
        return type(self), (self.problems,)

    @classmethod
    def single(cls, place: Place, path: str, message: str) -> "InputError":
        """Error with one problem."""
        return cls([Problem(place, path, message)])


class RequestError(SimulatorError):
    """A call or a command line asks for something that is not there (an unknown measure, year or path)."""

    def __init__(self, message: str) -> None:
        super().__init__(printable(message))


def within(key: object, read: Callable[[object], T], value: object) -> T:
    """What `read` makes of a value that stands under a key; PlacedError with that key where it cannot."""
    try:
        return read(value)
    except PlacedError as error:
        raise error.under(key) from error
    except QuantityError as error:
        raise PlacedError(str(error), (key,)) from error


def key_of(key: object, read: Callable[[object], T]) -> T:
    """What `read` makes of a key itself; PlacedError of that key where it cannot."""
    try:
        return read(key)
    except QuantityError as error:
        raise PlacedError(str(error), (key,), of_key=True) from error


def each(reads: Iterable[Callable[[], T]]) -> list[T]:
    """What all of the `reads` make; one PlacedError with the faults of all where some cannot."""
    values, faults = [], list[PlacedError]()
    for read in reads:
        try:
            values.append(read())
        except PlacedError as error:
            faults += [PlacedError(str(error), error.keys, of_key=error.of_key), *error.others]
        if len(faults) > MOST_PROBLEMS:
            break
    if faults:
        raise PlacedError(str(faults[0]), faults[0].keys, of_key=faults[0].of_key, others=tuple(faults[1:]))
    return values


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The end of a message about a word that is not known; nothing where no known one is near."""
    if len(word) > LONGEST_QUOTE:
        return ""
    near = difflib.get_close_matches(word, list(islice(known, MOST_COMPARED)), n=1)
    return f"; did you mean {near[0]}?" if near else ""
