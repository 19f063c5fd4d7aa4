"""The dictionary of measures: id, unit, what it is of, whether it adds up, and how the flows give it.

Every table, chart, help text and condition reads its measures here; labels for people are in `labels/`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from simulator import outcomes, planning, succession
from simulator.arrays import Floats, Inputs, Labels
from simulator.errors import RequestError, did_you_mean
from simulator.flows import Flows
from simulator.lifecycle import EXITS, IN_PLACE, MONTHS
from simulator.outcomes import lives_of

TOTAL = "total"
UNIT_PRICE, STARTS_TO = "unit_price_", "starts_"


@dataclass(frozen=True)
class Measure:
    """One measure: `of` gives it from the flows of a block as (Y, J, R) or (Y, P, R).

    Attributes
    ----------
    level : "award" or "programme", what `of` has on its second axis
    sums : whether award types add up to their programme
    totals : whether programmes add up to the portfolio
    stock : whether it is what there is at one time, so that years do not add up

    """

    id: str
    unit: str
    level: str
    of: Callable[[Flows, Inputs], Floats]
    sums: bool = True
    totals: bool = False
    stock: bool = False


def _flow(name: str) -> Callable[[Flows, Inputs], Floats]:
    return lambda flows, _: getattr(flows, name)


def _lives(quantity: int) -> Callable[[Flows, Inputs], Floats]:
    return lambda flows, inputs: lives_of(quantity, flows, inputs)


def _declined(flows: Flows, inputs: Inputs) -> Floats:
    """``(1 − τ) sel``; where lots were drawn, what is left of selections."""
    if flows.lots:
        others = flows.deferred[:-1] - flows.deferred[1:] + _promoted(flows, inputs)
        return np.maximum(flows.selected + others - flows.starts[inputs.before :], 0.0)
    rows = [(1.0 - take_up) * flows.selected[:, award] for award, take_up in enumerate(inputs.reported.take_up)]
    return np.stack(rows, axis=1) if rows else flows.selected


def _promoted(flows: Flows, inputs: Inputs) -> Floats:
    promoted = np.zeros_like(flows.selected)
    for programme in inputs.programmes:
        for year in range(len(promoted) if programme.promotions else 0):
            succession.promote(programme, year, flows, out=promoted[year, programme.rows])
    return promoted


def _extended(flows: Flows, inputs: Inputs) -> Floats:
    extended = np.zeros_like(flows.selected)
    extended[:, list(inputs.extended)] = flows.extended
    return extended


def _supported(flows: Flows, inputs: Inputs) -> Floats:
    """In place at some time in the year: ``active_{t−1} + starts_t``."""
    earlier = flows.cohorts[flows.lead - 1 : -1, :, IN_PLACE] + flows.starts[inputs.before :]
    earlier[1:, list(inputs.extended)] += flows.extensions[:-1, :, IN_PLACE]
    return earlier


def _fixed_costs(flows: Flows, _: Inputs) -> Floats:
    return np.broadcast_to(flows.money.fixed_costs, flows.spend.shape)


def _budget(flows: Flows, _: Inputs) -> Floats:
    return np.broadcast_to(flows.money.appropriation, flows.spend.shape)


def _returned(flows: Flows, _: Inputs) -> Floats:
    return flows.unspent - flows.carried[1:]


def _cost_per_start(flows: Flows, inputs: Inputs) -> Floats:
    cost = np.empty_like(flows.selected)
    for programme in inputs.programmes:
        cost[:, programme.rows] = programme.prices.whole
    return cost


def _cost_per_person_month(flows: Flows, inputs: Inputs) -> Floats:
    """NaN where nobody is in place."""
    cost = flows.spend_new + flows.spend_continuing
    months = lives_of(MONTHS, flows, inputs)
    return np.divide(cost, months, out=np.full_like(cost, np.nan), where=months > 0)


MILLION_YEN, COUNT, RATIO = "million_yen", "count", "ratio"

MEASURES = {
    measure.id: measure
    for measure in (
        Measure("budget", MILLION_YEN, "programme", _budget, totals=True),
        Measure("carried_in", MILLION_YEN, "programme", lambda flows, _: flows.carried[:-1], totals=True, stock=True),
        Measure("fixed_costs", MILLION_YEN, "programme", _fixed_costs, totals=True),
        Measure("commitments", MILLION_YEN, "programme", _flow("commitments"), totals=True),
        Measure("available", MILLION_YEN, "programme", _flow("available"), totals=True, stock=True),
        Measure("spend", MILLION_YEN, "programme", _flow("spend"), totals=True),
        Measure("unspent", MILLION_YEN, "programme", _flow("unspent"), totals=True, stock=True),
        Measure("carried_out", MILLION_YEN, "programme", lambda flows, _: flows.carried[1:], totals=True, stock=True),
        Measure("returned", MILLION_YEN, "programme", _returned, totals=True),
        Measure("shortfall", MILLION_YEN, "programme", _flow("shortfall"), totals=True),
        Measure("outyear_commitments", MILLION_YEN, "programme", _flow("outyear_commitments"), totals=True, stock=True),
        Measure("required_budget", MILLION_YEN, "programme", planning.required_budget, totals=True),
        Measure("spend_new", MILLION_YEN, "award", _flow("spend_new"), totals=True),
        Measure("spend_continuing", MILLION_YEN, "award", _flow("spend_continuing"), totals=True),
        Measure("partner_spend", MILLION_YEN, "award", outcomes.partner_spend, totals=True),
        Measure("applicants", COUNT, "award", outcomes.applicants),
        Measure("selected", COUNT, "award", _flow("selected")),
        Measure("declined", COUNT, "award", _declined),
        Measure("starts", COUNT, "award", lambda flows, inputs: flows.starts[inputs.before :]),
        Measure("promoted", COUNT, "award", _promoted),
        Measure("deferred", COUNT, "award", lambda flows, _: flows.deferred[1:]),
        Measure("extended", COUNT, "award", _extended),
        Measure("exits", COUNT, "award", _lives(EXITS)),
        Measure("completions", COUNT, "award", lambda flows, _: flows.completions[flows.lead :]),
        Measure("active", COUNT, "award", _lives(IN_PLACE), stock=True),
        Measure("supported", COUNT, "award", _supported),
        Measure("average_in_place", COUNT, "award", outcomes.average_in_place),
        Measure("person_months", "person_month", "award", _lives(MONTHS)),
        Measure("success_rate", RATIO, "award", outcomes.success_rate, sums=False),
        Measure("real_value", RATIO, "award", outcomes.real_value, sums=False),
        Measure("cost_per_start", MILLION_YEN, "award", _cost_per_start, sums=False),
        Measure("cost_per_person_month", MILLION_YEN, "award", _cost_per_person_month, sums=False),
        Measure("amplification", RATIO, "award", outcomes.amplification, sums=False),
        Measure("spectral_radius", RATIO, "award", outcomes.spectral_radius, sums=False),
        Measure("alumni", COUNT, "award", outcomes.alumni, stock=True),
        Measure("return_visits", COUNT, "award", outcomes.return_visits),
        Measure("ties", COUNT, "award", outcomes.ties),
        Measure("papers", COUNT, "award", outcomes.papers),
        Measure("top10_papers", COUNT, "award", outcomes.top10("after")),
        Measure("top10_papers_before", COUNT, "award", outcomes.top10("before")),
    )
}
"""Every measure by its id, in the order of tables; `measure` knows those of a component or destination too."""


def measure(name: str) -> Measure:
    """Measure of this id, of a component or destination too; RequestError with the nearest id if there is none."""
    if name in MEASURES:
        return MEASURES[name]
    if name.startswith(UNIT_PRICE):
        of = partial(_unit_price, component=name.removeprefix(UNIT_PRICE))
        return Measure(name, MILLION_YEN, "award", of, sums=False)
    if name.startswith(STARTS_TO):
        return Measure(name, COUNT, "award", partial(_starts_to, destination=name.removeprefix(STARTS_TO)), sums=False)
    among = [*MEASURES, f"{UNIT_PRICE}<component>", f"{STARTS_TO}<destination>"]
    hint = did_you_mean(name, MEASURES) or f"; there are {', '.join(among)}"
    raise RequestError(f"{name}: no such measure{hint}")


def every_measure(labels: Labels) -> list[str]:
    """Ids of all measures, with those of each cost component and destination that some award type has."""
    components = dict.fromkeys(f"{UNIT_PRICE}{component}" for _, _, component in labels.components)
    return [*MEASURES, *components, *dict.fromkeys(f"{STARTS_TO}{place}" for _, _, place in labels.destinations)]


def is_of(name: str, labels: Labels, programme: str, award: str) -> bool:
    """Whether an award type has the component or destination that a measure is named after."""
    if name.startswith(UNIT_PRICE):
        return (programme, award, name.removeprefix(UNIT_PRICE)) in labels.components
    if name.startswith(STARTS_TO):
        return (programme, award, name.removeprefix(STARTS_TO)) in labels.destinations
    return True


def _unit_price(flows: Flows, inputs: Inputs, *, component: str) -> Floats:
    """NaN for award types without such a component."""
    prices = np.full_like(flows.selected, np.nan)
    for row, (programme, award, name) in enumerate(inputs.labels.components):
        if name == component:
            prices[:, inputs.labels.awards.index((programme, award))] = inputs.reported.component_prices[row]
    return prices


def _starts_to(flows: Flows, inputs: Inputs, *, destination: str) -> Floats:
    """NaN for award types without such a destination."""
    starts = np.full_like(flows.selected, np.nan)
    for award, shares in enumerate(inputs.reported.destinations):
        if destination in shares:
            starts[:, award] = flows.starts[inputs.before :, award] * shares[destination]
    return starts
