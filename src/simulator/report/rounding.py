"""Rounding for the eye: half up, with as many decimals as a row of figures needs."""

from collections.abc import Sequence

import numpy as np

from simulator.arrays import Floats

ROUNDING_NOISE = 1e-6


def rounded(values: Floats, decimals: int) -> Floats:
    """Whole numbers of 10 ** -decimals, half up: 2810.5 is 2811 as in a spreadsheet."""
    return np.floor(values * 10.0**decimals + 0.5 + ROUNDING_NOISE)


def decimals_for(rows: Sequence[Floats]) -> int:
    """Decimals that show a row of figures: none for whole or large ones, more the smaller they are."""
    figures = np.concatenate([row[~np.isnan(row)] for row in rows]) if rows else np.empty(0)
    whole = bool((np.abs(figures - np.round(figures)) < ROUNDING_NOISE).all())
    largest = float(np.abs(figures).max(initial=0.0))
    if whole or largest >= 1000:
        return 0
    return 1 if largest >= 10 else 3
