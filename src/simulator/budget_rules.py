"""Rules between the fields of budgets: bases, dated changes and the split of a total."""

from collections import Counter
from collections.abc import Iterator

from simulator.award_rules import Fault
from simulator.errors import did_you_mean, quoted
from simulator.scenario import Document, OwnChange, Programme

PART_OF = {
    "total": ("proportional", "priority"),
    "priority": ("priority",),
    "weights": ("priority",),
    "plan": ("plan",),
}
"""Fields of a budget, and the allocations they play a part in."""


def problems(document: Document) -> Iterator[Fault]:
    """Every broken rule of the portfolio's budget."""
    yield from ((("budget", *keys), text) for keys, text in (*_base(document), *_allocation(document)))
    for place, change in enumerate(document.budget.changes):
        keys = ("budget", "changes", place)
        yield from ((keys, text) for text in _change(change))
        if change.programme is None and change.multiply is None:
            yield keys, "names no programme: only multiply may change them all; write programme: ..."
        elif change.programme is not None and change.programme not in document.programmes:
            yield (*keys, "programme"), f"no such programme{_near(change.programme, document)}"


def own(programme: Programme) -> Iterator[Fault]:
    """Every broken rule of a programme's own budget."""
    base = programme.budget.base
    if isinstance(base, str) and base not in programme.appropriations:
        yield ("budget", "base"), f"no such appropriation {quoted(base)}: it has {', '.join(programme.appropriations)}"
    for place, change in enumerate(programme.budget.changes):
        yield from ((("budget", "changes", place), text) for text in _change(change))


def _base(document: Document) -> Iterator[Fault]:
    base = document.budget.base
    for name, programme in document.programmes.items():
        if base is not None and programme.budget.base is None and base not in programme.appropriations:
            columns = ", ".join(programme.appropriations)
            yield ("base",), f"{name} has no appropriation {quoted(base)}: it has {columns}"
            return


def _change(change: OwnChange) -> Iterator[str]:
    kinds = [kind for kind in ("multiply", "add", "set") if getattr(change, kind) is not None]
    if len(kinds) != 1:
        yield "one of multiply, add and set is expected: write {from: 2024, until: 2026, add: 200 百万円}"
    if change.since is not None and change.until is not None and change.until < change.since:
        yield f"ends in FY{change.until}, before it begins in FY{change.since}: write the earlier year under from"


def _allocation(document: Document) -> Iterator[Fault]:
    budget = document.budget
    for field, rules in PART_OF.items():
        if getattr(budget, field) and budget.allocation not in rules:
            yield (field,), f"plays no part where allocation is {budget.allocation}: write allocation: {rules[0]}"
    named = [("priority", place, name) for place, name in enumerate(budget.priority)]
    named += [(field, name, name) for field in ("weights", "plan") for name in getattr(budget, field) or ()]
    for field, key, name in named:
        if name not in document.programmes:
            yield (field, key), f"no such programme{_near(name, document)}"
    for name in (name for name, times in Counter(budget.priority).items() if times > 1):
        yield ("priority",), f"{name} stands in it twice: name each programme once"
    if budget.allocation == "plan":
        lacking = [name for name in document.programmes if name not in (budget.plan or {})]
        if lacking:
            yield ("plan",), f"gives nothing for {', '.join(lacking)}: write {{{lacking[0]}: {{2022: 3,363 百万円}}}}"


def _near(name: str, document: Document) -> str:
    return did_you_mean(name, document.programmes) or f": there are {', '.join(document.programmes)}"
