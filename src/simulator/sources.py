"""Where every number comes from: each input in force with its value, unit, file and line, and published source."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from simulator.distributions import Uncertain
from simulator.errors import Place
from simulator.outcomes import COEFFICIENTS
from simulator.quantities import FROM_APRIL
from simulator.scenario import FOR_PEOPLE, SWEPT, Document, Leaf, Scenario, leaves
from simulator.values import ALWAYS, Named, Stay, Steps

ASSUMPTION, RESIDUAL = "assumption:", "residual:"
EXACT = 2**53
"""Whole numbers below this are written as such."""
OUTSIDE = ("outcomes", "demand")
"""Fields of award types that play no part in their lives and costs."""
LARGE_RESIDUAL = 0.15
"""Share of a programme's budget above which a residual is warned of: the unit costs explain too little."""


Given = float | int | bool | str
"""A value as it is in force; what is more than one number is a text."""


class Source(NamedTuple):
    """One input in force; `place` is None for a default of the format."""

    path: str
    value: Given
    unit: str
    place: Place | None
    source: str
    note: str
    owner: str = ""
    expires: str = ""

    @property
    def text(self) -> str:
        """The value for people, numbers to 12 digits."""
        return f"{self.value:.12g}" if isinstance(self.value, float) else _text(self.value)

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
        if path.partition(".")[0] in (*FOR_PEOPLE, SWEPT) or ".label." in path or path.startswith("figures."):
            continue
        for below, value, unit in values_of(leaf, path.rpartition(".")[2]):
            full = f"{path}.{below}" if below else path
            yield _stated(full, value, unit, _place(scenario, full, path))
    for section, figures in scenario.document.figures.items():
        for name, figure in figures.items():
            path = f"figures.{section}.{name}"
            place = _place(scenario, path, path)
            yield Source(path, figure.value, figure.unit, place, figure.source, figure.note or "")


def behind(scenario: Scenario, programme: str, award: str = "") -> Iterator[Source]:
    """Inputs that a file gives of a programme or award type, and of what lies behind all: budgets and indices."""
    own = f"programmes.{programme}."
    indices = [["economy", name] for name in _indices(scenario, programme)]
    for source in sources(scenario):
        keys = source.path.split(".")
        if source.path.startswith(own):
            of_other = keys[2] == "awards" and award not in ("", keys[3])
            outside = keys[2] == "awards" and keys[4] in OUTSIDE
            if not of_other and not outside and source.place is not None:
                yield source
        elif source.place is not None and (keys[:2] in indices or (keys[0] == "budget" and keys[1] != "plan")):
            yield source


def _indices(scenario: Scenario, name: str) -> set[str]:
    """Economic indices that costs of the programme follow."""
    programme, found = scenario.document.programmes[name], set[str]()
    given = [cost.index for award in programme.awards.values() for cost in award.costs.values()]
    for index in [*given, programme.fixed_costs.index]:
        found |= set(index.values()) if isinstance(index, dict) else {index} if index else set()
    return found


def assumptions(scenario: Scenario, name: str, programme: str, award: str) -> list[Source]:
    """The coefficients of an outcome of one award type that no published source states."""
    of_award = f"programmes.{programme}.awards.{award}."
    paths = [f"{of_award}{field}" for field in COEFFICIENTS.get(name, ())]
    found = [source for source in sources(scenario) if source.path in paths] if paths else []
    return [source for source in found if source.assumed or not source.source]


def stated_in_portfolio(scenario: Scenario, place: Place) -> bool:
    """Whether a place is one of the file that all others rest on."""
    while scenario.parent is not None:
        scenario = scenario.parent
    return place.file == scenario.tree.place.file


def residuals(scenario: Scenario) -> Iterator[Residual]:
    """Every fixed cost whose source says that it is a residual."""
    document = scenario.document
    for name, programme in document.programmes.items():
        path = f"programmes.{name}.fixed_costs.amount"
        place = scenario.places.get(path)
        if place is not None and (place.source or "").startswith(RESIDUAL):
            amount = programme.fixed_costs.amount.at(document.first_year)
            budget = _first_budget(document, name)
            yield Residual(name, path, amount, amount / budget if budget else float("nan"))


def _first_budget(document: Document, name: str) -> float:
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


def _stated(path: str, value: Given, unit: str, place: Place | None) -> Source:
    """An input with what its place says of it."""
    if place is None:
        return Source(path, value, unit, None, "", "")
    texts = (place.source, place.note, place.owner, place.expires)
    return Source(path, value, unit, place, *(text or "" for text in texts))


def values_of(leaf: Leaf, field: str) -> Iterator[tuple[str, Given, str]]:
    """Value of a leaf as (key of its year, value, unit); a constant has no key."""
    if not isinstance(leaf, Steps | Named):
        yield "", ", ".join(str(item) for item in leaf) if isinstance(leaf, tuple) else leaf, ""
        return
    named = [step for step in leaf.steps if step[0] != ALWAYS] or leaf.steps
    drawn = dict(leaf.uncertain)
    for year, expected in named:
        value = drawn.get(year, expected)
        steady = isinstance(leaf, Named) and year == ALWAYS
        yield "steady" if steady else str(year or ""), _given(value, field), leaf.quantity.unit


def _given(value: object, field: str) -> Given:
    if isinstance(value, Uncertain):
        return value.told
    if isinstance(value, Stay):
        return " + ".join(_range(low, high, share) for low, high, share in value.ranges)
    if isinstance(value, tuple):
        when = _since_start if field == "spread" else _month
        return " + ".join(f"{_text(share)} {when(place)}" for place, share in enumerate(value) if share)
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < EXACT else value
    return str(value)


def _month(place: int) -> str:
    return f"in {FROM_APRIL.split()[place]}"


def _since_start(years: int) -> str:
    return f"after {years} year{'s' if years > 1 else ''}" if years else "in the fiscal year of the start"


def _range(low: float, high: float, share: float) -> str:
    length = _text(low) if low == high else f"{_text(low)}-{_text(high)}"
    return length if share == 1.0 else f"{_text(share)} of {length}"


def _text(value: Given) -> str:
    """A value that reads back to the same bits."""
    return str(value).lower() if isinstance(value, bool) else str(value).removesuffix(".0")
