"""Scenario discovery: boxes of inputs that describe the runs which meet a condition.

PRIM peels a box from all sides, a few runs at a time, so that the share of runs in it that meet the condition grows the
fastest, and pastes on what was peeled too much. Source: Friedman and Fisher, Statistics and Computing 9 (1999),
123-143; quasi-p-values and the measures of a box: Bryant and Lempert, Technological Forecasting and Social Change 77
(2010), 34-49.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from simulator.arrays import Floats

Flags = NDArray[np.bool_]

PEEL = 0.05
"""Share of a box's runs that are peeled or pasted at a time."""

LEAST_MASS = 0.01
"""Share of all runs below which nothing more is peeled."""

LEAST_COVERAGE = 0.05
"""Share of the runs that meet the condition which a further box must hold."""

MOST_BOXES = 4
SIGNIFICANT = 0.05
"""Quasi-p-value up to which a restriction is kept."""

MOST_LEAVES, LEAST_LEAF = 8, 0.01
"""Leaves of a tree, and the share of runs that one holds at least."""

EXTRA = "sensitivity"
"""What installs scikit-learn, which makes trees."""


@dataclass(frozen=True)
class Box:
    """Bounds of inputs, and what lies between them.

    Attributes
    ----------
    low, high : (C,) bounds, included
    least, greatest : (C,) of all runs, beyond which bounds restrict nothing
    restricted : inputs that are
    coverage : share of the runs meeting the condition that lie in it, of those that are in no box before it
    density : share of its runs that meet the condition
    mass : its share of all runs
    quasi_p : by restricted input, the chance of so many hits if the restriction did nothing

    """

    low: Floats
    high: Floats
    least: Floats
    greatest: Floats
    restricted: tuple[int, ...]
    coverage: float
    density: float
    mass: float
    quasi_p: tuple[float, ...] = ()

    def holds(self, inputs: Floats) -> Flags:
        """Whether runs with inputs (C, N) lie in it."""
        places = list(self.restricted)
        some = inputs[places]
        between = (some >= self.low[places, None]) & (some <= self.high[places, None])
        return np.asarray(between.all(axis=0))


@dataclass(frozen=True)
class _Runs:
    """Inputs (C, N) and whether each run meets the condition; the rest is of all runs, also those in boxes before."""

    inputs: Floats
    meets: Flags
    all_hits: int
    whole: int
    least: Floats
    greatest: Floats

    @classmethod
    def of(cls, inputs: Floats, meets: Flags, left: Flags) -> "_Runs":
        ends = inputs.min(axis=1), inputs.max(axis=1)
        return cls(inputs[:, left], meets[left], int(meets.sum()), meets.size, *ends)

    def box(self, low: Floats, high: Floats) -> Box:
        """The box of these bounds, measured."""
        restricted = tuple(np.flatnonzero((low > self.least) | (high < self.greatest)).tolist())
        box = Box(low, high, self.least, self.greatest, restricted, 0.0, 0.0, 0.0)
        inside = box.holds(self.inputs)
        many, hits = int(inside.sum()), int(self.meets[inside].sum())
        return replace(box, coverage=hits / max(self.all_hits, 1), density=hits / max(many, 1), mass=many / self.whole)


def prim(inputs: Floats, meets: Flags) -> list[Box]:
    """Boxes of the runs that meet a condition, one after the other.

    Parameters
    ----------
    inputs : (C, N)
    meets : (N,)

    Returns
    -------
    none where every run meets it, or no run: nothing tells them apart

    """
    left, found = np.ones(meets.size, dtype=np.bool_), list[Box]()
    if meets.all() or not meets.any():
        return found
    for _ in range(MOST_BOXES):
        runs = _Runs.of(inputs, meets, left)
        if runs.meets.sum() < LEAST_COVERAGE * runs.all_hits or runs.meets.all():
            break
        box = _box(runs)
        if not box.restricted or box.coverage < LEAST_COVERAGE or box.density <= meets.mean():
            break
        found.append(box)
        left &= ~box.holds(inputs)
    return found


def _box(runs: _Runs) -> Box:
    """The box of a peeling trajectory that holds most and little else, pasted, without what restricts nothing."""
    peeled = trajectory(runs.inputs, runs.meets, (runs.least, runs.greatest))
    best = max(peeled, key=lambda bounds: _worth(runs.box(*bounds)))
    return _pruned(runs, runs.box(*_pasted(runs, *best)))


def _worth(box: Box) -> float:
    """Harmonic mean of coverage and density."""
    both = box.coverage + box.density
    return 2.0 * box.coverage * box.density / both if both else 0.0


def trajectory(inputs: Floats, meets: Flags, ends: tuple[Floats, Floats]) -> Iterator[tuple[Floats, Floats]]:
    """Bounds of the boxes from these ends down, each time by the peel that raises the density most for its runs."""
    low, high = (end.copy() for end in ends)
    some, hits = inputs, meets.astype(np.float64)
    while True:
        yield low.copy(), high.copy()
        many = hits.size
        last = max(int(np.ceil(PEEL * many)), 1) - 1
        if many * (1.0 - PEEL) < max(LEAST_MASS * meets.size, 1.0) or hits.sum() in (0, many):
            return
        cut = np.partition(some, [last, many - 1 - last], axis=1)
        kept = np.stack([some > cut[:, [last]], some < cut[:, [many - 1 - last]]])
        counts = kept.sum(axis=2)
        with np.errstate(invalid="ignore", divide="ignore"):
            gain = np.where(counts > 0, (kept @ hits / counts - hits.mean()) / (many - counts), -np.inf)
        side, column = np.unravel_index(int(np.argmax(gain)), gain.shape)
        if not np.isfinite(gain[side, column]):
            return
        stays = kept[side, column]
        some, hits = some[:, stays], hits[stays]
        (low, high)[side][column] = some[column].min() if side == 0 else some[column].max()


def _pasted(runs: _Runs, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Bounds moved out again, a few runs at a time, as long as the density grows."""
    while True:
        box, best = runs.box(low, high), None
        for column in box.restricted:
            others = replace(box, restricted=tuple(other for other in box.restricted if other != column))
            values = np.sort(runs.inputs[column, others.holds(runs.inputs)])
            first = int(np.searchsorted(values, low[column], side="left"))
            last = int(np.searchsorted(values, high[column], side="right")) - 1
            step = max(int(PEEL * (last + 1 - first)), 1)
            for side, place in ((0, first - step), (1, last + step)):
                bounds = low.copy(), high.copy()
                bounds[side][column] = values[min(max(place, 0), values.size - 1)]
                wider = runs.box(*bounds)
                if wider.mass > box.mass and wider.density >= box.density and (best is None or wider.density > best[0]):
                    best = wider.density, bounds
        if best is None:
            return low, high
        low, high = best[1]


def _pruned(runs: _Runs, box: Box) -> Box:
    """The box without restrictions that may as well be chance, each with its quasi-p-value."""
    while box.restricted:
        quasi_p = [_quasi_p(runs, box, column) for column in box.restricted]
        worst = int(np.argmax(quasi_p))
        if quasi_p[worst] <= SIGNIFICANT:
            return replace(box, quasi_p=tuple(quasi_p))
        low, high = box.low.copy(), box.high.copy()
        column = box.restricted[worst]
        low[column], high[column] = runs.least[column], runs.greatest[column]
        box = runs.box(low, high)
    return box


def _quasi_p(runs: _Runs, box: Box, column: int) -> float:
    """Chance of at least so many hits in the box at the density that it has without one restriction."""
    from scipy.special import bdtrc

    inside = box.holds(runs.inputs)
    wider = replace(box, restricted=tuple(other for other in box.restricted if other != column)).holds(runs.inputs)
    many, hits = int(inside.sum()), int(runs.meets[inside].sum())
    return float(bdtrc(hits - 1, many, runs.meets[wider].mean())) if hits else 1.0


def has_tree() -> bool:
    """Whether scikit-learn is there, which makes trees."""
    return find_spec("sklearn") is not None


def cart(inputs: Floats, meets: Flags) -> list[Box]:
    """Leaves of a classification tree in which most runs meet a condition, those that hold most of them first.

    Parameters as of `prim`. Source: Breiman et al., Classification and Regression Trees (1984).
    """
    from sklearn.tree import DecisionTreeClassifier

    if meets.all() or not meets.any():
        return []
    least = max(int(LEAST_LEAF * meets.size), 1)
    tree = DecisionTreeClassifier(max_leaf_nodes=MOST_LEAVES, min_samples_leaf=least, random_state=0)
    tree.fit(inputs.T, meets)
    runs = _Runs.of(inputs, meets, np.ones(meets.size, dtype=np.bool_))
    found = [runs.box(*bounds) for bounds in _leaves(tree.tree_, 0, runs.least, runs.greatest)]
    wanted = [box for box in found if box.density > max(0.5, float(meets.mean())) and box.restricted]
    return sorted(wanted, key=lambda box: -box.coverage)


def _leaves(tree: object, node: int, low: Floats, high: Floats) -> Iterator[tuple[Floats, Floats]]:
    """Bounds of every leaf below a node."""
    left, right = tree.children_left[node], tree.children_right[node]  # type: ignore[attr-defined]
    if left == right:
        yield low, high
        return
    column, cut = tree.feature[node], tree.threshold[node]  # type: ignore[attr-defined]
    for below, side in ((left, high), (right, low)):
        ends = low.copy(), high.copy()
        ends[1 if side is high else 0][column] = cut if side is high else np.nextafter(cut, np.inf)
        yield from _leaves(tree, below, *ends)
