"""Prices of a run as plain numbers: indices, components, the real value of the monthly payment (model.md section 3)."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from simulator.award_types import Award, Component
from simulator.events.numbers import Numbers

LEAST, MOST = 1e-100, 1e100
"""Bounds of an index and of what the real value multiplies applicants by: beyond, numbers would overflow."""


class Instalments(NamedTuple):
    """What the agency pays per award: its price by year, and the share paid in each fiscal year since the start."""

    price: list[float]
    shares: list[float]


class Prices(NamedTuple):
    """Million yen by year that the agency pays for a start, an end and a month in place, and per award."""

    start: list[float]
    end: list[float]
    month: list[float]
    instalments: list[Instalments]


def prices(numbers: Numbers, path: str, award: Award) -> Prices:
    """Prices of an award type in every year simulated."""
    sums = {basis: [0.0] * len(numbers.years) for basis in ("start", "end", "month")}
    instalments = []
    for name, component in award.costs.items():
        if component.payer != "agency":
            continue
        price = component_price(numbers, path, award, name)
        if component.per == "award":
            instalments.append(Instalments(price, numbers.spread(f"{path}.costs.{name}.spread")))
            continue
        basis, parts = ("month", 12.0) if component.per == "year" else (component.per, 1.0)
        sums[basis] = [so_far + each / parts for so_far, each in zip(sums[basis], price, strict=True)]
    return Prices(sums["start"], sums["end"], sums["month"], instalments)


def component_price(numbers: Numbers, path: str, award: Award, name: str) -> list[float]:
    """``amount · (1 + revision_t) · I_t^ι``, by share of the destinations."""
    costs = f"{path}.costs.{name}"
    price = [0.0] * len(numbers.years)
    for share, place in _places(numbers, path, award):
        component = award.costs[name]
        amount = numbers.once(_at(component, costs, "amount", place))
        index = component.index[place] if isinstance(component.index, dict) else component.index
        moved = passed_on(numbers, index, _at(component, costs, "indexation", place))
        price = [so_far + share * amount * each for so_far, each in zip(price, moved, strict=True)]
    return [each * (1.0 + level) for each, level in zip(price, numbers.by_year(f"{costs}.revision"), strict=True)]


def real_value(numbers: Numbers, path: str, award: Award) -> list[float]:
    """``Σ price_t / Σ amount`` over the agency's monthly components, over the cost of living."""
    price, amount = [0.0] * len(numbers.years), 0.0
    for name, component in award.costs.items():
        if component.payer == "agency" and component.per == "month":
            each = component_price(numbers, path, award, name)
            price = [a + b for a, b in zip(price, each, strict=True)]
            amount += sum(
                share * numbers.once(_at(component, f"{path}.costs.{name}", "amount", place))
                for share, place in _places(numbers, path, award)
            )
    living = award.demand.cost_of_living if award.demand else None
    ratio = [each / amount for each in price] if amount > 0 else [1.0] * len(price)
    return ratio if living is None else [a / b for a, b in zip(ratio, _index(numbers, living), strict=True)]


def raised(value: float, power: float) -> float:
    """``v^ε``, never so much that numbers overflow."""
    if value == 0.0:
        return 0.0 if power > 0 else 1.0
    try:
        return min(float(value**power), MOST)
    except OverflowError:
        return MOST


def passed_on(numbers: Numbers, index: str | None, indexation: str) -> list[float]:
    """``I_t^ι``; 1 without an index."""
    if index is None:
        return [1.0] * len(numbers.years)
    share = numbers.once(indexation)
    return [level**share for level in _index(numbers, index)]


def _places(numbers: Numbers, path: str, award: Award) -> list[tuple[float, str]]:
    """Destinations with their shares; one without a name where there are none."""
    named = award.destinations or {}
    return [(numbers.once(f"{path}.destinations.{place}"), place) for place in named] or [(1.0, "")]


def _at(component: Component, path: str, field: str, place: str) -> str:
    """Path of a field that may be given by destination."""
    return f"{path}.{field}.{place}" if isinstance(getattr(component, field), dict) else f"{path}.{field}"


def _index(numbers: Numbers, name: str) -> list[float]:
    """``I_t``, 1 in the price base year."""
    if numbers.document.economy[name].path is not None:
        return numbers.by_year(f"economy.{name}.path")
    base, years = numbers.document.price_base_year, numbers.years
    spanned = range(min(base, years.start), max(base + 1, years.stop))
    growth = dict(zip(spanned, numbers.by_year(f"economy.{name}.growth", spanned), strict=True))
    return [_level(lambda year: 1.0 + growth[year], base, year) for year in years]


def _level(factor: Callable[[int], float], base: int, year: int) -> float:
    """From 1 in the base year, forwards or backwards."""
    level = 1.0
    for later in range(base + 1, year + 1):
        level = max(level * factor(later), LEAST)
    for later in range(year + 1, base + 1):
        level = min(level / max(factor(later), LEAST), MOST)
    return level


def grown(growth: Sequence[float]) -> list[float]:
    """``Π_{first < s ≤ t} (1 + growth_s)``."""
    found, level = [], 1.0
    for place, rate in enumerate(growth):
        level *= 1.0 + (rate if place else 0.0)
        found.append(level)
    return found
