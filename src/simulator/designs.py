"""Designs: which points of the unit cube a sweep runs, as numbers from 0 to 1 that factors make values of.

A design is made of base points, each with `rows` runs that belong together: one in a grid or a Latin hypercube, a
trajectory of Morris, A, B and all AB_i of Saltelli. Any block of base points is made alone and has the same bits
whichever others are made: that is what makes a sweep resumable.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import prod
from typing import Literal, Protocol, get_args

import numpy as np

from simulator import sampling
from simulator.arrays import Floats
from simulator.correlations import Pairs
from simulator.errors import RequestError
from simulator.factors import Factor
from simulator.pick_freeze import Saltelli, Subsets

Kind = Literal["grid", "lhs", "sobol", "morris", "oat", "shapley"]
KINDS: tuple[str, ...] = get_args(Kind)
INDEPENDENT = ("sobol", "morris", "oat")
"""Designs that move inputs one by one, which says nothing of inputs that move together."""

SIZES = {"lhs": 10_000, "sobol": 1024, "morris": 64, "oat": 2, "shapley": 1024}
"""Base points where none are asked for; of `oat`, points between the ends of each input."""

MORRIS_LEVELS = 4
MOST_NUMBERS, MOST_RUNS, MOST_SHAPLEY = 200_000_000, 10_000_000_000, 12


class Design(Protocol):
    """Points of a sweep."""

    @property
    def base(self) -> int:
        """Base points."""

    @property
    def rows(self) -> int:
        """Runs of each."""

    def points(self, start: int, stop: int) -> Floats:
        """Numbers of base points `start` to `stop`, (C, rows, stop − start), C uniform numbers of all factors."""


def design(kind: Kind, factors: Sequence[Factor], size: int, seed: int, pairs: Pairs) -> Design:
    """The design of a kind, after what does not fit it has been refused.

    Parameters
    ----------
    size : base points; 0 takes as many as are usual
    pairs : rank correlations of uniform numbers, by their names

    Raises
    ------
    RequestError : the design assumes that inputs are independent which the scenario correlates, or cannot be made

    """
    _require_fit(kind, factors, size, pairs)
    size = size or SIZES.get(kind, 0)
    widths = tuple(len(factor.columns) for factor in factors)
    names = tuple(column for factor in factors for column in factor.columns)
    made: Design
    match kind:
        case "grid":
            made = Grid(tuple(len(factor.levels) for factor in factors))
        case "oat":
            made = OneAtATime(tuple(len(factor.levels) or size for factor in factors))
        case "morris":
            made = Morris(size, len(names), seed)
        case "lhs":
            made = Hypercube(size, seed, names, _within(names, pairs))
        case "sobol":
            made = Saltelli(size, widths, seed)
        case "shapley":
            made = Subsets(size, widths, seed, names, _within(names, pairs))
    if made.base * made.rows > MOST_RUNS:
        raise RequestError(f"{made.base * made.rows:,} runs are too many: give fewer steps or a smaller --size")
    return made


def _within(names: Sequence[str], pairs: Pairs) -> dict[frozenset[str], float]:
    return {pair: rank for pair, rank in pairs.items() if pair <= set(names) and rank}


def _require_fit(kind: Kind, factors: Sequence[Factor], size: int, pairs: Pairs) -> None:
    """RequestError where a design does not fit what varies."""
    if not factors:
        raise RequestError("nothing varies: add --vary PATH=LOW:HIGH:STEPS, or sweep: to the scenario")
    if kind in INDEPENDENT:
        _require_independent(kind, factors, pairs)
    for factor in factors:
        if fault := _unfit(kind, factor):
            raise RequestError(fault)
    if kind == "grid" and size:
        raise RequestError("--size is of other designs: a grid has as many runs as its steps make, leave it out")
    if kind == "oat" and size == 1:
        raise RequestError("--size 1: one point is no range: give 2 or more")
    if kind in ("sobol", "shapley") and size & (size - 1):
        near = 1 << (size.bit_length() - 1)
        raise RequestError(f"--size {size}: Sobol' points come in powers of two: give {near} or {2 * near}")
    if kind == "shapley" and len(factors) < 2:
        raise RequestError("--design shapley shares out what several inputs do together: vary two or more")
    if kind == "shapley" and len(factors) > MOST_SHAPLEY:
        raise RequestError(f"--design shapley runs every subset of the inputs, at most {MOST_SHAPLEY}: vary fewer")


def _require_independent(kind: Kind, factors: Sequence[Factor], pairs: Pairs) -> None:
    columns = {column: factor.path for factor in factors for column in factor.columns}
    for pair, rank in pairs.items():
        if rank and pair <= set(columns):
            one, other = sorted(columns[name] for name in pair)
            instead = "take --design shapley (Shapley effects) or lhs (given-data indices)"
            text = f"takes inputs to be independent, and {one} and {other} are correlated in the scenario"
            raise RequestError(f"--design {kind} {text}: {instead}")


def _unfit(kind: Kind, factor: Factor) -> str:
    """Why a factor does not fit a design; nothing where it does."""
    path = factor.path
    if kind in ("grid", "oat", "morris") and factor.is_path:
        return f"--design {kind}: {path} is a path by year: take lhs, sobol or shapley"
    if kind == "grid" and not factor.levels:
        return f"vary: {path}: a grid takes {path}=LOW:HIGH:STEPS or {path}=a, b, c; other designs need no steps"
    if kind == "oat" and np.isnan(factor.own):
        return f"--design oat: {path} has several values in the scenario: name one year of it, as {path}.2022"
    return ""


@dataclass(frozen=True)
class Grid:
    """Every combination of the levels, the last factor fastest."""

    levels: tuple[int, ...]
    rows = 1

    @property
    def base(self) -> int:
        """As of `Design`."""
        return prod(self.levels)

    def points(self, start: int, stop: int) -> Floats:
        """As of `Design`: the middle of each level's share of [0, 1]."""
        places = np.stack(np.unravel_index(np.arange(start, stop), self.levels))
        shares: Floats = (places + 0.5) / np.array(self.levels)[:, None]
        return shares[:, None, :]


@dataclass(frozen=True)
class OneAtATime:
    """The scenario as it is (NaN stands for that), then each factor at each of its points while the others stay."""

    levels: tuple[int, ...]
    base = 1

    @property
    def rows(self) -> int:
        """As of `Design`."""
        return 1 + sum(self.levels)

    def points(self, start: int, stop: int) -> Floats:
        """As of `Design`; points from end to end."""
        made = np.full((len(self.levels), self.rows, stop - start), np.nan)
        row = 1
        for factor, levels in enumerate(self.levels):
            made[factor, row : row + levels] = np.linspace(0.0, 1.0, levels)[:, None]
            row += levels
        return made


@dataclass(frozen=True)
class Morris:
    """Trajectories on a grid of four levels: each step moves one factor by two thirds of its range.

    Source: Morris, Technometrics 33 (1991), 161-174.
    """

    base: int
    factors: int
    seed: int
    jump = MORRIS_LEVELS / (2.0 * (MORRIS_LEVELS - 1))

    @property
    def rows(self) -> int:
        """As of `Design`."""
        return self.factors + 1

    def drawn(self, start: int, stop: int) -> tuple[Floats, Floats]:
        """Whether each factor moves up, and the step in which it moves, (d, n) each."""
        shape = (self.factors, stop - start)
        lots = np.stack([_uniforms(self.seed, f"morris/{name}", start, stop, self.factors) for name in range(3)])
        order = np.argsort(lots[2], axis=0).argsort(axis=0).astype(np.float64)
        return lots[:2].reshape(2, *shape), order + 1.0

    def points(self, start: int, stop: int) -> Floats:
        """As of `Design`."""
        (up, level), step = self.drawn(start, stop)
        lows = MORRIS_LEVELS // 2
        low = np.minimum(np.floor(level * lows), lows - 1) / (MORRIS_LEVELS - 1)
        begin, end = np.where(up < 0.5, low, low + self.jump), np.where(up < 0.5, low + self.jump, low)
        moved = np.arange(self.rows)[None, :, None] >= step[:, None, :]
        made: Floats = np.where(moved, end[:, None, :], begin[:, None, :])
        return made


def _uniforms(seed: int, name: str, start: int, stop: int, each: int) -> Floats:
    """`each` numbers of every base point, (each, n), the same whichever points are asked for together."""
    bits = np.random.Philox(key=sampling.key(seed, name))
    first, skip = divmod(start * each, sampling.PER_COUNT)
    bits.advance(first)
    drawn = np.random.Generator(bits).random(skip + (stop - start) * each)[skip:]
    return drawn.reshape(stop - start, each).T


@dataclass(frozen=True)
class Hypercube:
    """A Latin hypercube, made as that of draws is; correlated as the scenario says."""

    base: int
    seed: int
    names: tuple[str, ...]
    pairs: Mapping[frozenset[str], float] = field(default_factory=dict)
    rows = 1

    def __post_init__(self) -> None:
        if self.base < 2 * sampling.REPLICATES:
            raise RequestError(f"--size {self.base}: a Latin hypercube takes {2 * sampling.REPLICATES} runs or more")
        if self.base * len(self.names) > MOST_NUMBERS:
            text = "is made as a whole, and would fill the memory"
            raise RequestError(f"--size {self.base}: a Latin hypercube {text}: take --design sobol, or fewer runs")

    @cached_property
    def _sample(self) -> sampling.Design:
        points = sampling.points("lhs", self.seed, self.base, self.names)
        return sampling.Design(self.base, self.seed, "lhs", points, self.pairs)

    def points(self, start: int, stop: int) -> Floats:
        """As of `Design`."""
        return np.stack([self._sample.uniforms(name, start, stop) for name in self.names])[:, None, :]
