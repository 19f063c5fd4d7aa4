"""The vectorised core: cohorts of awards and the agency's money, year by year (model.md sections 2, 3 and 5).

The only loop is over fiscal years; within one, every step works on all award types and all runs of a block at once.
Elementwise in the run, sums in index order: a run has the same bits alone and in any batch.
"""

from dataclasses import dataclass

import numpy as np

from simulator import intake
from simulator.arrays import Floats, Flows, Inputs
from simulator.lifecycle import (
    COMPLETIONS,
    EXITS,
    IN_PLACE,
    LATER_MONTHS,
    MONTHS,
    QUANTITIES,
    add_cohorts,
    first_year_cost,
    whole_cost,
)

NOTHING = 1e-9
"""Money below this share of what a programme holds counts as none."""


@dataclass(frozen=True)
class State:
    """What one year leaves to the next, and the year's scratch rows; Q, J, P, R as in `arrays`."""

    flows: Flows
    remainder: Floats  # (J, R) fractions of awards not yet selected
    deferred: Floats  # (J, R) selections of last year that start in this one
    cohorts: Floats  # (Q, J, R) what cohorts give in this year


@dataclass(frozen=True)
class Costs:
    """One year's prices and costs of an award type, (J, r) million yen, and shares of its selections."""

    end: Floats
    month: Floats
    first: Floats  # u_0, a start in its first year
    whole: Floats  # Σ_k u_k, a start over its whole life
    at_once: Floats  # τ (1 − δ), selections that start in the year
    put_off: Floats  # τ δ, selections that start in the next
    selection: Floats  # τ (1 − δ) u_0, a selection in this year
    taken: Floats  # τ u_0, a selection that is taken up, as `cash` reckons
    sustained: Floats  # τ Σ_k u_k, as `steady` reckons

    @classmethod
    def of(cls, inputs: Inputs, year: int) -> "Costs":
        """Costs of `year`, from 0."""
        prices, first_year = inputs.prices, inputs.life.first[:, year]
        start, end, month = prices.start[year], prices.end[year], prices.month[year]
        take_up, deferral = inputs.terms.take_up[year], inputs.terms.deferral[year]
        first = first_year_cost(start, end, month, first_year)
        whole = whole_cost(start, end, month, first_year)
        at_once = take_up * (1.0 - deferral)
        return cls(
            end=end,
            month=month,
            first=first,
            whole=whole,
            at_once=at_once,
            put_off=take_up * deferral,
            selection=at_once * first,
            taken=take_up * first,
            sustained=take_up * whole,
        )


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
    runs, awards = inputs.runs, len(inputs.labels.awards)
    if flows is None:
        flows = Flows.empty(inputs.labels, history=inputs.life.history, runs=runs)
    state = State(
        flows=flows,
        remainder=np.zeros((awards, runs)),
        deferred=np.zeros((awards, runs)),
        cohorts=np.empty((QUANTITIES, awards, runs)),
    )
    flows.starts[: inputs.life.history] = inputs.history
    _open(inputs, state)
    for year in range(inputs.labels.years):
        _year(year, inputs, state)
    _required_budget(inputs, flows)
    return flows


def _open(inputs: Inputs, state: State) -> None:
    """Stocks on the eve of the first year."""
    state.cohorts[...] = 0.0
    add_cohorts(inputs.life, state.flows.starts, -1, state.cohorts, youngest=0)
    state.flows.active[0] = state.cohorts[IN_PLACE]
    state.flows.carried[0] = 0.0


def _year(year: int, inputs: Inputs, state: State) -> None:
    """One year: 1 commitments fall due, among them the deferred awards that start  2 new awards are selected
    3 all starts begin their life  4 what is left is carried or returned.
    """  # noqa: D205 (the order of things within a year is one list)
    costs = Costs.of(inputs, year)
    _commitments(year, inputs, costs, state)
    _selection(year, inputs, costs, state)
    _starts(year, inputs, costs, state)
    _settlement(year, inputs, state.flows)


def _commitments(year: int, inputs: Inputs, costs: Costs, state: State) -> None:
    """``C = Σ_{k ≥ 1} starts_{t−k} u_k + deferred_{t−1} u_0`` and what it leaves for new awards."""
    flows, budgets = state.flows, inputs.budgets
    state.cohorts[...] = 0.0
    add_cohorts(inputs.life, flows.starts, year, state.cohorts, youngest=1)
    due = flows.spend_continuing[year]
    _owed(costs, state.cohorts, state.deferred, out=due)
    _sum_by_programme(due, inputs, out=flows.commitments[year])
    held = budgets.appropriation[year] + flows.carried[year]
    room = flows.available[year]
    np.subtract(held, budgets.fixed_costs[year], out=room)
    room -= flows.commitments[year]
    room -= budgets.reserve[year]
    room[np.abs(room) < NOTHING * held] = 0.0


def _selection(year: int, inputs: Inputs, costs: Costs, state: State) -> None:
    """``sel_t`` of every programme by its intake rule; `available` becomes what is for new awards."""
    flows, budgets, terms = state.flows, inputs.budgets, inputs.terms
    available = flows.available[year]
    sustained = budgets.appropriation[year] - budgets.fixed_costs[year] - budgets.reserve[year]
    for programme, awards in enumerate(inputs.labels.groups):
        if not awards:
            continue
        rows = slice(awards.start, awards.stop)
        wanted = flows.selected[year, rows]
        match inputs.choices.intake[programme]:
            case "steady":
                money = sustained[programme]
                intake.funded(wanted, terms.budget_share[rows], money, costs.sustained[rows])
            case "cash":
                money = available[programme]
                intake.funded(wanted, terms.budget_share[rows], money, costs.taken[rows])
            case "plan":
                wanted[...] = terms.plan[year, rows]
        np.maximum(available[programme], 0.0, out=available[programme])
        cap = terms.maximum[year, rows] if inputs.choices.capped[programme] else None
        if cap is not None:
            np.minimum(wanted, cap, out=wanted)
        intake.scaled_to(available[programme], wanted, costs.selection[rows])
        if inputs.choices.whole_awards[programme]:
            remainder = state.remainder[rows]
            intake.whole(wanted, remainder, costs.selection[rows], available[programme], cap)


def _starts(year: int, inputs: Inputs, costs: Costs, state: State) -> None:
    """New and deferred awards start; every cohort gives its flows of the year."""
    flows, terms, first = state.flows, inputs.terms, inputs.life.first[:, year]
    selected = flows.selected[year]
    np.multiply(selected, costs.selection, out=flows.spend_new[year])
    starts = flows.starts[inputs.life.history + year]
    np.multiply(selected, costs.at_once, out=starts)
    starts += state.deferred
    np.multiply(selected, costs.put_off, out=state.deferred)
    flows.deferred[year] = state.deferred
    cohorts = state.cohorts
    cohorts += first * starts
    flows.exits[year] = cohorts[EXITS]
    flows.completions[year] = cohorts[COMPLETIONS]
    flows.person_months[year] = cohorts[MONTHS]
    flows.active[year + 1] = cohorts[IN_PLACE]
    later = costs.end * cohorts[IN_PLACE] + costs.month * cohorts[LATER_MONTHS]
    later += state.deferred * costs.whole
    _sum_by_programme(later, inputs, out=flows.outyear_commitments[year])


def _settlement(year: int, inputs: Inputs, flows: Flows) -> None:
    """Money is paid; ``B + R + shortfall = spend + carried_out + returned``."""
    budgets = inputs.budgets
    held = budgets.appropriation[year] + flows.carried[year]
    spend, unspent, shortfall = flows.spend[year], flows.unspent[year], flows.shortfall[year]
    _sum_by_programme(flows.spend_new[year], inputs, out=spend)
    spend += flows.commitments[year]
    spend += budgets.fixed_costs[year]
    np.subtract(held, spend, out=unspent)
    unspent[np.abs(unspent) < NOTHING * held] = 0.0
    np.negative(unspent, out=shortfall)
    np.maximum(shortfall, 0.0, out=shortfall)
    np.maximum(unspent, 0.0, out=unspent)
    np.minimum(unspent, budgets.carry_ceiling[year], out=flows.carried[year + 1])
    flows.carried[year + 1][inputs.choices.lapses[year]] = 0.0


def _required_budget(inputs: Inputs, flows: Flows) -> None:
    """``F + C + new`` on a path of its own, on which every type selects its plan every year."""
    life, terms = inputs.life, inputs.terms
    runs = max(array.shape[-1] for array in (inputs.history, life.first, terms.plan, terms.take_up, terms.deferral))
    shape = (len(inputs.labels.awards), runs)
    starts = np.empty((life.history + inputs.labels.years, *shape))
    starts[: life.history] = inputs.history
    deferred = np.zeros(shape)
    for year in range(inputs.labels.years):
        costs = Costs.of(inputs, year)
        cohorts = np.zeros((QUANTITIES, *shape))
        add_cohorts(life, starts, year, cohorts, youngest=1)
        needed = costs.end * cohorts[EXITS] + costs.month * cohorts[MONTHS]
        starts[life.history + year] = terms.plan[year] * costs.at_once + deferred
        needed = needed + starts[life.history + year] * costs.first
        deferred = terms.plan[year] * costs.put_off
        required = flows.required_budget[year]
        _sum_by_programme(needed, inputs, out=required)
        required += inputs.budgets.fixed_costs[year]


def _owed(costs: Costs, cohorts: Floats, deferred: Floats, out: Floats) -> None:
    """What awards selected earlier cost this year, (J, R) million yen."""
    np.multiply(costs.end, cohorts[EXITS], out=out)
    out += costs.month * cohorts[MONTHS]
    out += deferred * costs.first


def _sum_by_programme(of_awards: Floats, inputs: Inputs, out: Floats) -> None:
    out[...] = 0.0
    for programme, awards in enumerate(inputs.labels.groups):
        for award in awards:
            out[programme] += of_awards[award]
