"""What an engine returns: the flows of a block of runs, on the axes of `arrays`."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from simulator.arrays import Floats, Inputs, Money
from simulator.lifecycle import COMPLETIONS, EXITS, QUANTITIES_EXTENDED


@dataclass(frozen=True)
class Flows:
    """What an engine returns for a block of runs; measures are views or sums of these.

    Attributes
    ----------
    money : the programmes' money, that of `Inputs` unless it is split by priority
    starts : (H + Y, J, R) awards that start, those of the years before the first in front
    cohorts : (L + Y, J, Q, R) what all cohorts together give in a year, L years before the first in front
    extended : (Y, X, R) completions that stay on
    extensions : (Y, X, QUANTITIES_EXTENDED, R) what all cohorts of extensions together give in a year
    selected : (Y, J, R)
    deferred : (Y + 1, J, R) selections that start in the next year, the year before the first in front
    spend_new, spend_continuing : (Y, J, R) million yen
    carried : (Y + 1, P, R) million yen carried into each year, and out of the last
    commitments, available, spend, unspent, shortfall, outyear_commitments : (Y, P, R) million yen
    lots : whether single lives had chance

    """

    money: Money
    starts: Floats
    cohorts: Floats
    extended: Floats
    extensions: Floats
    selected: Floats
    deferred: Floats
    spend_new: Floats
    spend_continuing: Floats
    carried: Floats
    commitments: Floats
    available: Floats
    spend: Floats
    unspent: Floats
    shortfall: Floats
    outyear_commitments: Floats
    lots: bool = False

    @classmethod
    def empty(cls, inputs: Inputs) -> "Flows":
        """Uninitialised arrays for a block."""
        labels, runs = inputs.labels, inputs.runs
        years, awards, programmes = labels.years, len(labels.awards), len(labels.programmes)
        of_awards, of_programmes = (years, awards, runs), (years, programmes, runs)
        shapes = {
            "starts": (inputs.before + years, awards, runs),
            "cohorts": (inputs.lead + years, awards, inputs.quantities, runs),
            "extended": (years, len(inputs.extended), runs),
            "extensions": (years, len(inputs.extended), QUANTITIES_EXTENDED, runs),
            "deferred": (years + 1, awards, runs),
            "carried": (years + 1, programmes, runs),
            **dict.fromkeys(("selected", "spend_new", "spend_continuing"), of_awards),
        }
        names = [field.name for field in fields(cls) if field.name not in ("money", "lots")]
        arrays: dict[str, Any] = {name: np.empty(shapes.get(name, of_programmes)) for name in names}
        return cls(inputs.money, **arrays)

    @property
    def lead(self) -> int:
        """L, years in front of the first in `cohorts`."""
        return len(self.cohorts) - len(self.selected)

    @property
    def completions(self) -> Floats:
        """(L + Y, J, R), L years before the first in front; where nothing ends early, exits are completions."""
        return self.cohorts[:, :, COMPLETIONS if self.cohorts.shape[2] > COMPLETIONS else EXITS]
