"""What is legal and yet suspicious in a scenario: slips that a check of the format alone does not find."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from math import isfinite
from typing import Any

from simulator import uncertainty_rules
from simulator.errors import Place, Problem
from simulator.labels import Words
from simulator.results import Run
from simulator.scenario import Leaf, Scenario, leaves
from simulator.sources import LARGE_RESIDUAL, residuals, sources
from simulator.values import ALWAYS, Stay, Steps

USUALLY_ABOVE = {
    "take_up": 0.1,
    "continuing": 0.1,
    "indexation": 0.01,
    "maximum_success_rate": 0.01,
    "renewal.share": 0.01,
}
"""Shares that are usually far above these: below, but not 0, a per cent sign may stand where none is meant."""

FAR = 10.0
"""A number so many times what it overrides, or so small a part of it, may be in another unit."""

STEEP = 0.5
"""A level of this much that is written as a bare number may have been meant as a share of the base: 0.9 is +90 %."""

_PART = re.compile(r"\.[0-9]+(?:\.|$)")

TOLD = ("name", "label.en", "label.ja", "description", "description.en", "description.ja", "years")
"""What may be said again: it changes no figure."""


Leaves = Mapping[str, Leaf]
"""Values of a document by path."""


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
    own = dict(leaves(scenario.document))
    above = dict(leaves(scenario.parent.document)) if scenario.parent else {}
    yield from _idle(scenario, own, above)
    yield from _out_of_scale(scenario, own, above)
    yield from _gaps(scenario)
    yield from _uncorrelated(scenario)
    yield from of_sources(scenario)
    for path, leaf in own.items():
        yield from _tiny(scenario, path, leaf)
        if path in scenario.overrides:
            yield from _too_late(scenario, path, leaf)
    if run is not None:
        yield from _too_dear(run)


def undrawn(scenario: Scenario) -> Iterator[Warned]:
    """That results are at the expected values of what is uncertain."""
    if unsure := uncertainty_rules.inputs(scenario.document):
        yield Warned("expected", {"scenario": scenario.title, "inputs": len(unsure)})


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


def _idle(scenario: Scenario, own: Leaves, above: Leaves) -> Iterator[Warned]:
    """Overrides equal to what they override."""
    if scenario.parent is None:
        return
    changed: dict[str, bool] = {}
    for path in scenario.overrides:
        value = _PART.split(path)[0]  # a list, or extensions, are overridden as one value
        changed[value] = changed.get(value, False) or path not in above or own[path] != above[path]
    for path in (path for path, differs in changed.items() if not differs and path not in TOLD):
        yield Warned("idle", {"parent": scenario.parent.name}, scenario.places.get(path), path)


def _out_of_scale(scenario: Scenario, own: Leaves, above: Leaves) -> Iterator[Warned]:
    """Overrides far from what they override, factors of ten or more, and levels that may be meant as shares."""
    for path in scenario.overrides:
        value, before = _largest(own.get(path)), _largest(above.get(path) or _replaced(scenario, path))
        place, ratio = scenario.places.get(path), abs(value / before) if value and before else 1.0
        if path.endswith("budget.level"):
            if abs(value) >= STEEP and isinstance(_written(scenario, path), int | float):
                yield Warned("steep", {"level": f"{value:+.12g}", "share": f"{value:+.0%}"}, place, path)
        elif path.endswith(".multiply") and value >= FAR:
            yield Warned("factor", {"factor": f"{value:,.12g}"}, place, path)
        elif not 1.0 / FAR < ratio < FAR:
            told = f"{ratio:,.0f}" if ratio > 1 else f"{ratio:.2g}"
            yield Warned("scale", {"ratio": told, "before": f"{before:,.12g}"}, place, path)


def _gaps(scenario: Scenario) -> Iterator[Warned]:
    """Years between the last of a history by year and a first year that the scenario moved: nobody started in them."""
    if "first_year" not in scenario.overrides or scenario.parent is None:
        return
    first, last = scenario.document.first_year, dict[str, int]()
    for name, programme in scenario.document.programmes.items():
        for award, terms in programme.awards.items():
            last[f"{name}.{award}"] = max((year for year, _ in terms.history.steps), default=ALWAYS)
    early = {award: year for award, year in last.items() if ALWAYS < year < first - 1}
    if early:
        award, more = next(iter(early)), len(early) - 1
        told = {"first": first, "award": award, "last": early[award], "more": more}
        yield Warned("gaps" if more else "gap", told, scenario.places.get("first_year"), "first_year")


def _uncorrelated(scenario: Scenario) -> Iterator[Warned]:
    """Correlations that the scenario's own file gives with an input that is certain."""
    unsure = uncertainty_rules.inputs(scenario.document)
    for number, correlation in enumerate(scenario.document.correlations):
        path = f"correlations.{number}.between"
        place = scenario.places.get(path)
        for name in correlation.between:
            if name not in unsure and place and place.file == scenario.tree.place.file:
                yield Warned("uncorrelated", {"input": name}, place, path)


def _largest(leaf: Leaf | None) -> float:
    """The number farthest from 0 of a leaf in internal units; 0 where it has none."""
    values = [value for _, value in leaf.steps] if isinstance(leaf, Steps) else []
    numbers = [end for value in values for end in (value.ranges[-1][:2] if isinstance(value, Stay) else (value,))]
    return max((each for each in numbers if isinstance(each, float) and isfinite(each)), key=abs, default=0.0)


def _replaced(scenario: Scenario, path: str) -> Leaf | None:
    """The appropriations in whose place a base in money stands."""
    programme = path.removeprefix("programmes.").removesuffix(".budget.base")
    if not path.endswith(".budget.base") or programme not in scenario.document.programmes:
        return None
    return next(iter(scenario.document.programmes[programme].appropriations.values()))


def _written(scenario: Scenario, path: str) -> object:
    """The value of a path as it is written."""
    node = scenario.tree
    for key in path.split("."):
        if not isinstance(node.value, dict) or key not in node.value:
            return None
        node = node.value[key]
    return node.value


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
