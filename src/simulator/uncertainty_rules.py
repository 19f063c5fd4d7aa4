"""Rules of uncertain inputs: values that stay in their range, correlations that can be together."""

from collections.abc import Iterator

from simulator.award_rules import Fault
from simulator.distributions import NEVER, Distribution, Uncertain
from simulator.errors import did_you_mean
from simulator.processes import Process
from simulator.quantities import Quantity
from simulator.scenario import Document, leaves
from simulator.values import ALWAYS, Named, Steps

HIGHEST = 0.999
"""Rank correlation of two inputs that are still two."""

JUST_ABOVE = 0.01
"""How far above a bound that is itself left out a truncation may begin: of an index, a growth rate, in months."""


def inputs(document: Document) -> dict[str, Uncertain]:
    """Uncertain inputs by name: the dotted path of a leaf, with its year where the value is of one."""
    return {name: each for name, _, each in named(document)}


def pairs(document: Document) -> dict[frozenset[str], float]:
    """Rank correlations of uncertain inputs; those that name a certain one have no effect."""
    unsure = inputs(document)
    return {
        frozenset((one, other)): correlation.rank.at(ALWAYS)
        for correlation in document.correlations
        for place, one in enumerate(correlation.between)
        for other in correlation.between[:place]
        if one in unsure and other in unsure
    }


def problems(document: Document) -> Iterator[Fault]:
    """Every broken rule."""
    yield from _ranges(document)
    if document.correlations:
        yield from _correlations(document)


def named(document: Document) -> Iterator[tuple[str, Quantity, Uncertain]]:
    """Uncertain inputs with their names and quantities, in the order of the format."""
    for path, leaf in leaves(document):
        if isinstance(leaf, Steps | Named):
            for year, each in leaf.uncertain:
                steady = isinstance(leaf, Named) and year == ALWAYS
                last = ".steady" if steady else f".{year}" if year != ALWAYS else ""
                yield f"{path}{last}", leaf.quantity, each


def _ranges(document: Document) -> Iterator[Fault]:
    """Values that would leave the range of their input."""
    years = document.horizon[1] - document.first_year
    for name, quantity, each in named(document):
        low, high = quantity.low, quantity.high
        chance = each.beyond(low, high, years) if isinstance(each, Process) else each.beyond(low, high)
        outside = isinstance(each, Process) and not low <= each.start <= high
        if chance > NEVER or outside:
            below, above = _bound(low, quantity), _bound(high, quantity)
            text = f"leaves its range, {below} to {above}, with probability {1.0 if outside else chance:.2g}"
            least = _bound(low + JUST_ABOVE, quantity) if quantity.exclusive else below
            yield _keys(name), f"{text}: write truncate: [{least}, {above}] beside {each.kind}, or other values"


def _bound(value: float, quantity: Quantity) -> str:
    sign = "+" if quantity.name == "level change" else ""
    if quantity.unit == "share":
        return f"{100.0 * value:{sign}g}%"
    return f"{value:g} months" if quantity.unit == "month" else f"{value:g}"


def _correlations(document: Document) -> Iterator[Fault]:
    unsure, known = inputs(document), {path for path, _ in leaves(document)}
    met: dict[frozenset[str], int] = {}
    for place, correlation in enumerate(document.correlations):
        keys = ("correlations", place, "between")
        names = correlation.between
        if len(set(names)) < max(2, len(names)):
            yield keys, "names two inputs or more, each once: write between: [economy.usd_jpy.path, ...]"
        for name in names:
            if name not in unsure and name not in known:
                yield keys, f"{name} is no uncertain input{did_you_mean(name, unsure) or _there(unsure)}"
        if abs(correlation.rank.at(ALWAYS)) > HIGHEST:
            text = f"makes two inputs one: write {HIGHEST} at most, or one input for both"
            yield ("correlations", place, "rank"), text
        kinds = {type(unsure[name]) for name in names if name in unsure}
        if kinds == {Distribution, Process}:
            yield keys, "a number and a path by year cannot be correlated: name two numbers, or two paths"
        for pair in (frozenset((one, other)) for i, one in enumerate(names) for other in names[:i] if one != other):
            if met.setdefault(pair, place) != place:
                yield keys, f"{' and '.join(sorted(pair))} are correlated twice: keep one"
    if all(abs(each.rank.at(ALWAYS)) <= HIGHEST for each in document.correlations):
        yield from _together(document)


def _together(document: Document) -> Iterator[Fault]:
    """Groups whose correlations contradict each other, with the nearest that do not."""
    from simulator import correlations

    given = pairs(document)
    for group in correlations.groups(given):
        if not correlations.is_valid(correlations.matrix(group, given)):
            nearest = correlations.suggestion(group, given)
            told = ", ".join(
                f"{' and '.join(sorted(pair))} {rank:g}" for pair, rank in nearest if pair in given or rank
            )
            yield ("correlations",), f"contradict each other (no such inputs can exist); the nearest that can: {told}"


def _there(unsure: dict[str, Uncertain]) -> str:
    return f"; there are {', '.join(unsure)}" if unsure else "; no input of this scenario is"


def _keys(name: str) -> tuple[object, ...]:
    """Keys of the place of an input: years and places in lists are numbers in files."""
    return tuple(int(key) if key.isdigit() else key for key in name.split("."))
