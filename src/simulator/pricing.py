"""Prices: what a component costs in a year, with revisions, indices and destinations (model.md section 3)."""

from collections.abc import Iterator
from functools import partial

import numpy as np

from simulator.arrays import Floats
from simulator.award_types import Component
from simulator.leaves import Leaves

LEAST = 1e-100
"""The least that an index is of its first level: below, and beyond its inverse, numbers would not exist."""


def component_price(leaves: Leaves, programme: str, award: str, name: str) -> Floats:
    """Price of one cost component, (Y, r) million yen for each start, end, month or year."""
    return leaves.kept(("price", programme, award, name), partial(_price, leaves, programme, award, name))


def by_basis(leaves: Leaves, programme: str, award: str) -> tuple[Floats, Floats, Floats]:
    """What the agency pays for a start, an end and a month in place, (Y, r) each; a year is twelve months."""
    total = {basis: np.zeros((len(leaves.years), 1)) for basis in ("start", "end", "month")}
    for name, component in _paid_by(leaves, programme, award, "agency").items():
        if component.per == "award":
            continue
        price = component_price(leaves, programme, award, name)
        basis, price = ("month", price / 12.0) if component.per == "year" else (component.per, price)
        total[basis] = total[basis] + price
    return total["start"], total["end"], total["month"]


def in_instalments(leaves: Leaves, programme: str, award: str) -> list[tuple[Floats, Floats]]:
    """What the agency pays per award: each component's price (Y, r) and shares by year since the start (K, r)."""
    return [
        (component_price(leaves, programme, award, name), spread(leaves, programme, award, name))
        for name, component in _paid_by(leaves, programme, award, "agency").items()
        if component.per == "award"
    ]


def spread(leaves: Leaves, programme: str, award: str, name: str) -> Floats:
    """Shares of a component paid per award by year since the start, (K, r)."""
    return leaves.spread(f"programmes.{programme}.awards.{award}.costs.{name}.spread")


def by_partner(leaves: Leaves, programme: str, award: str) -> list[tuple[str, str]]:
    """Name and basis of each component that a partner pays."""
    return [(name, component.per) for name, component in _paid_by(leaves, programme, award, "partner").items()]


def real_value(leaves: Leaves, programme: str, award: str) -> Floats:
    """``v_t = Σ price_t / Σ amount`` over the agency's monthly components, over the cost of living, (Y, r).

    The ratio is 1 where nothing is paid by the month, the cost of living 1 where no index is named.
    """
    price, amount = np.zeros((len(leaves.years), 1)), np.zeros((1, 1))
    for name, component in _paid_by(leaves, programme, award, "agency").items():
        if component.per == "month":
            price = price + component_price(leaves, programme, award, name)
            amount = amount + sum(share * money for share, money, _ in _by_destination(leaves, programme, award, name))
    ratio = np.divide(price, amount, out=np.ones(np.broadcast_shapes(price.shape, amount.shape)), where=amount > 0)
    demand = leaves.document.programmes[programme].awards[award].demand
    return ratio / _index(leaves, demand.cost_of_living) if demand and demand.cost_of_living else ratio


def passed_on(leaves: Leaves, index: str | None, indexation: str) -> Floats:
    """``I_t^ι``: what an index does to a price, (Y, r); 1 without an index. `indexation` is the path of ι."""
    share = np.zeros(1) if index is None else leaves.once(indexation)
    if index is None or not share.any():  # what is not passed on does not vary
        return np.ones((len(leaves.years), 1))
    level = _index(leaves, index)
    return level if (share == 1.0).all() else np.power(level, share)


def _paid_by(leaves: Leaves, programme: str, award: str, payer: str) -> dict[str, Component]:
    costs = leaves.document.programmes[programme].awards[award].costs
    return {name: component for name, component in costs.items() if component.payer == payer}


def _price(leaves: Leaves, programme: str, award: str, name: str) -> Floats:
    """``amount · (1 + revision_t) · I_t^ι``, summed over destinations with their shares; (Y, r) million yen."""
    total = np.zeros((len(leaves.years), 1))
    for share, amount, moved in _by_destination(leaves, programme, award, name):
        total = total + share * amount * moved
    revision = f"programmes.{programme}.awards.{award}.costs.{name}.revision"
    return total * (1.0 + leaves.by_year(revision, leaves.years))


def _by_destination(leaves: Leaves, programme: str, award: str, name: str) -> Iterator[tuple[Floats, Floats, Floats]]:
    """Share (r,), amount (r,) and ``I_t^ι`` (Y, r) of a component for each destination, or once without any."""
    path = f"programmes.{programme}.awards.{award}"
    costs = f"{path}.costs.{name}"
    destinations = leaves.document.programmes[programme].awards[award].destinations
    component = leaves.document.programmes[programme].awards[award].costs[name]
    for destination in destinations or ("",):

        def at(field: str, destination: str = destination) -> str:
            by_destination = isinstance(getattr(component, field), dict)
            return f"{costs}.{field}.{destination}" if by_destination else f"{costs}.{field}"

        share = leaves.once(f"{path}.destinations.{destination}") if destinations else np.ones(1)
        index = component.index[destination] if isinstance(component.index, dict) else component.index
        yield share, leaves.once(at("amount")), passed_on(leaves, index, at("indexation"))


def _index(leaves: Leaves, name: str) -> Floats:
    """``I_t``, 1 in the price base year: a given path, or growth from year to year; (Y, r)."""
    base, years = leaves.document.price_base_year, leaves.years
    if leaves.document.economy[name].path is not None:
        return leaves.by_year(f"economy.{name}.path", years)
    spanned = range(min(base, years.start), max(base + 1, years.stop))
    level = np.clip(compounded(leaves.by_year(f"economy.{name}.growth", spanned)), LEAST, 1.0 / LEAST)
    shown = level[years.start - spanned.start : years.stop - spanned.start]
    return np.asarray(shown / level[base - spanned.start])


def compounded(growth: Floats) -> Floats:
    """``Π_{first < s ≤ t} (1 + growth_s)``, (Y, r): 1 in the first year, whose own growth plays no part."""
    factors = 1.0 + growth
    factors[0] = 1.0
    return np.multiply.accumulate(factors, axis=0)
