"""What a scenario changes of its parent, in words."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from simulator.labels import Words
from simulator.quantities import LEVEL
from simulator.scenario import FOR_PEOPLE, SWEPT, Document, Leaf, Scenario, leaves
from simulator.sources import values_of
from simulator.values import Steps


class Change(NamedTuple):
    """One input: what it is of, its path, and its value in the parent and in the scenario, empty where not given."""

    of: str
    path: str
    before: str
    after: str


def changes(scenario: Scenario, words: Words, other: Scenario | None = None) -> Iterator[Change]:
    """Every input that differs from another scenario's, the parent's if none is given, in the order of the format."""
    other = other or scenario.parent
    if other is None:
        return
    above, own = dict(leaves(other.document)), dict(leaves(scenario.document))
    for path in dict.fromkeys([*own, *above]):
        if above.get(path) != own.get(path) and path.partition(".")[0] not in (*FOR_PEOPLE, SWEPT):
            field = path.rpartition(".")[2]
            before, after = (told(leaf, words, field) for leaf in (above.get(path), own.get(path)))
            yield Change(_of(path, (scenario.document, other.document), words), path, before, after)


def told(leaf: Leaf | None, words: Words, field: str) -> str:
    """A leaf as people read it: shares in per cent, money and months with their unit, values by year each with it."""
    if leaf is None:
        return ""
    signed = isinstance(leaf, Steps) and leaf.quantity.name == LEVEL.name
    parts = []
    for key, given, unit in values_of(leaf, field):
        value = _in_unit(str(given), unit, words, signed=signed)
        parts.append(f"{words.year(int(key))}: {value}" if key.isdigit() else value)
    return ", ".join(parts)


def _in_unit(text: str, unit: str, words: Words, *, signed: bool) -> str:
    try:
        number = float(text)
    except ValueError:
        return text
    if unit == "share":
        return f"{number * 100:+.6g} %" if signed and number else f"{number * 100:.6g} %"
    named = words.sections["units"].get(unit, words.sections["workbook"].get(unit, ""))
    return f"{number:,.12g} {named}".strip() if unit in ("million_yen", "month") else text


def _of(path: str, documents: Sequence[Document], words: Words) -> str:
    """Programme and award type that a path is of, in words; empty for what is of all."""
    keys = path.split(".")
    if keys[0] != "programmes":
        return ""
    for document in documents:
        if keys[1] in document.programmes:
            return _labels(document, keys, words)
    return keys[1]


def _labels(document: Document, keys: list[str], words: Words) -> str:
    programme = document.programmes[keys[1]]
    label = words.label(programme.label, keys[1])
    if keys[2:3] == ["awards"] and len(keys) > 3 and keys[3] in programme.awards and len(programme.awards) > 1:
        return f"{label}: {words.label(programme.awards[keys[3]].label, keys[3])}"
    return label
