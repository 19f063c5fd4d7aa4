"""Draws that every part of a random portfolio is made of."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")
Tree = dict[Any, Any]
Fields = dict[str, Callable[[], object]]
"""Fields of a mapping, each with what draws it."""


class Draws:
    """Draws numbers, shares and values by year; knows the first year of the portfolio and of its scenario."""

    def __init__(self, draw: st.DrawFn, at_rest: bool, whole_awards: bool | None) -> None:
        self.draw, self.at_rest, self.whole_awards = draw, at_rest, whole_awards
        self.first = draw(st.integers(2019, 2024))
        self.length = 14 if at_rest else draw(st.integers(4, 12))
        self.shown = self.first + (1 if self.chance(0.6) else 0)
        self.start = self.shown if self.chance(0.6) else self.first

    def by_year(self, draw: Callable[[], object], share: float = 0.35) -> Any:
        """A value, or with this probability values by year."""
        if self.at_rest or not self.chance(share):
            return draw()
        return {year: draw() for year in self.some_years()}

    def some_years(self) -> list[int]:
        return [self.first + year for year in sorted({self.number(-5, 8) for _ in range(self.number(1, 3))})]

    def each(self, fields: Fields, share: float) -> Tree:
        """Each of the fields with this probability."""
        return {name: draw() for name, draw in fields.items() if self.chance(share)}

    def money(self, size: int) -> float:
        return self.one_of([0.0, *[size * self.number(5, 30) / 10] * 9])

    def rounding(self) -> bool:
        if self.at_rest or self.whole_awards is not None:
            return bool(self.whole_awards)
        return self.one_of([True, False])

    def growth(self) -> float:
        return self.number(-10, 15) / 100

    def share(self) -> float:
        return self.one_of([0.0, 0.02, 0.05, 0.1, 0.25, 0.4, 0.5, 0.75, 1.0])

    def share_by_year(self) -> Any:
        return self.by_year(self.share)

    def half_numbers(self) -> Any:
        """Counts, by year or not, that whole awards cannot always follow."""
        return self.by_year(lambda: self.number(0, 80) / 2)

    def shares(self, count: int) -> list[float]:
        weights = [self.number(1, 9) for _ in range(count)]
        return [weight / sum(weights) for weight in weights]

    def number(self, low: int, high: int) -> int:
        return self.draw(st.integers(low, high))

    def one_of(self, items: Sequence[T]) -> T:
        return self.draw(st.sampled_from(items))

    def chance(self, share: float) -> bool:
        return self.draw(st.integers(1, 100)) > 100 * (1 - share)
