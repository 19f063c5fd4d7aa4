"""Uncertain numbers and paths: what they are (model.md section 7).

A distribution is of one number, a process of a path by year. The laws are those of `scipy.stats`, which is imported
where it is needed: it takes longer to load than most runs take.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import exp, expm1, inf, nextafter
from statistics import NormalDist
from typing import Any

from simulator.processes import Process, bounds_told

FURTHEST = 8.3
"""Standard deviations that a draw may be from its mean."""

BETAS = ("beta", "pert")
"""Distributions that are a beta distribution between bounds of their own."""

QUADRATURE = 200
"""Parts that an integral may be cut into."""

NEVER = 1e-9
"""A probability below this counts as none: what is drawn beyond a bound is moved to it."""


@dataclass(frozen=True)
class Law:
    """A family of distributions: names of its parameters, of which the `required` come first, and what they make.

    `fault` says what is wrong with values of them; `scipy` makes the distribution.
    """

    parameters: tuple[str, ...]
    required: int
    fault: Callable[..., str]
    mean: Callable[..., float]
    support: Callable[..., tuple[float, float]]
    scipy: Callable[..., Any]


@dataclass(frozen=True)
class Distribution:
    """An uncertain number.

    Attributes
    ----------
    kind : a key of `LAWS`, or `discrete` or `empirical`, which have `values` with `shares` instead of parameters
    parameters : in the order of the law, internal units
    values, shares : ascending values with the probability of each
    low, high : truncation: the number is known to lie between them

    """

    kind: str
    parameters: tuple[float, ...] = ()
    values: tuple[float, ...] = ()
    shares: tuple[float, ...] = ()
    low: float = -inf
    high: float = inf

    @cached_property
    def mean(self) -> float:
        """The expected value, which a run without draws takes."""
        if self.values:
            return sum(value * share for value, share in zip(self.values, self.shares, strict=True))
        law = LAWS[self.kind]
        if not self.truncated:
            return law.mean(*self.parameters)
        return self._mean_between()

    def _mean_between(self) -> float:
        """``E[X | a ≤ X ≤ b]``, integrated over the normal variable z of the same probability, ``x = F^{-1}(Φ(z))``.

        Of a beta distribution on [0, 1] it is ``a / (a + b)`` times the mass of the one with a + 1, over its own mass.
        """
        if self.kind in BETAS:
            a, b, least, width = self.law.args
            below, above = LAWS["beta"].scipy(a + 1.0, b, least, least + width).cdf([self.low, self.high])
            return float(least + width * a / (a + b) * (above - below) / (self.mass(self.high) - self.mass(self.low)))
        from scipy.integrate import quad
        from scipy.special import ndtr, ndtri

        ends = [float(ndtri(self.mass(bound))) for bound in (self.low, self.high)]
        low, high = (min(max(end, -FURTHEST), FURTHEST) for end in ends)
        weight = NormalDist().pdf
        total, _ = quad(lambda z: self.law.ppf(ndtr(z)) * weight(z), low, high, limit=QUADRATURE)
        return float(total / (ndtr(high) - ndtr(low)))

    def beyond(self, low: float, high: float) -> float:
        """Probability of a value below `low` or above `high`."""
        if self.values:
            pairs = zip(self.values, self.shares, strict=True)
            return sum(share for value, share in pairs if not low <= value <= high)
        least, greatest = LAWS[self.kind].support(*self.parameters)
        if max(least, self.low) >= low and min(greatest, self.high) <= high:
            return 0.0
        below, above = self.mass(max(low, self.low)), self.mass(min(high, self.high))
        return 1.0 - (above - below) / (self.mass(self.high) - self.mass(self.low))

    @property
    def told(self) -> str:
        """The distribution in words: `normal, mean 0.95, sd 0.02`."""
        names = LAWS[self.kind].parameters if self.kind in LAWS else ()
        parts = [f"{name} {value:g}" for name, value in zip(names, self.parameters, strict=False)]
        if self.values:
            parts = [f"{len(self.values)} values, {self.values[0]:g} to {self.values[-1]:g}"]
        return ", ".join([self.kind, *parts, *bounds_told(self.low, self.high)])

    def possible(self) -> bool:
        """Whether anything lies between the bounds of truncation."""
        if self.values:
            return any(self.low <= value <= self.high for value in self.values)
        least, greatest = LAWS[self.kind].support(*self.parameters)
        if self.low <= least and self.high >= greatest:
            return True
        return self.low < self.high and self.mass(self.high) - self.mass(self.low) > NEVER

    @property
    def truncated(self) -> bool:
        """Whether bounds are given."""
        return (self.low, self.high) != (-inf, inf)

    def mass(self, value: float) -> float:
        """``F(value)``."""
        return float(self.law.cdf(value))

    @cached_property
    def law(self) -> Any:
        """The distribution without truncation, of `scipy.stats`."""
        return LAWS[self.kind].scipy(*self.parameters)


Uncertain = Distribution | Process


def _stats() -> Any:
    from scipy import stats

    return stats


def _ordered(*values: float) -> str:
    rising = all(low <= high for low, high in pairwise(values)) and values[0] < values[-1]
    return "" if rising else "its values must rise"


def _pert(low: float, mode: float, high: float) -> Any:
    width = high - low
    return _stats().beta(1.0 + 4.0 * (mode - low) / width, 1.0 + 4.0 * (high - mode) / width, low, width)


LAWS: Mapping[str, Law] = {
    "normal": Law(
        ("mean", "sd"),
        2,
        lambda _, sd: "" if sd > 0 else "its sd must be above 0",
        lambda mean, _: mean,
        lambda mean, sd: (mean - FURTHEST * sd, mean + FURTHEST * sd),
        lambda mean, sd: _stats().norm(mean, sd),
    ),
    "lognormal": Law(
        ("median", "sigma"),
        2,
        lambda median, sigma: "" if median > 0 and sigma > 0 else "its median and sigma must be above 0",
        lambda median, sigma: median * (1.0 + expm1(sigma**2 / 2.0)),
        lambda median, sigma: (nextafter(0.0, 1.0), median * exp(FURTHEST * sigma)),
        lambda median, sigma: _stats().lognorm(sigma, scale=median),
    ),
    "uniform": Law(
        ("low", "high"),
        2,
        _ordered,
        lambda low, high: (low + high) / 2.0,
        lambda low, high: (low, high),
        lambda low, high: _stats().uniform(low, high - low),
    ),
    "triangular": Law(
        ("low", "mode", "high"),
        3,
        _ordered,
        lambda low, mode, high: (low + mode + high) / 3.0,
        lambda low, _, high: (low, high),
        lambda low, mode, high: _stats().triang((mode - low) / (high - low), low, high - low),
    ),
    "pert": Law(
        ("low", "mode", "high"),
        3,
        _ordered,
        lambda low, mode, high: (low + 4.0 * mode + high) / 6.0,
        lambda low, _, high: (low, high),
        _pert,
    ),
    "beta": Law(
        ("a", "b", "low", "high"),
        2,
        lambda a, b, low=0.0, high=1.0: "its a and b must be above 0" if min(a, b) <= 0 else _ordered(low, high),
        lambda a, b, low=0.0, high=1.0: low + (high - low) * a / (a + b),
        lambda _, __, low=0.0, high=1.0: (low, high),
        lambda a, b, low=0.0, high=1.0: _stats().beta(a, b, low, high - low),
    ),
}
"""Distributions with parameters; `pert` is a beta distribution with a = 1 + 4 (mode − low) / (high − low)."""

LISTED = ("discrete", "empirical")
