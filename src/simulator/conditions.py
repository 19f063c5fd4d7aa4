"""Conditions on results as people write them: `shortfall > 0`, `selected[overseas_fellowships, 2024] >= 305`."""

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator import quantities
from simulator.arrays import Floats
from simulator.errors import QuantityError, RequestError
from simulator.measures import TOTAL, Measure, measure
from simulator.quantities import Quantity
from simulator.results import Run

COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "==": operator.eq,
    "!=": operator.ne,
}

TRACE = 1e-6
"""Million yen, awards or a share of one: figures nearer than this are equal."""

RATIO = Quantity("ratio", "ratio", quantities.ELASTICITY.read, -1e6, 1e6, "0.3 or 30%")

_GRAMMAR = re.compile(
    r"\s*(?P<measure>\w+)\s*(?:\[\s*(?P<where>[^\],]+?)\s*(?:,\s*(?P<year>[^\]]+?)\s*)?\])?"
    r"\s*(?P<sign>>=|<=|==|!=|>|<)\s*(?P<value>.+?)\s*"
)


@dataclass(frozen=True)
class Condition:
    """A measure of the portfolio, a programme or an award type, compared with a number, in one year or any.

    Where no `year` is named all count that are shown, of these only those `within` a range where one is given.
    """

    text: str
    measure: str
    programme: str
    award: str
    year: int | None
    sign: str
    value: float
    within: range | None = None

    @classmethod
    def parse(cls, text: str) -> "Condition":
        """Read `MEASURE[PROGRAMME, YEAR] >= VALUE`.

        The programme may be `total`, the default, or `PROGRAMME.AWARD`; without a year any year counts. The value is
        in the measure's unit, money as people write it. RequestError where the text is no condition.
        """
        match = _GRAMMAR.fullmatch(text)
        if match is None:
            signs = ", ".join(COMPARISONS)
            raise RequestError(
                f"{text!r} is no condition: write 'shortfall[overseas_fellowships,2024] > 0' with one of {signs}"
            )
        kind = measure(match["measure"])
        where, _, award = (match["where"] or TOTAL).partition(".")
        if where == TOTAL and not kind.totals:
            of = "PROGRAMME" if kind.sums else "PROGRAMME.AWARD"
            raise RequestError(f"{text!r}: {kind.id} does not add up over programmes: write {kind.id}[{of}]")
        try:
            year = quantities.year(match["year"]) if match["year"] else None
            value = _number(kind, match["value"])
        except QuantityError as error:
            raise RequestError(f"{text!r}: {error}") from error
        return cls(text.strip(), kind.id, where, award, year, match["sign"], value)

    @property
    def is_possible(self) -> bool:
        """Whether any figure could fulfil it: all of them are 0 or more."""
        return not ((self.value < 0 and self.sign in ("<", "<=", "==")) or (self.value == 0 and self.sign == "<"))

    def counts(self, year: int) -> bool:
        """Whether a year is among those in which it is asked."""
        return year == self.year or (self.year is None and (self.within is None or year in self.within))

    def holds(self, values: Floats) -> NDArray[np.bool_]:
        """Whether it holds of each value; of one that does not exist it does not.

        A value less than a yen, or 10⁻⁶ of an award, from the number is the number: sums leave as much behind.
        """
        trace = max(TRACE, 1e-12 * abs(self.value))
        values = np.where(np.abs(values - self.value) < trace, self.value, values)
        held: NDArray[np.bool_] = COMPARISONS[self.sign](values, self.value) & ~np.isnan(values)
        return held

    def require_year(self, years: range) -> None:
        """RequestError where the year that is named is not shown."""
        if self.year is not None and self.year not in years:
            shown = f"FY{years.start}-FY{years.stop - 1}"
            raise RequestError(f"{self.text!r}: FY{self.year} is not among the years shown, {shown}")

    def first_year(self, run: Run) -> tuple[int, float] | None:
        """First year in which the condition holds, with the figure; None where it holds in none."""
        self.require_year(run.years)
        values = run.of(self.measure, self.programme, self.award)[:, 0]
        holds = self.holds(values)
        for year, value, met in zip(run.years, values.tolist(), holds.tolist(), strict=True):
            if met and self.counts(year):
                return year, value
        return None


def _number(kind: Measure, text: str) -> float:
    by_unit = {"million_yen": quantities.SIGNED_MONEY, "ratio": RATIO}
    return by_unit.get(kind.unit, quantities.COUNT).parse(text)
