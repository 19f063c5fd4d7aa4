"""What varies over the draws of a batch: levers that are given, and uncertain inputs that are drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from simulator import inverses, sampling, uncertainty_rules
from simulator.arrays import Floats
from simulator.distributions import Distribution
from simulator.errors import RequestError
from simulator.processes import Process
from simulator.quantities import Quantity
from simulator.ranges import Leaves, columns, leaf
from simulator.sampling import Design, Sampling
from simulator.scenario import Document


class Varied(Protocol):
    """Values of one input over the draws."""

    @property
    def bounds(self) -> tuple[float, float]:
        """Least and greatest value of any draw."""

    def over(self, start: int, stop: int) -> Floats:
        """Values of draws `start` to `stop`, (D,), or of a path by year (Y, D)."""

    def check(self, path: str, document: Leaves, draws: int) -> None:
        """Raise RequestError where it cannot stand for a path of a document, given as its leaves by path."""


class Checked:
    """Values of which all was checked when what they are made of was."""

    def check(self, path: str, document: Leaves, draws: int) -> None:
        """As of `Varied`."""


@dataclass(frozen=True)
class Given:
    """Values that the caller gives, one a draw."""

    values: Floats

    @cached_property
    def bounds(self) -> tuple[float, float]:
        """Least and greatest of them."""
        return float(self.values.min()), float(self.values.max())

    def over(self, start: int, stop: int) -> Floats:
        """As of `Varied`: a view."""
        return self.values[start:stop]

    def check(self, path: str, document: Leaves, draws: int) -> None:
        """As of `Varied`."""
        quantity = leaf(document, path).quantity
        if self.values.shape != (draws,):
            raise RequestError(f"vary: {path} has shape {self.values.shape}: give one value a run, ({draws},)")
        for value in self.bounds:
            try:
                quantity.check(value)
            except ValueError as error:
                raise RequestError(f"vary: {path}: {error}") from error


@dataclass(frozen=True)
class DrawnNumber(Checked):
    """An uncertain number; what is drawn beyond the range of its input, hardly ever, is moved to its bound."""

    name: str
    distribution: Distribution
    quantity: Quantity
    design: Design

    @cached_property
    def bounds(self) -> tuple[float, float]:
        """As of `Varied`."""
        low, high = inverses.span(self.distribution, 0)
        return max(low, self.quantity.low), min(high, self.quantity.high)

    def over(self, start: int, stop: int) -> Floats:
        """As of `Varied`."""
        drawn = inverses.values(self.distribution, self.design.uniforms(self.name, start, stop))
        return np.clip(drawn, self.quantity.low, self.quantity.high)


@dataclass(frozen=True)
class DrawnPath(Checked):
    """An uncertain path over the years simulated; every year's innovation is an input of its own."""

    name: str
    process: Process
    quantity: Quantity
    design: Design
    years: range

    @cached_property
    def bounds(self) -> tuple[float, float]:
        """As of `Varied`."""
        low, high = inverses.span(self.process, len(self.years) - 1)
        return max(low, self.quantity.low), min(high, self.quantity.high)

    def over(self, start: int, stop: int) -> Floats:
        """As of `Varied`."""
        names = columns(self.name, self.process, self.years)
        rows = [self.design.uniforms(column, start, stop) for column in names]
        drawn = inverses.path(self.process, np.array(rows).reshape(len(rows), stop - start))
        return np.clip(drawn, self.quantity.low, self.quantity.high)


def designs(documents: Sequence[Document], draws: int, seed: int, design: Sampling) -> list[Design]:
    """Design of each document: the same draws of inputs of the same name, each with its own correlations."""
    names = sorted({column for document in documents for column in _all_columns(document)})
    points = sampling.points(design, seed, draws, names)
    return [Design(draws, seed, design, points, pairs(document)) for document in documents]


def drawn(document: Document, design: Design) -> dict[str, Varied]:
    """Uncertain inputs of a document by name."""
    return {
        name: DrawnPath(name, each, quantity, design, _years(document))
        if isinstance(each, Process)
        else DrawnNumber(name, each, quantity, design)
        for name, quantity, each in uncertainty_rules.named(document)
    }


def _years(document: Document) -> range:
    return range(document.first_year, document.horizon[1] + 1)


def _all_columns(document: Document) -> list[str]:
    years, inputs = _years(document), uncertainty_rules.inputs(document)
    return [column for name, each in inputs.items() for column in columns(name, each, years)]


def pairs(document: Document) -> dict[frozenset[str], float]:
    """Rank correlations of the uniform numbers: of two paths, in each year."""
    years, inputs = _years(document), uncertainty_rules.inputs(document)
    return {
        frozenset(both): rank
        for pair, rank in uncertainty_rules.pairs(document).items()
        for both in zip(*(columns(name, inputs[name], years) for name in sorted(pair)), strict=True)
    }
