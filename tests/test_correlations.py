"""Rank correlations of numbers and of paths: reached, or refused with the nearest that can be (model.md section 7)."""

import re
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from scipy import optimize, stats

import simulator as sim
from simulator import correlations
from simulator.arrays import Floats
from simulator.correlations import of_normal, of_rank
from simulator.sampling import Sampling
from tests.drawing import AWARD, Write, inputs_drawn

DRAWS = 100_000
DESIGNS: tuple[Sampling, ...] = ("random", "lhs", "sobol")
NUMBERS = {
    "plan": "{lognormal: [300, 80%]}",
    "take_up": "{beta: [0.5, 2]}",
    "deferral": "{uniform: [0%, 20%]}",
    "reserve": "{triangular: [1, 2, 9]}",
}


def correlated(portfolio: Write, pairs: dict[tuple[str, str], float]) -> Path:
    """Numbers of an award, `reserve` being of its programme, and three paths, with these rank correlations."""
    names = {name: f"{AWARD}.{name}" for name in NUMBERS} | {"reserve": "programmes.line.reserve"}
    names |= {name: f"economy.{name}.path" for name in "xyz"}
    between = "\n".join(
        f"  - {{between: [{names[one]}, {names[other]}], rank: {rank}}}" for (one, other), rank in pairs.items()
    )
    spread = {"x": "5%", "y": "45%", "z": "10%"}
    paths = "".join(f"  {name}: {{path: {{gbm: [1, {volatility}]}}}}\n" for name, volatility in spread.items())
    numbers = ", ".join(f"{name}: {text}" for name, text in NUMBERS.items() if name != "reserve")
    return portfolio(
        f"award: {{duration: 12 months, {numbers}, costs: {{a: {{amount: 1, per: start, index: x}},"
        " b: {amount: 1, per: start, index: y}, c: {amount: 1, per: start, index: z}}}",
        programme=f"reserve: {NUMBERS['reserve']}",
        top=f"economy:\n{paths}correlations:\n{between}\n",
    )


def spearman(one: Floats, other: Floats) -> float:
    return float(stats.spearmanr(one, other).statistic)


def short(drawn: dict[str, Floats]) -> dict[str, Floats]:
    return {name.removesuffix(".path").rpartition(".")[2]: values for name, values in drawn.items()}


@pytest.mark.parametrize("kind", DESIGNS)
def test_rank_correlations_of_numbers_are_reached_whatever_their_laws(kind: Sampling, portfolio: Write) -> None:
    given = {("plan", "take_up"): 0.8, ("plan", "deferral"): -0.5, ("take_up", "deferral"): -0.1}
    drawn = short(inputs_drawn(correlated(portfolio, given), DRAWS, sampling=kind))
    for pair in combinations(NUMBERS, 2):
        wanted = given.get(pair, 0.0)
        assert spearman(drawn[pair[0]], drawn[pair[1]]) == pytest.approx(wanted, abs=4 / DRAWS**0.5)
    marginal = stats.kstest(drawn["plan"], stats.lognorm(0.8, scale=300).cdf)
    assert marginal.pvalue > 0.001


def test_rank_correlations_of_paths_are_those_of_each_years_innovations(portfolio: Write) -> None:
    given = {("x", "y"): 0.54, ("y", "z"): -0.3}
    drawn = short(inputs_drawn(correlated(portfolio, given), DRAWS))
    steps = {name: np.diff(np.log(drawn[name]), axis=0) for name in "xyz"}
    for one, other in combinations("xyz", 2):
        found = np.array([[spearman(a, b) for b in steps[other]] for a in steps[one]])
        np.testing.assert_allclose(found, given.get((one, other), 0.0) * np.eye(5), atol=4.5 / DRAWS**0.5)


def test_several_inputs_in_one_list_are_correlated_pair_by_pair(portfolio: Write) -> None:
    path = correlated(portfolio, {("plan", "take_up"): 0.6})
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(f"{AWARD}.take_up]", f"{AWARD}.take_up, {AWARD}.deferral]"), encoding="utf-8")
    drawn = short(inputs_drawn(path, DRAWS))
    for one, other in combinations(("plan", "take_up", "deferral"), 2):
        assert spearman(drawn[one], drawn[other]) == pytest.approx(0.6, abs=4 / DRAWS**0.5)


def test_a_correlation_changes_no_draw_of_inputs_without_any(portfolio: Write) -> None:
    one, other = (
        inputs_drawn(correlated(portfolio, {("plan", "take_up"): rank, ("x", "y"): rank}), 100) for rank in (0.1, 0.7)
    )
    alike = {name.rpartition(".")[2] for name in one if np.array_equal(one[name], other[name])}
    assert {"deferral", "reserve"} <= alike
    assert np.array_equal(one["economy.z.path"], other["economy.z.path"])
    assert len(one) - 2 == len([name for name in one if np.array_equal(one[name], other[name])])


def test_a_correlation_with_a_certain_input_has_no_effect(portfolio: Write) -> None:
    path = correlated(portfolio, {("plan", "take_up"): 0.8, ("plan", "deferral"): 0.5})
    scenario = sim.load(path, settings=[f"{AWARD}.take_up=90%"])
    drawn = short(inputs_drawn(scenario, DRAWS))
    assert spearman(drawn["plan"], drawn["deferral"]) == pytest.approx(0.5, abs=4 / DRAWS**0.5)


@pytest.mark.parametrize("rank", [-1, -0.9, -0.3, 0, 0.01, 0.54, 0.99, 1])
def test_the_normal_correlation_of_a_rank_correlation_is_pearsons(rank: float) -> None:
    assert of_normal(rank) == pytest.approx(2 * np.sin(np.pi / 6 * rank))
    assert of_rank(of_normal(rank)) == pytest.approx(rank)


CONTRADICTIONS: Sequence[dict[tuple[str, str], float]] = (
    {("x", "y"): 0.9, ("x", "z"): 0.9, ("y", "z"): -0.5},
    {("x", "y"): -0.8, ("x", "z"): -0.8, ("y", "z"): -0.8},
    {("plan", "take_up"): 0.9, ("take_up", "deferral"): 0.9},
    {  # cut to two decimals the nearest of these contradicts itself again
        ("plan", "deferral"): 0.95,
        ("plan", "reserve"): 0.95,
        ("take_up", "deferral"): -0.9,
        ("take_up", "reserve"): 0.95,
        ("deferral", "reserve"): 0.95,
    },
    {("plan", "take_up"): 0.9, ("take_up", "deferral"): 0.9, ("deferral", "reserve"): 0.9, ("plan", "reserve"): -0.9},
)


@pytest.mark.parametrize("given", CONTRADICTIONS)
def test_contradictions_are_refused_with_the_nearest_that_is_then_accepted(
    given: dict[tuple[str, str], float], portfolio: Write
) -> None:
    with pytest.raises(sim.InputError, match="correlations: contradict each other") as raised:
        sim.load(correlated(portfolio, given))
    told = str(raised.value).partition("the nearest that can: ")[2]
    suggested: dict[tuple[str, str], float] = {}
    for text in told.split(", "):
        match = re.fullmatch(r"(\S+) and (\S+) (-?[0-9.]+)", text)
        assert match is not None
        one, other = (match[place].removesuffix(".path").rpartition(".")[2] for place in (1, 2))
        suggested[one, other] = float(match[3])
    assert {frozenset(pair) for pair in given} <= {frozenset(pair) for pair in suggested}
    drawn = short(inputs_drawn(correlated(portfolio, suggested), 20_000))
    for (one, other), rank in suggested.items():
        a, b = (values[1] if values.ndim == 2 else values for values in (drawn[one], drawn[other]))
        assert spearman(a, b) == pytest.approx(rank, abs=5 / 20_000**0.5)


def test_the_suggestion_is_the_nearest_valid_matrix() -> None:
    """With 1, a, a; a, 1, b the matrix is valid where b >= 2a² − 1: the nearest is on that curve."""
    high, low = of_normal(0.9), of_normal(-0.5)
    found = optimize.minimize_scalar(
        lambda a: 2 * (a - high) ** 2 + (2 * a * a - 1 - low) ** 2, bounds=(0, 1), method="bounded"
    )
    a, b = found.x, 2 * found.x**2 - 1
    nearest = correlations.nearest(np.array([[1, high, high], [high, 1, low], [high, low, 1]]))
    np.testing.assert_allclose(nearest, [[1, a, a], [a, 1, b], [a, b, 1]], atol=1e-3)
    told = dict(
        correlations.suggestion(("x", "y", "z"), {frozenset("xy"): 0.9, frozenset("xz"): 0.9, frozenset("yz"): -0.5})
    )
    assert told[frozenset("xy")] == pytest.approx(float(of_rank(np.array(a))), abs=0.02)
    assert told[frozenset("yz")] == pytest.approx(float(of_rank(np.array(b))), abs=0.02)


def test_a_valid_matrix_is_its_own_nearest() -> None:
    given = np.array([[1, 0.5, 0.2], [0.5, 1, -0.3], [0.2, -0.3, 1]])
    np.testing.assert_allclose(correlations.nearest(given), given, atol=1e-9)


def test_inputs_that_are_linked_stand_in_one_group() -> None:
    pairs = {frozenset(pair): 0.1 for pair in ("ab", "cd", "xy", "bc")}
    assert correlations.groups(pairs) == [("a", "b", "c", "d"), ("x", "y")]
