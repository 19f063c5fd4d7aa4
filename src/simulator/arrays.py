"""Labels become axes, here and nowhere else.

Axis order is always (year, award or programme, run), the run last and contiguous; what does not vary over runs has
length 1 there and is never copied. Letters used in every docstring:

    Y fiscal years simulated     P programmes     J award types, those of a programme side by side, n of one programme
    R runs of a block            r = 1 or R       H fiscal years before the first that still matter
    K fiscal-year offsets of an award type        Q quantities of a cohort (see `lifecycle`)

Flows have length Y. Stocks stand on the years' boundaries and have length Y + 1, the first being the opening one.
Money is million yen, awards are counts, durations months.
"""

from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Labels:
    """What stands along the axes: `awards` are (programme id, award id), in the order of the portfolio."""

    first_year: int
    years: int
    programmes: tuple[str, ...]
    awards: tuple[tuple[str, str], ...]
    components: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Money:
    """Programmes' money, (Y, P, r) million yen.

    `set_aside` is fixed costs and reserve, `sustained` what the appropriation leaves beside them, at least 0;
    `carry_ceiling` is infinite where no limit is given.
    """

    appropriation: Floats
    fixed_costs: Floats
    set_aside: Floats
    sustained: Floats
    carry_ceiling: Floats


@dataclass(frozen=True)
class Selection:
    """What a programme's award types cost and how they are selected.

    Attributes
    ----------
    at_once, put_off : (Y, n, r) τ (1 − δ) and τ δ, shares of selections that start in the year and in the next
    plan, maximum : (Y, n, r) counts, NaN and infinite where none is given
    cost : (Y, n, r) τ (1 − δ) u_0, million yen a selection in its year
    weight : (Y, n, r) φ / (τ Σ_k u_k) under `steady`, φ / (τ u_0) under `cash`: selections a million yen
    """

    at_once: Floats
    put_off: Floats
    plan: Floats
    maximum: Floats
    cost: Floats
    weight: Floats


@dataclass(frozen=True)
class Prices:
    """Million yen an end and a month in place, a start's first year u_0 and whole life Σ_k u_k, (Y, n, r).

    `continuing` is the share of u_k, k ≥ 1, that the agency pays in the year.
    """

    end: Floats
    month: Floats
    first: Floats
    whole: Floats
    continuing: Floats


class Era(NamedTuple):
    """Years of start, from row `start` up to `stop` of H + Y, whose cohorts live on the same terms.

    `kernel` (K, Q, r) is what one award started gives in each fiscal-year offset; K is the same in all eras of a type.
    """

    start: int
    stop: int
    kernel: Floats


@dataclass(frozen=True)
class Programme:
    """One programme of a block of runs, with at least one award type.

    Attributes
    ----------
    row, rows : its place among P, its award types among J
    intake, whole_awards, capped, defers, cuts : its rules; whether a maximum is given, any selection is deferred,
        any continuing award is paid in part
    limited : whether money limits the selection; the plan's own path it does not
    eras : for each award type
    history : (H, n, r) starts before the first year
    """

    row: int
    rows: slice
    intake: str
    whole_awards: bool
    capped: bool
    defers: bool
    cuts: bool
    selection: Selection
    prices: Prices
    eras: tuple[tuple[Era, ...], ...]
    history: Floats
    limited: bool = True

    @property
    def outlasts(self) -> bool:
        """Whether an award can still cost something in a year after its selection."""
        return self.defers or any(len(eras[0].kernel) > 1 for eras in self.eras)


@dataclass(frozen=True)
class Inputs:
    """All that a block of `runs` runs, R, reads.

    Attributes
    ----------
    before : H, the same for all programmes
    quantities : Q, the quantities that cohorts are followed in
    lapses : (Y, P) unspent money lapses at the end of this year
    take_up : J times (Y, r)
    component_prices : C times (Y, r) million yen
    programmes : those with award types
    """

    runs: int
    labels: Labels
    before: int
    quantities: int
    money: Money
    lapses: Flags
    take_up: tuple[Floats, ...]
    component_prices: tuple[Floats, ...]
    programmes: tuple[Programme, ...]


@dataclass(frozen=True)
class Flows:
    """What an engine returns for a block of runs; measures are views or sums of these.

    Attributes
    ----------
    starts : (H + Y, J, R) awards that start, those of the years before the first in front
    cohorts : (Y + 1, J, Q, R) what all cohorts together give in a year, the year before the first in front
    selected : (Y, J, R)
    deferred : (Y + 1, J, R) selections that start in the next year, the year before the first in front
    spend_new, spend_continuing : (Y, J, R) million yen
    carried : (Y + 1, P, R) million yen carried into each year, and out of the last
    commitments, available, spend, unspent, shortfall, outyear_commitments : (Y, P, R) million yen
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

    @classmethod
    def empty(cls, inputs: Inputs) -> "Flows":
        """Uninitialised arrays for a block."""
        labels, runs = inputs.labels, inputs.runs
        years, awards, programmes = labels.years, len(labels.awards), len(labels.programmes)
        of_awards, of_programmes = (years, awards, runs), (years, programmes, runs)
        shapes = {
            "starts": (inputs.before + years, awards, runs),
            "cohorts": (years + 1, awards, inputs.quantities, runs),
            "deferred": (years + 1, awards, runs),
            "carried": (years + 1, programmes, runs),
            **dict.fromkeys(("selected", "spend_new", "spend_continuing"), of_awards),
        }
        return cls(**{field.name: np.empty(shapes.get(field.name, of_programmes)) for field in fields(cls)})
