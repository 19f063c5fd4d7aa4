"""Scenarios become arrays: the inputs of a block of runs, on the axes of `arrays`.

Each part is built from the leaves it reads, once; for a block of runs only those parts are built again that read a
leaf which varies. Nothing is parsed or validated per run.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar

import numpy as np

from simulator import lifecycle, lives, pricing
from simulator.arrays import Budgets, Choices, Floats, Inputs, Terms
from simulator.errors import InputError, Place
from simulator.leaves import Batch, Leaves, side_by_side
from simulator.values import SHARES_SUM_TOLERANCE, Steps

Part = TypeVar("Part")


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
        inputs = inputs_of(batch, start, stop)
        _check(batch, inputs)
        yield slice(start, stop), inputs


def inputs_of(batch: Batch, start: int, stop: int) -> Inputs:
    """Inputs of runs `start` to `stop`."""
    leaves = Leaves(batch, start, stop)

    def part(build: Callable[[Leaves], Part]) -> Part:
        return leaves.kept(build, partial(build, leaves))

    return Inputs(
        runs=stop - start,
        labels=batch.labels,
        choices=part(_choices),
        budgets=part(_budgets),
        terms=part(_terms),
        prices=part(pricing.prices),
        life=part(lives.life),
        history=part(lives.history),
    )


def _choices(leaves: Leaves) -> Choices:
    document = leaves.document
    programmes = document.programmes.values()
    periods = [document.plan_periods.get(programme.agency) for programme in programmes]
    lapses = [[period is not None and year in period.ends for period in periods] for year in leaves.years]
    return Choices(
        intake=tuple(programme.intake for programme in programmes),
        whole_awards=tuple(programme.whole_awards for programme in programmes),
        capped=tuple(any(award.maximum for award in programme.awards.values()) for programme in programmes),
        lapses=np.array(lapses, dtype=np.bool_),
    )


def _budgets(leaves: Leaves) -> Budgets:
    """Money of each programme; one without award types spends what it is given, F = B."""
    appropriation, fixed_costs, reserve, ceiling = [], [], [], []
    nothing, unlimited = np.zeros((len(leaves.years), 1)), np.full((len(leaves.years), 1), np.inf)
    for name, programme in leaves.document.programmes.items():
        path = f"programmes.{name}"
        given = leaves.kept(path, partial(_appropriation, leaves, name))
        index = pricing.passed_on(leaves, programme.fixed_costs.index, f"{path}.fixed_costs.indexation")
        fixed = leaves.by_year(f"{path}.fixed_costs.amount", leaves.years) * index
        limit = f"{path}.carry_limit"
        appropriation.append(given)
        fixed_costs.append(fixed if programme.awards else given)
        reserve.append(leaves.by_year(f"{path}.reserve", leaves.years) if programme.awards else nothing)
        ceiling.append(leaves.by_year(limit, leaves.years) * given if leaves.has(limit) else unlimited)
    return Budgets(*(side_by_side(rows, len(leaves.years)) for rows in (appropriation, fixed_costs, reserve, ceiling)))


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


def _terms(leaves: Leaves) -> Terms:
    paths = [f"programmes.{programme}.awards.{award}" for programme, award in leaves.labels.awards]

    def given(field: str, otherwise: float) -> Floats:
        absent = np.full((len(leaves.years), 1), otherwise)
        there = [leaves.has(f"{path}.{field}") for path in paths]
        rows = zip(paths, there, strict=True)
        found = [leaves.by_year(f"{path}.{field}", leaves.years) if has else absent for path, has in rows]
        return side_by_side(found, len(leaves.years))

    shares = []
    for path, (programme, _) in zip(paths, leaves.labels.awards, strict=True):
        equal = np.full(1, 1.0 / len(leaves.document.programmes[programme].awards))
        shares.append(leaves.once(f"{path}.budget_share") if leaves.has(f"{path}.budget_share") else equal)
    return Terms(
        take_up=given("take_up", 1.0),
        deferral=given("deferral", 0.0),
        plan=given("plan", np.nan),
        maximum=given("maximum", np.inf),
        budget_share=side_by_side([share[None] for share in shares], 1)[0],
    )


def _check(batch: Batch, inputs: Inputs) -> None:
    """Raise InputError where a rule of the year would divide by nothing, or varied shares miss 1."""
    whole = inputs.prices.start + inputs.prices.end + inputs.prices.month * inputs.life.months
    prices, born = inputs.prices, inputs.life.first
    first = prices.start + prices.end * born[:, lifecycle.EXITS] + prices.month * born[:, lifecycle.MONTHS]
    for rule, awards in zip(inputs.choices.intake, inputs.labels.groups, strict=True):
        for award in awards if rule in ("steady", "cash") else ():
            path = ".".join(("programmes", inputs.labels.awards[award][0], "awards", inputs.labels.awards[award][1]))
            if (inputs.terms.take_up[:, award] <= 0).any():
                raise _fault(batch, f"{path}.take_up", f"is 0, so that intake rule {rule} could never spend: use plan")
            if ((whole if rule == "steady" else first)[:, award] <= 0).any():
                raise _fault(batch, f"{path}.costs", f"an award costs nothing, so that {rule} has no end: use plan")
        total = inputs.terms.budget_share[list(awards)].sum(axis=0)
        if awards and (np.abs(total - 1.0) > SHARES_SUM_TOLERANCE).any():
            path = f"programmes.{inputs.labels.awards[awards[0]][0]}.awards"
            raise _fault(batch, path, "the budget shares of its types do not add up to 1 in some run")


def _fault(batch: Batch, path: str, message: str) -> InputError:
    scenario = batch.scenarios[0]
    return InputError.single(scenario.places.get(path, Place(scenario.name, 0, 0)), path, message)
