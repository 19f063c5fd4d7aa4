"""What measures read beside the flows: prices, real values, demand, destinations, outcomes, partners' parts."""

from functools import cached_property, partial

import numpy as np

from simulator import lives, pricing
from simulator.arrays import Demand, Floats, Part
from simulator.demand import of_award
from simulator.leaves import Leaves, alike
from simulator.lifecycle import EXITS, MONTHS, era_of

OUTCOMES = {
    "return_visits": "outcomes.return_visits",
    "papers": "outcomes.papers_a_year",
    "top10_before": "outcomes.top10_share.before",
    "top10_after": "outcomes.top10_share.after",
    "ties": "outcomes.ties",
}
"""Coefficients of outcomes, and where an award type gives them."""


class Reported:
    """What measures read, of the runs of `leaves`; see `arrays.Reported`."""

    def __init__(self, leaves: Leaves) -> None:
        self._leaves = leaves

    @cached_property
    def take_up(self) -> tuple[Floats, ...]:
        """J times (Y, r)."""
        leaves = self._leaves
        return tuple(leaves.by_year(f"{path}.take_up", leaves.years) for path in leaves.award_paths)

    @cached_property
    def real_values(self) -> tuple[Floats, ...]:
        """J times (Y, r)."""
        return tuple(pricing.real_value(self._leaves, *award) for award in self._leaves.labels.awards)

    @cached_property
    def component_prices(self) -> tuple[Floats, ...]:
        """C times (Y, r) million yen."""
        components = self._leaves.labels.components
        return tuple(pricing.component_price(self._leaves, *component) for component in components)

    @cached_property
    def demand(self) -> tuple[Demand, ...]:
        """Of the award types that have one, their places being among J."""
        return _demand(self._leaves)

    @cached_property
    def destinations(self) -> tuple[dict[str, Floats], ...]:
        """By award type, the share (r,) of each destination."""
        return tuple(_destinations(self._leaves, *award) for award in self._leaves.labels.awards)

    @cached_property
    def outcomes(self) -> dict[str, Floats]:
        """By name, (J, r) coefficients."""
        return {name: _coefficients(self._leaves, field) for name, field in OUTCOMES.items()}

    @cached_property
    def partner(self) -> tuple[Part, ...]:
        """What partners pay."""
        return _partner(self._leaves)

    @cached_property
    def first_costs(self) -> tuple[Floats, ...]:
        """J times (K, r) u_k."""
        return _first_costs(self._leaves)


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
        kernel = era_of(eras, eras[-1].stop - len(leaves.years)).kernel
        start, end, month = (price[0] for price in pricing.by_basis(leaves, *award))
        paid = pricing.in_instalments(leaves, *award)
        rows = [end * year[EXITS] + month * year[MONTHS] for year in kernel]
        rows += [np.zeros(1)] * (max((len(shares) for _, shares in paid), default=0) - len(rows))
        rows[0] = rows[0] + start
        for price, shares in paid:
            rows[: len(shares)] = [row + price[0] * share for row, share in zip(rows, shares, strict=False)]
        costs.append(np.stack(alike(rows)))
    return tuple(costs)
