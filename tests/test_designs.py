"""What designs of draws and common random numbers are for: smaller errors, and intervals that keep their word."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

import simulator as sim
from simulator import draws
from simulator.arrays import Floats
from simulator.draws import Sampled
from simulator.figures import Wanted
from simulator.results import Drawn
from simulator.sampling import Sampling
from simulator.tables import Line
from tests.drawing import Write

LINES = {
    Line("overseas_fellowships", "", "selected"): 0.25,
    Line("overseas_fellowships", "fellowship", "applicants"): 0.25,
    Line("overseas_fellowships", "fellowship", "cost_per_start"): 0.25,
    Line("total", "", "spend"): 0.8,
}
"""Figures with the share of the error of random draws that may be left; the last yen of a year is as good as chance."""
YEARS_DRAWN = slice(1, None)
"""In the first year exchange rates and prices are known."""


@cache
def shipped(kind: Sampling, count: int, seed: int) -> dict[Line, tuple[Floats, Floats]]:
    """Means and standard deviations of the shipped portfolio's uncertain scenario."""
    wanted = Wanted((tuple(LINES),), quantiles=False)
    (run,) = draws.draw([sim.load("scenarios/uncertain.yaml")], Sampled(count, seed, kind), wanted, threads=2)
    assert run.drawn is not None
    return {line: (found.mean[YEARS_DRAWN], found.sd[YEARS_DRAWN]) for line, found in run.drawn.lines.items()}


def error(kind: Sampling, line: Line) -> float:
    """Root mean square error of the mean, in standard deviations of a draw, over years and twelve seeds."""
    truth, sd = shipped("sobol", 65_536, 1000)[line]
    return float(np.sqrt(np.mean([((shipped(kind, 512, seed)[line][0] - truth) / sd) ** 2 for seed in range(12)])))


@pytest.mark.parametrize("line", LINES)
def test_sobol_points_are_ahead_of_random_draws_on_the_shipped_portfolio(line: Line) -> None:
    assert 0.7 < error("random", line) * 512**0.5 < 1.4  # as the square root of the draws
    assert error("sobol", line) < LINES[line] * error("random", line)
    assert error("lhs", line) < error("random", line)


def test_common_random_numbers_cut_the_variance_of_a_difference_tenfold() -> None:
    names = ("baseline", "plus10pct")
    scenarios = [sim.load(f"scenarios/{name}.yaml", overlays=["scenarios/uncertain.yaml"]) for name in names]
    paired = sim.run(scenarios, draws=2000, seed=1, measures=["selected", "spend", "supported"]).runs[1].drawn
    first, second = (
        sim.run(scenario, draws=2000, seed=seed, measures=["selected", "spend", "supported"]).runs[0].drawn
        for scenario, seed in zip(scenarios, (2, 3), strict=True)
    )
    assert paired is not None
    assert first is not None
    assert second is not None
    lines = [Line("total", "", "spend")]
    lines += [Line("overseas_fellowships", "", name) for name in ("spend", "selected", "supported")]
    lines += [Line(name, "", "supported") for name in ("overseas_challenge", "invited_researchers")]
    for line in lines:
        common = paired.differences[line].sd[YEARS_DRAWN] ** 2
        apart = first.lines[line].sd[YEARS_DRAWN] ** 2 + second.lines[line].sd[YEARS_DRAWN] ** 2
        assert (apart > 10 * common).all(), line
        mean, other = paired.differences[line], second.lines[line].mean - first.lines[line].mean
        error = np.sqrt(first.lines[line].se ** 2 + second.lines[line].se ** 2 + mean.se**2)
        assert (np.abs(mean.mean - other) <= 5 * error + 1e-9).all(), line


AWARDS = tuple(f"a{place}" for place in range(10))


@pytest.fixture
def many(portfolio: Write) -> Path:
    """Ten award types, each with a take-up and an amount of its own: ten independent differences in one run."""
    award = (
        "{}: {{duration: 12 months, plan: {{uniform: [90, 110]}}, take_up: {{beta: [9, 1]}},"
        " costs: {{a: {{amount: {{lognormal: [1, 0.3]}}, per: start}}}}}}\n"
    )
    return portfolio("".join(award.format(name) for name in AWARDS), budget="100,000")


def differences(many: Path, kind: Sampling, count: int, seeds: int) -> list[Drawn]:
    """What a maximum of 100 changes, at so many seeds."""
    settings = [f"programmes.line.awards.{name}.maximum=100" for name in AWARDS]
    scenarios = [sim.load(many), sim.load(many, settings=settings)]
    lines = tuple(Line("line", name, "starts") for name in AWARDS)
    wanted = Wanted((lines, lines), reference=0, quantiles=False)
    found = [draws.draw(scenarios, Sampled(count, seed, kind), wanted, threads=1)[1].drawn for seed in range(seeds)]
    return [each for each in found if each is not None]


@pytest.mark.parametrize(
    ("kind", "seeds", "low", "high"), [("random", 100, 0.93, 0.97), ("lhs", 50, 0.90, 0.99), ("sobol", 50, 0.90, 0.99)]
)
def test_the_95_per_cent_interval_of_a_paired_difference_holds_the_truth_so_often(
    kind: Sampling, seeds: int, low: float, high: float, many: Path
) -> None:
    """Plans are uniform from 90 to 110, and cut at 100: by (10 / 2) / 2 on average, of which 0.9 take up."""
    truth = -2.5 * 0.9
    made = differences(many, kind, 256, seeds)
    held = [
        abs(found.mean[0] - truth) <= found.half_interval[0] for each in made for found in each.differences.values()
    ]
    assert len(held) == 10 * seeds
    assert low <= np.mean(held) <= high
    means = np.array([[found.mean[0] for found in each.differences.values()] for each in made])
    told = np.sqrt(np.mean([[found.se[0] ** 2 for found in each.differences.values()] for each in made]))
    assert told == pytest.approx(np.sqrt(np.mean((means - truth) ** 2)), rel=0.15)
