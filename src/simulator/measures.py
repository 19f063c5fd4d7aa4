"""The dictionary of measures: id, unit, what it is of, whether it adds up, and how the flows give it.

Every table, chart, help text and condition reads its measures here; labels for people are in `labels/`.
"""

import difflib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from simulator import planning
from simulator.arrays import Floats, Flows, Inputs, Labels
from simulator.errors import RequestError
from simulator.lifecycle import COMPLETIONS, EXITS, IN_PLACE, MONTHS

TOTAL = "total"
UNIT_PRICE = "unit_price_"


@dataclass(frozen=True)
class Measure:
    """One measure: `of` gives it from the flows of a block as (Y, J, R) or (Y, P, R).

    Attributes
    ----------
    level : "award" or "programme", what `of` has on its second axis
    sums : whether award types add up to their programme
    totals : whether programmes add up to the portfolio

    """

    id: str
    unit: str
    level: str
    of: Callable[[Flows, Inputs], Floats]
    sums: bool = True
    totals: bool = False


def _flow(name: str) -> Callable[[Flows, Inputs], Floats]:
    return lambda flows, _: getattr(flows, name)


def _cohorts(quantity: int) -> Callable[[Flows, Inputs], Floats]:
    return lambda flows, _: flows.cohorts[1:, :, quantity]


def _completions(flows: Flows, _: Inputs) -> Floats:
    """Where nothing ends early, exits are completions."""
    return flows.cohorts[1:, :, COMPLETIONS if flows.cohorts.shape[2] > COMPLETIONS else EXITS]


def _declined(flows: Flows, inputs: Inputs) -> Floats:
    rows = [(1.0 - take_up) * flows.selected[:, award] for award, take_up in enumerate(inputs.take_up)]
    return np.stack(rows, axis=1) if rows else flows.selected


def _supported(flows: Flows, inputs: Inputs) -> Floats:
    """In place at some time in the year."""
    return flows.cohorts[:-1, :, IN_PLACE] + flows.starts[inputs.before :]


def _budget(flows: Flows, inputs: Inputs) -> Floats:
    return np.broadcast_to(inputs.money.appropriation, flows.spend.shape)


def _fixed_costs(flows: Flows, inputs: Inputs) -> Floats:
    return np.broadcast_to(inputs.money.fixed_costs, flows.spend.shape)


def _returned(flows: Flows, _: Inputs) -> Floats:
    return flows.unspent - flows.carried[1:]


def _cost_per_start(flows: Flows, inputs: Inputs) -> Floats:
    cost = np.empty_like(flows.selected)
    for programme in inputs.programmes:
        cost[:, programme.rows] = programme.prices.whole
    return cost


def _cost_per_person_month(flows: Flows, _: Inputs) -> Floats:
    """NaN where nobody is in place."""
    cost = flows.spend_new + flows.spend_continuing
    months = flows.cohorts[1:, :, MONTHS]
    return np.divide(cost, months, out=np.full_like(cost, np.nan), where=months > 0)


MILLION_YEN, COUNT = "million_yen", "count"

MEASURES = {
    measure.id: measure
    for measure in (
        Measure("budget", MILLION_YEN, "programme", _budget, totals=True),
        Measure("carried_in", MILLION_YEN, "programme", lambda flows, _: flows.carried[:-1], totals=True),
        Measure("fixed_costs", MILLION_YEN, "programme", _fixed_costs, totals=True),
        Measure("commitments", MILLION_YEN, "programme", _flow("commitments"), totals=True),
        Measure("available", MILLION_YEN, "programme", _flow("available"), totals=True),
        Measure("spend", MILLION_YEN, "programme", _flow("spend"), totals=True),
        Measure("unspent", MILLION_YEN, "programme", _flow("unspent"), totals=True),
        Measure("carried_out", MILLION_YEN, "programme", lambda flows, _: flows.carried[1:], totals=True),
        Measure("returned", MILLION_YEN, "programme", _returned, totals=True),
        Measure("shortfall", MILLION_YEN, "programme", _flow("shortfall"), totals=True),
        Measure("outyear_commitments", MILLION_YEN, "programme", _flow("outyear_commitments"), totals=True),
        Measure(
            "required_budget", MILLION_YEN, "programme", lambda _, inputs: planning.required_budget(inputs), totals=True
        ),
        Measure("spend_new", MILLION_YEN, "award", _flow("spend_new"), totals=True),
        Measure("spend_continuing", MILLION_YEN, "award", _flow("spend_continuing"), totals=True),
        Measure("selected", COUNT, "award", _flow("selected")),
        Measure("declined", COUNT, "award", _declined),
        Measure("starts", COUNT, "award", lambda flows, inputs: flows.starts[inputs.before :]),
        Measure("deferred", COUNT, "award", lambda flows, _: flows.deferred[1:]),
        Measure("exits", COUNT, "award", _cohorts(EXITS)),
        Measure("completions", COUNT, "award", _completions),
        Measure("active", COUNT, "award", _cohorts(IN_PLACE)),
        Measure("supported", COUNT, "award", _supported),
        Measure("average_in_place", COUNT, "award", lambda flows, _: flows.cohorts[1:, :, MONTHS] / 12.0),
        Measure("person_months", "person_month", "award", _cohorts(MONTHS)),
        Measure("cost_per_start", MILLION_YEN, "award", _cost_per_start, sums=False),
        Measure("cost_per_person_month", MILLION_YEN, "award", _cost_per_person_month, sums=False),
    )
}
"""Every measure by its id, in the order of tables; `unit_price_<component>` are added by `measure`."""


def measure(name: str) -> Measure:
    """Measure of this id, among them `unit_price_<component>`; RequestError with the nearest id if there is none."""
    if name in MEASURES:
        return MEASURES[name]
    if name.startswith(UNIT_PRICE):
        return Measure(name, MILLION_YEN, "award", _unit_price(name.removeprefix(UNIT_PRICE)), sums=False)
    near = difflib.get_close_matches(name, MEASURES, n=1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(MEASURES)}, {UNIT_PRICE}<component>"
    raise RequestError(f"{name}: no such measure; {hint}")


def every_measure(labels: Labels) -> list[str]:
    """Ids of all measures, with a `unit_price_` for each cost component that some award type has."""
    return [*MEASURES, *dict.fromkeys(f"{UNIT_PRICE}{component}" for _, _, component in labels.components)]


def _unit_price(component: str) -> Callable[[Flows, Inputs], Floats]:
    def of(flows: Flows, inputs: Inputs) -> Floats:
        """NaN for award types without such a component."""
        names = [(p, a) for p, a, c in inputs.labels.components if c == component]
        rows = [row for row, (_, _, c) in enumerate(inputs.labels.components) if c == component]
        prices = np.full_like(flows.selected, np.nan)
        for award, row in zip(names, rows, strict=True):
            prices[:, inputs.labels.awards.index(award)] = inputs.component_prices[row]
        return prices

    return of
