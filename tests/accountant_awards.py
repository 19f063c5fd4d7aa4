"""The accountant's books of one award type: its cohorts, how they live and what they cost; model.md 2 and 3."""

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import ceil

from simulator.scenario import Award, Component, Document, Scenario
from simulator.values import Number, StartMonths, Stay

Values = dict[str, float | None]


@dataclass(frozen=True)
class Terms:
    """The life terms of a cohort: how long awards last, when they start, what share ends early in a year."""

    stay: Stay
    months: StartMonths
    ending: float


@dataclass
class LifeYear:
    """What becomes of one start in one fiscal year of its life; `in_place` after 31 March."""

    person_months: float = 0.0
    exits: float = 0.0
    completions: float = 0.0
    in_place: float = 0.0


def lasts_beyond(stay: Stay, months: float) -> float:
    """Probability that an award lasts longer than `months`."""
    probability = 0.0
    for shortest, longest, share in stay.ranges:
        if months < shortest:
            probability += share
        elif months < longest:
            probability += share * (longest - months) / (longest - shortest)
    return probability


def part_of_month(stay: Stay, month: int) -> float:
    """Expected part of an award month in place if nothing ends early: the probability of lasting, integrated.

    Between the ends of the ranges that probability is a straight line, so that width × middle is exact.
    """
    ends = {end for shortest, longest, _ in stay.ranges for end in (shortest, longest)}
    cuts = [month, *sorted(end for end in ends if month < end < month + 1), month + 1]
    return sum((b - a) * lasts_beyond(stay, (a + b) / 2) for a, b in pairwise(cuts))


@cache
def life(terms: Terms) -> list[LifeYear]:
    """The life of one start by fiscal year since its start, each start month walked month by month."""
    longest = max(longest for _, longest, _ in terms.stay.ranges)
    years = [LifeYear() for _ in range(ceil(longest / 12) + 1)]
    for first_month, weight in [(place, weight) for place, weight in enumerate(terms.months) if weight]:
        for month in range(ceil(longest)):
            year = years[(first_month + month) // 12]
            kept = (1 - terms.ending) ** (month / 12)
            kept_next = (1 - terms.ending) ** ((month + 1) / 12)
            here, here_next = lasts_beyond(terms.stay, month), lasts_beyond(terms.stay, month + 1)
            year.person_months += weight * part_of_month(terms.stay, month) * kept
            year.exits += weight * (here * kept - here_next * kept_next)
            year.completions += weight * (here - here_next) * kept
            if (first_month + month) % 12 == 11:  # March
                year.in_place += weight * here_next * kept_next
    return years


def index(document: Document, name: str | None, year: int) -> float:
    """An economic index: 1 in the price base year."""
    if name is None:
        return 1.0
    economy = document.economy[name]
    if economy.path is not None:
        return economy.path.at(year)
    assert economy.growth is not None
    value, base = 1.0, document.price_base_year
    for later in range(base + 1, year + 1):
        value *= 1 + economy.growth.at(later)
    for later in range(year + 1, base + 1):
        value /= 1 + economy.growth.at(later)
    return value


def price(document: Document, award: Award, component: Component, year: int) -> float:
    """Price of a component: share-weighted over the destinations where there are any."""
    money = 0.0
    shares = {place: share.at(year) for place, share in (award.destinations or {}).items()} or {"": 1.0}
    for place, share in shares.items():
        amount = _number(component.amount, place, year)
        passed_on = _number(component.indexation, place, year)
        name = component.index[place] if isinstance(component.index, dict) else component.index
        money += share * amount * index(document, name, year) ** passed_on
    return money * (1 + component.revision.at(year))


def _number(value: Number | dict[str, Number], place: str, year: int) -> float:
    return (value[place] if isinstance(value, dict) else value).at(year)


class AwardBook:
    """An award type on one path of selections: its cohorts, what becomes of them and what they cost."""

    def __init__(self, scenario: Scenario, programme: str, name: str) -> None:
        self.name, self.document = name, scenario.document
        self.award = scenario.document.programmes[programme].awards[name]
        self.first, self.last = self.document.first_year, self.document.horizon[1]
        home = scenario.portfolio.programmes.get(programme)
        self.earlier = home.awards.get(name, self.award) if home else self.award
        steps = [stay for _, stay in (*self.award.duration.steps, *self.earlier.duration.steps)]
        self.reach = 2 + ceil(max(longest for stay in steps for _, longest, _ in stay.ranges) / 12)
        self.starts = {y: self.award.history.at(y) or 0.0 for y in range(self.first - self.reach, self.first)}
        self.lives = {year: life(self.terms(year)) for year in range(self.first - self.reach, self.last + 1)}
        self.selected: dict[int, float] = {}
        self.deferred = {self.first - 1: 0.0}
        self.remainder = 0.0
        self.prices = {
            year: {key: price(self.document, self.award, part, year) for key, part in self.award.costs.items()}
            for year in range(self.first, self.last + 1)
        }

    def terms(self, start: int) -> Terms:
        """Life terms of the cohort of a year: before the first year those of the portfolio."""
        award = self.award if start >= self.first else self.earlier
        return Terms(award.duration.at(start), award.start_months.at(start), award.early_termination.at(start))

    def cost(self, start: int, offset: int, prices_of: int) -> float:
        """What one award of the cohort `start` costs in the fiscal year `offset` of its life."""
        if offset >= len(self.lives[start]):
            return 0.0
        year, total = self.lives[start][offset], 0.0
        for name, component in self.award.costs.items():
            in_year = {
                "start": 1.0 if offset == 0 else 0.0,
                "end": year.exits,
                "month": year.person_months,
                "year": year.person_months / 12,
            }
            total += self.prices[prices_of][name] * in_year[component.per]
        return total

    def whole_cost(self, year: int) -> float:
        """What one award that starts this year costs over its life, at this year's prices."""
        return self.cost_from(year, 0, year)

    def cost_from(self, start: int, offset: int, prices_of: int) -> float:
        """What one award of the cohort `start` costs from the fiscal year `offset` of its life on."""
        return sum(self.cost(start, later, prices_of) for later in range(offset, len(self.lives[start])))

    def starting(self, year: int) -> float:
        """Of one selected, what starts in the same year."""
        return self.award.take_up.at(year) * (1 - self.award.deferral.at(year))

    def first_cost(self, year: int) -> float:
        """What one selected costs in the same year."""
        return self.starting(year) * self.cost(year, 0, year)

    def select(self, year: int, number: float) -> None:
        """Open the cohort of a year."""
        self.selected[year] = number
        self.deferred[year] = number * self.award.take_up.at(year) * self.award.deferral.at(year)
        self.starts[year] = number * self.starting(year) + self.deferred[year - 1]

    def commitments(self, year: int, *, in_full: bool = False) -> float:
        """Cost in a year of what earlier selections left to it; as far as continuing awards are paid, or in full."""
        earlier = sum(self.starts[y] * self.cost(y, year - y, year) for y in self.starts if y < year)
        if not in_full:
            earlier *= self.award.continuing.at(year)
        return earlier + self.deferred[year - 1] * self.cost(year, 0, year)

    def outyear_commitments(self, year: int) -> float:
        """Cost after a year of all that was selected up to it, at the prices of that year."""
        started = sum(self.starts[y] * self.cost_from(y, year - y + 1, year) for y in self.starts if y <= year)
        return started + self.deferred[year] * self.whole_cost(year)

    def lived(self, what: str, year: int) -> float:
        """One figure of the life years of all cohorts in a fiscal year."""
        figure = 0.0
        for start, number in self.starts.items():
            if start <= year and year - start < len(self.lives[start]):
                figure += number * getattr(self.lives[start][year - start], what)
        return figure

    def values(self, year: int) -> Values:
        """All measures of the award type in a year."""
        new = self.selected[year] * self.first_cost(year)
        continuing = self.commitments(year)
        person_months = self.lived("person_months", year)
        return {
            "spend_new": new,
            "spend_continuing": continuing,
            "selected": self.selected[year],
            "declined": self.selected[year] * (1 - self.award.take_up.at(year)),
            "starts": self.starts[year],
            "deferred": self.deferred[year],
            "exits": self.lived("exits", year),
            "completions": self.lived("completions", year),
            "active": self.lived("in_place", year),
            "supported": self.lived("in_place", year - 1) + self.starts[year],
            "average_in_place": person_months / 12,
            "person_months": person_months,
            "cost_per_start": self.whole_cost(year),
            "cost_per_person_month": (new + continuing) / person_months if person_months else None,
            **{f"unit_price_{name}": value for name, value in self.prices[year].items()},
        }
