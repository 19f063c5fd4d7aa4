"""The only reader of scenario and portfolio files: `extends`, merging, places, did-you-mean.

A file is merged over the one it extends, key by key; lists and values of a leaf (by year, mixtures, shares)
replace. What results is validated as a whole, and every fault is reported at the place it was written.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from simulator import consistency
from simulator.errors import InputError, Place, Problem
from simulator.nodes import DEEPEST, Node, read_file, read_text
from simulator.scenario import Document, Scenario, leaves
from simulator.validation import did_you_mean, kind_below, place_of, validated

COMMAND_LINE = "--set"
SHIPPED = Path(__file__).parent / "portfolios"


@dataclass(frozen=True)
class Layer:
    """One file of a chain of `extends`, or the settings of the command line."""

    name: str
    tree: Node


def load(path: str | Path, *, settings: Sequence[str] = ()) -> Scenario:
    """Read a scenario or portfolio file, resolve what it extends and check it.

    Parameters
    ----------
    path : a YAML file, or the name of a shipped portfolio
    settings : `PATH=VALUE` texts laid over the file, with YAML values, as `--set` gives them

    Raises
    ------
    InputError : the file or one it extends cannot be read or says something the format does not allow

    """
    first, *others = _chain(_find(str(path), None))
    merged = first.tree
    scenario = _resolve(merged, first, None)
    for layer in others:
        merged = _merge(merged, layer.tree, Document)
        scenario = _resolve(merged, layer, scenario)
    if not settings:
        return scenario
    own = Node({}, Place(COMMAND_LINE, 0, 0))
    for setting in settings:
        keys, value = _setting(setting)
        own = _assign(own, keys, value, Document)
        merged = _assign(merged, keys, value, Document)
    return replace(_resolve(merged, Layer(scenario.name, own), scenario), settings=tuple(settings))


def shipped_portfolios() -> list[str]:
    """Names of the portfolios that come with the package."""
    return sorted(path.stem for path in SHIPPED.glob("*.yaml"))


def _find(name: str, asked: Node | None, folder: Path | None = None) -> Path:
    """Path of a file named on the command line (`asked` None) or in `extends`, there relative to its folder."""
    if name in shipped_portfolios() and not (folder or Path()).joinpath(name).exists():
        return SHIPPED / f"{name}.yaml"
    path = (folder or Path()) / name
    place = asked.place if asked else Place(name, 1, 1)
    where = "extends" if asked else ""
    try:
        if path.is_file():
            return path
        exists, folder_itself = path.exists(), path.is_dir()
        near = [item.name for item in path.parent.glob("*.y*ml") if item.is_file()] if path.parent.is_dir() else []
    except OSError as error:
        raise InputError.single(place, where, f"cannot be read: {error.strerror}") from error
    if exists:
        raise InputError.single(place, where, f"{name} is a {'folder' if folder_itself else 'device'}, not a file")
    hint = did_you_mean(path.name, [*near, *shipped_portfolios()])
    raise InputError.single(place, where, f"there is no file {path}{hint}")


def _chain(path: Path) -> list[Layer]:
    """Layers from the portfolio down to `path`."""
    layers: list[Layer] = []
    met: dict[Path, str] = {}
    while True:
        tree = read_file(path, path.name if path.parent == SHIPPED else str(path))
        if not isinstance(tree.value, dict):
            raise InputError.single(tree.place, "", "a scenario is a mapping: write name: ..., extends: ...")
        parent = tree.value.get("extends")
        layers.insert(0, Layer(path.stem, _without(tree, "extends")))
        met[path.resolve()] = path.name
        if parent is None:
            return layers
        if not isinstance(parent.value, str):
            raise InputError.single(parent.place, "extends", "the name of one file is expected here")
        above = _find(parent.value, parent, path.parent)
        if above.resolve() in met:
            ring = " -> ".join([*met.values(), above.name])
            raise InputError.single(parent.place, "extends", f"the files extend each other in a circle: {ring}")
        path = above


def _without(tree: Node, key: str) -> Node:
    return Node({k: v for k, v in tree.value.items() if k != key}, tree.place, tree.key_places)


def _resolve(merged: Node, own: Layer, parent: Scenario | None) -> Scenario:
    """Scenario of the tree `merged`, whose last layer is `own`."""
    document = validated(merged)
    own_paths = {path for path, _ in own.tree.walk()}
    faults = [
        Problem(place_of(merged, path), ".".join(map(str, path)), text) for path, text in consistency.problems(document)
    ]
    if parent:
        faults += _unknown_indices(document, parent.document, merged)
    if faults:
        raise InputError(faults)
    return Scenario(
        name=own.name,
        document=document,
        portfolio=parent.portfolio if parent else document,
        parent=parent,
        places={path: node.place for path, node in merged.walk()},
        overrides=tuple(path for path, _ in leaves(document) if _leaf_written(path) in own_paths) if parent else (),
    )


def _leaf_written(path: str) -> str:
    """Path under which a leaf was written: extensions are one value, whose years have several spellings."""
    above, extensions, _ = path.partition(".extensions.")
    return f"{above}{extensions}".rstrip(".") if extensions else path


def _merge(base: Node, over: Node, kind: Any) -> Node:
    """`over` laid on `base`; `kind` is the format's annotation there, None where a mapping is one value."""
    if kind is None or not (isinstance(base.value, dict) and isinstance(over.value, dict)):
        return over
    values = dict(base.value)
    for key, node in over.value.items():
        values[key] = _merge(values[key], node, kind_below(kind, key)) if key in values else node
    return Node(values, over.place, {**base.key_places, **over.key_places})


def _assign(base: Node, keys: Sequence[object], over: Node, kind: Any) -> Node:
    """`base` with `over` laid on what stands under `keys`, which may lead into a value by year."""
    if not keys:
        return _merge(base, over, kind)
    key, *rest = keys
    if isinstance(key, int) and key < len(base.children):
        items = list(base.children)
        items[key] = _assign(items[key], rest, over, kind_below(kind, key))
        return Node(items, base.place)
    if not isinstance(base.value, dict):
        raise InputError.single(over.place, "", f"{key} cannot be set inside {base.plain!r}, which is one value")
    below = base.value.get(key, Node({} if rest else None, over.place))
    value = _assign(below, rest, over, kind_below(kind, key))
    return Node({**base.value, key: value}, base.place, {**base.key_places, key: over.place})


def _setting(text: str) -> tuple[list[object], Node]:
    """Keys and value of `PATH=VALUE`."""
    place = Place(f"{COMMAND_LINE} {text}", 0, 0)
    path, equals, value = text.partition("=")
    if not equals or not path.strip():
        raise InputError.single(place, "", "a setting is PATH=VALUE, such as budget.level=+10%")
    node = read_text(value, str(place))
    if path.count(".") > DEEPEST:
        raise InputError.single(place, "", "the path is too long")
    keys: list[object] = [int(key) if key.isdigit() else key for key in path.strip().split(".")]
    return keys, _placed(node, place)


def _placed(node: Node, place: Place) -> Node:
    """`node` with every place set to `place`."""
    value = node.value
    if isinstance(value, dict):
        value = {key: _placed(item, place) for key, item in value.items()}
    elif isinstance(value, list):
        value = [_placed(item, place) for item in value]
    return Node(value, place, dict.fromkeys(node.key_places, place))


def _unknown_indices(document: Document, parent: Document, tree: Node) -> list[Problem]:
    """Indices that a scenario adds and nothing uses: misspelt names."""
    added = [name for name in document.economy if name not in parent.economy]
    used = consistency.indices_used(document)
    return [
        Problem(
            place_of(tree, ("economy", name)),
            f"economy.{name}",
            f"no such index: nothing is priced by it{did_you_mean(name, list(parent.economy))}",
        )
        for name in added
        if name not in used
    ]
