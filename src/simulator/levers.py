"""Levers: inputs that are moved within a range, one alone or several in equal proportion."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from math import floor, isfinite, log10

import numpy as np

from simulator import quantities, values
from simulator.arrays import Floats
from simulator.errors import QuantityError, RequestError, did_you_mean, quoted
from simulator.quantities import Quantity
from simulator.scenario import Scenario, leaves
from simulator.values import Named, Stay, Steps

DIGITS = 6
"""Decimal digits of a range that a value found in it is rounded to."""

AROUND = {"growth rate": 0.2, "level change": 1.0}
"""How far these are moved to either side where no range is given: 20 points a year, and from nothing to the double."""


@dataclass(frozen=True)
class Lever:
    """An input and the range it is moved in, in internal units; `low` may be the greater one."""

    path: str
    quantity: Quantity
    present: float
    low: float
    high: float

    @property
    def start(self) -> float:
        """The present value, or the end of the range that is next to it."""
        return min(max(self.present, min(self.low, self.high)), max(self.low, self.high))

    def at(self, position: Floats) -> Floats:
        """Values at positions: -1 is `low`, 0 the present value, 1 `high`."""
        up, down = self.high - self.start, self.low - self.start
        moved: Floats = self.start + np.where(position > 0, position * up, -position * down)
        return np.clip(moved, min(self.low, self.high), max(self.low, self.high))

    def rounded(self, value: float, *, up: bool) -> float:
        """A value in few digits, rounded up or down."""
        step = Decimal(10) ** (floor(log10(abs(self.high - self.low))) - DIGITS)
        whole = (Decimal(value) / step).to_integral_value(ROUND_CEILING if up else ROUND_FLOOR)
        return float(whole * step)

    def written(self, value: float) -> str:
        """The value as a scenario file says it, which reads back to the same bits."""
        number = Decimal(repr(float(value)))
        if self.quantity is quantities.LEVEL:
            return f"{(number * 100).normalize():+f}%"
        number = number.normalize()
        return f"{number:f} months" if self.quantity is values.MONTHS_OF_DURATION else f"{number:f}"


def lever(text: str, scenario: Scenario) -> Lever:
    """Read `PATH` or `PATH=LOW:HIGH`, the ends as the format writes them; RequestError where it is no lever."""
    path, given, ends = (part.strip() for part in text.partition("="))
    quantity, present = _present(path, scenario)
    if not given:
        return Lever(path, quantity, present, *_around(path, quantity, present))
    low, colon, high = ends.partition(":")
    try:
        found = Lever(path, quantity, present, quantity.parse(low.strip()), quantity.parse(high.strip()))
    except QuantityError as error:
        why = str(error) if colon else f"{quoted(ends)} is no range"
        raise RequestError(f"--vary {path}: {why}: write {path}=LOW:HIGH") from error
    if found.low == found.high:
        raise RequestError(f"--vary {path}: the range has one value alone: write {path}=LOW:HIGH")
    return found


def _present(path: str, scenario: Scenario) -> tuple[Quantity, float]:
    """What kind of number stands under a path, and its value in the first year."""
    known = dict(leaves(scenario.document))
    whole, _, year = path.rpartition(".")
    leaf = known.get(path) or (known.get(whole) if year.isdigit() else None)
    if leaf is None:
        hint = did_you_mean(path, [each for each in known if each.rpartition(".")[2] == path.rpartition(".")[2]])
        raise RequestError(f"--vary {path}: no such input{hint or '; `simulate sources` lists them'}")
    first = scenario.document.first_year if leaf is known.get(path) else int(year)
    value = leaf.at(first) if isinstance(leaf, Steps | Named) else None
    if isinstance(leaf, Steps) and isinstance(value, Stay):
        return values.MONTHS_OF_DURATION, sum(share * (low + high) / 2 for low, high, share in value.ranges)
    if not isinstance(leaf, Steps | Named) or not isinstance(value, float):
        raise RequestError(f"--vary {path}: is not one number and cannot be moved")
    return leaf.quantity, value


def _around(path: str, quantity: Quantity, present: float) -> tuple[float, float]:
    """The range of a lever where none is given."""
    if quantity is quantities.SHARE:
        return 0.0, 1.0
    far = AROUND.get(quantity.name, abs(present))
    if not isfinite(present) or far == 0:
        raise RequestError(f"--vary {path}: say from where to where it may be moved, {path}=LOW:HIGH")
    low = max(present - far, quantity.low)
    return present / 2 if quantity.exclusive and low == quantity.low else low, min(present + far, quantity.high)
