"""What measures read beside the flows: prices, real values, demand, destinations, outcomes, partners' parts."""

from functools import partial

import numpy as np

from simulator import lives, pricing
from simulator.arrays import Demand, Floats, Part, Reported
from simulator.demand import of_award
from simulator.leaves import Leaves, alike
from simulator.lifecycle import EXITS, MONTHS, terms_of

OUTCOMES = {
    "return_visits": "outcomes.return_visits",
    "papers": "outcomes.papers_a_year",
    "top10_before": "outcomes.top10_share.before",
    "top10_after": "outcomes.top10_share.after",
    "ties": "outcomes.ties",
}
"""Coefficients of outcomes, and where an award type gives them."""


def reported(leaves: Leaves) -> Reported:
    """All of it for the runs of `leaves`."""
    paths, awards = leaves.award_paths, leaves.labels.awards
    return Reported(
        take_up=tuple(leaves.by_year(f"{path}.take_up", leaves.years) for path in paths),
        real_values=tuple(
            leaves.kept(("real value", award), partial(pricing.real_value, leaves, *award)) for award in awards
        ),
        component_prices=tuple(pricing.component_price(leaves, *component) for component in leaves.labels.components),
        demand=leaves.kept("demand", partial(_demand, leaves)),
        destinations=tuple(_destinations(leaves, *award) for award in awards),
        outcomes={name: _coefficients(leaves, field) for name, field in OUTCOMES.items()},
        partner=leaves.kept("partner", partial(_partner, leaves)),
        first_costs=leaves.kept("first costs", partial(_first_costs, leaves)),
    )


def _demand(leaves: Leaves) -> tuple[Demand, ...]:
    """Demand of the award types that have one, their places being among J."""
    found = (of_award(leaves, *award, row) for row, award in enumerate(leaves.labels.awards))
    return tuple(demand for demand in found if demand)


def _destinations(leaves: Leaves, programme: str, award: str) -> dict[str, Floats]:
    names = leaves.document.programmes[programme].awards[award].destinations or {}
    return {name: leaves.once(f"programmes.{programme}.awards.{award}.destinations.{name}") for name in names}


def _coefficients(leaves: Leaves, field: str) -> Floats:
    """(J, r) a coefficient of every award type, NaN where none is given."""
    paths = [f"{path}.{field}" for path in leaves.award_paths]
    rows = [leaves.once(path) if leaves.has(path) else np.full(1, np.nan) for path in paths]
    return np.stack(alike(rows)) if rows else np.empty((0, 1))


def _partner(leaves: Leaves) -> tuple[Part, ...]:
    parts = []
    for row, award in enumerate(leaves.labels.awards):
        for name, basis in pricing.by_partner(leaves, *award):
            spread = pricing.spread(leaves, *award, name) if basis == "award" else np.ones((1, 1))
            parts.append(Part(row, pricing.component_price(leaves, *award, name), basis, spread))
    return tuple(parts)


def _first_costs(leaves: Leaves) -> tuple[Floats, ...]:
    """``u_k`` of a cohort that starts in the first year, at that year's prices, (K, r) for each award type."""
    costs = []
    for path, award in zip(leaves.award_paths, leaves.labels.awards, strict=True):
        eras = leaves.kept(("eras", path), partial(lives.eras, leaves, path, quantities=lives.quantities(leaves)))
        kernel = terms_of(eras, eras[-1].stop - len(leaves.years))
        start, end, month = (price[0] for price in pricing.by_basis(leaves, *award))
        paid = pricing.in_instalments(leaves, *award)
        rows = [end * year[EXITS] + month * year[MONTHS] for year in kernel]
        rows += [np.zeros(1)] * (max((len(shares) for _, shares in paid), default=0) - len(rows))
        rows[0] = rows[0] + start
        for price, shares in paid:
            rows[: len(shares)] = [row + price[0] * share for row, share in zip(rows, shares, strict=False)]
        costs.append(np.stack(alike(rows)))
    return tuple(costs)
