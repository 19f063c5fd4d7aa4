"""Replications as flows, on the axes of `arrays`, and as months."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from simulator.arrays import Floats, Money
from simulator.events.engine import Replication
from simulator.events.terms import Portfolio
from simulator.flows import Flows
from simulator.lifecycle import COMPLETIONS, EXITS, IN_PLACE, LATER_MONTHS, MONTHS


@dataclass(frozen=True)
class Shape:
    """Lengths of the axes of flows: years before the first of starts and of cohorts, quantities, extended types."""

    before: int
    lead: int
    quantities: int
    extended: tuple[int, ...]


@dataclass(frozen=True)
class Months:
    """By month from the first April: million yen paid to awards, and awards in place at its end, (12 Y, J, R)."""

    cash: Floats
    in_place: Floats


OF_LEDGERS = ("commitments", "available", "spend", "unspent", "shortfall", "outyear_commitments", "carried")


def flows(portfolios: Sequence[Portfolio], found: Sequence[Replication], shape: Shape) -> Flows:
    """Flows of R replications, each of its own portfolio."""
    return Flows(
        money=_money(portfolios, found),
        starts=_stacked([_starts(*each, shape.before) for each in zip(portfolios, found, strict=True)]),
        cohorts=_stacked([_cohorts(each, shape) for each in found]),
        extended=_stacked([_extended(each, shape.extended) for each in found]),
        extensions=_stacked([_extensions(each, shape.extended) for each in found]),
        selected=_stacked([_of_books(each, "selected") for each in found]),
        deferred=_stacked([_of_books(each, "deferred", more=1) for each in found]),
        spend_new=_stacked([_of_books(each, "new") for each in found]),
        spend_continuing=_stacked([_of_books(each, "continuing") for each in found]),
        **{
            name: _stacked([_columns([getattr(of, name) for of in each.ledgers]) for each in found])
            for name in OF_LEDGERS
        },
        lots=True,
    )


def months(found: Sequence[Replication]) -> Months:
    """Months of R replications."""
    return Months(
        *(_stacked([_of_books(each, name, per_year=12) for each in found]) for name in ("cash", "standing")),
    )


def joined(parts: Sequence[Flows]) -> Flows:
    """Flows of replications side by side."""
    names = [each.name for each in fields(Flows) if each.name not in ("money", "lots")]
    money = {name: _joined([vars(part.money)[name] for part in parts]) for name in vars(parts[0].money)}
    return Flows(
        Money(**money), **{name: _joined([getattr(part, name) for part in parts]) for name in names}, lots=True
    )


def mean_months(parts: Sequence[Months]) -> Months:
    """Means over the replications of all parts, (12 Y, J)."""
    whole = months_joined(parts)
    return Months(whole.cash.mean(axis=-1), whole.in_place.mean(axis=-1))


def months_joined(parts: Sequence[Months]) -> Months:
    """Months of replications side by side."""
    return Months(_joined([part.cash for part in parts]), _joined([part.in_place for part in parts]))


def _joined(parts: Sequence[Floats]) -> Floats:
    return np.ascontiguousarray(np.concatenate(parts, axis=-1))


def _stacked(parts: Sequence[Floats]) -> Floats:
    return np.ascontiguousarray(np.stack(parts, axis=-1))


def _columns(rows: Sequence[Sequence[float]]) -> Floats:
    """Lists by year of each award type or programme as (Y, n)."""
    return np.array(rows, dtype=np.float64).T


def _starts(portfolio: Portfolio, found: Replication, before: int) -> Floats:
    starts = np.zeros((before + portfolio.years, len(found.books)))
    for place, (book, terms) in enumerate(zip(found.books, portfolio.awards, strict=True)):
        known = terms.history[max(len(terms.history) - before, 0) :]
        starts[before - len(known) : before, place] = known
        starts[before:, place] = book.starts
    return starts


def _of_books(found: Replication, name: str, *, per_year: int = 1, more: int = 0) -> Floats:
    """(Y, J) of what each award type's book says by year, or by month, perhaps before the first too."""
    length = per_year * len(found.ledgers[0].budget) + more
    rows = [getattr(book, name) for book in found.books]
    return np.array(rows, dtype=np.float64).reshape(len(rows), length).T


def _cohorts(found: Replication, shape: Shape) -> Floats:
    names = {EXITS: "exits", MONTHS: "months", IN_PLACE: "in_place", LATER_MONTHS: "later", COMPLETIONS: "completions"}
    rows = [[getattr(book, names[quantity]) for quantity in range(shape.quantities)] for book in found.books]
    length = shape.lead + len(found.ledgers[0].budget)
    return np.array(rows, dtype=np.float64).reshape(len(rows), shape.quantities, length).transpose(2, 0, 1)


def _extended(found: Replication, extended: tuple[int, ...]) -> Floats:
    rows = [found.books[place].extended for place in extended]
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(found.ledgers[0].budget)).T


def _extensions(found: Replication, extended: tuple[int, ...]) -> Floats:
    rows = np.array([found.books[place].extensions for place in extended])
    return rows.transpose(2, 0, 1) if extended else np.empty((len(found.ledgers[0].budget), 0, 3))


def _money(portfolios: Sequence[Portfolio], found: Sequence[Replication]) -> Money:
    """Money that was known, or split, in every year."""
    given, fixed, reserve, limit = (
        _stacked([_columns(rows) for rows in parts])
        for parts in zip(*(_of_money(*each) for each in zip(portfolios, found, strict=True)), strict=True)
    )
    ceiling = np.full(given.shape, np.inf)
    np.multiply(limit, given, out=ceiling, where=np.isfinite(limit))
    return Money(given, fixed, fixed + reserve, np.maximum(given - fixed - reserve, 0.0), ceiling)


def _of_money(portfolio: Portfolio, found: Replication) -> tuple[list[list[float]], ...]:
    zeros, unlimited = [0.0] * portfolio.years, [np.inf] * portfolio.years
    return (
        [each.budget for each in found.ledgers],
        [each.fixed_costs for each in found.ledgers],
        [each.reserve if each.awards else zeros for each in portfolio.programmes],
        [each.carry_limit if each.awards else unlimited for each in portfolio.programmes],
    )
