"""Sweeps: many runs of a scenario, or of any function, block by block through any `map`.

A sweep is a model, the factors that vary and a design. Its blocks are simulated as one batch each; whoever wants their
results takes them in order, so that what is made of them does not depend on who simulated them.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from math import log2
from typing import Any, Protocol

import numpy as np

from simulator import cohorts, designs, figures, memory, resolving
from simulator.arrays import Floats
from simulator.correlations import Pairs
from simulator.designs import Design, Kind
from simulator.errors import RequestError
from simulator.factors import Factor
from simulator.figures import Wanted
from simulator.flows import Flows
from simulator.inputs import inputs_of
from simulator.leaves import Batch
from simulator.outcome_names import Outcome
from simulator.scenario import Scenario
from simulator.varied import Checked, Varied

BLOCK = 8192
"""Runs simulated at a time, about so many: a power of two of base points (docs/explanation/performance.md)."""

ENDED = ("morris", "oat")
"""Designs that go to the ends of each input."""

SAMPLED = {"grid": 1, "lhs": 1, "sobol": 2, "shapley": 1}
"""Runs of each base point, the first ones, that are drawn as the inputs are said to be."""

Simulate = Callable[[int, int], Floats]
"""Outcomes (O, R) of runs `start` to `stop`."""


class Model(Protocol):
    """What is run."""

    @property
    def outcomes(self) -> Sequence[object]:
        """What each row of its results is."""

    @property
    def told(self) -> Mapping[str, Any]:
        """What it is, for a fingerprint: what changes any result changes this."""

    def prepared(self, varied: Mapping[str, Varied], runs: int, /) -> Simulate:
        """A function that simulates a block of so many runs in which these inputs vary."""


@dataclass(frozen=True)
class Simulated:
    """A scenario and the figures of it that are wanted; inputs that do not vary have their expected values."""

    scenario: Scenario
    outcomes: tuple[Outcome, ...]

    @property
    def told(self) -> Mapping[str, Any]:
        """As of `Model`."""
        from simulator import __version__

        return {
            "version": __version__,
            "scenario": resolving.resolved(self.scenario, self.scenario.path.parent, above="portfolio"),
            "portfolio": resolving.portfolio(self.scenario),
            "outcomes": [str(outcome) for outcome in self.outcomes],
        }

    def prepared(self, varied: Mapping[str, Varied], runs: int) -> Simulate:
        """As of `Model`."""
        batch = Batch((self.scenario,), varied, runs)
        batch.check()
        memory.keep_freed()
        lines = tuple(dict.fromkeys(outcome.line for outcome in self.outcomes))
        asked = figures.asked([batch], Wanted((lines,), quantiles=False))
        places = {id(figure): line for (_, line), figure in asked.levels.items()}
        rows = {outcome: row for row, outcome in enumerate(self.outcomes)}
        first = self.scenario.document.horizon[0]
        wanted = {
            line: [(rows[each], each.year - first) for each in self.outcomes if each.line == line] for line in lines
        }
        buffers: list[Flows] = []

        def simulate(start: int, stop: int) -> Floats:
            inputs = inputs_of(batch, start, stop)
            if not buffers or buffers[0].spend.shape[-1] != stop - start:
                buffers[:] = [Flows.empty(inputs)]
            flows = cohorts.simulate(inputs, buffers[0])
            found = np.empty((len(rows), stop - start))
            for figure, values in figures.values(asked.all(), [batch], [inputs], [flows]):
                for row, year in wanted[places[id(figure)]]:
                    np.add(values[year], 0.0, out=found[row])  # a negative zero would be printed as -0
            return found

        return simulate


@dataclass(frozen=True)
class Points:
    """Values of all factors over the runs of a design; those of the block that is being simulated are kept."""

    factors: tuple[Factor, ...]
    design: Design
    per_block: int
    _kept: dict[int, Floats] = field(default_factory=dict, repr=False)

    def whole(self, place: int, start: int, stop: int) -> Floats:
        """Values of a factor in some runs of one block, (1 or Y, R)."""
        block = start // (self.per_block * self.design.rows)
        if block not in self._kept:
            self._kept.clear()
            first = block * self.per_block
            points = self.design.points(first, min(first + self.per_block, self.design.base))
            self._kept[block] = points.reshape(points.shape[0], -1)
        before = block * self.per_block * self.design.rows
        return self.factors[place].values(self._kept[block][self._columns[place], start - before : stop - before])

    @cached_property
    def _columns(self) -> list[slice]:
        ends = np.cumsum([0, *(len(factor.columns) for factor in self.factors)]).tolist()
        return [slice(first, last) for first, last in pairwise(ends)]


@dataclass(frozen=True)
class Swept(Checked):
    """Values of one factor over the runs of a sweep, as of `Varied`; factors are checked when they are read."""

    points: Points
    place: int

    @property
    def bounds(self) -> tuple[float, float]:
        """Least and greatest value of any run."""
        return self.points.factors[self.place].span

    def over(self, start: int, stop: int) -> Floats:
        """Values of runs `start` to `stop` of one block, (R,), or of a path by year (Y, R)."""
        values = self.points.whole(self.place, start, stop)
        return values if self.points.factors[self.place].is_path else values[0]


@dataclass(frozen=True)
class Sweep:
    """A model, what varies, and the design of a kind; `per_block` are the base points simulated at a time."""

    model: Model
    factors: tuple[Factor, ...]
    kind: Kind
    design: Design
    per_block: int
    seed: int = 0

    @property
    def runs(self) -> int:
        """Runs in all."""
        return self.design.base * self.design.rows

    @property
    def blocks(self) -> int:
        """Blocks in all."""
        return -(-self.design.base // self.per_block)

    def base_of(self, block: int) -> tuple[int, int]:
        """Base points of a block, from and to."""
        return block * self.per_block, min((block + 1) * self.per_block, self.design.base)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of all values that vary."""
        return tuple(name for factor in self.factors for name in factor.names)

    @property
    def spans(self) -> dict[str, tuple[float, float]]:
        """Least and greatest value of all that varies."""
        return {name: factor.span for factor in self.factors for name in factor.names}

    def inputs(self, block: int) -> Floats:
        """Values of all that varies in the runs of a block, (C, R)."""
        start, stop = (point * self.design.rows for point in self.base_of(block))
        parts = [self._points.whole(place, start, stop) for place in range(len(self.factors))]
        return np.concatenate(
            [part[1:] if factor.is_path else part for part, factor in zip(parts, self.factors, strict=True)]
        )

    def outputs(self, block: int) -> Floats:
        """Results of the runs of a block, (O, R): row after row of the design, base points inside."""
        first, last = self.base_of(block)
        return self._simulate(first * self.design.rows, last * self.design.rows)

    @cached_property
    def _points(self) -> Points:
        return Points(self.factors, self.design, self.per_block)

    @cached_property
    def _simulate(self) -> Simulate:
        varied: dict[str, Varied] = {
            factor.path: Swept(self._points, place) for place, factor in enumerate(self.factors)
        }
        return self.model.prepared(varied, self.runs)

    @cached_property
    def told(self) -> dict[str, Any]:
        """What the sweep is, for people and for its fingerprint."""
        return {
            "design": self.kind,
            "size": self.design.base,
            "seed": self.seed,
            "runs": self.runs,
            "block": self.per_block * self.design.rows,
            "factors": [factor.told for factor in self.factors],
            "pairs": sorted((*sorted(pair), rank) for pair, rank in getattr(self.design, "pairs", {}).items()),
        }

    @cached_property
    def fingerprint(self) -> str:
        """Hash of all that a result depends on: the design, what varies, the scenario, the version."""
        text = json.dumps([self.told, dict(self.model.told)], ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def __getstate__(self) -> dict[str, Any]:
        """Without what is made when it is needed, which another process makes for itself."""
        kept = ("model", "factors", "kind", "design", "per_block", "seed")
        return {name: self.__dict__[name] for name in kept}


def sweep(  # noqa: PLR0913 (options, each by keyword)
    model: Model,
    factors: Sequence[Factor],
    *,
    kind: Kind = "grid",
    size: int = 0,
    seed: int = 0,
    pairs: Pairs | None = None,
) -> Sweep:
    """The sweep of a model over factors; parameters and errors as of `designs.design`."""
    ends = [factor.narrowed() if kind in ENDED else factor for factor in factors]
    made = designs.design(kind, ends, size, seed, pairs or {})
    per_block = min(1 << max(round(log2(BLOCK / made.rows)), 0), made.base)
    return Sweep(model, tuple(ends), kind, made, per_block, seed)


def grown(sweep: Sweep, base: int) -> Sweep:
    """The same with so many base points, of which the first are those that there were."""
    return replace(sweep, design=replace(sweep.design, base=base))  # type: ignore[type-var]


def require_sampled(sweep: Sweep) -> None:
    """RequestError where no run of a design is drawn as the inputs are said to be."""
    if sweep.kind not in SAMPLED:
        raise RequestError(
            f"--where describes runs of {', '.join(SAMPLED)}: --design {sweep.kind} has none that stand for others"
        )


def sampled(sweep: Sweep, values: Floats) -> Floats:
    """Of values (n, R) of a block, those of runs that are drawn as the inputs are said to be; none of some designs."""
    rows = values.reshape(len(values), sweep.design.rows, -1)[:, : SAMPLED.get(sweep.kind, 0)]
    return rows.reshape(len(values), -1)
