"""Statistics of draws: moments and quantiles, in one pass and in memory that does not grow with the draws.

Draws are added up in fixed tiles, and tiles in order, so that a figure has the same bits whatever the block size and
however many threads made it. Quantiles are exact while there is room for all values, and those of a t-digest beyond.
"""

from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

from simulator.arrays import Floats

TILE = 1024
"""Draws whose sum is one term of a mean: a divisor of every block size, so that means do not depend on it."""

QUANTILES = {"p05": 0.05, "p25": 0.25, "p50": 0.50, "p75": 0.75, "p95": 0.95}

EXACT = 100_000_000
"""Values, draws × figures, up to which quantiles are exact: 800 MB."""

COMPRESSION, NEIGHBOURS = 200.0, 8
"""Size of a t-digest, and how many neighbours of a sorted tile are one point of it."""

RANK_ERROR = 0.001
"""Error of its quantiles in probability, of values that lie close together (the tests hold it).

Of values that lie apart, such as whole counts, a quantile may stand between two that are next to each other;
`benchmarks/uncertainty.py` measures both: 0.0002 and 0.007 on its samples.
"""

DUST = 1e-12
"""Less than this share of a figure is what sums in floating point leave behind."""

CONFIDENCE = 0.95
"""Of the interval of a mean."""


class Share(NamedTuple):
    """A share of draws in which something holds, with its 95 % interval (Wilson 1927), also where it is all or none."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, held: int, draws: int) -> "Share":
        """Of so many draws in which it held."""
        from scipy.stats import binomtest

        interval = binomtest(held, draws).proportion_ci(CONFIDENCE, method="wilson")
        return cls(held / draws, float(interval.low), float(interval.high))

    @property
    def told(self) -> dict[str, str]:
        """As percentages."""
        return {"chance": f"{self.value:.1%}", "low": f"{self.low:.1%}", "high": f"{self.high:.1%}"}


class Tiles(NamedTuple):
    """What a block of draws adds to a line: sums (Y, T, M) of its T tiles by M replicates, points (Y, n) of a digest.

    `present` are the draws in which the figure exists; `first` and `second` the sums of d and d², d being the distance
    from a pivot; `weights` say how many draws a point stands for.
    """

    present: Floats
    first: Floats
    second: Floats
    points: Floats | None = None
    weights: Floats | None = None


@dataclass(frozen=True)
class Statistics:
    """Statistics of one line over its years, (Y,) each; NaN where the figure exists in no draw.

    Attributes
    ----------
    draws : draws that they are of
    mean, sd, se : mean, standard deviation of a draw, standard error of the mean
    freedom : degrees of freedom of the standard error
    quantiles : by name, none where they were not asked for

    """

    draws: int
    mean: Floats
    sd: Floats
    se: Floats
    freedom: int
    quantiles: dict[str, Floats] = field(default_factory=dict)

    def items(self) -> list[tuple[str, Floats]]:
        """Every statistic with its name, in the order of tables."""
        return [("mean", self.mean), ("sd", self.sd), ("se", self.se), *self.quantiles.items()]

    def rows(self, which: slice) -> "Statistics":
        """The same of some of its years."""
        quantiles = {name: values[which] for name, values in self.quantiles.items()}
        return replace(self, mean=self.mean[which], sd=self.sd[which], se=self.se[which], quantiles=quantiles)

    @property
    def varies(self) -> bool:
        """Whether draws differ, by more than sums in floating point do."""
        return bool((self.sd > DUST * np.abs(self.mean)).any())

    @property
    def half_interval(self) -> Floats:
        """Half the width of the 95 % interval of the mean: Student's t times the standard error."""
        from scipy.special import stdtrit

        width: Floats = self.se * float(stdtrit(max(self.freedom, 1), 0.5 + CONFIDENCE / 2.0))
        return width

    @property
    def distinguishable(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Whether the interval leaves 0 out, or there is nothing but one number in all draws."""
        apart: np.ndarray[Any, np.dtype[np.bool_]] = (np.abs(self.mean) > self.half_interval) | (self.sd == 0.0)
        return apart


def tiles(values: Floats, pivot: Floats, *, replicates: int, digest: bool) -> Tiles:
    """What a block of figures adds, (Y, R) by year and draw, NaN where one does not exist.

    Parameters
    ----------
    pivot : (Y, 1) values near them, so that little is lost when squares are subtracted
    replicates : M; draw i is of replicate i mod M
    digest : whether points of a digest are wanted
    """
    distance = values - pivot
    first = _by_tile(distance, replicates)
    if not np.isnan(first).any():
        present = np.broadcast_to(_by_tile(np.ones((1, values.shape[1])), replicates), first.shape)
        second = _by_tile(np.square(distance, out=distance), replicates)
        return Tiles(present, first, second, *(_points(values) if digest else ()))
    missing = np.isnan(values)
    distance[missing] = 0.0
    first, second = _by_tile(distance, replicates), _by_tile(np.square(distance), replicates)
    present = _by_tile(1.0 - missing, replicates)
    return Tiles(present, first, second, *(_points_of_those(values) if digest else ()))


def _by_tile(values: Floats, replicates: int) -> Floats:
    """Sums of (Y, R) by tile and replicate, (Y, T, M); the last tile may be short."""
    short = -values.shape[1] % TILE
    whole = np.pad(values, ((0, 0), (0, short))) if short else values
    parted = whole.reshape(len(values), -1, TILE // replicates, replicates)
    total: Floats = parted.sum(axis=2) if replicates > 1 else parted[..., 0].sum(axis=2, keepdims=True)
    return total


def _points(values: Floats) -> tuple[Floats, Floats]:
    """Means of neighbours in every sorted tile, (Y, n), and how many draws each stands for."""
    whole = values.shape[1] // TILE * TILE
    ordered = np.sort(values[:, :whole].reshape(len(values), -1, TILE), axis=2)
    means = ordered.reshape(len(values), -1, NEIGHBOURS).mean(axis=2)
    points = np.concatenate([means, values[:, whole:]], axis=1)
    weights = np.ones_like(points)
    of_tiles = weights[:, : means.shape[1]].reshape(len(values), -1, TILE // NEIGHBOURS)
    of_tiles[...] = NEIGHBOURS
    alike = ordered[..., 0] == ordered[..., -1]  # one point is enough
    of_tiles[alike], of_tiles[alike, 0] = 0.0, TILE
    return points, weights


def _points_of_those(values: Floats) -> tuple[Floats, Floats]:
    """The same of values of which some do not exist: tiles that lack any are taken value by value, of weight 0."""
    tiles = np.split(values, range(TILE, values.shape[1], TILE), axis=1)
    made = [(tile, 1.0 - np.isnan(tile)) if np.isnan(tile).any() else _points(tile) for tile in tiles]
    points, weights = (np.concatenate(parts, axis=1) for parts in zip(*made, strict=True))
    return points, weights


class Tally:
    """Statistics of a line while draws are added to it, block by block in order.

    With `store` (Y, D), which `keep` fills, quantiles are exact; with `digest` they are a t-digest's.
    """

    def __init__(self, years: int, replicates: int, *, store: Floats | None = None, digest: bool = False) -> None:
        self.pivot: Floats | None = None
        self.store, self.draws = store, 0
        self._alike: list[slice] = []
        self._count, self._first, self._second = np.zeros((3, years, replicates))
        self._digests = _digests(years) if digest else []

    @property
    def replicates(self) -> int:
        """M, independent designs that the draws are of."""
        return int(self._count.shape[1])

    @property
    def digest(self) -> bool:
        """Whether points of a digest are wanted."""
        return bool(self._digests)

    def keep(self, values: Floats, start: int, block: Tiles) -> None:
        """Store the values of draws from `start` on; those that are all the pivot take no memory."""
        part = slice(start, start + values.shape[1])
        if self.store is None:
            return
        if block.second.any() or block.present.sum() < values.size:
            np.add(values, 0.0, out=self.store[:, part])  # a negative zero would be printed as -0
        else:
            self._alike.append(part)

    def add(self, block: Tiles, draws: int) -> None:
        """Add what `tiles` made of the next draws."""
        for tile in range(block.first.shape[1]):
            self._count += block.present[:, tile]
            self._first += block.first[:, tile]
            self._second += block.second[:, tile]
        self.draws += draws
        if block.points is not None and block.weights is not None:
            for digest, points, weights in zip(self._digests, block.points, block.weights, strict=True):
                there = weights > 0
                digest.update(points[there], weights[there])

    def statistics(self) -> Statistics:
        """Statistics of all draws so far; ends the tally, whose store loses its order."""
        with np.errstate(invalid="ignore", divide="ignore"):
            count = self._count.sum(axis=1)
            offset = self._first.sum(axis=1) / count
            mean = offset if self.pivot is None else self.pivot[:, 0] + offset
            squares = np.maximum(self._second.sum(axis=1) - count * offset * offset, 0.0)
            sd = np.sqrt(np.where(count > 1, squares / (count - 1.0), np.nan))
            se, freedom = sd / np.sqrt(count), int(max(count.max(initial=0.0) - 1, 0))
            if (replicates := self.replicates) > 1:
                apart = self._first / self._count - offset[:, None]
                se, freedom = np.sqrt((apart * apart).sum(axis=1) / (replicates * (replicates - 1))), replicates - 1
        return Statistics(self.draws, mean, sd, se, freedom, self._quantiles())

    def _quantiles(self) -> dict[str, Floats]:
        shares = list(QUANTILES.values())
        if self.store is not None and self.pivot is not None and sum(map(_length, self._alike)) >= self.draws:
            return dict.fromkeys(QUANTILES, self.pivot[:, 0])
        if self.store is not None:
            for part in self._alike:
                self.store[:, part] = self.pivot
            found = np.array([_quantiles(row[: self.draws], shares) for row in self.store]).T
        elif self._digests:
            found = np.array([[digest.quantile(share) for digest in self._digests] for share in shares])
        else:
            return {}
        return dict(zip(QUANTILES, found, strict=True))


def _quantiles(values: Floats, shares: list[float]) -> Floats:
    """Quantiles of the values that exist, NaN where none does."""
    if values[0] == values[-1] and (values == values[0]).all():
        return np.full(len(shares), values[0])
    missing = np.isnan(values)
    there = values[~missing] if missing.any() else values
    found: Floats = np.quantile(there, shares, overwrite_input=True) if there.size else np.full(len(shares), np.nan)
    return found


def _length(part: slice) -> int:
    return int(part.stop - part.start)


def _digests(years: int) -> list[Any]:
    from crick import TDigest

    return [TDigest(compression=COMPRESSION) for _ in range(years)]
