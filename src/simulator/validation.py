"""A tree becomes a document: the format's checks, every fault at the place where it was written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import reduce
from itertools import islice
from typing import Any

from pydantic import ValidationError

from simulator import consistency, format_keys
from simulator.errors import MOST_PROBLEMS, Place, PlacedError, Problem, did_you_mean, dotted, quoted
from simulator.format_keys import ENTRIES, Keys
from simulator.nodes import HALF_WIDTH, Node
from simulator.scenario import Document

EXTENDS = "extends: mext-fy2022"
"""What most scenarios begin with."""
WORDING = {
    "string_type": "a text is expected here: put it in quotes",
    "invalid_key": "a name must be a word: begin it with a letter",
    "too_short": "at least one is needed here",
    "tuple_type": "a list is expected here: write [..., ...]",
    "dict_type": "a mapping is expected here, with a key for each",
    "model_type": "a mapping is expected here, with the keys of the format",
}
"""Words for faults whose wording by pydantic speaks of Python."""
ATTEMPTS = 3
"""Times that a tree is mended: what is missing elsewhere may show only then."""
KEY = "[key]"
"""What pydantic adds to the place of a key that is at fault."""


@dataclass(frozen=True)
class Fault:
    """What is wrong under `keys`, and whether the last of them is what is wrong."""

    keys: Keys
    message: str
    of_key: bool = False

    def problem(self, tree: Node) -> Problem:
        """The fault at the place of its key where that is what is wrong, else of its value."""
        place = _descend(tree, self.keys[:-1]).key_places.get(self.keys[-1]) if self.keys and self.of_key else None
        return Problem(place or place_of(tree, self.keys), dotted(self.keys), self.message)


def checked(tree: Node, above: Node | None) -> tuple[Document | None, Node, list[Problem]]:
    """Document of a tree, the tree that it is of, and every problem, of single values and of values together.

    So that one fault does not hide others, what is faulty is taken from the tree of the layer above, or left out,
    before rules between fields are checked. No document where what is left cannot be read, or is too faulty.
    """
    problems: dict[str, Problem] = {}
    mended: list[Keys] = []
    document = None
    for attempt in range(ATTEMPTS):
        try:
            document = Document.model_validate(tree.plain)
            break
        except ValidationError as error:
            faults = list(islice(_faults(error, tree), MOST_PROBLEMS + 1))
            if attempt == 0:
                problems = {str(problem): problem for problem in (fault.problem(tree) for fault in faults)}
            if len(faults) > MOST_PROBLEMS:
                return None, tree, list(problems.values())
            mended += [fault.keys for fault in faults]
            tree = reduce(lambda mending, fault: _mended(mending, fault.keys, above), faults, tree)
    if document is not None and not any(len(keys) > 1 and keys[-2] in ENTRIES for keys in mended):
        for keys, text in islice(consistency.problems(document), MOST_PROBLEMS + 1):
            if not any(keys[: len(other)] == other[: len(keys)] for other in mended):
                problem = Problem(place_of(tree, keys), dotted(keys), text)
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


def _faults(error: ValidationError, tree: Node) -> Iterator[Fault]:
    """Faults that pydantic found, those inside one value each by itself; what a file lacks as a whole is one."""
    found = error.errors(include_url=False, include_input=False)
    at_top = [fault for fault in found if len(fault["loc"]) == 1]
    lacking = [str(fault["loc"][0]) for fault in at_top if fault["type"] == "missing"]
    slips = [str(fault["loc"][0]) for fault in at_top[:MOST_PROBLEMS] if fault["type"] == "extra_forbidden"]
    meant = any(get_close_matches(slip, ["extends"]) for slip in slips)
    if len(lacking) > 1 and not meant:
        yield Fault((), f"neither extends nor {', '.join(lacking)} is given: write {EXTENDS}, or give them all")
    nameless = {fault["loc"][:-1] for fault in found if fault["loc"][-1:] == (KEY,)}
    for fault in found:
        if any(fault["loc"][: len(keys)] == keys and fault["loc"][-1] != KEY for keys in nameless):
            continue
        raised = fault.get("ctx", {}).get("error")
        if isinstance(raised, PlacedError):
            for each in (raised, *raised.others):
                yield Fault((*fault["loc"], *each.keys), str(each), each.of_key)
        elif not (fault["type"] == "missing" and fault["loc"][0] in lacking and (len(lacking) > 1 or meant)):
            yield _fault(fault["loc"], fault, tree)


def _fault(keys: Keys, fault: Any, tree: Node) -> Fault:
    """Place and wording of one fault that pydantic found."""
    raised = fault.get("ctx", {}).get("error")
    if raised is not None:
        return Fault(keys, str(raised))
    if keys[-1:] == (KEY,):
        return Fault(keys[:-1], WORDING["invalid_key"], of_key=True)
    if fault["type"] == "extra_forbidden":
        return Fault(keys, f"no such key{format_keys.instead_of(keys)}", of_key=True)
    if fault["type"] == "missing":
        return Fault(keys[:-1], _missing(keys, tree))
    return Fault(keys, _unlike(fault, _descend(tree, keys)))


def _unlike(fault: Any, found: Node) -> str:
    """What is wrong with a value of another type than the format has there."""
    colon = isinstance(found.value, str) and "：" in found.value
    if fault["type"] in WORDING:
        return f"{WORDING[fault['type']]}{f'; {HALF_WIDTH}' if colon else ''}"
    if fault["type"] == "bool_type":
        return f"must be true or false, not {found.told}"
    return f"{fault['msg'].replace('Input should be', 'must be')}, not {_short(found.plain)}"


def _missing(keys: Keys, tree: Node) -> str:
    """A key is missing; where a whole entry is new and nearly another's name, that is what is wrong."""
    if len(keys) > 2 and keys[-3] in ENTRIES:
        siblings = [str(key) for key in _descend(tree, keys[:-2]).value if key != keys[-2]]
        near = did_you_mean(str(keys[-2]), siblings)
        if near:
            return f"no such {ENTRIES[str(keys[-3])]}{near}"
    return f"{keys[-1]} is missing here{format_keys.example(keys)}"


def _short(value: object) -> str:
    if isinstance(value, dict):
        return "a mapping"
    return quoted(f"{value!r}")


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
