"""Appropriations: each programme's own path of money, and how a total is split (model.md section 6)."""

from functools import partial, reduce

import numpy as np

from simulator import pricing
from simulator.allocation import carry_ceiling
from simulator.arrays import Floats, Money, Priority
from simulator.leaves import Leaves, side_by_side
from simulator.scenario import OwnChange
from simulator.values import Steps


def money(leaves: Leaves) -> Money:
    """Money of all programmes; one without award types spends what it is given, F = B."""
    given = allocated(leaves)
    columns = [_money_of(leaves, name, given[:, row]) for row, name in enumerate(leaves.labels.programmes)]
    return Money(given, *(side_by_side(rows, len(leaves.years)) for rows in zip(*columns, strict=True)))


def priority(leaves: Leaves, planned: Floats) -> Priority:
    """How the total is split by priority; `planned` (Y, P, r) as in `Priority`."""
    budget, names = leaves.document.budget, leaves.labels.programmes
    own = side_by_side([_own_path(leaves, name) for name in names], len(leaves.years))
    weights = (
        own if budget.weights is None else side_by_side([_weight(leaves, name) for name in names], len(leaves.years))
    )
    unlisted = [name for name in names if name not in budget.priority]
    return Priority(
        total=_total(leaves, own),
        order=tuple(names.index(name) for name in (*budget.priority, *unlisted)),
        idle=np.array([not leaves.document.programmes[name].awards for name in names]),
        planned=planned,
        weights=_proportions(weights),
        carry_limit=side_by_side([_carry_limit(leaves, name) for name in names], len(leaves.years)),
    )


def allocated(leaves: Leaves) -> Floats:
    """``B_t`` of every programme, (Y, P, r): under `priority` its own path, which the core replaces."""
    budget, names = leaves.document.budget, leaves.labels.programmes
    if budget.allocation == "plan":
        return side_by_side([leaves.by_year(f"budget.plan.{name}", leaves.years) for name in names], len(leaves.years))
    own = side_by_side([_own_path(leaves, name) for name in names], len(leaves.years))
    if budget.allocation == "proportional":
        return _total(leaves, own)[:, None] * _proportions(own)
    return own


def _own_path(leaves: Leaves, name: str) -> Floats:
    return leaves.kept(("appropriation", name), partial(_appropriation, leaves, name))


def _appropriation(leaves: Leaves, name: str) -> Floats:
    """``B_t = base_t (1 + level) Π_{first < s ≤ t} (1 + growth_s)``, the portfolio's and the programme's; then changes.

    (Y, r) million yen; InputError where a change leaves less than nothing.
    """
    path, programme = f"programmes.{name}", leaves.document.programmes[name]
    base = programme.budget.base or leaves.document.budget.base or next(iter(programme.appropriations))
    given = f"{path}.budget.base" if isinstance(base, Steps) else f"{path}.appropriations.{base}"
    money = leaves.by_year(given, leaves.years)
    for levers in ("budget", f"{path}.budget"):
        growth = pricing.compounded(leaves.by_year(f"{levers}.growth", leaves.years))
        money = money * ((1.0 + leaves.once(f"{levers}.level")) * growth)
    for place, of_all in enumerate(leaves.document.budget.changes):
        if of_all.programme in (None, name):
            money = _changed(leaves, money, of_all, f"budget.changes.{place}")
    for place, own in enumerate(programme.budget.changes):
        money = _changed(leaves, money, own, f"{path}.budget.changes.{place}")
    return money


def _changed(leaves: Leaves, money: Floats, change: OwnChange, path: str) -> Floats:
    """The money (Y, r) with a dated change made in the years from `from` until `until`, both included."""
    first, last = change.since or leaves.years.start, change.until or leaves.years.stop
    rows = slice(max(first - leaves.years.start, 0), max(last + 1 - leaves.years.start, 0))
    kind = next(kind for kind in ("multiply", "add", "set") if getattr(change, kind) is not None)
    by = leaves.once(f"{path}.{kind}")
    money = np.broadcast_to(money, np.broadcast_shapes(money.shape, by.shape)).copy()
    if kind == "multiply":
        money[rows] *= by
    elif kind == "add":
        money[rows] += by
    else:
        money[rows] = by
    below = np.flatnonzero((money < 0).any(axis=1))
    if below.size:
        year = leaves.years[below[0]]
        raise leaves.fault(path, f"leaves {money[below[0]].min():,.1f} million yen in FY{year}: take away less")
    return money


def _total(leaves: Leaves, own: Floats) -> Floats:
    """What there is to split, (Y, r): as given from its first year on, else what the own paths (Y, P, r) add up to."""
    paths = _sum(own)
    if not leaves.has("budget.total"):
        return paths
    total = leaves.by_year("budget.total", leaves.years)
    return np.where(np.isnan(total), paths, total)


def _proportions(weights: Floats) -> Floats:
    """Weights (Y, P, r) made to add up to 1; equal where they are all 0."""
    whole = _sum(weights)[:, None]
    equal: Floats = np.full(weights.shape, 1.0 / weights.shape[1])
    return np.divide(weights, whole, out=equal, where=whole > 0)


def _sum(rows: Floats) -> Floats:
    """Sum over programmes in index order, (Y, P, r) to (Y, r)."""
    total: Floats = reduce(np.add, np.moveaxis(rows, 1, 0))
    return total


def _weight(leaves: Leaves, name: str) -> Floats:
    path = f"budget.weights.{name}"
    return leaves.by_year(path, leaves.years) if leaves.has(path) else np.zeros((len(leaves.years), 1))


def _money_of(leaves: Leaves, name: str, given: Floats) -> tuple[Floats, ...]:
    """Fields of `Money` but the appropriation, which is `given`, for one programme, (Y, r) each."""
    path, years, programme = f"programmes.{name}", leaves.years, leaves.document.programmes[name]
    if not programme.awards:
        return given, given, np.zeros_like(given), np.full_like(given, np.inf)
    index = pricing.passed_on(leaves, programme.fixed_costs.index, f"{path}.fixed_costs.indexation")
    fixed = leaves.by_year(f"{path}.fixed_costs.amount", years) * index
    set_aside = fixed + leaves.by_year(f"{path}.reserve", years)
    return fixed, set_aside, np.maximum(given - set_aside, 0.0), carry_ceiling(_carry_limit(leaves, name), given)


def _carry_limit(leaves: Leaves, name: str) -> Floats:
    """``λ`` (Y, r), infinite where none is given."""
    path = f"programmes.{name}.carry_limit"
    limited = leaves.has(path) and bool(leaves.document.programmes[name].awards)
    return leaves.by_year(path, leaves.years) if limited else np.full((len(leaves.years), 1), np.inf)
