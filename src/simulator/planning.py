"""What the plan would cost, on a path of its own: the required budget, 所要額 (model.md section 5)."""

from dataclasses import replace
from functools import reduce

import numpy as np

from simulator import cohorts
from simulator.arrays import Floats, Inputs, Programme
from simulator.flows import Flows


def required_budget(flows: Flows, inputs: Inputs) -> Floats:
    """``F + C + new awards`` when every type selects its plan every year, whole and uncapped, whatever the money.

    Fixed costs are those of the `flows`, where a programme without award types spends what it is given.

    Returns
    -------
    (Y, P, R) million yen; NaN where a type of the programme has no plan
    """
    path = cohorts.simulate(replace(inputs, priority=None, programmes=tuple(map(_as_planned, inputs.programmes))))
    required = np.broadcast_to(flows.money.fixed_costs, path.spend.shape).copy()
    for programme in inputs.programmes:
        new = reduce(np.add, np.moveaxis(path.spend_new[:, programme.rows], 1, 0))  # in index order, as all sums
        required[:, programme.row] += path.commitments[:, programme.row] + new
        required[:, programme.row][np.isnan(programme.selection.plan).any(axis=(1, 2))] = np.nan
    return required


def _as_planned(programme: Programme) -> Programme:
    """The programme on the plan's path; a type without a plan selects nobody there, and may be promoted from."""
    selection = replace(programme.selection, plan=np.nan_to_num(programme.selection.plan))
    return replace(
        programme, selection=selection, intake="plan", whole_awards=False, capped=False, cuts=False, limited=False
    )
