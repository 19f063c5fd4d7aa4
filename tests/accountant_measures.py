"""The measures of one award type in a year, as the accountant reads them from its books; model.md 2 to 5 and 8."""

import numpy as np

from tests.accountant_awards import AwardBook, AwardCosts, Values
from tests.accountant_prices import shares_of


def award_values(book: AwardBook, year: int) -> Values:
    """All measures of an award type in a year."""
    return {
        **money(book, year),
        **lives(book, year),
        **selection(book, year),
        **outcomes(book, year),
        **stability(book.costs),
        **{f"unit_price_{name}": value for name, value in book.costs.prices[year].items()},
    }


def money(book: AwardBook, year: int) -> Values:
    """What the type costs."""
    new = book.selected[year] * book.costs.first_cost(year)
    continuing = book.commitments(year)
    person_months = book.lived_in_all("person_months", year)
    return {
        "spend_new": new,
        "spend_continuing": continuing,
        "partner_spend": book.partner_spend(year),
        "cost_per_start": book.costs.whole_cost(year),
        "cost_per_person_month": (new + continuing) / person_months if person_months else None,
        "real_value": book.costs.real_values[year],
    }


def selection(book: AwardBook, year: int) -> Values:
    """Who applies and who is selected."""
    selected, applicants = book.selected[year], book.applicants[year]
    return {
        "applicants": applicants,
        "selected": selected,
        "success_rate": selected / applicants if applicants else None,
        "declined": selected * (1 - book.award.take_up.at(year)),
        "deferred": book.deferred[year],
    }


def lives(book: AwardBook, year: int) -> Values:
    """Who starts, who is in place, who leaves."""
    starts, person_months = book.starts[year], book.lived_in_all("person_months", year)
    places = shares_of(book.award, year) if book.award.destinations else {}
    return {
        "starts": starts,
        "promoted": book.promoted[year],
        "extended": book.extended[year],
        "exits": book.lived_in_all("exits", year),
        "completions": book.completions(year),
        "active": book.lived_in_all("in_place", year),
        "supported": book.lived_in_all("in_place", year - 1) + starts,
        "average_in_place": person_months / 12,
        "person_months": person_months,
        **{f"starts_{place}": starts * share for place, share in places.items()},
    }


def outcomes(book: AwardBook, year: int) -> Values:
    """What holders and alumni bring, as far as the document says how much."""
    told = book.award.outcomes
    alumni = sum(book.completions(past) for past in range(book.costs.first, year + 1))
    papers = top10 = top10_before = None
    if told.papers_a_year is not None:
        papers = book.lived_in_all("person_months", year) / 12 * told.papers_a_year.at(year)
    if papers is not None and told.top10_share is not None:
        top10 = papers * told.top10_share.after.at(year)
        top10_before = papers * told.top10_share.before.at(year)
    return {
        "alumni": alumni,
        "return_visits": None if told.return_visits is None else alumni * told.return_visits.at(year),
        "papers": papers,
        "top10_papers": top10,
        "top10_papers_before": top10_before,
        "ties": None if told.ties is None else book.lived_in_all("in_place", year) * told.ties.at(year),
    }


def stability(costs: AwardCosts) -> Values:
    """How the type answers a step in its budget, by the cost of one award of the first year over its life."""
    first = costs.first
    payments = [costs.cost(first, offset, first) for offset in range(costs.reach + 1)]
    if payments[0] == 0:
        return {"amplification": None, "spectral_radius": None}
    roots = np.roots(payments)
    return {
        "amplification": sum(payments) / payments[0],
        "spectral_radius": max((float(abs(root)) for root in roots), default=0.0),
    }
