"""The vectorised core: cohorts of awards and the agency's money, year by year (model.md sections 2, 3 and 5).

The only loop is over fiscal years; within one, every step works on all award types and all runs of a block at once,
in arrays that are allocated once. Elementwise in the run, sums in index order: a run has the same bits alone and in
any batch.
"""

from dataclasses import dataclass

import numpy as np

from simulator import intake
from simulator.arrays import Floats, Flows, Inputs
from simulator.lifecycle import (
    EXITS,
    IN_PLACE,
    LATER_MONTHS,
    MONTHS,
    QUANTITIES,
    add_up,
    first_year_cost,
    whole_cost,
)

NOTHING = 1e-9
"""Money below this share of what a programme holds counts as none."""


@dataclass(frozen=True)
class Year:
    """Arrays that every year uses again: its costs, what it leaves to the next, and scratch; axes as in `arrays`.

    Attributes
    ----------
    first, whole : (J, r) u_0 and Σ_k u_k, million yen a start
    at_once, put_off : (J, r) τ (1 − δ) and τ δ, shares of selections that start in the year and in the next
    selection : (J, r) τ (1 − δ) u_0, million yen a selection in this year
    remainder : (J, R) ρ, fractions of awards not yet selected
    planned_starts : (H + Y, J, r) starts on the path on which every type selects its plan
    planned_deferred : (J, r) the same path's deferred of last year
    planned_cohorts : (2, J, r) exits and person-months of that path's cohorts in this year
    spare : (J, R) scratch
    held : (P, R) B + R, million yen

    """

    first: Floats
    whole: Floats
    at_once: Floats
    put_off: Floats
    selection: Floats
    remainder: Floats
    planned_starts: Floats
    planned_deferred: Floats
    planned_cohorts: Floats
    spare: Floats
    held: Floats

    @classmethod
    def of(cls, inputs: Inputs) -> "Year":
        """Arrays as long in the run as what they are made of."""
        awards, runs, history = len(inputs.labels.awards), inputs.runs, inputs.life.history
        priced = max(inputs.prices.runs, inputs.life.first.shape[-1])
        termed = inputs.terms.runs
        planned = max(termed, inputs.life.first.shape[-1], inputs.history.shape[-1])
        year = cls(
            first=np.empty((awards, priced)),
            whole=np.empty((awards, priced)),
            at_once=np.empty((awards, termed)),
            put_off=np.empty((awards, termed)),
            selection=np.empty((awards, max(priced, termed))),
            remainder=np.zeros((awards, runs)),
            planned_starts=np.empty((history + inputs.labels.years, awards, planned)),
            planned_deferred=np.zeros((awards, planned)),
            planned_cohorts=np.empty((2, awards, planned)),
            spare=np.empty((awards, runs)),
            held=np.empty((len(inputs.labels.programmes), runs)),
        )
        year.planned_starts[:history] = inputs.history
        return year


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
    history = inputs.life.history
    if flows is None:
        flows = Flows.empty(inputs.labels, history=history, quantities=QUANTITIES, runs=inputs.runs)
    flows.starts[:history] = inputs.history
    add_up(inputs.life.earlier[0], flows.starts, flows.cohorts[0])
    flows.deferred[0] = 0.0
    flows.carried[0] = 0.0
    year = Year.of(inputs)
    for t in range(inputs.labels.years):
        _year(t, inputs, year, flows)
    return flows


def _year(t: int, inputs: Inputs, year: Year, flows: Flows) -> None:
    """One year, in this order.

    1 prices are set  2 commitments fall due, among them deferred awards  3 new awards are selected
    4 all starts begin their life  5 money is paid, what is left carried or returned
    6 beside it, the budget that the plan would have required.
    """
    _costs(t, inputs, year)
    _commitments(t, inputs, year, flows)
    _selection(t, inputs, year, flows)
    _starts(t, inputs, year, flows)
    _settlement(t, inputs, year, flows)
    _required_budget(t, inputs, year, flows)


def _costs(t: int, inputs: Inputs, year: Year) -> None:
    """Costs of a start and of a selection at the year's prices and terms."""
    prices, terms = inputs.prices, inputs.terms
    start, end, month = prices.start[t], prices.end[t], prices.month[t]
    first_year_cost(start, end, month, inputs.life.first[t], out=year.first)
    whole_cost(start, end, month, inputs.life.months[t], out=year.whole)
    np.multiply(terms.take_up[t], terms.deferral[t], out=year.put_off)
    np.subtract(terms.take_up[t], year.put_off, out=year.at_once)
    np.multiply(year.at_once, year.first, out=year.selection)


def _commitments(t: int, inputs: Inputs, year: Year, flows: Flows) -> None:
    """``C = Σ_{k ≥ 1} starts_{t−k} u_k + deferred_{t−1} u_0`` and ``V = B + R − F − C − reserve``."""
    budgets, prices, cohorts = inputs.budgets, inputs.prices, flows.cohorts[t + 1]
    add_up(inputs.life.earlier[t + 1], flows.starts, cohorts)
    due = flows.spend_continuing[t]
    np.multiply(prices.end[t], cohorts[EXITS], out=due)
    due += np.multiply(prices.month[t], cohorts[MONTHS], out=year.spare)
    due += np.multiply(flows.deferred[t], year.first, out=year.spare)
    _by_programme(due, inputs, out=flows.commitments[t])
    np.add(budgets.appropriation[t], flows.carried[t], out=year.held)
    room = flows.available[t]
    np.subtract(year.held, flows.commitments[t], out=room)
    room -= budgets.fixed_costs[t]
    room -= budgets.reserve[t]
    _drop_nothing(room, year.held)


def _selection(t: int, inputs: Inputs, year: Year, flows: Flows) -> None:
    """``sel_t`` of every programme by its intake rule; V becomes what is available for new awards."""
    budgets, terms, choices = inputs.budgets, inputs.terms, inputs.choices
    sustained = budgets.appropriation[t] - budgets.fixed_costs[t] - budgets.reserve[t]
    for programme, awards in enumerate(inputs.labels.groups):
        if not awards:
            continue
        rows = slice(awards.start, awards.stop)
        room, wanted = flows.available[t, programme], flows.selected[t, rows]
        match choices.intake[programme]:
            case "steady":
                cost = terms.take_up[t, rows] * year.whole[rows]
                intake.funded(wanted, terms.budget_share[rows], sustained[programme], cost)
            case "cash":
                cost = terms.take_up[t, rows] * year.first[rows]
                intake.funded(wanted, terms.budget_share[rows], room, cost)
            case _:
                wanted[...] = terms.plan[t, rows]
        np.maximum(room, 0.0, out=room)
        cap = terms.maximum[t, rows] if choices.capped[programme] else None
        if cap is not None:
            np.minimum(wanted, cap, out=wanted)
        intake.scaled_to(room, wanted, year.selection[rows])
        if choices.whole_awards[programme]:
            intake.whole(wanted, year.remainder[rows], year.selection[rows], room, cap)


def _starts(t: int, inputs: Inputs, year: Year, flows: Flows) -> None:
    """``starts_t = τ (1 − δ) sel_t + deferred_{t−1}``; they join the cohorts, and what they will cost is reckoned."""
    selected, starts, cohorts = flows.selected[t], flows.starts[inputs.life.history + t], flows.cohorts[t + 1]
    np.multiply(selected, year.selection, out=flows.spend_new[t])
    np.multiply(selected, year.at_once, out=starts)
    starts += flows.deferred[t]
    np.multiply(selected, year.put_off, out=flows.deferred[t + 1])
    for quantity, of_start in enumerate(inputs.life.first[t]):
        cohorts[quantity] += np.multiply(of_start, starts, out=year.spare)
    later = year.spare
    np.multiply(inputs.prices.month[t], cohorts[LATER_MONTHS], out=later)
    later += inputs.prices.end[t] * cohorts[IN_PLACE]
    later += flows.deferred[t + 1] * year.whole
    _by_programme(later, inputs, out=flows.outyear_commitments[t])


def _settlement(t: int, inputs: Inputs, year: Year, flows: Flows) -> None:
    """``B + R + shortfall = spend + carried_out + returned``."""
    spend, unspent, shortfall = flows.spend[t], flows.unspent[t], flows.shortfall[t]
    _by_programme(flows.spend_new[t], inputs, out=spend)
    spend += flows.commitments[t]
    spend += inputs.budgets.fixed_costs[t]
    np.subtract(year.held, spend, out=unspent)
    _drop_nothing(unspent, year.held)
    np.minimum(unspent, 0.0, out=shortfall)
    np.abs(shortfall, out=shortfall)
    np.maximum(unspent, 0.0, out=unspent)
    np.minimum(unspent, inputs.budgets.carry_ceiling[t], out=flows.carried[t + 1])
    flows.carried[t + 1][inputs.choices.lapses[t]] = 0.0


def _required_budget(t: int, inputs: Inputs, year: Year, flows: Flows) -> None:
    """``F + C + new`` on a path of its own, on which every type selects its plan every year."""
    prices, cohorts, starts = inputs.prices, year.planned_cohorts, year.planned_starts[inputs.life.history + t]
    add_up(inputs.life.earlier[t + 1], year.planned_starts, cohorts)
    np.multiply(inputs.terms.plan[t], year.at_once, out=starts)
    starts += year.planned_deferred
    np.multiply(inputs.terms.plan[t], year.put_off, out=year.planned_deferred)
    needed = year.spare
    np.multiply(starts, year.first, out=needed)
    needed += prices.end[t] * cohorts[EXITS]
    needed += prices.month[t] * cohorts[MONTHS]
    _by_programme(needed, inputs, out=flows.required_budget[t])
    flows.required_budget[t] += inputs.budgets.fixed_costs[t]


def _by_programme(of_awards: Floats, inputs: Inputs, out: Floats) -> None:
    """Sum over each programme's award types in index order: (J, R) to (P, R)."""
    for programme, awards in enumerate(inputs.labels.groups):
        row = out[programme]
        row[...] = of_awards[awards.start] if awards else 0.0
        for award in awards[1:]:
            row += of_awards[award]


def _drop_nothing(money: Floats, held: Floats) -> None:
    """Money that is nothing but rounding becomes 0."""
    money[np.abs(money) < NOTHING * held] = 0.0
