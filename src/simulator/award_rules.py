"""Rules between the fields of an award type, and between award types that promote into or feed one another."""

from collections.abc import Iterator

from simulator.award_types import Award, Component, Link
from simulator.errors import did_you_mean, quoted
from simulator.scenario import Document, Programme
from simulator.shares import SHARES_SUM_TOLERANCE
from simulator.values import ALWAYS

Fault = tuple[tuple[object, ...], str]
"""Keys of the place, and what is wrong and what to write."""


def indices_of(component: Component) -> dict[tuple[object, ...], str]:
    """Indices of a component by the keys of their place."""
    if component.index is None:
        return {}
    if isinstance(component.index, str):
        return {("index",): component.index}
    return {("index", destination): name for destination, name in component.index.items()}


def problems(award: Award, programme: Programme, document: Document) -> Iterator[Fault]:
    """Every broken rule of an award type."""
    if programme.intake == "plan" and award.plan is None:
        yield (), "the intake rule is plan, but no plan is given: write plan: {2022: 100}"
    yield from _life(award, document)
    for name, component in award.costs.items():
        for keys, text in _component(component, award, document):
            yield ("costs", name, *keys), text
    for kind in ("promotes", "feeds"):
        for place, link in enumerate(getattr(award, kind)):
            yield from (((kind, place, "to"), text) for text in _link(link, kind, document))
    promoted = sum(link.share.at(ALWAYS) for link in award.promotes)
    if promoted > 1.0 + SHARES_SUM_TOLERANCE:
        yield ("promotes",), f"{promoted:.6g} of its completions are promoted: the shares add up to 100% at most"
    living = award.demand.cost_of_living if award.demand else None
    if living is not None and living not in document.economy:
        yield ("demand", "cost_of_living"), f"no such index {quoted(living)}: {_known(document)}"
    if award.outcomes.top10_share and not award.outcomes.papers_a_year:
        yield ("outcomes", "top10_share"), "is a share of papers: give papers_a_year too"


def _life(award: Award, document: Document) -> Iterator[Fault]:
    for year, _ in award.history.steps:
        if year >= document.first_year:
            yield ("history", year), f"history ends before FY{document.first_year}, the first simulated year"
    for year in award.extensions:
        if year < document.first_year:
            yield ("extensions", year), f"no extension is reckoned before FY{document.first_year}, the first year"
    renewal = award.renewal
    if renewal is None and award.duration is None:
        yield (), "an award type has a duration, or a renewal: write duration: 24 months"
    elif renewal is not None and award.duration is not None:
        yield ("renewal",), "stands instead of a duration, which is given too: write duration: null beside it"
    elif renewal is not None:
        years = {year for steps in (renewal.after.steps, renewal.until.steps) for year, _ in steps}
        if any(renewal.until.at(year) <= renewal.after.at(year) for year in years):
            yield ("renewal", "until"), "must be later than after: both count from the start of the award"


def _component(component: Component, award: Award, document: Document) -> Iterator[Fault]:
    for keys, index in indices_of(component).items():
        if index not in document.economy:
            yield keys, f"no such index {quoted(index)}: {_known(document)}"
    if (component.per == "award") != (component.spread is not None):
        yield (), "a spread belongs to per: award, and per: award needs one: write spread: [50%, 50%]"
    elif component.spread is not None and award.renewal is not None:
        yield ("per",), "award is not paid where awards are renewed: write per: year"
    for field in ("amount", "index", "indexation"):
        given = getattr(component, field)
        if not isinstance(given, dict):
            continue
        if award.destinations is None:
            yield (field,), "is given by destination, but the award type has no destinations: write one value"
        elif set(given) != set(award.destinations):
            yield (field,), f"must name each destination once: {', '.join(award.destinations)}"


def _link(link: Link, kind: str, document: Document) -> Iterator[str]:
    awards = {
        f"{p}.{a}": award for p, programme in document.programmes.items() for a, award in programme.awards.items()
    }
    if link.to not in awards:
        hint = did_you_mean(link.to, awards) or f"; write programme.award, such as {next(iter(awards))}"
        yield f"no such award type {quoted(link.to)}{hint}"
    elif kind == "feeds" and awards[link.to].demand is None:
        yield f"{link.to} has no demand, so that nobody can apply for it: give it demand: {{applicants: 800}}"


def _known(document: Document) -> str:
    return f"economy has {', '.join(document.economy) or 'none'}"
