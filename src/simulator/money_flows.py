"""The flow of money, state to agency to programme to award type, as a table in which what comes in goes out."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from simulator.arrays import Floats

if TYPE_CHECKING:
    from simulator.results import Run

STATE, PARTNER = "state", "partner"
INTO = ("carried_in", "shortfall")
"""What a programme spends beside its budget: the shortfall is what it would need and does not have."""
OUT_OF = ("fixed_costs", "carried_out", "returned")
"""Where a programme's money goes beside its award types."""


class Flow(NamedTuple):
    """Money from `source` to `target` by year, (Y,) million yen; ids, an award type being programme.award."""

    source: str
    target: str
    values: Floats


class FlowRow(NamedTuple):
    """One figure of the table for other programs."""

    scenario: str
    fiscal_year: int
    source: str
    target: str
    value: float
    unit: str


def flows_of_money(run: "Run", programmes: tuple[str, ...] = ()) -> Iterator[Flow]:
    """Every flow of a run with one draw, by agency and programme.

    Into each programme: ``budget + carried_in + shortfall``; out of it: what award types cost, `fixed_costs`,
    `carried_out`, `returned`: the two are equal in every year.
    """
    document = run.scenario.document
    shown = [name for name in run.labels.programmes if not programmes or name in programmes]
    for agency in dict.fromkeys(document.programmes[name].agency for name in shown):
        own = [name for name in shown if document.programmes[name].agency == agency]
        yield Flow(STATE, agency, np.add.reduce([_of(run, "budget", name) for name in own]))
        for name in own:
            yield from _of_programme(run, agency, name)


def rows(run: "Run", programmes: tuple[str, ...] = (), years: tuple[int, ...] = ()) -> Iterator[FlowRow]:
    """The same as rows for other programs."""
    for flow in flows_of_money(run, programmes):
        for year, value in zip(run.years, flow.values.tolist(), strict=True):
            if not years or year in years:
                yield FlowRow(run.scenario.name, year, flow.source, flow.target, value, "million_yen")


def _of_programme(run: "Run", agency: str, name: str) -> Iterator[Flow]:
    yield Flow(agency, name, _of(run, "budget", name))
    yield from (Flow(measure, name, _of(run, measure, name)) for measure in INTO)
    for award in (award for programme, award in run.labels.awards if programme == name):
        paid = _of(run, "spend_new", name, award) + _of(run, "spend_continuing", name, award)
        yield Flow(name, f"{name}.{award}", paid)
        yield Flow(PARTNER, f"{name}.{award}", _of(run, "partner_spend", name, award))
    yield from (Flow(name, measure, _of(run, measure, name)) for measure in OUT_OF)


def _of(run: "Run", measure: str, programme: str, award: str = "") -> Floats:
    return run.of(measure, programme, award)[:, 0]
