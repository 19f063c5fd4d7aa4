"""What the plan would cost, on a path of its own: the required budget, 所要額 (model.md section 5)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from simulator import cohorts, succession
from simulator.arrays import Floats, Inputs, Money, Prices, Programme
from simulator.flows import Flows
from simulator.leaves import alike
from simulator.lifecycle import EXITS, MONTHS, era_of


def required_budget(flows: Flows, inputs: Inputs) -> Floats:
    """``F + C + new awards`` when every type selects its plan every year, whole and uncapped, whatever the money.

    Fixed costs are those of the `flows`, where a programme without award types spends what it is given.

    Returns
    -------
    (Y, P, R) million yen; NaN where a type of the programme has no plan
    """
    required = np.broadcast_to(flows.money.fixed_costs, flows.spend.shape).copy()
    for runs, programmes in _parted(inputs):
        alone = _alone(inputs, programmes, runs)
        path = cohorts.simulate(alone)
        for programme, there in zip(programmes, alone.programmes, strict=True):
            required[:, programme.row] += _cost(programme, there.rows, path)
            required[:, programme.row][np.isnan(programme.selection.plan).any(axis=(1, 2))] = np.nan
    return required


def _cost(programme: Programme, rows: slice, path: Flows) -> Floats:
    """``Σ_k starts_{t−k} u_k(t) + extensions_t`` of all award types on the plan's path, (Y, R) million yen."""
    prices, before = programme.prices, len(programme.history)
    total = np.zeros((len(prices.first), 1))
    for place, eras in enumerate(programme.eras):
        row = rows.start + place
        starts, lives = path.starts[before:, row], path.cohorts[path.lead :, row]
        begun = np.stack(alike([era_of(eras, before + year).kernel[0] for year in range(len(starts))]))
        total = total + prices.first[:, place] * starts
        total = total + prices.month[:, place] * (lives[:, MONTHS] - begun[:, MONTHS] * starts)
        if programme.pays_ends:
            total = total + prices.end[:, place] * (lives[:, EXITS] - begun[:, EXITS] * starts)
    for each in programme.instalments:
        starts = path.starts[:, rows.start + each.target]
        later = [succession.paid(each.shares, starts, before + year, since=1) for year in range(len(total))]
        total = total + each.price * np.stack(later)
    for one in programme.extended:
        total = total + prices.month[:, one.target] * path.extensions[:, one.slot, MONTHS]
    return total


def _alone(inputs: Inputs, programmes: Sequence[Programme], runs: int) -> Inputs:
    """Inputs of some programmes on the plan's path, as if there were no others."""
    rows = [row for each in programmes for row in range(each.rows.start, each.rows.stop)]
    columns = [each.row for each in programmes]
    labels = replace(
        inputs.labels,
        programmes=tuple(inputs.labels.programmes[column] for column in columns),
        awards=tuple(inputs.labels.awards[row] for row in rows),
    )
    money = {name: values[:, columns, :runs] for name, values in vars(inputs.money).items()}
    return replace(
        inputs,
        runs=runs,
        labels=labels,
        money=Money(**money),
        priority=None,
        lapses=inputs.lapses[:, columns],
        programmes=tuple(_as_planned(each, place, rows, runs) for place, each in enumerate(programmes)),
    )


def _parted(inputs: Inputs) -> Iterator[tuple[int, list[Programme]]]:
    """Programmes in whose plan something varies over the runs, prices apart, and those that one run tells all of.

    Programmes that promote into each other stay together.
    """
    owners = {row: each for each in inputs.programmes for row in range(each.rows.start, each.rows.stop)}
    linked = [{each.row, *(owners[link.source].row for link in each.promotions)} for each in inputs.programmes]
    varies = {each.row for each in inputs.programmes if _varies(each)}
    for _ in linked:  # at most as many steps as there are programmes
        varies = varies.union(*(rows for rows in linked if rows & varies))
    for runs, wanted in ((inputs.runs, True), (1, False)):
        found = [programme for programme in inputs.programmes if (programme.row in varies) is wanted]
        if found:
            yield runs, found


def _varies(programme: Programme) -> bool:
    """Whether anything that starts and lives on its plan's path rest on varies over the runs."""
    rests_on = [
        *(programme.selection.at_once, programme.selection.put_off, programme.selection.plan),
        *(era.kernel for eras in programme.eras for era in eras),
        *(programme.history, programme.backlog),
        *(link.share for link in programme.promotions),
        *(part for one in programme.extended for each in one.extensions for part in (each.share, each.kernel)),
    ]
    return any(values.shape[-1] > 1 for values in rests_on)


def _as_planned(programme: Programme, row: int, rows: list[int], runs: int) -> Programme:
    """The programme on the plan's path, in its row among others whose award types, of J, are `rows`.

    A type without a plan selects nobody there, and may be promoted from. Prices of one run do for `runs` of 1: what
    starts does not depend on them.
    """
    first = rows.index(programme.rows.start)
    return replace(
        programme,
        row=row,
        rows=slice(first, first + len(programme.eras)),
        promotions=tuple(link._replace(source=rows.index(link.source)) for link in programme.promotions),
        selection=replace(
            programme.selection,
            plan=np.nan_to_num(programme.selection.plan),
            cost=programme.selection.cost[..., :runs],
        ),
        prices=Prices(**{name: values[..., :runs] for name, values in vars(programme.prices).items()}),
        instalments=tuple(each._replace(price=each.price[..., :runs]) for each in programme.instalments),
        intake="plan",
        whole_awards=False,
        capped=False,
        cuts=False,
        limited=False,
    )
