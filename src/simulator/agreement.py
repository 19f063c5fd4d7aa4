"""Whether two samples of a figure are of one distribution: means, variances, and variances on the whole.

All differences are told as deviates, which are standard normal where the samples agree.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy.special import ndtri

from simulator.arrays import Floats

GROUPS = 20
"""Of a jackknife."""

SKEWED, FREEDOM = 1.0, 20.0
"""A mean of a greater skewness, or a variance with fewer degrees of freedom, rests on too few events to be judged."""

FLATTEST = 0.5
"""The least that the kurtosis of a count exceeds 1 by."""

SAME = 1e-9
"""Relative difference that rounding may leave."""


class Finding(NamedTuple):
    """A statistic of two samples in a year (its place among the years), the error of their difference, its deviate."""

    year: int
    statistic: str
    core: float
    events: float
    error: float
    deviate: float
    judged: bool


class Moments(NamedTuple):
    """Number, mean, variance, third and fourth central moments of a sample by year, (Y,) each, of what exists."""

    number: Floats
    mean: Floats
    variance: Floats
    third: Floats
    fourth: Floats


def moments(values: Floats) -> Moments:
    """Moments of (Y, n), NaN where a figure does not exist in a run."""
    there = ~np.isnan(values)
    number = there.sum(axis=1).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(there, values, 0.0).sum(axis=1) / number
        apart = np.where(there, values - mean[:, None], 0.0)
        second, third, fourth = ((apart**power).sum(axis=1) for power in (2, 3, 4))
        return Moments(number, mean, second / np.maximum(number - 1.0, 1.0), third / number, fourth / number)


def means(events: Floats, core: Floats, *, scale: float = 1.0) -> Iterator[Finding]:
    """The means of (Y, N) and (Y, M) year by year, and how often the figure exists where it does not always.

    `scale` is the size of what the figure is a sum or a remainder of, of which rounding may leave a trace.
    """
    ours, others = moments(events), moments(core)
    if (ours.number < events.shape[1]).any() or (others.number < core.shape[1]).any():
        exists, existed = (1.0 - np.isnan(values) for values in (events, core))
        yield from _compared("exists", moments(exists), moments(existed), 1.0)
    yield from _compared("mean", ours, others, scale)


def _compared(statistic: str, ours: Moments, others: Moments, scale: float) -> Iterator[Finding]:
    """Means that are compared, one for each year in which both exist."""
    scale = max(scale, float(np.nanmax(np.abs(others.mean), initial=0.0)))
    for year in np.flatnonzero((ours.number > 1) & (others.number > 1)).tolist():
        n, m = ours.number[year], others.number[year]
        spread = max(ours.variance[year], others.variance[year])
        error = float(np.sqrt(spread / n + others.variance[year] / m))
        apart = float(ours.mean[year] - others.mean[year])
        if abs(apart) <= SAME * max(scale, abs(ours.mean[year])):
            apart = 0.0
        together = (n * ours.third[year] + m * others.third[year]) / (n + m)
        skewness = float(together * (1.0 / n**2 - 1.0 / m**2) / error**3) if error > 0 else 0.0
        deviate = _cube_root(apart / error, skewness) if error > 0 else float(np.inf if apart else 0.0)
        told = (float(others.mean[year]), float(ours.mean[year]), error, deviate if apart else 0.0)
        yield Finding(year, statistic, *told, abs(skewness) <= SKEWED)


def _cube_root(deviate: float, skewness: float) -> float:
    """Wilson and Hilferty: of a standardised sum of a skewness, as of a gamma distribution, the normal deviate."""
    if abs(skewness) < 1e-6:
        return deviate
    return float(6.0 / skewness * (np.cbrt(skewness * deviate / 2.0 + 1.0) - 1.0) + skewness / 6.0)


def variances(events: Floats, core: Floats) -> Iterator[Finding]:
    """The variances year by year, of what varies; as of an F distribution (Paulson's cube root)."""
    ours, others = moments(events), moments(core)
    for year, freedom in enumerate(_freedom(others, ours.number).tolist()):
        if np.isnan(freedom):
            continue
        ratio = ours.variance[year] / others.variance[year]
        above, below = 2.0 / (9.0 * freedom), 2.0 / (9.0 * _freedom(others, others.number)[year])
        deviate = (np.cbrt(ratio) * (1.0 - below) - (1.0 - above)) / np.sqrt(above + np.cbrt(ratio) ** 2 * below)
        error = others.variance[year] * np.sqrt(2.0 / freedom)
        pair = float(others.variance[year]), float(ours.variance[year])
        yield Finding(year, "variance", *pair, float(error), float(deviate), freedom >= FREEDOM)


def _freedom(like: Moments, count: Floats) -> Floats:
    """``2 n / (κ − 1 + 2 / (n − 1))``: degrees of freedom of the variance of so many; NaN where nothing varies.

    κ − 1 counts as half at least: the variance of a coin, of which it is 0, is no longer spread as a variance is.
    """
    varies = like.variance > (SAME * np.maximum(np.abs(like.mean), 1.0)) ** 2
    kurtosis = np.divide(like.fourth, like.variance**2, out=np.full_like(like.mean, np.nan), where=varies)
    freedom: Floats = 2.0 * count / (np.maximum(kurtosis - 1.0, FLATTEST) + 2.0 / (count - 1.0))
    return freedom


class Pooled:
    """The ratio of variances over many figures, weighted by what each of them tells, with its error by a jackknife."""

    def __init__(self) -> None:
        self._ratios: list[Floats] = []
        self._weights: list[Floats] = []

    def add(self, events: Floats, core: Floats) -> None:
        """Another figure, (Y, N) and (Y, M)."""
        ours, others = moments(events), moments(core)
        freedom = np.nan_to_num(_freedom(others, ours.number))
        wanted = freedom >= FREEDOM
        if not wanted.any():
            return
        groups = np.arange(events.shape[1]) % GROUPS
        without = [moments(events[:, groups != group]).variance for group in range(GROUPS)]
        rows = np.stack([ours.variance, *without])[:, wanted] / others.variance[wanted]
        self._ratios.append(rows * freedom[wanted])
        self._weights.append(freedom[wanted])

    def ratio(self) -> tuple[float, float]:
        """The ratio and its error; NaN where nothing was added."""
        if not self._ratios:
            return float(np.nan), float(np.nan)
        found = np.concatenate(self._ratios, axis=1).sum(axis=1) / np.concatenate(self._weights).sum()
        error = np.sqrt((GROUPS - 1.0) / GROUPS * ((found[1:] - found[1:].mean()) ** 2).sum())
        return float(found[0]), float(error)


def limit(cells: int, probability: float) -> float:
    """Deviate that any of so many cells exceeds with at most this probability."""
    return float(-ndtri(probability / (2.0 * max(cells, 1))))
