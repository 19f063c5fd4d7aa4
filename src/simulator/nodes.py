"""YAML 1.2 text as a tree of nodes that know where they stand.

PyYAML's C parser reads the syntax; the types are those of the YAML 1.2 core schema, so that `no` stays text and
`1e3` is a number. Aliases, tags, duplicate keys and second documents are refused.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from simulator.errors import InputError, Place

TEXTS = ("source", "note", "owner", "expires")
"""What may stand beside a value."""
DEEPEST = 40
LARGEST_FILE = 4_000_000
TAGS = {
    f"tag:yaml.org,2002:{kind}"
    for kind in ("str", "int", "float", "bool", "null", "timestamp", "merge", "value", "seq", "map")
}
"""Tags that PyYAML resolves by itself; the types are ours."""

_INTEGER = re.compile(r"[-+]?[0-9]{1,300}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_WORDS |= dict.fromkeys(("true", "True", "TRUE"), True) | dict.fromkeys(("false", "False", "FALSE"), False)
_THOUSANDS = re.compile(r"[0-9]{3}(?![0-9])")
_DIGITS_AT_END = re.compile(r"(^|[^0-9.])[0-9]{1,3}(,[0-9]{3})*$")


@dataclass(frozen=True)
class Node:
    """A value of a file with its place: a mapping of nodes, a list of nodes, or a scalar."""

    value: Any
    place: Place
    key_places: Mapping[object, Place] = field(default_factory=dict)

    @property
    def plain(self) -> Any:
        """The value without its places."""
        if isinstance(self.value, dict):
            return {key: node.plain for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain for node in self.value]
        return self.value

    def walk(self, prefix: str = "") -> Iterator[tuple[str, "Node"]]:
        """Every node below this one with its dotted path, parents first."""
        items = self.value.items() if isinstance(self.value, dict) else enumerate(self.children)
        for key, node in items:
            path = f"{prefix}.{key}" if prefix else str(key)
            yield path, node
            yield from node.walk(path)

    def without(self, *keys: str) -> "Node":
        """The mapping without these keys."""
        return replace(self, value={key: node for key, node in self.value.items() if key not in keys})

    @property
    def children(self) -> list["Node"]:
        """Items of a list; none of anything else."""
        return self.value if isinstance(self.value, list) else []


def read_file(path: Path, shown: str) -> Node:
    """Tree of one YAML file; `shown` is the file's name in messages."""
    start = Place(shown, 1, 1)
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= LARGEST_FILE else b""
    except OSError as error:
        raise InputError.single(start, "", f"cannot be read: {error.strerror or error}") from error
    if size > LARGEST_FILE:
        raise InputError.single(start, "", f"is {size:,} bytes long: a scenario has at most {LARGEST_FILE:,}")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputError.single(replace(start, line=line), "", "is not UTF-8 text: save the file as UTF-8") from error
    return read_text(text, shown)


def read_text(text: str, shown: str) -> Node:
    """Tree of YAML `text`; an empty text is an empty mapping."""
    try:
        _require_shallow(text, shown)
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(shown, mark.line + 1, mark.column + 1) if mark else Place(shown, 1, 1)
        problem = (error.problem or error.context or "").removeprefix("but ")
        raise InputError.single(place, "", f"is not YAML here: {problem}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = str(error).splitlines()[0]
        raise InputError.single(Place(shown, 1, 1), "", f"is not YAML: {reason}") from error
    if root is None:
        return Node({}, Place(shown, 1, 1))
    return _Tree(shown).node(root)


def _require_shallow(text: str, shown: str) -> None:
    """Refuse deep nesting before PyYAML's composer, which recurses in C, meets it."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise InputError.single(Place(shown, line, 1), "", f"is nested more than {DEEPEST} deep")


class _Tree:
    """Turns PyYAML's nodes into ours, once each: a node met twice is an alias."""

    def __init__(self, shown: str) -> None:
        self.shown = shown
        self.met: dict[int, yaml.Node] = {}  # keeps the nodes alive, so that an id stays one node's

    def node(self, raw: yaml.Node) -> Node:
        place = Place(self.shown, raw.start_mark.line + 1, raw.start_mark.column + 1)
        if id(raw) in self.met:
            raise InputError.single(place, "", "aliases (*name) are not read here: write the value out")
        if raw.tag not in TAGS:
            raise InputError.single(place, "", f"the tag {raw.tag} is not read here: leave it out")
        self.met[id(raw)] = raw
        if isinstance(raw, yaml.MappingNode):
            return _unwrapped(self._mapping(raw, place))
        if isinstance(raw, yaml.SequenceNode):
            return Node([self.node(item) for item in raw.value], place)
        quoted = isinstance(raw, yaml.ScalarNode) and bool(raw.style)
        return Node(_scalar(raw.value, quoted=quoted), place)

    def _mapping(self, raw: yaml.MappingNode, place: Place) -> Node:
        values: dict[object, Node] = {}
        places: dict[object, Place] = {}
        for key_raw, value_raw in _joined(raw.value):
            key_node = self.node(key_raw)
            key = key_node.value
            if raw.flow_style and value_raw.value == "" and not value_raw.style:
                message = f"{key} has no value: in braces a comma ends a text, put text with commas in quotes"
                raise InputError.single(key_node.place, "", message)
            if isinstance(key, dict | list) or key is None:
                raise InputError.single(key_node.place, "", "a key must be a word or a year")
            if key in values:
                first = places[key].line
                raise InputError.single(key_node.place, "", f"{key} is given twice (first in line {first}): keep one")
            values[key] = self.node(value_raw)
            places[key] = key_node.place
        return Node(values, place, places)


def _joined(pairs: list[tuple[Any, Any]]) -> Iterator[tuple[Any, Any]]:
    """Pairs of a mapping, with `{request: 3,363 百万円}` read as it is meant.

    YAML ends a plain value in braces at each comma, so that `3,363` becomes the value 3 and an empty key 363.
    A comma between digits with nothing around it is a thousands separator.
    """
    held: tuple[Any, Any] | None = None
    for key, value in pairs:
        if held is not None and _continues(held[1], key, value):
            joined = yaml.ScalarNode(
                held[1].tag, f"{held[1].value},{key.value}", held[1].start_mark, key.end_mark, style=None
            )
            held = (held[0], joined)
            continue
        if held is not None:
            yield held
        held = (key, value)
    if held is not None:
        yield held


def _continues(value: Any, key: Any, after: Any) -> bool:
    scalars = all(isinstance(node, yaml.ScalarNode) and not node.style for node in (value, key, after))
    return (
        scalars
        and after.value == ""
        and (key.start_mark.line, key.start_mark.column) == (value.end_mark.line, value.end_mark.column + 1)
        and bool(_DIGITS_AT_END.search(value.value))
        and bool(_THOUSANDS.match(key.value))
    )


def _unwrapped(node: Node) -> Node:
    """`{value: 12, source: ..., note: ...}` is the number 12 whose place knows its source and note."""
    if "value" not in node.value or set(node.value) & {"unit"}:
        return node
    for key in node.value:
        if key not in (*TEXTS, "value"):
            raise InputError.single(node.key_places[key], "", f"{key}: beside value there may be {', '.join(TEXTS)}")
    texts = {name: node.value[name].value for name in TEXTS if name in node.value}
    for name, text in texts.items():
        if not isinstance(text, str):
            raise InputError.single(node.value[name].place, name, "text is expected here: put it in quotes")
    if "expires" in texts and not _is_day(texts["expires"]):
        raise InputError.single(node.value["expires"].place, "expires", "a day is expected here: write 2027-03-31")
    inner: Node = node.value["value"]
    return replace(inner, place=replace(inner.place, **texts))


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _scalar(text: str, *, quoted: bool) -> object:
    """Value of a scalar by the YAML 1.2 core schema."""
    if quoted:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) and len(text) < 300 else text
