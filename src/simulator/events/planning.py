"""What is known before anybody is selected, reckoned from this engine's own reading (model.md sections 3, 5 and 8)."""

from math import nan

import numpy as np

from simulator.events import prices
from simulator.events.life import expected
from simulator.events.numbers import Numbers
from simulator.events.terms import AwardTerms, Portfolio, portfolio
from simulator.leaves import Leaves

Known = dict[tuple[str, str, str], list[float]]
"""Values by year of a measure of an award type or of a programme: (measure, programme, award or "")."""

LEAST = 1e-9
"""A first-year cost below this, in million yen, is none."""


def known(leaves: Leaves, run: int) -> Known:
    """Prices, real values, costs, stability and the required budget of one run."""
    read, numbers, found = portfolio(leaves, run), Numbers(leaves, run), Known()
    for (programme, name), terms in zip(read.names, read.awards, strict=True):
        award = leaves.document.programmes[programme].awards[name]
        for component in award.costs:
            price = prices.component_price(numbers, terms.path, award, component)
            found[f"unit_price_{component}", programme, name] = price
        found["real_value", programme, name] = prices.real_value(numbers, terms.path, award)
        found["cost_per_start", programme, name] = terms.whole_cost
        amplification, radius = _stability(terms)
        found["amplification", programme, name] = [amplification] * read.years
        found["spectral_radius", programme, name] = [radius] * read.years
    for own, need in zip(read.programmes, _required(read), strict=True):
        if own.awards:  # others spend what they are given
            found["required_budget", leaves.labels.programmes[own.row], ""] = need
    return found


def _stability(terms: AwardTerms) -> tuple[float, float]:
    """``Σ_k u_k / u_0`` and the largest root of ``Σ_k u_k z^{−k}``, at first-year prices."""
    costs = [_cost(terms, 0, offset, 0) for offset in range(_offsets(terms, 0))]
    if costs[0] < LEAST:
        return nan, nan
    return sum(costs) / costs[0], float(max(np.abs(np.roots(costs)), default=0.0))


def _offsets(terms: AwardTerms, start: int) -> int:
    """Fiscal years that an award which starts in a year touches."""
    return max(len(expected(terms.life(start)).months), len(terms.paid_later))


def _cost(terms: AwardTerms, start: int, offset: int, year: int) -> float:
    """``u_k`` of an award that starts in a year, at the prices of another, paid in full."""
    life, paid = expected(terms.life(start)), terms.prices
    cost = paid.start[year] if offset == 0 else 0.0
    if offset < len(life.months):
        cost += paid.end[year] * life.exits[offset] + paid.month[year] * life.months[offset]
    return cost + sum(each.price[year] * each.shares[offset] for each in paid.instalments if offset < len(each.shares))


def _required(read: Portfolio) -> list[list[float]]:
    """``F + C + new awards`` where every type selects its plan every year, by programme; NaN where one has no plan."""
    paths = [_Path(terms) for terms in read.awards]
    need = [list(each.fixed_costs) for each in read.programmes]
    for year in range(read.years):
        completed = [path.completions for path in paths]
        for path in paths:
            path.promoted = sum(
                link.share * completed[link.source](year - link.lag, year - link.lag) for link in path.terms.promoted
            )
        for path in paths:
            path.start(year)
        for programme in read.programmes:
            need[programme.row][year] += sum(paths[place].cost(year) for place in programme.awards)
            if any(paths[place].terms.plan is None for place in programme.awards):
                need[programme.row][year] = nan
    return need


class _Path:
    """An award type on the path of its plan, in expectation."""

    def __init__(self, terms: AwardTerms) -> None:
        self.terms, self.deferred, self.promoted = terms, terms.backlog, 0.0
        self.starts = {back - terms.reach: number for back, number in enumerate(terms.history) if number}
        self.extended: dict[int, float] = {}

    def start(self, year: int) -> None:
        """Completions of earlier awards are extended, and the plan's selections, deferred and promoted awards start."""
        terms = self.terms
        if year in terms.extensions:
            self.extended[year] = terms.extensions[year].share * self.completions(year, year - 1)
        planned = terms.plan[year] if terms.plan is not None else 0.0
        at_once = planned * terms.take_up[year] * (1.0 - terms.deferral[year])
        self.starts[year] = at_once + self.deferred + self.promoted
        self.deferred = planned * terms.take_up[year] * terms.deferral[year]

    def completions(self, year: int, last: int) -> float:
        """Completions in a year of awards that started until the last year named."""
        total = 0.0
        for start, number in self.starts.items():
            life = expected(self.terms.life(start))
            if start <= last and 0 <= year - start < len(life.completions):
                total += number * life.completions[year - start]
        return total

    def cost(self, year: int) -> float:
        """What all who have started cost in a year."""
        cost = sum(number * _cost(self.terms, start, year - start, year) for start, number in self.starts.items())
        for begun, number in self.extended.items():
            months = self.terms.extensions[begun].life.months
            if year - begun < len(months):
                cost += number * months[year - begun] * self.terms.prices.month[year]
        return cost
