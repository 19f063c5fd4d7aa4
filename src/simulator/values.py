"""The values a leaf of a scenario may hold: numbers, durations and start months, each perhaps by fiscal year.

A value given by year is a step function: it holds from its year until the next one named. Before the first named
year it has the field's default, or where there is none the first named value (model.md section 1).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

from simulator import quantities, uncertain, yearly
from simulator.distributions import Distribution, Uncertain
from simulator.errors import PlacedError, QuantityError, each, key_of, within
from simulator.processes import Process
from simulator.quantities import Quantity
from simulator.shares import adds_up

T = TypeVar("T")

ALWAYS = 0
"""The year before all years: a constant is a step function with this step alone."""


def _fixed(value: object) -> float:
    low, high = quantities.duration(value)
    if low != high:
        raise QuantityError(f"{value} is a range: write one duration, such as 24 months")
    return low


MONTHS_OF_DURATION = Quantity(
    name="duration", unit="month", read=_fixed, low=0.0, high=1200.0, example="24 months", exclusive=True
)
LONGEST_LAG, LONGEST_SPREAD = 30, 100  # years


@dataclass(frozen=True, slots=True)
class Steps(Generic[T]):
    """A value by fiscal year: `steps` are (from this year on, value), in ascending order of years.

    `quantity` carries the unit and the bounds; it is what a varied or drawn value is checked against. The steps that
    are `uncertain` have their expected values, or the first value of a process, which is of all years.
    """

    quantity: Quantity
    steps: tuple[tuple[int, T], ...]
    uncertain: tuple[tuple[int, Uncertain], ...] = ()

    def at(self, year: int) -> T:
        """Value in force in `year`: that of the last step not after it, of the first step before that."""
        return next((value for start, value in reversed(self.steps) if start <= year), self.steps[0][1])

    @property
    def process(self) -> Process | None:
        """The process that the path follows, if it does."""
        return next((each for _, each in self.uncertain if isinstance(each, Process)), None)


Number = Steps[float]


@dataclass(frozen=True, slots=True)
class Named(Generic[T]):
    """Values of the named years only (`history`), or one for every year (`steady`, under `ALWAYS`)."""

    quantity: Quantity
    steps: tuple[tuple[int, T], ...]
    uncertain: tuple[tuple[int, Uncertain], ...] = ()

    def at(self, year: int) -> T | None:
        """Value of `year`, or None where neither it nor every year is named."""
        named = dict(self.steps)
        return named.get(year, named.get(ALWAYS))


@dataclass(frozen=True, slots=True)
class Stay:
    """How long an award lasts: a mixture of ranges, each (shortest, longest) in months with its share.

    A fixed duration is one range without width; model.md section 2.
    """

    ranges: tuple[tuple[float, float, float], ...]


StartMonths = tuple[float, ...]
Spread = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class OneNumber:
    """Reader of a single number."""

    quantity: Quantity

    def __call__(self, value: object) -> Number:
        """Read a number; PlacedError or QuantityError for anything else."""
        return _stepped(self.quantity, ((ALWAYS, _Reader(self.quantity)(value)),))


@dataclass(frozen=True, slots=True)
class ByDestination:
    """Reader of a single number, or of one number for each destination."""

    quantity: Quantity

    def __call__(self, value: object) -> Number | dict[str, Number]:
        """Read a number or numbers; PlacedError or QuantityError for anything else."""
        one = OneNumber(self.quantity)
        if isinstance(value, dict) and uncertain.read(value, self.quantity) is None:
            return _by_name(one, value)
        return one(value)


@dataclass(frozen=True, slots=True)
class ByYear:
    """Reader of a number or of numbers by year; `before` holds before the first named year."""

    quantity: Quantity
    before: float | None = None

    def __call__(self, value: object) -> Number:
        """Read a number or numbers; PlacedError or QuantityError for anything else."""
        path = uncertain.read(value, self.quantity, paths=True)
        if path is not None:
            return _stepped(self.quantity, ((ALWAYS, path),))
        near = uncertain.unknown(value)
        if isinstance(value, dict) and value and not near and not any(map(_may_be_year, value)):
            name, kinds = next(iter(value)), ", ".join(uncertain.KINDS)
            text = f"{name} is no fiscal year and no distribution: write {{2022: ...}}, or one of {kinds}"
            raise PlacedError(text, (name,), of_key=True)
        by_year = isinstance(value, dict) and bool(value) and not near  # and nothing else
        return _stepped(self.quantity, _steps(value, _Reader(self.quantity), self.before, by_year=by_year))


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reader of one number, certain or not."""

    quantity: Quantity

    def __call__(self, value: object) -> float | Uncertain:
        found = uncertain.read(value, self.quantity)
        if found is None and isinstance(value, dict):
            expected = f"one {self.quantity.name} is expected here, not a mapping"
            raise PlacedError(f"{expected}: write {self.quantity.example}{uncertain.unknown(value)}")
        return self.quantity.parse(value) if found is None else found


def _stepped(quantity: Quantity, read: Iterable[tuple[int, float | Uncertain]]) -> Number:
    return Steps(quantity, *_parted(read))


def _parted(
    read: Iterable[tuple[int, float | Uncertain]],
) -> tuple[tuple[tuple[int, float], ...], tuple[tuple[int, Uncertain], ...]]:
    """Steps with expected values for what is uncertain, and what that is."""
    steps = tuple(read)
    unsure = tuple((year, value) for year, value in steps if isinstance(value, Uncertain))
    return tuple((year, _expected(value)) for year, value in steps), unsure


def _expected(value: float | Uncertain) -> float:
    if isinstance(value, Process):
        return value.start
    return value.mean if isinstance(value, Distribution) else value


def shares(value: object) -> dict[str, Number]:
    """Reader of shares that add up to 1, such as those of destinations."""
    if not isinstance(value, dict) or not value:
        raise PlacedError("shares by name are expected here: write {americas: 60%, europe: 40%}")
    one = OneNumber(quantities.SHARE)
    read = _by_name(one, value)
    adds_up([share.at(ALWAYS) for share in read.values()])
    return read


def _by_name(read: Callable[[object], T], value: Mapping[object, object]) -> dict[str, T]:
    items = each(partial(within, key, read, item) for key, item in value.items())
    return dict(zip(map(str, value), items, strict=True))


def history(value: object) -> Named[float]:
    """Starts before the first year: `{2020: 200, 2021: 200}`, or `{steady: 200}` for every earlier year."""
    count = quantities.COUNT
    if not isinstance(value, dict):
        raise PlacedError("starts by year are expected here: write {2020: 200, 2021: 200} or {steady: 200}")
    if "steady" in value:
        if len(value) > 1:
            raise PlacedError("steady stands alone: write {steady: 200}, or every year with its starts")
        return Named(count, *_parted([(ALWAYS, within("steady", _Reader(count), value["steady"]))]))
    return Named(count, *_parted(yearly.steps(value, _Reader(count))))


def stay(value: object) -> Steps[Stay]:
    """Duration, or durations by year of start; before the first named year the first one holds."""
    unsure = uncertain.read(value, MONTHS_OF_DURATION)
    if unsure is not None:
        months = _expected(unsure)
        return Steps(MONTHS_OF_DURATION, ((ALWAYS, Stay(((months, months, 1.0),))),), ((ALWAYS, unsure),))
    return Steps(MONTHS_OF_DURATION, _steps(value, _one_stay, None))


def start_months(value: object) -> Steps[StartMonths]:
    """Shares of starts by month, or such shares by year of start; April before the first named year."""
    all_in_april = (1.0,) + (0.0,) * 11
    return Steps(quantities.SHARE, _steps(value, _one_start, all_in_april))


def spread(value: object) -> Steps[Spread]:
    """Shares of an amount by fiscal-year offset since the start, adding up to 1."""
    if not isinstance(value, list | tuple) or not value:
        raise PlacedError("shares by year since the start are expected here: write [25%, 55%, 15%, 5%]")
    if len(value) > LONGEST_SPREAD:
        raise PlacedError(f"has {len(value)} shares: an amount is spread over {LONGEST_SPREAD} years at most")
    read = tuple(each(partial(within, place, quantities.SHARE.parse, share) for place, share in enumerate(value)))
    adds_up(read)
    return Steps(quantities.SHARE, ((ALWAYS, read),))


def lag(value: object) -> int:
    """Whole years, at least one: what happens in a year follows from the years before it."""
    instead = f"write whole years, from 1 year to {LONGEST_LAG} years"
    try:
        years = value / 1.0 if isinstance(value, int) and not isinstance(value, bool) else _fixed(value) / 12.0
    except QuantityError as error:
        raise PlacedError(f"{error.args[0].partition(':')[0]}: {instead}") from error
    if years != int(years) or not 1 <= years <= LONGEST_LAG:
        raise PlacedError(f"{value} is no lag: {instead}")
    return int(years)


def several(value: object) -> object:
    """A list of YAML as the tuple that it is in a document that never changes; null is an empty one."""
    return () if value is None else tuple(value) if isinstance(value, list) else value


def by_fiscal_year(value: object) -> object:
    """A mapping by fiscal year, however the years are written."""
    if value is not None and not isinstance(value, dict):
        raise PlacedError("a mapping by fiscal year is expected here: write {2022: ...}")
    return dict(yearly.steps(value, lambda item: item)) if value else {}


def _steps(
    value: object, read: Callable[[object], T], before: T | None, *, by_year: bool = False
) -> tuple[tuple[int, T], ...]:
    if not (isinstance(value, dict) and (by_year or any(yearly.is_year(key) for key in value))):
        return ((ALWAYS, read(value)),)
    steps = yearly.steps(value, read)
    return steps if before is None else ((ALWAYS, before), *steps)


def _one_stay(value: object) -> Stay:
    if not isinstance(value, dict):
        return Stay(((*quantities.duration(value), 1.0),))
    if uncertain.read(value, MONTHS_OF_DURATION) is not None:
        raise PlacedError("the duration of one year alone cannot be uncertain: give one for all years")
    ranges = tuple(each(partial(_range, key, share) for key, share in value.items()))
    adds_up([share for *_, share in ranges])
    return Stay(ranges)


def _range(key: object, share: object) -> tuple[float, float, float]:
    return *key_of(key, quantities.duration), within(key, quantities.SHARE.parse, share)


def _one_start(value: object) -> StartMonths:
    if not isinstance(value, dict):
        raise PlacedError("shares by month are expected here: write {april: 50%, september: 50%}")
    weights: dict[int, float] = {}
    each(partial(_weigh, key, share, weights) for key, share in value.items())
    adds_up(weights.values())
    return tuple(weights.get(month, 0.0) for month in range(12))


def _weigh(key: object, share: object, weights: dict[int, float]) -> None:
    month = key_of(key, quantities.month)
    if month in weights:
        raise PlacedError("this month is given twice: keep one", (key,), of_key=True)
    weights[month] = within(key, quantities.SHARE.parse, share)


def _may_be_year(key: object) -> bool:
    """Whether a key is a year, or looks like one."""
    return not str(key).isidentifier() or any(letter.isdigit() for letter in str(key)) or yearly.is_year(key)
