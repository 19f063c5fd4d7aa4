"""Laws of paths that are drawn year by year between bounds, by quadrature."""

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

PER_SD, LEAST, MOST = 4.0, 64, 400
"""Points of quadrature a standard deviation of a year's innovation, and how many at least and at most."""

FARTHEST = 9.0
"""Standard deviations from the middle beyond which a path is not followed, and one a year, which bounds may push it."""


def laws(
    start: float, sd: float, bounds: tuple[float, float], years: int, centre: Callable[[Floats], Floats]
) -> Iterator[tuple[Floats, Floats]]:
    """Laws of x_t, t from 1 to `years`, of ``x_t ~ Normal(centre(x_{t−1}), sd)`` drawn given that it is within bounds.

    ``p_t(y) = ∫ p_{t−1}(x) φ((y − centre(x)) / sd) / Z(x) dx``, at points of Gauss and Legendre where paths are that
    year, Z such that each x goes somewhere; x_0 is the start.

    Yields
    ------
    (n,) points of a year and their (n,) shares, so that ``E f(x_t)`` is the sum of shares times f at the points
    """
    reach = [FARTHEST * np.sqrt(year) + year for year in range(1, years + 1)]
    nodes, weights = np.polynomial.legendre.leggauss(int(np.clip(2.0 * PER_SD * reach[-1], LEAST, MOST)))
    points, share = np.array([start]), np.ones(1)
    middle = points
    for far in reach:
        middle, centres = np.clip(centre(middle), *bounds), centre(points)
        low, high = np.clip([middle[0] - far * sd, middle[0] + far * sd], *bounds)
        points = low + 0.5 * (high - low) * (nodes + 1.0)
        share = share @ _steps(centres, points, weights, sd)
        yield points, share


def _steps(centres: Floats, points: Floats, weights: Floats, sd: float) -> Floats:
    """(centres, points) share of each point in where a year leads."""
    distance = -0.5 * ((points - centres[:, None]) / sd) ** 2
    share: Floats = weights * np.exp(distance - distance.max(axis=1, keepdims=True))
    share /= share.sum(axis=1, keepdims=True)
    return share
