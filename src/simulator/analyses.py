"""What a sweep says: its results, block by block in order, become summaries, responses and indices of sensitivity."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from simulator import discovery, sensitivity, sweeps
from simulator.arrays import Floats
from simulator.designs import Morris
from simulator.discovery import Box, Flags
from simulator.errors import RequestError
from simulator.pick_freeze import Saltelli, Subsets
from simulator.responses import Binned, Extent, Response, Summary
from simulator.sensitivity import Bootstrap, Index
from simulator.sweeps import Sweep

WIDTH = 0.1
"""Width of a 95 % interval from which on an index is said to be uncertain."""

EXTENDED = ("sobol", "shapley")
"""Designs whose first base points are those of one half as large."""

SHARES = ("first", "total", "shapley", "given_data")
"""Indices that are shares of a variance, whose intervals have the same width whatever the outcome."""


class Estimator(Protocol):
    """Of indices, while results are added."""

    def add(self, block: int, results: Floats) -> None:
        """Add the results (O, R) of the next block."""

    def indices(self) -> list[Index]:
        """Indices of all results so far."""


Met = Callable[[Floats], Flags]
"""Whether runs, of their results (O, R), are to be described."""


@dataclass(frozen=True)
class Described:
    """Runs that meet a condition, of how many, and the boxes that describe them, by method."""

    hits: int
    runs: int
    boxes: Mapping[str, list[Box]]


@dataclass(frozen=True)
class Analysis:
    """What the runs of a sweep so far say.

    Attributes
    ----------
    summary, responses : of runs drawn as the inputs are said to be, where the design has such
    indices : of every outcome to `names`
    single : of a design that moves one input at a time, the results of all its runs, (O, R)
    described : the runs that meet a condition, where one was given

    """

    sweep: Sweep
    summary: Summary | None = None
    responses: list[Response] = field(default_factory=list)
    names: tuple[str, ...] = ()
    indices: list[Index] = field(default_factory=list)
    single: Floats | None = None
    described: Described | None = None

    def converged(self, width: float) -> bool:
        """Whether the 95 % interval of every share of a variance is no wider than this."""
        return sensitivity.all_converged([index for index in self.indices if index.name in SHARES], width)


class Analyst:
    """An analysis while blocks are added, in order; `met` says which runs, of their results (O, R), are described."""

    def __init__(self, sweep: Sweep, met: Met | None = None) -> None:
        self.sweep, self._block, self._extent, self._met = sweep, 0, Extent(), met
        self._inputs, self._meets = list[Floats](), list[Flags]()
        self._bootstrap = Bootstrap(sweep.seed)
        self._single: list[Floats] = []
        self._estimator = self._estimator_of(sweep)
        sampled = sweep.kind != "grid"
        many = sweep.design.base * sweeps.SAMPLED.get(sweep.kind, 0)
        plain = Bootstrap(sweep.seed, 0 if self._estimator or not sampled else sensitivity.REPLICATES)
        self._binned = Binned(sweep.factors, many, plain, sampled=sampled) if many else None

    def _estimator_of(self, sweep: Sweep) -> Estimator | None:
        match sweep.design:
            case Saltelli():
                return sensitivity.Sobol(len(sweep.factors), self._bootstrap)
            case Subsets():
                return sensitivity.Shapley(len(sweep.factors), self._bootstrap)
            case Morris():
                return sensitivity.Elementary(sweep.design, self._bootstrap)
        return None

    def add(self, results: Floats) -> None:
        """Add the results (O, R) of the next block."""
        if self._estimator:
            self._estimator.add(self._block, results)
        if self._binned:
            drawn, inputs = (sweeps.sampled(self.sweep, each) for each in (results, self.sweep.inputs(self._block)))
            self._extent.add(drawn)
            self._binned.add(self._block, inputs, drawn)
            if self._met:
                self._inputs.append(inputs)
                self._meets.append(self._met(drawn))
        if self.sweep.kind == "oat":
            self._single.append(results)
        self._block += 1

    def analysis(self) -> Analysis:
        """Of all blocks so far."""
        names, indices = self.sweep.names, list[Index]()
        if self._estimator:
            names, indices = tuple(factor.path for factor in self.sweep.factors), self._estimator.indices()
        elif self._binned:
            indices = [self._binned.index()]
        return Analysis(
            self.sweep,
            self._extent.summary(),
            self._binned.responses() if self._binned else [],
            names,
            indices,
            np.concatenate(self._single, axis=1) if self._single else None,
        )

    def described(self) -> Described | None:
        """Boxes of the runs that are to be described, if any are."""
        if not self._meets:
            return None
        inputs, meets = np.concatenate(self._inputs, axis=1), np.concatenate(self._meets)
        boxes = {"prim": discovery.prim(inputs, meets)}
        if discovery.has_tree():
            boxes["cart"] = discovery.cart(inputs, meets)
        return Described(int(meets.sum()), meets.size, boxes)


Results = Callable[[Sweep, int], Iterator[Floats]]
"""Results of the blocks of a sweep in order, from one on."""


def analyse(
    sweep: Sweep, results: Results, *, width: float | None = None, met: Met | None = None, most: int = 1 << 20
) -> Analysis:
    """Run a sweep and say what it says; with `width` twice as many base points until all intervals are narrower.

    Parameters
    ----------
    met : the runs to be described by boxes
    most : base points after which it ends all the same

    Raises
    ------
    RequestError : a width is given of a design that cannot be doubled, or all runs are to be described, or none

    """
    require_extended(sweep, width)
    analyst = Analyst(sweep, met)
    first = 0
    while True:
        for block in results(sweep, first):
            analyst.add(block)
        found = analyst.analysis()
        if width is None or found.converged(width) or 2 * sweep.design.base > most:
            return replace(found, described=analyst.described())
        first, sweep = sweep.blocks, sweeps.grown(sweep, 2 * sweep.design.base)
        analyst.sweep = sweep


def require_extended(sweep: Sweep, width: float | None) -> None:
    """RequestError where a width of intervals is given of a design that cannot be doubled."""
    if width is not None and sweep.kind not in EXTENDED:
        among = " and ".join(EXTENDED)
        raise RequestError(f"--until-converged is of --design {among}, whose base points go on: leave it out")
