"""What the plan would cost, on a path of its own: the required budget, 所要額 (model.md section 5)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import reduce

import numpy as np

from simulator import cohorts
from simulator.arrays import Floats, Inputs, Money, Programme
from simulator.flows import Flows


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
            new = reduce(np.add, np.moveaxis(path.spend_new[:, there.rows], 1, 0))  # in index order, as all sums
            required[:, programme.row] += path.commitments[:, there.row] + new
            required[:, programme.row][np.isnan(programme.selection.plan).any(axis=(1, 2))] = np.nan
    return required


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
        programmes=tuple(_as_planned(each, place, rows) for place, each in enumerate(programmes)),
    )


def _parted(inputs: Inputs) -> Iterator[tuple[int, list[Programme]]]:
    """Programmes in which something varies over the runs, and those that one run tells all of.

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
    """Whether anything that its plan's path rests on varies over the runs."""
    rests_on = [
        *vars(programme.prices).values(),
        *(getattr(programme.selection, name) for name in ("at_once", "put_off", "plan", "cost")),
        *(era.kernel for eras in programme.eras for era in eras),
        *(programme.history, programme.backlog),
        *(link.share for link in programme.promotions),
        *(part for each in programme.instalments for part in (each.price, each.shares)),
        *(part for one in programme.extended for each in one.extensions for part in (each.share, each.kernel)),
    ]
    return any(values.shape[-1] > 1 for values in rests_on)


def _as_planned(programme: Programme, row: int, rows: list[int]) -> Programme:
    """The programme on the plan's path, in its row among others whose award types, of J, are `rows`.

    A type without a plan selects nobody there, and may be promoted from.
    """
    first = rows.index(programme.rows.start)
    return replace(
        programme,
        row=row,
        rows=slice(first, first + len(programme.eras)),
        promotions=tuple(link._replace(source=rows.index(link.source)) for link in programme.promotions),
        selection=replace(programme.selection, plan=np.nan_to_num(programme.selection.plan)),
        intake="plan",
        whole_awards=False,
        capped=False,
        cuts=False,
        limited=False,
    )
