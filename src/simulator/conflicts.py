"""A smallest set of named rows that cannot hold together.

Of all sets that conflict one with the fewest names is found by implicit hitting sets (Ignatiev, Previti, Liffiton and
Marques-Silva, Smallest MUS extraction with minimal hitting set dualization, 2015): where some rows can hold together,
every conflict has a name among the others. A set with the fewest names that meets all that is known of this kind is
tried in turn, and is the answer once it cannot hold.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any, cast

import numpy as np

from simulator.arrays import Flags
from simulator.linear_programmes import LinearProgramme, Rows, feasible, solve

SECONDS = 20.0
"""How long the smallest conflict is looked for."""
WHOLE = 1e-6
"""An elastic row is kept where it gives way by less, as a share of its size."""


@dataclass(frozen=True)
class Conflict:
    """Names of rows that cannot hold together, none of which can be left out; `smallest`: no fewer names conflict."""

    names: tuple[str, ...]
    smallest: bool


def conflict(programme: LinearProgramme, seconds: float = SECONDS) -> Conflict:
    """A smallest conflict of an infeasible programme, without names where its nameless rows conflict by themselves.

    The problem with fractions is asked where it has no solution already: that is quicker, and of whole numbers fewer
    names could only conflict by their roundings. After so many seconds an irreducible conflict is told, perhaps not the
    smallest.
    """
    asked = programme if feasible(programme.rows, programme.relaxed()) else programme.relaxed()
    groups = _Groups.of(asked)
    known, until, few = groups.irreducible(), perf_counter() + seconds, np.zeros(len(groups.names), dtype=np.bool_)
    met = list[Flags]()
    while few.sum() < known.sum():
        if not groups.hold(few):
            known = few
            break
        if perf_counter() > until:
            return Conflict(groups.told(known), smallest=False)
        met.append(~groups.grown(few, until))
        few = _fewest(met)
    return Conflict(groups.told(known), smallest=True)


@dataclass(frozen=True)
class _Groups:
    """The rows of a programme by name, and those that bear none."""

    programme: LinearProgramme
    nameless: tuple[Rows, ...]
    names: tuple[str, ...]
    rows: tuple[tuple[Rows, ...], ...]

    @classmethod
    def of(cls, programme: LinearProgramme) -> "_Groups":
        names = tuple(dict.fromkeys(each.name for each in programme.rows if each.name))
        by_name = tuple(tuple(each for each in programme.rows if each.name == name) for name in names)
        return cls(programme, tuple(each for each in programme.rows if not each.name), names, by_name)

    def told(self, some: Flags) -> tuple[str, ...]:
        return tuple(self.names[place] for place in np.flatnonzero(some))

    def hold(self, some: Flags) -> bool:
        """Whether some of the groups can hold together."""
        return feasible(
            [*self.nameless, *(row for at in np.flatnonzero(some) for row in self.rows[at])], self.programme
        )

    def irreducible(self) -> Flags:
        """A conflict without any one of which the others hold: groups are dropped, several at first, while it stays."""
        kept, size = list(range(len(self.names))), max(len(self.names) // 2, 1)
        while size:
            start = 0
            while start < len(kept):
                rest = [*kept[:start], *kept[start + size :]]
                if self.hold(self._flags(rest)):
                    start += size
                else:
                    kept = rest
            size //= 2
        return self._flags(kept)

    def grown(self, some: Flags, until: float) -> Flags:
        """Groups that hold together with some that do, until no other can join them.

        First all of those that need not give way in an elastic programme, then one after the other.
        """
        kept = some | self._elastic(some)
        kept = kept if self.hold(kept) else some
        for place in np.flatnonzero(~kept):
            more = kept.copy()
            more[place] = True
            if perf_counter() < until and self.hold(more):
                kept = more
        return kept

    def _elastic(self, some: Flags) -> Flags:
        """Groups that need not give way where all give way by least, each as a share of its size; fractions allowed.

        Every group has a column by which its rows give way: ``A x + s size >= lower``, ``A x − s size <= upper``.
        """
        columns, count = self.programme.cost.size, len(self.names)
        parts = [part for row in self.nameless for part in _giving(row, 0, 0.0, count)]
        for place, rows in enumerate(self.rows):
            parts += [part for row in rows for part in _giving(row, place, float(not some[place]), count)]
        found = solve(
            LinearProgramme(
                np.concatenate([np.zeros(columns), np.ones(count)]),
                np.concatenate([self.programme.lower, np.zeros(count)]),
                np.concatenate([self.programme.upper, np.full(count, np.inf)]),
                np.zeros(columns + count, dtype=np.bool_),
                tuple(parts),
            )
        )
        stays: Flags = found.columns[columns:] <= WHOLE
        return stays

    def _flags(self, places: Sequence[int]) -> Flags:
        found = np.zeros(len(self.names), dtype=np.bool_)
        found[list(places)] = True
        return found


def _giving(row: Rows, place: int, sign: float, count: int) -> Iterator[Rows]:
    """A row that gives way by the column `place` of `count` more, in sizes of it: its greatest finite bound, or 1."""
    from scipy import sparse

    ends = np.abs(np.stack([row.lower, row.upper]))
    size, number = np.maximum(np.where(np.isfinite(ends), ends, 0.0).max(axis=0), 1.0), len(row.lower)
    given = sparse.coo_array((sign * size, (np.arange(number), np.full(number, place))), shape=(number, count))
    free, stack = np.full(number, np.inf), cast("Any", sparse.hstack)
    yield Rows(stack([row.matrix, given]).tocsr(), row.lower, free)
    yield Rows(stack([row.matrix, -given]).tocsr(), -free, row.upper)


def _fewest(met: Sequence[Flags]) -> Flags:
    """The fewest groups of which every one of these sets has at least one."""
    from scipy import sparse

    size = len(met[0])
    ones = Rows(sparse.csr_array(np.array(met, dtype=np.float64)), np.ones(len(met)), np.full(len(met), np.inf))
    whole = np.ones(size, dtype=np.bool_)
    chosen: Flags = solve(LinearProgramme(np.ones(size), np.zeros(size), np.ones(size), whole, (ones,))).columns > 0.5
    return chosen
