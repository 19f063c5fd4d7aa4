"""The vectorised core: cohorts of awards and the agency's money, year by year (model.md sections 2, 3 and 5).

The only loop over time is over fiscal years; within one, programme by programme, every step works on all award types
and all runs of a block at once, in arrays that are allocated once and small enough for the cache. Elementwise in the
run, sums in index order: a run has the same bits alone and in any batch.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from simulator import allocation, chance, intake, succession
from simulator.arrays import Floats, Inputs, Programme
from simulator.chance import Lots
from simulator.flows import Flows
from simulator.lifecycle import EXITS, IN_PLACE, LATER_MONTHS, MONTHS, add_up, era_of

NOTHING = 1e-9
"""Money below this share of what a programme holds counts as none."""


class Scratch(NamedTuple):
    """Arrays that every year uses again; n is of the programme with most award types."""

    accrued: Floats  # (J, R) ρ + ε, fractions of awards not yet selected
    wanted: Floats  # (n, R) x, selections wanted before they are made whole
    spare: Floats  # (n, R)
    given: Floats  # (Q, R) what the cohort of this year gives
    promoted: Floats  # (J, R) awards that start without selection, where any may; 0 of the other types
    held: Floats  # (P, R) B + R, million yen
    least: Floats  # (P, R) money below this counts as none
    new: Floats  # (P, R) what selections cost in their year, million yen; 0 of programmes without award types
    none: Floats  # (R,) zeros: numpy is slow at comparing with a bare 0


def simulate(inputs: Inputs, flows: Flows | None = None, lots: Lots | None = None) -> Flows:
    """Run a block: (Y years, J award types, P programmes, R runs).

    Parameters
    ----------
    inputs : arrays with a run axis of 1 or R
    flows : arrays to write into, new ones if not given
    lots : of single lives, whose means are taken if not given

    Returns
    -------
    the flows, all overwritten
    """
    money = inputs.money if inputs.priority is None else allocation.unsplit(inputs)
    flows, scratch = replace(flows or Flows.empty(inputs), money=money, lots=lots is not None), _scratch(inputs)
    flows.deferred[...], flows.carried[0], flows.extended[...] = 0.0, 0.0, 0.0
    for row in set(range(len(inputs.labels.programmes))) - {programme.row for programme in inputs.programmes}:
        flows.commitments[:, row], flows.outyear_commitments[:, row] = 0.0, 0.0
    with _rows_not_gathered():
        for programme in inputs.programmes:
            _history(programme, flows, lots)
        for year in range(inputs.labels.years):
            _year(year, inputs, flows, scratch, lots)
    return flows


def _scratch(inputs: Inputs) -> Scratch:
    labels, runs = inputs.labels, inputs.runs
    most = max((len(programme.eras) for programme in inputs.programmes), default=0)
    programmes, promotes = (len(labels.programmes), runs), any(each.promotions for each in inputs.programmes)
    return Scratch(
        accrued=np.full((len(labels.awards), runs), intake.EPSILON),
        wanted=np.empty((most, runs)),
        spare=np.empty((most, runs)),
        given=np.empty((inputs.quantities, runs)),
        promoted=np.zeros((len(labels.awards) if promotes else 0, runs)),
        held=np.empty(programmes),
        least=np.empty(programmes),
        new=np.zeros(programmes),
        none=np.zeros(runs),
    )


@contextmanager
def _rows_not_gathered() -> Iterator[None]:
    """Keep numpy from copying what it broadcasts, to make short rows longer: that halves the speed of small blocks."""
    before = np.setbufsize(16)
    try:
        yield
    finally:
        np.setbufsize(before)


def _history(programme: Programme, flows: Flows, lots: Lots | None) -> None:
    """Starts and deferred selections before the first year, and what their cohorts give in the years before it."""
    before, rows = len(programme.history), programme.rows
    flows.starts[:before, rows] = programme.history
    flows.deferred[0, rows] = programme.backlog
    if lots is not None:
        chance.recall(programme, flows, lots)
        return
    for row, eras in enumerate(programme.eras, rows.start):
        for back in range(flows.lead):
            add_up(eras, flows.starts[:, row], before - flows.lead + back, flows.cohorts[back, row], since=0)


def _year(year: int, inputs: Inputs, flows: Flows, scratch: Scratch, lots: Lots | None) -> None:
    """One year, in this order.

    1 commitments fall due, among them deferred and promoted awards  2 a total is split where that depends on them
    3 what is left is for new awards  4 they are selected  5 all starts begin their life  6 money is paid, what is
    left is carried or returned.
    """
    for programme in inputs.programmes:
        _commitments(year, programme, flows, scratch)
    if inputs.priority is not None:
        owed = flows.commitments[year] - flows.carried[year]
        allocation.split(year, inputs, inputs.priority, owed, flows.money)
    _room(year, flows, scratch)
    for programme in inputs.programmes:
        _selection(year, programme, flows, scratch)
        if lots is None:
            _starts(year, programme, flows, scratch)
        else:
            _starts_by_lot(year, programme, flows, scratch, lots)
        _outyear_commitments(year, programme, flows, scratch)
    _settlement(year, inputs, flows, scratch)


def _commitments(year: int, programme: Programme, flows: Flows, scratch: Scratch) -> None:
    """``C = continuing Σ_{k ≥ 1} starts_{t−k} u_k + (deferred_{t−1} + promoted_t) u_0 + extensions_t``."""
    prices, rows = programme.prices, programme.rows
    cohorts, due = flows.cohorts[flows.lead + year, rows], flows.spend_continuing[year, rows]
    if not programme.outlasts:
        due[...], flows.commitments[year, programme.row] = 0.0, 0.0
        return
    now = len(programme.history) + year
    for row, eras in () if flows.lots else enumerate(programme.eras):
        add_up(eras, flows.starts[:, rows.start + row], now, cohorts[row], since=1)
    spare = scratch.spare[: len(due)]
    np.multiply(prices.month[year], cohorts[:, MONTHS], out=due)
    if programme.pays_ends:
        due += np.multiply(prices.end[year], cohorts[:, EXITS], out=spare)
    for each in programme.instalments:
        starts = flows.starts[:, rows.start + each.target]
        due[each.target] += each.price[year] * succession.paid(each.shares, starts, now, since=1)
    if programme.cuts:
        due *= prices.continuing[year]
    if programme.defers:
        due += np.multiply(prices.first[year], flows.deferred[year, rows], out=spare)
    succession.promote(programme, year, flows, out=scratch.promoted[rows])
    for award in programme.promoted:
        due[award] += np.multiply(prices.first[year, award], scratch.promoted[rows.start + award], out=spare[0])
    for one in programme.extended:
        months = succession.extended_months(year, programme, one, flows)
        due[one.target] += prices.month[year, one.target] * months
    intake.add_rows(due, out=flows.commitments[year, programme.row])


def _room(year: int, flows: Flows, scratch: Scratch) -> None:
    """``V = B + R − F − C − reserve``, what is available for new awards: never below 0."""
    held, room = scratch.held, flows.available[year]
    np.add(flows.money.appropriation[year], flows.carried[year], out=held)
    np.multiply(held, NOTHING, out=scratch.least)
    np.subtract(held, flows.commitments[year], out=room)
    room -= flows.money.set_aside[year]
    np.copyto(room, 0.0, where=room < scratch.least)


def _selection(year: int, programme: Programme, flows: Flows, scratch: Scratch) -> None:
    """``sel_t`` by the programme's intake rule, and its cost."""
    terms, rows = programme.selection, programme.rows
    room, new = flows.available[year, programme.row], scratch.new[programme.row]
    selected, spend, cost = flows.selected[year, rows], flows.spend_new[year, rows], terms.cost[year]
    wanted, paid = scratch.wanted[: len(selected)] if programme.whole_awards else selected, False
    if programme.intake == "plan":
        wanted[...] = terms.plan[year]
    else:
        steady = programme.intake == "steady"
        intake.funded(terms.weight[year], _sustained(year, programme, flows, scratch) if steady else room, wanted)
    if programme.capped:
        np.minimum(wanted, _highest(year, programme, flows), out=wanted)
    if programme.limited:
        intake.cost_of(wanted, cost, each=spend, total=new)
        paid = not intake.scale_to(room, new, wanted)
    if programme.whole_awards:
        _whole_awards(year, programme, wanted, flows, scratch)
    elif not paid:
        intake.cost_of(selected, cost, each=spend, total=new)


def _sustained(year: int, programme: Programme, flows: Flows, scratch: Scratch) -> Floats:
    """``B − F − reserve − Σ promoted Σ_k u_k``, never below 0, (R,) or (1,)."""
    sustained: Floats = flows.money.sustained[year, programme.row]
    for award in programme.promoted:
        sustained = sustained - scratch.promoted[programme.rows.start + award] * programme.prices.whole[year, award]
    return np.maximum(sustained, scratch.none) if programme.promoted else sustained


def _highest(year: int, programme: Programme, flows: Flows) -> Floats:
    """``min(maximum, θ · applicants)``, (n, R) or (n, 1): infinite where there is neither."""
    highest: Floats = programme.selection.maximum[year]
    if not (programme.capped and programme.fed):
        return highest
    highest = np.broadcast_to(highest, (len(highest), flows.selected.shape[-1])).copy()
    for demand in programme.fed:
        cap = demand.highest_rate[year] * succession.applicants(demand, year, flows)
        np.minimum(highest[demand.target], cap, out=highest[demand.target])
    return highest


def _whole_awards(year: int, programme: Programme, wanted: Floats, flows: Flows, scratch: Scratch) -> None:
    """Whole awards of what is wanted, as many as the money is enough for."""
    terms, rows = programme.selection, programme.rows
    room, new = flows.available[year, programme.row], scratch.new[programme.row]
    selected, spend, cost = flows.selected[year, rows], flows.spend_new[year, rows], terms.cost[year]
    accrued = scratch.accrued[rows]
    intake.whole(wanted, accrued, selected, scratch.spare[: len(wanted)])
    cut = programme.capped and intake.keep_below(_highest(year, programme, flows), wanted, selected)
    intake.cost_of(selected, cost, each=spend, total=new)
    too_dear = new > room * (1.0 + intake.EPSILON)
    if too_dear.any():
        cut = True
        intake.round_down(np.flatnonzero(too_dear), wanted, selected)
        intake.cost_of(selected, cost, each=spend, total=new)
    accrued -= selected
    if cut:
        np.minimum(accrued, 1.0 + intake.EPSILON, out=accrued)


def _starts(year: int, programme: Programme, flows: Flows, scratch: Scratch) -> None:
    """``starts_t = τ (1 − δ) sel_t + deferred_{t−1} + promoted_t``, each type's cohort on the terms of this year."""
    terms, rows, now = programme.selection, programme.rows, len(programme.history) + year
    starts, selected = flows.starts[now, rows], flows.selected[year, rows]
    np.multiply(selected, terms.at_once[year], out=starts)
    if programme.defers:
        starts += flows.deferred[year, rows]
        np.multiply(selected, terms.put_off[year], out=flows.deferred[year + 1, rows])
    for award in programme.promoted:
        starts[award] += scratch.promoted[rows.start + award]
    for row, eras in enumerate(programme.eras):
        era, cohorts = era_of(eras, now), flows.cohorts[flows.lead + year, rows.start + row]
        if len(era.kernel) == 1:
            np.multiply(era.kernel[0], starts[row], out=cohorts)
        else:
            some = slice(EXITS if era.ends_at_once else EXITS + 1, None)
            cohorts[some] += np.multiply(era.kernel[0, some], starts[row], out=scratch.given[some])


def _starts_by_lot(year: int, programme: Programme, flows: Flows, scratch: Scratch, lots: Lots) -> None:
    """The same where single lives have chance, which also moves what this year costs."""
    rows = programme.rows
    promoted = scratch.promoted[rows] if programme.promoted else np.zeros_like(flows.selected[year, rows])
    chance.start(year, programme, promoted, flows, lots)
    intake.add_rows(flows.spend_new[year, rows], out=scratch.new[programme.row])
    intake.add_rows(flows.spend_continuing[year, rows], out=flows.commitments[year, programme.row])


def _outyear_commitments(year: int, programme: Programme, flows: Flows, scratch: Scratch) -> None:
    """What starts and deferrals so far will cost after this year, at its prices."""
    if not programme.outlasts:
        flows.outyear_commitments[year, programme.row] = 0.0
        return
    prices, cohorts = programme.prices, flows.cohorts[flows.lead + year, programme.rows]
    later, spare = scratch.wanted[: len(cohorts)], scratch.spare[: len(cohorts)]
    np.multiply(prices.month[year], cohorts[:, LATER_MONTHS], out=later)
    if programme.pays_ends:
        later += np.multiply(prices.end[year], cohorts[:, IN_PLACE], out=spare)
    if programme.defers:
        later += np.multiply(prices.whole[year], flows.deferred[year + 1, programme.rows], out=spare)
    for each in programme.instalments:
        starts, now = flows.starts[:, programme.rows.start + each.target], len(programme.history) + year
        later[each.target] += each.price[year] * succession.paid(each.later, starts, now, since=0)
    intake.add_rows(later, out=flows.outyear_commitments[year, programme.row])


def _settlement(year: int, inputs: Inputs, flows: Flows, scratch: Scratch) -> None:
    """``B + R + shortfall = spend + carried_out + returned``."""
    spend, unspent, shortfall, carried = (
        flows.spend[year],
        flows.unspent[year],
        flows.shortfall[year],
        flows.carried[year + 1],
    )
    np.add(scratch.new, flows.commitments[year], out=spend)
    spend += flows.money.fixed_costs[year]
    left = np.subtract(scratch.held, spend, out=shortfall)
    np.copyto(left, 0.0, where=np.abs(left, out=unspent) < scratch.least)
    np.maximum(left, scratch.none, out=unspent)
    np.subtract(unspent, left, out=shortfall)
    np.minimum(unspent, flows.money.carry_ceiling[year], out=carried)
    carried[inputs.lapses[year]] = 0.0
