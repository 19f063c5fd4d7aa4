"""Boxes that were planted are found again, and what is chance is not taken for a rule."""

import numpy as np
import pytest

from simulator import discovery
from simulator.arrays import Floats
from simulator.discovery import Box, Flags


def planted(runs: int, noise: float, seed: int) -> tuple[Floats, Flags, Flags]:
    """Inputs, runs that meet the condition, runs in the box ``x2 > 0.6, x5 < 0.4, 0.2 < x7 < 0.8``."""
    stream = np.random.default_rng(seed)
    inputs = stream.random((10, runs))
    inside = (inputs[2] > 0.6) & (inputs[5] < 0.4) & (inputs[7] > 0.2) & (inputs[7] < 0.8)
    return inputs, inside ^ (stream.random(runs) < noise), inside


def recall_and_precision(box: Box, inputs: Floats, inside: Flags) -> tuple[float, float]:
    found = box.holds(inputs)
    both = (found & inside).sum()
    return both / inside.sum(), both / found.sum()


@pytest.mark.parametrize("noise", [0.0, 0.02, 0.05])
@pytest.mark.parametrize("seed", [1, 2])
def test_prim_finds_a_planted_box(noise: float, seed: int) -> None:
    inputs, meets, inside = planted(5000, noise, seed)
    box = discovery.prim(inputs, meets)[0]
    assert box.restricted == (2, 5, 7)
    recall, precision = recall_and_precision(box, inputs, inside)
    assert recall >= 0.9
    assert precision >= 0.9
    assert max(box.quasi_p) < 1e-6
    found = box.holds(inputs)
    assert box.coverage == pytest.approx((found & meets).sum() / meets.sum())
    assert box.density == pytest.approx(meets[found].mean())
    assert box.mass == pytest.approx(found.mean())


def test_prim_finds_a_second_box_in_what_the_first_leaves() -> None:
    inputs = np.random.default_rng(3).random((4, 8000))
    first = (inputs[0] < 0.3) & (inputs[1] < 0.4)
    second = (inputs[0] > 0.8) & (inputs[2] > 0.7)
    boxes = discovery.prim(inputs, first | second)[:2]
    assert {box.restricted for box in boxes} == {(0, 1), (0, 2)}
    held = boxes[0].holds(inputs) | boxes[1].holds(inputs)
    assert ((first | second) & held).sum() / (first | second).sum() > 0.9
    assert (first | second)[held].mean() > 0.9


def test_levels_are_peeled_whole() -> None:
    levels = np.repeat([0.0, 1.0, 2.0, 3.0], 250)
    inputs = np.stack([levels, np.random.default_rng(1).random(1000)])
    box = discovery.prim(inputs, levels >= 2.0)[0]
    assert (box.low[0], box.high[0]) == (2.0, 3.0)
    assert (box.restricted, box.coverage, box.density) == ((0,), 1.0, 1.0)


def test_chance_alone_is_no_box() -> None:
    stream = np.random.default_rng(5)
    boxes = [discovery.prim(stream.random((3, 1000)), stream.random(1000) < 0.3) for _ in range(10)]
    assert all(box.density < 0.5 for found in boxes for box in found)


def test_quasi_p_is_the_tail_of_a_binomial() -> None:
    """Four runs of x0 ≤ 1.5 all hits, of all eight half: ``0.5⁴``."""
    inputs = np.array([[0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5], [0.0] * 8])
    meets = inputs[0] <= 1.5
    runs = discovery._Runs.of(inputs, meets, np.ones(8, dtype=np.bool_))
    box = runs.box(np.array([0.0, 0.0]), np.array([1.5, 0.0]))
    assert discovery._quasi_p(runs, box, 0) == pytest.approx(0.5**4)


def test_a_tree_finds_a_planted_box() -> None:
    inputs, meets, inside = planted(5000, 0.0, 1)
    leaves = discovery.cart(inputs, meets)
    held = np.any([leaf.holds(inputs) for leaf in leaves], axis=0)
    assert (held & inside).sum() / inside.sum() > 0.9
    assert inside[held].mean() > 0.9
    assert sum(leaf.coverage for leaf in leaves) == pytest.approx(
        (held & meets).sum() / meets.sum()
    )  # leaves are apart


@pytest.mark.parametrize("meets", [True, False])
def test_where_nothing_tells_runs_apart_there_is_no_box(meets: bool) -> None:
    for method in (discovery.prim, discovery.cart):
        assert method(np.random.default_rng(1).random((2, 100)), np.full(100, meets)) == []
