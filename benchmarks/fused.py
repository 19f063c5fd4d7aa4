"""The fused reference: what `simulator.cohorts.simulate` costs when it is one compiled loop.

A yardstick, not a second core: the same arithmetic on the same `Inputs` and `Flows`, in the fastest form we know. It
is compared with the core before it is timed (`agree`), so that no ratio is ever of different work.

    fused_arrays  what the loop reads and writes, and how it is compiled
    fused_steps   the formulas, for one run
    fused_loops   the loops over years, award types and runs
"""

from dataclasses import fields
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from fused_arrays import CASH, PLAN, STEADY, Block, Integers, Money, Programme, Scratch, Written
from fused_loops import simulate

from simulator import arrays, cohorts
from simulator.arrays import Era, Floats, Flows, Inputs

INTAKE = {"steady": STEADY, "cash": CASH, "plan": PLAN}

TOLERANCE = 1e-12
"""Largest difference allowed, as a share of a flow and, where money cancels out, of its greatest value."""

Lives = tuple[tuple[Era, ...], ...]


class Packed(NamedTuple):
    """Arguments of the compiled loop."""

    block: Block
    programmes: tuple[Programme, ...]
    idle: Integers


class Engine:
    """The fused loop with what it keeps from block to block: kernels that have not changed, and scratch arrays."""

    def __init__(self) -> None:
        self._kernels: dict[int, tuple[Lives, tuple[Integers, Floats]]] = {}
        self._scratch: Scratch | None = None

    def simulate(self, inputs: Inputs, flows: Flows) -> Flows:
        """As `simulator.cohorts.simulate`."""
        simulate(*self.pack(inputs, flows))
        return flows

    def pack(self, inputs: Inputs, flows: Flows) -> Packed:
        """A block as the compiled loop takes it: views of inputs and flows where they are contiguous."""
        shape = (len(inputs.labels.awards), inputs.runs)
        if self._scratch is None or self._scratch.wanted.shape != shape:
            self._scratch = Scratch(*(np.empty(shape) for _ in range(2)), *(np.empty(inputs.runs) for _ in range(2)))
        written = Written(**{field.name: getattr(flows, field.name) for field in fields(flows)})
        block = Block(tuple(range(inputs.quantities)), _money(inputs), written, self._scratch)
        idle = set(range(len(inputs.labels.programmes))) - {programme.row for programme in inputs.programmes}
        programmes = tuple(self._programme(programme) for programme in inputs.programmes)
        return Packed(block, programmes, np.array(sorted(idle), dtype=np.int64))

    def _programme(self, programme: arrays.Programme) -> Programme:
        parts = (programme.selection, programme.prices)
        kernel, gives = self._packed(programme.row, programme.eras)
        return Programme(
            row=programme.row,
            award=programme.rows.start,
            awards=len(programme.eras),
            intake=INTAKE[programme.intake],
            whole_awards=programme.whole_awards,
            cuts=programme.cuts,
            reach=np.array([len(eras[0].kernel) for eras in programme.eras]),
            kernel=kernel,
            gives=gives,
            history=_thin(programme.history),
            **{field.name: _thin(getattr(part, field.name)) for part in parts for field in fields(part)},
        )

    def _packed(self, row: int, lives: Lives) -> tuple[Integers, Floats]:
        """Kernels of a programme in one array, made again only where they are not those of the block before."""
        if row not in self._kernels or not _same(self._kernels[row][0], lives):
            self._kernels[row] = lives, _one_below_the_other(lives)
        return self._kernels[row][1]


def empty_flows(inputs: Inputs) -> Flows:
    """Flows for a block, of NaN, so that what an engine leaves out is seen."""
    flows = Flows.empty(inputs)
    for field in fields(flows):
        getattr(flows, field.name).fill(np.nan)
    return flows


def agree(inputs: Inputs) -> bool:
    """Whether both engines give the same bits; AssertionError where they differ by more than the tolerance."""
    core = cohorts.simulate(inputs, empty_flows(inputs))
    fused = Engine().simulate(inputs, empty_flows(inputs))
    pairs = {field.name: (getattr(fused, field.name), getattr(core, field.name)) for field in fields(Flows)}
    for name, (ours, theirs) in pairs.items():
        size = float(np.max(np.abs(theirs), initial=0.0, where=~np.isnan(theirs)))
        np.testing.assert_allclose(ours, theirs, rtol=TOLERANCE, atol=TOLERANCE * size, err_msg=name)
    return all(np.array_equal(ours, theirs, equal_nan=True) for ours, theirs in pairs.values())


def _money(inputs: Inputs) -> Money:
    names = [field.name for field in fields(inputs.money)]
    return Money(**{name: _thin(getattr(inputs.money, name)) for name in names}, lapses=inputs.lapses)


def _same(lives: Lives, others: Lives) -> bool:
    return len(lives) == len(others) and all(old is new for old, new in zip(lives, others, strict=True))


def _one_below_the_other(lives: Lives) -> tuple[Integers, Floats]:
    """Distinct kernels (K, Q, r) as rows (N, Q, r), and by award type and year of start the first of its rows."""
    distinct = {id(era.kernel): era.kernel for eras in lives for era in eras}
    ends = dict(zip(distinct, accumulate(len(kernel) for kernel in distinct.values()), strict=True))
    first = [
        [ends[id(era.kernel)] - len(era.kernel) for era in eras for _ in range(era.start, era.stop)] for eras in lives
    ]
    rows = np.broadcast_arrays(*(row for kernel in distinct.values() for row in kernel))
    return np.array(first), _thin(np.stack(rows))


def _thin(numbers: Floats) -> Floats:
    """Without the run axis where it is of length 1."""
    return np.ascontiguousarray(numbers[..., 0] if numbers.shape[-1] == 1 else numbers)
