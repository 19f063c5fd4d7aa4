"""Mappings by fiscal year, however the years are written."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeVar

from simulator import quantities
from simulator.errors import PlacedError, QuantityError, each, key_of, within

T = TypeVar("T")


def steps(value: Mapping[object, object], read: Callable[[object], T]) -> tuple[tuple[int, T], ...]:
    """Read each value under its year, in ascending order of years; PlacedError with the faults of all."""
    if not value:
        raise PlacedError("no year is named: write {2022: ...}")
    met: set[int] = set()
    found = each(partial(_step, key, item, read, met) for key, item in value.items())
    return tuple(sorted(found, key=lambda step: step[0]))


def _step(key: object, item: object, read: Callable[[object], T], met: set[int]) -> tuple[int, T]:
    year = key_of(key, quantities.year)
    if year in met:
        raise PlacedError(f"FY{year} is given twice: keep one", (key,), of_key=True)
    met.add(year)
    return year, within(key, read, item)


def is_year(key: object) -> bool:
    """Whether a key is a fiscal year."""
    try:
        quantities.year(key)
    except QuantityError:
        return False
    return True
