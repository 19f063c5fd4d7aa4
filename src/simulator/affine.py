"""Affine functions of the columns of a linear programme, by year and draw, and the rows they make."""

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from simulator.arrays import Floats, Indices

if TYPE_CHECKING:
    from scipy import sparse

NONE = -1
"""The column of what is not there, such as money carried into the first year."""


@dataclass(frozen=True)
class Affine:
    """``constant + Σ_s slopes_s x_s + Σ coefficient · column``, by year and draw.

    Attributes
    ----------
    constant : (Y, D)
    slopes : (Y, S, D) of the first S columns, the selections
    columns : pairs of a coefficient and other columns (Y, D), `NONE` where there is none

    """

    constant: Floats
    slopes: Floats
    columns: tuple[tuple[float, Indices], ...] = ()

    def __add__(self, other: "Affine") -> "Affine":
        return Affine(self.constant + other.constant, self.slopes + other.slopes, (*self.columns, *other.columns))

    def __sub__(self, other: "Affine") -> "Affine":
        return self + other.times(-1.0)

    def times(self, factor: float) -> "Affine":
        """All of it so many times."""
        columns = tuple((factor * coefficient, column) for coefficient, column in self.columns)
        return Affine(factor * self.constant, factor * self.slopes, columns)

    def plus(self, constant: Floats | float) -> "Affine":
        """The same with more of a constant, (Y, D) or one that can be brought to it."""
        return Affine(self.constant + constant, self.slopes, self.columns)

    def years(self, rows: slice | list[int]) -> "Affine":
        """Some of the years."""
        columns = tuple((coefficient, column[rows]) for coefficient, column in self.columns)
        return Affine(self.constant[rows], self.slopes[rows], columns)

    def draws(self, some: Indices) -> "Affine":
        """Some of the draws."""
        columns = tuple((coefficient, column[:, some]) for coefficient, column in self.columns)
        return Affine(self.constant[:, some], self.slopes[..., some], columns)

    def draw(self, number: int) -> "Affine":
        """One draw alone."""
        return self.draws(np.array([number]))

    @property
    def mean(self) -> "Affine":
        """The mean over the draws; columns of their own in every draw keep their shares of it."""
        draws = self.constant.shape[1]
        if draws == 1:
            return self
        columns = tuple(
            (coefficient / draws, column[:, [draw]]) for coefficient, column in self.columns for draw in range(draws)
        )
        return Affine(self.constant.mean(axis=1, keepdims=True), self.slopes.mean(axis=2, keepdims=True), columns)

    @property
    def alike(self) -> bool:
        """Whether it is the same in every draw."""
        parts = [self.constant, self.slopes, *(column for _, column in self.columns)]
        return all(bool((part == part[..., :1]).all()) for part in parts)

    def matrix(self, size: int) -> "sparse.csr_array":
        """(Y · D, size): a row for each year and draw, the draw fastest."""
        from scipy import sparse

        years, _, draws = self.slopes.shape
        year, selection, draw = np.nonzero(self.slopes)
        parts = [(year * draws + draw, selection, self.slopes[year, selection, draw])]
        for coefficient, column in self.columns:
            (rows,) = np.nonzero(column.ravel() != NONE)
            parts.append((rows, column.ravel()[rows], np.full(len(rows), coefficient)))
        row, place, value = (np.concatenate(each) for each in zip(*parts, strict=True))
        return sparse.coo_array((value, (row, place)), shape=(years * draws, size)).tocsr()

    def value(self, columns: Floats) -> Floats:
        """(Y, D) its values where the columns are these."""
        found: Floats = self.constant + np.einsum("ysd,s->yd", self.slopes, columns[: self.slopes.shape[1]])
        for coefficient, column in self.columns:
            found += coefficient * np.where(column == NONE, 0.0, columns[column])
        return found


def added(parts: list[Affine]) -> Affine:
    """The sum of some."""
    return reduce(Affine.__add__, parts)
