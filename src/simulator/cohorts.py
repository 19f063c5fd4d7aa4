"""The vectorised core: cohorts of awards and the agency's money, year by year (model.md sections 2, 3 and 5).

The only loop over time is over fiscal years; within one, programme by programme, every step works on all award types
and all runs of a block at once, in arrays that are allocated once and small enough for the cache. Elementwise in the
run, sums in index order: a run has the same bits alone and in any batch.
"""

from typing import NamedTuple

import numpy as np

from simulator import intake
from simulator.arrays import Floats, Flows, Inputs, Programme
from simulator.lifecycle import EXITS, IN_PLACE, LATER_MONTHS, MONTHS, live_on

NOTHING = 1e-9
"""Money below this share of what a programme holds counts as none."""


class Scratch(NamedTuple):
    """Arrays that every year uses again; n is of the programme with most award types."""

    remainder: Floats  # (J, R) ρ, fractions of awards not yet selected
    wanted: Floats  # (n, R) x, selections wanted before they are made whole
    spare: Floats  # (n, R)
    held: Floats  # (P, R) B + R, million yen
    new: Floats  # (P, R) what selections cost in their year, million yen; 0 of programmes without award types


def simulate(inputs: Inputs, flows: Flows | None = None) -> Flows:
    """Run a block: (Y years, J award types, P programmes, R runs).

    Parameters
    ----------
    inputs : arrays with a run axis of 1 or R
    flows : arrays to write into, new ones if not given

    Returns
    -------
    the flows, all overwritten
    """
    labels, runs = inputs.labels, inputs.runs
    if flows is None:
        flows = Flows.empty(labels, quantities=inputs.quantities, runs=runs)
    most = max((len(programme.kernels) for programme in inputs.programmes), default=0)
    scratch = Scratch(
        remainder=np.zeros((len(labels.awards), runs)),
        wanted=np.empty((most, runs)),
        spare=np.empty((most, runs)),
        held=np.empty((len(labels.programmes), runs)),
        new=np.zeros((len(labels.programmes), runs)),
    )
    flows.deferred[...], flows.carried[0] = 0.0, 0.0
    flows.required_budget[...] = inputs.money.required
    for row in set(range(len(labels.programmes))) - {programme.row for programme in inputs.programmes}:
        flows.commitments[:, row], flows.outyear_commitments[:, row] = 0.0, 0.0
    for programme in inputs.programmes:
        _history(programme, flows)
    for year in range(labels.years):
        _year(year, inputs, flows, scratch)
    return flows


def _history(programme: Programme, flows: Flows) -> None:
    """Earlier cohorts live on into the simulated years."""
    for award, by_start in enumerate(programme.kernels):
        cohorts = flows.cohorts[:, programme.rows.start + award]
        cohorts[: 1 if len(by_start[0]) > 1 else len(cohorts)] = 0.0  # a cohort of one year meets no older one
        for row, starts in enumerate(programme.history[:, award]):
            live_on(by_start[row], starts, row - len(programme.history), cohorts)


def _year(year: int, inputs: Inputs, flows: Flows, scratch: Scratch) -> None:
    """One year, in this order.

    1 commitments fall due, among them deferred awards  2 what is left is for new awards  3 they are selected
    4 all starts begin their life  5 money is paid, what is left is carried or returned.
    """
    for programme in inputs.programmes:
        _commitments(year, programme, flows, scratch)
    _room(year, inputs, flows, scratch)
    for programme in inputs.programmes:
        _selection(year, programme, inputs.money.sustained[year, programme.row], flows, scratch)
        _starts(year, programme, flows)
        _outyear_commitments(year, programme, flows, scratch)
    _settlement(year, inputs, flows, scratch)


def _commitments(year: int, programme: Programme, flows: Flows, scratch: Scratch) -> None:
    """``C = Σ_{k ≥ 1} starts_{t−k} u_k + deferred_{t−1} u_0``, what earlier selections cost this year."""
    prices, cohorts = programme.prices, flows.cohorts[year + 1, programme.rows]
    due = flows.spend_continuing[year, programme.rows]
    spare = scratch.spare[: len(due)]
    np.multiply(prices.end[year], cohorts[:, EXITS], out=due)
    due += np.multiply(prices.month[year], cohorts[:, MONTHS], out=spare)
    if programme.defers:
        due += np.multiply(prices.first[year], flows.deferred[year, programme.rows], out=spare)
    _sum(due, out=flows.commitments[year, programme.row])


def _room(year: int, inputs: Inputs, flows: Flows, scratch: Scratch) -> None:
    """``V = B + R − F − C − reserve``."""
    held, room = scratch.held, flows.available[year]
    np.add(inputs.money.appropriation[year], flows.carried[year], out=held)
    np.subtract(held, flows.commitments[year], out=room)
    room -= inputs.money.set_aside[year]
    _drop_nothing(room, held)


def _selection(year: int, programme: Programme, sustained: Floats, flows: Flows, scratch: Scratch) -> None:
    """``sel_t`` by the programme's intake rule, and its cost; V becomes what is available for new awards."""
    terms, rows = programme.selection, programme.rows
    room, new = flows.available[year, programme.row], scratch.new[programme.row]
    selected, spend, cost = flows.selected[year, rows], flows.spend_new[year, rows], terms.cost[year]
    wanted = scratch.wanted[: len(selected)]
    np.maximum(room, 0.0, out=room)
    if programme.intake == "plan":
        wanted[...] = terms.plan[year]
    else:
        intake.funded(terms.weight[year], sustained if programme.intake == "steady" else room, wanted)
    maximum = terms.maximum[year] if programme.capped else None
    if maximum is not None:
        np.minimum(wanted, maximum, out=wanted)
    intake.spent_on(wanted, cost, new)
    intake.scale_to(room, new, wanted)
    if programme.whole_awards:
        intake.whole(wanted, scratch.remainder[rows], maximum, selected, scratch.spare[: len(wanted)])
        _sum(np.multiply(selected, cost, out=spend), out=new)
        if intake.within(room, new, wanted, selected):
            _sum(np.multiply(selected, cost, out=spend), out=new)
        intake.carry(scratch.remainder[rows], selected)
    else:
        selected[...] = wanted
        _sum(np.multiply(selected, cost, out=spend), out=new)


def _starts(year: int, programme: Programme, flows: Flows) -> None:
    """``starts_t = τ (1 − δ) sel_t + deferred_{t−1}``, each type's cohort on the terms of this year."""
    terms, rows = programme.selection, programme.rows
    starts, selected = flows.starts[year, rows], flows.selected[year, rows]
    np.multiply(selected, terms.at_once[year], out=starts)
    if programme.defers:
        starts += flows.deferred[year, rows]
        np.multiply(selected, terms.put_off[year], out=flows.deferred[year + 1, rows])
    for award, by_start in enumerate(programme.kernels):
        kernel = by_start[len(programme.history) + year]
        live_on(kernel, starts[award], year, flows.cohorts[:, rows.start + award])


def _outyear_commitments(year: int, programme: Programme, flows: Flows, scratch: Scratch) -> None:
    """What starts and deferrals so far will cost after this year, at its prices."""
    prices, cohorts = programme.prices, flows.cohorts[year + 1, programme.rows]
    later, spare = scratch.wanted[: len(cohorts)], scratch.spare[: len(cohorts)]
    np.multiply(prices.month[year], cohorts[:, LATER_MONTHS], out=later)
    later += np.multiply(prices.end[year], cohorts[:, IN_PLACE], out=spare)
    if programme.defers:
        later += np.multiply(prices.whole[year], flows.deferred[year + 1, programme.rows], out=spare)
    _sum(later, out=flows.outyear_commitments[year, programme.row])


def _settlement(year: int, inputs: Inputs, flows: Flows, scratch: Scratch) -> None:
    """``B + R + shortfall = spend + carried_out + returned``."""
    spend, unspent, shortfall, carried = (
        flows.spend[year],
        flows.unspent[year],
        flows.shortfall[year],
        flows.carried[year + 1],
    )
    np.add(scratch.new, flows.commitments[year], out=spend)
    spend += inputs.money.fixed_costs[year]
    np.subtract(scratch.held, spend, out=unspent)
    _drop_nothing(unspent, scratch.held)
    np.minimum(unspent, 0.0, out=shortfall)
    np.abs(shortfall, out=shortfall)
    np.maximum(unspent, 0.0, out=unspent)
    np.minimum(unspent, inputs.money.carry_ceiling[year], out=carried)
    carried[inputs.lapses[year]] = 0.0


def _sum(rows: Floats, out: Floats) -> None:
    """Sum over award types in index order, (n, R) to (R,)."""
    out[...] = rows[0]
    for row in rows[1:]:
        out += row


def _drop_nothing(money: Floats, held: Floats) -> None:
    """Money that is nothing but rounding becomes 0."""
    np.copyto(money, 0.0, where=np.abs(money) < NOTHING * held)
