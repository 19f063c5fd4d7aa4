"""Designs that freeze some inputs and pick others anew: what two results have in common is due to what they share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator import correlations, sampling
from simulator.arrays import Floats
from simulator.inverses import GREATEST, LEAST

Places = NDArray[np.intp]


@dataclass
class _Points:
    """Scrambled Sobol' points in order; a jump back begins again."""

    dimensions: int
    seed: int
    _engine: Any = None
    _next: int = 0

    def over(self, start: int, stop: int) -> Floats:
        """Points `start` to `stop`, (dimensions, n)."""
        from scipy.stats import qmc

        if self._engine is None or start < self._next:
            self._engine, self._next = qmc.Sobol(self.dimensions, rng=sampling.generator(str(self.seed), "sobol")), 0
        if start > self._next:
            self._engine.fast_forward(start - self._next)
        drawn = self._engine.random(stop - start)
        self._next = stop
        points: Floats = np.clip(drawn.T, LEAST, GREATEST)
        return points


@dataclass(frozen=True)
class Saltelli:
    """Rows A, B, then A with the columns of factor i from B, for every factor.

    Source: Saltelli et al., Computer Physics Communications 181 (2010), 259-270.
    """

    base: int
    widths: tuple[int, ...]
    seed: int

    @property
    def rows(self) -> int:
        """As of `designs.Design`."""
        return len(self.widths) + 2

    @cached_property
    def _points(self) -> _Points:
        return _Points(2 * sum(self.widths), self.seed)

    def points(self, start: int, stop: int) -> Floats:
        """As of `designs.Design`."""
        drawn = self._points.over(start, stop)
        one, other = np.split(drawn, 2)
        made = np.repeat(one[:, None, :], self.rows, axis=1)
        made[:, 1] = other
        first = 0
        for factor, width in enumerate(self.widths):
            own = slice(first, first + width)
            made[own, factor + 2] = other[own]
            first += width
        return made


@dataclass(frozen=True)
class Subsets:
    """A point, and for every subset of the factors another that shares the subset with it and is drawn given that.

    The covariance of both runs' results is then ``Var(E[Y | X_u])``, u the subset, for correlated inputs too: normal
    variables are drawn given others exactly. Source: Song, Nelson and Staum, SIAM/ASA Journal on Uncertainty
    Quantification 4 (2016), 1060-1083; the pick-freeze form of Owen and Prieur, ibid. 5 (2017), 986-1002.
    """

    base: int
    widths: tuple[int, ...]
    seed: int
    names: tuple[str, ...]
    pairs: Mapping[frozenset[str], float] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """As of `designs.Design`."""
        return 1 + len(self.subsets)

    @cached_property
    def subsets(self) -> tuple[tuple[int, ...], ...]:
        """Every subset of the factors but none and all."""
        return subsets(len(self.widths))

    @cached_property
    def _points(self) -> _Points:
        return _Points(2 * len(self.names), self.seed)

    @cached_property
    def _given(self) -> tuple[tuple[Places, Places, Floats, Floats], ...]:
        """Of each subset: its columns, the others, weights of the first in the mean of the others, their factor."""
        whole = correlations.matrix(self.names, self.pairs)
        ends = np.cumsum((0, *self.widths))
        found = []
        for subset in self.subsets:
            kept = np.concatenate([np.arange(ends[factor], ends[factor + 1]) for factor in subset])
            others = np.setdiff1d(np.arange(len(self.names)), kept)
            weights = np.linalg.solve(whole[np.ix_(kept, kept)], whole[np.ix_(kept, others)]).T
            left = whole[np.ix_(others, others)] - weights @ whole[np.ix_(kept, others)]
            found.append((kept, others, weights, np.linalg.cholesky(left)))
        return tuple(found)

    def points(self, start: int, stop: int) -> Floats:
        """As of `designs.Design`."""
        from scipy.special import ndtr, ndtri

        one, other = np.split(ndtri(self._points.over(start, stop)), 2)
        normal = np.linalg.cholesky(correlations.matrix(self.names, self.pairs)) @ one
        made = np.repeat(normal[:, None, :], self.rows, axis=1)
        for row, (kept, others, weights, factor) in enumerate(self._given, 1):
            made[others, row] = weights @ normal[kept] + factor @ other[others]
        return np.clip(ndtr(made), LEAST, GREATEST)


def subsets(count: int) -> tuple[tuple[int, ...], ...]:
    """Every subset of so many things but none and all, the smaller first."""
    return tuple(subset for size in range(1, count) for subset in combinations(range(count), size))
