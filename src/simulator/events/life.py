"""The life of one award: what is expected of it, and what its lot makes of it (model.md section 2).

All in months, walked one by one. An award lasts D, drawn from a mixture of ranges; at the end of every month that it
does not complete in, it ends early with the monthly hazard h = 1 − (1 − q)^(1/12).
"""

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate, pairwise
from math import ceil, floor, log
from typing import NamedTuple

NEVER = 10**9
"""Months until an early end where none ends early."""


class Lot(NamedTuple):
    """Uniform numbers that decide one life, each in a place of its own: what one decides moves no other."""

    takes_up: float
    defers: float
    month: float
    kind: float
    length: float
    stays: float


LOTS = len(Lot._fields)


class Fate(NamedTuple):
    """One award's life: the month it starts in, from April 0; its last month of its own, and the share of that.

    Which month an award of a range of durations completes in is drawn, and not the day: of that month it is in place
    for the mean share, as in the model's ``o_a``.
    """

    month: int
    last: int
    share: float
    completed: bool
    stay: float


@dataclass(frozen=True)
class Terms:
    """The terms that awards of one year of start live on.

    Attributes
    ----------
    ranges : the mixture that D is: shortest and longest in months, share
    months : shares of starts by month from April
    termination : q, share that ends early a year
    gate : months after which some are renewed; 0 without a gate

    """

    ranges: tuple[tuple[float, float, float], ...]
    months: tuple[float, ...]
    termination: float
    gate: float = 0.0

    def fate(self, lot: Lot) -> Fate:
        """What a lot makes of one award."""
        months, kinds = self._bounds
        month = bisect_right(months, lot.month)
        low, high, _ = self.ranges[bisect_right(kinds, lot.kind)]
        stay = low + (high - low) * lot.length
        until = self._months_until_early_end(lot.stays)
        if until + 1 < stay:
            return Fate(month, until, 1.0, completed=False, stay=stay)
        last = ceil(stay) - 1
        share = (max(low, last) + min(high, last + 1)) / 2.0 - last
        return Fate(month, last, share, completed=True, stay=stay)

    def _months_until_early_end(self, uniform: float) -> int:
        """Months that end without an early end: the first a with ``(1 − h)^(a + 1) < 1 − u``."""
        if self.termination <= 0.0:
            return NEVER
        if self.termination >= 1.0:
            return 0
        return floor(12.0 * log(1.0 - uniform) / log(1.0 - self.termination))

    @cached_property
    def _bounds(self) -> tuple[list[float], list[float]]:
        """Where one start month, and one range of durations, gives way to the next; shares of 0 are passed over."""
        return _bounds(self.months), _bounds([share for *_, share in self.ranges])


def _bounds(shares: "list[float] | tuple[float, ...]") -> list[float]:
    """Sums of shares so far, the last that is above 0 taking all that is left."""
    last = max(place for place, share in enumerate(shares) if share > 0)
    return list(accumulate(shares[:last]))


@dataclass(frozen=True)
class Expected:
    """What is expected of one award started in a year: in each month since that April, and in each fiscal year.

    Attributes
    ----------
    worked, left, finished, stood : by month: months in place, exits, completions, in place at its end
    months, exits, completions, in_place, later : the same by fiscal year since the start, and months still to come
    remaining : by month of the award's own, months still to come of one that is in place at its start

    """

    worked: tuple[float, ...]
    left: tuple[float, ...]
    finished: tuple[float, ...]
    stood: tuple[float, ...]
    months: tuple[float, ...]
    exits: tuple[float, ...]
    completions: tuple[float, ...]
    in_place: tuple[float, ...]
    later: tuple[float, ...]
    remaining: tuple[float, ...]


BY_MONTH, BY_YEAR = ("worked", "left", "finished", "stood"), ("months", "exits", "completions")


@lru_cache(maxsize=4096)
def expected(terms: Terms) -> Expected:
    """The mean over all lots, reckoned month by month."""
    length = ceil(max(high for _, high, _ in terms.ranges))
    kept = [(1.0 - terms.termination) ** (month / 12.0) for month in range(length + 1)]
    kept[0] = 1.0
    beyond = [_lasts(terms, float(month)) for month in range(length + 1)]
    here = [beyond[month] * kept[month] for month in range(length + 1)]
    worked = [_month_in_place(terms, month) * kept[month] for month in range(length)]
    finished = [(beyond[month] - beyond[month + 1]) * kept[month] for month in range(length)]
    years = (max(month for month, share in enumerate(terms.months) if share > 0) + length - 1) // 12 + 1
    calendar = [[0.0] * (12 * years) for _ in range(4)]
    for start, share in enumerate(terms.months):
        for month in range(length) if share > 0 else ():
            now = start + month
            gives = (worked[month], here[month] - here[month + 1], finished[month], here[month + 1])
            for column, value in zip(calendar, gives, strict=True):
                column[now] += share * value
    by_year = [[sum(column[12 * year : 12 * year + 12]) for year in range(years)] for column in calendar[:3]]
    to_come = list(accumulate(reversed(worked), initial=0.0))[::-1]
    by_month = {name: tuple(column) for name, column in zip(BY_MONTH, calendar, strict=True)}
    yearly = {name: tuple(column) for name, column in zip(BY_YEAR, by_year, strict=True)}
    return Expected(
        **by_month,
        **yearly,
        in_place=tuple(calendar[3][11::12]),
        later=tuple(sum(by_year[0][year + 1 :]) for year in range(years)),
        remaining=tuple(to_come[a] / here[a] if here[a] > 0 else 0.0 for a in range(length)),
    )


def _lasts(terms: Terms, months: float) -> float:
    """``P(D > a)``."""
    return sum(share * _share_above(low, high, months) for low, high, share in terms.ranges)


def _share_above(low: float, high: float, months: float) -> float:
    if months < low:
        return 1.0
    return (high - months) / (high - low) if months < high else 0.0


def _month_in_place(terms: Terms, month: int) -> float:
    """``E[clip(D − a, 0, 1)]``: ``P(D > x)`` over the month, straight between the ends of ranges."""
    total = 0.0
    for low, high, share in terms.ranges:
        cuts = sorted({float(month), *(end for end in (low, high) if month < end < month + 1), month + 1.0})
        for begin, end in pairwise(cuts):
            total += share * (end - begin) * _share_above(low, high, (begin + end) / 2.0)
    return total
