"""The accountant's budgets: a programme's own appropriation, and how a total is split; model.md section 6."""

from dataclasses import dataclass
from math import isnan

from simulator.scenario import Document, OwnChange


@dataclass(frozen=True)
class Claim:
    """What one programme brings to the split of a year's total.

    `own` is its own appropriation, `due` what it must pay beyond the money carried in, `plans` the cost of its plans.
    """

    own: float
    due: float
    plans: float


def appropriation(document: Document, name: str, year: int) -> float:
    """A programme's own appropriation: base, levels, growths from the second year on, dated changes."""
    programme = document.programmes[name]
    column = next(iter(programme.appropriations))
    base = programme.budget.base or document.budget.base or column
    money = (programme.appropriations[base] if isinstance(base, str) else base).at(year)
    for lever in (document.budget, programme.budget):
        money *= 1 + lever.level.at(year)
        for later in range(document.first_year + 1, year + 1):
            money *= 1 + lever.growth.at(later)
    for each in document.budget.changes:
        if each.programme in (None, name):
            money = changed(money, each, year)
    for own in programme.budget.changes:
        money = changed(money, own, year)
    return money


def changed(money: float, change: OwnChange, year: int) -> float:
    """An appropriation after a dated change."""
    begun = change.since is None or change.since <= year
    over = change.until is not None and change.until < year
    if not begun or over:
        return money
    if change.multiply is not None:
        return money * change.multiply.at(year)
    if change.add is not None:
        return money + change.add.at(year)
    assert change.set is not None
    return change.set.at(year)


def allocated(document: Document, year: int, claims: dict[str, Claim]) -> dict[str, float]:
    """What each programme is given in a year."""
    budget = document.budget
    own = {name: claim.own for name, claim in claims.items()}
    if budget.allocation == "itemised":
        return own
    if budget.allocation == "plan":
        assert budget.plan is not None
        return {name: budget.plan[name].at(year) for name in claims}
    named = budget.total is not None and not isnan(budget.total.at(year))
    total = budget.total.at(year) if budget.total is not None and named else sum(own.values())
    if budget.allocation == "proportional":
        return in_proportion(total, own)
    return by_priority(document, year, total, claims)


def by_priority(document: Document, year: int, total: float, claims: dict[str, Claim]) -> dict[str, float]:
    """What is due first, then the plans in their order, then the rest by weights."""
    due = {name: claim.due for name, claim in claims.items()}
    if sum(due.values()) >= total:
        return in_proportion(total, due)
    given, left = dict(due), total - sum(due.values())
    named = document.budget.priority
    for name in (*named, *(name for name in claims if name not in named)):
        paid = min(left, claims[name].plans)
        given[name] += paid
        left -= paid
    weights = {name: claim.own for name, claim in claims.items()}
    if document.budget.weights is not None:
        told = document.budget.weights
        weights = {name: told[name].at(year) if name in told else 0.0 for name in claims}
    rest = in_proportion(left, weights)
    return {name: given[name] + rest[name] for name in claims}


def in_proportion(money: float, weights: dict[str, float]) -> dict[str, float]:
    """Money split by weights, equally where they are all 0."""
    whole = sum(weights.values())
    return {name: money * weight / whole if whole else money / len(weights) for name, weight in weights.items()}
