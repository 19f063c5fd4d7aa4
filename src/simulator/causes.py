"""Which value of a file breaks a rule where another file stands: the fault is told at that value, once."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace

from simulator.errors import Problem, dotted
from simulator.format_keys import Keys
from simulator.nodes import Node
from simulator.validation import place_of

MOST_TRIALS = 50
"""Times that a file is checked without one of its values."""

Fault = tuple[str, str]
"""Path and message: what stays the same of a problem wherever it is told."""
Check = Callable[[Node], Iterable[Problem]]
"""The problems that there are with a file as it is given."""


def at_their_causes(problems: Sequence[Problem], own: Node, check: Check) -> list[Problem]:
    """Problems of other files at the value of `own` without which there are none; those of one value are one."""
    files = {own.place.file, *(node.place.file for _, node in own.walk())}
    foreign = [problem for problem in problems if problem.place.file not in files]
    trials: dict[Keys, Collection[Fault]] = {}
    told: dict[Keys, list[Problem]] = {}
    for problem in foreign:
        told.setdefault(_cause(problem, own, check, trials), []).append(problem)
    unknown = told.pop((), [])
    kept = [problem for problem in problems if problem not in foreign or problem in unknown]
    return kept + [_of(keys, faults, own) for keys, faults in told.items()]


def _cause(problem: Problem, own: Node, check: Check, trials: dict[Keys, Collection[Fault]]) -> Keys:
    """Keys of the one value without which the problem is none, as deep as there is one; none where there is not."""
    keys: Keys = ()
    node = own
    while isinstance(node.value, dict):
        causes = []
        for below in ((*keys, key) for key in node.value):
            if below not in trials:
                if len(trials) == MOST_TRIALS:
                    return keys
                trials[below] = {(each.path, each.message) for each in check(_without(own, below))}
            if (problem.path, problem.message) not in trials[below]:
                causes.append(below)
        if len(causes) != 1:
            return keys
        (keys,) = causes
        node = node.value[keys[-1]]
    return keys


def _without(node: Node, keys: Keys) -> Node:
    """A mapping without what stands under `keys`."""
    key, *rest = keys
    values = dict(node.value)
    if rest:
        values[key] = _without(values[key], tuple(rest))
    else:
        del values[key]
    return replace(node, value=values)


def _of(keys: Keys, faults: Sequence[Problem], own: Node) -> Problem:
    first = faults[0]
    more = f"; and {len(faults) - 1} more" if len(faults) > 1 else ""
    text = f"does not go with {first.path} ({first.place}): {first.message}{more}"
    return Problem(place_of(own, keys), dotted(keys), text)
