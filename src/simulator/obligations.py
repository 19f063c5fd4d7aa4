"""What each year's selections oblige later years to pay: commitments by year of selection (model.md 5).

Commitments are linear in selections: each year's are a run of their own, in which nobody else is ever selected.
All that becomes of them is followed, deferrals, promotions and extensions.
"""

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace

import numpy as np

from simulator import cohorts
from simulator.arrays import Floats, Inputs
from simulator.inputs import inputs_of
from simulator.leaves import Batch
from simulator.scenario import Scenario
from simulator.selections import impose


@dataclass(frozen=True)
class Obligations:
    """Commitments of a scenario by the year of selection that they come from.

    Attributes
    ----------
    programmes : ids, P
    selections : years of selection, S
    years : years of payment, T, from the first of selection until nothing is owed; at most as long as an award
        selected in the last may be paid, so that promotions after that are left out
    owed : (T, S + 1, P) million yen, at the prices of the year of payment: by what was selected before the first of
        those years, in front, then by each; by none in its own year, whose cost is that of new awards

    """

    programmes: tuple[str, ...]
    selections: range
    years: range
    owed: Floats

    def of(self, programmes: Container[str] | None = None) -> Floats:
        """(T, S + 1) million yen of some programmes, of all if not given."""
        rows = [row for row, name in enumerate(self.programmes) if programmes is None or name in programmes]
        total = np.zeros(self.owed.shape[:2])
        for row in rows:
            total += self.owed[..., row]
        return total


def obligations(scenario: Scenario, years: Sequence[int] = ()) -> Obligations:
    """What the selections of some years, all that the scenario shows if none are named, oblige later years to pay.

    Inputs are taken at their expected values. Selections after the last of the years are left out.
    """
    first, last = (min(years), max(years)) if years else scenario.document.horizon
    reach = inputs_of(Batch((scenario,)), 0, 1).before
    document = scenario.document.model_copy(update={"years": (scenario.document.first_year, last + reach)})
    batch = Batch((replace(scenario, document=document),))
    inputs, shown = inputs_of(batch, 0, 1), range(first, last + 1)
    rows = range(first - batch.labels.first_year, last + 1 - batch.labels.first_year)
    selected = cohorts.simulate(inputs).selected
    apart = cohorts.simulate(_apart(inputs, selected, rows)).commitments.transpose(0, 2, 1)
    owed = apart[rows.start :] + 0.0  # a negative zero would be printed as -0
    length = max(len(shown), int(np.flatnonzero(owed.any(axis=(1, 2))).max(initial=-1)) + 1)
    return Obligations(batch.labels.programmes, shown, range(first, first + length), owed[:length])


def _apart(inputs: Inputs, selected: Floats, years: range) -> Inputs:
    """Inputs of S + 1 runs: all that came before the `years`, (S,) rows of Y, then the selections of each alone.

    Parameters
    ----------
    selected : (Y, J, 1) what the scenario selects
    """
    alone = np.zeros((*selected.shape[:2], len(years) + 1))
    alone[: years.start, :, 0] = selected[: years.start, :, 0]
    for place, year in enumerate(years, 1):
        alone[year, :, place] = selected[year, :, 0]
    before = np.zeros(len(years) + 1)
    before[0] = 1.0
    return impose(inputs, alone, before)
