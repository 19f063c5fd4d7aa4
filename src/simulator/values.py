"""The values a leaf of a scenario may hold: numbers, durations and start months, each perhaps by fiscal year.

A value given by year is a step function: it holds from its year until the next one named. Before the first named
year it has the field's default, or where there is none the first named value (model.md section 1).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from simulator import quantities
from simulator.errors import QuantityError
from simulator.quantities import Quantity

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
SHARES_SUM_TOLERANCE = 1e-9
LONGEST_LAG = 30  # years


class PlacedError(QuantityError):
    """A fault inside a leaf; `within` are the keys that lead from the leaf to the faulty value."""

    def __init__(self, message: str, within: tuple[object, ...] = ()) -> None:
        super().__init__(message)
        self.within = within


@dataclass(frozen=True, slots=True)
class Steps(Generic[T]):
    """A value by fiscal year: `steps` are (from this year on, value), in ascending order of years.

    `quantity` carries the unit and the bounds; it is what a varied or sampled value is checked against.
    """

    quantity: Quantity
    steps: tuple[tuple[int, T], ...]

    def at(self, year: int) -> T:
        """Value in force in `year`: that of the last step not after it."""
        return next(value for start, value in reversed(self.steps) if start <= year)


Number = Steps[float]


@dataclass(frozen=True, slots=True)
class Named(Generic[T]):
    """Values of the named years only (`history`), or one for every year (`steady`, under `ALWAYS`)."""

    quantity: Quantity
    steps: tuple[tuple[int, T], ...]

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
        if isinstance(value, dict):
            expected = f"one {self.quantity.name} is expected here, not a mapping"
            raise PlacedError(f"{expected}: write {self.quantity.example}")
        return Steps(self.quantity, ((ALWAYS, self.quantity.parse(value)),))


@dataclass(frozen=True, slots=True)
class ByDestination:
    """Reader of a single number, or of one number for each destination."""

    quantity: Quantity

    def __call__(self, value: object) -> Number | dict[str, Number]:
        """Read a number or numbers; PlacedError or QuantityError for anything else."""
        one = OneNumber(self.quantity)
        if isinstance(value, dict):
            return {str(key): _within(key, one, item) for key, item in value.items()}
        return one(value)


@dataclass(frozen=True, slots=True)
class ByYear:
    """Reader of a number or of numbers by year; `before` holds before the first named year."""

    quantity: Quantity
    before: float | None = None

    def __call__(self, value: object) -> Number:
        """Read a number or numbers; PlacedError or QuantityError for anything else."""
        if isinstance(value, dict) and value:
            _years(value, lambda item: item)  # a mapping is by year here and nothing else
        return Steps(self.quantity, _steps(value, self.quantity.parse, self.before))


def shares(value: object) -> dict[str, Number]:
    """Reader of shares that add up to 1, such as those of destinations."""
    if not isinstance(value, dict) or not value:
        raise PlacedError("shares by name are expected here: write {americas: 60%, europe: 40%}")
    one = OneNumber(quantities.SHARE)
    read = {str(key): _within(key, one, item) for key, item in value.items()}
    adds_up([share.at(ALWAYS) for share in read.values()])
    return read


def history(value: object) -> Named[float]:
    """Starts before the first year: `{2020: 200, 2021: 200}`, or `{steady: 200}` for every earlier year."""
    count = quantities.COUNT
    if not isinstance(value, dict):
        raise PlacedError("starts by year are expected here: write {2020: 200, 2021: 200} or {steady: 200}")
    if "steady" in value:
        if len(value) > 1:
            raise PlacedError("steady stands alone: write {steady: 200}, or every year with its starts")
        return Named(count, ((ALWAYS, _within("steady", count.parse, value["steady"])),))
    return Named(count, _years(value, count.parse))


def stay(value: object) -> Steps[Stay]:
    """Duration, or durations by year of start; before the first named year the first one holds."""
    return Steps(MONTHS_OF_DURATION, _steps(value, _one_stay, None))


def start_months(value: object) -> Steps[StartMonths]:
    """Shares of starts by month, or such shares by year of start; April before the first named year."""
    all_in_april = (1.0,) + (0.0,) * 11
    return Steps(quantities.SHARE, _steps(value, _one_start, all_in_april))


def spread(value: object) -> Steps[Spread]:
    """Shares of an amount by fiscal-year offset since the start, adding up to 1."""
    if not isinstance(value, list | tuple) or not value:
        raise PlacedError("shares by year since the start are expected here: write [25%, 55%, 15%, 5%]")
    read = tuple(_within(place, quantities.SHARE.parse, share) for place, share in enumerate(value))
    adds_up(list(read))
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
    return dict(_years(value, lambda item: item)) if value else {}


def _steps(value: object, read: Callable[[object], T], before: T | None) -> tuple[tuple[int, T], ...]:
    if not (isinstance(value, dict) and value and all(_is_year(key) for key in value)):
        return ((ALWAYS, read(value)),)
    steps = _years(value, read)
    return ((ALWAYS, steps[0][1] if before is None else before), *steps)


def _years(value: Mapping[object, object], read: Callable[[object], T]) -> tuple[tuple[int, T], ...]:
    if not value:
        raise PlacedError("no year is named: write {2022: ...}")
    steps: dict[int, T] = {}
    for key, item in value.items():
        year = _within(key, quantities.year, key)
        if year in steps:
            raise PlacedError(f"FY{year} is given twice", (key,))
        steps[year] = _within(key, read, item)
    return tuple(sorted(steps.items(), key=lambda step: step[0]))


def _is_year(key: object) -> bool:
    try:
        quantities.year(key)
    except QuantityError:
        return False
    return True


def _within(key: object, read: Callable[[object], T], value: object) -> T:
    try:
        return read(value)
    except PlacedError as error:
        raise PlacedError(str(error), (key, *error.within)) from error
    except QuantityError as error:
        raise PlacedError(str(error), (key,)) from error


def _one_stay(value: object) -> Stay:
    if not isinstance(value, dict):
        return Stay(((*quantities.duration(value), 1.0),))
    ranges = tuple(
        (*_within(key, quantities.duration, key), _within(key, quantities.SHARE.parse, share))
        for key, share in value.items()
    )
    adds_up([share for *_, share in ranges])
    return Stay(ranges)


def _one_start(value: object) -> StartMonths:
    if not isinstance(value, dict):
        raise PlacedError("shares by month are expected here: write {april: 50%, september: 50%}")
    weights = [0.0] * 12
    for key, share in value.items():
        month = _within(key, quantities.month, key)
        if weights[month]:
            raise PlacedError(f"{key} is given twice: keep one", (key,))
        weights[month] = _within(key, quantities.SHARE.parse, share)
    adds_up(weights)
    return tuple(weights)


def adds_up(shares: list[float]) -> None:
    """Raise unless `shares` add up to 1."""
    total = sum(shares)
    if abs(total - 1.0) > SHARES_SUM_TOLERANCE:
        raise PlacedError(f"the shares add up to {total:.6g}, not 1: make them add up to 100%")
