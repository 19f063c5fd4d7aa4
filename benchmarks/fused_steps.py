"""The formulas of the fused loop, each for one run, in the core's order of operations (model.md sections 2, 3 and 5).

t is the year, r the run, j the award type within its programme. A step that gives a programme's money returns it.
"""

import numpy as np
from fused_arrays import Block, Cohort, Cohorts, Extended, Programme, Written, formula, inlined, value

from simulator.arrays import Floats
from simulator.cohorts import NOTHING
from simulator.intake import EPSILON, TINY
from simulator.lifecycle import COMPLETIONS, EXITS, IN_PLACE, LATER_MONTHS, MONTHS


@inlined
def cohort_of(cohorts: Cohorts, row: int, t: int) -> Cohort:
    """Cohorts of award type `row` of J in a year."""
    return Cohort(cohorts.given[cohorts.lead + t, row], cohorts.quantities)


@formula
def join(cohort: Cohort, gives: Floats, place: tuple[int, int], starts: float, adds: bool) -> None:
    """What a cohort with a row of kernels gives in run r, in all quantities, added to what is there or in its place."""
    given, (kernel, r) = cohort.given, place
    exits, months = value(gives, kernel, EXITS, r) * starts, value(gives, kernel, MONTHS, r) * starts
    in_place, later = value(gives, kernel, IN_PLACE, r) * starts, value(gives, kernel, LATER_MONTHS, r) * starts
    given[EXITS, r] = given[EXITS, r] + exits if adds else exits
    given[MONTHS, r] = given[MONTHS, r] + months if adds else months
    given[IN_PLACE, r] = given[IN_PLACE, r] + in_place if adds else in_place
    given[LATER_MONTHS, r] = given[LATER_MONTHS, r] + later if adds else later
    if len(cohort.quantities) > COMPLETIONS:
        completions = value(gives, kernel, COMPLETIONS, r) * starts
        given[COMPLETIONS, r] = given[COMPLETIONS, r] + completions if adds else completions


@inlined
def completed(cohorts: Cohorts, source: int, t: int, r: int) -> float:
    """``completions_t`` of award type `source` of J; where nothing ends early, exits are completions."""
    if len(cohorts.quantities) > COMPLETIONS:
        return float(cohorts.given[cohorts.lead + t, source, COMPLETIONS, r])
    return float(cohorts.given[cohorts.lead + t, source, EXITS, r])


@formula
def due(block: Block, programme: Programme, cohort: Cohort, place: tuple[int, int, int]) -> float:
    """``continuing Σ_{k ≥ 1} starts_{t−k} u_k + (deferred_{t−1} + promoted_t) u_0 + extensions_t``.

    Instalments have been written where there are any, with what else the cohorts cost.
    """
    flows, (t, j, r), money = block.flows, place, 0.0
    row = programme.award + j
    if programme.instalments is not None:
        money = flows.spend_continuing[t, row, r]
    elif programme.outlasts is not None:
        money = value(programme.end, t, j, r) * cohort.given[EXITS, r]
        money += value(programme.month, t, j, r) * cohort.given[MONTHS, r]
    if programme.cuts is not None:
        money *= value(programme.continuing, t, j, r)
    if programme.defers is not None:
        money += value(programme.first, t, j, r) * flows.deferred[t, row, r]
    if programme.promotions is not None:
        money += value(programme.first, t, j, r) * block.scratch.promoted[row, r]
    if programme.extended is not None:
        money = with_extensions(programme.extended, flows, place, money, value(programme.month, t, j, r))
    flows.spend_continuing[t, row, r] = money
    return money


@inlined
def with_extensions(
    extended: Extended | None, flows: Written, place: tuple[int, int, int], money: float, month: float
) -> float:
    """What falls due, with the months of extensions."""
    if extended is None:
        return money
    (t, j, r), slot = place, extended.slot
    return money + month * flows.extensions[t, slot[j], MONTHS, r] if slot[j] >= 0 else money


@inlined
def held(block: Block, t: int, p: int, r: int) -> float:
    """``B + R``."""
    return float(value(block.money.appropriation, t, p, r) + block.flows.carried[t, p, r])


@inlined
def room(block: Block, t: int, p: int, r: int, commitments: float) -> float:
    """``V = B + R − F − C − reserve``, never below 0; what is nothing but rounding is 0."""
    has = held(block, t, p, r)
    left = has - commitments - value(block.money.set_aside, t, p, r)
    return 0.0 if left < NOTHING * has else float(left)


@inlined
def intake(block: Block, programme: Programme, t: int, j: int, r: int) -> float:
    """What the intake rule selects: ``weight · money`` under `steady` and `cash`, the given number under `plan`."""
    flows, p = block.flows, programme.row
    if programme.cash is not None:
        return value(programme.weight, t, j, r) * float(flows.available[t, p, r])
    if programme.steady is None:
        return value(programme.plan, t, j, r)
    if programme.promotions is not None:
        return value(programme.weight, t, j, r) * float(block.scratch.sustained[r])
    return value(programme.weight, t, j, r) * value(block.money.sustained, t, p, r)


@inlined
def highest(block: Block, programme: Programme, t: int, j: int, r: int) -> float:
    """``min(maximum, θ · applicants)``, infinite where there is neither."""
    if programme.capped is None:
        return np.inf
    if programme.fed is not None:
        return float(block.scratch.highest[j, r])
    return value(programme.maximum, t, j, r)


@inlined
def scale(available: float, cost: float) -> float:
    """``min(1, available / Σ_j x_j c_j)``."""
    return available / (max(cost, available) + TINY)


@inlined
def whole(wanted: float, accrued: float, most: float) -> float:
    """``n = min(⌊x + ρ + ε⌋, ⌈x − ε⌉)``, ⌊x + ε⌋ where n is above what is selected at most; `accrued` is x + ρ + ε."""
    selected = min(np.floor(accrued), np.ceil(wanted - EPSILON))
    return float(np.floor(wanted + EPSILON) if selected > most + EPSILON else selected)


@inlined
def affordable(selected: float, wanted: float, cost: float, available: float) -> float:
    """``⌊x + ε⌋`` where the whole awards of the programme together cost more than is available."""
    return float(np.floor(wanted + EPSILON) if cost > available * (1.0 + EPSILON) else selected)


@formula
def start(block: Block, programme: Programme, cohort: Cohort, place: tuple[int, int, int], selected: float) -> float:
    """``τ (1 − δ) sel + deferred + promoted`` join the cohorts; what these and the deferred will cost later."""
    flows, (t, j, r) = block.flows, place
    row, now = programme.award + j, len(programme.history) + t
    starts, deferred = selected * value(programme.at_once, t, j, r), 0.0
    if programme.defers is not None:
        starts += flows.deferred[t, row, r]
        deferred = selected * value(programme.put_off, t, j, r)
    if programme.promotions is not None:
        starts += block.scratch.promoted[row, r]
    flows.starts[now, row, r] = starts
    flows.deferred[t + 1, row, r] = deferred
    join(cohort, programme.gives, (programme.kernel[j, now], r), starts, programme.outlasts is not None)
    if programme.outlasts is None:
        return 0.0
    money: float = value(programme.month, t, j, r) * cohort.given[LATER_MONTHS, r]
    money += value(programme.end, t, j, r) * cohort.given[IN_PLACE, r]
    if programme.defers is not None:
        money += value(programme.whole, t, j, r) * deferred
    return money


@inlined
def settle(block: Block, t: int, p: int, r: int, new: float) -> None:
    """``B + R + shortfall = spend + carried_out + returned``; `new` is what selections cost."""
    money, flows, has = block.money, block.flows, held(block, t, p, r)
    spend = new + flows.commitments[t, p, r] + value(money.fixed_costs, t, p, r)
    left = has - spend
    left = 0.0 if abs(left) < NOTHING * has else left
    unspent = max(left, 0.0)
    flows.spend[t, p, r] = spend
    flows.shortfall[t, p, r] = unspent - left
    flows.unspent[t, p, r] = unspent
    carried = min(unspent, value(money.carry_ceiling, t, p, r))
    flows.carried[t + 1, p, r] = 0.0 if block.lapses[t, p] else carried
