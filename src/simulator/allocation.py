"""A total split by priority, in the year, once commitments are known (model.md section 6)."""

from dataclasses import fields

import numpy as np

from simulator.arrays import Floats, Inputs, Money, Priority


def unsplit(inputs: Inputs) -> Money:
    """The programmes' money with room for a split in every year: fixed costs as they are, the rest uninitialised."""
    shape = (inputs.labels.years, len(inputs.labels.programmes), inputs.runs)
    money = Money(*(np.empty(shape) for _ in fields(Money)))
    money.fixed_costs[...] = inputs.money.fixed_costs
    money.set_aside[...] = inputs.money.set_aside
    return money


def split(year: int, inputs: Inputs, priority: Priority, owed: Floats, money: Money) -> None:
    """Write the money of a year, of which `owed` (P, R) falls due for commitments less what was carried in.

    First ``max(0, F + C + reserve − R)`` each, all scaled down where the total is smaller; then the plans, in order,
    while money lasts; the rest by weights.
    """
    given, total = money.appropriation[year], priority.total[year]
    own = inputs.money
    np.maximum(own.set_aside[year] + owed, 0.0, out=given)
    given[priority.idle] = np.broadcast_to(own.appropriation[year], given.shape)[priority.idle]
    needed = _sum(given)
    given *= np.divide(total, needed, out=np.ones_like(needed), where=needed > total)
    left = np.maximum(total - needed, 0.0)
    for row in priority.order:
        more = np.minimum(priority.planned[year, row], left)
        given[row] += more
        left = left - more
    given += priority.weights[year] * left
    for spending in (money.fixed_costs[year], money.set_aside[year]):
        spending[priority.idle] = given[priority.idle]
    np.maximum(given - money.set_aside[year], 0.0, out=money.sustained[year])
    money.carry_ceiling[year] = carry_ceiling(priority.carry_limit[year], given)


def carry_ceiling(limit: Floats, given: Floats) -> Floats:
    """``λ B``, infinite where λ is."""
    limit, given = np.broadcast_arrays(limit, given)
    unlimited: Floats = np.full(given.shape, np.inf)
    return np.multiply(limit, given, out=unlimited, where=np.isfinite(limit))


def _sum(rows: Floats) -> Floats:
    """Sum over programmes in index order, (P, R) to (R,)."""
    total: Floats = rows[0].copy()
    for row in rows[1:]:
        total += row
    return total
