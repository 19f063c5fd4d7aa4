"""Labels become axes, here and nowhere else.

Axis order is always (year, award or programme, run), the run last and contiguous; what does not vary over runs has
length 1 there and is never copied. Letters used in every docstring:

    Y fiscal years simulated     P programmes     J award types, those of a programme side by side, n of one programme
    R runs of a block            r = 1 or R       H fiscal years before the first that still matter
    K fiscal-year offsets of an award type        Q quantities of a cohort (see `lifecycle`)
    L of those H years, whose completions matter  X award types that are extended

Flows have length Y. Stocks stand on the years' boundaries and have length Y + 1, the first being the opening one.
Money is million yen, awards are counts, durations months.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Labels:
    """What stands along the axes: `awards` are (programme id, award id), in the order of the portfolio.

    `components` and `destinations` are (programme id, award id, its own id).
    """

    first_year: int
    years: int
    programmes: tuple[str, ...]
    awards: tuple[tuple[str, str], ...]
    components: tuple[tuple[str, str, str], ...]
    destinations: tuple[tuple[str, str, str], ...]


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

    `kernel` (K, Q, r) is what one award started gives in each fiscal-year offset, K the same in all eras of a type;
    `ends_at_once`: whether any ends in the year of its start.
    """

    start: int
    stop: int
    kernel: Floats
    ends_at_once: bool


class Link(NamedTuple):
    """``share · completions_{t−lag}`` of award type `source` of J reach award type `target` of a programme's n.

    They start there without selection (promotions), or apply there (feeds).
    """

    source: int
    target: int
    share: Floats
    lag: int


class Demand(NamedTuple):
    """Applicants (Y, r) of award type `target` of a programme's n but for those its `feeds` bring, and θ (Y, r)."""

    target: int
    applicants: Floats
    highest_rate: Floats
    feeds: tuple[Link, ...]


class Extension(NamedTuple):
    """A `share` (r,) of a year's completions stays on; `kernel` (K, QUANTITIES_EXTENDED, r) is what each gives."""

    year: int
    share: Floats
    kernel: Floats


class Extended(NamedTuple):
    """Extensions of award type `target` of a programme's n, which `Flows` keeps in its row `slot` of X."""

    slot: int
    target: int
    extensions: tuple[Extension, ...]


class Instalments(NamedTuple):
    """A component paid per award over the years since its start, of award type `target` of a programme's n.

    Attributes
    ----------
    price : (Y, r) million yen
    shares, later : (K, r) paid in each fiscal-year offset, and after it

    """

    target: int
    price: Floats
    shares: Floats
    later: Floats


@dataclass(frozen=True)
class Programme:
    """One programme of a block of runs, with at least one award type.

    Attributes
    ----------
    row, rows : its place among P, its award types among J
    intake, whole_awards, capped, defers, cuts, pays_ends : its rules; whether a maximum or a demand is given, any
        selection is deferred, any continuing award is paid in part, anything is paid when an award ends
    limited : whether money limits the selection; the plan's own path it does not
    eras : for each award type
    history : (H, n, r) starts before the first year
    backlog : (n, r) deferred from the year before the first
    promotions : awards that start in it without selection
    fed, extended : award types whose demand depends on completions, and those that are extended in some year
    instalments : components paid per award

    """

    row: int
    rows: slice
    intake: str
    whole_awards: bool
    capped: bool
    defers: bool
    cuts: bool
    pays_ends: bool
    selection: Selection
    prices: Prices
    eras: tuple[tuple[Era, ...], ...]
    history: Floats
    backlog: Floats
    promotions: tuple[Link, ...] = ()
    fed: tuple[Demand, ...] = ()
    extended: tuple[Extended, ...] = ()
    instalments: tuple[Instalments, ...] = ()
    limited: bool = True

    @cached_property
    def promoted(self) -> tuple[int, ...]:
        """The award types of n into which others are promoted."""
        return tuple(sorted({link.target for link in self.promotions}))

    @cached_property
    def outlasts(self) -> bool:
        """Whether anything but its selections of a year can cost it something in that year or later."""
        paid = [*(eras[0].kernel for eras in self.eras), *(each.shares for each in self.instalments)]
        return self.defers or any(len(years) > 1 for years in paid) or bool(self.promotions or self.extended)


@dataclass(frozen=True)
class Priority:
    """A total that is split by priority, every year anew (model.md section 6).

    total : (Y, r) million yen
    order : programmes in the order of P in which their plans are served
    idle : (P,) programmes without award types: they are given their own paths first, and spend what they are given
    planned : (Y, P, r) what the plans of their types would cost in their first year
    weights : (Y, P, r) of what is left, adding up to 1
    carry_limit : (Y, P, r) share of the appropriation, infinite where none is given

    """

    total: Floats
    order: tuple[int, ...]
    idle: Flags
    planned: Floats
    weights: Floats
    carry_limit: Floats


class Part(NamedTuple):
    """A component that a partner pays for award type `award` of J: its price (Y, r), basis and spread (K, r)."""

    award: int
    price: Floats
    basis: str
    spread: Floats


class Reported(Protocol):
    """What measures read beside the flows, and engines do not; reckoned where it is asked for."""

    @property
    def take_up(self) -> tuple[Floats, ...]:
        """J times (Y, r)."""

    @property
    def real_values(self) -> tuple[Floats, ...]:
        """J times (Y, r)."""

    @property
    def component_prices(self) -> tuple[Floats, ...]:
        """C times (Y, r) million yen."""

    @property
    def demand(self) -> tuple[Demand, ...]:
        """Of the award types that have one, by their place among J, which is its `target`."""

    @property
    def destinations(self) -> tuple[dict[str, Floats], ...]:
        """By award type among J, the share (r,) of each destination."""

    @property
    def outcomes(self) -> dict[str, Floats]:
        """By name, (J, r) coefficients, NaN where none is given."""

    @property
    def partner(self) -> tuple[Part, ...]:
        """What partners pay."""

    @property
    def first_costs(self) -> tuple[Floats, ...]:
        """J times (K, r) u_k of a cohort that starts in the first year, at its prices."""


@dataclass(frozen=True)
class Inputs:
    """All that a block of `runs` runs, R, reads.

    Attributes
    ----------
    before : H, the same for all programmes
    lead : L, years before the first whose completions still matter, at least one
    quantities : Q, the quantities that cohorts are followed in
    extended : the award types of J that are extended in some year, X
    money : on the programmes' own paths under `priority`
    priority : how the total is split, where that depends on commitments
    lapses : (Y, P) unspent money lapses at the end of this year
    programmes : those with award types

    """

    runs: int
    labels: Labels
    before: int
    lead: int
    quantities: int
    extended: tuple[int, ...]
    money: Money
    priority: Priority | None
    lapses: Flags
    programmes: tuple[Programme, ...]
    reported: Reported
