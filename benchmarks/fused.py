"""The fused reference: what `simulator.cohorts.simulate` costs when it is one compiled loop.

A yardstick, not a second core: the same arithmetic on the same `Inputs` and `Flows`, in the fastest form we know. It
is compared with the core before it is timed (`agree`), so that no ratio is ever of different work.

    fused_arrays   what the loop reads and writes, and how it is compiled
    fused_packing  programmes as it takes them
    fused_steps    the formulas, for one run
    fused_links    what follows from earlier awards beside their own life, and a total split by priority
    fused_loops    the loops over years, award types and runs
"""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from fused_arrays import Block, Cohorts, Integers, Money, Priority, Programme, Scratch, Written
from fused_loops import by_priority, programme_by_programme, year_by_year
from fused_packing import Kernels, programme_of, thin

from simulator import allocation, arrays, cohorts
from simulator.arrays import Floats, Inputs
from simulator.flows import Flows

TOLERANCE = 1e-12
"""Largest difference allowed, as a share of a flow and, where money cancels out, of its greatest value."""

Loop = Callable[[Block, tuple[Programme, ...], Integers], None]


class Packed(NamedTuple):
    """The compiled loop that suits a block, and its arguments."""

    loop: Loop
    block: Block
    programmes: tuple[Programme, ...]
    idle: Integers

    def run(self) -> None:
        """Overwrite the flows."""
        self.loop(self.block, self.programmes, self.idle)


class Engine:
    """The fused loop with what it keeps from block to block: kernels that have not changed, and scratch arrays."""

    def __init__(self) -> None:
        self._kernels = Kernels()
        self._scratch: Scratch | None = None

    def simulate(self, inputs: Inputs, flows: Flows) -> Flows:
        """As `simulator.cohorts.simulate`."""
        flows = replace(flows, money=inputs.money if inputs.priority is None else allocation.unsplit(inputs))
        self.pack(inputs, flows).run()
        return flows

    def pack(self, inputs: Inputs, flows: Flows) -> Packed:
        """A block as the compiled loop takes it: views of inputs and flows where they are contiguous."""
        shape = (len(inputs.labels.awards), inputs.runs)
        if self._scratch is None or self._scratch.wanted.shape != shape:
            self._scratch = Scratch(*(np.empty(shape) for _ in range(4)), *(np.empty(inputs.runs) for _ in range(5)))
        block = Block(
            cohorts=Cohorts(flows.cohorts, inputs.lead, tuple(range(inputs.quantities))),
            money=_money(flows.money),
            lapses=inputs.lapses,
            priority=None if inputs.priority is None else _priority(inputs.priority, inputs.money),
            flows=Written(**{name: getattr(flows, name) for name in Written._fields}),
            scratch=self._scratch,
        )
        programmes = tuple(programme_of(programme, self._kernels) for programme in inputs.programmes)
        return Packed(_loop(inputs), block, programmes, _idle(inputs))


def empty_flows(inputs: Inputs) -> Flows:
    """Flows for a block, of NaN, so that what an engine leaves out is seen; its money where that is split."""
    flows = Flows.empty(inputs)
    for name in ("cohorts", *Written._fields):
        getattr(flows, name).fill(np.nan)
    return flows if inputs.priority is None else replace(flows, money=allocation.unsplit(inputs))


def agree(inputs: Inputs) -> bool:
    """Whether both engines give the same bits; AssertionError where they differ by more than the tolerance."""
    core = _by_name(cohorts.simulate(inputs, empty_flows(inputs)))
    fused = _by_name(Engine().simulate(inputs, empty_flows(inputs)))
    for name, theirs in core.items():
        size = float(np.max(np.abs(theirs), initial=0.0, where=np.isfinite(theirs)))
        np.testing.assert_allclose(fused[name], theirs, rtol=TOLERANCE, atol=TOLERANCE * size, err_msg=name)
    return all(np.array_equal(fused[name], theirs, equal_nan=True) for name, theirs in core.items())


def _by_name(flows: Flows) -> dict[str, Floats]:
    """All arrays of the flows and of their money."""
    arrays_of = {name: getattr(flows, name) for name in ("cohorts", *Written._fields)}
    return arrays_of | {name: getattr(flows.money, name) for name in Money._fields}


def _loop(inputs: Inputs) -> Loop:
    """Years outside the programmes only where these depend on each other."""
    if inputs.priority is not None:
        return by_priority
    return year_by_year if any(map(_coupled, inputs.programmes)) else programme_by_programme


def _coupled(programme: arrays.Programme) -> bool:
    """Whether completions of other programmes lead into awards of this one."""
    links = [*programme.promotions, *(link for demand in programme.fed for link in demand.feeds)]
    return any(not programme.rows.start <= link.source < programme.rows.stop for link in links)


def _idle(inputs: Inputs) -> Integers:
    """Rows of the programmes without award types."""
    rows = set(range(len(inputs.labels.programmes))) - {programme.row for programme in inputs.programmes}
    return np.array(sorted(rows), dtype=np.int64)


def _money(money: arrays.Money) -> Money:
    return Money(**{name: thin(getattr(money, name)) for name in Money._fields})


def _priority(priority: arrays.Priority, own: arrays.Money) -> Priority:
    return Priority(
        total=thin(priority.total),
        order=np.array(priority.order, dtype=np.int64),
        idle=priority.idle,
        planned=thin(priority.planned),
        weights=thin(priority.weights),
        carry_limit=thin(priority.carry_limit),
        own=_money(own),
    )
