"""Shares that belong together: they add up to 1."""

from collections.abc import Iterable

from simulator.errors import PlacedError

SHARES_SUM_TOLERANCE = 1e-9


def adds_up(shares: Iterable[float]) -> None:
    """Raise PlacedError unless the shares add up to 1."""
    total = sum(shares)
    if abs(total - 1.0) > SHARES_SUM_TOLERANCE:
        raise PlacedError(f"the shares add up to {total:.6g}, not 1: make them add up to 100%")
