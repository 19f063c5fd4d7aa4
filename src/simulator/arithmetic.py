"""The arithmetic of one figure: the terms that it is the sum of, each with the cohort and the rate it comes from.

Nothing is reckoned anew: terms are the starts of the core's own run times the kernels and prices that it read.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from simulator import cohorts
from simulator.arrays import Floats, Inputs, Programme
from simulator.errors import RequestError
from simulator.flows import Flows
from simulator.inputs import inputs_of
from simulator.leaves import Batch
from simulator.lifecycle import COMPLETIONS, EXITS, IN_PLACE, LATER_MONTHS, MONTHS, QUANTITIES_EXTENDED, era_of
from simulator.measures import TOTAL, measure
from simulator.scenario import Scenario
from simulator.sources import Source, behind
from simulator.tables import Line


class Term(NamedTuple):
    """``value = number · each``: of what, of which award type and year of start, million yen or awards.

    `number` and `each` are None where the term is one figure; `of` is a measure or the kind of the term.
    """

    of: str
    award: str
    begun: int | None
    number: float | None
    each: float | None
    value: float


@dataclass(frozen=True)
class Arithmetic:
    """A figure with the terms that add up to it, and the inputs that these were reckoned from."""

    scenario: Scenario
    line: Line
    year: int
    value: float
    terms: tuple[Term, ...]
    inputs: tuple[Source, ...]


def arithmetic(scenario: Scenario, line: Line, year: int) -> Arithmetic:
    """Take one figure of a scenario apart.

    Raises
    ------
    RequestError : it is of all programmes or of draws, has no terms, or the scenario does not show the year

    """
    first, last = scenario.document.horizon
    if not first <= year <= last:
        raise RequestError(f"{scenario.title} shows FY{first} to FY{last}, not FY{year}")
    if line.measure not in _TERMS:
        measure(line.measure)
        raise RequestError(f"{line.measure}: has no arithmetic of its own; there is one of {', '.join(_TERMS)}")
    batch = Batch((scenario,))
    inputs = inputs_of(batch, 0, 1)
    if line.programme == TOTAL or line.programme not in inputs.labels.programmes:
        known = ", ".join(inputs.labels.programmes)
        raise RequestError(f"{line.programme}: name one programme, of {known}")
    known = ", ".join(award for programme, award in inputs.labels.awards if programme == line.programme)
    if line.award and (line.programme, line.award) not in inputs.labels.awards:
        raise RequestError(f"{line.programme} has no award type {line.award}; it has {known or 'none'}")
    if line.award and measure(line.measure).level == "programme":
        raise RequestError(f"{line.measure} is of programmes, not of award types: leave out {line.award}")
    here = _Here(inputs, cohorts.simulate(inputs), line.programme, line.award, year - inputs.labels.first_year)
    terms = tuple(term for term in _TERMS[line.measure](here) if term.value)
    value = sum(term.value for term in terms)
    return Arithmetic(scenario, line, year, value, terms, tuple(behind(scenario, line.programme, line.award)))


@dataclass(frozen=True)
class _Here:
    """A programme, perhaps one award type of it, in a year: row `year` of Y."""

    inputs: Inputs
    flows: Flows
    name: str
    award: str
    year: int

    @property
    def row(self) -> int:
        """Place among P."""
        return self.inputs.labels.programmes.index(self.name)

    @property
    def programme(self) -> Programme | None:
        """None of a programme without award types."""
        return next((each for each in self.inputs.programmes if each.row == self.row), None)

    @property
    def awards(self) -> Iterator["_Award"]:
        """The award types wanted."""
        programme = self.programme
        for place, row in enumerate(range(programme.rows.start, programme.rows.stop) if programme else ()):
            name = self.inputs.labels.awards[row][1]
            if programme and self.award in ("", name):
                yield _Award(programme, place, row, name)

    def at(self, values: Floats, *place: int) -> float:
        """A figure of the run; what does not vary by year, or over runs, has length 1 there."""
        return float(values[place][0])

    def rates(self, award: "_Award", *values: Floats) -> Iterator[float]:
        """Figures of an award type in the year."""
        return (self.at(each, self.year, award.place) for each in values)


class _Award(NamedTuple):
    """An award type: its programme, its place among the types of that and among J, its name."""

    programme: Programme
    place: int
    row: int
    name: str

    def kernel(self, begun: int) -> Floats:
        """(K, Q, 1) of the cohort of a year, row `begun` of H + Y."""
        return era_of(self.programme.eras[self.place], begun).kernel


def _lives(quantity: int, *, earlier: int = 0) -> Callable[[_Here], Iterator[Term]]:
    """Terms ``starts_{t−k} · kernel[k]`` of all cohorts, as they stood so many years `earlier`."""

    def terms(here: _Here) -> Iterator[Term]:
        for award in here.awards:
            now = here.inputs.before + here.year - earlier
            for begun in range(now, -1, -1):
                kernel = award.kernel(begun)
                own = quantity if quantity < kernel.shape[1] else EXITS
                if now - begun < len(kernel):
                    yield _cohort(here, award.row, begun, here.at(kernel, now - begun, own))
            yield from _extensions(here, award, quantity, here.year - earlier)

    return terms


def _extensions(here: _Here, award: _Award, quantity: int, year: int) -> Iterator[Term]:
    for one in award.programme.extended:
        if one.target == award.place and year >= 0 and quantity < QUANTITIES_EXTENDED:
            yield Term(
                "extended", award.name, None, None, None, here.at(here.flows.extensions, year, one.slot, quantity)
            )


def _cohort(here: _Here, row: int, begun: int, each: float) -> Term:
    """What the starts of one year, row `begun` of H + Y, come to at so much each."""
    labels, starts = here.inputs.labels, here.at(here.flows.starts, begun, row)
    return Term(
        "starts", labels.awards[row][1], labels.first_year + begun - here.inputs.before, starts, each, starts * each
    )


def _supported(here: _Here) -> Iterator[Term]:
    """``active_{t−1} + starts_t``."""
    yield from _lives(IN_PLACE, earlier=1)(here)
    for award in here.awards:
        yield _cohort(here, award.row, here.inputs.before + here.year, 1.0)


def _starts(here: _Here) -> Iterator[Term]:
    """``τ (1 − δ) sel_t + deferred_{t−1} + promoted_t``."""
    for programme, place, row, name in here.awards:
        selected = here.at(here.flows.selected, here.year, row)
        at_once = here.at(programme.selection.at_once, here.year, place)
        deferred = here.at(here.flows.deferred, here.year, row)
        starts = here.at(here.flows.starts, here.inputs.before + here.year, row)
        yield Term("selected", name, None, selected, at_once, selected * at_once)
        yield Term("deferred", name, None, None, None, deferred)
        yield Term("promoted", name, None, None, None, starts - selected * at_once - deferred)


def _commitments(here: _Here) -> Iterator[Term]:
    """``continuing Σ_{k ≥ 1} starts_{t−k} u_k + (deferred_{t−1} + promoted_t) u_0 + extensions``."""
    now = here.inputs.before + here.year
    for award in here.awards:
        prices = award.programme.prices
        paid, first, month = here.rates(award, prices.continuing, prices.first, prices.month)
        for begun in range(now - 1, -1, -1):
            yield _cohort(here, award.row, begun, paid * _cost(here, award, now - begun, begun))
        for term in _starts(replace(here, award=award.name)):
            if term.of != "selected":
                yield term._replace(number=term.value, each=first, value=term.value * first)
        for term in _extensions(here, award, MONTHS, here.year):
            yield term._replace(number=term.value, each=month, value=term.value * month)


def _cost(here: _Here, award: _Award, offset: int, begun: int) -> float:
    """``u_k(t)`` of a cohort, on its own terms of life and at this year's prices."""
    kernel, prices, total = award.kernel(begun), award.programme.prices, 0.0
    if offset < len(kernel):
        months, exits = (here.at(kernel, offset, quantity) for quantity in (MONTHS, EXITS))
        month, end = here.rates(award, prices.month, prices.end)
        total = month * months + end * exits
    return total + _instalments(here, award, offset, later=False)


def _instalments(here: _Here, award: _Award, offset: int, *, later: bool) -> float:
    """What is paid per award in the year, or `later` than it."""
    total = 0.0
    for each in award.programme.instalments:
        shares = each.later if later else each.shares
        if each.target == award.place and offset < len(shares):
            total += here.at(each.price, here.year) * here.at(shares, offset)
    return total


def _new(here: _Here) -> Iterator[Term]:
    """``sel τ (1 − δ) u_0``."""
    for programme, place, row, name in here.awards:
        selected = here.at(here.flows.selected, here.year, row)
        cost = here.at(programme.selection.cost, here.year, place)
        yield Term("spend_new", name, None, selected, cost, selected * cost)


def _spend(here: _Here) -> Iterator[Term]:
    yield _whole(here, "fixed_costs", here.flows.money.fixed_costs)
    yield from _commitments(here)
    yield from _new(here)


def _available(here: _Here) -> Iterator[Term]:
    """``B + R − F − reserve − C``; where that is below 0, what is short is added."""
    money, year = here.flows.money, here.year
    yield _whole(here, "budget", money.appropriation)
    yield Term("carried_in", "", None, None, None, here.at(here.flows.carried, year, here.row))
    fixed = here.at(money.fixed_costs, year, here.row)
    yield Term("fixed_costs", "", None, None, None, -fixed)
    yield Term("reserve", "", None, None, None, fixed - here.at(money.set_aside, year, here.row))
    owed = [term._replace(value=-term.value) for term in _commitments(here)]
    yield from owed
    room = here.at(money.appropriation, year, here.row) + here.at(here.flows.carried, year, here.row)
    room += sum(term.value for term in owed) - here.at(money.set_aside, year, here.row)
    yield Term("shortfall", "", None, None, None, here.at(here.flows.available, year, here.row) - room)


def _whole(here: _Here, of: str, values: Floats) -> Term:
    return Term(of, "", None, None, None, here.at(values, here.year, here.row))


def _outyear(here: _Here) -> Iterator[Term]:
    """What cohorts, and deferred selections, will cost after this year, at its prices."""
    now = here.inputs.before + here.year
    for award in here.awards:
        prices = award.programme.prices
        month, end, whole = here.rates(award, prices.month, prices.end, prices.whole)
        for begun in range(now, -1, -1):
            kernel, offset = award.kernel(begun), now - begun
            each = _instalments(here, award, offset, later=True)
            if offset < len(kernel):
                each += month * here.at(kernel, offset, LATER_MONTHS) + end * here.at(kernel, offset, IN_PLACE)
            yield _cohort(here, award.row, begun, each)
        deferred = here.at(here.flows.deferred, here.year + 1, award.row)
        yield Term("deferred", award.name, None, deferred, whole, deferred * whole)


_TERMS: dict[str, Callable[[_Here], Iterator[Term]]] = {
    "spend": _spend,
    "commitments": _commitments,
    "spend_new": _new,
    "available": _available,
    "outyear_commitments": _outyear,
    "starts": _starts,
    "active": _lives(IN_PLACE),
    "supported": _supported,
    "person_months": _lives(MONTHS),
    "exits": _lives(EXITS),
    "completions": _lives(COMPLETIONS),
}
"""The terms of each measure that has any."""
