"""What is legal and yet suspicious in a scenario: slips that a check of the format alone does not find."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from simulator.errors import Place, Problem
from simulator.labels import Words
from simulator.results import Run
from simulator.scenario import Leaf, Scenario, leaves
from simulator.sources import LARGE_RESIDUAL, residuals, sources
from simulator.values import ALWAYS, Steps

USUALLY_ABOVE = {
    "take_up": 0.1,
    "continuing": 0.1,
    "indexation": 0.01,
    "maximum_success_rate": 0.01,
    "renewal.share": 0.01,
}
"""Shares that are usually far above these: below, but not 0, a per cent sign may stand where none is meant."""

_PART = re.compile(r"\.[0-9]+(?:\.|$)")

TOLD = ("name", "label.en", "label.ja", "description", "description.en", "description.ja", "years")
"""What may be said again: it changes no figure."""


@dataclass(frozen=True)
class Warned:
    """Something legal that a planner should know: a key of the label files with its values, and where it stands."""

    key: str
    values: dict[str, Any] = field(default_factory=dict)
    place: Place | None = None
    path: str = ""

    def message(self, words: Words) -> str:
        """What is suspicious, in words."""
        return words("warnings", self.key, **self.values)

    def told(self, words: Words) -> str:
        """The same with place and path before it."""
        return str(Problem(self.place, self.path, self.message(words))) if self.place else self.message(words)


def suspicions(scenario: Scenario, run: Run | None = None) -> Iterator[Warned]:
    """Overrides that change nothing or come too late, what `of_sources` finds, tiny shares; with a run, high costs."""
    yield from _idle(scenario)
    yield from of_sources(scenario)
    for path, leaf in leaves(scenario.document):
        yield from _tiny(scenario, path, leaf)
        if path in scenario.overrides:
            yield from _too_late(scenario, path, leaf)
    if run is not None:
        yield from _too_dear(run)


def expired(scenario: Scenario) -> Iterator[Warned]:
    """Assumptions whose day has passed."""
    for source in sources(scenario):
        if source.expired(date.today()):
            owner = f", {source.owner}" if source.owner else ""
            yield Warned("expired", {"expires": source.expires, "owner": owner}, source.place, source.path)


def of_sources(scenario: Scenario) -> Iterator[Warned]:
    """Expired assumptions, and residuals too large that the scenario's own file states, or a setting."""
    yield from expired(scenario)
    for residual in residuals(scenario):
        place = scenario.places[residual.path]
        if residual.share > LARGE_RESIDUAL and (place.file == scenario.tree.place.file or not place.line):
            values = {"amount": f"{residual.amount:,.1f}", "share": f"{residual.share:.1%}"}
            yield Warned("residual", values, place, residual.path)


def _idle(scenario: Scenario) -> Iterator[Warned]:
    """Overrides equal to what they override."""
    if scenario.parent is None:
        return
    own, above = dict(leaves(scenario.document)), dict(leaves(scenario.parent.document))
    changed: dict[str, bool] = {}
    for path in scenario.overrides:
        value = _PART.split(path)[0]  # a list, or extensions, are overridden as one value
        changed[value] = changed.get(value, False) or path not in above or own[path] != above[path]
    for path in (path for path, differs in changed.items() if not differs and path not in TOLD):
        yield Warned("idle", {"parent": scenario.parent.name}, scenario.places.get(path), path)


def _tiny(scenario: Scenario, path: str, leaf: Leaf) -> Iterator[Warned]:
    usual = next((least for name, least in USUALLY_ABOVE.items() if f".{name}." in f"{path}."), None)
    if usual is None or not isinstance(leaf, Steps):
        return
    for value in {value for _, value in leaf.steps if isinstance(value, float) and 0 < value < usual}:
        yield Warned("tiny", {"value": f"{value:.3g}", "share": f"{value:.2%}"}, scenario.places.get(path), path)


def _too_late(scenario: Scenario, path: str, leaf: Leaf) -> Iterator[Warned]:
    last = scenario.document.horizon[1]
    extension = path.partition(".extensions.")[2].partition(".")[0]
    if isinstance(leaf, Steps):
        years = [year for year, _ in leaf.steps if year != ALWAYS] or [int(extension or ALWAYS)]
    else:
        years = [leaf] if isinstance(leaf, int) and path.endswith(".from") else [ALWAYS]
    if min(years) > last:
        yield Warned("late", {"year": min(years), "last": last}, scenario.places.get(path), path)


def _too_dear(run: Run) -> Iterator[Warned]:
    """One award, or what earlier ones oblige in the first year, costs more than the programme's budget."""
    for programme in run.labels.programmes:
        budget = float(run.of("budget", programme)[0, 0])
        due = float(run.of("commitments", programme)[0, 0])
        path = f"programmes.{programme}"
        if due > budget:
            values = {"due": f"{due:,.1f}", "budget": f"{budget:,.1f}", "year": run.years.start}
            yield Warned("history", values, _decisive(run.scenario, path), path)
        for award in (name for of, name in run.labels.awards if of == programme):
            cost = float(run.of("cost_per_start", programme, award)[0, 0])
            if cost > budget > 0:
                below = f"{path}.awards.{award}.costs"
                values = {"cost": f"{cost:,.1f}", "budget": f"{budget:,.1f}"}
                yield Warned("dear", values, _decisive(run.scenario, path, below), below)


def _decisive(scenario: Scenario, programme: str, path: str = "") -> Place | None:
    """Where the scenario's own file gives a programme money or awards, else where these stand."""
    above = [path or programme, f"{programme}.budget", f"{programme}.appropriations", "budget.level", "budget.base"]
    own = [each for start in above for each in scenario.overrides if f"{each}.".startswith(f"{start}.")]
    return scenario.places.get(next((each for each in own if each in scenario.places), path or programme))
