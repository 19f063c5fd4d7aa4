"""The loops of the fused reference: years outside, runs inside.

Every inner loop is over the runs of the block, for LLVM to make SIMD of. A programme with one award type takes a year
in one pass over the runs; others take a pass for each step and award type. All years of a programme come before the
next programme, unless completions of one lead into awards of another, or a total is split by priority: then each year
is a call of its own, which small blocks feel (up to 5 %).
"""

from fused_arrays import Block, Flag, Integers, Programme, compiled, inlined, number, value, within
from fused_links import add_paid, extend, limit, pay_earlier, promote, split, sustain
from fused_steps import affordable, cohort_of, due, highest, intake, join, room, scale, settle, start, whole
from numba import literal_unroll

from simulator.intake import EPSILON


@compiled
def programme_by_programme(block: Block, programmes: tuple[Programme, ...], idle: Integers) -> None:
    """All years of all programmes; `idle` are the rows of those without award types. The flows are overwritten."""
    for programme in literal_unroll(programmes):
        every_year(block, programme)
    for t in range(len(block.flows.spend)):
        stand_idle(block, idle, t)


@compiled
def year_by_year(block: Block, programmes: tuple[Programme, ...], idle: Integers) -> None:
    """The same where completions of one programme lead into awards of another."""
    for programme in literal_unroll(programmes):
        begin(block, programme)
    for t in range(len(block.flows.spend)):
        for programme in literal_unroll(programmes):
            go_on(block, programme, t)
        stand_idle(block, idle, t)


@compiled
def by_priority(block: Block, programmes: tuple[Programme, ...], idle: Integers) -> None:
    """The same where a total is split every year, once commitments are known."""
    for programme in literal_unroll(programmes):
        begin(block, programme)
    for t in range(len(block.flows.spend)):
        for programme in literal_unroll(programmes):
            reckon(block, programme, t)
        split(block.priority, block, t)
        for programme in literal_unroll(programmes):
            conclude(block, programme, t)
        stand_idle(block, idle, t)


@within
def every_year(block: Block, programme: Programme) -> None:
    """All years of a programme."""
    recall(block, programme)
    for t in range(len(block.flows.spend)):
        prepare(block, programme, t)
        select(block, programme, t)


@within
def begin(block: Block, programme: Programme) -> None:
    """What was before the first year, for a loop with the years outside."""
    recall(block, programme)


@within
def go_on(block: Block, programme: Programme, t: int) -> None:
    """A year of a programme."""
    prepare(block, programme, t)
    select(block, programme, t)


@within
def reckon(block: Block, programme: Programme, t: int) -> None:
    """The first part of a year, until money is split."""
    prepare(block, programme, t)


@within
def conclude(block: Block, programme: Programme, t: int) -> None:
    """The rest of it."""
    select(block, programme, t)


@inlined
def recall(block: Block, programme: Programme) -> None:
    """Starts of the years before the first, what their cohorts give in the last of these, and deferred awards."""
    flows, scratch = block.flows, block.scratch
    for r in range(runs_of(block)):
        flows.carried[0, programme.row, r] = 0.0
    for j in range(programme.awards):
        row = programme.award + j
        for r in range(runs_of(block)):
            scratch.accrued[row, r] = EPSILON
            flows.deferred[0, row, r] = number(programme.backlog, j, r)
        for t in range(len(programme.history)):
            for r in range(runs_of(block)):
                flows.starts[t, row, r] = value(programme.history, t, j, r)
        for t in range(-block.cohorts.lead, 0):
            add_up(block, programme, t, j)


@inlined
def stand_idle(block: Block, idle: Integers, t: int) -> None:
    """A year of the programmes without award types."""
    flows = block.flows
    for p in idle:
        for r in range(runs_of(block)):
            flows.carried[0, p, r] = 0.0
            flows.commitments[t, p, r] = 0.0
            flows.outyear_commitments[t, p, r] = 0.0
            flows.available[t, p, r] = room(block, t, p, r, 0.0)
            settle(block, t, p, r, 0.0)


@inlined
def runs_of(block: Block) -> int:
    """R."""
    return len(block.scratch.cost)


@inlined
def prepare(block: Block, programme: Programme, t: int) -> None:
    """What follows from earlier years; commitments, unless they can be reckoned at one go with the rest."""
    if programme.outlasts is not None:
        for j in range(programme.awards):
            add_up(block, programme, t, j)
    promote(programme.promotions, block, programme, t)
    extend(programme.extended, block, programme, t)
    pay_earlier(programme.instalments, block, programme, t)
    if programme.alone is None or block.priority is not None:
        fall_due(block, programme, t)


@inlined
def select(block: Block, programme: Programme, t: int) -> None:
    """Awards are selected and start, money is paid."""
    limit(programme.fed, block, programme, t)
    sustain(programme.promotions, block, programme, t)
    at_one_go(programme.alone, block, programme, t)
    step_by_step(programme.several, block, programme, t)


@inlined
def add_up(block: Block, programme: Programme, t: int, j: int) -> None:
    """What the earlier cohorts of an award type give in a year, the youngest first, in all quantities at once."""
    starts, kernel, gives = block.flows.starts, programme.kernel, programme.gives
    row, now, since = programme.award + j, len(programme.history) + t, 1 if t >= 0 else 0
    cohort, until = cohort_of(block.cohorts, row, t), min(programme.reach[j], now + 1)
    if since >= until:
        for q in range(len(cohort.quantities)):
            for r in range(runs_of(block)):
                cohort.given[q, r] = 0.0
        return
    first = kernel[j, now - since] + since
    for r in range(runs_of(block)):
        join(cohort, gives, (first, r), starts[now - since, row, r], False)
    for k in range(since + 1, until):
        earlier = kernel[j, now - k] + k
        for r in range(runs_of(block)):
            join(cohort, gives, (earlier, r), starts[now - k, row, r], True)


@inlined
def fall_due(block: Block, programme: Programme, t: int) -> None:
    """Commitments."""
    flows, p = block.flows, programme.row
    for r in range(runs_of(block)):
        flows.commitments[t, p, r] = 0.0
    for j in range(programme.awards):
        cohort = cohort_of(block.cohorts, programme.award + j, t)
        for r in range(runs_of(block)):
            flows.commitments[t, p, r] += due(block, programme, cohort, (t, j, r))


@inlined
def at_one_go(alone: Flag, block: Block, programme: Programme, t: int) -> None:
    """All steps at once, for the only award type of a programme."""
    if alone is None:
        return
    for j in range(programme.awards):
        flows, p, cohort = block.flows, programme.row, cohort_of(block.cohorts, programme.award + j, t)
        for r in range(runs_of(block)):
            if block.priority is None:
                flows.commitments[t, p, r] = due(block, programme, cohort, (t, j, r))
            flows.available[t, p, r] = room(block, t, p, r, flows.commitments[t, p, r])
            selected = select_alone(block, programme, t, j, r)
            cost = selected * value(programme.cost, t, j, r)
            flows.selected[t, programme.award + j, r] = selected
            flows.spend_new[t, programme.award + j, r] = cost
            flows.outyear_commitments[t, p, r] = start(block, programme, cohort, (t, j, r), selected)
            settle(block, t, p, r, cost)
        add_paid(programme.instalments, block, programme, (t, j, 0), flows.outyear_commitments[t, p])


@inlined
def select_alone(block: Block, programme: Programme, t: int, j: int, r: int) -> float:
    """How many awards of a programme's only award type are selected."""
    available, accrued, row = block.flows.available[t, programme.row, r], block.scratch.accrued, programme.award + j
    cost, most = value(programme.cost, t, j, r), highest(block, programme, t, j, r)
    wanted = min(intake(block, programme, t, j, r), most)
    wanted *= scale(available, wanted * cost)
    if programme.whole_awards is None:
        return wanted
    total = wanted + accrued[row, r]
    selected = whole(wanted, total, most)
    selected = affordable(selected, wanted, selected * cost, available)
    accrued[row, r] = min(total - selected, 1.0 + EPSILON)
    return selected


@inlined
def step_by_step(several: Flag, block: Block, programme: Programme, t: int) -> None:
    """A year of a programme, in the order of `simulator.cohorts`."""
    if several is None:
        return
    flows, scratch, p = block.flows, block.scratch, programme.row
    for r in range(runs_of(block)):
        flows.available[t, p, r] = room(block, t, p, r, flows.commitments[t, p, r])
        scratch.cost[r] = 0.0
    for j in range(programme.awards):
        for r in range(runs_of(block)):
            most = highest(block, programme, t, j, r)
            scratch.wanted[j, r] = min(intake(block, programme, t, j, r), most)
            scratch.cost[r] += scratch.wanted[j, r] * value(programme.cost, t, j, r)
    scale_all(block, programme, t)
    if programme.whole_awards is not None:
        make_whole(block, programme, t)
    pay(block, programme, t)
    for r in range(runs_of(block)):
        settle(block, t, p, r, scratch.cost[r])


@inlined
def scale_all(block: Block, programme: Programme, t: int) -> None:
    """Selections as far as there is money for them."""
    flows, scratch, p = block.flows, block.scratch, programme.row
    for r in range(runs_of(block)):
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
            accrued = scratch.wanted[j, r] + scratch.accrued[row, r]
            selected = whole(scratch.wanted[j, r], accrued, highest(block, programme, t, j, r))
            scratch.accrued[row, r] = accrued
            scratch.cost[r] += selected * value(programme.cost, t, j, r)
            flows.selected[t, row, r] = selected
    for j in range(programme.awards):
        row = programme.award + j
        for r in range(runs_of(block)):
            selected, wanted = flows.selected[t, row, r], scratch.wanted[j, r]
            selected = affordable(selected, wanted, scratch.cost[r], flows.available[t, p, r])
            scratch.accrued[row, r] = min(scratch.accrued[row, r] - selected, 1.0 + EPSILON)
            flows.selected[t, row, r] = selected


@inlined
def pay(block: Block, programme: Programme, t: int) -> None:
    """Awards start, and what they cost in the year and later is added up."""
    flows, scratch, p = block.flows, block.scratch, programme.row
    for r in range(runs_of(block)):
        scratch.cost[r] = 0.0
        flows.outyear_commitments[t, p, r] = 0.0
    for j in range(programme.awards):
        cohort = cohort_of(block.cohorts, programme.award + j, t)
        for r in range(runs_of(block)):
            selected = flows.selected[t, programme.award + j, r]
            spent = selected * value(programme.cost, t, j, r)
            flows.spend_new[t, programme.award + j, r] = spent
            scratch.cost[r] += spent
            scratch.later[r] = start(block, programme, cohort, (t, j, r), selected)
        add_paid(programme.instalments, block, programme, (t, j, 0), scratch.later)
        for r in range(runs_of(block)):
            flows.outyear_commitments[t, p, r] += scratch.later[r]
