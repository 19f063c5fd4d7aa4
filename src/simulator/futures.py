"""Futures: scenario files laid over another, and the worlds that a plan is made for."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from simulator.chains import find
from simulator.draws import Sampled
from simulator.errors import RequestError
from simulator.loading import load
from simulator.planned import Planned
from simulator.proposing import base_of
from simulator.scenario import Scenario, leaves


def in_future(scenario: Scenario, future: str | Path) -> Scenario:
    """A scenario with a future laid over its file; as it is where the future is what it rests on already."""
    if find(str(future)).resolve() in _below(scenario):
        return scenario
    return load(base_of(scenario).path, overlays=[future], settings=scenario.settings)


def _below(scenario: Scenario) -> set[Path]:
    """Files that a scenario rests on, its own among them."""
    found, here = set[Path](), scenario
    while True:
        found |= {here.path.resolve()} if here.path.name else set()
        if here.parent is None:
            return found
        here = here.parent


def worlds(
    scenario: Scenario, names: Sequence[str], sampled: Sampled | None, among: Sequence[str | Path]
) -> tuple[Planned, ...]:
    """The scenario itself, over draws where there are some, or each of several futures, with some measures.

    RequestError : a future says what a plan decides, or has other years, programmes or award types
    """
    if not among:
        return (Planned.of_scenario(scenario, names, sampled),)
    found, ahead = list[Planned](), 0
    for future in among:
        told = in_future(scenario, future)
        require_same(scenario, told, Path(future).stem)
        world = replace(Planned.of_scenario(told, names), name=Path(future).stem, ahead=ahead)
        ahead = world.size - world.selections.size - world.budgets.size
        found.append(world)
    return tuple(found)


def require_same(scenario: Scenario, future: Scenario, name: str) -> None:
    """RequestError where a future of a scenario has other years or award types, or sets what its plan decides."""
    first, second = scenario.document, future.document
    if (first.first_year, first.horizon) != (second.first_year, second.horizon):
        raise RequestError(f"--future {name}: has other years than {scenario.title}: leave them out of one")
    awards = [{of: tuple(each.awards) for of, each in document.programmes.items()} for document in (first, second)]
    if awards[0] != awards[1]:
        raise RequestError(f"--future {name}: has other programmes or award types than {scenario.title}")
    if decided := next(_decided(scenario, future), ""):
        raise RequestError(f"--future {name}: changes {decided}, which a plan decides: leave that out of the future")


def _decided(scenario: Scenario, future: Scenario) -> Iterator[str]:
    """Paths of what a plan decides that a future sets otherwise."""
    own = dict(leaves(scenario.document))
    for path, leaf in leaves(future.document):
        if _is_decided(path.split(".")) and own.get(path) != leaf:
            yield path


def _is_decided(path: Sequence[str]) -> bool:
    """Whether a plan stands in the place of a leaf: the money of all and of each programme, and what is selected."""
    return path[0] == "budget" or path[2:3] == ["budget"] or path[-1] in ("intake", "plan", "budget_share")
