"""The only reader of scenario and portfolio files: `extends`, merging, places, did-you-mean.

A file is merged over the one it extends, key by key; lists and values of a leaf (by year, mixtures, shares)
replace. What results is validated as a whole, and every fault is reported at the place it was written.
"""

import difflib
import types
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from simulator import consistency
from simulator.errors import InputError, Place, Problem
from simulator.nodes import DEEPEST, Node, read_file, read_text
from simulator.scenario import WHOLE, Document, Scenario, leaves
from simulator.values import PlacedError

COMMAND_LINE = "--set"
WORDING = {
    "too_short": "at least one is needed here",
    "tuple_type": "a list is expected here: write [2022, 2027]",
    "dict_type": "a mapping is expected here, with a key for each",
    "model_type": "a mapping is expected here, with the keys of the format",
}
"""Words for faults whose wording by pydantic speaks of Python."""
SHIPPED = Path(__file__).parent / "portfolios"
ENTRIES = {"programmes": "programme", "awards": "award type", "costs": "cost component", "economy": "index"}
"""Mappings whose keys are names, with what each entry is called."""


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
    hint = _did_you_mean(path.name, [*near, *shipped_portfolios()])
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
    document = _validated(merged)
    own_paths = {path for path, _ in own.tree.walk()}
    faults = [
        Problem(_place(merged, path), ".".join(map(str, path)), text) for path, text in consistency.problems(document)
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
        overrides=tuple(path for path, _ in leaves(document) if path in own_paths) if parent else (),
    )


def _merge(base: Node, over: Node, kind: Any) -> Node:
    """`over` laid on `base`; `kind` is the format's annotation there, None where a mapping is one value."""
    if kind is None or not (isinstance(base.value, dict) and isinstance(over.value, dict)):
        return over
    values = dict(base.value)
    for key, node in over.value.items():
        values[key] = _merge(values[key], node, _kind_below(kind, key)) if key in values else node
    return Node(values, over.place, {**base.key_places, **over.key_places})


def _assign(base: Node, keys: Sequence[object], over: Node, kind: Any) -> Node:
    """`base` with `over` laid on what stands under `keys`, which may lead into a value by year."""
    if not keys:
        return _merge(base, over, kind)
    key, *rest = keys
    if not isinstance(base.value, dict):
        raise InputError.single(over.place, "", f"{key} cannot be set inside {base.plain!r}, which is one value")
    below = base.value.get(key, Node({} if rest else None, over.place))
    value = _assign(below, rest, over, _kind_below(kind, key))
    return Node({**base.value, key: value}, base.place, {**base.key_places, key: over.place})


def _kind_below(kind: Any, key: object) -> Any:
    """Annotation of the format one key further down; None where mappings do not merge."""
    for option in get_args(kind) if isinstance(kind, types.UnionType) else (kind,):
        if isinstance(option, type) and issubclass(option, BaseModel):
            field = option.model_fields.get(str(key))
            return field.annotation if field and WHOLE not in field.metadata and _is_mapping(field.annotation) else None
        if get_origin(option) is dict:
            inner = get_args(option)[1]
            return None if WHOLE in getattr(inner, "__metadata__", ()) or not _is_mapping(inner) else inner
    return None


def _is_mapping(kind: Any) -> bool:
    options = get_args(kind) if isinstance(kind, types.UnionType) else (kind,)
    return any(get_origin(o) is dict or (isinstance(o, type) and issubclass(o, BaseModel)) for o in options)


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


def _validated(tree: Node) -> Document:
    try:
        return Document.model_validate(tree.plain)
    except ValidationError as error:
        raise InputError(_problems(error, tree)) from None


def _problems(error: ValidationError, tree: Node) -> list[Problem]:
    problems: dict[str, Problem] = {}
    for fault in error.errors():
        keys, message = _fault(tuple(fault["loc"]), fault, tree)
        key_place = _descend(tree, keys[:-1]).key_places.get(keys[-1]) if keys else None
        place = key_place if key_place and fault["type"] == "extra_forbidden" else _place(tree, keys)
        problem = Problem(place, ".".join(map(str, keys)), message)
        problems.setdefault(str(problem), problem)
    return list(problems.values())


def _fault(keys: tuple[object, ...], fault: Any, tree: Node) -> tuple[tuple[object, ...], str]:
    """Place and wording of one fault that pydantic found."""
    raised = fault.get("ctx", {}).get("error")
    if raised is not None:
        return (*keys, *(raised.within if isinstance(raised, PlacedError) else ())), str(raised)
    if fault["type"] == "extra_forbidden":
        kind = _kind_at(keys[:-1])
        known = list(kind.model_fields) if isinstance(kind, type) and issubclass(kind, BaseModel) else []
        return keys, f"no such key{_did_you_mean(str(keys[-1]), known)}"
    if fault["type"] == "missing":
        return keys[:-1], _missing(keys, tree)
    if fault["type"] in WORDING:
        return keys, WORDING[fault["type"]]
    found = _descend(tree, keys).plain
    return keys, f"{fault['msg'].replace('Input should be', 'must be')}, not {_short(found)}"


def _missing(keys: tuple[object, ...], tree: Node) -> str:
    """A key is missing; where a whole entry is new and nearly another's name, that is what is wrong."""
    if len(keys) > 2 and keys[-3] in ENTRIES:
        siblings = [str(key) for key in _descend(tree, keys[:-2]).value if key != keys[-2]]
        near = _did_you_mean(str(keys[-2]), siblings)
        if near:
            return f"no such {ENTRIES[str(keys[-3])]}{near}"
    return f"{keys[-1]} is missing here"


def _short(value: object) -> str:
    if isinstance(value, dict):
        return "a mapping"
    return f"{value!r}"[:60]


def _kind_at(keys: Sequence[object]) -> Any:
    kind: Any = Document
    for key in keys:
        kind = _kind_below(kind, key) if kind is not None else None
    return kind


def _descend(tree: Node, keys: Sequence[object]) -> Node:
    """Node under `keys`, or the deepest there is on the way."""
    for key in keys:
        if not isinstance(tree.value, dict) or key not in tree.value:
            return tree
        tree = tree.value[key]
    return tree


def _place(tree: Node, keys: Sequence[object]) -> Place:
    """Place of the key or value under `keys`, or of the nearest mapping above it."""
    parent = _descend(tree, keys[:-1])
    node = _descend(tree, keys)
    if node is parent or not keys:
        return node.place
    return parent.key_places.get(keys[-1], node.place) if isinstance(node.value, dict) else node.place


def _unknown_indices(document: Document, parent: Document, tree: Node) -> list[Problem]:
    """Indices that a scenario adds and nothing uses: misspelt names."""
    added = [name for name in document.economy if name not in parent.economy]
    used = consistency.indices_used(document)
    return [
        Problem(
            _place(tree, ("economy", name)),
            f"economy.{name}",
            f"no such index: nothing is priced by it{_did_you_mean(name, list(parent.economy))}",
        )
        for name in added
        if name not in used
    ]


def _did_you_mean(word: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean {near[0]}?" if near else ""
