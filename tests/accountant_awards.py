"""The accountant's books of one award type: its cohorts, how they live and what they cost; model.md 2 to 4."""

from math import ceil, inf

from simulator.award_types import Payer
from simulator.scenario import Scenario
from tests.accountant_lives import LifeYear, Terms, extension_life, life, longest_stay, stay_of
from tests.accountant_prices import expected, price, real_value

Values = dict[str, float | None]


class AwardCosts:
    """What one award of a type costs and how it lives, whatever is selected."""

    def __init__(self, scenario: Scenario, programme: str, name: str) -> None:
        self.document = scenario.document
        self.award = scenario.document.programmes[programme].awards[name]
        self.first, self.last = self.document.first_year, self.document.horizon[1]
        home = scenario.portfolio.programmes.get(programme)
        self.earlier = home.awards.get(name, self.award) if home else self.award
        self.spreads = {
            key: part.spread.at(self.first) for key, part in self.award.costs.items() if part.spread is not None
        }
        """Shares of the amount by fiscal year since the start, of the components paid per award."""
        stays = max(longest_stay(self.award), longest_stay(self.earlier))
        self.reach = 2 + max(ceil(stays / 12), *map(len, self.spreads.values()), 0)
        """Fiscal years since its start after which nothing is left of a cohort."""
        self.earliest = self.first - self.reach - farthest_lag(scenario)
        self.lives = {start: life(self.terms(start)) for start in range(self.earliest, self.last + 1)}
        self.prices = {
            year: {key: price(self.document, self.award, part, year) for key, part in self.award.costs.items()}
            for year in range(self.first, self.last + 1)
        }
        self.real_values = {
            year: real_value(self.document, self.award, year) for year in range(self.first, self.last + 1)
        }
        self._known: dict[tuple[int, int, int, Payer], float] = {}

    def terms(self, start: int) -> Terms:
        """Life terms of the cohort of a year: before the first year those of the portfolio."""
        award = self.award if start >= self.first else self.earlier
        return Terms(stay_of(award, start), award.start_months.at(start), award.early_termination.at(start))

    def life_year(self, start: int, offset: int) -> LifeYear:
        """What becomes of one start of the cohort `start` in the fiscal year `offset` of its life."""
        return self.lives[start][offset] if offset < len(self.lives[start]) else LifeYear()

    def cost(self, start: int, offset: int, prices_of: int, payer: Payer = "agency") -> float:
        """What one award of the cohort `start` costs a payer in the fiscal year `offset` of its life."""
        asked = (start, offset, prices_of, payer)
        if asked not in self._known:
            self._known[asked] = self._cost(*asked)
        return self._known[asked]

    def _cost(self, start: int, offset: int, prices_of: int, payer: Payer) -> float:
        year, total = self.life_year(start, offset), 0.0
        for name, component in self.award.costs.items():
            if component.payer != payer:
                continue
            spread = self.spreads.get(name, ())
            in_year = {
                "start": 1.0 if offset == 0 else 0.0,
                "end": year.exits,
                "month": year.person_months,
                "year": year.person_months / 12,
                "award": spread[offset] if offset < len(spread) else 0.0,
            }
            total += self.prices[prices_of][name] * in_year[component.per]
        return total

    def whole_cost(self, year: int) -> float:
        """What one award that starts this year costs over its life, at this year's prices."""
        return self.cost_from(year, 0, year)

    def cost_from(self, start: int, offset: int, prices_of: int) -> float:
        """What one award of the cohort `start` costs from the fiscal year `offset` of its life on."""
        return sum(self.cost(start, later, prices_of) for later in range(offset, self.reach + 1))

    def cost_in_place(self, person_months: float, year: int, payer: Payer) -> float:
        """What so many months in place of extensions cost a payer: the components paid by month and year."""
        parts = self.award.costs.items()
        by_month = sum(self.prices[year][key] for key, part in parts if (part.per, part.payer) == ("month", payer))
        by_year = sum(self.prices[year][key] for key, part in parts if (part.per, part.payer) == ("year", payer))
        return person_months * by_month + person_months / 12 * by_year

    def starting(self, year: int) -> float:
        """Of one selected, what starts in the same year."""
        return self.award.take_up.at(year) * (1 - self.award.deferral.at(year))

    def first_cost(self, year: int) -> float:
        """What one selected costs in the same year."""
        return self.starting(year) * self.cost(year, 0, year)


def farthest_lag(scenario: Scenario) -> int:
    """Years back from which completions promote or feed, at most."""
    awards = [award for programme in scenario.document.programmes.values() for award in programme.awards.values()]
    return max((link.lag for award in awards for link in (*award.promotes, *award.feeds)), default=0)


class AwardBook:
    """An award type on one path of selections: its cohorts, what becomes of them and what they cost."""

    def __init__(self, costs: AwardCosts) -> None:
        self.costs, self.award = costs, costs.award
        first = costs.first
        self.starts = {year: self.award.history.at(year) or 0.0 for year in range(costs.earliest, first)}
        self.selected: dict[int, float] = {}
        self.deferred = {first - 1: self.award.backlog.at(first)}
        self.promoted: dict[int, float] = {}
        self.extended: dict[int, float] = {}
        self.applicants: dict[int, float | None] = {}
        self.remainder = 0.0

    def open(self, year: int, promoted: float, fed: float) -> None:
        """What a year brings before anybody is selected."""
        self.promoted[year] = promoted
        extension = self.award.extensions.get(year)
        before = self.completions(year)  # of the cohorts so far: none of them starts this year
        self.extended[year] = extension.share.at(year) * before if extension else 0.0
        demand = self.award.demand
        if demand is None:
            self.applicants[year] = None
            return
        number = demand.applicants.at(year)
        for later in range(self.costs.first + 1, year + 1):
            number *= 1 + expected(self.costs.document, demand.growth, later)
        self.applicants[year] = number * self.costs.real_values[year] ** demand.elasticity.at(year) + fed

    def select(self, year: int, number: float) -> None:
        """Open the cohort of a year."""
        self.selected[year] = number
        self.deferred[year] = number * self.award.take_up.at(year) * self.award.deferral.at(year)
        self.starts[year] = number * self.costs.starting(year) + self.deferred[year - 1] + self.promoted[year]

    def highest(self, year: int) -> float:
        """The most that may be selected: the type's maximum, and the highest share of its applicants."""
        highest = self.award.maximum.at(year) if self.award.maximum is not None else inf
        applicants = self.applicants[year]
        if self.award.demand is None or applicants is None:
            return highest
        return min(highest, self.award.demand.maximum_success_rate.at(year) * applicants)

    def cohorts(self, year: int, *, new: bool = True) -> list[tuple[int, float]]:
        """Cohorts of which something may be left in a year, as (year of start, number)."""
        years = range(year - self.costs.reach, year + new)
        return [(start, self.starts[start]) for start in years if self.starts.get(start)]

    def commitments(self, year: int, *, in_full: bool = False) -> float:
        """Cost in a year of what earlier selections left to it; as far as continuing awards are paid, or in full."""
        continuing = sum(
            number * self.costs.cost(start, year - start, year) for start, number in self.cohorts(year, new=False)
        )
        if not in_full:
            continuing *= self.award.continuing.at(year)
        entering = self.deferred[year - 1] + self.promoted[year]
        extensions = self.costs.cost_in_place(self.extensions_lived("person_months", year), year, "agency")
        return continuing + entering * self.costs.cost(year, 0, year) + extensions

    def outyear_commitments(self, year: int) -> float:
        """Cost after a year of all that was selected up to it, at the prices of that year."""
        started = sum(
            number * self.costs.cost_from(start, year - start + 1, year) for start, number in self.cohorts(year)
        )
        return started + self.deferred[year] * self.costs.whole_cost(year)

    def partner_spend(self, year: int) -> float:
        """What partners pay in a year, extensions included."""
        started = sum(
            number * self.costs.cost(start, year - start, year, "partner") for start, number in self.cohorts(year)
        )
        return started + self.costs.cost_in_place(self.extensions_lived("person_months", year), year, "partner")

    def completions(self, year: int) -> float:
        """Awards of the cohorts so far that complete in a year, whether or not they then stay on."""
        return self.lived("completions", year)

    def lived(self, what: str, year: int) -> float:
        """One figure of the life years of all cohorts of starts in a fiscal year."""
        figure = 0.0
        for start, number in self.cohorts(year):
            figure += number * getattr(self.costs.life_year(start, year - start), what)
        return figure

    def extensions_lived(self, what: str, year: int) -> float:
        """One figure of the life years of all cohorts of extensions in a fiscal year."""
        figure = 0.0
        for begun, extension in self.award.extensions.items():
            years = extension_life(extension.duration.at(begun))
            if begun <= year < begun + len(years):
                figure += self.extended[begun] * getattr(years[year - begun], what)
        return figure

    def lived_in_all(self, what: str, year: int) -> float:
        """One figure of the life years of starts and of extensions."""
        return self.lived(what, year) + self.extensions_lived(what, year)
