"""What the plan would cost, on a path of its own: the required budget, 所要額 (model.md section 5)."""

from dataclasses import replace
from functools import reduce

import numpy as np

from simulator import cohorts
from simulator.arrays import Floats, Inputs, Programme


def required_budget(inputs: Inputs) -> Floats:
    """``F + C + new awards`` when every type selects its plan every year, whole and uncapped, whatever the money.

    Returns
    -------
    (Y, P, R) million yen; NaN where a type of the programme has no plan
    """
    path = cohorts.simulate(replace(inputs, programmes=tuple(map(_as_planned, inputs.programmes))))
    required = np.broadcast_to(inputs.money.fixed_costs, path.spend.shape).copy()
    for programme in inputs.programmes:
        new = reduce(np.add, np.moveaxis(path.spend_new[:, programme.rows], 1, 0))  # in index order, as all sums
        required[:, programme.row] += path.commitments[:, programme.row] + new
    return required


def _as_planned(programme: Programme) -> Programme:
    return replace(programme, intake="plan", whole_awards=False, capped=False, cuts=False, limited=False)
