"""What varies, as people write it: `budget.level=-20%:+20%:41`, `PATH=12 months, 24 months`, or `PATH` alone.

An input with the values that it may take: between two bounds, one of several, or as the scenario itself says it is
distributed. Here nothing is computed, so that loading a scenario which says such things stays light.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from simulator import uncertainty_rules
from simulator.award_rules import Fault
from simulator.distributions import Distribution
from simulator.errors import QuantityError, RequestError, did_you_mean
from simulator.processes import Process
from simulator.quantities import Quantity
from simulator.scenario import Document, leaves
from simulator.values import Named, Stay, Steps

Leaves = Mapping[str, Any]

MOST_LEVELS = 1_000_000
DECIMALS = 12
"""Of levels between two ends, so that a tenth of the way from 0 to 1 is 0.1."""

BETWEEN_DIGITS = re.compile(r"\d,\d{3}(?!\d)")


@dataclass(frozen=True)
class Range:
    """An input that varies; one of `levels`, `bounds` and `law` says how.

    Attributes
    ----------
    path : dotted path of a number, or of a path by year
    quantity : its unit and range
    levels : values that are equally likely
    bounds : between them all values are
    law : its own distribution or process, `years` being those that a process is of
    own : value that the scenario gives it, NaN where it gives more than one

    """

    path: str
    quantity: Quantity
    levels: tuple[float, ...] = ()
    bounds: tuple[float, float] | None = None
    law: Distribution | Process | None = None
    years: range = range(0)
    own: float = float("nan")

    @property
    def is_path(self) -> bool:
        """Whether it is a path by year, each year's innovation a number of its own."""
        return isinstance(self.law, Process)

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the uniform numbers that it takes, which are those of draws."""
        return columns(self.path, self.law, self.years)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of its values: its path, with the year where it is a path by year."""
        return tuple(f"{self.path}.{year}" for year in self.years[1:]) if self.is_path else (self.path,)

    @property
    def told(self) -> dict[str, Any]:
        """What it is, for a manifest: what changes any value changes this."""
        law = self.law.told if self.law else None
        exact = repr(self.law) if self.law else None
        return {"path": self.path, "levels": self.levels, "bounds": self.bounds, "law": law, "exact": exact}


@dataclass(frozen=True)
class Known:
    """What may vary in a document: its leaves by path, and its uncertain inputs."""

    document: Document
    leaves: Leaves
    unsure: Mapping[str, tuple[Quantity, Distribution | Process]]

    @classmethod
    def of(cls, document: Document) -> "Known":
        """All of a document, looked through once."""
        unsure = {name: (quantity, law) for name, quantity, law in uncertainty_rules.named(document)}
        return cls(document, dict(leaves(document)), unsure)


def read(text: str, known: Known) -> Range:
    """The range that a text is of: `PATH=LOW:HIGH:STEPS`, `PATH=LOW:HIGH`, `PATH=a, b, c`, or `PATH` if uncertain.

    RequestError where the text is none, the path no number of the document, or a value outside its range.
    """
    path, equals, given = (part.strip() for part in text.partition("="))
    document = known.document
    if not equals:
        if path not in known.unsure:
            leaf(known.leaves, path)
            raise RequestError(f"vary: {path}: is not uncertain in the scenario: write {path}=LOW:HIGH or {path}=a, b")
        quantity, law = known.unsure[path]
        years = range(document.first_year, document.horizon[1] + 1)
        own = float("nan") if isinstance(law, Process) else law.mean
        return Range(path, quantity, law=law, years=years, own=own)
    found = leaf(known.leaves, path)
    varied = Range(path, found.quantity, own=_own(found, path, document))
    try:
        return replace(varied, **_given(given, found.quantity))
    except QuantityError as error:
        raise RequestError(f"vary: {path}: {error}") from error


def read_all(texts: Sequence[str], document: Document) -> tuple[Range, ...]:
    """The ranges of several texts, each of another input."""
    found: dict[str, Range] = {}
    known = Known.of(document)
    for text in texts:
        each = read(text, known)
        if each.path in found:
            raise RequestError(f"vary: {each.path}: is varied twice: keep one")
        found[each.path] = each
    for path in found:
        if path.rpartition(".")[0] in found:
            raise RequestError(f"vary: {path}: is a year of {path.rpartition('.')[0]}, which is varied too: keep one")
    return tuple(found.values())


def problems(document: Document) -> Iterator[Fault]:
    """Every fault of what the document's own sweep varies."""
    given = {"levers": document.sweep.levers, "uncertainties": document.sweep.uncertainties}
    if not any(given.values()):
        return
    known = Known.of(document)
    for field, texts in given.items():
        for place, text in enumerate(texts):
            try:
                read(text, known)
            except RequestError as error:
                yield ("sweep", field, place), str(error).removeprefix("vary: ")


def leaf(document: Leaves, path: str) -> Any:
    """Numeric leaf that `path` names, itself or with one of its years; RequestError where there is none."""
    whole, _, year = path.rpartition(".")
    found = document.get(path)
    if found is None and year.isdigit() and whole in document:
        stepped = document[whole]
        if isinstance(stepped, Steps | Named) and int(year) in dict(stepped.steps):
            found = stepped
    if found is None:
        near = [known for known in document if known.split(".")[:2] == path.split(".")[:2]]
        hint = did_you_mean(path, near or document) or "; `simulate sources` lists them"
        raise RequestError(f"vary: {path}: the scenario has no such number{hint}")
    first = found.steps[0][1] if isinstance(found, Steps | Named) and found.steps else None
    if not isinstance(first, float | Stay):
        raise RequestError(f"vary: {path}: is not one number and cannot be varied")
    if isinstance(first, Stay) and path not in document:
        raise RequestError(f"vary: {path}: the duration of one year cannot be varied alone; vary {whole}")
    return found


def input_of(name: str, document: Document) -> str:
    """The input whose value a name is of: of `PATH.2025`, PATH where it is a path by year."""
    whole, _, year = name.rpartition(".")
    return whole if year.isdigit() and whole in dict(leaves(document)) else name


def columns(name: str, each: Distribution | Process | None, years: range) -> tuple[str, ...]:
    """Names of the uniform numbers that an input takes."""
    return tuple(f"{name}@{year}" for year in years[1:]) if isinstance(each, Process) else (name,)


def _given(text: str, quantity: Quantity) -> Mapping[str, Any]:
    """Levels or bounds that a text says."""
    parts = [part.strip() for part in text.split(":")]
    example = f"LOW:HIGH:STEPS, LOW:HIGH or a, b, c, in values such as {quantity.example}"
    if len(parts) == 1:
        return {"levels": _listed(text, quantity, example)}
    if len(parts) > 3 or not all(parts):
        raise QuantityError(f"{text} is no range: write {example}")
    low, high = (quantity.parse(part) for part in parts[:2])
    if low >= high:
        raise QuantityError(f"{text} is an empty or inverted range: write the lower value first, and another after it")
    if len(parts) == 2:
        return {"bounds": (low, high)}
    steps = parts[2].replace(",", "")
    if not steps.isdecimal() or not 2 <= int(steps) <= MOST_LEVELS:
        raise QuantityError(f"{parts[2]} is no number of steps: write 2 to {MOST_LEVELS:,}, the ends included")
    last = int(steps) - 1
    return {"levels": tuple(round(low + (high - low) * place / last, DECIMALS) for place in range(last + 1))}


def _listed(text: str, quantity: Quantity, example: str) -> tuple[float, ...]:
    comma = ", " if ", " in text else ","
    if comma == "," and BETWEEN_DIGITS.search(text):
        raise QuantityError(f"{text}: is a comma in it between thousands? write values apart by a comma and a space")
    levels = tuple(quantity.parse(part.strip()) for part in text.split(comma))
    if len(levels) < 2:
        raise QuantityError(f"{text} is one value, which --set gives: write {example}")
    if len(set(levels)) < len(levels):
        raise QuantityError(f"{text}: names a value twice: keep one")
    return levels


def _own(given: Any, path: str, document: Document) -> float:
    """Value that the scenario gives an input in all years that are simulated; NaN where they differ."""
    steps = dict(given.steps)
    year = path.rpartition(".")[2]
    if year.isdigit() and int(year) in steps:
        return float(steps[int(year)])
    values = {given.at(each) for each in range(document.first_year, document.horizon[1] + 1)}
    value = values.pop()
    if values or value is None:
        return float("nan")
    if isinstance(value, Stay):
        low, high, _ = value.ranges[0]
        return low if len(value.ranges) == 1 and low == high else float("nan")
    return float(value)
