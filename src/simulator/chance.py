"""Chance in single lives: take-up, deferral, start months and ends of a block of draws (model.md section 7).

Whole awards draw lots, binomial and multinomial; what is left of a fraction of an award goes the way of the mean, and
so do promotions and extensions, which are shares of what completes. Every award type and year of start has a stream
of its own for each tile of draws, so that the block size changes no bit. The agency selects on expected costs; what
the starts of the year then cost it is known at its end.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from simulator.arrays import Floats, Programme
from simulator.fates import Fates
from simulator.flows import Flows
from simulator.leaves import Batch, Leaves
from simulator.lifecycle import EXITS, MONTHS, era_of
from simulator.lives import fates_of, quantities
from simulator.sampling import key
from simulator.statistics import TILE

NEARLY = 1e-9
"""A count this near to the next whole number is that number."""


class Cohort(NamedTuple):
    """A tile of draws of the awards of one type, number `place` of a programme's, that start in row `now` of H + Y."""

    programme: Programme
    place: int
    now: int
    part: slice
    stream: np.random.Generator
    fates: Fates

    @property
    def row(self) -> int:
        """The award type, of J."""
        return int(self.programme.rows.start) + self.place

    @property
    def year(self) -> int:
        """The year of start, of Y; below 0 before the first."""
        return self.now - len(self.programme.history)

    def of(self, values: Floats) -> Floats:
        """Values over the runs of the tile; of length 1 where they do not vary."""
        return values if values.shape[-1] == 1 else values[..., self.part]


@dataclass(frozen=True)
class Lots:
    """The lots of a block of draws: by award type its name and the fates of each year of start, the history first."""

    seed: int
    start: int
    runs: int
    names: tuple[str, ...]
    fates: tuple[list[Fates], ...]

    def cohorts(self, programme: Programme, now: int) -> Iterator[Cohort]:
        """Tiles of a programme's cohorts of one year, each with a stream of its own."""
        for place, row in enumerate(range(programme.rows.start, programme.rows.stop)):
            stream = key(self.seed, f"{self.names[row]}/{now - len(programme.history)}")
            for first in range(0, self.runs, TILE):
                bits = np.random.Philox(key=stream, counter=[0, 0, (self.start + first) // TILE, 0])
                part = slice(first, min(first + TILE, self.runs))
                yield Cohort(programme, place, now, part, np.random.Generator(bits), self.fates[row][now])


def lots(batch: Batch, seed: int, start: int, stop: int) -> Lots | None:
    """Lots of draws `start`, a multiple of `TILE`, to `stop` of a scenario; None where it has no chance in lives."""
    leaves = Leaves(batch, start, stop)
    if not leaves.document.individual_variation:
        return None
    of = partial(fates_of, leaves, quantities=quantities(leaves))
    found = tuple(leaves.kept(("fates", path), partial(of, path)) for path in leaves.award_paths)
    return Lots(seed, start, stop - start, tuple(leaves.award_paths), found)


def recall(programme: Programme, flows: Flows, drawn: Lots) -> None:
    """The lives of cohorts that started before the first year."""
    flows.cohorts[:, programme.rows] = 0.0
    for now in range(len(programme.history)):
        for cohort in drawn.cohorts(programme, now):
            _live(cohort, flows)


def start(year: int, programme: Programme, promoted: Floats, flows: Flows, drawn: Lots) -> None:
    """Who takes up, who defers, the lives of all who start, and what they cost the agency in the year.

    Parameters
    ----------
    promoted : (n, R) awards that start without selection
    """
    for cohort in drawn.cohorts(programme, len(programme.history) + year):
        at_once = _taken(cohort, flows)
        others = flows.deferred[year, cohort.row, cohort.part] + promoted[cohort.place, cohort.part]
        flows.starts[cohort.now, cohort.row, cohort.part] = at_once + others
        _pay(cohort, at_once, others, _live(cohort, flows), flows)


def _taken(cohort: Cohort, flows: Flows) -> Floats:
    """Selections that start at once; those that start in the next year are written."""
    terms, year = cohort.programme.selection, cohort.year
    whole, rest = _parted(flows.selected[year, cohort.row, cohort.part])
    at_once, put_off = (cohort.of(shares[year, cohort.place]) for shares in (terms.at_once, terms.put_off))
    take_up = at_once + put_off
    taken = cohort.stream.binomial(whole, np.clip(take_up, 0.0, 1.0))
    later = np.divide(put_off, take_up, out=np.zeros_like(take_up), where=take_up > 0)
    deferred = cohort.stream.binomial(taken, np.clip(later, 0.0, 1.0)) if cohort.programme.defers else 0
    flows.deferred[year + 1, cohort.row, cohort.part] = deferred + rest * put_off
    started: Floats = (taken - deferred) + rest * at_once
    return started


def _live(cohort: Cohort, flows: Flows) -> Floats:
    """The lives of a cohort join those of others in each year; what it gives, (K, Q, R)."""
    left, rest = _parted(flows.starts[cohort.now, cohort.row, cohort.part])
    given = cohort.of(_kernel(cohort)) * rest
    chance, gives = cohort.of(cohort.fates.chance), cohort.of(cohort.fates.gives)
    undecided = np.ones(1)
    for fate, share in enumerate(chance):
        likely = np.clip(share / np.maximum(undecided, NEARLY), 0.0, 1.0)
        went = cohort.stream.binomial(left, likely) if fate < len(chance) - 1 else left
        given += gives[fate] * went
        left, undecided = left - went, undecided - share
    first = flows.lead + cohort.year
    for offset in range(max(0, -first), min(len(given), len(flows.cohorts) - first)):
        flows.cohorts[first + offset, cohort.row, :, cohort.part] += given[offset]
    return given


def _pay(cohort: Cohort, at_once: Floats, others: Floats, gives: Floats, flows: Flows) -> None:
    """What those who start do cost in the year; of the deferred and promoted the expected cost had been set aside."""
    prices, year, row, part = cohort.programme.prices, cohort.year, cohort.row, cohort.part
    end, month, expected = (cohort.of(price[year, cohort.place]) for price in (prices.end, prices.month, prices.first))
    usual = cohort.of(_kernel(cohort)[0])
    starts = at_once + others
    cost = starts * (expected - end * usual[EXITS] - month * usual[MONTHS])
    cost += end * gives[0, EXITS] + month * gives[0, MONTHS]
    selected = np.divide(at_once, starts, out=np.zeros_like(starts), where=starts > 0)
    flows.spend_new[year, row, part] = cost * selected
    flows.spend_continuing[year, row, part] += cost * (1.0 - selected) - expected * others


def _kernel(cohort: Cohort) -> Floats:
    return era_of(cohort.programme.eras[cohort.place], cohort.now).kernel


def _parted(counts: Floats) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.int64]], Floats]:
    """Whole awards, and the fraction of one that is left."""
    whole = np.floor(counts + NEARLY)
    return whole.astype(np.int64), np.maximum(counts - whole, 0.0)
