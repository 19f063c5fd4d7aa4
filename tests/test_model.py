"""Batches: any run has the bits it has alone, whatever stands beside it and however the work is cut."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

import simulator as sim
from simulator.statistics import TILE

FELLOWS = "programmes.overseas_fellowships.awards.fellowship"
SCENARIOS = sorted(Path("scenarios").glob("*.yaml"))


def varied(runs: int) -> dict[str, npt.NDArray[np.float64]]:
    """One of every kind of number: a level, a growth, an amount, shares, a duration, a step of a plan, an index."""
    draw = np.random.default_rng(7).uniform
    return {
        "budget.level": draw(-0.3, 0.3, runs),
        "budget.growth": draw(-0.05, 0.05, runs),
        f"{FELLOWS}.take_up": draw(0.5, 1.0, runs),
        f"{FELLOWS}.deferral": draw(0.0, 0.3, runs),
        f"{FELLOWS}.duration": draw(6.0, 40.0, runs),
        f"{FELLOWS}.early_termination": draw(0.0, 0.2, runs),
        f"{FELLOWS}.costs.stay.amount.ko": draw(0.4, 0.6, runs),
        f"{FELLOWS}.costs.flight_out.revision": draw(-0.5, 0.5, runs),
        f"{FELLOWS}.plan.2022": draw(100, 400, runs),
        f"{FELLOWS}.history.2021": draw(0, 400, runs),
        "economy.air_fares.growth": draw(-0.1, 0.1, runs),
        "programmes.sicorp.fixed_costs.amount": draw(0, 100, runs),
        "programmes.satreps.awards.project.costs.grant.amount": draw(20, 50, runs),
        "programmes.satreps.appropriations.request": draw(1000, 3000, runs),
    }


def assert_same_bits(one: sim.Run, other: sim.Run, draw: int = 0) -> None:
    for name, values in one.measures.items():
        np.testing.assert_array_equal(values[..., 0], other.measures[name][..., draw], err_msg=name)


@pytest.mark.parametrize("scenario", ["scenarios/baseline.yaml", "scenarios/cash-intake.yaml"])
def test_a_run_of_a_batch_has_the_bits_it_has_alone(scenario: str) -> None:
    many = varied(1500)
    batch = sim.run(scenario, vary=many).runs[0]
    for draw in (0, 1, 2, 700, 1023, 1024, 1499):
        alone = sim.run(scenario, vary={path: values[draw : draw + 1] for path, values in many.items()}).runs[0]
        assert_same_bits(alone, batch, draw)


def test_a_varied_value_is_the_value_set_in_the_file() -> None:
    set_in_file = sim.load(
        "scenarios/baseline.yaml",
        settings=["budget.level=+7%", f"{FELLOWS}.take_up=90%", f"{FELLOWS}.duration=30 months"],
    )
    vary = {"budget.level": 0.07, f"{FELLOWS}.take_up": 0.9, f"{FELLOWS}.duration": 30.0}
    assert_same_bits(sim.run(set_in_file).runs[0], sim.run("scenarios/baseline.yaml", vary=vary).runs[0])


def test_a_step_of_a_value_by_year_varies_alone() -> None:
    base = sim.load("scenarios/baseline.yaml", settings=[f"{FELLOWS}.plan={{2022: 305, 2025: 200}}"])
    run = sim.run(base, vary={f"{FELLOWS}.plan.2025": [100.0, 305.0]}).runs[0]
    required = run.of("required_budget", "overseas_fellowships")
    np.testing.assert_array_equal(required[:3, 0], required[:3, 1])
    assert (required[3:, 0] < required[3:, 1]).all()


def test_scenarios_of_a_batch_have_the_bits_they_have_alone() -> None:
    together = sim.run(SCENARIOS)
    backwards = sim.run(SCENARIOS[::-1])
    for place, path in enumerate(SCENARIOS):
        alone = sim.run(path).runs[0]
        assert_same_bits(alone, together.runs[place])
        assert_same_bits(alone, backwards.runs[-1 - place])


def test_scenarios_and_varied_values_in_one_batch() -> None:
    levels = np.linspace(-0.2, 0.2, 5)
    both = sim.run(["scenarios/baseline.yaml", "scenarios/plus10pct.yaml"], vary={"economy.usd_jpy.growth": levels})
    assert both.array("selected").shape == (2, 5, 10, 12)
    for place, path in enumerate(("baseline", "plus10pct")):
        assert_same_bits(sim.run(f"scenarios/{path}.yaml").runs[0], both.runs[place], 2)


def test_block_size_changes_no_bit() -> None:
    many = varied(5000)
    measures = ["selected", "spend", "cost_per_person_month"]
    for function in (sim.run, sim.mean):
        small = function("scenarios/baseline.yaml", vary=many, measures=measures, block=TILE).runs[0]
        large = function("scenarios/baseline.yaml", vary=many, measures=measures, block=4 * TILE).runs[0]
        for name in measures:
            np.testing.assert_array_equal(small.measures[name], large.measures[name])


def test_mean_is_the_mean_of_the_runs() -> None:
    many = varied(3000)
    runs = sim.run("scenarios/baseline.yaml", vary=many, measures=["selected", "spend"]).runs[0]
    means = sim.mean("scenarios/baseline.yaml", vary=many, measures=["selected", "spend"]).runs[0]
    for name in ("selected", "spend"):
        np.testing.assert_allclose(means.measures[name][..., 0], runs.measures[name].mean(axis=-1), rtol=1e-12)


def test_array_is_a_view_of_what_was_simulated() -> None:
    result = sim.run("scenarios/baseline.yaml", vary={"budget.level": np.zeros(3)})
    assert result.array("spend").shape == (1, 3, 10, 7)
    assert np.shares_memory(result.array("spend"), result.runs[0].measures["spend"])


@pytest.mark.parametrize(
    ("vary", "message"),
    [
        ({"budget.levle": [0.1]}, "vary: budget.levle: the scenario has no such number; did you mean budget.level?"),
        (
            {"nothing.alike": [0.1]},
            "vary: nothing.alike: the scenario has no such number; `simulate sources` lists them",
        ),
        ({"budget.level": [-2.0]}, "vary: budget.level: -2 is below -1"),
        ({f"{FELLOWS}.take_up": [0.5, float("nan")]}, f"vary: {FELLOWS}.take_up: nan is not a finite number"),
        ({f"{FELLOWS}.start_months": [1.0]}, f"vary: {FELLOWS}.start_months: is not one number and cannot be varied"),
        ({"budget.level": [0.1, 0.2], "budget.growth": [0.1]}, "vary: budget.growth has shape (1,)"),
        ({"budget.level": []}, "vary: budget.level: give one number a run, not float64 of shape (0,)"),
        ({"budget.level": [[0.1, 0.2]]}, "vary: budget.level: give one number a run, not float64 of shape (1, 2)"),
        ({"budget.level": ["+10%"]}, "vary: budget.level: give one number a run, not <U4 of shape (1,)"),
        ({f"{FELLOWS}.duration": [0.0]}, f"vary: {FELLOWS}.duration: 0 is not above 0"),
        ({f"{FELLOWS}.destinations.ko": [0.5]}, "destinations: the shares do not add up to 1 in some run"),
        ({f"{FELLOWS}.take_up": [0.5, 0.0]}, "take_up: is 0, so that intake rule steady could never spend"),
        ({"programmes.satreps.awards.project.budget_share": [0.5]}, "budget shares of its types do not add up to 1"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_varied_is_refused(vary: dict[str, npt.ArrayLike], message: str) -> None:
    with pytest.raises(sim.SimulatorError) as raised:
        sim.run("scenarios/baseline.yaml", vary=vary)
    assert message in str(raised.value)


def test_years_show_a_part_of_a_run_that_starts_with_the_portfolio() -> None:
    part = sim.run(sim.load("scenarios/baseline.yaml", settings=["years=2026-2028"])).runs[0]
    whole = sim.run("scenarios/baseline.yaml").runs[0]
    np.testing.assert_array_equal(part.of("spend"), whole.of("spend")[4:7])


def test_a_measure_that_was_not_kept_is_named() -> None:
    result = sim.run("scenarios/baseline.yaml", measures=["selected"])
    with pytest.raises(sim.RequestError, match="spend was not kept"):
        result.array("spend")
    assert len(repr(result)) < 200


@pytest.mark.parametrize("block", [0, 100, -1024])
def test_blocks_are_multiples_of_a_tile(block: int) -> None:
    with pytest.raises(sim.RequestError, match="give a multiple of 1024"):
        sim.run("scenarios/baseline.yaml", block=block)


def test_the_required_budget_of_many_types_has_the_bits_it_has_alone(tmp_path: Path) -> None:
    costs = {f"a{number}": 0.1 + number / 7 for number in range(11)}
    awards = [
        f"      {name}: {{duration: 12 months, plan: 3, costs: {{grant: {{amount: {cost}, per: start}}}}}}"
        for name, cost in costs.items()
    ]
    top = "name: x\nfirst_year: 2022\nprice_base_year: 2022\nprogrammes:\n  p:\n    agency: A\n"
    file = tmp_path / "p.yaml"
    file.write_text("\n".join([f"{top}    appropriations: {{request: 100}}\n    awards:", *awards]), encoding="utf-8")
    path, values = "programmes.p.awards.a0.costs.grant.revision", np.linspace(0.1, 0.9, 50)

    def required(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return sim.run(file, vary={path: values}, measures=["required_budget"]).runs[0].of("required_budget", "p")

    together = required(values)
    for draw, value in enumerate(values):
        np.testing.assert_array_equal(required(np.array([value]))[:, 0], together[:, draw])


def test_the_duration_of_one_year_is_not_varied_alone() -> None:
    scenario = sim.load(
        "scenarios/baseline.yaml", settings=[f"{FELLOWS}.duration={{2022: 24 months, 2024: 36 months}}"]
    )
    with pytest.raises(sim.RequestError, match="the duration of one year cannot be varied alone"):
        sim.run(scenario, vary={f"{FELLOWS}.duration.2024": [24.0, 48.0]})
