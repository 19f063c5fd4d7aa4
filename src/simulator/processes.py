"""Uncertain paths by year: processes, how they are drawn from year to year and what they come to in the mean.

numpy is imported where it is needed: scenarios are read without it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from math import exp, inf, log, log1p, sqrt
from statistics import NormalDist

AT_ONCE = 10
"""Years of a truncated path whose means are found together."""

PATHS: Mapping[str, tuple[tuple[str, ...], int]] = {
    "random_walk": (("start", "sd", "drift"), 2),
    "ar1": (("mean", "persistence", "sd", "start"), 3),
    "gbm": (("start", "volatility", "growth"), 2),
}
"""Processes: names of their parameters, how many of them are needed."""


@dataclass(frozen=True)
class Process:
    """An uncertain path by year: known in the first year, each later value drawn given the one before.

    ``random_walk`` x_t = x_{t−1} + drift + sd ε;  ``ar1`` x_t = mean + persistence (x_{t−1} − mean) + sd ε;
    ``gbm`` log x_t = log x_{t−1} + log(1 + growth) − volatility²/2 + volatility ε, so that E x_t grows by `growth`.

    Attributes
    ----------
    kind : a key of `PATHS`
    start : value of the first year
    pull : share of the distance from `mean` that stays, 1 in a walk
    sd : of a year's innovation, of the logarithm in `gbm`
    drift, mean : as above
    low, high : truncation: a year's innovation is drawn so that the path stays between them

    """

    kind: str
    start: float
    sd: float
    drift: float = 0.0
    pull: float = 1.0
    mean: float = 0.0
    low: float = -inf
    high: float = inf

    @property
    def told(self) -> str:
        """The process in words."""
        given = {"start": self.start, "spread": self.sd, "drift": self.drift}
        given |= {"mean": self.mean, "persistence": self.pull} if self.kind == "ar1" else {}
        parts = [f"{name} {value:g}" for name, value in given.items() if value or name == "start"]
        return ", ".join([self.kind, *parts, *bounds_told(self.low, self.high)])

    def expected(self, years: int) -> float:
        """Expected value so many years after the first; what a run without draws takes."""
        after = max(years, 0)
        if (self.low, self.high) != (-inf, inf) and self.sd and after:
            return _between_bounds(self, -(-after // AT_ONCE) * AT_ONCE)[after - 1]
        if self.kind == "gbm":
            value = self.start * exp(self.drift * after)
        elif self.pull == 1.0:
            value = self.start + self.drift * after
        else:
            value = self.mean + (self.start - self.mean) * self.pull**after
        return min(max(value, self.low), self.high)

    def beyond(self, low: float, high: float, years: int) -> float:
        """Greatest probability, in any of so many years after the first, of a value below `low` or above `high`."""
        low, high = -inf if self.low >= low else low, inf if self.high <= high else high
        if (low, high) == (-inf, inf) or not self.sd:
            return 0.0
        ends = (_log(low), _log(high)) if self.kind == "gbm" else (low, high)
        return max((1.0 - self._within(*ends, after) for after in range(1, years + 1)), default=0.0)

    def _within(self, low: float, high: float, after: int) -> float:
        """Probability of a value, in `gbm` of its logarithm, between bounds so many years after the first."""
        terms = after if self.pull == 1.0 else (1.0 - self.pull ** (2 * after)) / (1.0 - self.pull**2)
        centre = replace(self, low=-inf, high=inf).expected(after)
        if self.kind == "gbm":
            centre = log(centre) - self.sd**2 / 2.0 * after
        law = NormalDist(centre, self.sd * sqrt(terms))
        return law.cdf(high) - law.cdf(low)


def process(kind: str, given: Mapping[str, float], low: float, high: float) -> Process:
    """Process of a kind from its parameters by name."""
    if kind == "ar1":
        start = given.get("start", given["mean"])
        return Process(kind, start, given["sd"], pull=given["persistence"], mean=given["mean"], low=low, high=high)
    if kind == "gbm":
        growth = log1p(given.get("growth", 0.0))
        return Process(kind, given["start"], given["volatility"], drift=growth, low=low, high=high)
    return Process(kind, given["start"], given["sd"], drift=given.get("drift", 0.0), low=low, high=high)


def bounds_told(low: float, high: float) -> list[str]:
    """Bounds of a truncation in words."""
    least = [f"at least {low:g}"] if low > -inf else []
    return [*least, *([f"at most {high:g}"] if high < inf else [])]


@cache
def _between_bounds(path: Process, years: int) -> list[float]:
    """Expected values of a truncated path, from the year after the first on."""
    import numpy as np

    from simulator import bounded_paths

    if path.kind == "gbm":
        growth, bounds = path.drift - path.sd**2 / 2.0, (_log(path.low), _log(path.high))
        found = bounded_paths.laws(log(path.start), path.sd, bounds, years, lambda x: x + growth)
        return [float(share @ np.exp(points)) for points, share in found]
    onward, bounds = path.mean * (1.0 - path.pull) + path.drift, (path.low, path.high)
    found = bounded_paths.laws(path.start, path.sd, bounds, years, lambda x: path.pull * x + onward)
    return [float(share @ points) for points, share in found]


def _log(value: float) -> float:
    return log(value) if value > 0 else -inf
