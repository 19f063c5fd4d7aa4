"""The formulas of the fused loop, each for one run, in the core's order of operations (model.md sections 2, 3 and 5).

t is the year, r the run, j the award type within its programme. A step that gives a programme's money returns it.
"""

import numpy as np
from fused_arrays import Block, Programme, inlined, value

from simulator.cohorts import NOTHING
from simulator.intake import EPSILON, TINY
from simulator.lifecycle import COMPLETIONS, EXITS, IN_PLACE, LATER_MONTHS, MONTHS


@inlined
def join(block: Block, programme: Programme, place: tuple[int, int, int], r: int, starts: float) -> None:
    """What a cohort of award type j gives in year t, k years after its start, in all quantities."""
    t, j, k = place
    cohorts, row, gives = block.flows.cohorts, programme.award + j, programme.gives
    kernel = programme.kernel[j, len(programme.history) + t - k] + k
    cohorts[t + 1, row, EXITS, r] += value(gives, kernel, EXITS, r) * starts
    cohorts[t + 1, row, MONTHS, r] += value(gives, kernel, MONTHS, r) * starts
    cohorts[t + 1, row, IN_PLACE, r] += value(gives, kernel, IN_PLACE, r) * starts
    cohorts[t + 1, row, LATER_MONTHS, r] += value(gives, kernel, LATER_MONTHS, r) * starts
    if len(block.quantities) > COMPLETIONS:
        cohorts[t + 1, row, COMPLETIONS, r] += value(gives, kernel, COMPLETIONS, r) * starts


@inlined
def due(block: Block, programme: Programme, t: int, j: int, r: int) -> float:
    """``continuing Σ_{k ≥ 1} starts_{t−k} u_k + deferred_{t−1} u_0``."""
    flows, row = block.flows, programme.award + j
    money: float = value(programme.end, t, j, r) * flows.cohorts[t + 1, row, EXITS, r]
    money += value(programme.month, t, j, r) * flows.cohorts[t + 1, row, MONTHS, r]
    if programme.cuts:
        money *= value(programme.continuing, t, j, r)
    money += value(programme.first, t, j, r) * flows.deferred[t, row, r]
    flows.spend_continuing[t, row, r] = money
    return money


@inlined
def held(block: Block, t: int, p: int, r: int) -> float:
    """``B + R``."""
    return float(value(block.money.appropriation, t, p, r) + block.flows.carried[t, p, r])


@inlined
def unless_nothing(money: float, of: float) -> float:
    """Money that is nothing but rounding is 0."""
    return 0.0 if abs(money) < NOTHING * of else money


@inlined
def room(block: Block, t: int, p: int, r: int, commitments: float) -> float:
    """``V = B + R − F − C − reserve``."""
    has = held(block, t, p, r)
    return unless_nothing(has - commitments - value(block.money.set_aside, t, p, r), has)


@inlined
def funded(programme: Programme, t: int, j: int, r: int, money: float) -> float:
    """``x = weight · money``, the rules `steady` and `cash`; at most the maximum."""
    wanted = max(value(programme.weight, t, j, r) * money, 0.0)
    return min(wanted, value(programme.maximum, t, j, r))


@inlined
def planned(programme: Programme, t: int, j: int, r: int) -> float:
    """The given number, the rule `plan`; at most the maximum."""
    return min(value(programme.plan, t, j, r), value(programme.maximum, t, j, r))


@inlined
def scale(available: float, cost: float) -> float:
    """``min(1, available / Σ_j x_j c_j)``."""
    return available / max(cost, available, TINY)


@inlined
def whole(wanted: float, accrued: float, maximum: float) -> float:
    """``n = min(⌊x + ρ + ε⌋, ⌈x − ε⌉)``, ``⌊x + ε⌋`` where n is above the maximum; `accrued` is x + ρ."""
    number = min(np.floor(accrued + EPSILON), np.ceil(wanted - EPSILON))
    return float(np.floor(wanted + EPSILON) if number > maximum + EPSILON else number)


@inlined
def affordable(number: float, wanted: float, cost: float, available: float) -> float:
    """``⌊x + ε⌋`` where the whole awards of the programme together cost more than is available."""
    return float(np.floor(wanted + EPSILON) if cost > available * (1.0 + EPSILON) else number)


@inlined
def start(block: Block, programme: Programme, t: int, j: int, r: int) -> float:
    """Selections and deferred awards join the cohorts; what these and the deferred will cost after the year."""
    flows, row = block.flows, programme.award + j
    selected = flows.selected[t, row, r]
    starts = selected * value(programme.at_once, t, j, r) + flows.deferred[t, row, r]
    deferred = selected * value(programme.put_off, t, j, r)
    flows.starts[len(programme.history) + t, row, r] = starts
    flows.deferred[t + 1, row, r] = deferred
    join(block, programme, (t, j, 0), r, starts)
    money: float = value(programme.month, t, j, r) * flows.cohorts[t + 1, row, LATER_MONTHS, r]
    money += value(programme.end, t, j, r) * flows.cohorts[t + 1, row, IN_PLACE, r]
    money += value(programme.whole, t, j, r) * deferred
    return money


@inlined
def settle(block: Block, t: int, p: int, r: int, new: float) -> None:
    """``B + R + shortfall = spend + carried_out + returned``; `new` is what selections cost."""
    money, flows, has = block.money, block.flows, held(block, t, p, r)
    spend = new + flows.commitments[t, p, r] + value(money.fixed_costs, t, p, r)
    left = unless_nothing(has - spend, has)
    unspent = max(left, 0.0)
    carried = min(unspent, value(money.carry_ceiling, t, p, r))
    flows.spend[t, p, r] = spend
    flows.shortfall[t, p, r] = abs(min(left, 0.0))
    flows.unspent[t, p, r] = unspent
    flows.carried[t + 1, p, r] = 0.0 if money.lapses[t, p] else carried
