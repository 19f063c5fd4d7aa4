"""The agency: its year from 1 April to 31 March, and how many it selects (model.md sections 4 to 6)."""

from math import ceil, floor, inf

from simulator.events.awards import World
from simulator.events.books import Ledger
from simulator.events.terms import AwardTerms, ProgrammeTerms

NEARLY = 1e-9
"""A number this near to a whole one is that number; money below this share of what is held is none."""


class Agency:
    """The programmes of a portfolio on the path that a replication takes, with expected costs where it plans."""

    def __init__(self, world: World) -> None:
        self.world, self.types, self.books = world, world.portfolio.awards, world.books
        self.ledgers = [Ledger(world.portfolio.years) for _ in world.portfolio.programmes]
        self.remainders = [0.0] * len(self.types)

    def selections(self, year: int) -> list[float]:
        """1 April: promotions and applicants are known, money is allocated; how many of each type are selected."""
        for place in range(len(self.types)):
            self._expect(place, year)
        due = [self._due(programme, year) for programme in self.world.portfolio.programmes]
        budgets = self._allocated(year, due)
        found = [0.0] * len(self.types)
        for programme, budget, owed in zip(self.world.portfolio.programmes, budgets, due, strict=True):
            ledger = self.ledgers[programme.row]
            ledger.budget[year] = budget
            ledger.fixed_costs[year] = programme.fixed_costs[year] if programme.awards else budget
            reserve = programme.reserve[year] if programme.awards else 0.0
            held, lasting = budget + ledger.carried[year], budget - ledger.fixed_costs[year] - reserve
            free = held - ledger.fixed_costs[year] - owed - reserve
            ledger.available[year] = free if free >= NEARLY * held and free > 0.0 else 0.0
            chosen = self._chosen(programme, year, ledger.available[year], lasting)
            for place, number in zip(programme.awards, chosen, strict=True):
                found[place] = self.books[place].selected[year] = number
        return found

    def settle(self, year: int) -> None:
        """31 March: what was spent is known; what is left is carried on or returned."""
        for programme in self.world.portfolio.programmes:
            ledger, books = self.ledgers[programme.row], [self.books[place] for place in programme.awards]
            ledger.commitments[year] = sum(book.continuing[year] for book in books)
            new = sum(book.new[year] for book in books)
            ledger.spend[year] = ledger.fixed_costs[year] + ledger.commitments[year] + new
            held = ledger.budget[year] + ledger.carried[year]
            left = held - ledger.spend[year]
            left = 0.0 if abs(left) < NEARLY * held else left
            ledger.unspent[year], ledger.shortfall[year] = max(left, 0.0), max(-left, 0.0)
            ledger.carried[year + 1] = self.carried_on(programme, year, ledger)
            ledger.outyear_commitments[year] = sum(
                book.outyear[year] + book.deferred[year + 1] * self.types[place].whole_cost[year]
                for place, book in zip(programme.awards, books, strict=True)
            )

    def carried_on(self, programme: ProgrammeTerms, year: int, ledger: Ledger) -> float:
        """What stays for the next year: nothing at the end of a plan period, at most the limit before."""
        if programme.lapses[year] or not programme.awards:
            return 0.0
        limit = programme.carry_limit[year]
        return ledger.unspent[year] if limit == inf else min(ledger.unspent[year], limit * ledger.budget[year])

    def promoted(self, place: int, year: int) -> float:
        """Awards that start without selection, by what completed earlier."""
        return sum(link.share * self._completed(link.source, year - link.lag) for link in self.types[place].promoted)

    def _expect(self, place: int, year: int) -> None:
        book, demand = self.books[place], self.types[place].demand
        book.promoted[year] = self.promoted(place, year)
        if demand is not None:
            fed = sum(link.share * self._completed(link.source, year - link.lag) for link in demand.feeds)
            book.applicants[year] = demand.applicants[year] + fed

    def _completed(self, place: int, year: int) -> float:
        book = self.books[place]
        return book.completions[year + book.lead]

    def _due(self, programme: ProgrammeTerms, year: int) -> float:
        """Commitments as they are known on 1 April: what awards told, and the expected cost of those that start."""
        total = 0.0
        for place in programme.awards:
            book, terms = self.books[place], self.types[place]
            total += book.due[year] + (book.deferred[year] + book.promoted[year]) * terms.first_cost[year]
        return total

    def _allocated(self, year: int, due: list[float]) -> list[float]:
        """Appropriations: as given, or a total split by priority."""
        programmes, split = self.world.portfolio.programmes, self.world.portfolio.split
        own = [programme.given[year] for programme in programmes]
        if split is None:
            return own
        first = []
        for programme, owed in zip(programmes, due, strict=True):
            obliged = programme.fixed_costs[year] + owed + programme.reserve[year]
            obliged = max(0.0, obliged - self.ledgers[programme.row].carried[year])
            first.append(obliged if programme.awards else own[programme.row])
        needed, total = sum(first), split.total[year]
        if needed > total:
            return [total * each / needed for each in first]
        left = total - needed
        for row in split.order:
            served = min(left, self._planned(programmes[row], year))
            first[row] += served
            left -= served
        return [each + left * weight for each, weight in zip(first, split.weights[year], strict=True)]

    def _planned(self, programme: ProgrammeTerms, year: int) -> float:
        """What the plans of a programme would cost in their year."""
        types = [self.types[place] for place in programme.awards]
        return sum(each.plan[year] * each.selection_cost(year) for each in types if each.plan is not None)

    def _chosen(self, programme: ProgrammeTerms, year: int, free: float, lasting: float) -> list[float]:
        """Selections of a programme's types: by its rule, capped, affordable, in whole awards where wanted."""
        types = [self.types[place] for place in programme.awards]
        if free <= 0.0:
            wanted = [0.0] * len(types)
        else:
            lasting -= sum(self.books[p].promoted[year] * self.types[p].whole_cost[year] for p in programme.awards)
            asked = [self._asked(programme, each, year, free, max(lasting, 0.0)) for each in types]
            wanted = [min(number, self._cap(p, year)) for p, number in zip(programme.awards, asked, strict=True)]
        costs = [each.selection_cost(year) for each in types]
        cost = sum(number * each for number, each in zip(wanted, costs, strict=True))
        if cost > free > 0.0:
            wanted = [number * free / cost for number in wanted]
        return self._rounded(programme, year, wanted, costs, free) if programme.whole_awards else wanted

    def _asked(self, programme: ProgrammeTerms, each: AwardTerms, year: int, free: float, lasting: float) -> float:
        """What the intake rule asks for before caps."""
        if each.plan is not None and programme.intake == "plan":
            return each.plan[year]
        if programme.intake == "cash":
            return each.budget_share[year] * free / (each.take_up[year] * each.first_cost[year])
        return each.budget_share[year] * lasting / (each.take_up[year] * each.whole_cost[year])

    def _cap(self, place: int, year: int) -> float:
        """The most that may be selected: the maximum, and the highest share of applicants."""
        terms, demand = self.types[place], self.types[place].demand
        if demand is None:
            return terms.maximum[year]
        return min(terms.maximum[year], demand.highest_rate[year] * self.books[place].applicants[year])

    def _rounded(
        self, programme: ProgrammeTerms, year: int, wanted: list[float], costs: list[float], free: float
    ) -> list[float]:
        """Whole awards, fractions being kept for later years; rounded down where rounding would cost too much."""
        found = []
        for place, number in zip(programme.awards, wanted, strict=True):
            whole = min(floor(number + self.remainders[place] + NEARLY), ceil(number - NEARLY))
            above = whole > self._cap(place, year) + NEARLY
            found.append(floor(number + NEARLY) if above else whole)
        if sum(number * cost for number, cost in zip(found, costs, strict=True)) > free * (1.0 + NEARLY):
            found = [floor(number + NEARLY) for number in wanted]
        for place, number, got in zip(programme.awards, wanted, found, strict=True):
            self.remainders[place] = min(1.0, number + self.remainders[place] - got)
        return [float(number) for number in found]
