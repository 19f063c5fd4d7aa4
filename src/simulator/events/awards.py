"""Awards as SimPy processes: each lives its life month by month, and is paid (model.md sections 2 and 3).

An award sleeps until something happens to it: it starts, a fiscal year begins, it ends. On 1 April it tells the
agency what the year will cost; every month of the year is paid at the year's prices.
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from simulator.events.books import Book, Entry
from simulator.events.life import Fate, expected
from simulator.events.terms import AwardTerms, Portfolio

if TYPE_CHECKING:
    import simpy

Process = Generator["simpy.Event", Any, None]


@dataclass
class World:
    """What all processes of a replication share: the clock in months since the first April simulated, and the books."""

    env: "simpy.Environment"
    portfolio: Portfolio
    books: list[Book]
    journal: list[Entry] | None = None

    def note(self, entry: Entry) -> None:
        """Write an event into the journal, if one is kept and it is of the years simulated."""
        if self.journal is not None and 0 <= entry.month < 12 * self.portfolio.years:
            self.journal.append(entry)


class Single(NamedTuple):
    """One award: its type, its year of start, its fate, the months in which it begins and ends.

    `new` is the share of its first year's cost that is spending on new selections.
    """

    place: int
    year: int
    fate: Fate
    begins: int
    ends: int
    new: float
    name: str


def live(world: World, award: Single) -> Process:
    """One award, from its start until nothing more is paid for it."""
    env, terms = world.env, world.portfolio.awards[award.place]
    leaves_in, instalments = award.ends // 12, len(terms.paid_later)
    if award.begins > env.now:
        yield env.timeout(award.begins - env.now)
    start(world, award)
    for year in range(award.year, max(leaves_in + 1, award.year + instalments)):
        if year > award.year:
            yield env.timeout(12 * year - env.now)
        if year >= world.portfolio.years:
            return
        if year <= leaves_in:
            stay(world, award, year)
        if instalments:
            pay_instalments(world, award, year)
        if year == leaves_in:
            if award.ends > env.now:
                yield env.timeout(award.ends - env.now)
            leave(world, award)


def start(world: World, award: Single) -> None:
    """The award starts: what is paid once is paid."""
    world.books[award.place].stand(award.begins, award.ends)
    if world.journal is not None:
        world.note(Entry(award.begins, award.place, award.name, "started"))
    if award.year >= 0:
        money = world.portfolio.awards[award.place].prices.start[award.year]
        _pay(world, award, award.begins, money, "paid at start")


def stay(world: World, award: Single, year: int) -> None:
    """What a year of an award in place brings: months, who is in place at its end, and what the agency is told."""
    book, terms, fate = world.books[award.place], world.portfolio.awards[award.place], award.fate
    first = award.begins if year == award.year else 12 * year
    ending = award.ends <= 12 * year + 11
    last = award.ends if ending else 12 * year + 11
    months = last - first + (fate.share if ending else 1.0)
    row = year + book.lead
    if row >= 0:
        book.months[row] += months
    price = terms.prices.month[year] if year >= 0 else 0.0
    if not ending and row >= 0:
        to_come = expected(terms.life(award.year)).remaining[12 * (year - award.year + 1) - fate.month]
        book.in_place[row] += 1.0
        book.later[row] += to_come
        if year >= 0:
            book.outyear[year] += price * to_come + terms.prices.end[year]
    if year < 0:
        return
    rate = price * _paid_in_part(terms, award, year)
    if year > award.year:
        book.due[year] += rate * months + (end_payment(terms, award, year) if ending else 0.0)
        book.completing[year] += ending and fate.completed
    _book(book, award, year, rate * months)
    book.pay_monthly(first, last, later=year > award.year)
    if ending:
        book.lump(last, rate * (fate.share - 1.0))
    if world.journal is not None:
        for month in range(first, last + 1):
            share = fate.share if month == award.ends else 1.0
            world.note(Entry(month, award.place, award.name, "paid for the month", rate * share))
        _note_renewal(world, award, terms, first, last)


def end_payment(terms: AwardTerms, award: Single, year: int) -> float:
    """What is paid when it ends, however it ends."""
    return terms.prices.end[year] * _paid_in_part(terms, award, year)


def leave(world: World, award: Single) -> None:
    """The award ends in this month, and what is paid at its end is paid."""
    book, year = world.books[award.place], award.ends // 12
    if year + book.lead >= 0:
        book.exits[year + book.lead] += 1.0
        book.completions[year + book.lead] += award.fate.completed
    if year >= 0:
        money = end_payment(world.portfolio.awards[award.place], award, year)
        _pay(world, award, award.ends, money, "paid at end")
    if world.journal is not None:
        world.note(Entry(award.ends, award.place, award.name, "completed" if award.fate.completed else "ended early"))


def pay_instalments(world: World, award: Single, year: int) -> None:
    """What is paid per award falls due by year since the start, whether or not the award is still in place."""
    if year < 0:
        return
    book, terms, offset = world.books[award.place], world.portfolio.awards[award.place], year - award.year
    if offset < len(terms.paid_later):
        book.outyear[year] += terms.paid_later[offset][year]
    for each in terms.prices.instalments:
        if offset >= len(each.shares):
            continue
        money = each.price[year] * each.shares[offset] * _paid_in_part(terms, award, year)
        if offset:
            book.due[year] += money
        _pay(world, award, max(award.begins, 12 * year), money, "paid by instalment")


def _paid_in_part(terms: AwardTerms, award: Single, year: int) -> float:
    """The share that the agency pays of what is due to an award that started in an earlier year."""
    return terms.continuing[year] if year > award.year else 1.0


def _pay(world: World, award: Single, month: int, money: float, event: str) -> None:
    if money:
        book = world.books[award.place]
        _book(book, award, month // 12, money)
        book.lump(month, money)
        if world.journal is not None:
            world.note(Entry(month, award.place, award.name, event, money))


def _book(book: Book, award: Single, year: int, money: float) -> None:
    """Money of a year, as new spending as far as it is of this year's selections."""
    new = award.new * money if year == award.year else 0.0
    book.new[year] += new
    book.continuing[year] += money - new


def _note_renewal(world: World, award: Single, terms: AwardTerms, first: int, last: int) -> None:
    gate = terms.life(award.year).gate
    if gate and first <= award.begins + int(gate) <= last and award.fate.stay > gate:
        world.note(Entry(award.begins + int(gate), award.place, award.name, "renewed"))
