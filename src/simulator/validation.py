"""A tree becomes a document: the format's checks, every fault at the place where it was written."""

import types
from collections.abc import Sequence
from functools import reduce
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from simulator import consistency
from simulator.errors import Place, PlacedError, Problem, did_you_mean
from simulator.fields import WHOLE
from simulator.nodes import Node
from simulator.scenario import Document

Keys = tuple[object, ...]
WORDING = {
    "string_type": "a text is expected here: put it in quotes",
    "invalid_key": "a word is expected as key here",
    "too_short": "at least one is needed here",
    "tuple_type": "a list is expected here: write [..., ...]",
    "dict_type": "a mapping is expected here, with a key for each",
    "model_type": "a mapping is expected here, with the keys of the format",
}
"""Words for faults whose wording by pydantic speaks of Python."""
ATTEMPTS = 3
"""Times that a tree is mended: what is missing elsewhere may show only then."""
ENTRIES = {"programmes": "programme", "awards": "award type", "costs": "cost component", "economy": "index"}
"""Mappings whose keys are names, with what each entry is called."""


def checked(tree: Node, above: Node | None) -> tuple[Document | None, Node, list[Problem]]:
    """Document of a tree, the tree that it is of, and every problem, of single values and of values together.

    So that one fault does not hide others, what is faulty is taken from the tree of the layer above, or left out,
    before rules between fields are checked. No document where what is left cannot be read.
    """
    problems: dict[str, Problem] = {}
    mended: list[Keys] = []
    document = None
    for attempt in range(ATTEMPTS):
        try:
            document = Document.model_validate(tree.plain)
            break
        except ValidationError as error:
            faults = [_fault(tuple(fault["loc"]), fault, tree) for fault in error.errors()]
            if attempt == 0:
                problems = {str(problem): problem for problem in (_problem(fault, tree) for fault in faults)}
            mended += [keys for keys, *_ in faults]
            tree = reduce(lambda mending, keys: _mended(mending, keys, above), (keys for keys, *_ in faults), tree)
    if document is not None and not any(len(keys) > 1 and keys[-2] in ENTRIES for keys in mended):
        for keys, text in consistency.problems(document):
            if not any(keys[: len(other)] == other[: len(keys)] for other in mended):
                problem = Problem(place_of(tree, keys), ".".join(map(str, keys)), text)
                problems[str(problem)] = problem
    return document, tree, list(problems.values())


def _mended(tree: Node, keys: Keys, above: Node | None) -> Node:
    """The tree with what stands under `keys` taken from `above`, or left out where that lacks it."""
    key, *rest = keys or ("",)
    if not isinstance(tree.value, dict) or key not in tree.value:
        return above or tree
    higher = above.value.get(key) if above is not None and isinstance(above.value, dict) else None
    values, below = dict(tree.value), tree.value[key]
    inside = bool(rest) and isinstance(below.value, dict) and rest[0] in below.value
    mended = _mended(below, tuple(rest), higher) if inside else higher
    if mended is None:
        del values[key]
    else:
        values[key] = mended
    return Node(values, tree.place, tree.key_places)


def _problem(fault: tuple[Keys, str, bool], tree: Node) -> Problem:
    """A fault at the place of its key where that is what is wrong, else of its value."""
    keys, message, of_key = fault
    key_place = _descend(tree, keys[:-1]).key_places.get(keys[-1]) if keys and of_key else None
    return Problem(key_place or place_of(tree, keys), ".".join(map(str, keys)), message)


def _fault(keys: Keys, fault: Any, tree: Node) -> tuple[Keys, str, bool]:
    """Place and wording of one fault that pydantic found, and whether the key itself is wrong."""
    raised = fault.get("ctx", {}).get("error")
    if raised is not None:
        return (*keys, *(raised.keys if isinstance(raised, PlacedError) else ())), str(raised), False
    if fault["type"] == "extra_forbidden":
        kind = _kind_at(keys[:-1])
        return keys, f"no such key{did_you_mean(str(keys[-1]), _keys_of(kind))}", True
    if fault["type"] == "missing":
        return keys[:-1], _missing(keys, tree), False
    if fault["type"] in WORDING:
        return keys, WORDING[fault["type"]], False
    found = _descend(tree, keys).plain
    return keys, f"{fault['msg'].replace('Input should be', 'must be')}, not {_short(found)}", False


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
