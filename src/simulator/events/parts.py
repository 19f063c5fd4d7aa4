"""What is no whole award: fractions of awards and extensions, which go the way of the mean (model.md section 2).

Promotions and extensions are shares of what completes, and history or selections may be fractions. A fraction of an
award becomes that share of everything that may become of one, so that expectations are exact and nothing is drawn.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from simulator.events.awards import Process, World
from simulator.events.books import Book, Entry
from simulator.events.life import Expected, expected
from simulator.events.terms import AwardTerms

NOBODY = 1e-12
"""A share of awards below this is what rounding leaves of none."""


@dataclass(frozen=True, slots=True)
class Part:
    """What is no whole award: so many awards of a type, that start in a year and go the way of the mean."""

    place: int
    year: int
    number: float
    new: float
    name: str


def go_the_way_of_the_mean(world: World, part: Part) -> Process:
    """A fraction of an award: of everything that may become of one, its share."""
    env, terms, horizon = world.env, world.portfolio.awards[part.place], world.portfolio.years
    life = expected(terms.life(part.year))
    for offset in range(max(len(life.months), len(terms.paid_later))):
        year = part.year + offset
        if 12 * year > env.now:
            yield env.timeout(12 * year - env.now)
        if year >= horizon:
            return
        if offset < len(life.months):
            count_part(world.books[part.place], part, life, offset)
        if year >= 0:
            pay_part(world, part, life, offset)


def count_part(book: Book, part: Part, life: Expected, offset: int) -> None:
    """Months, exits, completions, in place and months to come of a year, by share."""
    row = part.year + offset + book.lead
    if row < 0:
        return
    book.months[row] += part.number * life.months[offset]
    book.exits[row] += part.number * life.exits[offset]
    book.completions[row] += part.number * life.completions[offset]
    book.in_place[row] += part.number * life.in_place[offset]
    book.later[row] += part.number * life.later[offset]
    if offset and row >= book.lead:
        book.completing[row - book.lead] += part.number * life.completions[offset]


def pay_part(world: World, part: Part, life: Expected, offset: int) -> None:
    """What a year of a fraction of an award costs, and what it will cost later."""
    book, terms, year = world.books[part.place], world.portfolio.awards[part.place], part.year + offset
    cut, total = terms.continuing[year] if offset else 1.0, 0.0
    for month, event, money in part_payments(terms, part.year, life, offset):
        total += money
        book.lump(12 * year + month, part.number * cut * money)
        world.note(Entry(12 * year + month, part.place, part.name, event, part.number * cut * money, part.number))
    note_part(world, part, life, offset)
    total *= part.number * cut
    if offset:
        book.due[year] += total
    new = part.new * total if offset == 0 else 0.0
    book.new[year] += new
    book.continuing[year] += total - new
    later = 0.0
    if offset < len(life.months):
        later = terms.prices.month[year] * life.later[offset] + terms.prices.end[year] * life.in_place[offset]
        for month in range(12):
            book.stand_in(12 * year + month, part.number * life.stood[12 * offset + month])
    if offset < len(terms.paid_later):
        later += terms.paid_later[offset][year]
    book.outyear[year] += part.number * later


def note_part(world: World, part: Part, life: Expected, offset: int) -> None:
    """Ends of a year of a fraction of an award, in the journal."""
    for place in (
        range(12 * offset, 12 * offset + 12) if world.journal is not None and offset < len(life.months) else ()
    ):
        early = life.left[place] - life.finished[place]
        for event, share in (("completed", life.finished[place]), ("ended early", early)):
            if share > NOBODY:
                world.note(Entry(12 * part.year + place, part.place, part.name, event, 0.0, part.number * share))


def part_payments(terms: AwardTerms, begun: int, life: Expected, offset: int) -> Iterator[tuple[int, str, float]]:
    """Expected payments of one award in the year `offset` after its start, by month from April."""
    year, paid = begun + offset, terms.prices
    if offset == 0:
        for month, share in enumerate(terms.life(begun).months):
            if share and paid.start[year]:
                yield month, "paid at start", share * paid.start[year]
    for month in range(12) if offset < len(life.months) else ():
        place = 12 * offset + month
        if life.worked[place]:
            yield month, "paid for the month", life.worked[place] * paid.month[year]
        if life.left[place] and paid.end[year]:
            yield month, "paid at end", life.left[place] * paid.end[year]
    for each in paid.instalments:
        if offset < len(each.shares) and each.shares[offset]:
            yield 0, "paid by instalment", each.price[year] * each.shares[offset]


def stay_on(world: World, part: Part, life: Expected) -> Process:
    """Completions of a year that are extended: they begin in any month alike and are paid by month alone."""
    env, book, terms = world.env, world.books[part.place], world.portfolio.awards[part.place]
    for offset in range(len(life.months)):
        year = part.year + offset
        if 12 * year > env.now:
            yield env.timeout(12 * year - env.now)
        if year >= world.portfolio.years:
            return
        for row, values in zip(book.extensions, (life.exits, life.months, life.in_place), strict=True):
            row[year] += part.number * values[offset]
        price = terms.prices.month[year]
        cost = part.number * price * life.months[offset]
        book.due[year] += cost
        book.continuing[year] += cost
        for month in range(12):
            now, money = 12 * year + month, part.number * price * life.worked[12 * offset + month]
            book.lump(now, money)
            book.stand_in(now, part.number * life.stood[12 * offset + month])
            if money:
                world.note(Entry(now, part.place, part.name, "paid for the month", money, part.number))
