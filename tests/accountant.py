"""The accountant: what model.md says, reckoned slowly, cohort by cohort and month by month, without the core.

It shares with the package only the types of the file format, from which it reads. Where it and the core
differ, one of them is wrong, and model.md says which.
"""

from collections.abc import Iterator
from math import ceil, floor

from simulator.scenario import Document, Scenario
from tests.accountant_awards import AwardBook, AwardCosts, Values
from tests.accountant_budgets import Claim, allocated, appropriation
from tests.accountant_measures import award_values
from tests.accountant_prices import index

TOTAL = "total"
TINY = 1e-9
"""What counts as nothing: of a programme's money as a share, of an award as it is (model.md section 5)."""

OF_PROGRAMMES = (
    "budget", "carried_in", "fixed_costs", "commitments", "available", "spend", "unspent", "carried_out",
    "returned", "shortfall", "outyear_commitments", "required_budget",
)  # fmt: skip
SUMS_OF_AWARDS = (
    "spend_new", "spend_continuing", "partner_spend", "applicants", "selected", "declined", "starts", "promoted",
    "deferred", "extended", "exits", "completions", "active", "supported", "average_in_place", "person_months",
    "alumni", "return_visits", "papers", "top10_papers", "top10_papers_before", "ties",
)  # fmt: skip
TOTALS = (*OF_PROGRAMMES, "spend_new", "spend_continuing", "partner_spend")

Cells = dict[tuple[str, str, str, int], float | None]
Books = dict[tuple[str, str], AwardBook]
"""Award types by programme and name, all on one path of selections."""


def account(scenario: Scenario) -> Cells:
    """Every measure by (measure, programme, award or "", fiscal year); None where a value does not exist."""
    first, last = scenario.document.horizon
    cells: Cells = {}
    for year, name, award, values in years(scenario):
        if first <= year <= last:
            cells.update({(measure, name, award, year): value for measure, value in values.items()})
    for measure in TOTALS:
        for year in range(first, last + 1):
            of_programmes = [cells[measure, name, "", year] for name in scenario.document.programmes]
            cells[measure, TOTAL, "", year] = total(of_programmes)
    return cells


def total(values: list[float | None]) -> float | None:
    """Sum, which does not exist where a term does not."""
    there = [value for value in values if value is not None]
    return sum(there) if len(there) == len(values) else None


def years(scenario: Scenario) -> Iterator[tuple[int, str, str, Values]]:
    """All programmes year by year, award types before their programme: (year, programme, award or "", measures).

    They advance together: their commitments decide the split of a total, their completions promote and feed.
    """
    document = scenario.document
    costs = {
        (name, award): AwardCosts(scenario, name, award)
        for name, programme in document.programmes.items()
        for award in programme.awards
    }
    actual: Books = {key: AwardBook(each) for key, each in costs.items()}
    planned: Books = {key: AwardBook(each) for key, each in costs.items()}
    ledgers = {name: Ledger(document, name, actual, planned) for name in document.programmes}
    for year in range(document.first_year, document.horizon[1] + 1):
        open_year(actual, year)
        open_year(planned, year)
        budgets = allocated(document, year, {name: each.claim(year) for name, each in ledgers.items()})
        for name, ledger in ledgers.items():
            values = ledger.close(year, budgets[name])
            of_awards = {award: award_values(book, year) for award, book in ledger.books.items()}
            yield from ((year, name, award, of_award) for award, of_award in of_awards.items())
            sums = {key: total([of_award[key] for of_award in of_awards.values()]) for key in SUMS_OF_AWARDS}
            yield year, name, "", values | sums


def open_year(books: Books, year: int) -> None:
    """Promotions start, alumni of other types apply, extensions begin."""
    for target, book in books.items():
        promoted = sum(
            link.share.at(year) * source.completions(year - link.lag)
            for source in books.values()
            for link in source.award.promotes
            if link.target == target
        )
        fed = sum(
            link.share.at(year) * source.completions(year - link.lag)
            for source in books.values()
            for link in source.award.feeds
            if link.target == target
        )
        book.open(year, promoted, fed)


class Ledger:
    """A programme's money, with its award types on the path it takes and on that of their plans."""

    def __init__(self, document: Document, name: str, actual: Books, planned: Books) -> None:
        self.document, self.name, self.programme = document, name, document.programmes[name]
        self.books = {award: actual[name, award] for award in self.programme.awards}
        self.planned = {award: planned[name, award] for award in self.programme.awards}
        self.carried = 0.0

    def fixed_costs(self, year: int) -> float:
        """Fixed costs of a programme with award types."""
        fixed = self.programme.fixed_costs
        moved: float = index(self.document, fixed.index, year) ** fixed.indexation.at(year)
        return fixed.amount.at(year) * moved

    def commitments(self, year: int) -> float:
        """What earlier selections, promotions and extensions oblige the year to pay."""
        return sum(each.commitments(year) for each in self.books.values())

    def claim(self, year: int) -> Claim:
        """What the programme brings to the split of a total."""
        own = appropriation(self.document, self.name, year)
        if not self.books:
            return Claim(own, own, 0.0)
        obliged = self.fixed_costs(year) + self.commitments(year) + self.programme.reserve.at(year)
        plans = sum(
            each.award.plan.at(year) * each.costs.first_cost(year)
            for each in self.books.values()
            if each.award.plan is not None
        )
        return Claim(own, max(0.0, obliged - self.carried), plans)

    def close(self, year: int, budget: float) -> Values:
        """Commitments fall due, new awards are selected, money is paid, what is left is carried on or returned."""
        held, carried = budget + self.carried, self.carried
        fixed = self.fixed_costs(year) if self.books else budget
        commitments, reserve = self.commitments(year), self.programme.reserve.at(year)
        free = settled(held - fixed - commitments - reserve, held)
        for each, number in zip(self.books.values(), self.chosen(year, free, budget - fixed - reserve), strict=True):
            each.select(year, number)
        spend = fixed + commitments
        spend += sum(each.selected[year] * each.costs.first_cost(year) for each in self.books.values())
        left = settled(held - spend, held)
        self.carried = self.carried_on(year, max(0.0, left), budget)
        return {
            "budget": budget,
            "carried_in": carried,
            "fixed_costs": fixed,
            "commitments": commitments,
            "available": max(0.0, free),
            "spend": spend,
            "unspent": max(0.0, left),
            "carried_out": self.carried,
            "returned": max(0.0, left) - self.carried,
            "shortfall": max(0.0, -left),
            "outyear_commitments": sum(each.outyear_commitments(year) for each in self.books.values()),
            "required_budget": self.required(year, fixed),
        }

    def carried_on(self, year: int, unspent: float, budget: float) -> float:
        """What stays for the next year."""
        period = self.document.plan_periods.get(self.programme.agency)
        if period is not None and year in period.ends:
            return 0.0
        limit = self.programme.carry_limit
        return unspent if limit is None else min(unspent, limit.at(year) * budget)

    def required(self, year: int, fixed: float) -> float | None:
        """What the plans need, had they been followed from the first year on; a type without one selects nobody."""
        need = fixed
        for each in self.planned.values():
            each.select(year, each.award.plan.at(year) if each.award.plan is not None else 0.0)
            need += each.commitments(year, in_full=True) + each.selected[year] * each.costs.first_cost(year)
        return need if all(each.award.plan is not None for each in self.planned.values()) else None

    def chosen(self, year: int, free: float, lasting: float) -> list[float]:
        """Selections of the year: by the intake rule, capped, affordable, and in whole awards where wanted.

        `free` is there for new awards this year; `lasting` is what the appropriation leaves for awards every year.
        """
        books = list(self.books.values())
        lasting -= sum(each.promoted[year] * each.costs.whole_cost(year) for each in books)
        if free <= 0:
            wanted = [0.0 for _ in books]
        else:
            wanted = [min(self.asked(each, year, free, max(0.0, lasting)), each.highest(year)) for each in books]
        costs = [each.costs.first_cost(year) for each in books]
        cost = sum(number * each for number, each in zip(wanted, costs, strict=True))
        if cost > free > 0:
            wanted = [number * free / cost for number in wanted]
        if not self.programme.whole_awards:
            return wanted
        rounded: list[float] = [whole(number, each, year) for number, each in zip(wanted, books, strict=True)]
        cost = sum(number * each for number, each in zip(rounded, costs, strict=True))
        if cost > max(0.0, free) * (1 + TINY):
            rounded = [floor(number + TINY) for number in wanted]
        for each, number, got in zip(books, wanted, rounded, strict=True):
            each.remainder = min(1.0, number + each.remainder - got)
        return rounded

    def asked(self, each: AwardBook, year: int, free: float, lasting: float) -> float:
        """What the intake rule asks for before caps."""
        if self.programme.intake == "plan":
            assert each.award.plan is not None
            return each.award.plan.at(year)
        given = each.award.budget_share
        share = 1 / len(self.books) if given is None else given.at(year)
        take_up = each.award.take_up.at(year)
        if self.programme.intake == "cash":
            return share * free / (take_up * each.costs.cost(year, 0, year))
        return share * lasting / (take_up * each.costs.whole_cost(year))


def settled(money: float, held: float) -> float:
    """Money, nothing where it is too little to mean anything."""
    return 0.0 if abs(money) < TINY * held else money


def whole(number: float, each: AwardBook, year: int) -> int:
    """Whole awards out of a number and what was left of earlier years, not above the type's cap."""
    rounded = min(floor(number + each.remainder + TINY), ceil(number - TINY))
    return floor(number + TINY) if rounded > each.highest(year) + TINY else rounded
