"""The accountant: what model.md says, reckoned slowly, cohort by cohort and month by month, without the core.

It shares with the package only the types of the file format, from which it reads. Where it and the core
differ, one of them is wrong, and model.md says which.
"""

from collections.abc import Iterator
from math import ceil, floor, inf

from simulator.scenario import Document, Programme, Scenario
from tests.accountant_awards import AwardBook, Values, index

TOTAL = "total"
TINY = 1e-9
"""What counts as nothing: of a programme's money as a share, of an award as it is (model.md section 5)."""

OF_PROGRAMMES = (
    "budget", "carried_in", "fixed_costs", "commitments", "available", "spend", "unspent", "carried_out",
    "returned", "shortfall", "outyear_commitments", "required_budget",
)  # fmt: skip
SUMS_OF_AWARDS = (
    "spend_new", "spend_continuing", "selected", "declined", "starts", "deferred", "exits", "completions",
    "active", "supported", "average_in_place", "person_months",
)  # fmt: skip

Cells = dict[tuple[str, str, str, int], float | None]


def account(scenario: Scenario) -> Cells:
    """Every measure by (measure, programme, award or "", fiscal year); None where a value does not exist."""
    first, last = scenario.document.horizon
    cells: Cells = {}
    programmes = list(scenario.document.programmes)
    for name in programmes:
        for year, award, values in programme_years(scenario, name):
            if first <= year <= last:
                cells.update({(measure, name, award, year): value for measure, value in values.items()})
    for measure in (*OF_PROGRAMMES, "spend_new", "spend_continuing"):
        for year in range(first, last + 1):
            cells[measure, TOTAL, "", year] = total([cells[measure, name, "", year] for name in programmes])
    return cells


def total(values: list[float | None]) -> float | None:
    """Sum, which does not exist where a term does not."""
    there = [value for value in values if value is not None]
    return sum(there) if len(there) == len(values) else None


def appropriation(document: Document, name: str, year: int) -> float:
    """A programme's own appropriation: base, levels, growths from the second year on."""
    programme = document.programmes[name]
    column = next(iter(programme.appropriations))
    base = programme.budget.base or document.budget.base or column
    money = (programme.appropriations[base] if isinstance(base, str) else base).at(year)
    for lever in (document.budget, programme.budget):
        money *= 1 + lever.level.at(year)
        for later in range(document.first_year + 1, year + 1):
            money *= 1 + lever.growth.at(later)
    return money


def programme_years(scenario: Scenario, name: str) -> Iterator[tuple[int, str, Values]]:
    """Each year of a programme, its award types first: (year, award or "", measures)."""
    document, carried = scenario.document, 0.0
    programme = document.programmes[name]
    books = [AwardBook(scenario, name, award) for award in programme.awards]
    planned = [AwardBook(scenario, name, award) for award in programme.awards]
    for year in range(document.first_year, document.horizon[1] + 1):
        budget = appropriation(document, name, year)
        fixed = fixed_costs(document, programme, year) if books else budget
        values = money_year(programme, books, year, (budget, carried, fixed))
        closing = values["unspent"] or 0.0
        carried = carried_on(document, programme, year, closing, budget)
        values |= {"carried_out": carried, "returned": closing - carried}
        values["required_budget"] = required(planned, year, fixed)
        of_awards = {each.name: each.values(year) for each in books}
        yield from ((year, award, of_award) for award, of_award in of_awards.items())
        sums = {key: total([of_award[key] for of_award in of_awards.values()]) for key in SUMS_OF_AWARDS}
        yield year, "", values | sums


def fixed_costs(document: Document, programme: Programme, year: int) -> float:
    """Fixed costs of a programme with award types."""
    fixed = programme.fixed_costs
    moved: float = index(document, fixed.index, year) ** fixed.indexation.at(year)
    return fixed.amount.at(year) * moved


def money_year(programme: Programme, books: list[AwardBook], year: int, given: tuple[float, float, float]) -> Values:
    """Commitments fall due, new awards are selected, money is paid."""
    budget, carried, fixed = given
    held = budget + carried
    commitments = sum(each.commitments(year) for each in books)
    reserve = programme.reserve.at(year)
    free = settled(held - fixed - commitments - reserve, held)
    chosen = selections(programme, books, year, free, budget - fixed - reserve)
    for each, number in zip(books, chosen, strict=True):
        each.select(year, number)
    spend = fixed + commitments + sum(each.selected[year] * each.first_cost(year) for each in books)
    left = settled(held - spend, held)
    return {
        "budget": budget,
        "carried_in": carried,
        "fixed_costs": fixed,
        "commitments": commitments,
        "available": max(0.0, free),
        "spend": spend,
        "unspent": max(0.0, left),
        "shortfall": max(0.0, -left),
        "outyear_commitments": sum(each.outyear_commitments(year) for each in books),
    }


def settled(money: float, held: float) -> float:
    """Money, nothing where it is too little to mean anything."""
    return 0.0 if abs(money) < TINY * held else money


def carried_on(document: Document, programme: Programme, year: int, unspent: float, budget: float) -> float:
    """What stays for the next year."""
    period = document.plan_periods.get(programme.agency)
    if period is not None and year in period.ends:
        return 0.0
    return unspent if programme.carry_limit is None else min(unspent, programme.carry_limit.at(year) * budget)


def required(planned: list[AwardBook], year: int, fixed: float) -> float | None:
    """What the plans need, had they been followed from the first year on."""
    need = fixed
    for each in planned:
        if each.award.plan is None:
            return None
        each.select(year, each.award.plan.at(year))
        need += each.commitments(year, in_full=True) + each.selected[year] * each.first_cost(year)
    return need


def selections(programme: Programme, books: list[AwardBook], year: int, free: float, steady: float) -> list[float]:
    """Selections of the year: by the intake rule, capped, affordable, and in whole awards where wanted."""
    if free <= 0:
        wanted = [0.0 for _ in books]
    else:
        wanted = [min(asked(programme, each, year, free, steady), highest(each, year)) for each in books]
    costs = [each.first_cost(year) for each in books]
    cost = sum(number * each for number, each in zip(wanted, costs, strict=True))
    if cost > free > 0:
        wanted = [number * free / cost for number in wanted]
    if not programme.whole_awards:
        return wanted
    chosen: list[float] = [whole(number, each, year) for number, each in zip(wanted, books, strict=True)]
    cost = sum(number * each for number, each in zip(chosen, costs, strict=True))
    if cost > max(0.0, free) * (1 + TINY):
        chosen = [floor(number + TINY) for number in wanted]
    for each, number, got in zip(books, wanted, chosen, strict=True):
        each.remainder = min(1.0, number + each.remainder - got)
    return chosen


def whole(number: float, each: AwardBook, year: int) -> int:
    """Whole awards out of a number and what was left of earlier years, not above the type's maximum."""
    rounded = min(floor(number + each.remainder + TINY), ceil(number - TINY))
    return floor(number + TINY) if rounded > highest(each, year) + TINY else rounded


def highest(each: AwardBook, year: int) -> float:
    """The type's maximum."""
    return each.award.maximum.at(year) if each.award.maximum is not None else inf


def asked(programme: Programme, each: AwardBook, year: int, free: float, steady: float) -> float:
    """What the intake rule asks for before caps."""
    if programme.intake == "plan":
        assert each.award.plan is not None
        return each.award.plan.at(year)
    given = each.award.budget_share
    share = 1 / len(programme.awards) if given is None else given.at(year)
    if programme.intake == "cash":
        return share * free / (each.award.take_up.at(year) * each.cost(year, 0, year))
    return max(0.0, share * steady / (each.award.take_up.at(year) * each.whole_cost(year)))
