"""Inputs crossed with draws: every candidate meets the same draws, every draw the same candidates."""

from dataclasses import dataclass

import numpy as np

from simulator.arrays import Floats
from simulator.varied import Checked, Varied


@dataclass(frozen=True)
class _Crossed(Checked):
    of: Varied

    @property
    def bounds(self) -> tuple[float, float]:
        """As of `Varied`."""
        return self.of.bounds


@dataclass(frozen=True)
class Cycled(_Crossed):
    """The first `length` values over and over: run r has value ``r mod length``."""

    length: int

    def over(self, start: int, stop: int) -> Floats:
        """As of `Varied`."""
        return self.of.over(0, self.length)[..., np.arange(start, stop) % self.length]


@dataclass(frozen=True)
class Stretched(_Crossed):
    """Every value so many `times` in a row: run r has value ``⌊r / times⌋``."""

    times: int

    def over(self, start: int, stop: int) -> Floats:
        """As of `Varied`."""
        first, last = start // self.times, (stop - 1) // self.times
        return self.of.over(first, last + 1)[..., np.arange(start, stop) // self.times - first]
