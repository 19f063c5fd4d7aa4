"""How many awards are selected: the intake rules (model.md section 5).

Each function works on the award types of one programme, rows (n, R), and writes into the arrays it is given.
"""

import numpy as np

from simulator.arrays import Floats, Indices

EPSILON = 1e-9
"""A whole number missed by less than this by rounding is still that number."""

TINY = 1e-300
"""Too little to change any sum of money but nothing, which may then be divided by."""


def funded(weight: Floats, money: Floats, wanted: Floats) -> None:
    """``x = weight · money``: selections that the types' shares of the money pay for.

    Parameters
    ----------
    weight : (n, r) selections a million yen of the programme's: φ / (τ Σ_k u_k) (`steady`), φ / (τ u_0) (`cash`)
    money : (R,) million yen, none below 0: what the appropriation sustains (`steady`) or all there is (`cash`)
    wanted : (n, R) x, overwritten
    """
    np.multiply(weight, money, out=wanted)


def cost_of(selected: Floats, cost: Floats, each: Floats, total: Floats) -> None:
    """``each_j = selected_j · cost_j``, (n, R), and ``total = Σ_j each_j``, (R,) million yen, in index order."""
    np.multiply(selected, cost, out=each)
    add_rows(each, out=total)


def add_rows(rows: Floats, out: Floats) -> None:
    """Sum over award types in index order, (n, R) to (R,)."""
    if len(rows) == 1:
        out[...] = rows[0]
        return
    np.add(rows[0], rows[1], out=out)
    for row in rows[2:]:
        out += row


def scale_to(available: Floats, total: Floats, wanted: Floats) -> bool:
    """``x ← x · min(1, available / total)``: one factor for all types; 0 where nothing is available.

    Returns whether it had to, in any run: nothing is written where all that is wanted can be paid.

    Parameters
    ----------
    available : (R,) million yen for new awards
    total : (R,) what is wanted would cost, million yen; overwritten
    wanted : (n, R) x, scaled in place
    """
    if not (total >= available).any():
        return False
    np.maximum(total, available, out=total)
    total += TINY
    np.divide(available, total, out=total)
    wanted *= total
    return True


def whole(wanted: Floats, accrued: Floats, selected: Floats, spare: Floats) -> None:
    """Whole awards; half an award a year becomes one every second year: ``n = min(⌊x + ρ + ε⌋, ⌈x − ε⌉)``.

    Parameters
    ----------
    wanted : (n, R) x, after caps
    accrued : (n, R) ρ + ε, ρ the fractions carried from earlier years; x is added, n is not yet subtracted
    selected : (n, R) n, overwritten
    spare : (n, R), overwritten
    """
    accrued += wanted
    np.floor(accrued, out=selected)
    np.subtract(wanted, EPSILON, out=spare)
    np.ceil(spare, out=spare)
    np.minimum(selected, spare, out=selected)


def keep_below(maximum: Floats, wanted: Floats, selected: Floats) -> bool:
    """``⌊x + ε⌋`` where n is above the maximum, (n, r); n in place, (n, R). Returns whether any was."""
    above = selected > maximum + EPSILON
    if not above.any():
        return False
    np.copyto(selected, np.floor(wanted + EPSILON), where=above)
    return True


def round_down(runs: Indices, wanted: Floats, selected: Floats) -> None:
    """``⌊x + ε⌋`` for all types in some `runs`; n in place, (n, R)."""
    selected[:, runs] = np.floor(wanted[:, runs] + EPSILON)
