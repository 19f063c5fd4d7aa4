"""How many awards a programme selects: the intake rules (model.md section 5).

Each function works on the award types of one programme, rows (n, R), and writes into the arrays it is given.
"""

import numpy as np

from simulator.arrays import Floats

EPSILON = 1e-9
"""A whole number missed by less than this by rounding is still that number."""

TINY = 1e-300


def funded(wanted: Floats, share: Floats, money: Floats, cost: Floats) -> None:
    """``x = φ · money / cost``, never below 0: selections that the types' shares of the money pay for.

    Parameters
    ----------
    wanted : (n, R) x, overwritten
    share : (n, r) φ, the types' budget shares
    money : (R,) million yen: what the appropriation sustains (`steady`) or all there is (`cash`)
    cost : (n, r) million yen a selection: τ Σ_k u_k (`steady`) or τ u_0 (`cash`)

    """
    np.multiply(share, money, out=wanted)
    np.divide(wanted, cost, out=wanted)
    np.maximum(wanted, 0.0, out=wanted)


def scaled_to(available: Floats, wanted: Floats, cost: Floats) -> None:
    """``x ← x · min(1, available / Σ_j x_j c_j)``: one factor for all types; 0 where nothing is available.

    Parameters
    ----------
    available : (R,) million yen for new awards
    wanted : (n, R) x, scaled in place
    cost : (n, R) c = τ (1 − δ) u_0, million yen a selection in this year

    """
    total = spent_on(wanted, cost)
    np.maximum(total, available, out=total)
    np.maximum(total, TINY, out=total)
    np.divide(available, total, out=total)
    np.multiply(wanted, total, out=wanted)


def spent_on(selected: Floats, cost: Floats) -> Floats:
    """``Σ_j selected_j · cost_j``, (R,) million yen, in index order; shapes as in `scaled_to`."""
    total: Floats = selected[0] * cost[0]
    for count, price in zip(selected[1:], cost[1:], strict=True):
        total += count * price
    return total


def whole(wanted: Floats, remainder: Floats, cost: Floats, available: Floats, cap: Floats | None) -> None:
    """Whole awards in place of `wanted`; half an award a year becomes one every second year.

    The remainder ρ is carried from year to year:

    ``n = min(⌊x + ρ + ε⌋, ⌈x − ε⌉)``, ``⌊x + ε⌋`` where n is above the cap, and for all types of the programme
    where together they cost more than is available; then ``ρ ← min(1, x + ρ − n)``.

    Parameters
    ----------
    wanted : (n, R) x after caps, overwritten by n
    remainder : (n, R) ρ, updated
    cost : (n, R) million yen a selection in this year
    available : (R,) million yen
    cap : (n, r) highest selection, None without

    """
    carried = wanted + remainder
    selected = np.floor(carried + EPSILON)
    np.minimum(selected, np.ceil(wanted - EPSILON), out=selected)
    if cap is not None:
        np.copyto(selected, np.floor(wanted + EPSILON), where=selected > cap + EPSILON)
    too_dear = spent_on(selected, cost) > available * (1.0 + EPSILON)
    if too_dear.any():
        np.copyto(selected, np.floor(wanted + EPSILON), where=too_dear)
    np.subtract(carried, selected, out=carried)
    np.minimum(carried, 1.0, out=remainder)
    np.add(selected, 0.0, out=wanted)  # a negative zero would be printed as -0
