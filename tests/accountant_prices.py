"""The accountant's prices: indices, components, and what the monthly payment is worth; model.md section 3."""

from math import exp

from simulator.award_types import Award, Component
from simulator.scenario import Document
from simulator.values import Number


def index(document: Document, name: str | None, year: int) -> float:
    """An economic index: 1 in the price base year."""
    if name is None:
        return 1.0
    economy = document.economy[name]
    if economy.path is not None:
        return expected(document, economy.path, year)
    assert economy.growth is not None
    value, base = 1.0, document.price_base_year
    for later in range(base + 1, year + 1):
        value *= 1 + expected(document, economy.growth, later)
    for later in range(year + 1, base + 1):
        value /= 1 + expected(document, economy.growth, later)
    return value


def expected(document: Document, path: Number, year: int) -> float:
    """A value by year; of an uncertain path what is expected, step by step from the first year (model.md section 7)."""
    process = path.process
    if process is None:
        return path.at(year)
    value = process.start
    for _ in range(document.first_year, year):
        if process.kind == "gbm":
            value *= exp(process.drift)
        else:
            value = process.mean + process.pull * (value - process.mean) + process.drift
    return value


def shares_of(award: Award, year: int) -> dict[str, float]:
    """Shares of the destinations; one without a name where there are none."""
    return {place: share.at(year) for place, share in (award.destinations or {}).items()} or {"": 1.0}


def price(document: Document, award: Award, component: Component, year: int) -> float:
    """Price of a component: share-weighted over the destinations where there are any."""
    money = 0.0
    for place, share in shares_of(award, year).items():
        passed_on = _number(component.indexation, place, year)
        name = component.index[place] if isinstance(component.index, dict) else component.index
        money += share * _number(component.amount, place, year) * index(document, name, year) ** passed_on
    return money * (1 + component.revision.at(year))


def amount(award: Award, component: Component, year: int) -> float:
    """Amount of a component: its price without revision and index."""
    return sum(share * _number(component.amount, place, year) for place, share in shares_of(award, year).items())


def real_value(document: Document, award: Award, year: int) -> float:
    """What the agency pays a holder a month, against what it would without revision and index, by cost of living."""
    monthly = [part for part in award.costs.values() if part.per == "month" and part.payer == "agency"]
    amounts = sum(amount(award, part, year) for part in monthly)
    prices = sum(price(document, award, part, year) for part in monthly)
    living = award.demand.cost_of_living if award.demand else None
    return (prices / amounts if amounts else 1.0) / index(document, living, year)


def _number(value: Number | dict[str, Number], place: str, year: int) -> float:
    return (value[place] if isinstance(value, dict) else value).at(year)
