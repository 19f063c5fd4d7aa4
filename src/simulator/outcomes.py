"""What the flows mean: demand and real value, partners' money, outcomes, stability (model.md sections 3, 4 and 8).

Each function gives (Y, J, R), NaN where a figure does not exist.
"""

from collections.abc import Callable
from functools import reduce

import numpy as np

from simulator import succession
from simulator.arrays import Floats, Inputs
from simulator.flows import Flows
from simulator.lifecycle import EXITS, IN_PLACE, MONTHS, QUANTITIES_EXTENDED

LEAST = 1e-9
"""A first-year cost below this, in million yen, is none."""

COEFFICIENTS = {
    "return_visits": ("outcomes.return_visits",),
    "ties": ("outcomes.ties",),
    "papers": ("outcomes.papers_a_year",),
    "top10_papers": ("outcomes.papers_a_year", "outcomes.top10_share.after"),
    "top10_papers_before": ("outcomes.papers_a_year", "outcomes.top10_share.before"),
}
"""Fields of an award type that outcomes rest on, by measure."""


def lives_of(quantity: int, flows: Flows, inputs: Inputs) -> Floats:
    """A quantity of all cohorts, those of extensions among them."""
    values = flows.cohorts[flows.lead :, :, quantity]
    if not inputs.extended or quantity >= QUANTITIES_EXTENDED:
        return values
    values = values.copy()
    values[:, list(inputs.extended)] += flows.extensions[:, :, quantity]
    return values


def average_in_place(flows: Flows, inputs: Inputs) -> Floats:
    """``person_months / 12``; person-years of mobility."""
    return lives_of(MONTHS, flows, inputs) / 12.0


def applicants(flows: Flows, inputs: Inputs) -> Floats:
    """NaN for award types without demand."""
    values = np.full_like(flows.selected, np.nan)
    for demand in inputs.reported.demand:
        for year in range(len(values)):
            values[year, demand.target] = succession.applicants(demand, year, flows)
    return values


def success_rate(flows: Flows, inputs: Inputs) -> Floats:
    """``selected / applicants``; NaN where there are none."""
    those = applicants(flows, inputs)
    return np.divide(flows.selected, those, out=np.full_like(those, np.nan), where=those > 0)


def real_value(flows: Flows, inputs: Inputs) -> Floats:
    """``v_t``: what the monthly payment is worth to the holder, 1 where neither prices nor cost of living moved."""
    return _stacked(inputs.reported.real_values, flows)


def partner_spend(flows: Flows, inputs: Inputs) -> Floats:
    """What partners pay, on the same bases as the agency, million yen; flights home only at the original exit."""
    spend = np.zeros_like(flows.selected)
    months = lives_of(MONTHS, flows, inputs)
    for part in inputs.reported.partner:
        award, starts = part.award, flows.starts[:, part.award]
        if part.basis == "award":
            rows = range(inputs.before, len(starts))
            number = np.stack([succession.paid(part.spread, starts, row, since=0) for row in rows])
        elif part.basis == "start":
            number = starts[inputs.before :]
        elif part.basis == "end":
            number = flows.cohorts[flows.lead :, award, EXITS]
        else:
            number = months[:, award] / (12.0 if part.basis == "year" else 1.0)
        spend[:, award] += part.price * number
    return spend


def alumni(flows: Flows, _: Inputs) -> Floats:
    """Completions from the first year simulated to this one."""
    so_far: Floats = np.add.accumulate(flows.completions[flows.lead :], axis=0)
    return so_far


def return_visits(flows: Flows, inputs: Inputs) -> Floats:
    """``alumni · visits an alumnus and year``."""
    return alumni(flows, inputs) * inputs.reported.outcomes["return_visits"]


def ties(flows: Flows, inputs: Inputs) -> Floats:
    """``active · partner countries a holder or project ties``."""
    return lives_of(IN_PLACE, flows, inputs) * inputs.reported.outcomes["ties"]


def papers(flows: Flows, inputs: Inputs) -> Floats:
    """``average_in_place · papers a year``."""
    return average_in_place(flows, inputs) * inputs.reported.outcomes["papers"]


def top10(when: str) -> Callable[[Flows, Inputs], Floats]:
    """``papers · share in the top 10 % by citations``, the share that holders have `after` (or had `before`)."""
    return lambda flows, inputs: papers(flows, inputs) * inputs.reported.outcomes[f"top10_{when}"]


def amplification(flows: Flows, inputs: Inputs) -> Floats:
    """``Σ_k u_k / u_0``: how a step in the budget shows in the first year's intake under `cash`; NaN if u_0 = 0."""
    rows = []
    for costs in inputs.reported.first_costs:
        whole = reduce(np.add, costs)  # in index order
        rows.append(np.divide(whole, costs[0], out=np.full_like(whole, np.nan), where=costs[0] >= LEAST)[None])
    return _stacked(tuple(rows), flows)


def spectral_radius(flows: Flows, inputs: Inputs) -> Floats:
    """Largest ``|z|`` with ``Σ_k u_k z^{−k} = 0``: at 1 and more the echo never dies; NaN if u_0 = 0."""
    return _stacked(tuple(_radius(costs)[None] for costs in inputs.reported.first_costs), flows)


def _radius(costs: Floats) -> Floats:
    """(r,) of costs (K, r): runs whose last cost stands at the same offset, the order, at a time."""
    radius = np.where(costs[0] >= LEAST, 0.0, np.nan)
    order = np.where(costs > 0, np.arange(len(costs))[:, None], 0).max(axis=0)
    for most in np.unique(order[costs[0] >= LEAST]):
        runs = np.flatnonzero((order == most) & (costs[0] >= LEAST))
        if most > 0:
            radius[runs] = _largest_root(costs[: most + 1, runs])
    return radius


def _largest_root(costs: Floats) -> Floats:
    """By the eigenvalues of the companion matrix, (r,) of costs (K, r) whose first is not nothing."""
    order, runs = len(costs) - 1, costs.shape[1]
    companion = np.zeros((runs, order, order))
    companion[:, 1:, :-1] = np.eye(order - 1)
    companion[:, 0] = (-costs[1:] / costs[0]).T
    largest: Floats = np.abs(np.linalg.eigvals(companion)).max(axis=1)
    return largest


def _stacked(rows: tuple[Floats, ...], flows: Flows) -> Floats:
    """J arrays (Y or 1, r) as (Y, J, R)."""
    stacked = np.empty_like(flows.selected)
    for award, row in enumerate(rows):
        stacked[:, award] = row
    return stacked
