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

    @property
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


@dataclass(frozen=True)
class Budgets:
    """Money given and held, (Y, P, r) million yen; `carry_ceiling` is infinite where no limit is given."""

    appropriation: Floats
    fixed_costs: Floats
    reserve: Floats
    carry_ceiling: Floats


@dataclass(frozen=True)
class Terms:
    """Terms of selection: shares and counts (Y, J, r), `budget_share` (J, r).

    `plan` is NaN where none is given, `maximum` infinite.
    """

    take_up: Floats
    deferral: Floats
    plan: Floats
    maximum: Floats
    budget_share: Floats


@dataclass(frozen=True)
class Prices:
    """Million yen a start, an end, a month in place (Y, J, r), and each component's own price, (Y, C, r)."""

    start: Floats
    end: Floats
    month: Floats
    component: Floats


@dataclass(frozen=True)
class Life:
    """Kernels of cohorts, by year of start; `lifecycle.kernel` says what Q holds.

    Attributes
    ----------
    first : (Q, Y, J, r) the year of start itself, offset 0
    cohort : for each award type and start year (H before the first year, then Y), its kernel (Q, K_j, r)
    reach : K_j, offsets of each award type
    """

    first: Floats
    cohort: tuple[tuple[Floats, ...], ...]
    reach: tuple[int, ...]

    @property
    def history(self) -> int:
        """H: years before the first whose cohorts are still in place."""
        return max(self.reach, default=1) - 1


@dataclass(frozen=True)
class Inputs:
    """All that a block of runs reads."""

    labels: Labels
    choices: Choices
    budgets: Budgets
    terms: Terms
    prices: Prices
    life: Life
    history: Floats  # (H, J, r) starts before the first year

    @property
    def runs(self) -> int:
        """R: length of the run axis, 1 where nothing varies."""
        parts = (self.budgets, self.terms, self.prices)
        arrays = [getattr(part, field.name) for part in parts for field in fields(part)]
        return max(array.shape[-1] for array in (*arrays, self.life.first, self.history))


@dataclass(frozen=True)
class Flows:
    """What an engine returns for a block of runs; measures are views or sums of these.

    Award types (Y, J, R): `selected`, `deferred`, `exits`, `completions`, `person_months`, `spend_new`,
    `spend_continuing`; `starts` (H + Y, J, R) with the history first; `active` (Y + 1, J, R) a stock.
    Programmes (Y, P, R): `commitments`, `available`, `spend`, `unspent`, `shortfall`, `outyear_commitments`,
    `required_budget` (NaN where a type has no plan); `carried` (Y + 1, P, R) a stock.
    """

    starts: Floats
    active: Floats
    selected: Floats
    deferred: Floats
    exits: Floats
    completions: Floats
    person_months: Floats
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
    def empty(cls, labels: Labels, *, history: int, runs: int) -> "Flows":
        """Uninitialised arrays for `runs` runs."""
        years, awards, programmes = labels.years, len(labels.awards), len(labels.programmes)
        lengths = {"starts": history + years, "active": years + 1, "carried": years + 1}
        of_programmes = [field.name for field in fields(cls)][9:]
        return cls(
            **{
                field.name: np.empty(
                    (lengths.get(field.name, years), programmes if field.name in of_programmes else awards, runs)
                )
                for field in fields(cls)
            }
        )
