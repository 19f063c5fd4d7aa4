"""Fates: every way in which one award may go, with its probability (model.md section 2).

An award starts in a month, and completes in some month of its own or is terminated early after some month; what it
then gives in each fiscal year is certain. Their mean over all fates is the kernel.
"""

from typing import NamedTuple

import numpy as np

from simulator.arrays import Floats
from simulator.lifecycle import (
    COMPLETIONS,
    EXITS,
    IN_PLACE,
    LATER_MONTHS,
    MONTHS,
    months_until,
    share_beyond,
    still_to_come,
)

CERTAIN = 1e-15
"""A probability below this counts as none."""


class Fates(NamedTuple):
    """F fates: their probabilities (F, r), and what an award of each gives by offset and quantity (F, K, Q, r)."""

    chance: Floats
    gives: Floats


class _Fate(NamedTuple):
    """One fate of an award: its start month, its last month of its own, the share of that in place, how it ends."""

    chance: Floats
    month: int
    last: int
    fraction: Floats
    completed: bool


def fates(ranges: Floats, months: Floats, termination: Floats, *, offsets: int, quantities: int) -> Fates:
    """All fates on one set of life terms, given as of `lifecycle.kernel`.

    With r_a in place at the start of award month a and the monthly hazard h, an award that starts in month m
    completes in award month a with probability ``w_m (P(D > a) − P(D > a+1)) (1 − h)^a`` and is terminated after it
    with ``w_m P(D > a+1) (1 − h)^a h``. The last month counts by its expected share where durations are a range.
    """
    found = [each for each in _each(ranges, months, termination, 12 * offsets) if (each.chance > CERTAIN).any()]
    shape = np.broadcast_shapes(*(each.chance.shape for each in found))
    chance = np.stack([np.broadcast_to(each.chance, shape) for each in found])
    gives = np.broadcast_arrays(*(_gives(each, offsets, quantities) for each in found))
    return Fates(chance / chance.sum(axis=0), np.stack(gives))


def _each(ranges: Floats, months: Floats, termination: Floats, longest: int) -> list[_Fate]:
    beyond = share_beyond(ranges, np.arange(longest + 1.0)[:, None])
    occupied = np.diff(months_until(ranges, np.arange(longest + 1.0)[:, None]), axis=0)
    stays = np.power(1.0 - termination, 1.0 / 12.0)
    found = []
    for month in np.flatnonzero((months > 0).any(axis=1)).tolist():
        for last in range(longest - month):
            alive = months[month] * stays**last
            completing = beyond[last] - beyond[last + 1]
            with np.errstate(invalid="ignore", divide="ignore"):
                fractions = np.where(completing > CERTAIN, (occupied[last] - beyond[last + 1]) / completing, 1.0)
            found.append(_Fate(alive * completing, month, last, fractions, completed=True))
            found.append(_Fate(alive * beyond[last + 1] * (1.0 - stays), month, last, np.ones(1), completed=False))
    return found


def _gives(fate: _Fate, offsets: int, quantities: int) -> Floats:
    """What an award of a fate gives, (K, Q, r)."""
    calendar = np.zeros((12 * offsets, len(fate.fraction)))
    calendar[fate.month : fate.month + fate.last] = 1.0
    calendar[fate.month + fate.last] = fate.fraction
    worked, left = calendar.reshape(offsets, 12, -1).sum(axis=1), (fate.month + fate.last) // 12
    exits = np.zeros_like(worked)
    exits[left] = 1.0
    parts = {
        EXITS: exits,
        MONTHS: worked,
        IN_PLACE: 1.0 - np.cumsum(exits, axis=0),
        LATER_MONTHS: still_to_come(worked),
        COMPLETIONS: exits * fate.completed,
    }
    return np.stack([parts[quantity] for quantity in range(quantities)], axis=1)
