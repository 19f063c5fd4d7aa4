"""The vectorised core: cohorts of awards and the agency's money, year by year (model.md sections 2, 3 and 5).

The only loop over time is over fiscal years; within one, programme by programme, every step works on all award types
and all runs of a block at once, in arrays that are allocated once and small enough for the cache. Elementwise in the
run, sums in index order: a run has the same bits alone and in any batch.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np

from simulator import intake
from simulator.arrays import Floats, Flows, Inputs, Programme
from simulator.lifecycle import EXITS, IN_PLACE, LATER_MONTHS, MONTHS, add_up, terms_of

NOTHING = 1e-9
"""Money below this share of what a programme holds counts as none."""


class Scratch(NamedTuple):
    """Arrays that every year uses again; n is of the programme with most award types."""

    accrued: Floats  # (J, R) ρ + ε, fractions of awards not yet selected
    wanted: Floats  # (n, R) x, selections wanted before they are made whole
    spare: Floats  # (n, R)
    given: Floats  # (Q, R) what the cohort of this year gives
    held: Floats  # (P, R) B + R, million yen
    least: Floats  # (P, R) money below this counts as none
    new: Floats  # (P, R) what selections cost in their year, million yen; 0 of programmes without award types
    none: Floats  # (R,) zeros: numpy is slow at comparing with a bare 0


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
    flows = flows or Flows.empty(inputs)
    most = max((len(programme.eras) for programme in inputs.programmes), default=0)
    programmes = (len(labels.programmes), runs)
    scratch = Scratch(
        accrued=np.full((len(labels.awards), runs), intake.EPSILON),
        wanted=np.empty((most, runs)),
        spare=np.empty((most, runs)),
        given=np.empty((inputs.quantities, runs)),
        held=np.empty(programmes),
        least=np.empty(programmes),
        new=np.zeros(programmes),
        none=np.zeros(runs),
    )
    flows.deferred[...], flows.carried[0] = 0.0, 0.0
    for row in set(range(len(labels.programmes))) - {programme.row for programme in inputs.programmes}:
        flows.commitments[:, row], flows.outyear_commitments[:, row] = 0.0, 0.0
    with _rows_not_gathered():
        for programme in inputs.programmes:
            _history(programme, flows)
        for year in range(labels.years):
            _year(year, inputs, flows, scratch)
    return flows


@contextmanager
def _rows_not_gathered() -> Iterator[None]:
    """Keep numpy from copying what it broadcasts, to make short rows longer: that halves the speed of small blocks."""
    before = np.setbufsize(16)
    try:
        yield
    finally:
        np.setbufsize(before)


def _history(programme: Programme, flows: Flows) -> None:
    """Starts before the first year, and what their cohorts give in the year before it."""
    before = len(programme.history)
    flows.starts[:before, programme.rows] = programme.history
    for row, eras in enumerate(programme.eras, programme.rows.start):
        add_up(eras, flows.starts[:, row], before - 1, flows.cohorts[0, row], since=0)


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
        _starts(year, programme, flows, scratch)
        _outyear_commitments(year, programme, flows, scratch)
    _settlement(year, inputs, flows, scratch)


def _commitments(year: int, programme: Programme, flows: Flows, scratch: Scratch) -> None:
    """``C = continuing Σ_{k ≥ 1} starts_{t−k} u_k + deferred_{t−1} u_0``, what earlier selections cost this year."""
    prices, cohorts = programme.prices, flows.cohorts[year + 1, programme.rows]
    due = flows.spend_continuing[year, programme.rows]
    if not programme.outlasts:
        due[...], flows.commitments[year, programme.row] = 0.0, 0.0
        return
    for row, eras in enumerate(programme.eras):
        starts = flows.starts[:, programme.rows.start + row]
        add_up(eras, starts, len(programme.history) + year, cohorts[row], since=1)
    spare = scratch.spare[: len(due)]
    np.multiply(prices.end[year], cohorts[:, EXITS], out=due)
    due += np.multiply(prices.month[year], cohorts[:, MONTHS], out=spare)
    if programme.cuts:
        due *= prices.continuing[year]
    if programme.defers:
        due += np.multiply(prices.first[year], flows.deferred[year, programme.rows], out=spare)
    intake.add_rows(due, out=flows.commitments[year, programme.row])


def _room(year: int, inputs: Inputs, flows: Flows, scratch: Scratch) -> None:
    """``V = B + R − F − C − reserve``, what is available for new awards: never below 0."""
    held, room = scratch.held, flows.available[year]
    np.add(inputs.money.appropriation[year], flows.carried[year], out=held)
    np.multiply(held, NOTHING, out=scratch.least)
    np.subtract(held, flows.commitments[year], out=room)
    room -= inputs.money.set_aside[year]
    np.copyto(room, 0.0, where=room < scratch.least)


def _selection(year: int, programme: Programme, sustained: Floats, flows: Flows, scratch: Scratch) -> None:
    """``sel_t`` by the programme's intake rule, and its cost."""
    terms, rows = programme.selection, programme.rows
    room, new = flows.available[year, programme.row], scratch.new[programme.row]
    selected, spend, cost = flows.selected[year, rows], flows.spend_new[year, rows], terms.cost[year]
    wanted = scratch.wanted[: len(selected)]
    if programme.intake == "plan":
        wanted[...] = terms.plan[year]
    else:
        intake.funded(terms.weight[year], sustained if programme.intake == "steady" else room, wanted)
    if programme.capped:
        np.minimum(wanted, terms.maximum[year], out=wanted)
    if programme.limited:
        intake.cost_of(wanted, cost, each=spend, total=new)
        intake.scale_to(room, new, wanted)
    if programme.whole_awards:
        _whole_awards(year, programme, wanted, flows, scratch)
    else:
        selected[...] = wanted
        intake.cost_of(selected, cost, each=spend, total=new)


def _whole_awards(year: int, programme: Programme, wanted: Floats, flows: Flows, scratch: Scratch) -> None:
    """Whole awards of what is wanted, as many as the money is enough for."""
    terms, rows = programme.selection, programme.rows
    room, new = flows.available[year, programme.row], scratch.new[programme.row]
    selected, spend, cost = flows.selected[year, rows], flows.spend_new[year, rows], terms.cost[year]
    accrued = scratch.accrued[rows]
    intake.whole(wanted, accrued, selected, scratch.spare[: len(wanted)])
    if programme.capped:
        intake.keep_below(terms.maximum[year], wanted, selected)
    intake.cost_of(selected, cost, each=spend, total=new)
    too_dear = np.flatnonzero(new > room * (1.0 + intake.EPSILON))
    if too_dear.size:
        intake.round_down(too_dear, wanted, selected)
        intake.cost_of(selected, cost, each=spend, total=new)
    accrued -= selected
    if too_dear.size or programme.capped:
        np.minimum(accrued, 1.0 + intake.EPSILON, out=accrued)


def _starts(year: int, programme: Programme, flows: Flows, scratch: Scratch) -> None:
    """``starts_t = τ (1 − δ) sel_t + deferred_{t−1}``, each type's cohort on the terms of this year."""
    terms, rows, now = programme.selection, programme.rows, len(programme.history) + year
    starts, selected = flows.starts[now, rows], flows.selected[year, rows]
    np.multiply(selected, terms.at_once[year], out=starts)
    if programme.defers:
        starts += flows.deferred[year, rows]
        np.multiply(selected, terms.put_off[year], out=flows.deferred[year + 1, rows])
    for row, eras in enumerate(programme.eras):
        kernel, cohorts = terms_of(eras, now), flows.cohorts[year + 1, rows.start + row]
        if len(kernel) == 1:
            np.multiply(kernel[0], starts[row], out=cohorts)
        else:
            cohorts += np.multiply(kernel[0], starts[row], out=scratch.given)


def _outyear_commitments(year: int, programme: Programme, flows: Flows, scratch: Scratch) -> None:
    """What starts and deferrals so far will cost after this year, at its prices."""
    if not programme.outlasts:
        flows.outyear_commitments[year, programme.row] = 0.0
        return
    prices, cohorts = programme.prices, flows.cohorts[year + 1, programme.rows]
    later, spare = scratch.wanted[: len(cohorts)], scratch.spare[: len(cohorts)]
    np.multiply(prices.month[year], cohorts[:, LATER_MONTHS], out=later)
    later += np.multiply(prices.end[year], cohorts[:, IN_PLACE], out=spare)
    if programme.defers:
        later += np.multiply(prices.whole[year], flows.deferred[year + 1, programme.rows], out=spare)
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
    spend += inputs.money.fixed_costs[year]
    left = np.subtract(scratch.held, spend, out=shortfall)
    np.copyto(left, 0.0, where=np.abs(left, out=unspent) < scratch.least)
    np.maximum(left, scratch.none, out=unspent)
    np.subtract(unspent, left, out=shortfall)
    np.minimum(unspent, inputs.money.carry_ceiling[year], out=carried)
    carried[inputs.lapses[year]] = 0.0
