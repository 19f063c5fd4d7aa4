"""What one replication writes down: counts and money by year and month, and the journal of events."""

from itertools import accumulate
from typing import NamedTuple

from simulator.events.terms import AwardTerms


class Entry(NamedTuple):
    """An event: the month since the first April simulated, award type, award, what happened, million yen, awards.

    `awards` is 1, or the fraction of an award that the entry stands for.
    """

    month: int
    place: int
    award: str
    event: str
    money: float = 0.0
    awards: float = 1.0


class Book:
    """The books of one award type: counts by year from `lead` years before the first on, money by year from the first.

    Attributes
    ----------
    months, exits, completions, in_place, later : of its starts: person-months, who left, who completed, who is in place
        on 31 March, and the months that these are expected to stay
    due, completing : by year, what awards that started before told the agency on 1 April: cost, completions
    new, continuing : cost of what was selected in the year, and of everything else
    outyear : what awards that have started are expected to cost later, at the year's prices
    extended, extensions : completions that stay on; months, exits and in place of all who do
    """

    def __init__(self, terms: AwardTerms, lead: int) -> None:
        years = len(terms.take_up)
        self.lead, self._terms, self._months = lead, terms, 12 * years
        self.months, self.exits, self.completions, self.in_place, self.later = _zeros(5, lead + years)
        self.starts, self.selected, self.promoted, self.applicants = _zeros(4, years)
        self.due, self.completing, self.new, self.continuing, self.outyear, self.extended = _zeros(6, years)
        self.extensions = _zeros(3, years)
        self.deferred = [0.0] * (years + 1)
        self._lumps, self._standing = _zeros(2, 12 * years)
        self._first_year, self._later_years, self._coming = _zeros(3, 12 * years + 1)

    def lump(self, month: int, money: float) -> None:
        """Pay money in a month."""
        self._lumps[month] += money

    def pay_monthly(self, first: int, last: int, *, later: bool) -> None:
        """Pay one award for every month from the first to the last, in its first fiscal year or in a later one."""
        paid = self._later_years if later else self._first_year
        paid[first] += 1.0
        paid[last + 1] -= 1.0

    def stand(self, first: int, gone: int) -> None:
        """Be in place at the end of every month from the first until the one before it is gone."""
        if gone > 0 and first < self._months:
            self._coming[max(first, 0)] += 1.0
            self._coming[min(gone, self._months)] -= 1.0

    def stand_in(self, month: int, number: float) -> None:
        """Be in place at the end of one month."""
        self._standing[month] += number

    @property
    def cash(self) -> list[float]:
        """Million yen paid in each month: counts of those who are paid add up exactly, money would not."""
        price, cut = self._terms.prices.month, self._terms.continuing
        counted = zip(self._lumps, accumulate(self._first_year), accumulate(self._later_years), strict=False)
        return [
            lump + price[month // 12] * (first + cut[month // 12] * later)
            for month, (lump, first, later) in enumerate(counted)
        ]

    @property
    def standing(self) -> list[float]:
        """In place at the end of each month."""
        return [part + whole for part, whole in zip(self._standing, accumulate(self._coming), strict=False)]


class Ledger:
    """The money of one programme by year; `carried` has one year more, into the first year and out of the last."""

    def __init__(self, years: int) -> None:
        self.budget, self.fixed_costs, self.commitments, self.available = _zeros(4, years)
        self.spend, self.unspent, self.shortfall, self.outyear_commitments = _zeros(4, years)
        self.carried = [0.0] * (years + 1)


def _zeros(count: int, length: int) -> list[list[float]]:
    return [[0.0] * length for _ in range(count)]
