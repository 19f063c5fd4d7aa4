"""Scenarios become arrays: the inputs of a block of runs, on the axes of `arrays`.

Each part is built from the leaves it reads, once; for a block of runs only those parts are built again that read a
leaf which varies. Nothing is parsed or validated per run.
"""

from collections.abc import Iterator
from functools import partial

import numpy as np

from simulator import lives, pricing
from simulator.arrays import Era, Floats, Inputs, Money, Prices, Programme, Selection
from simulator.leaves import Batch, Leaves, alike, side_by_side
from simulator.lifecycle import EXITS, LATER_MONTHS, MONTHS, terms_of
from simulator.values import SHARES_SUM_TOLERANCE, Steps

LEAST = 1e-9
"""A take-up, or a cost in million yen, below this is none: an intake rule would divide by it."""


def blocks(batch: Batch, size: int) -> Iterator[tuple[slice, Inputs]]:
    """Inputs of `size` runs at a time, in order, with the slice of the run axis they are.

    Raises
    ------
    RequestError : a varied path is no number of the scenario, or a value is outside its bounds
    InputError : an intake rule would have to divide by nothing, or shares do not add up to 1
    """
    batch.check()
    for start in range(0, batch.runs, size):
        stop = min(start + size, batch.runs)
        yield slice(start, stop), inputs_of(batch, start, stop)


def inputs_of(batch: Batch, start: int, stop: int) -> Inputs:
    """Inputs of runs `start` to `stop`."""
    leaves = Leaves(batch, start, stop)
    labels, years = batch.labels, leaves.years
    programmes = leaves.document.programmes
    with_awards = [name for name in programmes if programmes[name].awards]
    parts = {name: leaves.kept(name, partial(_programme, leaves, name)) for name in with_awards}
    periods = [leaves.document.plan_periods.get(programme.agency) for programme in programmes.values()]
    lapses = [[period is not None and year in period.ends for period in periods] for year in years]
    return Inputs(
        runs=stop - start,
        labels=labels,
        before=len(lives.history_years(leaves)),
        quantities=lives.quantities(leaves),
        money=_money(leaves),
        lapses=np.array(lapses),
        take_up=tuple(leaves.by_year(f"{path}.take_up", years) for path in leaves.award_paths),
        component_prices=tuple(pricing.component_price(leaves, *component) for component in labels.components),
        programmes=tuple(parts.values()),
    )


def _programme(leaves: Leaves, name: str) -> Programme:
    """Prices, rules and lives of a programme's award types."""
    programme = leaves.document.programmes[name]
    awards = [f"programmes.{name}.awards.{award}" for award in programme.awards]
    quantities = lives.quantities(leaves)
    eras = tuple(
        leaves.kept(("eras", award), partial(lives.eras, leaves, award, quantities=quantities)) for award in awards
    )
    before = lives.history_years(leaves)
    history = side_by_side([leaves.named(f"{award}.history", before) for award in awards], len(before))
    prices = _prices(leaves, name, eras)
    first = leaves.award_paths.index(awards[0])
    return Programme(
        row=leaves.labels.programmes.index(name),
        rows=slice(first, first + len(awards)),
        intake=programme.intake,
        whole_awards=programme.whole_awards,
        capped=any(award.maximum for award in programme.awards.values()),
        defers=any(leaves.ever(f"{award}.deferral") for award in awards),
        cuts=any(leaves.cut(f"{award}.continuing") for award in awards),
        selection=_selection(leaves, name, awards, prices),
        prices=prices,
        eras=eras,
        history=history,
    )


def _prices(leaves: Leaves, name: str, lives_of: tuple[tuple[Era, ...], ...]) -> Prices:
    """``u_0 = start + e_0 end + P_0 month`` and ``Σ_k u_k = start + end + Σ_k P_k month``."""
    rows: list[tuple[Floats, ...]] = []
    path, awards = f"programmes.{name}", leaves.document.programmes[name].awards
    for award, eras in zip(awards, lives_of, strict=True):
        start, end, month = pricing.by_basis(leaves, name, award)
        begun = [terms_of(eras, row) for row in range(eras[-1].stop - len(leaves.years), eras[-1].stop)]
        exits, months = (np.stack(alike([kernel[0, q] for kernel in begun])) for q in (EXITS, MONTHS))
        later = np.stack(alike([kernel[0, LATER_MONTHS] for kernel in begun]))
        first = start + end * exits + month * months
        rows.append((end, month, first, start + end + month * (months + later)))
    paid = [leaves.by_year(f"{path}.awards.{award}.continuing", leaves.years) for award in awards]
    return Prices(*(side_by_side(column, len(leaves.years)) for column in [*zip(*rows, strict=True), paid]))


def _selection(leaves: Leaves, name: str, awards: list[str], prices: Prices) -> Selection:
    """Terms of selection and what a selection costs; faults where a rule would divide by nothing."""
    years, programme = leaves.years, leaves.document.programmes[name]

    def given(field: str, otherwise: float) -> Floats:
        absent = np.full((len(years), 1), otherwise)
        paths = [f"{award}.{field}" for award in awards]
        return side_by_side([leaves.by_year(p, years) if leaves.has(p) else absent for p in paths], len(years))

    take_up, deferral = given("take_up", 1.0), given("deferral", 0.0)
    put_off = take_up * deferral
    at_once = take_up - put_off
    share = given("budget_share", 1.0 / len(awards))
    reckoned = take_up * (prices.first if programme.intake == "cash" else prices.whole)
    if programme.intake != "plan":
        _require_funded(leaves, awards, take_up, reckoned, programme.intake)
    _require_sum(leaves, f"programmes.{name}.awards", "budget shares of its types", share[0])
    for path, award in zip(awards, programme.awards.values(), strict=True):
        if award.destinations:
            shares = np.stack(alike([leaves.once(f"{path}.destinations.{place}") for place in award.destinations]))
            _require_sum(leaves, f"{path}.destinations", "shares", shares)
    return Selection(
        at_once=at_once,
        put_off=put_off,
        plan=given("plan", np.nan),
        maximum=given("maximum", np.inf),
        cost=at_once * prices.first,
        weight=np.divide(share, reckoned, out=np.zeros_like(share * reckoned), where=reckoned >= LEAST),
    )


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


def _money(leaves: Leaves) -> Money:
    """Money of all programmes; one without award types spends what it is given, F = B."""
    columns = [_money_of(leaves, name) for name in leaves.labels.programmes]
    return Money(*(side_by_side(rows, len(leaves.years)) for rows in zip(*columns, strict=True)))


def _money_of(leaves: Leaves, name: str) -> tuple[Floats, ...]:
    """Fields of `Money` for one programme, (Y, r) each."""
    path, years = f"programmes.{name}", leaves.years
    given = leaves.kept(("appropriation", name), partial(_appropriation, leaves, name))
    unlimited = np.full((len(years), 1), np.inf)
    programme = leaves.document.programmes[name]
    if not programme.awards:
        return given, given, given, np.zeros_like(given), unlimited
    index = pricing.passed_on(leaves, programme.fixed_costs.index, f"{path}.fixed_costs.indexation")
    fixed = leaves.by_year(f"{path}.fixed_costs.amount", years) * index
    set_aside = fixed + leaves.by_year(f"{path}.reserve", years)
    limit = f"{path}.carry_limit"
    ceiling = leaves.by_year(limit, years) * given if leaves.has(limit) else unlimited
    return given, fixed, set_aside, np.maximum(given - set_aside, 0.0), ceiling


def _appropriation(leaves: Leaves, name: str) -> Floats:
    """``B_t = base_t (1 + level) Π_{first < s ≤ t} (1 + growth_s)``, the portfolio's and the programme's, (Y, r)."""
    path, programme = f"programmes.{name}", leaves.document.programmes[name]
    base = programme.budget.base or leaves.document.budget.base or next(iter(programme.appropriations))
    given = f"{path}.budget.base" if isinstance(base, Steps) else f"{path}.appropriations.{base}"
    money = leaves.by_year(given, leaves.years)
    for levers in ("budget", f"{path}.budget"):
        growth = pricing.compounded(leaves.by_year(f"{levers}.growth", leaves.years))
        money = money * ((1.0 + leaves.once(f"{levers}.level")) * growth)
    return money
