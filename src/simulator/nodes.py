"""YAML 1.2 text as a tree of nodes that know where they stand.

PyYAML's C parser reads the syntax; the types are those of the YAML 1.2 core schema, so that `no` stays text and
`1e3` is a number. Aliases, tags, duplicate keys and second documents are refused.
"""

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from simulator.errors import TEXTS, InputError, Place, did_you_mean, dotted, quoted

DEEPEST = 40
LARGEST_FILE = 4_000_000
MOST_VALUES = 100_000
TAGS = {
    f"tag:yaml.org,2002:{kind}"
    for kind in ("str", "int", "float", "bool", "null", "timestamp", "merge", "value", "seq", "map")
}
"""Tags that PyYAML resolves by itself; the types are ours."""
NO_MAPPING = "a scenario is a mapping: write name: ..., extends: ..."
HALF_WIDTH = "use a half-width colon (:) and a space after a key"
"""What to write where a full-width colon stands."""

_MERGED = "merge keys (<<) are not read here: write the keys out"
_INTEGER = re.compile(r"[-+]?[0-9]{1,300}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_WORDS |= dict.fromkeys(("true", "True", "TRUE"), True) | dict.fromkeys(("false", "False", "FALSE"), False)
_THOUSANDS = re.compile(r"[0-9]{3}(?![0-9])")
_DIGITS_AT_END = re.compile(r"(^|[^0-9.])[0-9]{1,3}(,[0-9]{3})*$")
_ASSUMPTION = re.compile(r"\s*(?:assumption|仮定)\s*[:：]\s*(?P<why>.*)", re.IGNORECASE | re.DOTALL)
_DAY = re.compile(r"(?P<year>[0-9]{4})[-/年](?P<month>[0-9]{1,2})[-/月](?P<day>[0-9]{1,2})日?")
_FULL_WIDTH_COLON = re.compile(r"^[\s-]*[\w-]+：", re.MULTILINE)
_TAB_AS_INDENT = re.compile(r"[ ]*\t")
_COLON_WITHOUT_SPACE = re.compile(r"(\w+):(\S+)")


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

    @property
    def told(self) -> str:
        """The value as one might write it, on one line of a message."""
        return quoted(_flow(self.plain))

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
        if b"\0" in data and not data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
            raise InputError.single(start, "", "is no text file: name a scenario file (.yaml)") from error
        line = data[: error.start].count(b"\n") + 1
        raise InputError.single(replace(start, line=line), "", "is not UTF-8 text: save the file as UTF-8") from error
    return read_text(text, shown, whole=True)


def read_text(text: str, shown: str, *, whole: bool = False) -> Node:
    """Tree of YAML `text`, of a `whole` file a mapping; an empty text is an empty mapping."""
    try:
        _require_simple(text, shown)
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = _place(shown, mark)
        problem = (error.problem or error.context or "").removeprefix("but ")
        if (tab := _TAB_AS_INDENT.match([*text.splitlines(), ""][place.line - 1])) and place.column <= tab.end():
            problem = "a tab: indent with spaces"
        hint = _colon_near(text, place.line)
        raise InputError.single(place, "", f"is not YAML here: {problem}{hint}") from error
    except UnicodeError as error:
        raise InputError.single(Place(shown, 1, 1), "", "is not UTF-8 text: write it in UTF-8") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = str(error).splitlines()[0]
        raise InputError.single(Place(shown, 1, 1), "", f"is not YAML: {reason}") from error
    if root is None:
        return Node({}, Place(shown, 1, 1))
    if isinstance(root, yaml.MappingNode) or not whole:
        return _Tree(shown).node(root, ())
    hint = f"; {HALF_WIDTH}" if _FULL_WIDTH_COLON.search(text) else ""
    raise InputError.single(_place(shown, root.start_mark), "", f"{NO_MAPPING}{hint}")


def _require_simple(text: str, shown: str) -> None:
    """Refuse aliases and what is too deep or too much before PyYAML's composer, which recurses in C, meets it."""
    depth, before = 0, ""
    for count, event in enumerate(yaml.parse(text, Loader=yaml.CSafeLoader)):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        fault = ""
        if isinstance(event, yaml.AliasEvent):
            fault = _MERGED if before == "<<" else "aliases (*name) are not read here: write the value out"
        elif depth > DEEPEST:
            fault = f"is nested more than {DEEPEST} deep: a scenario is not"
        elif count > MOST_VALUES:
            fault = f"is the place of more than {MOST_VALUES:,} keys and values: write a shorter file"
        if fault:
            raise InputError.single(_place(shown, event.start_mark), "", fault)
        before = event.value if isinstance(event, yaml.ScalarEvent) else ""


def _place(shown: str, mark: Any) -> Place:
    """Where PyYAML saw something; the start where it does not say."""
    return Place(shown, mark.line + 1, mark.column + 1) if mark else Place(shown, 1, 1)


def _colon_near(text: str, line: int) -> str:
    """The end of a message about YAML where a full-width colon stands in this line or in the one before."""
    near = "\n".join(text.splitlines()[max(line - 2, 0) : line])
    return f"; {HALF_WIDTH}" if _FULL_WIDTH_COLON.search(near) else ""


class _Tree:
    """Turns PyYAML's nodes into ours; `keys` lead to each."""

    def __init__(self, shown: str) -> None:
        self.shown = shown

    def node(self, raw: yaml.Node, keys: tuple[object, ...]) -> Node:
        place = _place(self.shown, raw.start_mark)
        if raw.tag not in TAGS:
            raise InputError.single(place, dotted(keys), f"the tag {quoted(raw.tag)} is not read here: leave it out")
        if isinstance(raw, yaml.MappingNode):
            return _unwrapped(self._mapping(raw, place, keys), keys)
        if isinstance(raw, yaml.SequenceNode):
            return Node([self.node(item, (*keys, at)) for at, item in enumerate(raw.value)], place)
        in_quotes = isinstance(raw, yaml.ScalarNode) and bool(raw.style)
        return Node(_scalar(raw.value, quoted=in_quotes), place)

    def _mapping(self, raw: yaml.MappingNode, place: Place, keys: tuple[object, ...]) -> Node:
        values: dict[object, Node] = {}
        places: dict[object, Place] = {}
        for key_raw, value_raw in _joined(raw.value):
            key_node = self.node(key_raw, keys)
            key = key_node.value
            if isinstance(key, dict | list) or key is None:
                raise InputError.single(key_node.place, dotted(keys), "a key must be a word or a year")
            fault = _key_fault(str(key), value_raw, in_braces=bool(raw.flow_style))
            if not fault and key in values:
                fault = f"is given twice (first in line {places[key].line}): keep one"
            if fault:
                raise InputError.single(key_node.place, dotted((*keys, key_raw.value.strip())), fault)
            values[key] = self.node(value_raw, (*keys, key))
            places[key] = key_node.place
        return Node(values, place, places)


def _key_fault(text: str, value: Any, *, in_braces: bool) -> str:
    """What is wrong with a key as it is written."""
    empty = value.value == "" and not value.style
    if in_braces and empty and (slip := _COLON_WITHOUT_SPACE.fullmatch(text)):
        return f"has no space after its colon: write {quoted(f'{slip[1]}: {slip[2]}')}"
    if in_braces and empty:
        return "has no value: in braces a comma ends a text, put text with commas in quotes"
    if text == "<<":
        return _MERGED
    if text[:1] in ("\u00a0", "\u3000"):
        return "is indented by spaces of another kind: indent by plain half-width spaces"
    return HALF_WIDTH if "：" in text else ""


def _flow(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


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


def _unwrapped(node: Node, keys: tuple[object, ...]) -> Node:
    """`{value: 12, source: ..., note: ...}` is the number 12 whose place knows its source and note."""
    if "value" not in node.value:
        return node
    if "unit" in node.value:  # a figure, whose keys the format names
        source = node.value.get("source")
        stated = {"source": replace(source, value=_beside("source", source, keys))} if source else {}
        return replace(node, value={**node.value, **stated})
    for key in node.value:
        if key not in (*TEXTS, "value"):
            text = f"beside value there may be {', '.join(TEXTS)}{did_you_mean(str(key), TEXTS)}"
            raise InputError.single(node.key_places[key], dotted((*keys, key)), text)
    inner: Node = node.value["value"]
    texts: dict[str, Any] = {name: _beside(name, node.value[name], keys) for name in TEXTS if name in node.value}
    return replace(inner, place=replace(inner.place, **texts))


def _beside(name: str, node: Node, keys: tuple[object, ...]) -> str:
    """A text that stands beside a value; an assumption in one spelling."""
    text, fault = node.value, ""
    if not isinstance(text, str):
        fault = "text is expected here: put it in quotes"
    elif name == "source" and not text.strip():
        fault = 'is empty: write who says so and where, or "assumption: why"'
    elif name == "source" and (assumed := _ASSUMPTION.fullmatch(text)):
        text = f"assumption: {assumed['why'].strip()}"
        fault = "" if assumed["why"].strip() else 'does not say why: write "assumption: why"'
    elif name == "expires":
        text = _day(text)
        fault = "" if text else "a day is expected here: write 2027-03-31"
    if fault:
        raise InputError.single(node.place, dotted((*keys, name)), fault)
    return str(text)


def _day(text: str) -> str:
    """A day as 2027-03-31, also of 2027/3/31 and 2027年3月31日; empty where it is none."""
    match = _DAY.fullmatch(text.strip())
    try:
        return date(int(match["year"]), int(match["month"]), int(match["day"])).isoformat() if match else ""
    except ValueError:
        return ""


def _scalar(text: str, *, quoted: bool) -> object:
    """Value of a scalar by the YAML 1.2 core schema."""
    if quoted:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) and len(text) < 300 else text
