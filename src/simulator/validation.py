"""A tree becomes a document: the format's checks, every fault at the place where it was written."""

import difflib
import types
from collections.abc import Sequence
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from simulator.errors import InputError, Place, Problem
from simulator.fields import WHOLE
from simulator.nodes import Node
from simulator.scenario import Document
from simulator.values import PlacedError

WORDING = {
    "too_short": "at least one is needed here",
    "tuple_type": "a list is expected here: write [..., ...]",
    "dict_type": "a mapping is expected here, with a key for each",
    "model_type": "a mapping is expected here, with the keys of the format",
}
"""Words for faults whose wording by pydantic speaks of Python."""
ENTRIES = {"programmes": "programme", "awards": "award type", "costs": "cost component", "economy": "index"}
"""Mappings whose keys are names, with what each entry is called."""


def validated(tree: Node) -> Document:
    """Document of a tree; InputError with every fault."""
    try:
        return Document.model_validate(tree.plain)
    except ValidationError as error:
        raise InputError(_problems(error, tree)) from None


def _problems(error: ValidationError, tree: Node) -> list[Problem]:
    problems: dict[str, Problem] = {}
    for fault in error.errors():
        keys, message = _fault(tuple(fault["loc"]), fault, tree)
        key_place = _descend(tree, keys[:-1]).key_places.get(keys[-1]) if keys else None
        place = key_place if key_place and fault["type"] == "extra_forbidden" else place_of(tree, keys)
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
        return keys, f"no such key{did_you_mean(str(keys[-1]), _keys_of(kind))}"
    if fault["type"] == "missing":
        return keys[:-1], _missing(keys, tree)
    if fault["type"] in WORDING:
        return keys, WORDING[fault["type"]]
    found = _descend(tree, keys).plain
    return keys, f"{fault['msg'].replace('Input should be', 'must be')}, not {_short(found)}"


def _keys_of(kind: Any) -> list[str]:
    """Keys that a mapping of the format may have, where they are fixed."""
    if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
        return []
    return [field.alias or name for name, field in kind.model_fields.items()]


def _missing(keys: tuple[object, ...], tree: Node) -> str:
    """A key is missing; where a whole entry is new and nearly another's name, that is what is wrong."""
    if len(keys) > 2 and keys[-3] in ENTRIES:
        siblings = [str(key) for key in _descend(tree, keys[:-2]).value if key != keys[-2]]
        near = did_you_mean(str(keys[-2]), siblings)
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
        kind = kind_below(kind, key) if kind is not None else None
    return kind


def _descend(tree: Node, keys: Sequence[object]) -> Node:
    """Node under `keys`, or the deepest there is on the way."""
    for key in keys:
        below = tree.value if isinstance(tree.value, dict) else dict(enumerate(tree.children))
        if key not in below:
            return tree
        tree = below[key]
    return tree


def place_of(tree: Node, keys: Sequence[object]) -> Place:
    """Place of the key or value under `keys`, or of the nearest mapping above it."""
    parent = _descend(tree, keys[:-1])
    node = _descend(tree, keys)
    if node is parent or not keys:
        return node.place
    return parent.key_places.get(keys[-1], node.place) if isinstance(node.value, dict) else node.place


def kind_below(kind: Any, key: object) -> Any:
    """Annotation of the format one key further down; None where mappings do not merge."""
    for option in get_args(kind) if isinstance(kind, types.UnionType) else (kind,):
        if isinstance(option, type) and issubclass(option, BaseModel):
            field = option.model_fields.get(str(key))
            return field.annotation if field and WHOLE not in field.metadata and _is_mapping(field.annotation) else None
        if get_origin(option) is dict:
            inner = get_args(option)[1]
            return None if WHOLE in getattr(inner, "__metadata__", ()) or not _is_mapping(inner) else inner
        if get_origin(option) is tuple:
            return get_args(option)[0]
    return None


def _is_mapping(kind: Any) -> bool:
    options = get_args(kind) if isinstance(kind, types.UnionType) else (kind,)
    return any(get_origin(o) in (dict, tuple) or (isinstance(o, type) and issubclass(o, BaseModel)) for o in options)


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """The end of a message about a word that is not known; nothing where no known one is near."""
    near = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean {near[0]}?" if near else ""
