"""Layers of files laid over one another: mappings merge by key, values replace."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_origin

from simulator import quantities
from simulator.chains import Layer
from simulator.errors import InputError, Problem, QuantityError
from simulator.nodes import Node
from simulator.scenario import FOR_PEOPLE, Document
from simulator.uncertain import is_distribution
from simulator.validation import kind_below


def merge(base: Node, over: Node, kind: Any = Document) -> Node:
    """`over` laid on `base`; `kind` is the format's annotation there, None where a mapping is one value."""
    if kind is None or not (isinstance(base.value, dict) and isinstance(over.value, dict)):
        return over
    if is_distribution(base.value) or is_distribution(over.value):
        return over  # where there may be a number, or numbers by destination
    values = dict(base.value)
    for key, node in over.value.items():
        values[key] = merge(values[key], node, kind_below(kind, key)) if key in values else node
    return Node(values, over.place, {**base.key_places, **over.key_places})


def assign(base: Node, keys: Sequence[object], over: Node, kind: Any = Document) -> Node:
    """`base` with `over` laid on what stands under `keys`, which may lead into a value by year."""
    if not keys:
        return merge(base, over, kind)
    key, *rest = keys
    if isinstance(base.value, list) or get_origin(kind) is tuple:
        return _assign_item(base, key, rest, over, kind)
    key = _as_written(key, base)
    if not isinstance(base.value, dict):
        raise InputError.single(over.place, "", f"{key} cannot be set inside {base.plain!r}, which is one value")
    below = base.value.get(key, Node({} if rest else None, over.place))
    value = assign(below, rest, over, kind_below(kind, key))
    return Node({**base.value, key: value}, base.place, {**base.key_places, key: over.place})


def under(keys: Sequence[object], value: Node, base: Node) -> Node:
    """`base` with the value under its keys, whatever they lead into: what has been set, not what it makes."""
    if not keys:
        return value
    key, *rest = keys
    values = base.value if isinstance(base.value, dict) else {}
    return Node({**values, key: under(rest, value, values.get(key, Node({}, value.place)))}, base.place)


def _assign_item(base: Node, key: object, rest: Sequence[object], over: Node, kind: Any) -> Node:
    """A list with `over` laid on one of its items."""
    items = list(base.children)
    if not isinstance(key, int) or key >= len(items):
        there = f"its items are 0 to {len(items) - 1}" if items else "it has no items: set the whole list"
        raise InputError.single(over.place, "", f"there is no item {key} here; {there}")
    items[key] = assign(items[key], rest, over, kind_below(kind, key))
    return Node(items, over.place)


def _as_written(key: object, base: Node) -> object:
    """The key of a mapping by year that means the same year, however either is written."""
    year = _year(key)
    same = [known for known in base.value if _year(known) == year] if isinstance(base.value, dict) else []
    return same[0] if year is not None and same else key


def _year(key: object) -> int | None:
    try:
        return quantities.year(key)
    except QuantityError:
        return None


def overlay(base: Sequence[Layer], overlays: Sequence[Sequence[Layer]]) -> Layer:
    """One layer of what several chains change of the same baseline; InputError where two disagree.

    Of each chain the layers count that `base`, a chain too, does not have; names for people are put together.
    """
    shared = {layer.path for layer in base}
    laid = set(shared)
    merged, set_by, problems = Node({}, base[-1].tree.place), dict[str, tuple[str, Node]](), list[Problem]()
    for chain in overlays:
        if chain[0].path not in shared:
            text = f"rests on {chain[0].path.name}, not on {base[0].path.name} as {base[-1].name} does"
            raise InputError.single(chain[-1].tree.place, "", f"{text}: overlays change one baseline")
        if chain[-1].path in laid:
            raise InputError.single(chain[-1].tree.place, "", "is in force already: leave out this overlay")
        laid.add(chain[-1].path)
        for layer in (layer for layer in chain if layer.path not in shared):
            own = layer.tree.without(*FOR_PEOPLE)
            problems += _conflicts(own, chain[-1].name, set_by)
            merged = merge(merged, own)
    if problems:
        raise InputError(problems)
    names = [base[-1].name, *(chain[-1].name for chain in overlays)]
    titles = [chain[-1].tree.value.get("name") for chain in (base, *overlays)]
    title = " + ".join(node.value if node else name for node, name in zip(titles, names, strict=True))
    return Layer("+".join(names), merge(merged, Node({"name": Node(title, merged.place)}, merged.place)), Path())


def _conflicts(tree: Node, name: str, set_by: dict[str, tuple[str, Node]]) -> list[Problem]:
    """Values that an earlier overlay gives otherwise; those of this one are added to `set_by`."""
    problems = []
    for path, node in ((path, node) for path, node in tree.walk() if not isinstance(node.value, dict | list)):
        other, earlier = set_by.setdefault(path, (name, node))
        if other != name and earlier.plain != node.plain:
            text = f"{name} says {node.plain}, {other} says {earlier.plain} ({earlier.place}): leave one of them out"
            problems.append(Problem(node.place, path, text))
        set_by[path] = (name, node)
    return problems
