"""What a sweep varies: a factor makes values of an input of the numbers from 0 to 1 that designs give it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from simulator import inverses, ranges
from simulator.inverses import Floats
from simulator.processes import Process
from simulator.ranges import Range
from simulator.scenario import Document

TAILS = (0.05, 0.95)
"""Quantiles between which an input is moved that has no bounds, where its ends are asked for."""


@dataclass(frozen=True)
class Factor(Range):
    """An input that varies; `between` are the probabilities of its law that 0 and 1 stand for."""

    between: tuple[float, float] = (0.0, 1.0)

    @property
    def span(self) -> tuple[float, float]:
        """Least and greatest of its values."""
        if isinstance(self.law, Process):
            low, high = inverses.span(self.law, len(self.years) - 1)
            return max(low, self.quantity.low), min(high, self.quantity.high)
        ends = np.array([self.levels]) if self.levels else self.values(np.array([[0.0, 1.0]]))
        known = [*ends[0].tolist(), *([] if np.isnan(self.own) else [self.own])]
        return min(known), max(known)

    def values(self, uniforms: Floats) -> Floats:
        """Values (1, R), of a path by year (Y, R), that numbers (n, R) from 0 to 1 stand for; its own for NaN."""
        low, high = self.between
        shares = low + uniforms * (high - low) if self.between != (0.0, 1.0) else uniforms
        if isinstance(self.law, Process):
            drawn = inverses.path(self.law, np.clip(shares, inverses.LEAST, inverses.GREATEST))
            return np.clip(drawn, self.quantity.low, self.quantity.high)
        own = np.isnan(shares)
        made = self._made(np.where(own, 0.5, shares))
        return np.where(own, self.own, made)

    def _made(self, shares: Floats) -> Floats:
        if self.levels:
            places = np.minimum((shares * len(self.levels)).astype(np.intp), len(self.levels) - 1)
            return np.asarray(self.levels)[places]
        if self.bounds is not None:
            least, greatest = self.bounds
            return np.clip(least + shares * (greatest - least), least, greatest)
        drawn = inverses.values(self.law, np.clip(shares, inverses.LEAST, inverses.GREATEST))  # type: ignore[arg-type]
        return np.clip(drawn, self.quantity.low, self.quantity.high)

    def narrowed(self) -> "Factor":
        """The same between two quantiles where it has no bounds of its own."""
        return replace(self, between=TAILS) if self.law else self


def read_all(texts: Sequence[str], document: Document) -> tuple[Factor, ...]:
    """The factors that texts are of, as `ranges.read_all`."""
    return tuple(Factor(**vars(each)) for each in ranges.read_all(texts, document))
