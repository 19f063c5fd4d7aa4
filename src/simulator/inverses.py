"""The value that a uniform number stands for: distributions and processes, inverted (model.md section 7).

The same uniform number gives the same quantile whatever else varies, so that scenarios share their draws. Elementwise:
a draw has the same bits whichever others are made with it.
"""

from collections.abc import Callable
from functools import lru_cache
from math import inf, log

import numpy as np
import numpy.typing as npt

from simulator.distributions import BETAS, FURTHEST, Distribution, Uncertain
from simulator.processes import Process

Floats = npt.NDArray[np.float64]

LEAST, GREATEST = 2.0**-54, 1.0 - 2.0**-53
"""Bounds of the uniform numbers that are drawn: 8.3 standard deviations of a normal variable."""

NODES = 2048
"""Nodes of the tables of beta distributions, which scipy inverts a hundred times more slowly than others: evenly
apart in standard deviations of the normal variable of the same probability."""


def values(distribution: Distribution, uniforms: Floats) -> Floats:
    """Values at these probabilities, ``F^{-1}(u)``; truncated between a and b ``F^{-1}(F(a) + u (F(b) − F(a)))``.

    Parameters
    ----------
    uniforms : from `LEAST` to `GREATEST`, any shape
    """
    if distribution.values:
        places = np.searchsorted(np.cumsum(distribution.shares)[:-1], uniforms, side="right")
        return np.asarray(distribution.values)[places]
    if distribution.truncated:
        below, above = distribution.mass(distribution.low), distribution.mass(distribution.high)
        uniforms = below + uniforms * (above - below)
    drawn = _inverse(distribution)(uniforms)
    return np.clip(drawn, distribution.low, distribution.high)


def path(process: Process, uniforms: Floats) -> Floats:
    """Paths: (Y − 1, R) uniform numbers, a row for each year after the first, to (Y, R) values."""
    from scipy.special import ndtri

    logarithms = process.kind == "gbm"
    low, high = (_log(process.low), _log(process.high)) if logarithms else (process.low, process.high)
    drift = process.drift - process.sd**2 / 2.0 if logarithms else process.drift
    drawn = np.empty((len(uniforms) + 1, *uniforms.shape[1:]))
    drawn[0] = log(process.start) if logarithms else process.start
    for year, uniform in enumerate(uniforms):
        before = drawn[year]
        centre = before + drift if process.pull == 1.0 else process.mean + process.pull * (before - process.mean)
        kept = _kept((low - centre), (high - centre), process.sd, uniform) if (low, high) != (-inf, inf) else uniform
        np.clip(centre + process.sd * ndtri(kept), low, high, out=drawn[year + 1])
    if logarithms:
        drawn = np.clip(np.exp(drawn), process.low, process.high)
        drawn[0] = process.start  # to the bit
    return drawn


def span(uncertain: Uncertain, years: int) -> tuple[float, float]:
    """Bounds of all that can be drawn, of a process in so many years after the first."""
    ends = np.array([LEAST, GREATEST])
    drawn = path(uncertain, np.tile(ends, (years, 1))) if isinstance(uncertain, Process) else values(uncertain, ends)
    return float(drawn.min()), float(drawn.max())


def _kept(low: Floats, high: Floats, sd: float, uniform: Floats) -> Floats:
    """Probabilities of a normal innovation that stays between two bounds."""
    from scipy.special import ndtr

    with np.errstate(divide="ignore"):
        least, greatest = ndtr(low / sd) if sd else 0.0, ndtr(high / sd) if sd else 1.0
    return np.clip(least + uniform * (greatest - least), LEAST, GREATEST)


def _log(value: float) -> float:
    return log(value) if value > 0 else -inf


@lru_cache(maxsize=256)
def _inverse(distribution: Distribution) -> Callable[[Floats], Floats]:
    """``F^{-1}`` without truncation, tabulated where scipy's own is slow: a cubic spline over ``Φ^{-1}(u)``."""
    ppf: Callable[[Floats], Floats] = distribution.law.ppf
    if distribution.kind not in BETAS:
        return ppf
    from scipy.interpolate import CubicSpline
    from scipy.special import betainccinv, betaincinv, ndtr, ndtri

    a, b, least, width = distribution.law.args
    normal = np.linspace(-FURTHEST, FURTHEST, NODES)
    lower, upper = ndtr(normal[: NODES // 2]), ndtr(-normal[NODES // 2 :])
    # the quantile function of scipy.stats fails, with warnings, at some probabilities near 0
    shares = np.concatenate([betaincinv(a, b, lower), betainccinv(a, b, upper)])
    spline = CubicSpline(normal, least + width * shares)
    return lambda uniforms: np.asarray(spline(ndtri(uniforms)), dtype=np.float64)
