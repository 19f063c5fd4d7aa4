"""What one run of a scenario says, read into plain Python: award types, programmes, the split of a total."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import ceil, inf
from typing import NamedTuple

import numpy as np

from simulator import appropriations
from simulator.award_types import Award
from simulator.events import prices
from simulator.events.life import Expected, Terms, expected
from simulator.events.numbers import Numbers
from simulator.events.prices import Prices
from simulator.leaves import Leaves

STAYING_ON = (1.0 / 12.0,) * 12
"""Extensions begin in any month of their year alike."""


class Link(NamedTuple):
    """A share of what award type `source` completes that, `lag` years on, starts or applies in another."""

    source: int
    share: float
    lag: int


class Demand(NamedTuple):
    """Applicants by year but for those that completions bring, θ by year, and what brings them."""

    applicants: list[float]
    highest_rate: list[float]
    feeds: list[Link]


class Extension(NamedTuple):
    """The share of a year's completions that stays on, and what is expected of one that does."""

    share: float
    life: Expected


@dataclass(frozen=True)
class AwardTerms:
    """An award type: years count from the first simulated (0), those of the history are below.

    `lives` are the terms by year of start from `-reach` on; `path` names it.
    """

    path: str
    take_up: list[float]
    deferral: list[float]
    continuing: list[float]
    budget_share: list[float]
    plan: list[float] | None
    maximum: list[float]
    prices: Prices
    reach: int
    lives: list[Terms]
    history: list[float]
    backlog: float
    demand: Demand | None
    promoted: list[Link]
    extensions: dict[int, Extension]

    def life(self, year: int) -> Terms:
        """Terms of the awards that start in a year."""
        return self.lives[year + self.reach]

    @cached_property
    def first_cost(self) -> list[float]:
        """``u_0`` by year."""
        return [self._cost(year, first=True) for year in range(len(self.take_up))]

    @cached_property
    def whole_cost(self) -> list[float]:
        """``Σ_k u_k`` by year."""
        return [self._cost(year, first=False) for year in range(len(self.take_up))]

    @cached_property
    def paid_later(self) -> list[list[float]]:
        """By fiscal year since the start, what is still to be paid per award after it, at the prices of each year."""
        longest = max((len(each.shares) for each in self.prices.instalments), default=0)
        years = range(len(self.take_up))
        return [
            [
                sum(each.price[year] * sum(each.shares[offset + 1 :]) for each in self.prices.instalments)
                for year in years
            ]
            for offset in range(longest)
        ]

    def selection_cost(self, year: int) -> float:
        """``τ (1 − δ) u_0``: what one selected costs in its year."""
        return self.take_up[year] * (1.0 - self.deferral[year]) * self.first_cost[year]

    def _cost(self, year: int, *, first: bool) -> float:
        """What an award that starts in a year costs at its prices, in that year or until nothing is left of it."""
        life, paid = expected(self.life(year)), self.prices
        upto = 1 if first else len(life.months)
        cost = paid.start[year] + paid.end[year] * sum(life.exits[:upto]) + paid.month[year] * sum(life.months[:upto])
        for each in paid.instalments:
            cost += each.price[year] * sum(each.shares[: 1 if first else None])
        return cost


@dataclass(frozen=True)
class ProgrammeTerms:
    """A programme: the places of its award types among all, its rules, and its money by year."""

    row: int
    awards: list[int]
    intake: str
    whole_awards: bool
    given: list[float]
    fixed_costs: list[float]
    reserve: list[float]
    carry_limit: list[float]
    lapses: list[bool]


@dataclass(frozen=True)
class Split:
    """A total that is split by priority: by year, who is served in which order, who gets what share of the rest."""

    total: list[float]
    order: tuple[int, ...]
    weights: list[list[float]]


@dataclass(frozen=True)
class Portfolio:
    """All that one run reads; `names` are the programme and the award type of each of `awards`."""

    years: int
    first_year: int
    awards: list[AwardTerms]
    programmes: list[ProgrammeTerms]
    split: Split | None
    names: tuple[tuple[str, str], ...]


def portfolio(leaves: Leaves, run: int) -> Portfolio:
    """What one run of a block says."""
    numbers = Numbers(leaves, run)
    programmes = leaves.labels.programmes
    given = numbers.column(appropriations.allocated(leaves)).tolist()
    rows = [_programme(numbers, name, row, [year[row] for year in given]) for row, name in enumerate(programmes)]
    return Portfolio(
        years=len(numbers.years),
        first_year=numbers.years.start,
        awards=[_award(numbers, *names) for names in leaves.labels.awards],
        programmes=rows,
        split=_split(numbers) if leaves.document.budget.allocation == "priority" else None,
        names=leaves.labels.awards,
    )


def _split(numbers: Numbers) -> Split:
    found = appropriations.priority(numbers.leaves, np.zeros((len(numbers.years), len(numbers.document.programmes), 1)))
    total, weights = numbers.column(found.total), numbers.column(found.weights)
    return Split(total.tolist(), found.order, weights.tolist())


def _programme(numbers: Numbers, name: str, row: int, given: list[float]) -> ProgrammeTerms:
    path, programme = f"programmes.{name}", numbers.document.programmes[name]
    names, years = numbers.leaves.labels.awards, numbers.years
    moved = prices.passed_on(numbers, programme.fixed_costs.index, f"{path}.fixed_costs.indexation")
    amount = numbers.by_year(f"{path}.fixed_costs.amount")
    period = numbers.document.plan_periods.get(programme.agency)
    return ProgrammeTerms(
        row=row,
        awards=[place for place, (of, _) in enumerate(names) if of == name],
        intake=programme.intake,
        whole_awards=programme.whole_awards,
        given=given,
        fixed_costs=[a * b for a, b in zip(amount, moved, strict=True)],
        reserve=numbers.by_year(f"{path}.reserve"),
        carry_limit=numbers.given(f"{path}.carry_limit", inf),
        lapses=[period is not None and year in period.ends for year in years],
    )


def _award(numbers: Numbers, programme: str, name: str) -> AwardTerms:
    path, award = f"programmes.{programme}.awards.{name}", numbers.document.programmes[programme].awards[name]
    leaves, first = numbers.leaves, numbers.years.start
    spreads = [leaves.longest_spread(f"{path}.costs.{cost}.spread") for cost in award.costs]
    touched = ceil((leaves.latest_month(f"{path}.start_months") + leaves.longest_stay(path)) / 12.0)
    reach = max(touched, *spreads) + _longest_lag(numbers)
    types = len(numbers.document.programmes[programme].awards)
    return AwardTerms(
        path=path,
        take_up=numbers.by_year(f"{path}.take_up"),
        deferral=numbers.by_year(f"{path}.deferral"),
        continuing=numbers.by_year(f"{path}.continuing"),
        budget_share=numbers.given(f"{path}.budget_share", 1.0 / types),
        plan=numbers.by_year(f"{path}.plan") if leaves.has(f"{path}.plan") else None,
        maximum=numbers.given(f"{path}.maximum", inf),
        prices=prices.prices(numbers, path, award),
        reach=reach,
        lives=[numbers.terms(path, year) for year in range(first - reach, numbers.years.stop)],
        history=numbers.named(f"{path}.history", range(first - reach, first)),
        backlog=numbers.once(f"{path}.backlog"),
        demand=_demand(numbers, path, award, (programme, name)),
        promoted=_links(numbers, "promotes", (programme, name)),
        extensions=dict(_extension(numbers, path, year) for year in award.extensions if year in numbers.years),
    )


def _longest_lag(numbers: Numbers) -> int:
    """Years after which completions may still promote or feed."""
    types = [award for programme in numbers.document.programmes.values() for award in programme.awards.values()]
    return max([1, *(link.lag for award in types for link in (*award.promotes, *award.feeds))])


def _demand(numbers: Numbers, path: str, award: Award, names: tuple[str, str]) -> Demand | None:
    if award.demand is None:
        return None
    growth = prices.grown(numbers.by_year(f"{path}.demand.growth"))
    worth, power = prices.real_value(numbers, path, award), numbers.once(f"{path}.demand.elasticity")
    first = numbers.once(f"{path}.demand.applicants")
    applicants = [first * rate * prices.raised(value, power) for rate, value in zip(growth, worth, strict=True)]
    highest_rate = numbers.by_year(f"{path}.demand.maximum_success_rate")
    return Demand(applicants, highest_rate, _links(numbers, "feeds", names))


def _links(numbers: Numbers, kind: str, target: tuple[str, str]) -> list[Link]:
    """Links of a kind that lead to an award type."""
    found = []
    for source, (programme, award) in enumerate(numbers.leaves.labels.awards):
        for place, link in enumerate(getattr(numbers.document.programmes[programme].awards[award], kind)):
            if link.target == target:
                share = numbers.once(f"programmes.{programme}.awards.{award}.{kind}.{place}.share")
                found.append(Link(source, share, link.lag))
    return found


def _extension(numbers: Numbers, path: str, year: int) -> tuple[int, Extension]:
    share, months = (numbers.once(f"{path}.extensions.{year}.{part}") for part in ("share", "duration"))
    return year - numbers.years.start, Extension(share, expected(Terms(((months, months, 1.0),), STAYING_ON, 0.0)))


Build = Callable[[int], Portfolio]


def portfolios(leaves: Leaves, *, varies: bool) -> Build:
    """What each run of a block says, read once where nothing varies over the runs."""
    if varies:
        return lambda run: portfolio(leaves, run)
    alike = portfolio(leaves, 0)
    return lambda _: alike
