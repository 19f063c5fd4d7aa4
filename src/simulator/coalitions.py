"""What a scenario changes of another, input by input, and scenarios that change only some of it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel

from simulator.scenario import FOR_PEOPLE, Document, leaves
from simulator.values import Steps

TOGETHER = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (r"budget\.(allocation|total|priority|weights|plan)(\..*)?", "budget.allocation"),
        (r"(economy\.[^.]+)\.(path|growth)", r"\1"),
        (r"(programmes\.[^.]+)\.awards\.[^.]+\.budget_share", r"\1.awards"),
        (r"(programmes\.[^.]+)\.(intake|awards\.[^.]+\.plan)", r"\1.intake"),
        (r"(.*\.awards\.[^.]+)\.(duration|renewal)(\..*)?", r"\1.duration"),
        (r"(.*\.destinations)\..*", r"\1"),
        (r"(correlations)\..*", r"\1"),
    )
)
"""Values that only make sense together: one without the other would be no scenario."""

SKIPPED = (*FOR_PEOPLE, "years", "figures", "extends")
"""What changes no figure, or what the other scenario is shown over anyway."""

M = TypeVar("M", bound=BaseModel)
Takes = Callable[[str], bool]


@dataclass(frozen=True)
class Changed:
    """One input that is changed: its name, the paths below it that differ, whether they are numbers over the years.

    A path of something that only one of the two scenarios has stands for all below it.
    """

    name: str
    paths: tuple[str, ...]
    numeric: bool


def changed(below: Document, above: Document) -> tuple[Changed, ...]:
    """The inputs that `above` changes of `below`, in the order of the format."""
    together: dict[str, list[str]] = {}
    for path in _differing(below, above, ""):
        found = ((pattern.fullmatch(path), name) for pattern, name in TOGETHER)
        name = next((match.expand(group) for match, group in found if match), path)
        together.setdefault(name, []).append(path)
    numbers = [dict(leaves(document)) for document in (below, above)]
    return tuple(
        Changed(paths[0] if len(paths) == 1 else name, tuple(paths), all(_numeric(path, *numbers) for path in paths))
        for name, paths in together.items()
    )


def by_section(inputs: tuple[Changed, ...]) -> tuple[Changed, ...]:
    """The same with all inputs of a section as one: those of a programme, of the budget, of the economy."""
    sections: dict[str, list[Changed]] = {}
    for each in inputs:
        keys = each.name.split(".")
        sections.setdefault(".".join(keys[: 2 if keys[0] == "programmes" else 1]), []).append(each)
    return tuple(
        Changed(
            name=name if len(members) > 1 else members[0].name,
            paths=tuple(path for each in members for path in each.paths),
            numeric=all(each.numeric for each in members),
        )
        for name, members in sections.items()
    )


def mixed(below: M, above: M, takes: Takes, prefix: str = "") -> M:
    """`below` with what `above` has at the paths that `takes` says; texts for people are `below`'s."""
    update = {}
    for name, field in type(below).model_fields.items():
        one, other = getattr(below, name), getattr(above, name)
        if one is not other and one != other:
            update[name] = _mixed(one, other, takes, f"{prefix}{field.alias or name}")
    return below.model_copy(update=update)


def _mixed(below: Any, above: Any, takes: Takes, path: str) -> Any:
    if isinstance(below, BaseModel) and type(below) is type(above):
        return mixed(below, above, takes, f"{path}.")
    if isinstance(below, dict) and isinstance(above, dict):
        made = {}
        for key in dict.fromkeys([*below, *above]):
            inside = f"{path}.{key}"
            if key in below and key in above:
                made[key] = _mixed(below[key], above[key], takes, inside)
            elif (key in above) == takes(inside):
                made[key] = above[key] if key in above else below[key]
        return made
    return above if takes(path) else below


def _differing(below: Any, above: Any, path: str) -> Iterator[str]:
    """Paths at which two documents differ, each as far down as both have it."""
    inside = f"{path}." if path else ""
    if isinstance(below, BaseModel) and type(below) is type(above):
        for name, field in type(below).model_fields.items():
            if path or name not in SKIPPED:
                yield from _differing(getattr(below, name), getattr(above, name), f"{inside}{field.alias or name}")
    elif isinstance(below, dict) and isinstance(above, dict):
        for key in dict.fromkeys([*below, *above]):
            if key in below and key in above:
                yield from _differing(below[key], above[key], f"{inside}{key}")
            else:
                yield f"{inside}{key}"
    elif below is not above and below != above and path.rpartition(".")[2] not in FOR_PEOPLE:
        yield path


def _numeric(path: str, below: dict[str, Any], above: dict[str, Any]) -> bool:
    """Whether a path is a number by year on both sides, which a run axis can switch."""
    pair = below.get(path), above.get(path)
    return all(isinstance(leaf, Steps) and isinstance(leaf.steps[0][1], float) for leaf in pair) and not (
        path.startswith("economy.") and any(len(leaf.steps) > 1 for leaf in pair if leaf is not None)
    )
