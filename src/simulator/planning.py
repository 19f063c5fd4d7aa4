"""What the plan would cost, on a path of its own: with fixed costs the required budget, 所要額 (model.md section 5)."""

from collections.abc import Sequence

import numpy as np

from simulator.arrays import Floats, Prices, Selection
from simulator.leaves import alike
from simulator.lifecycle import EXITS, MONTHS


def cost_of_plan(selection: Selection, prices: Prices, kernels: Sequence[Sequence[Floats]], history: Floats) -> Floats:
    """``C + new awards`` when every type selects its plan every year, whatever the money; (Y, r) million yen.

    Parameters
    ----------
    kernels : for each award type and year of start, the history first, (K, Q, r)
    history : (H, n, r) starts before the first year
    """
    cost = np.zeros((len(selection.plan), 1))
    for award, by_start in enumerate(kernels):
        plan = selection.plan[:, award]
        deferred = _one_year_on(plan * selection.put_off[:, award])
        starts = plan * selection.at_once[:, award] + deferred
        exits, months = _earlier(by_start, history[:, award], starts)
        due = exits * prices.end[:, award] + months * prices.month[:, award]
        cost = cost + (due + starts * prices.first[:, award])
    return cost


def _one_year_on(flow: Floats) -> Floats:
    return np.concatenate([np.zeros_like(flow[:1]), flow[:-1]])


def _earlier(by_start: Sequence[Floats], history: Floats, starts: Floats) -> tuple[Floats, Floats]:
    """Exits and person-months that the cohorts of earlier years give in each year, (Y, r) each.

    Parameters
    ----------
    by_start : for each year of start, the history first, (K, Q, r)
    history, starts : (H, r) and (Y, r) awards
    """
    began = [*history, *starts]
    given = []
    for year in range(len(history), len(began)):
        total = np.zeros((2, 1))
        for offset in range(1, min(len(by_start[0]), year + 1)):
            total = total + by_start[year - offset][offset, : MONTHS + 1] * began[year - offset]
        given.append(total)
    of_years = np.stack(alike(given))
    return of_years[:, EXITS], of_years[:, MONTHS]
