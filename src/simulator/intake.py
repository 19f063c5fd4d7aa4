"""How many awards are selected: the intake rules (model.md section 5).

Each function works on the award types of one programme, rows (n, R), and writes into the arrays it is given.
"""

import numpy as np

from simulator.arrays import Floats

EPSILON = 1e-9
"""A whole number missed by less than this by rounding is still that number."""

TINY = 1e-300


def funded(weight: Floats, money: Floats, wanted: Floats) -> None:
    """``x = weight · money``: selections that the types' shares of the money pay for.

    Parameters
    ----------
    weight : (n, r) selections a million yen of the programme's: φ / (τ Σ_k u_k) (`steady`), φ / (τ u_0) (`cash`)
    money : (R,) million yen, none below 0: what the appropriation sustains (`steady`) or all there is (`cash`)
    wanted : (n, R) x, overwritten
    """
    np.multiply(weight, money, out=wanted)


def spent_on(selected: Floats, cost: Floats, total: Floats) -> None:
    """``total = Σ_j selected_j · cost_j``, (R,) million yen, in index order; rows (n, R) and (n, r)."""
    np.multiply(selected[0], cost[0], out=total)
    for count, price in zip(selected[1:], cost[1:], strict=True):
        total += count * price


def scale_to(available: Floats, total: Floats, wanted: Floats) -> None:
    """``x ← x · min(1, available / total)``: one factor for all types; 0 where nothing is available.

    Parameters
    ----------
    available : (R,) million yen for new awards
    total : (R,) what is wanted would cost, million yen; overwritten
    wanted : (n, R) x, scaled in place
    """
    np.maximum(total, available, out=total)
    np.maximum(total, TINY, out=total)
    np.divide(available, total, out=total)
    np.multiply(wanted, total, out=wanted)


def whole(wanted: Floats, remainder: Floats, maximum: Floats | None, selected: Floats, spare: Floats) -> None:
    """Whole awards; half an award a year becomes one every second year.

    ``n = min(⌊x + ρ + ε⌋, ⌈x − ε⌉)``, ``⌊x + ε⌋`` where n is above the maximum; ρ becomes x + ρ.

    Parameters
    ----------
    wanted : (n, R) x, after caps
    remainder : (n, R) ρ carried from earlier years, added to
    maximum : (n, r) highest selection, None without
    selected : (n, R) n, overwritten
    spare : (n, R), overwritten
    """
    remainder += wanted
    np.add(remainder, EPSILON, out=selected)
    np.floor(selected, out=selected)
    np.subtract(wanted, EPSILON, out=spare)
    np.ceil(spare, out=spare)
    np.minimum(selected, spare, out=selected)
    if maximum is not None:
        np.copyto(selected, np.floor(wanted + EPSILON), where=selected > maximum + EPSILON)


def within(available: Floats, total: Floats, wanted: Floats, selected: Floats) -> bool:
    """``⌊x + ε⌋`` for all types where their whole awards together cost more than is available.

    Parameters
    ----------
    total : (R,) what the selection costs, million yen
    wanted, selected : (n, R) x and n, the latter changed in place

    Returns
    -------
    whether any run was changed
    """
    too_dear = total > available * (1.0 + EPSILON)
    if not too_dear.any():
        return False
    np.copyto(selected, np.floor(wanted + EPSILON), where=too_dear)
    return True


def carry(remainder: Floats, selected: Floats) -> None:
    """``ρ ← min(1, x + ρ − n)``, (n, R); `whole` has added x."""
    remainder -= selected
    np.minimum(remainder, 1.0, out=remainder)
