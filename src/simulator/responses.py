"""How outcomes respond to single inputs: means by part of an input's range, and what share of the variance they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from simulator.arrays import Floats
from simulator.factors import Factor
from simulator.sensitivity import Bootstrap, Index, share_of, with_interval
from simulator.weighted_sums import weighted

MOST_PARTS, FEWEST_PARTS, RUNS_OF_PART = 64, 8, 100


@dataclass(frozen=True)
class Response:
    """Means of all outcomes (O, M) where an input is about `at` (M,), over all that else varies."""

    name: str
    at: Floats
    means: Floats


@dataclass(frozen=True)
class Summary:
    """Mean, standard deviation, least and greatest of every outcome, (O,) each."""

    runs: int
    mean: Floats
    sd: Floats
    least: Floats
    greatest: Floats


class Extent:
    """A summary while results are added; values that do not exist are left out."""

    def __init__(self) -> None:
        self._count: Floats | None = None
        self.runs = 0

    def add(self, results: Floats) -> None:
        """Add results (O, R)."""
        there = ~np.isnan(results)
        if self._count is None:
            self._pivot = np.nan_to_num(results[:, :1])
            self._count, self._first, self._second = np.zeros((3, len(results)))
            self._least, self._greatest = np.full(len(results), np.inf), np.full(len(results), -np.inf)
        apart = np.where(there, results - self._pivot, 0.0)
        self._count = self._count + there.sum(axis=1)
        self._first += apart.sum(axis=1)
        self._second += np.square(apart).sum(axis=1)
        np.minimum(self._least, np.where(there, results, np.inf).min(axis=1), out=self._least)
        np.maximum(self._greatest, np.where(there, results, -np.inf).max(axis=1), out=self._greatest)
        self.runs += results.shape[1]

    def summary(self) -> Summary | None:
        """Of all results so far; None where there were none."""
        if self._count is None:
            return None
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = self._first / self._count
            squares = np.maximum(self._second - self._count * mean * mean, 0.0)
            sd = np.sqrt(np.where(self._count > 1, squares / (self._count - 1.0), np.nan))
        ends = [np.where(self._count > 0, end, np.nan) for end in (self._least, self._greatest)]
        return Summary(self.runs, mean + self._pivot[:, 0], sd, *ends)


class Binned:
    """Sums of outcomes by part of each input, while results are added.

    Every input is cut into parts that are equally likely, or its levels. The share of the variance that the means of
    the parts have is the first-order index of given data, whatever the inputs' correlations:
    ``η² = Σ_m n_m (ȳ_m − ȳ)² / Σ (y − ȳ)²``, of samples less what chance adds, ``1 − (1 − η²)(N − 1)/(N − M)``.
    Source: Plischke, Reliability Engineering & System Safety 95 (2010), 354-360.
    """

    def __init__(self, factors: Sequence[Factor], runs: int, bootstrap: Bootstrap, *, sampled: bool) -> None:
        self._factors, self._bootstrap, self._sampled = factors, bootstrap, sampled
        self._parts = min(max(runs // RUNS_OF_PART, FEWEST_PARTS), MOST_PARTS)
        self.names = tuple(name for factor in factors for name in factor.names)
        self._edges: list[Floats] = []

    def add(self, block: int, inputs: Floats, results: Floats) -> None:
        """Add the inputs (C, R) and results (O, R) of the next block."""
        weights = self._bootstrap.weights(block, results.shape[1])
        if not self._edges:
            self._edges = list(self._cut(inputs))
            self._pivot = results[:, :1].copy()
            cells = (len(weights), len(results))
            self._sums = [np.zeros((len(edges) + 1, *cells)) for edges in self._edges]
            self._counts = [np.zeros((len(edges) + 1, len(weights), 1)) for edges in self._edges]
            self._at = [np.zeros(len(edges) + 1) for edges in self._edges]
            self._squares = np.zeros(cells)
        apart = results - self._pivot
        self._squares += weighted(np.square(apart), weights).T
        by_run = np.ascontiguousarray(apart.T)
        for place, edges in enumerate(self._edges):
            part = np.searchsorted(edges, inputs[place], side="right")
            sums, counts = _by_part(part, len(edges) + 1, weights, by_run)
            self._sums[place] += sums
            self._counts[place] += counts
            self._at[place] += np.bincount(part, inputs[place], len(edges) + 1)

    def _cut(self, inputs: Floats) -> "list[Floats]":
        """Values between which each input is cut; paths by year at the quantiles of the first block."""
        shares = np.arange(1, self._parts) / self._parts
        found, first = [], 0
        for factor in self._factors:
            for row in inputs[first : first + len(factor.names)]:
                if factor.is_path:
                    edges = np.quantile(row, shares)
                elif factor.levels and len(factor.levels) <= MOST_PARTS:
                    levels = np.sort(factor.levels)
                    edges = (levels[1:] + levels[:-1]) / 2.0
                else:
                    edges = factor.values(shares[None])[0]
                found.append(np.unique(edges))
            first += len(factor.names)
        return found

    def responses(self) -> list[Response]:
        """Means by part, of each input."""
        found = []
        for place, name in enumerate(self.names):
            count = self._counts[place][:, 0]
            kept = count[:, 0] > 0
            means = self._sums[place][kept, 0] / count[kept] + self._pivot[:, 0]
            found.append(Response(name, self._at[place][kept] / count[kept, 0], means.T))
        return found

    def index(self) -> Index:
        """The first-order index of every input, (O, C): `main_effect` of a grid, `given_data` of a sample."""
        shares = [self._share(sums, counts) for sums, counts in zip(self._sums, self._counts, strict=True)]
        replicated = np.stack(shares, axis=1)
        if not self._sampled:
            return Index("main_effect", replicated[..., 0])
        return with_interval("given_data", replicated)

    def _share(self, sums: Floats, counts: Floats) -> Floats:
        """(O, 1 + B) of one input."""
        many, total = counts.sum(axis=0), sums.sum(axis=0)
        between = (np.square(sums) / np.maximum(counts, 1e-300)).sum(axis=0) - np.square(total) / many
        within = self._squares - np.square(total) / many
        share: Floats = share_of(between.T, within.T / many.T, self._pivot) / many.T
        if not self._sampled:
            return share
        parts = (counts > 0).sum(axis=0).T
        adjusted: Floats = 1.0 - (1.0 - share) * (many.T - 1.0) / np.maximum(many.T - parts, 1.0)
        return adjusted


def _by_part(part: NDArray[np.intp], parts: int, weights: Floats, values: Floats) -> tuple[Floats, Floats]:
    """Weighted sums (M, B, O) of values (R, O) over the runs of each part, and sums of the weights (M, B, 1)."""
    order = np.argsort(part, kind="stable")
    ends = np.searchsorted(part[order], np.arange(parts + 1))
    sums, counts = np.zeros((parts, len(weights), values.shape[1])), np.zeros((parts, len(weights), 1))
    if len(weights) == 1:
        there, by = ends[1:] > ends[:-1], weights[0, order, None]
        sums[there, 0] = np.add.reduceat(values[order] * by, ends[:-1][there])
        counts[there, 0] = np.add.reduceat(by, ends[:-1][there])
        return sums, counts
    for number, (first, last) in enumerate(pairwise(ends.tolist())):
        own = order[first:last]
        sums[number] = weighted(values[own].T, weights[:, own]).T
        counts[number] = weights[:, own].sum(axis=1, keepdims=True)
    return sums, counts
