"""A scenario as one file: all that it changes of its portfolio, in a text that loads to the same scenario."""

import os
from pathlib import Path
from typing import Any

import yaml

from simulator.chains import SHIPPED
from simulator.errors import TEXTS
from simulator.format_keys import kind_below
from simulator.nodes import Node
from simulator.scenario import FOR_PEOPLE, Document, Scenario


def resolved(scenario: Scenario, folder: Path, *, above: str | None = None) -> str:
    """YAML text of a file in `folder` that extends the portfolio alone and loads to an equal scenario.

    Values keep the words they were written in, their sources, notes, owners and days. `above` is what it extends if
    that is not the portfolio where it lies.
    """
    root = root_of(scenario)
    shipped = root.path.parent == SHIPPED
    above = above or (root.path.stem if shipped else os.path.relpath(root.path, folder))
    changed = _difference(root.tree, scenario.tree, Document) if root is not scenario else Node({}, root.tree.place)
    head = {"name": scenario.document.name or scenario.name} if root is not scenario else {}
    tree = {**head, **(_written(changed) if changed else {}), "extends": above}
    return yaml.dump(tree, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=1000)


def changes(scenario: Scenario, base: Scenario, folder: Path, *, name: str, description: str) -> str:
    """YAML text of a file in `folder` that extends the file of `base` and says what `scenario` changes of it."""
    changed = _difference(base.tree, scenario.tree, Document)
    written = {key: value for key, value in (_written(changed) if changed else {}).items() if key not in FOR_PEOPLE}
    shipped = base.path.parent == SHIPPED
    above = base.path.stem if shipped else Path(os.path.relpath(base.path, folder)).as_posix()
    tree = {"name": name, "description": description, "extends": above, **written}
    return yaml.dump(tree, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=1000)


def root_of(scenario: Scenario) -> Scenario:
    """The portfolio that a scenario rests on."""
    while scenario.parent is not None:
        scenario = scenario.parent
    return scenario


def portfolio(scenario: Scenario) -> str:
    """YAML text of that portfolio."""
    return yaml.dump(_written(root_of(scenario).tree), Dumper=_Plain, sort_keys=False, allow_unicode=True, width=1000)


class _Plain(yaml.SafeDumper):
    """YAML without anchors, which the format refuses."""

    def ignore_aliases(self, _: object) -> bool:
        return True


def _difference(base: Node, over: Node, kind: Any) -> Node | None:
    """What of `over` differs from `base`, whole values where the format merges no further; None where nothing does."""
    merges = kind is not None and isinstance(base.value, dict) and isinstance(over.value, dict)
    if not merges:
        return None if base == over else over
    values = {}
    for key, node in over.value.items():
        below = base.value.get(key)
        changed = node if below is None else _difference(below, node, kind_below(kind, key))
        if changed is not None:
            values[key] = changed
    return Node(values, over.place) if values else None


def _written(node: Node) -> Any:
    """A node as YAML dumps it, with what stands beside its value."""
    if isinstance(node.value, dict):
        value: Any = {key: _written(below) for key, below in node.value.items()}
    elif isinstance(node.value, list):
        value = [_written(below) for below in node.value]
    else:
        value = node.value
    beside = {name: text for name in TEXTS if (text := getattr(node.place, name)) is not None}
    return {"value": value, **beside} if beside else value
