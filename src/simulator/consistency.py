"""Rules between the fields of a document: names that must exist, shares that belong together, rules that need data."""

import re
from collections.abc import Iterator

from simulator import award_rules, budget_rules, ranges, uncertainty_rules
from simulator.award_rules import Fault
from simulator.errors import did_you_mean, quoted
from simulator.scenario import Document, Programme
from simulator.shares import SHARES_SUM_TOLERANCE

FARTHEST = 100
"""Years that a run, or its prices, may span."""

_WORD = re.compile(r"[\w-]+")


def problems(document: Document) -> Iterator[Fault]:
    """Every broken rule, as (keys of the place, what is wrong and what to write)."""
    for rules in (_names, _time, _economy, budget_rules.problems):
        yield from rules(document)
    for name, programme in document.programmes.items():
        yield from ((("programmes", name, *keys), text) for keys, text in _programme(programme, document))
    yield from uncertainty_rules.problems(document)
    yield from ranges.problems(document)


def indices_used(document: Document) -> set[str]:
    """Names of the indices that move some price."""
    programmes = document.programmes.values()
    components = [c for p in programmes for a in p.awards.values() for c in a.costs.values()]
    names = {name for component in components for name in award_rules.indices_of(component).values()}
    living = {a.demand.cost_of_living for p in programmes for a in p.awards.values() if a.demand}
    return {name for name in (*names, *living, *(p.fixed_costs.index for p in programmes)) if name}


def _names(document: Document) -> Iterator[Fault]:
    """Ids are words, so that paths, tables and conditions can name them."""
    named: list[tuple[object, ...]] = [("economy", name) for name in document.economy]
    for name, programme in document.programmes.items():
        named.append(("programmes", name))
        named += [("programmes", name, "appropriations", column) for column in programme.appropriations]
        for award, terms in programme.awards.items():
            path = ("programmes", name, "awards", award)
            named += [path, *((*path, "costs", cost) for cost in terms.costs)]
            named += [(*path, "destinations", destination) for destination in terms.destinations or ()]
    for keys in named:
        if not _WORD.fullmatch(str(keys[-1])):
            yield keys, f"{quoted(repr(keys[-1]))} is no name: write one word of letters, digits, _ and -"
    if "total" in document.programmes:
        yield ("programmes", "total"), "total stands for the whole portfolio: give the programme another name"
    agencies = sorted({programme.agency for programme in document.programmes.values()})
    for agency in document.plan_periods:
        near = did_you_mean(agency, agencies)
        if agency not in agencies and near:
            yield ("plan_periods", agency), f"no programme is run by this agency{near}"


def _time(document: Document) -> Iterator[Fault]:
    first, last = document.horizon
    if first < document.first_year:
        yield ("years",), f"FY{first} is before FY{document.first_year}, the first year that can be simulated"
    if last - document.first_year >= FARTHEST:
        yield ("years",), f"{last} is more than {FARTHEST} years on: write a nearer year"
    if abs(document.price_base_year - document.first_year) > FARTHEST:
        yield ("price_base_year",), f"is more than {FARTHEST} years from FY{document.first_year}: write a nearer year"


def _economy(document: Document) -> Iterator[Fault]:
    base = document.price_base_year
    for name, index in document.economy.items():
        if index.growth is not None and index.path is not None:
            whole = f"economy.{name}={{path: {{{base}: 1.0, {base + 1}: 1.2}}}}"
            yield ("economy", name), f"has both a growth and a path: replace the index as a whole, {whole}"
        elif index.growth is None and index.path is None:
            yield ("economy", name), "an index has either a growth or a path: write {growth: 1%}"
        elif index.path is not None and index.path.at(base) != 1.0:
            value = index.path.at(base)
            yield ("economy", name, "path"), f"is {value:g} in FY{base}: an index is 1 in the price base year"


def _programme(programme: Programme, document: Document) -> Iterator[Fault]:
    yield from budget_rules.own(programme)
    fixed = programme.fixed_costs
    if fixed.index is not None and fixed.index not in document.economy:
        yield ("fixed_costs", "index"), f"no such index: it has {', '.join(document.economy) or 'none'}"
    yield from _shares(programme)
    for name, award in programme.awards.items():
        for keys, text in award_rules.problems(award, programme, document):
            yield ("awards", name, *keys), text


def _shares(programme: Programme) -> Iterator[Fault]:
    given = [award.budget_share for award in programme.awards.values() if award.budget_share is not None]
    if given and len(given) < len(programme.awards):
        lacking = next(name for name, award in programme.awards.items() if award.budget_share is None)
        yield ("awards", lacking), "budget_share is given for other types of the programme: give it for all or none"
        return
    for year in sorted({year for share in given for year, _ in share.steps}):
        total = sum(share.at(year) for share in given)
        if abs(total - 1.0) > SHARES_SUM_TOLERANCE:
            when = f" in FY{year}" if year else ""
            told = f"the budget shares of its types add up to {total:.6g}{when}, not 1: make them add up to 100%"
            yield ("awards",), told
            return
