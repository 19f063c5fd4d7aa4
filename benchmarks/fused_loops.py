"""The loops of the fused reference: years outside, runs inside.

Every inner loop is over the runs of the block, for LLVM to make SIMD of. A programme with one award type that rounds
to whole awards under `steady` takes a year in one pass over the runs; others take a pass for each step and award type.
"""

from fused_arrays import CASH, STEADY, Block, Integers, Programme, compiled, inlined, value
from fused_steps import affordable, due, funded, join, planned, room, scale, settle, start, whole
from numba import literal_unroll


@compiled
def simulate(block: Block, programmes: tuple[Programme, ...], idle: Integers) -> None:
    """All years of all programmes; `idle` are the rows of those without award types. The flows are overwritten."""
    for programme in literal_unroll(programmes):
        select_and_pay(block, programme)
    for p in idle:
        stand_idle(block, p)


@compiled
def select_and_pay(block: Block, programme: Programme) -> None:
    """All years of a programme."""
    flows, scratch, p = block.flows, block.scratch, programme.row
    for r in range(runs_of(block)):
        flows.carried[0, p, r] = 0.0
    for j in range(programme.awards):
        for r in range(runs_of(block)):
            scratch.remainder[j, r] = 0.0
            flows.deferred[0, programme.award + j, r] = 0.0
    recall(block, programme)
    for t in range(-1, len(flows.selected)):
        for j in range(programme.awards):
            add_up(block, programme, t, j)
        if t < 0:
            continue
        if programme.awards == 1 and programme.intake == STEADY and programme.whole_awards:
            at_one_go(block, programme, t)
        else:
            step_by_step(block, programme, t)


@inlined
def recall(block: Block, programme: Programme) -> None:
    """Starts of the years before the first."""
    for t in range(len(programme.history)):
        for j in range(programme.awards):
            for r in range(runs_of(block)):
                block.flows.starts[t, programme.award + j, r] = value(programme.history, t, j, r)


@inlined
def stand_idle(block: Block, p: int) -> None:
    """All years of a programme without award types."""
    flows = block.flows
    for r in range(runs_of(block)):
        flows.carried[0, p, r] = 0.0
    for t in range(len(flows.selected)):
        for r in range(runs_of(block)):
            flows.commitments[t, p, r] = 0.0
            flows.outyear_commitments[t, p, r] = 0.0
            flows.available[t, p, r] = room(block, t, p, r, 0.0)
            settle(block, t, p, r, 0.0)


@inlined
def runs_of(block: Block) -> int:
    """R."""
    return len(block.scratch.cost)


@inlined
def add_up(block: Block, programme: Programme, t: int, j: int) -> None:
    """What the earlier cohorts of an award type give in a year, the youngest first, in all quantities at once."""
    starts, row, history = block.flows.starts, programme.award + j, len(programme.history)
    for r in range(runs_of(block)):
        for q in range(len(block.quantities)):
            block.flows.cohorts[t + 1, row, q, r] = 0.0
    for k in range(1 if t >= 0 else 0, min(programme.reach[j], history + t + 1)):
        for r in range(runs_of(block)):
            join(block, programme, (t, j, k), r, starts[history + t - k, row, r])


@inlined
def at_one_go(block: Block, programme: Programme, t: int) -> None:
    """All steps at once, for the only award type of a programme."""
    flows, scratch, p, row = block.flows, block.scratch, programme.row, programme.award
    for r in range(runs_of(block)):
        commitments = due(block, programme, t, 0, r)
        available = max(room(block, t, p, r, commitments), 0.0)
        cost = value(programme.cost, t, 0, r)
        wanted = funded(programme, t, 0, r, value(block.money.sustained, t, p, r))
        wanted *= scale(available, wanted * cost)
        accrued = wanted + scratch.remainder[0, r]
        number = whole(wanted, accrued, value(programme.maximum, t, 0, r))
        number = affordable(number, wanted, number * cost, available)
        scratch.remainder[0, r] = min(accrued - number, 1.0)
        flows.commitments[t, p, r] = commitments
        flows.available[t, p, r] = available
        flows.selected[t, row, r] = number
        flows.spend_new[t, row, r] = number * cost
        flows.outyear_commitments[t, p, r] = start(block, programme, t, 0, r)
        settle(block, t, p, r, number * cost)


@inlined
def step_by_step(block: Block, programme: Programme, t: int) -> None:
    """A year of a programme, in the order of `simulator.cohorts`."""
    scratch, p = block.scratch, programme.row
    fall_due(block, programme, t)
    for j in range(programme.awards):
        want(block, programme, t, j)
    scale_all(block, programme, t)
    if programme.whole_awards:
        make_whole(block, programme, t)
    pay(block, programme, t)
    for r in range(runs_of(block)):
        settle(block, t, p, r, scratch.cost[r])


@inlined
def fall_due(block: Block, programme: Programme, t: int) -> None:
    """Commitments, and the room they leave."""
    flows, scratch, p = block.flows, block.scratch, programme.row
    for r in range(runs_of(block)):
        flows.commitments[t, p, r] = due(block, programme, t, 0, r)
    for j in range(1, programme.awards):
        for r in range(runs_of(block)):
            flows.commitments[t, p, r] += due(block, programme, t, j, r)
    for r in range(runs_of(block)):
        flows.available[t, p, r] = room(block, t, p, r, flows.commitments[t, p, r])
        scratch.cost[r] = 0.0


@inlined
def want(block: Block, programme: Programme, t: int, j: int) -> None:
    """What the intake rule selects, and what that costs with the programme's other award types."""
    flows, scratch, p = block.flows, block.scratch, programme.row
    if programme.intake == STEADY:
        for r in range(runs_of(block)):
            scratch.wanted[j, r] = funded(programme, t, j, r, value(block.money.sustained, t, p, r))
    elif programme.intake == CASH:
        for r in range(runs_of(block)):
            scratch.wanted[j, r] = funded(programme, t, j, r, flows.available[t, p, r])
    else:
        for r in range(runs_of(block)):
            scratch.wanted[j, r] = planned(programme, t, j, r)
    for r in range(runs_of(block)):
        scratch.cost[r] += scratch.wanted[j, r] * value(programme.cost, t, j, r)


@inlined
def scale_all(block: Block, programme: Programme, t: int) -> None:
    """Selections as far as there is money for them."""
    flows, scratch, p = block.flows, block.scratch, programme.row
    for r in range(runs_of(block)):
        flows.available[t, p, r] = max(flows.available[t, p, r], 0.0)
        scratch.factor[r] = scale(flows.available[t, p, r], scratch.cost[r])
        scratch.cost[r] = 0.0
    for j in range(programme.awards):
        for r in range(runs_of(block)):
            scratch.wanted[j, r] *= scratch.factor[r]
            flows.selected[t, programme.award + j, r] = scratch.wanted[j, r]


@inlined
def make_whole(block: Block, programme: Programme, t: int) -> None:
    """Whole awards, as many as are affordable together."""
    flows, scratch, p = block.flows, block.scratch, programme.row
    for j in range(programme.awards):
        row = programme.award + j
        for r in range(runs_of(block)):
            wanted = scratch.wanted[j, r]
            accrued = wanted + scratch.remainder[j, r]
            number = whole(wanted, accrued, value(programme.maximum, t, j, r))
            scratch.remainder[j, r] = accrued
            scratch.cost[r] += number * value(programme.cost, t, j, r)
            flows.selected[t, row, r] = number
    for j in range(programme.awards):
        row = programme.award + j
        for r in range(runs_of(block)):
            number, wanted = flows.selected[t, row, r], scratch.wanted[j, r]
            number = affordable(number, wanted, scratch.cost[r], flows.available[t, p, r])
            scratch.remainder[j, r] = min(scratch.remainder[j, r] - number, 1.0)
            flows.selected[t, row, r] = number


@inlined
def pay(block: Block, programme: Programme, t: int) -> None:
    """Awards start, and what they cost in the year and later is added up."""
    flows, scratch, p = block.flows, block.scratch, programme.row
    for r in range(runs_of(block)):
        scratch.cost[r] = 0.0
        flows.outyear_commitments[t, p, r] = 0.0
    for j in range(programme.awards):
        for r in range(runs_of(block)):
            spent = flows.selected[t, programme.award + j, r] * value(programme.cost, t, j, r)
            flows.spend_new[t, programme.award + j, r] = spent
            scratch.cost[r] += spent
            flows.outyear_commitments[t, p, r] += start(block, programme, t, j, r)
