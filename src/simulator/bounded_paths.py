"""Laws of paths that are drawn year by year between bounds, by quadrature."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

PER_SD, LEAST, MOST = 4.0, 64, 400
"""Points of quadrature a standard deviation of a year's innovation, and how many at least and at most."""

FARTHEST = 9.0
"""Standard deviations from the middle beyond which a path without a bound is not followed."""


def laws(
    start: float, sd: float, bounds: tuple[float, float], years: int, centre: Callable[[Floats], Floats]
) -> tuple[Floats, Floats]:
    """Laws of x_t, t from 1 to `years`, of ``x_t ~ Normal(centre(x_{t−1}), sd)`` drawn given that it is within bounds.

    ``p_t(y) = ∫ p_{t−1}(x) φ((y − centre(x)) / sd) / Z(x) dx``, at points of Gauss and Legendre between the bounds, Z
    such that each x goes somewhere between them; x_0 is the start.

    Returns
    -------
    (n,) points and (years, n) their shares, so that ``E f(x_t)`` is the sum of shares times f at the points
    """
    middle = [np.array([start])]
    for _ in range(years):
        middle.append(centre(middle[-1]))
    far = FARTHEST * sd * np.sqrt(years)
    low = max(bounds[0], float(np.min(middle)) - far)
    high = min(bounds[1], float(np.max(middle)) + far)
    nodes, weights = np.polynomial.legendre.leggauss(int(np.clip(PER_SD * (high - low) / sd, LEAST, MOST)))
    points, weights = low + 0.5 * (high - low) * (nodes + 1.0), 0.5 * (high - low) * weights
    onward = _steps(centre(points), points, weights, sd)
    shares = [_steps(middle[1], points, weights, sd)[0]]
    for _ in range(years - 1):
        shares.append(shares[-1] @ onward)
    return points, np.stack(shares)


def _steps(centres: Floats, points: Floats, weights: Floats, sd: float) -> Floats:
    """(centres, points) share of each point in where a year leads."""
    distance = -0.5 * ((points - centres[:, None]) / sd) ** 2
    share: Floats = weights * np.exp(distance - distance.max(axis=1, keepdims=True))
    share /= share.sum(axis=1, keepdims=True)
    return share
