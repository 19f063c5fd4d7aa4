"""What the fused loop reads and writes: `Inputs` and `Flows` as tuples of plain arrays, as numba takes them.

Letters as in `simulator.arrays`. A number that does not vary over the runs has no run axis here, so that the compiler
takes it out of the loop over the runs. Which do is part of a tuple's type, as is which rules and features a programme
has: what it does not use is not in its machine code.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numba
import numpy as np
import numpy.typing as npt
from numba.core.compiler import Compiler

from simulator.arrays import Flags, Floats

Integers = npt.NDArray[np.int64]
Function = TypeVar("Function", bound=Callable[..., Any])

Flag = bool | None
"""True where it holds, None where it does not, so that it is known when compiling."""


class Money(NamedTuple):
    """`Money` of all programmes, (Y, P)."""

    appropriation: Floats
    fixed_costs: Floats
    set_aside: Floats
    sustained: Floats
    carry_ceiling: Floats


class Priority(NamedTuple):
    """`Priority`: total (Y,), order and idle (P,), the rest (Y, P); `own` is the money on the programmes' own paths."""

    total: Floats
    order: Integers
    idle: Flags
    planned: Floats
    weights: Floats
    carry_limit: Floats
    own: Money


class Links(NamedTuple):
    """M links of a programme, (M,): `source` among J, `target` among its n award types."""

    source: Integers
    target: Integers
    lag: Integers
    share: Floats


class Fed(NamedTuple):
    """D award types with feeds: `target` (D,) among n, applicants and rates (Y, D), the `demand` of each link (M,)."""

    target: Integers
    applicants: Floats
    highest_rate: Floats
    demand: Integers
    feeds: Links


class Extended(NamedTuple):
    """E extensions of a programme, in the order of the core.

    Attributes
    ----------
    slot : (n,) row of each award type among X, -1 where it is never extended
    target, year, share : (E,)
    first : (E + 1,) rows of each in `gives`
    gives : (N, QUANTITIES_EXTENDED) rows of all kernels

    """

    slot: Integers
    target: Integers
    year: Integers
    share: Floats
    first: Integers
    gives: Floats


class Instalments(NamedTuple):
    """I components paid per award: target (I,), price (Y, I), rows of each (I + 1,) in shares and later (N,)."""

    target: Integers
    price: Floats
    first: Integers
    shares: Floats
    later: Floats


class Programme(NamedTuple):
    """A programme with its `Selection` and `Prices`, (Y, n).

    Attributes
    ----------
    row, award, awards : its place among P, its first award type among J, n
    alone, several : n is 1, n is more
    steady, cash, whole_awards, capped, defers, cuts, outlasts : its rules, `plan` where neither of the first two
    promotions, fed, extended, instalments : None where it has none
    reach : (n,) K of each award type
    kernel : (n, H + Y) for each award type and year of start, the row of `gives` for its first year
    gives : (N, Q) rows of all kernels
    history, backlog : (H, n), (n,)

    """

    row: int
    award: int
    awards: int
    alone: Flag
    several: Flag
    steady: Flag
    cash: Flag
    whole_awards: Flag
    capped: Flag
    defers: Flag
    cuts: Flag
    outlasts: Flag
    promotions: Links | None
    fed: Fed | None
    extended: Extended | None
    instalments: Instalments | None
    reach: Integers
    kernel: Integers
    gives: Floats
    history: Floats
    backlog: Floats
    at_once: Floats
    put_off: Floats
    plan: Floats
    maximum: Floats
    cost: Floats
    weight: Floats
    end: Floats
    month: Floats
    first: Floats
    whole: Floats
    continuing: Floats


class Cohorts(NamedTuple):
    """`given` is (L + Y, J, Q, R), `lead` L; `quantities` has Q elements, so that Q is known when compiling."""

    given: Floats
    lead: int
    quantities: tuple[int, ...]


class Cohort(NamedTuple):
    """What the cohorts of an award type give in a year, (Q, R), and Q elements.

    A view, taken once before a loop: LLVM must see that all formulas in the loop mean the same place in memory.
    """

    given: Floats
    quantities: tuple[int, ...]


class Written(NamedTuple):
    """The other arrays of `Flows`."""

    starts: Floats
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


class Scratch(NamedTuple):
    """What the loop keeps beside the flows.

    Attributes
    ----------
    accrued : (J, R) ρ + ε, fractions of awards not yet selected
    promoted : (J, R) awards that start without selection
    wanted, highest : (J, R) selections before they are whole, and at most; rows of one programme at a time
    sustained, factor, cost, paid, later : (R,) of one programme at a time

    """

    accrued: Floats
    promoted: Floats
    wanted: Floats
    highest: Floats
    sustained: Floats
    factor: Floats
    cost: Floats
    paid: Floats
    later: Floats


class Block(NamedTuple):
    """What all programmes share.

    Attributes
    ----------
    money : that of `Inputs`, or what is written as `priority` says
    lapses : (Y, P)
    priority : None where the money is that of `Inputs`

    """

    cohorts: Cohorts
    money: Money
    lapses: Flags
    priority: Priority | None
    flows: Written
    scratch: Scratch


class Apart(Compiler):
    """Compiler of functions whose arrays do not overlap.

    Unless it knows, LLVM compares the addresses of each pair of arrays before every loop: half the speed.
    """

    def define_pipelines(self) -> Any:
        """Numba's own passes."""
        self.state.flags.noalias = True
        return super().define_pipelines()  # type: ignore[no-untyped-call] # numba states no types


OPTIONS: dict[str, Any] = {"error_model": "numpy", "pipeline_class": Apart, "_nrt": False}
"""Numpy's division and no fast-math, so that the bits are numpy's. Nothing is allocated: no references are counted."""

WITHIN = OPTIONS | {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
"""Without what Python would need to call a function: half of the compiler's time."""


def compiled(function: Function) -> Function:
    """`function` in machine code."""
    return cast("Function", numba.njit(**OPTIONS)(function))


def within(function: Function) -> Function:
    """The same, for compiled code to call."""
    return cast("Function", numba.njit(**WITHIN)(function))


def inlined(function: Function) -> Function:
    """The same as a part of each function that calls it."""
    return cast("Function", numba.njit(forceinline=True, **WITHIN)(function))


def formula(function: Function) -> Function:
    """The same as a part of its source: LLVM sees that what two formulas read and write is the same place."""
    return cast("Function", numba.njit(inline="always", **WITHIN)(function))


@inlined
def value(numbers: Floats, row: int, column: int, r: int) -> float:
    """A number in run r, from an array with or without a run axis."""
    if numbers.ndim == 2:
        return float(numbers[row, column])
    return float(numbers[row, column, r])


@inlined
def number(numbers: Floats, row: int, r: int) -> float:
    """The same of an array with one axis less."""
    if numbers.ndim == 1:
        return float(numbers[row])
    return float(numbers[row, r])
