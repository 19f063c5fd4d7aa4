"""Labels become axes, here and nowhere else.

Axis order is always (year, award or programme, run), the run last and contiguous; what does not vary over runs has
length 1 there and is never copied. Letters used in every docstring:

    Y fiscal years simulated      P programmes      J award types, those of a programme side by side
    R runs of a block             r = 1 or R        H fiscal years before the first that still matter
    K fiscal-year offsets of the longest award type  Q quantities of a cohort (see `lifecycle`)

Flows have length Y. Stocks stand on the years' boundaries and have length Y + 1, the first being the opening one.
Money is million yen, awards are counts, durations months.
"""

from dataclasses import dataclass, fields
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Labels:
    """What stands along the axes: `awards` are (programme id, award id), in the order of the portfolio."""

    first_year: int
    years: int
    programmes: tuple[str, ...]
    awards: tuple[tuple[str, str], ...]
    components: tuple[tuple[str, str, str], ...]

    @cached_property
    def groups(self) -> tuple[range, ...]:
        """Award rows of each programme."""
        of = [programme for programme, _ in self.awards]
        return tuple(range(of.index(p), of.index(p) + of.count(p)) if p in of else range(0) for p in self.programmes)


@dataclass(frozen=True)
class Choices:
    """What does not vary over the runs of a batch: the rules of each programme."""

    intake: tuple[str, ...]
    whole_awards: tuple[bool, ...]
    capped: tuple[bool, ...]
    lapses: Flags  # (Y, P) unspent money lapses at the end of this year


class Part:
    """Arrays of one kind, each with a run axis of 1 or R."""

    @property
    def runs(self) -> int:
        """Longest run axis among the arrays."""
        return max(int(array.shape[-1]) for array in vars(self).values() if isinstance(array, np.ndarray))


@dataclass(frozen=True)
class Budgets(Part):
    """Money given and held, (Y, P, r) million yen; `carry_ceiling` is infinite where no limit is given."""

    appropriation: Floats
    fixed_costs: Floats
    reserve: Floats
    carry_ceiling: Floats


@dataclass(frozen=True)
class Terms(Part):
    """Terms of selection: shares and counts (Y, J, r), `budget_share` (J, r).

    `plan` is NaN where none is given, `maximum` infinite.
    """

    take_up: Floats
    deferral: Floats
    plan: Floats
    maximum: Floats
    budget_share: Floats


@dataclass(frozen=True)
class Prices(Part):
    """Million yen a start, an end, a month in place (Y, J, r), and each component's own price, C times (Y, r)."""

    start: Floats
    end: Floats
    month: Floats
    component: tuple[Floats, ...]


class Cohort(NamedTuple):
    """A cohort in one year of its life: award row, row of its starts (from H years before the first), kernel (Q, r)."""

    award: int
    began: int
    gives: Floats


@dataclass(frozen=True)
class Life:
    """What cohorts give per start, each on the terms of its year of start; `lifecycle.kernel` says what Q holds.

    Attributes
    ----------
    first : (Y, Q, J, r) the year of start itself, offset 0
    months : (Y, J, r) mean person-months of an award over its whole life
    earlier : for the year before the first (offsets from 0) and then each year (offsets from 1), the cohorts still
        alive in it, the youngest of each award type first
    history : H, years before the first whose cohorts may still be in place

    """

    first: Floats
    months: Floats
    earlier: tuple[tuple[Cohort, ...], ...]
    history: int


@dataclass(frozen=True)
class Inputs:
    """All that a block of `runs` runs, R, reads."""

    runs: int
    labels: Labels
    choices: Choices
    budgets: Budgets
    terms: Terms
    prices: Prices
    life: Life
    history: Floats  # (H, J, r) starts before the first year


@dataclass(frozen=True)
class Flows:
    """What an engine returns for a block of runs; measures are views or sums of these.

    Attributes
    ----------
    starts : (H + Y, J, R) awards that start, the history first
    cohorts : (Y + 1, Q, J, R) what all cohorts together give in a year, the year before the first in front
    selected : (Y, J, R)
    deferred : (Y + 1, J, R) selections that start in the next year, the year before the first in front
    spend_new, spend_continuing : (Y, J, R) million yen
    carried : (Y + 1, P, R) million yen carried into each year, and out of the last
    commitments, available, spend, unspent, shortfall, outyear_commitments : (Y, P, R) million yen
    required_budget : (Y, P, R) million yen, NaN where a type of the programme has no plan

    """

    starts: Floats
    cohorts: Floats
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
    required_budget: Floats

    @classmethod
    def empty(cls, labels: Labels, *, history: int, quantities: int, runs: int) -> "Flows":
        """Uninitialised arrays for `runs` runs; `quantities` is Q."""
        years, awards, programmes = labels.years, len(labels.awards), len(labels.programmes)
        of_awards, of_programmes = (years, awards, runs), (years, programmes, runs)
        shapes = {
            "starts": (history + years, awards, runs),
            "cohorts": (years + 1, quantities, awards, runs),
            "deferred": (years + 1, awards, runs),
            "carried": (years + 1, programmes, runs),
            **dict.fromkeys(("selected", "spend_new", "spend_continuing"), of_awards),
        }
        return cls(**{field.name: np.empty(shapes.get(field.name, of_programmes)) for field in fields(cls)})
