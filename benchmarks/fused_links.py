"""What follows from earlier awards beside their own life, and a total split by priority.

As `simulator.succession`, promotions, feeds, extensions and instalments, and `simulator.allocation`.
Each function does nothing, and is nothing in machine code, where its first argument is None.
"""

import numpy as np
from fused_arrays import Block, Extended, Fed, Instalments, Links, Priority, Programme, inlined, number, value
from fused_steps import completed

from simulator.arrays import Floats
from simulator.lifecycle import EXITS, MONTHS, QUANTITIES_EXTENDED


@inlined
def promote(promotions: Links | None, block: Block, programme: Programme, t: int) -> None:
    """``Σ share · completions_{t−lag}``: awards that start without selection."""
    if promotions is None:
        return
    promoted, runs = block.scratch.promoted, block.scratch.cost.size
    for j in range(programme.awards):
        for r in range(runs):
            promoted[programme.award + j, r] = 0.0
    for m in range(len(promotions.source)):
        source, row, year = promotions.source[m], programme.award + promotions.target[m], t - promotions.lag[m]
        for r in range(runs):
            promoted[row, r] += number(promotions.share, m, r) * completed(block.cohorts, source, year, r)


@inlined
def sustain(promotions: Links | None, block: Block, programme: Programme, t: int) -> None:
    """``B − F − reserve − Σ promoted Σ_k u_k``, never below 0, of several award types together."""
    if promotions is None:
        return
    scratch, p = block.scratch, programme.row
    for r in range(scratch.cost.size):
        scratch.sustained[r] = value(block.money.sustained, t, p, r)
    for j in range(programme.awards):
        for r in range(scratch.cost.size):
            scratch.sustained[r] -= scratch.promoted[programme.award + j, r] * value(programme.whole, t, j, r)
    for r in range(scratch.cost.size):
        scratch.sustained[r] = max(scratch.sustained[r], 0.0)


@inlined
def limit(fed: Fed | None, block: Block, programme: Programme, t: int) -> None:
    """``min(maximum, θ · applicants)`` with the applicants that earlier completions bring."""
    if fed is None:
        return
    scratch, feeds = block.scratch, fed.feeds
    for j in range(programme.awards):
        for r in range(scratch.cost.size):
            scratch.highest[j, r] = value(programme.maximum, t, j, r)
    for d in range(len(fed.target)):
        for r in range(scratch.cost.size):
            scratch.paid[r] = value(fed.applicants, t, d, r)
        for m in range(len(feeds.source)):
            if fed.demand[m] == d:
                for r in range(scratch.cost.size):
                    share, year = number(feeds.share, m, r), t - feeds.lag[m]
                    scratch.paid[r] += share * completed(block.cohorts, feeds.source[m], year, r)
        for r in range(scratch.cost.size):
            most = value(fed.highest_rate, t, d, r) * scratch.paid[r]
            scratch.highest[fed.target[d], r] = min(scratch.highest[fed.target[d], r], most)


@inlined
def extend(extended: Extended | None, block: Block, programme: Programme, t: int) -> None:
    """Extensions of the year begin, a share of what earlier cohorts complete; what all so far give is added up."""
    if extended is None:
        return
    flows, runs = block.flows, block.scratch.cost.size
    for x in extended.slot:
        for r in range(runs if x >= 0 else 0):
            flows.extended[t, x, r] = 0.0
            for q in range(QUANTITIES_EXTENDED):
                flows.extensions[t, x, q, r] = 0.0
    for e in range(len(extended.target)):
        row, x, begun = programme.award + extended.target[e], extended.slot[extended.target[e]], extended.year[e]
        for r in range(runs if begun == t else 0):
            flows.extended[t, x, r] = number(extended.share, e, r) * completed(block.cohorts, row, t, r)
        given = extended.first[e] + t - begun
        if begun <= t and given < extended.first[e + 1]:
            for q in range(QUANTITIES_EXTENDED):
                for r in range(runs):
                    flows.extensions[t, x, q, r] += value(extended.gives, given, q, r) * flows.extended[begun, x, r]


@inlined
def pay_earlier(instalments: Instalments | None, block: Block, programme: Programme, t: int) -> None:
    """``Σ_{k ≥ 1} starts_{t−k} u_k`` of programmes with instalments: what is paid by exits and months, then those."""
    if instalments is None:
        return
    given, year = block.cohorts.given, block.cohorts.lead + t
    for j in range(programme.awards):
        row = programme.award + j
        due = block.flows.spend_continuing[t, row]
        for r in range(due.size):
            due[r] = 0.0
            if programme.outlasts is not None:
                due[r] = value(programme.end, t, j, r) * given[year, row, EXITS, r]
                due[r] += value(programme.month, t, j, r) * given[year, row, MONTHS, r]
        add_paid(instalments, block, programme, (t, j, 1), due)


@inlined
def add_paid(
    instalments: Instalments | None, block: Block, programme: Programme, place: tuple[int, int, int], money: Floats
) -> None:
    """``price Σ_{k ≥ since} shares_k · starts_{t−k}`` of award type j; what is paid later, where `since` is 0."""
    if instalments is None:
        return
    t, j, since = place
    starts, paid, now = block.flows.starts, block.scratch.paid, len(programme.history) + t
    shares = instalments.shares if since > 0 else instalments.later
    for i in range(len(instalments.target)):
        if instalments.target[i] == j:
            first = instalments.first[i]
            for r in range(paid.size):
                paid[r] = 0.0
            for k in range(since, min(instalments.first[i + 1] - first, now + 1)):
                for r in range(paid.size):
                    paid[r] += number(shares, first + k, r) * starts[now - k, programme.award + j, r]
            for r in range(paid.size):
                money[r] += value(instalments.price, t, i, r) * paid[r]


@inlined
def split(priority: Priority | None, block: Block, t: int) -> None:
    """The money of a year: commitments first, then the plans in order, then the rest by weights (section 6)."""
    if priority is None:
        return
    given, left, runs = block.money.appropriation, block.scratch.cost, block.scratch.cost.size
    cover(priority, block, t)
    for p in priority.order:
        for r in range(runs):
            more = min(value(priority.planned, t, p, r), left[r])
            given[t, p, r] += more
            left[r] -= more
    for p in range(len(priority.idle)):
        for r in range(runs):
            given[t, p, r] += value(priority.weights, t, p, r) * left[r]
            share_out(priority, block, t, p, r)


@inlined
def cover(priority: Priority, block: Block, t: int) -> None:
    """``max(0, F + C + reserve − R)`` each, all scaled down where the total is smaller; what is left of it."""
    given, needed, left, runs = (
        block.money.appropriation,
        block.scratch.factor,
        block.scratch.cost,
        block.scratch.cost.size,
    )
    for p in range(len(priority.idle)):
        for r in range(runs):
            owed = block.flows.commitments[t, p, r] - block.flows.carried[t, p, r]
            own = value(priority.own.appropriation, t, p, r)
            given[t, p, r] = own if priority.idle[p] else max(value(priority.own.set_aside, t, p, r) + owed, 0.0)
            needed[r] = needed[r] + given[t, p, r] if p > 0 else given[t, p, r]
    for r in range(runs):
        total = number(priority.total, t, r)
        left[r] = max(total - needed[r], 0.0)
        needed[r] = total / needed[r] if needed[r] > total else 1.0
    for p in range(len(priority.idle)):
        for r in range(runs):
            given[t, p, r] *= needed[r]


@inlined
def share_out(priority: Priority, block: Block, t: int, p: int, r: int) -> None:
    """What follows from what a programme is given; one without award types spends it."""
    money, given, most = block.money, block.money.appropriation[t, p, r], value(priority.carry_limit, t, p, r)
    money.fixed_costs[t, p, r] = given if priority.idle[p] else value(priority.own.fixed_costs, t, p, r)
    money.set_aside[t, p, r] = given if priority.idle[p] else value(priority.own.set_aside, t, p, r)
    money.sustained[t, p, r] = max(given - money.set_aside[t, p, r], 0.0)
    money.carry_ceiling[t, p, r] = most * given if np.isfinite(most) else np.inf
