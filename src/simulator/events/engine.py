"""One replication: awards and their agency as SimPy processes on a clock of months."""

from dataclasses import dataclass
from math import floor
from typing import NamedTuple

import numpy as np

from simulator.events.agency import NEARLY, Agency
from simulator.events.awards import Process, Single, World, live
from simulator.events.books import Book, Entry, Ledger
from simulator.events.life import LOTS, Lot
from simulator.events.parts import Part, go_the_way_of_the_mean, stay_on
from simulator.events.terms import Portfolio
from simulator.sampling import key


@dataclass(frozen=True)
class Chance:
    """The lots of a replication: each award type, year and kind of award has a stream of its own.

    The n-th award has the same lot however many there are, so that scenarios share their chance.
    """

    seed: int
    replication: int

    def lots(self, path: str, year: int, kind: str, number: int) -> list[Lot]:
        """Lots of so many awards."""
        if number == 0:
            return []
        bits = np.random.Philox(key=key(self.seed, f"{path}/{year}/{kind}"), counter=[0, 0, self.replication, 0])
        return [Lot(*row) for row in np.random.Generator(bits).random((number, LOTS)).tolist()]


class Waiting(NamedTuple):
    """Awards that start a year after their selection: whole ones by their lot and name, and a fraction."""

    lots: list[tuple[Lot, str]]
    part: float


@dataclass(frozen=True)
class Replication:
    """What became of one replication."""

    number: int
    books: list[Book]
    ledgers: list[Ledger]
    journal: list[Entry]


def replicate(portfolio: Portfolio, chance: Chance, *, lead: int, journal: bool = False) -> Replication:
    """Simulate one replication, all years; `lead` years before the first are written down too."""
    import simpy

    first = min(-each.reach for each in portfolio.awards) if portfolio.awards else 0
    books = [Book(terms, lead) for terms in portfolio.awards]
    world = World(simpy.Environment(initial_time=12 * first), portfolio, books, [] if journal else None)
    run = _Run(world, chance)
    for place, terms in enumerate(portfolio.awards):
        for back, number in enumerate(terms.history):
            world.env.process(run.history(place, back - terms.reach, number))
    world.env.process(run.years())
    world.env.run(until=12 * portfolio.years)
    run.agency.settle(portfolio.years - 1)
    entries = sorted(world.journal or [], key=lambda entry: entry.month)
    return Replication(chance.replication, books, run.agency.ledgers, entries)


class _Run:
    """The processes beside those of awards: cohorts of the history, and the agency's years."""

    def __init__(self, world: World, chance: Chance) -> None:
        self.world, self.chance, self.agency = world, chance, Agency(world)
        self.waiting = [self._backlog(place) for place in range(len(world.books))]

    def years(self) -> Process:
        """Every year: awards in place tell what they cost, extensions begin, the agency selects, awards set out."""
        env = self.world.env
        yield env.timeout(-env.now)
        for year in range(self.world.portfolio.years):
            yield env.timeout(0)  # after the awards, which have told what the year will cost
            if year:
                self.agency.settle(year - 1)
            self._extend(year)
            yield env.timeout(0)  # after the extensions, which tell too
            for place, number in enumerate(self.agency.selections(year)):
                self._set_out(place, year, number)
            yield env.timeout(12)

    def history(self, place: int, year: int, number: float) -> Process:
        """The awards of a year before the first."""
        env = self.world.env
        yield env.timeout(12 * year - env.now)
        whole, part = _parted(number)
        lots = self.chance.lots(self._path(place), year, "history", whole)
        self._begin(place, year, [(lot, self._name("h", year, n)) for n, lot in enumerate(lots)], 0.0)
        self._begin_part(Part(place, year, part, 0.0, self._name("h", year, "rest")))

    def _extend(self, year: int) -> None:
        """A share of what earlier awards complete this year stays on."""
        for place, terms in enumerate(self.world.portfolio.awards):
            if year in terms.extensions:
                book, (share, life) = self.world.books[place], terms.extensions[year]
                book.extended[year] = share * book.completing[year]
                part = Part(place, year, book.extended[year], 0.0, self._name("x", year, "all"))
                self.world.note(Entry(12 * year, place, part.name, "extended", 0.0, part.number))
                self.world.env.process(stay_on(self.world, part, life))

    def _set_out(self, place: int, year: int, number: float) -> None:
        """Those selected decline, defer or start; those deferred and promoted start too."""
        terms, book = self.world.portfolio.awards[place], self.world.books[place]
        whole, rest = _parted(number)
        lots = self.chance.lots(self._path(place), year, "selected", whole)
        now, later = [], []
        for n, lot in enumerate(lots):
            each = (lot, self._name("s", year, n))
            if self.world.journal is not None:
                self._note(place, year, each[1], "selected")
            if lot.takes_up >= terms.take_up[year]:
                self._note(place, year, each[1], "declined")
            elif lot.defers < terms.deferral[year]:
                self._note(place, year, each[1], "deferred")
                later.append(each)
            else:
                now.append(each)
        before, put_off = self.waiting[place], rest * terms.take_up[year] * terms.deferral[year]
        self.waiting[place] = self.deferred(later, put_off)
        book.deferred[year + 1] = len(self.waiting[place].lots) + self.waiting[place].part
        at_once = rest * terms.take_up[year] * (1.0 - terms.deferral[year])
        pool = at_once + before.part + book.promoted[year]
        book.starts[year] = len(now) + len(before.lots) + pool
        self._begin(place, year, now, 1.0)
        self._begin(place, year, before.lots, 0.0)
        self._begin_pool(place, year, pool, at_once / pool if pool > 0.0 else 0.0)
        told = {"selected": rest, "declined": rest * (1.0 - terms.take_up[year]), "deferred": put_off}
        for event, share in told.items():
            if share > 0.0:
                self._note(place, year, self._name("s", year, "rest"), event, share)

    def deferred(self, later: list[tuple[Lot, str]], part: float) -> Waiting:
        """Those who start next year."""
        return Waiting(later, part)

    def _begin_pool(self, place: int, year: int, pool: float, new: float) -> None:
        """Promotions, and what is left of fractions: whole awards as far as they make some, the rest as a fraction."""
        whole, part = _parted(pool)
        lots = self.chance.lots(self._path(place), year, "promoted", whole)
        self._begin(place, year, [(lot, self._name("p", year, n)) for n, lot in enumerate(lots)], new)
        self._begin_part(Part(place, year, part, new, self._name("p", year, "rest")))

    def _begin(self, place: int, year: int, awards: list[tuple[Lot, str]], new: float) -> None:
        world, terms = self.world, self.world.portfolio.awards[place].life(year)
        for lot, name in awards:
            fate = terms.fate(lot)
            begins = 12 * year + fate.month
            world.env.process(live(world, Single(place, year, fate, begins, begins + fate.last, new, name)))

    def _begin_part(self, part: Part) -> None:
        if part.number > 0.0:
            self._note(part.place, part.year, part.name, "started", part.number)
            self.world.env.process(go_the_way_of_the_mean(self.world, part))

    def _backlog(self, place: int) -> Waiting:
        """Those deferred in the year before the first."""
        whole, part = _parted(self.world.portfolio.awards[place].backlog)
        lots = self.chance.lots(self._path(place), -1, "backlog", whole)
        self.world.books[place].deferred[0] = whole + part
        return Waiting([(lot, self._name("b", -1, n)) for n, lot in enumerate(lots)], part)

    def _path(self, place: int) -> str:
        return self.world.portfolio.awards[place].path

    def _name(self, kind: str, year: int, number: object) -> str:
        """Name of an award in the journal, from its kind, its year of selection or start, and its number."""
        if self.world.journal is None:
            return ""
        told = number + 1 if isinstance(number, int) else number
        return f"{kind}{self.world.portfolio.first_year + year}-{told}"

    def _note(self, place: int, year: int, award: str, event: str, awards: float = 1.0) -> None:
        self.world.note(Entry(12 * year, place, award, event, 0.0, awards))


def _parted(number: float) -> tuple[int, float]:
    """Whole awards, and the fraction of one that is left, unless that is what rounding leaves of none."""
    whole = floor(number + NEARLY)
    rest = number - whole
    return whole, rest if rest > NEARLY or not whole else 0.0
