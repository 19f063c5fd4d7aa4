"""Functions that stand for the simulator in sweeps, with what is known of them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from simulator import quantities
from simulator.arrays import Floats
from simulator.factors import Factor
from simulator.quantities import Quantity
from simulator.sweeps import Simulate, Sweep
from simulator.varied import Varied

NUMBER = Quantity("number", "ratio", quantities.ELASTICITY.read, -1e9, 1e9, "1")


@dataclass(frozen=True)
class Function:
    """A function of inputs (d, R), whose rows of results are the outcomes."""

    of: Callable[[Floats], Floats]
    inputs: Sequence[str]
    outcomes: tuple[str, ...] = ("y",)

    @property
    def told(self) -> Mapping[str, Any]:
        return {"function": self.of.__name__, "outcomes": self.outcomes}

    def prepared(self, varied: Mapping[str, Varied], _: int) -> Simulate:
        def simulate(start: int, stop: int) -> Floats:
            return np.atleast_2d(self.of(np.stack([varied[name].over(start, stop) for name in self.inputs])))

        return simulate


def between(low: float, high: float, count: int) -> tuple[Factor, ...]:
    """So many inputs, each uniform between two bounds."""
    return tuple(Factor(f"x{place}", NUMBER, bounds=(low, high), own=(low + high) / 2.0) for place in range(count))


def results(sweep: Sweep, first: int = 0) -> Iterator[Floats]:
    """Results of every block, as a sweep's analysis takes them."""
    return (sweep.outputs(block) for block in range(first, sweep.blocks))


def ishigami(x: Floats) -> Floats:
    """``sin x1 + 7 sin² x2 + 0.1 x3⁴ sin x1`` (Ishigami and Homma, 1990)."""
    made: Floats = np.sin(x[0]) + 7.0 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0])
    return made


def ishigami_indices() -> tuple[Floats, Floats, Floats]:
    """First-order, total and Shapley of each input: V = 1/2 + 49/8 + 0.1 π⁴/5 + 0.01 π⁸/18."""
    alone = np.array([0.5 * (1.0 + 0.1 * np.pi**4 / 5.0) ** 2, 49.0 / 8.0, 0.0])
    both = 0.01 * np.pi**8 * (1.0 / 18.0 - 1.0 / 50.0)
    variance = alone.sum() + both
    together = np.array([both, 0.0, both])
    return alone / variance, (alone + together) / variance, (alone + together / 2.0) / variance


G = np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0])
"""Coefficients of the g-function: the smaller, the more its input matters."""


def g_function(x: Floats) -> Floats:
    """``Π (|4 x_i − 2| + a_i) / (1 + a_i)`` (Saltelli and Sobol', 1995)."""
    made: Floats = np.prod((np.abs(4.0 * x - 2.0) + G[:, None]) / (1.0 + G[:, None]), axis=0)
    return made


def g_indices() -> tuple[Floats, Floats]:
    """``V_i = 1 / (3 (1 + a_i)²)``, ``V = Π (1 + V_i) − 1``; indices ``V_i / V`` and ``V_i Π_{j≠i} (1 + V_j) / V``."""
    parts = 1.0 / (3.0 * (1.0 + G) ** 2)
    whole = np.prod(1.0 + parts)
    return parts / (whole - 1.0), parts * whole / (1.0 + parts) / (whole - 1.0)
