"""Sampling: which uniform number each draw gives to each uncertain input (model.md section 7).

With `random` every input has a stream of its own, keyed by the seed and the input's name, with a counter that a draw
sets: what else varies, and which draws are asked for together, changes nothing. `lhs` (Latin hypercube) keeps streams
by name; `sobol` (scrambled Sobol' points) gives inputs columns in the order of the alphabet. Both are made of several
independent replicates, from whose means the standard error follows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from typing import Literal

import numpy as np

from simulator import correlations
from simulator.correlations import Pairs
from simulator.inverses import GREATEST, LEAST, Floats

Sampling = Literal["random", "lhs", "sobol"]

REPLICATES = 8
"""Independent designs that the draws of `lhs` and `sobol` are made of; draw i is of replicate i mod 8."""

PER_COUNT = 4
"""Numbers that Philox makes at each value of its counter."""


@dataclass(frozen=True)
class Design:
    """The draws of a run: how many, of which seed, and the inputs they are of.

    Attributes
    ----------
    points : of `lhs` and `sobol`, by input, (D,) each
    pairs : rank correlations of inputs

    """

    draws: int
    seed: int = 0
    sampling: Sampling = "random"
    points: Mapping[str, Floats] = field(default_factory=dict, repr=False)
    pairs: Pairs = field(default_factory=dict)

    @property
    def replicates(self) -> int:
        """Designs that are independent of each other; 1 where the draws are."""
        return 1 if self.sampling == "random" else REPLICATES

    def uniforms(self, name: str, start: int, stop: int) -> Floats:
        """Uniform numbers of an input in draws `start` to `stop`, correlated as the pairs say."""
        group = next((group for group in self._factors if name in group), None)
        if group is None:
            return self._own(name, start, stop)
        from scipy.special import ndtr, ndtri

        place = group.index(name)
        weights = self._factors[group][place, : place + 1]
        normal = np.zeros(stop - start)
        for weight, other in zip(weights, group, strict=False):
            if weight:
                normal += weight * ndtri(self._own(other, start, stop))
        return np.clip(ndtr(normal), LEAST, GREATEST)

    def _own(self, name: str, start: int, stop: int) -> Floats:
        """Uniform numbers before they are correlated."""
        if self.sampling == "random":
            count, before = divmod(start, PER_COUNT)
            bits = np.random.Philox(key=key(self.seed, name), counter=[count, 0, 0, 0])
            return np.maximum(np.random.Generator(bits).random(before + stop - start)[before:], LEAST)
        return self.points[name][start:stop]

    @cached_property
    def _factors(self) -> Mapping[tuple[str, ...], Floats]:
        """Lower triangular factor of each group's correlation matrix."""
        found: dict[tuple[str, ...], Floats] = {}
        for group in correlations.groups(self.pairs):
            factor = np.linalg.cholesky(correlations.matrix(group, self.pairs))
            found[group] = np.asarray(factor, dtype=np.float64)
        return found


def points(sampling: Sampling, seed: int, draws: int, names: Sequence[str]) -> dict[str, Floats]:
    """All points of a design that is made at one go, by input, (D,) each; none of `random`."""
    if sampling == "random":
        return {}
    made = np.empty((len(names), draws))
    for replicate in range(REPLICATES):
        count = len(range(replicate, draws, REPLICATES))
        if count:
            made[:, replicate::REPLICATES] = _replicate(sampling, f"{seed}/{replicate}", count, names)
    np.clip(made, LEAST, GREATEST, out=made)
    return dict(zip(names, made, strict=True))


def _replicate(sampling: Sampling, seed: str, count: int, names: Sequence[str]) -> Floats:
    """Points of one replicate, (n, count)."""
    from scipy.stats import qmc

    if sampling == "sobol":
        engine = qmc.Sobol(len(names), rng=generator(seed, "sobol"))
        return engine.random_base2((count - 1).bit_length())[:count].T
    columns = [qmc.LatinHypercube(1, rng=generator(seed, name)).random(count)[:, 0] for name in names]
    return np.array(columns).reshape(len(names), count)


def key(seed: object, name: str) -> int:
    """Key of a stream: 128 bits of a hash of seed and name."""
    return int.from_bytes(blake2b(f"{seed}/{name}".encode(), digest_size=16).digest(), "little")


def generator(seed: str, name: str) -> np.random.Generator:
    """A generator that scipy may spawn others of, which one with a bare key cannot."""
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(key(seed, name))))
