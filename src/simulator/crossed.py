"""Inputs crossed with draws: every candidate meets the same draws, every draw the same candidates."""

from dataclasses import dataclass

import numpy as np

from simulator.arrays import Floats
from simulator.ranges import Leaves
from simulator.varied import Varied


class _Checked:
    """What is crossed has been checked before."""

    def check(self, path: str, document: Leaves, draws: int) -> None:
        """As of `Varied`."""


@dataclass(frozen=True)
class Cycled(_Checked):
    """The first `length` values over and over: run r has value ``r mod length``."""

    of: Varied
    length: int

    @property
    def bounds(self) -> tuple[float, float]:
        """As of `Varied`."""
        return self.of.bounds

    def over(self, start: int, stop: int) -> Floats:
        """As of `Varied`."""
        return self.of.over(0, self.length)[..., np.arange(start, stop) % self.length]


@dataclass(frozen=True)
class Stretched(_Checked):
    """Every value so many `times` in a row: run r has value ``⌊r / times⌋``."""

    of: Varied
    times: int

    @property
    def bounds(self) -> tuple[float, float]:
        """As of `Varied`."""
        return self.of.bounds

    def over(self, start: int, stop: int) -> Floats:
        """As of `Varied`."""
        first, last = start // self.times, (stop - 1) // self.times
        return self.of.over(first, last + 1)[..., np.arange(start, stop) // self.times - first]
