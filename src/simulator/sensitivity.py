"""Sensitivity: which inputs matter, for all outcomes of a sweep at once, with bootstrap intervals.

Estimators add up weighted sums block by block, in order: one row of weights is 1 for every base point, the others are
the counts of a bootstrap. An index of every replicate then follows from sums alone, so that neither the number of runs
nor that of outcomes makes anything but matrix products.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import factorial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator import sampling
from simulator.arrays import Floats
from simulator.designs import Morris
from simulator.pick_freeze import subsets
from simulator.weighted_sums import weighted

REPLICATES = 100
"""Of the bootstrap."""

NORMAL = 1.959963984540054
"""Standard deviations on either side of a 95 % interval."""

NOTHING = 1e-12
"""A variance below this share of the squared size of an outcome is rounding: nothing varies."""

TINY = 1e-300


class Index(NamedTuple):
    """A measure of sensitivity of every outcome to every input, (O, d), and half its 95 % interval."""

    name: str
    value: Floats
    half: Floats | None = None


@dataclass(frozen=True)
class Bootstrap:
    """Weights of base points: 1, and Poisson counts for every replicate; the same whichever blocks are asked for.

    Source: Hanley and MacGibbon, Computer Methods and Programs in Biomedicine 83 (2006), 57-62.
    """

    seed: int
    replicates: int = REPLICATES

    def weights(self, block: int, points: int) -> Floats:
        """(1 + B, n) of a block."""
        stream = sampling.generator(str(self.seed), f"bootstrap/{block}")
        counts = stream.poisson(1.0, (self.replicates, points)).astype(np.float64)
        return np.vstack([np.ones((1, points)), counts])


class _Sums:
    """Weighted sums by name, each (..., 1 + B), of values whose last axis is the base point.

    `count` is that of the weights alone, `size` (O, 1, 1) the mean of each outcome in the first block, which is taken
    off.
    """

    def __init__(self, bootstrap: Bootstrap) -> None:
        self._bootstrap, self._sums, self.size = bootstrap, dict[str, Floats](), np.empty(0)

    def add(self, block: int, values: Mapping[str, Floats]) -> None:
        """Add values by name."""
        points = next(iter(values.values())).shape[-1]
        weights = self._bootstrap.weights(block, points)
        for name, each in {"count": np.ones((1, points)), **values}.items():
            total = weighted(each.reshape(-1, points), weights).reshape(*each.shape[:-1], -1)
            self._sums[name] = self._sums[name] + total if name in self._sums else total

    def centred(self, results: Floats, rows: int) -> Floats:
        """(O, R) as (O, rows, n), less the mean of each outcome in the first block."""
        parted = results.reshape(len(results), rows, -1)
        if not self.size.size:
            self.size = parted.mean(axis=(1, 2), keepdims=True)
        apart: Floats = parted - self.size
        return apart

    def __getitem__(self, name: str) -> Floats:
        return self._sums[name]


def with_interval(name: str, replicated: Floats) -> Index:
    """An index of its replicates (O, d, 1 + B): the first is its value, the spread of the others its error."""
    return Index(name, replicated[..., 0], NORMAL * replicated[..., 1:].std(axis=-1, ddof=1))


def share_of(part: Floats, variance: Floats, size: Floats) -> Floats:
    """Share of a variance; NaN where nothing varies beyond the rounding of outcomes of this size."""
    known = variance > np.maximum(NOTHING * np.square(size), TINY)
    return np.where(known, part / np.where(known, variance, 1.0), np.nan)


class Sobol:
    """First-order and total Sobol' indices of runs of `pick_freeze.Saltelli`.

    ``S_i = E[f(B) (f(AB_i) − f(A))] / V``, ``T_i = E[(f(A) − f(AB_i))²] / 2V``, V the variance of A and B, f less its
    mean over all runs. Source: Saltelli et al., Computer Physics Communications 181 (2010), 259-270, and Jansen,
    ibid. 117 (1999), 35-43.
    """

    def __init__(self, factors: int, bootstrap: Bootstrap) -> None:
        self._factors, self._sums, self._moved = factors, _Sums(bootstrap), np.zeros((1, 1))

    def add(self, block: int, results: Floats) -> None:
        """Add the results (O, R) of the next block."""
        parted, sums = self._sums.centred(results, self._factors + 2), self._sums
        one, other = parted[:, 0], parted[:, 1]
        moved = parted[:, 2:] - one[:, None]
        self._moved = self._moved + moved.sum(axis=-1)
        products = {"cross": other[:, None] * moved, "square": np.square(moved)}
        sums.add(block, products | {"one": one, "other": other, "squares": np.square(one) + np.square(other)})

    def indices(self) -> list[Index]:
        """`first` and `total`, each (O, d)."""
        sums, count = self._sums, self._sums["count"][None]
        both = (sums["one"] + sums["other"])[:, None] / (2.0 * count)
        variance = sums["squares"][:, None] / (2.0 * count) - np.square(both)
        points = count[..., :1]
        every = sums["other"][:, :1] + (self._factors + 1) * sums["one"][:, :1] + self._moved.sum(axis=1, keepdims=True)
        centre = every[..., None] / (points * (self._factors + 2))
        first = sums["cross"] / count - centre * self._moved[..., None] / points
        total = sums["square"] / (2.0 * count)
        size = sums.size
        return [
            with_interval("first", share_of(first, variance, size)),
            with_interval("total", share_of(total, variance, size)),
        ]


class Shapley:
    """Shapley effects, with first-order and total indices, of inputs that may be correlated.

    Of each subset u ``S_u = Var(E[Y | X_u]) / V`` by the covariance of runs of `pick_freeze.Subsets` that share it; the
    effect of an input is the mean, over all orders of the inputs, of what it adds to the subset before it. All effects
    add up to 1. Source: Owen, SIAM/ASA Journal on Uncertainty Quantification 2 (2014), 245-251; the estimator of S_u is
    that of Janon et al., ESAIM: Probability and Statistics 18 (2014), 342-364.
    """

    def __init__(self, factors: int, bootstrap: Bootstrap) -> None:
        self._factors, self._subsets, self._sums = factors, subsets(factors), _Sums(bootstrap)

    def add(self, block: int, results: Floats) -> None:
        """Add the results (O, R) of the next block."""
        parted, sums = self._sums.centred(results, 1 + len(self._subsets)), self._sums
        one, others = parted[:, :1], parted[:, 1:]
        squares = (np.square(one) + np.square(others)) / 2.0
        sums.add(block, {"product": one * others, "mean": (one + others) / 2.0, "square": squares})

    def indices(self) -> list[Index]:
        """`shapley`, `first` and `total`, each (O, d)."""
        sums, count = self._sums, self._sums["count"][None]
        squared = np.square(sums["mean"] / count)
        variance = sums["square"] / count - squared
        closed = share_of(sums["product"] / count - squared, variance, sums.size)
        effects = np.einsum("du,oub->odb", self._weights(), closed) + 1.0 / self._factors
        where = {subset: place for place, subset in enumerate(self._subsets)}
        every = range(self._factors)
        first = closed[:, [where[(factor,)] for factor in every]]
        without = [where[tuple(other for other in every if other != factor)] for factor in every]
        found = (("shapley", effects), ("first", first), ("total", 1.0 - closed[:, without]))
        return [with_interval(name, replicated) for name, replicated in found]

    def _weights(self) -> Floats:
        """What S_u of each subset but the whole, (U,), counts for in the effect of each factor, (d, U)."""
        many = self._factors
        weights = np.zeros((many, len(self._subsets)))
        for place, subset in enumerate(self._subsets):
            size = len(subset)
            added = factorial(size - 1) * factorial(many - size) / factorial(many)
            left = factorial(size) * factorial(many - size - 1) / factorial(many)
            weights[:, place] = -left
            weights[list(subset), place] = added
        return weights


class Elementary:
    """Elementary effects of Morris: mean, mean size and spread of what a whole range of an input changes.

    Each trajectory moves an input by a part Δ of its range; the effect is the change over Δ. `mu_star` is the mean size
    (Campolongo et al., Environmental Modelling & Software 22 (2007), 1509-1518).
    """

    def __init__(self, design: Morris, bootstrap: Bootstrap) -> None:
        self._design, self._sums, self._begun = design, _Sums(bootstrap), 0

    def add(self, block: int, results: Floats) -> None:
        """Add the results (O, R) of the next block."""
        parted, sums = self._sums.centred(results, self._design.rows), self._sums
        points = parted.shape[-1]
        (up, _), step = self._design.drawn(self._begun, self._begun + points)
        self._begun += points
        after = np.take_along_axis(parted, step.astype(np.intp)[None], axis=1)
        before = np.take_along_axis(parted, step.astype(np.intp)[None] - 1, axis=1)
        effects = (after - before) * np.where(up < 0.5, 1.0, -1.0) / self._design.jump
        sums.add(block, {"effect": effects, "size": np.abs(effects), "square": np.square(effects)})

    def indices(self) -> list[Index]:
        """`mu`, `mu_star` and `sigma`, each (O, d), in units of the outcome."""
        sums, count = self._sums, self._sums["count"][None]
        mean = sums["effect"] / count
        with np.errstate(invalid="ignore"):
            spread = np.sqrt(np.maximum(sums["square"] - count * np.square(mean), 0.0) / np.maximum(count - 1.0, 1.0))
        found = (("mu", mean), ("mu_star", sums["size"] / count), ("sigma", spread))
        return [with_interval(name, replicated) for name, replicated in found]


def converged(index: Index, width: float) -> NDArray[np.bool_]:
    """Whether an interval is not wider than this, (O, d); what does not exist has no interval to be too wide."""
    half = index.half if index.half is not None else np.zeros_like(index.value)
    narrow: NDArray[np.bool_] = ~(2.0 * half > width)
    return narrow


def all_converged(indices: Sequence[Index], width: float) -> bool:
    """Whether every index is known so well."""
    return all(bool(converged(index, width).all()) for index in indices)
