"""Layers of files laid over one another: mappings merge by key, values replace."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, get_origin

from simulator import quantities
from simulator.chains import Layer
from simulator.errors import InputError, Problem, QuantityError, dotted
from simulator.format_keys import Keys, kind_below, may_be_number, mean_the_same
from simulator.nodes import Node
from simulator.scenario import FOR_PEOPLE, Document
from simulator.uncertain import is_distribution


def merge(base: Node, over: Node, kind: Any = Document) -> Node:
    """`over` laid on `base`; `kind` is the format's annotation there, None where a mapping is one value."""
    if not _merges(base, over, kind):
        return over
    values = dict(base.value)
    for key, node in over.value.items():
        values[key] = merge(values[key], node, kind_below(kind, key)) if key in values else node
    return Node(values, over.place, {**base.key_places, **over.key_places})


def _merges(base: Node, over: Node, kind: Any) -> bool:
    """Whether two values are merged key by key: mappings that are not one value, nor a number's distribution."""
    if kind is None or not (isinstance(base.value, dict) and isinstance(over.value, dict)):
        return False
    return not (may_be_number(kind) and (is_distribution(base.value) or is_distribution(over.value)))


def assign(base: Node, keys: Sequence[object], over: Node, kind: Any = Document) -> Node:
    """`base` with `over` laid on what stands under `keys`, which may lead into a value by year."""
    if not keys:
        return merge(base, over, kind)
    key, *rest = keys
    if isinstance(base.value, list) or get_origin(kind) is tuple:
        return _assign_item(base, key, rest, over, kind)
    key = _as_written(key, base)
    if not isinstance(base.value, dict):
        raise InputError.single(over.place, "", f"{key} cannot be set inside {base.told}, which is one value")
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
    """The key of a mapping that means the same year, month or duration, however either is written."""
    if not isinstance(base.value, dict) or key in base.value:
        return key
    meant = _meaning(key)
    return next((known for known in base.value if meant is not None and _meaning(known) == meant), key)


def _meaning(key: object) -> tuple[str, object] | None:
    for read in (quantities.year, quantities.month, quantities.duration):
        with suppress(QuantityError):
            return read.__name__, read(key)
    return None


def overlay(base: Sequence[Layer], overlays: Sequence[Sequence[Layer]]) -> Layer:
    """One layer of what several chains change of the same baseline; InputError where two disagree.

    Of each chain the layers count that neither `base`, a chain too, nor an earlier overlay has; names for people are
    put together.
    """
    laid = {layer.path for layer in base}
    merged, problems = Node({}, base[-1].tree.place), list[Problem]()
    for chain in overlays:
        if chain[0].path != base[0].path:
            text = f"rests on {chain[0].path.name}, not on {base[0].path.name} as {base[-1].name} does"
            raise InputError.single(chain[-1].tree.place, "", f"{text}: overlays change one baseline")
        if chain[-1].path in laid:
            raise InputError.single(chain[-1].tree.place, "", "is in force already: leave out this overlay")
        files = {layer.tree.place.file for layer in chain}
        for layer in (layer for layer in chain if layer.path not in laid):
            own = layer.tree.without(*FOR_PEOPLE)
            found = _conflicts(merged, own, Document, ())
            problems += [_conflict(*each) for each in found if each[1].place.file not in files]
            merged = merge(merged, own)
        laid |= {layer.path for layer in chain}
    if problems:
        raise InputError(problems)
    names = [base[-1].name, *(chain[-1].name for chain in overlays)]
    titles = [chain[-1].tree.value.get("name") for chain in (base, *overlays)]
    title = " + ".join(node.told if node else name for node, name in zip(titles, names, strict=True))
    return Layer("+".join(names), merge(merged, Node({"name": Node(title, merged.place)}, merged.place)), Path())


def _conflicts(base: Node, over: Node, kind: Any, keys: Keys) -> Iterator[tuple[Keys, Node, Node]]:
    """Values that an overlay gives otherwise than what is laid already, at the level where merging ends."""
    if _merges(base, over, kind):
        for key in (key for key in over.value if key in base.value):
            yield from _conflicts(base.value[key], over.value[key], kind_below(kind, key), (*keys, key))
    elif not mean_the_same(keys, base.plain, over.plain):
        yield keys, base, over


def _conflict(keys: Keys, earlier: Node, later: Node) -> Problem:
    name, other = (Path(node.place.file).stem for node in (later, earlier))
    text = f"{name} says {later.told}, {other} says {earlier.told} ({earlier.place}): leave one of them out"
    return Problem(later.place, dotted(keys), text)
