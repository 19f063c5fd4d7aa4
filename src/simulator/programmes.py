"""Programmes: the prices, rules and lives of their award types, on the axes of `arrays`."""

from functools import partial, reduce

import numpy as np

from simulator import lifecycle, lives, pricing
from simulator.arrays import Demand, Era, Extended, Floats, Instalments, Prices, Programme, Selection
from simulator.demand import links, of_award
from simulator.leaves import Leaves, alike, side_by_side
from simulator.lifecycle import EXITS, LATER_MONTHS, MONTHS, era_of
from simulator.shares import SHARES_SUM_TOLERANCE

LEAST = 1e-9
"""A take-up, or a cost in million yen, below this is none: an intake rule would divide by it."""


def programme_of(leaves: Leaves, name: str) -> Programme:
    """Prices, rules and lives of a programme's award types."""
    programme, awards = leaves.document.programmes[name], _paths(leaves, name)
    quantities, before = lives.quantities(leaves), lives.history_years(leaves)
    eras = tuple(
        leaves.kept(("eras", award), partial(lives.eras, leaves, award, quantities=quantities)) for award in awards
    )
    prices = _prices(leaves, name, eras)
    demand = [found for place, award in enumerate(programme.awards) if (found := of_award(leaves, name, award, place))]
    backlog = np.stack(alike([leaves.once(f"{award}.backlog") for award in awards]))
    first = leaves.award_paths.index(awards[0])
    return Programme(
        row=leaves.labels.programmes.index(name),
        rows=slice(first, first + len(awards)),
        intake=programme.intake,
        whole_awards=programme.whole_awards,
        capped=bool(demand) or any(award.maximum for award in programme.awards.values()),
        defers=any(leaves.ever(f"{award}.{field}") for award in awards for field in ("deferral", "backlog")),
        pays_ends=bool(prices.end.any()),
        cuts=any(leaves.cut(f"{award}.continuing") for award in awards),
        selection=_selection(leaves, name, prices, demand),
        prices=prices,
        eras=eras,
        history=leaves.kept(("history", name), partial(_history, leaves, awards, before)),
        backlog=backlog,
        promotions=tuple(
            link
            for place, award in enumerate(programme.awards)
            for link in links(leaves, "promotes", name, award, place)
        ),
        fed=tuple(each for each in demand if each.feeds),
        extended=_extended(leaves, name),
        instalments=_instalments(leaves, name),
    )


def extended_awards(leaves: Leaves) -> tuple[int, ...]:
    """The award types, by their place among J, that are extended in some year simulated."""
    programmes = leaves.document.programmes
    return tuple(
        row
        for row, (programme, award) in enumerate(leaves.labels.awards)
        if any(year in leaves.years for year in programmes[programme].awards[award].extensions)
    )


def _paths(leaves: Leaves, name: str) -> list[str]:
    """Dotted paths of a programme's award types."""
    return [f"programmes.{name}.awards.{award}" for award in leaves.document.programmes[name].awards]


def _history(leaves: Leaves, awards: list[str], before: range) -> Floats:
    return side_by_side([leaves.named(f"{award}.history", before) for award in awards], len(before))


def _extended(leaves: Leaves, name: str) -> tuple[Extended, ...]:
    rows = extended_awards(leaves)
    return tuple(
        Extended(rows.index(row), place, lives.extensions(leaves, path))
        for place, path in enumerate(_paths(leaves, name))
        if (row := leaves.award_paths.index(path)) in rows
    )


def _instalments(leaves: Leaves, name: str) -> tuple[Instalments, ...]:
    return tuple(
        Instalments(place, price, shares, lifecycle.still_to_come(shares))
        for place, award in enumerate(leaves.document.programmes[name].awards)
        for price, shares in pricing.in_instalments(leaves, name, award)
    )


def _prices(leaves: Leaves, name: str, lives_of: tuple[tuple[Era, ...], ...]) -> Prices:
    """``u_0 = start + e_0 end + P_0 month + spread_0 award`` and ``Σ_k u_k``."""
    rows: list[tuple[Floats, ...]] = []
    path, awards = f"programmes.{name}", leaves.document.programmes[name].awards
    for award, eras in zip(awards, lives_of, strict=True):
        start, end, month = pricing.by_basis(leaves, name, award)
        begun = [era_of(eras, row).kernel for row in range(eras[-1].stop - len(leaves.years), eras[-1].stop)]
        exits, months = (np.stack(alike([kernel[0, q] for kernel in begun])) for q in (EXITS, MONTHS))
        later = np.stack(alike([kernel[0, LATER_MONTHS] for kernel in begun]))
        first, whole = start + end * exits + month * months, start + end + month * (months + later)
        for price, shares in pricing.in_instalments(leaves, name, award):
            first, whole = first + price * shares[0], whole + price * reduce(np.add, shares)
        rows.append((end, month, first, whole))
    paid = [leaves.by_year(f"{path}.awards.{award}.continuing", leaves.years) for award in awards]
    return Prices(*(side_by_side(column, len(leaves.years)) for column in [*zip(*rows, strict=True), paid]))


def _selection(leaves: Leaves, name: str, prices: Prices, demand: list[Demand]) -> Selection:
    """Terms of selection and what a selection costs; faults where a rule would divide by nothing."""
    years, programme, awards = leaves.years, leaves.document.programmes[name], _paths(leaves, name)

    def given(field: str, otherwise: float) -> Floats:
        absent = np.full((len(years), 1), otherwise)
        paths = [f"{award}.{field}" for award in awards]
        return side_by_side([leaves.by_year(p, years) if leaves.has(p) else absent for p in paths], len(years))

    take_up, deferral = given("take_up", 1.0), given("deferral", 0.0)
    put_off = take_up * deferral if deferral.any() else deferral
    at_once = take_up - put_off if deferral.any() else take_up
    share = given("budget_share", 1.0 / len(awards))
    reckoned = take_up * (prices.first if programme.intake == "cash" else prices.whole)
    if programme.intake != "plan":
        _require_funded(leaves, awards, take_up, reckoned, programme.intake)
    for shares in share:
        _require_sum(leaves, f"programmes.{name}.awards", "budget shares of its types", shares)
    for path, award in zip(awards, programme.awards.values(), strict=True):
        if award.destinations:
            shares = np.stack(alike([leaves.once(f"{path}.destinations.{place}") for place in award.destinations]))
            _require_sum(leaves, f"{path}.destinations", "shares", shares)
    shape = np.broadcast_shapes(share.shape, reckoned.shape)
    return Selection(
        at_once=at_once,
        put_off=put_off,
        plan=given("plan", np.nan),
        maximum=_highest(given("maximum", np.inf), demand),
        cost=at_once * prices.first,
        weight=np.divide(share, reckoned, out=np.zeros(shape), where=reckoned >= LEAST),
    )


def _highest(maximum: Floats, demand: list[Demand]) -> Floats:
    """``min(maximum, θ · applicants)``, (Y, n, r); the core does the same where completions bring applicants."""
    rows = list(np.moveaxis(maximum, 1, 0))
    for each in demand:
        if not each.feeds:
            rows[each.target] = np.minimum(rows[each.target], each.highest_rate * each.applicants)
    return side_by_side(rows, len(maximum))


def _require_sum(leaves: Leaves, path: str, what: str, shares: Floats) -> None:
    """Raise where shares (n, r) miss 1 in some run: one was varied alone."""
    if (np.abs(shares.sum(axis=0) - 1.0) > SHARES_SUM_TOLERANCE).any():
        raise leaves.fault(path, f"the {what} do not add up to 1 in some run")


def _require_funded(leaves: Leaves, awards: list[str], take_up: Floats, reckoned: Floats, rule: str) -> None:
    """Raise where an intake rule would divide by nothing."""
    for award, path in enumerate(awards):
        if (take_up[:, award] < LEAST).any():
            raise leaves.fault(f"{path}.take_up", f"is 0, so that intake rule {rule} could never spend: use plan")
        if (reckoned[:, award] < LEAST).any():
            raise leaves.fault(f"{path}.costs", f"an award costs nothing, so that {rule} has no end: use plan")
