"""Prices: what a component costs in a year, with revisions, indices and destinations (model.md section 3)."""

from functools import partial

import numpy as np

from simulator.arrays import Floats
from simulator.leaves import Leaves


def component_price(leaves: Leaves, programme: str, award: str, name: str) -> Floats:
    """Price of one cost component, (Y, r) million yen for each start, end, month or year."""
    return leaves.kept(("price", programme, award, name), partial(_price, leaves, programme, award, name))


def by_basis(leaves: Leaves, programme: str, award: str) -> tuple[Floats, Floats, Floats]:
    """Prices of a start, an end and a month in place of an award type, (Y, r) each; a year is twelve months."""
    total = {basis: np.zeros((len(leaves.years), 1)) for basis in ("start", "end", "month")}
    for name, component in leaves.document.programmes[programme].awards[award].costs.items():
        price = component_price(leaves, programme, award, name)
        basis, price = ("month", price / 12.0) if component.per == "year" else (component.per, price)
        total[basis] = total[basis] + price
    return total["start"], total["end"], total["month"]


def passed_on(leaves: Leaves, index: str | None, indexation: str) -> Floats:
    """``I_t^ι``: what an index does to a price, (Y, r); 1 without an index. `indexation` is the path of ι."""
    if index is None:
        return np.ones((len(leaves.years), 1))
    return np.power(_index(leaves, index), leaves.once(indexation))


def _price(leaves: Leaves, programme: str, award: str, name: str) -> Floats:
    """``amount · (1 + revision_t) · I_t^ι``, summed over destinations with their shares; (Y, r) million yen."""
    path = f"programmes.{programme}.awards.{award}"
    costs = f"{path}.costs.{name}"
    destinations = leaves.document.programmes[programme].awards[award].destinations
    component = leaves.document.programmes[programme].awards[award].costs[name]
    total = np.zeros((len(leaves.years), 1))
    for destination in destinations or ("",):

        def at(field: str, destination: str = destination) -> str:
            by_destination = isinstance(getattr(component, field), dict)
            return f"{costs}.{field}.{destination}" if by_destination else f"{costs}.{field}"

        share = leaves.once(f"{path}.destinations.{destination}") if destinations else np.ones(1)
        index = component.index[destination] if isinstance(component.index, dict) else component.index
        total = total + share * leaves.once(at("amount")) * passed_on(leaves, index, at("indexation"))
    return total * (1.0 + leaves.by_year(f"{costs}.revision", leaves.years))


def _index(leaves: Leaves, name: str) -> Floats:
    """``I_t``, 1 in the price base year: a given path, or growth from year to year; (Y, r)."""
    base, years = leaves.document.price_base_year, leaves.years
    if leaves.document.economy[name].path is not None:
        return leaves.by_year(f"economy.{name}.path", years)
    spanned = range(min(base, years.start), max(base + 1, years.stop))
    level = compounded(leaves.by_year(f"economy.{name}.growth", spanned))
    shown = level[years.start - spanned.start : years.stop - spanned.start]
    return np.asarray(shown / level[base - spanned.start])


def compounded(growth: Floats) -> Floats:
    """``Π_{first < s ≤ t} (1 + growth_s)``, (Y, r): 1 in the first year, whose own growth plays no part."""
    factors = 1.0 + growth
    factors[0] = 1.0
    return np.multiply.accumulate(factors, axis=0)
