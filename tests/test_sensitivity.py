"""Indices of functions whose indices are known, through the path that the simulator takes; SALib on the same runs."""

import sys
import warnings
from functools import cache
from typing import Any

import numpy as np
import pytest

import simulator as sim
from simulator import analyses, factors, outcome_names, sensitivity, sweeps, varied
from simulator.analyses import Analysis
from simulator.arrays import Floats
from simulator.designs import Kind
from simulator.errors import RequestError
from simulator.factors import Factor
from simulator.leaves import Batch
from simulator.sensitivity import Bootstrap
from simulator.sweeps import Sweep
from tests.functions import NUMBER, Function, between, g_function, g_indices, ishigami, ishigami_indices, results

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # SALib imports what its authors have outlived
    from SALib.analyze import morris as salib_morris
    from SALib.analyze import sobol as salib_sobol

UNCERTAIN = "scenarios/uncertain.yaml"


def analysed(function: Function, varying: tuple[Factor, ...], kind: Kind, size: int, seed: int = 1) -> Analysis:
    return analyses.analyse(sweeps.sweep(function, varying, kind=kind, size=size, seed=seed), results)


def index(analysis: Analysis, name: str) -> tuple[Floats, Floats]:
    """An index and half its interval of every outcome and input."""
    (found,) = [each for each in analysis.indices if each.name == name]
    assert found.half is not None
    return found.value, found.half


def assert_within(analysis: Analysis, name: str, truth: Floats) -> None:
    value, half = index(analysis, name)
    assert (np.abs(value[0] - truth) <= half[0] + 1e-3).all(), (name, value[0], truth, half[0])
    assert (half[0] < 0.1).all()


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_indices_of_ishigami_are_within_their_intervals(seed: int) -> None:
    first, total, shapley = ishigami_indices()
    function, varying = Function(ishigami, ["x0", "x1", "x2"]), between(-np.pi, np.pi, 3)
    saltelli = analysed(function, varying, "sobol", 4096, seed)
    assert_within(saltelli, "first", first)
    assert_within(saltelli, "total", total)
    effects = analysed(function, varying, "shapley", 4096, seed)
    for name, truth in (("shapley", shapley), ("first", first), ("total", total)):
        assert_within(effects, name, truth)
    assert index(effects, "shapley")[0].sum() == pytest.approx(1.0, abs=1e-12)
    given = analysed(function, varying, "lhs", 20_000, seed)
    assert_within(given, "given_data", first)


def test_indices_of_the_g_function_are_within_their_intervals() -> None:
    first, total = g_indices()
    found = analysed(Function(g_function, [f"x{i}" for i in range(8)]), between(0.0, 1.0, 8), "sobol", 8192)
    assert_within(found, "first", first)
    assert_within(found, "total", total)
    given = analysed(Function(g_function, [f"x{i}" for i in range(8)]), between(0.0, 1.0, 8), "lhs", 20_000)
    assert_within(given, "given_data", first)


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    """Of a sum of two inputs, ``Var x0 = 4 Var x1``: 0.8 and 0.2. Sobol' points are more exact than their bootstrap."""
    function, truth = Function(lambda x: 2.0 * x[0] + x[1], ["x0", "x1"]), np.array([0.8, 0.2])
    held = []
    for seed in range(60):
        value, half = index(analysed(function, between(0.0, 1.0, 2), "sobol", 64, seed), "total")
        held.append(np.abs(value[0] - truth) <= half[0])
        value, half = index(analysed(function, between(0.0, 1.0, 2), "lhs", 500, seed), "given_data")
        held.append(np.abs(value[0] - truth) <= half[0])
    assert np.mean(held) >= 0.9


def test_a_grid_splits_the_variance_exactly() -> None:
    """``y = a + 2 b`` on levels 0, 1, 2 of both, and an input that does nothing."""
    levels = tuple(Factor(name, NUMBER, levels=(0.0, 1.0, 2.0)) for name in "abc")
    found = analysed(Function(lambda x: x[0] + 2.0 * x[1], ["a", "b", "c"]), levels, "grid", 0)
    (effects,) = found.indices
    assert effects.half is None
    assert effects.value[0] == pytest.approx([0.2, 0.8, 0.0], abs=1e-12)
    assert found.responses[1].means[0] == pytest.approx([1.0, 3.0, 5.0])
    assert found.summary is not None
    assert found.summary.sd[0] ** 2 == pytest.approx(
        np.var([a + 2 * b for a in range(3) for b in range(3)] * 3, ddof=1)
    )


def salib_rows(made: Floats, count: int) -> Floats:
    """Results (rows, N) of A, B and AB_i in the order of SALib: A, AB_1 ... AB_d, B, point by point."""
    order = [0, *range(2, count + 2), 1]
    return made[order].T.ravel()


def problem(count: int) -> dict[str, Any]:
    return {"num_vars": count, "names": [f"x{i}" for i in range(count)], "bounds": [[0.0, 1.0]] * count}


def test_sobol_indices_are_those_of_salib_on_the_same_runs() -> None:
    sweep = sweeps.sweep(
        Function(g_function, [f"x{i}" for i in range(8)]), between(0.0, 1.0, 8), kind="sobol", size=512
    )
    found = analyses.analyse(sweep, results)
    made = np.concatenate([block[0].reshape(10, -1) for block in results(sweep)], axis=1)
    theirs = salib_sobol.analyze(problem(8), salib_rows(made, 8), calc_second_order=False, seed=1)
    for name, key in (("first", "S1"), ("total", "ST")):
        value, half = index(found, name)
        assert value[0] == pytest.approx(theirs[key], abs=1e-12)
        assert half[0] == pytest.approx(theirs[f"{key}_conf"], rel=0.35, abs=5e-4)


def test_elementary_effects_are_those_of_salib_on_the_same_runs() -> None:
    sweep = sweeps.sweep(Function(ishigami, ["x0", "x1", "x2"]), between(-np.pi, np.pi, 3), kind="morris", size=40)
    found = analyses.analyse(sweep, results)
    made = np.concatenate([block[0].reshape(4, -1) for block in results(sweep)], axis=1).T.ravel()
    inputs = np.concatenate([sweep.inputs(block).reshape(3, 4, -1) for block in range(sweep.blocks)], axis=2)
    theirs = salib_morris.analyze(
        problem(3) | {"bounds": [[-np.pi, np.pi]] * 3}, inputs.transpose(2, 1, 0).reshape(-1, 3), made, num_levels=4
    )
    for name in ("mu", "mu_star", "sigma"):
        assert index(found, name)[0][0] == pytest.approx(np.asarray(theirs[name], dtype=float), rel=1e-9)


def test_the_shipped_portfolio_is_ranked_as_by_salib() -> None:
    sweep, outcomes = shipped("sobol", 256)
    found = analyses.analyse(sweep, results)
    made = np.concatenate([block.reshape(len(outcomes), sweep.design.rows, -1) for block in results(sweep)], axis=2)
    ours, _ = index(found, "total")
    for place in range(len(outcomes)):
        theirs = salib_sobol.analyze(problem(4), salib_rows(made[place], 4), calc_second_order=False, seed=1)
        assert ours[place] == pytest.approx(theirs["ST"], abs=1e-9)
        assert (np.argsort(ours[place]) == np.argsort(theirs["ST"])).all()


@cache
def shipped(kind: Kind, size: int) -> tuple[Sweep, tuple[outcome_names.Outcome, ...]]:
    scenario = sim.load(UNCERTAIN)
    fellowship = "programmes.overseas_fellowships.awards.fellowship"
    texts = ["budget.level=-10%:+10%", "economy.usd_jpy.path", f"{fellowship}.take_up", f"{fellowship}.deferral=0%:10%"]
    asked = [
        "selected[overseas_fellowships,2026]",
        "selected[overseas_fellowships,2031]",
        "spend[overseas_fellowships,2031]",
    ]
    outcomes = outcome_names.read_all(asked, Batch((scenario,)).labels, range(2022, 2032))
    found = factors.read_all(texts, scenario.document)
    return sweeps.sweep(sweeps.Simulated(scenario, outcomes), found, kind=kind, size=size), outcomes


def linear(x: Floats) -> Floats:
    total: Floats = x[0] + x[1] + x[2]
    return total


def normals() -> tuple[Factor, ...]:
    from simulator.distributions import Distribution

    sds = (1.0, 1.0, 2.0)
    return tuple(Factor(f"x{i}", NUMBER, law=Distribution("normal", (0.0, sd)), own=0.0) for i, sd in enumerate(sds))


def test_shapley_effects_of_correlated_inputs_are_those_of_theory() -> None:
    """``Y = X1 + X2 + X3``, normal, sd 1, 1, 2, the last two correlated by ρ (Iooss and Prieur, 2019, section 3.2).

    ``V = 1 + 1 + 4 + 4 ρ``; X1 has 1 / V; X2 alone ``(1 + 2 ρ)² / V``, X3 alone ``(2 + ρ)² / V``, each given the other
    ``(1 − ρ²)`` and ``4 (1 − ρ²)`` over V: half of both is the effect.
    """
    from simulator import correlations

    rank = 0.5
    rho = float(correlations.of_normal(rank))
    variance = 6.0 + 4.0 * rho
    truth = np.array([
        1.0,
        ((1.0 + 2.0 * rho) ** 2 + 1.0 - rho**2) / 2.0,
        ((2.0 + rho) ** 2 + 4.0 * (1.0 - rho**2)) / 2.0,
    ]) / variance  # fmt: skip
    assert truth.sum() == pytest.approx(1.0)
    pairs = {frozenset(("x1", "x2")): rank}
    function = Function(linear, ["x0", "x1", "x2"])
    found = analyses.analyse(sweeps.sweep(function, normals(), kind="shapley", size=4096, pairs=pairs), results)
    assert_within(found, "shapley", truth)
    alone = np.array([1.0, (1.0 + 2.0 * rho) ** 2, (2.0 + rho) ** 2]) / variance
    assert_within(found, "first", alone)
    assert_within(found, "total", np.array([1.0, 1.0 - rho**2, 4.0 * (1.0 - rho**2)]) / variance)
    given = analyses.analyse(sweeps.sweep(function, normals(), kind="lhs", size=20_000, pairs=pairs), results)
    assert_within(given, "given_data", alone)


@pytest.mark.parametrize("kind", ["sobol", "morris", "oat"])
def test_methods_that_assume_independence_refuse_correlated_inputs(kind: Kind) -> None:
    pairs = {frozenset(("x1", "x2")): 0.5}
    with pytest.raises(
        RequestError, match=f"--design {kind} takes inputs to be independent, and x1 and x2 are"
    ) as told:
        sweeps.sweep(Function(linear, ["x0", "x1", "x2"]), normals(), kind=kind, pairs=pairs)
    assert "shapley" in str(told.value)
    assert "lhs" in str(told.value)


def test_the_shipped_scenario_correlates_its_exchange_rates() -> None:
    document = sim.load(UNCERTAIN).document
    found = factors.read_all(["economy.usd_jpy.path", "economy.eur_jpy.path"], document)
    with pytest.raises(RequestError, match=r"economy\.eur_jpy\.path and economy\.usd_jpy\.path are correlated"):
        sweeps.sweep(Function(linear, ["x0"]), found, kind="sobol", pairs=varied.pairs(document))


def test_runs_are_added_until_the_intervals_are_narrow() -> None:
    sweep = sweeps.sweep(Function(ishigami, ["x0", "x1", "x2"]), between(-np.pi, np.pi, 3), kind="sobol", size=64)
    assert not analyses.analyse(sweep, results).converged(0.1)
    found = analyses.analyse(sweep, results, width=0.1)
    assert found.converged(0.1)
    assert found.sweep.design.base > 64
    _, total, _ = ishigami_indices()
    assert_within(found, "total", total)
    again = sweeps.sweep(sweep.model, sweep.factors, kind="sobol", size=found.sweep.design.base)
    whole = analyses.analyse(again, results)
    for mine, theirs in zip(found.indices, whole.indices, strict=True):
        assert mine.value == pytest.approx(theirs.value, abs=1e-12)  # the first points of a larger design are its own


def test_it_ends_where_it_would_take_too_many_runs() -> None:
    sweep = sweeps.sweep(Function(ishigami, ["x0", "x1", "x2"]), between(-np.pi, np.pi, 3), kind="sobol", size=64)
    found = analyses.analyse(sweep, results, width=0.001, most=256)
    assert found.sweep.design.base == 256
    assert not found.converged(0.001)


def test_an_outcome_that_nothing_changes_has_no_indices() -> None:
    def constant(x: Floats) -> Floats:
        return np.stack([x[0], 1000.0 + 0.0 * x[0], np.where(x[0] > 2.0, x[0], np.nan)])

    found = analysed(Function(constant, ["x0", "x1"], ("y", "z", "n")), between(0.0, 1.0, 2), "sobol", 64)
    for each in found.indices:
        assert each.value[0, 0] == pytest.approx(1.0, abs=0.2)
        assert np.isnan(each.value[1:]).all()
    assert sensitivity.all_converged(found.indices, 1.0)


def test_weights_of_a_block_do_not_depend_on_the_others() -> None:
    one, other = Bootstrap(3), Bootstrap(3)
    other.weights(0, 100)
    assert (one.weights(7, 64) == other.weights(7, 64)).all()
    assert (one.weights(7, 64)[0] == 1.0).all()
    assert not (one.weights(7, 64)[1:] == one.weights(8, 64)[1:]).all()
    counts = one.weights(0, 20_000)[1:]
    assert counts.mean() == pytest.approx(1.0, abs=0.005)
    assert counts.var() == pytest.approx(1.0, abs=0.01)


def test_the_tornado_has_the_sign_of_the_change() -> None:
    from simulator import sweep_tables

    varying = (Factor("a", NUMBER, bounds=(0.0, 2.0), own=1.0), Factor("b", NUMBER, levels=(3.0, -1.0, 1.0), own=0.5))
    found = analysed(Function(lambda x: 10.0 - 3.0 * x[0] + x[1], ["a", "b"]), varying, "oat", 0)
    assert found.single is not None
    swings = sweep_tables.swings(found, found.single[0])
    assert [(each.input, each.low, each.high, each.change, each.base) for each in swings] == [
        ("a", 0.0, 2.0, -6.0, 7.5),
        ("b", -1.0, 3.0, 4.0, 7.5),
    ]


def test_salib_is_not_loaded_with_the_sweeps() -> None:
    import subprocess

    heavy = "{'SALib', 'sklearn', 'distributed'}"
    code = f"import sys, simulator.sweeping, simulator.analyses; print({heavy} & {{*sys.modules}})"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"
