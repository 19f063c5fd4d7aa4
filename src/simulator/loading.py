"""The only reader of scenario and portfolio files: `extends`, merging, places, did-you-mean.

A file is merged over the one it extends, key by key; lists and values of a leaf (by year, mixtures, shares)
replace. What results is checked as a whole, and every problem is reported at the place it was written.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import Any

from simulator import consistency
from simulator.causes import at_their_causes
from simulator.chains import Layer, chain_of, find
from simulator.errors import MOST_PROBLEMS, TEXTS, InputError, Place, Problem, did_you_mean, dotted, printable
from simulator.merging import assign, merge, overlay, under
from simulator.nodes import DEEPEST, Node, read_text
from simulator.scenario import FOR_PEOPLE, Document, Scenario, leaves
from simulator.validation import checked, place_of

COMMAND_LINE = "--set"
LONGEST_SETTING = 120
"""Characters of a setting that a message shows."""

Loadable = Scenario | str | Path
"""A scenario, or the path of its file."""


def loaded(scenario: Loadable) -> Scenario:
    """A scenario, read where it is the path of one."""
    return scenario if isinstance(scenario, Scenario) else load(scenario)


def load(path: str | Path, *, settings: Sequence[str] = (), overlays: Sequence[str | Path] = ()) -> Scenario:
    """Read a scenario or portfolio file, resolve what it extends and check it.

    Parameters
    ----------
    path : a YAML file, or the name of a shipped portfolio
    settings : `PATH=VALUE` texts laid over the file, with YAML values, as `--set` gives them
    overlays : scenario files on the same baseline; what they change is laid over the file

    Raises
    ------
    InputError : the file or one it extends cannot be read or says something the format does not allow; every
        problem of every file is in it, those of the file that was asked for first

    """
    chain = chain_of(find(str(path)))
    stack = Stack()
    for layer in chain:
        stack.lay(layer)
    if overlays:
        stack.lay(overlay(chain, [chain_of(find(str(other))) for other in overlays]))
    if settings:
        own = Node({}, Place(COMMAND_LINE, 0, 0))
        merged = stack.tree
        for setting in settings:
            keys, value = _setting(setting)
            own, merged = under(keys, value, own), assign(merged, keys, value)
        stack.lay(Layer(stack.layers[-1].name, own, Path()), merged)
    return replace(stack.resolved(), settings=tuple(settings))


@dataclass
class Stack:
    """Layers laid so far: the tree they make, the same without its faults, the scenario, and all problems."""

    layers: list[Layer] = field(default_factory=list)
    tree: Node = field(default_factory=lambda: Node({}, Place("", 0, 0)))
    sound: Node | None = None
    scenario: Scenario | None = None
    problems: dict[str, Problem] = field(default_factory=dict)

    def lay(self, layer: Layer, merged: Node | None = None) -> None:
        """One more layer; `merged` is the tree it makes where that is known."""
        below, known = self.tree.without(*FOR_PEOPLE), set(self.problems)
        self.tree = merged or (merge(below, layer.tree) if self.layers else layer.tree)
        document, sound, problems = checked(self.tree, self.sound)
        if self.scenario:
            new = [problem for problem in problems if str(problem) not in known]
            problems = at_their_causes(new, layer.tree, lambda own: checked(merge(below, own), self.sound)[2])
        self.layers.append(layer)
        if document is not None:
            if self.scenario:
                problems += _unknown_indices(document, self.scenario.document, self.tree)
            self.scenario, self.sound = _scenario(document, self.tree, layer, self.scenario), sound
        self.problems.update((str(problem), problem) for problem in problems)

    def resolved(self) -> Scenario:
        """The scenario; InputError with every problem there is, those of the last layers first."""
        if self.problems or self.scenario is None:
            found = list(self.problems.values())
            newest = {layer.tree.place.file: rank for rank, layer in enumerate(reversed(self.layers))}
            places = [(newest.get(each.place.file, -1), each.place.line, each.place.column) for each in found]
            raise InputError(_first([each for _, each in sorted(zip(places, found, strict=True), key=itemgetter(0))]))
        return self.scenario


def _first(problems: list[Problem]) -> list[Problem]:
    """The problems, or the first of very many."""
    if len(problems) <= MOST_PROBLEMS:
        return problems
    more = Problem(problems[MOST_PROBLEMS].place, "", "there are more problems than these: mend them first")
    return [*problems[:MOST_PROBLEMS], more]


def _scenario(document: Document, tree: Node, own: Layer, parent: Scenario | None) -> Scenario:
    """Scenario of a document, whose last layer is `own`."""
    own_paths = {path for path, _ in own.tree.walk()}
    return Scenario(
        name=own.name,
        document=document,
        portfolio=parent.portfolio if parent else document,
        parent=parent,
        tree=tree,
        path=own.path,
        places={path: node.place for path, node in tree.walk()},
        overrides=tuple(path for path, _ in leaves(document) if _leaf_written(path) in own_paths) if parent else (),
    )


def _leaf_written(path: str) -> str:
    """Path under which a leaf was written: extensions are one value, whose years have several spellings."""
    above, extensions, _ = path.partition(".extensions.")
    return f"{above}{extensions}".rstrip(".") if extensions else path


def _setting(text: str) -> tuple[list[object], Node]:
    """Keys and value of `PATH=VALUE`."""
    place = Place(printable(f"{COMMAND_LINE} {text}", LONGEST_SETTING), 0, 0)
    path, equals, value = text.partition("=")
    if not equals or not path.strip() or not value.strip():
        raise InputError.single(place, "", "a setting is PATH=VALUE, such as budget.level=+10%")
    try:
        node = read_text(value, place.file)
    except InputError as error:
        raise InputError([replace(problem, place=place) for problem in error.problems]) from error
    if path.count(".") > DEEPEST:
        raise InputError.single(place, "", "the path is too long")
    keys: list[object] = [int(key) if key.isdigit() else key for key in path.strip().split(".")]
    return keys, _placed(node, place)


def _placed(node: Node, place: Place) -> Node:
    """`node` with every place set to `place`, its source, note, owner and day kept."""
    value = node.value
    if isinstance(value, dict):
        value = {key: _placed(item, place) for key, item in value.items()}
    elif isinstance(value, list):
        value = [_placed(item, place) for item in value]
    beside: dict[str, Any] = {name: getattr(node.place, name) for name in TEXTS}
    return Node(value, replace(place, **beside), dict.fromkeys(node.key_places, place))


def _unknown_indices(document: Document, parent: Document, tree: Node) -> list[Problem]:
    """Indices that a scenario adds and nothing uses: misspelt names."""
    added = [name for name in document.economy if name not in parent.economy]
    used = consistency.indices_used(document)
    return [
        Problem(
            place_of(tree, ("economy", name)),
            dotted(("economy", name)),
            f"no such index: nothing is priced by it{did_you_mean(name, list(parent.economy))}",
        )
        for name in islice((name for name in added if name not in used), MOST_PROBLEMS + 1)
    ]
