"""What the fused loop reads and writes: `Inputs` and `Flows` as tuples of plain arrays, as numba takes them.

Letters as in `simulator.arrays`. A number that does not vary over the runs has no run axis here, so that the compiler
takes it out of the loop over the runs; which do, is part of a tuple's type, and known when compiling.
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

STEADY, CASH, PLAN = range(3)
"""The intake rules."""


class Money(NamedTuple):
    """`Money` of all programmes, (Y, P), and `lapses`."""

    appropriation: Floats
    fixed_costs: Floats
    set_aside: Floats
    sustained: Floats
    carry_ceiling: Floats
    lapses: Flags


class Programme(NamedTuple):
    """A programme with its `Selection` and `Prices`, (Y, n).

    Attributes
    ----------
    row, award, awards : its place among P, its first award type among J, n
    intake, whole_awards, cuts : its rules
    reach : (n,) K of each award type
    kernel : (n, H + Y) for each award type and year of start, the row of `gives` for its first year
    gives : (N, Q) rows of all kernels
    history : (H, n)

    """

    row: int
    award: int
    awards: int
    intake: int
    whole_awards: bool
    cuts: bool
    reach: Integers
    kernel: Integers
    gives: Floats
    history: Floats
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


class Written(NamedTuple):
    """The arrays of `Flows`."""

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


class Scratch(NamedTuple):
    """What the loop keeps beside the flows.

    Attributes
    ----------
    remainder, wanted : (J, R) fractions of awards not yet selected; selections before they are whole
    factor, cost : (R,) what scales the selections of a programme; what they cost

    """

    remainder: Floats
    wanted: Floats
    factor: Floats
    cost: Floats


class Block(NamedTuple):
    """What all programmes share; `quantities` has Q elements."""

    quantities: tuple[int, ...]
    money: Money
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


def compiled(function: Function) -> Function:
    """`function` in machine code, with numpy's division and no fast-math, so that its bits are numpy's."""
    return cast("Function", numba.njit(error_model="numpy", pipeline_class=Apart)(function))


def inlined(function: Function) -> Function:
    """The same as a part of each function that calls it."""
    return cast("Function", numba.njit(error_model="numpy", pipeline_class=Apart, forceinline=True)(function))


@inlined
def value(numbers: Floats, row: int, column: int, r: int) -> float:
    """A number in run r, from an array with or without a run axis."""
    if numbers.ndim == 2:
        return float(numbers[row, column])
    return float(numbers[row, column, r])
