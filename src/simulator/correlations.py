"""Rank correlations between uncertain inputs, as a Gaussian copula takes them (model.md section 7)."""

from collections.abc import Iterable, Mapping

import numpy as np

from simulator.inverses import Floats

Pairs = Mapping[frozenset[str], float]
"""Rank correlation of two inputs, by their names."""

LEAST_EIGENVALUE = 1e-6
"""A matrix with a smaller one is no correlation matrix to work with."""

ROUNDS = 500


def of_normal(rank: Floats | float) -> Floats:
    """Correlation of normal variables whose Spearman rank correlation is given: ``2 sin(π rank / 6)``."""
    return 2.0 * np.sin(np.pi * np.asarray(rank, dtype=np.float64) / 6.0)


def of_rank(normal: Floats) -> Floats:
    """The inverse of `of_normal`."""
    return 6.0 / np.pi * np.arcsin(normal / 2.0)


def groups(pairs: Pairs) -> list[tuple[str, ...]]:
    """Names that are linked by correlations, directly or not, each group in the order of the alphabet."""
    found: list[set[str]] = []
    for pair in pairs:
        linked = [group for group in found if group & pair]
        found = [group for group in found if not group & pair] + [set(pair).union(*linked)]
    return sorted(tuple(sorted(group)) for group in found)


def matrix(names: tuple[str, ...], pairs: Pairs) -> Floats:
    """Correlation matrix of the normal variables of a group, (n, n); 0 where nothing is said."""
    ranks = np.eye(len(names))
    for row, one in enumerate(names):
        for column, other in enumerate(names[:row]):
            ranks[row, column] = ranks[column, row] = pairs.get(frozenset((one, other)), 0.0)
    normal = of_normal(ranks)
    np.fill_diagonal(normal, 1.0)
    return normal


def is_valid(correlation: Floats) -> bool:
    """Whether the matrix is positive definite."""
    return bool(np.linalg.eigvalsh(correlation)[0] >= LEAST_EIGENVALUE)


def nearest(correlation: Floats) -> Floats:
    """The valid correlation matrix nearest to one that is none, in the Frobenius norm.

    Alternating projections with Dykstra's correction, onto matrices without eigenvalues below a least one and those
    with ones on the diagonal: Higham, IMA Journal of Numerical Analysis 22 (2002), 329-343.
    """
    projected, correction = correlation.copy(), np.zeros_like(correlation)
    for _ in range(ROUNDS):
        shifted = projected - correction
        values, vectors = np.linalg.eigh(shifted)
        definite = (vectors * np.maximum(values, 2.0 * LEAST_EIGENVALUE)) @ vectors.T
        correction = definite - shifted
        projected = definite.copy()
        np.fill_diagonal(projected, 1.0)
    while not is_valid(projected):
        projected = 0.999 * projected + 0.001 * np.eye(len(projected))
    return projected


def suggestion(names: tuple[str, ...], pairs: Pairs) -> Iterable[tuple[frozenset[str], float]]:
    """The pairs of a group with the nearest rank correlations that can be together, to two decimals, towards 0."""
    ranks = of_rank(nearest(matrix(names, pairs)))
    scale = 1.0
    while True:
        rounded = np.trunc(ranks * scale * 100.0) / 100.0
        told = {
            frozenset((one, other)): float(rounded[row, column])
            for row, one in enumerate(names)
            for column, other in enumerate(names[:row])
        }
        if is_valid(matrix(names, told)):
            return told.items()
        scale -= 0.01
