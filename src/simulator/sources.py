"""Where every number comes from: each input in force with its value, unit, file and line, and published source."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from simulator.errors import Place
from simulator.outcomes import COEFFICIENTS
from simulator.scenario import FOR_PEOPLE, Document, Leaf, Scenario, leaves
from simulator.values import ALWAYS, Named, Stay, Steps

ASSUMPTION, RESIDUAL = "assumption:", "residual:"
LARGE_RESIDUAL = 0.15
"""Share of a programme's budget above which a residual is warned of: the unit costs explain too little."""


class Source(NamedTuple):
    """One input in force; `place` is None for a default of the format."""

    path: str
    value: str
    unit: str
    place: Place | None
    source: str
    note: str
    owner: str = ""
    expires: str = ""

    @property
    def assumed(self) -> bool:
        """Whether no published source states it."""
        return self.source.startswith(ASSUMPTION)

    def expired(self, day: date) -> bool:
        """Whether an assumption holds no longer on that day."""
        return bool(self.expires) and date.fromisoformat(self.expires) < day


class Residual(NamedTuple):
    """What the unit costs leave of a programme's budget, million yen, and its share of that budget."""

    programme: str
    path: str
    amount: float
    share: float


def sources(scenario: Scenario) -> Iterator[Source]:
    """Every input in force, in the order of the format; a value by year has a line for each year."""
    for path, leaf in leaves(scenario.document):
        if path.partition(".")[0] in FOR_PEOPLE or ".label." in path or path.startswith("figures."):
            continue
        for below, value, unit in values_of(leaf):
            full = f"{path}.{below}" if below else path
            yield _stated(full, value, unit, _place(scenario, full, path))
    for section, figures in scenario.document.figures.items():
        for name, figure in figures.items():
            path = f"figures.{section}.{name}"
            place = _place(scenario, path, path)
            yield Source(path, str(figure.value), figure.unit, place, figure.source, figure.note or "")


def assumptions(scenario: Scenario, name: str, programme: str, award: str) -> list[Source]:
    """The coefficients of an outcome of one award type that no published source states."""
    of_award = f"programmes.{programme}.awards.{award}."
    paths = [f"{of_award}{field}" for field in COEFFICIENTS.get(name, ())]
    found = [source for source in sources(scenario) if source.path in paths] if paths else []
    return [source for source in found if source.assumed or not source.source]


def residuals(scenario: Scenario) -> Iterator[Residual]:
    """Every fixed cost whose source says that it is a residual."""
    document = scenario.document
    for name, programme in document.programmes.items():
        path = f"programmes.{name}.fixed_costs.amount"
        place = scenario.places.get(path)
        if place is not None and (place.source or "").startswith(RESIDUAL):
            amount = programme.fixed_costs.amount.at(document.first_year)
            budget = _given(document, name)
            yield Residual(name, path, amount, amount / budget if budget else float("nan"))


def _given(document: Document, name: str) -> float:
    """The base of a programme's first appropriation, before levels and growth."""
    programme = document.programmes[name]
    base = programme.budget.base or document.budget.base or next(iter(programme.appropriations))
    steps = base if isinstance(base, Steps) else programme.appropriations[base]
    return steps.at(document.first_year)


def _place(scenario: Scenario, path: str, leaf: str) -> Place | None:
    """Place of a path, or of the leaf it is a year of; a year without a source of its own has its leaf's."""
    place, whole = scenario.places.get(path), scenario.places.get(leaf)
    if place is None or whole is None or place.source or place.file != whole.file:
        return place or whole
    return replace(place, source=whole.source, note=place.note or whole.note, owner=whole.owner, expires=whole.expires)


def _stated(path: str, value: str, unit: str, place: Place | None) -> Source:
    """An input with what its place says of it."""
    if place is None:
        return Source(path, value, unit, None, "", "")
    texts = (place.source, place.note, place.owner, place.expires)
    return Source(path, value, unit, place, *(text or "" for text in texts))


def values_of(leaf: Leaf) -> Iterator[tuple[str, str, str]]:
    """Value of a leaf as (key of its year, text, unit); a constant has no key."""
    if not isinstance(leaf, Steps | Named):
        text = ", ".join(str(item) for item in leaf) if isinstance(leaf, tuple) else str(leaf)
        yield "", text, ""
        return
    named = [step for step in leaf.steps if step[0] != ALWAYS] or leaf.steps
    for year, value in named:
        steady = isinstance(leaf, Named) and year == ALWAYS
        yield "steady" if steady else str(year or ""), _text(value), leaf.quantity.unit


def _text(value: object) -> str:
    if isinstance(value, Stay):
        return " + ".join(_range(low, high, share) for low, high, share in value.ranges)
    if isinstance(value, tuple):
        return " + ".join(f"{share:g} in month {month}" for month, share in enumerate(value) if share)
    return f"{value:.12g}"


def _range(low: float, high: float, share: float) -> str:
    length = f"{low:g}" if low == high else f"{low:g}-{high:g}"
    return length if share == 1.0 else f"{share:g} of {length}"
