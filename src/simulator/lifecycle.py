"""The life of an award and what it costs, as kernels over fiscal-year offsets (model.md sections 2 and 3).

A kernel is an array (K, Q, r): for each offset k since the start and each quantity, the amount per award started.
Sums run in index order, element by element over runs, so that a run has the same bits alone and in a batch.
"""

from collections.abc import Callable, Sequence

import numpy as np

from simulator.arrays import Era, Floats

EXITS, MONTHS, IN_PLACE, LATER_MONTHS, COMPLETIONS = range(5)
"""The quantities Q: exits in the year, person-months in it, in place at its end, months still to come, completions.

Completions stand last, and are left out where nothing ends early: they are the exits then, to the bit.
"""

QUANTITIES_EXTENDED = IN_PLACE + 1
"""Quantities that extensions are followed in: the first of Q."""


def kernel(ranges: Floats, months: Floats, termination: Floats, *, offsets: int, quantities: int) -> Floats:
    """What one award started gives in each fiscal-year offset, on one set of life terms.

    With D the duration, h = 1 − (1 − q)^(1/12) the monthly hazard, w_m the share that starts in month m:

    ``r_a = P(D > a) (1 − h)^a``                            in place at the start of award month a
    ``o_a = E[clip(D − a, 0, 1)] (1 − h)^a``                share of award month a in place
    ``P_k = Σ_m w_m Σ_{a: ⌊(m+a)/12⌋ = k} o_a``             MONTHS
    ``σ_k = Σ_m w_m r_{12(k+1) − m}``                       IN_PLACE;  EXITS ``e_k = σ_{k−1} − σ_k``
    ``c_k``, as P_k with ``(P(D > a) − P(D > a+1)) (1 − h)^a``  COMPLETIONS

    Parameters
    ----------
    ranges : (N, 3, r) the mixture that D is: shortest and longest in months, share
    months : (12, r) shares of starts by month from April, adding up to 1
    termination : (r,) q, share terminated early a year
    offsets : K, enough for the longest award in the latest start month
    quantities : Q, those wanted

    Returns
    -------
    (K, Q, r) awards and months per start; source: model.md section 2

    """
    begun = np.arange(12.0 * offsets + 2.0)[:, None]
    beyond = share_beyond(ranges, begun)
    occupied = np.diff(months_until(ranges, begun), axis=0)
    stays_on = 1.0 - termination
    staying = np.power(stays_on, 1.0 / 12.0) * np.ones_like(begun)
    staying[0] = 1.0
    np.multiply.accumulate(staying, axis=0, out=staying)
    alive = beyond * staying
    completing = (beyond[:-1] - beyond[1:]) * staying[:-1]
    in_place = _by_calendar(alive, months)[12 : 12 * offsets + 1 : 12]
    before = np.concatenate([np.ones_like(in_place[:1]), in_place[:-1]])
    worked = _by_year(_by_calendar(occupied * staying[:-1], months), offsets)
    exits = before - in_place
    parts = {
        EXITS: exits,
        MONTHS: worked,
        IN_PLACE: in_place,
        COMPLETIONS: np.where(termination > 0, _by_year(_by_calendar(completing, months), offsets), exits),
        LATER_MONTHS: still_to_come(worked),
    }
    return np.stack(np.broadcast_arrays(*(parts[quantity] for quantity in range(quantities))), axis=1)


def offsets_needed(longest: float, latest_month: int) -> int:
    """K: offsets an award of at most `longest` months can touch when it starts in month `latest_month` (April 0)."""
    return (latest_month + int(np.ceil(longest)) - 1) // 12 + 1


def era_of(eras: Sequence[Era], row: int) -> Era:
    """The era of the cohort that starts in a year."""
    return next(era for era in eras if row < era.stop)


def add_up(eras: Sequence[Era], starts: Floats, row: int, out: Floats, *, since: int) -> None:
    """What the cohorts that started at least `since` years ago give in a year, ``Σ_k kernel[k] · starts_{t−k}``.

    In index order, the youngest cohort first; einsum multiplies and adds in one pass, elementwise over runs.

    Parameters
    ----------
    starts : (H + Y, R) awards of one type that started, by year
    row : t's place among them
    out : (Q, R), overwritten
    """
    oldest, youngest = max(0, row + 1 - len(eras[0].kernel)), row - since
    pieces = [
        era.kernel[row - min(era.stop - 1, youngest) : row - max(era.start, oldest) + 1]
        for era in reversed(eras)
        if era.start <= youngest and era.stop > oldest
    ]
    if oldest > youngest:
        out[...] = 0.0
        return
    if len(pieces) > 1:
        runs = max(piece.shape[-1] for piece in pieces)
        pieces = [np.concatenate([np.broadcast_to(piece, (*piece.shape[:2], runs)) for piece in pieces])]
    np.einsum("kqr,kr->qr", pieces[0], starts[oldest : youngest + 1][::-1], out=out)


def _mixed(ranges: Floats, months: Floats, of: Callable[[Floats, Floats, Floats], Floats]) -> Floats:
    total: Floats = ranges[0, 2] * of(ranges[0, 0], ranges[0, 1], months)
    for low, high, share in ranges[1:]:
        total = total + share * of(low, high, months)
    return total


def share_beyond(ranges: Floats, months: Floats) -> Floats:
    """``P(D > a)`` at months a, of durations as of `kernel`."""
    return _mixed(ranges, months, _share_beyond)


def months_until(ranges: Floats, months: Floats) -> Floats:
    """``E[min(D, a)]`` at months a, of durations as of `kernel`."""
    return _mixed(ranges, months, _months_until)


def _share_beyond(low: Floats, high: Floats, months: Floats) -> Floats:
    """``P(D > a)`` for D uniform between low and high, or fixed where they are equal."""
    width = high - low
    spread = np.clip((high - months) / np.where(width > 0, width, 1.0), 0.0, 1.0)
    return np.where(width > 0, spread, high > months)


def _months_until(low: Floats, high: Floats, months: Floats) -> Floats:
    """``E[min(D, a)]`` for D uniform between low and high: the integral of P(D > x) from 0 to a."""
    width = high - low
    inside = np.clip(months - low, 0.0, width)
    return np.minimum(months, high) - inside * inside / np.where(width > 0, 2.0 * width, 1.0)


def _by_calendar(of_award: Floats, months: Floats) -> Floats:
    """``y_f = Σ_m w_m x_{f−m}``: from months of the award to months since April of the year of start."""
    length = of_award.shape[0]
    shape = np.broadcast_shapes(of_award.shape[1:], months.shape[1:])
    calendar = np.zeros((length, *shape))
    for month in range(min(12, length)):
        calendar[month:] += months[month] * of_award[: length - month]
    return calendar


def _by_year(calendar: Floats, offsets: int) -> Floats:
    """Sum of each 12 months."""
    months = calendar[: 12 * offsets].reshape(offsets, 12, -1)
    total = months[:, 0].copy()
    for month in range(1, 12):
        total += months[:, month]
    return total


def still_to_come(by_offset: Floats) -> Floats:
    """``Σ_{k' > k} P_{k'}``, for each k along the first axis."""
    later = np.zeros_like(by_offset)
    for offset in range(len(by_offset) - 2, -1, -1):
        later[offset] = later[offset + 1] + by_offset[offset + 1]
    return later
