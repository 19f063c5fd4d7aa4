"""Demand: applicants but for those that completions bring, and the links that bring them (model.md section 4)."""

import numpy as np

from simulator import pricing
from simulator.arrays import Demand, Link
from simulator.leaves import Leaves

MOST = 1e100
"""The most that a change in the real value multiplies applicants by: beyond, numbers would overflow."""


def of_award(leaves: Leaves, programme: str, award: str, target: int) -> Demand | None:
    """``applicants_0 Π_{first < s ≤ t} (1 + growth_s) · v_t^ε``, θ, and what feeds it; None without a demand."""
    if leaves.document.programmes[programme].awards[award].demand is None:
        return None
    path = f"programmes.{programme}.awards.{award}.demand"
    grown = pricing.compounded(leaves.by_year(f"{path}.growth", leaves.years))
    value, elasticity = pricing.real_value(leaves, programme, award), leaves.once(f"{path}.elasticity")
    if ((value <= 0) & (elasticity < 0)).any():
        raise leaves.fault(f"{path}.elasticity", "is below 0 where what holders are paid is worth nothing: write 0")
    with np.errstate(over="ignore"):
        worth = np.minimum(np.power(value, elasticity), MOST)
    return Demand(
        target=target,
        applicants=leaves.once(f"{path}.applicants") * grown * worth,
        highest_rate=leaves.by_year(f"{path}.maximum_success_rate", leaves.years),
        feeds=tuple(links(leaves, "feeds", programme, award, target)),
    )


def links(leaves: Leaves, kind: str, programme: str, award: str, target: int) -> list[Link]:
    """Links of a kind, `promotes` or `feeds`, that lead to an award type, in the order of the portfolio."""
    found = []
    for source, (from_programme, from_award) in enumerate(leaves.labels.awards):
        given = getattr(leaves.document.programmes[from_programme].awards[from_award], kind)
        for place, link in enumerate(given):
            if link.target == (programme, award):
                share = leaves.once(f"programmes.{from_programme}.awards.{from_award}.{kind}.{place}.share")
                found.append(Link(source, target, share, link.lag))
    return found
