"""Which draw gets which number: streams by name, designs, the same bits however they are made (model.md section 7)."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import yaml
from scipy import stats

import simulator as sim
from simulator import draws, sampling, tables
from simulator.arrays import Floats
from simulator.figures import Wanted
from simulator.inverses import GREATEST, LEAST
from simulator.leaves import Batch
from simulator.sampling import REPLICATES, Design, Sampling
from tests.drawing import Write, inputs_drawn

UNCERTAIN = Path("scenarios/uncertain.yaml").resolve()
DESIGNS: tuple[Sampling, ...] = ("random", "lhs", "sobol")
FELLOWS = "programmes.overseas_fellowships.awards.fellowship"
USD, EUR = "economy.usd_jpy.path", "economy.eur_jpy.path"
UNTOUCHED = ["satreps", "sicorp", "sakura_science", "invited_researchers", "overseas_challenge", "other"]


def bits_of(path: Path | str, programmes: Sequence[str], *settings: str) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Draws of every input, and of what becomes of some programmes."""
    scenario = sim.load(path, settings=settings)
    run = sim.run(scenario, draws=300, seed=7, measures=["spend", "carried_out", "required_budget"]).runs[0]
    rows = [run.labels.programmes.index(name) for name in programmes]
    return inputs_drawn(scenario, 300), {name: run.kept(name)[:, rows] for name in run.measures}


def same(one: dict[str, Floats], other: dict[str, Floats]) -> list[str]:
    return [name for name in one if name in other and np.array_equal(one[name], other[name], equal_nan=True)]


def child(folder: Path, text: str) -> Path:
    path = folder / "child.yaml"
    path.write_text(f"extends: {UNCERTAIN}\n{text}", encoding="utf-8")
    return path


def test_adding_a_programme_leaves_every_other_draw_as_it_was(tmp_path: Path) -> None:
    everything = [*UNTOUCHED, "overseas_fellowships"]
    inputs, outputs = bits_of(UNCERTAIN, everything)
    added = child(
        tmp_path,
        "programmes:\n  aardvarks:\n    agency: JSPS\n    appropriations: {request: {uniform: [10, 20]},"
        " enacted: 10}\n    awards: {grant: {duration: 1 year, take_up: {uniform: [0.5, 1]},"
        " costs: {grant: {amount: 1, per: year}}}}\n",
    )
    more_inputs, more_outputs = bits_of(added, everything)
    assert len(inputs) == 5
    assert len(more_inputs) == 7
    assert same(inputs, more_inputs) == list(inputs)
    assert same(outputs, more_outputs) == list(outputs)


def test_the_order_of_a_file_changes_no_draw(tmp_path: Path) -> None:
    def turned(tree: object) -> object:
        return {key: turned(item) for key, item in reversed(tree.items())} if isinstance(tree, dict) else tree

    text = UNCERTAIN.read_text(encoding="utf-8").replace(
        "extends: baseline.yaml", f"extends: {UNCERTAIN.parent}/baseline.yaml"
    )
    tree = yaml.safe_load(text)
    tree["correlations"][0]["between"].reverse()
    path = tmp_path / "turned.yaml"
    path.write_text(yaml.safe_dump(turned(tree), sort_keys=False), "utf-8")
    assert path.read_text("utf-8").index("programmes:") < path.read_text("utf-8").index("economy:")
    (inputs, outputs), (others, more) = (
        bits_of(each, [*UNTOUCHED, "overseas_fellowships"]) for each in (UNCERTAIN, path)
    )
    assert same(inputs, others) == list(inputs)
    assert same(outputs, more) == list(outputs)


def test_a_programme_may_be_put_before_or_after_others(portfolio: Write) -> None:
    award = "{duration: 1 year, plan: {normal: [10, 1]}, take_up: {beta: [9, 1]}, costs: {a: {amount: 1, per: start}}}"
    alone = portfolio(f"award: {award}").read_text(encoding="utf-8")
    added = f"  extra: {{agency: FUND, appropriations: {{request: 50}}, awards: {{award: {award}}}}}\n"
    path = portfolio(f"award: {award}")
    found = []
    for text in (alone, alone.replace("programmes:\n", f"programmes:\n{added}"), alone.rstrip() + f"\n{added}"):
        path.write_text(text, encoding="utf-8")
        run = sim.run(path, draws=300, seed=7).runs[0]
        row = run.labels.awards.index(("line", "award"))
        found.append((inputs_drawn(path, 300), run.kept("starts")[:, row]))
    assert list(found[1][0]) != list(found[2][0])
    for inputs, starts in found[1:]:
        assert same(found[0][0], inputs) == list(found[0][0])
        np.testing.assert_array_equal(starts, found[0][1])


def test_changing_an_input_leaves_every_other_draw_as_it_was() -> None:
    inputs, outputs = bits_of(UNCERTAIN, UNTOUCHED)
    changed = {f"{FELLOWS}.take_up": "{beta: [9, 1]}", f"{FELLOWS}.demand.growth": "{random_walk: [0%, 5%]}"}
    for name, text in changed.items():
        others, more = bits_of(UNCERTAIN, UNTOUCHED, f"{name}={text}")
        assert same(inputs, others) == [each for each in inputs if each != name]
        assert same(outputs, more) == list(outputs)


def test_adding_or_removing_an_input_leaves_every_other_draw_as_it_was() -> None:
    inputs, outputs = bits_of(UNCERTAIN, [*UNTOUCHED[1:], "overseas_fellowships"])
    name = "programmes.satreps.awards.project.take_up"
    others, more = bits_of(UNCERTAIN, [*UNTOUCHED[1:], "overseas_fellowships"], f"{name}={{uniform: [50%, 60%]}}")
    assert others.keys() - inputs.keys() == {name}
    assert same(inputs, others) == list(inputs)
    assert same(outputs, more) == list(outputs)
    others, _ = bits_of(UNCERTAIN, UNTOUCHED, "budget.level={uniform: [+0%, +1%]}")
    assert same(inputs, others) == list(inputs)
    fewer, more = bits_of(UNCERTAIN, UNTOUCHED, f"{FELLOWS}.take_up=95%")
    assert same(inputs, fewer) == [each for each in inputs if each != f"{FELLOWS}.take_up"]


def test_the_marginal_of_a_number_does_not_choose_its_uniform_numbers(portfolio: Write) -> None:
    shape = "award: {{duration: 12 months, plan: 10, take_up: {}, costs: {{grant: {{amount: 1, per: start}}}}}}"
    low, high = (
        inputs_drawn(portfolio(shape.format(f"{{uniform: {bounds}}}")), 1000)["programmes.line.awards.award.take_up"]
        for bounds in ("[0%, 20%]", "[60%, 100%]")
    )
    np.testing.assert_allclose((high - 0.6) / 0.4, low / 0.2, rtol=1e-12)


PAIRS = {frozenset("ab"): 0.5, frozenset("bc"): -0.3}


def design(kind: Sampling, count: int, seed: int = 3, names: str = "abcd") -> Design:
    return Design(count, seed, kind, sampling.points(kind, seed, count, names), PAIRS)


@pytest.mark.parametrize("kind", DESIGNS)
@pytest.mark.parametrize("name", "abd")
def test_any_slice_of_draws_has_the_bits_of_the_whole(kind: Sampling, name: str) -> None:
    made = design(kind, 5003)
    whole = made.uniforms(name, 0, 5003)
    for start, stop in ((0, 1), (1, 2), (2, 7), (3, 4), (1023, 1025), (4096, 5003), (5002, 5003), (17, 4999)):
        np.testing.assert_array_equal(made.uniforms(name, start, stop), whole[start:stop])


@pytest.mark.parametrize("kind", DESIGNS)
def test_uniform_numbers_are_uniform(kind: Sampling) -> None:
    names = [f"programmes.p{place}.reserve" for place in range(40)]
    made = Design(20_000, 11, kind, sampling.points(kind, 11, 20_000, names))
    drawn = [made.uniforms(name, 0, 20_000) for name in names]
    assert all(each.min() >= LEAST and each.max() <= GREATEST for each in drawn)
    chances = [stats.kstest(each, stats.uniform.cdf).pvalue for each in drawn]
    assert min(chances) > 1e-4
    if kind == "random":  # a design is more even than chance
        assert stats.kstest(chances, stats.uniform.cdf).pvalue > 0.001
    else:
        assert min(chances) > 0.9999


@pytest.mark.parametrize("kind", DESIGNS)
def test_streams_are_independent_of_each_other(kind: Sampling) -> None:
    names = [f"economy.i{place}.growth@2023" for place in range(40)]
    made = Design(16_384, 5, kind, sampling.points(kind, 5, 16_384, names))
    drawn = np.array([made.uniforms(name, 0, 16_384) for name in names])
    between = np.corrcoef(drawn)[np.triu_indices(40, 1)] * 128  # standard normal, 780 of them
    assert np.abs(between).max() < 4.5
    if kind == "random":
        follows = [stats.pearsonr(each[:-1], each[1:]).statistic * 128 for each in drawn]
        assert np.abs(follows).max() < 4.5
        assert stats.kstest(between, stats.norm.cdf).pvalue > 0.001


def test_seeds_make_streams_that_have_nothing_in_common() -> None:
    drawn = np.array([design("random", 16_384, seed).uniforms("d", 0, 16_384) for seed in range(30)])
    assert np.abs(np.corrcoef(drawn)[np.triu_indices(30, 1)] * 128).max() < 4.5
    assert np.unique(drawn).size == drawn.size


@pytest.mark.parametrize("count", [16, 1000, 1003, 4096])
def test_a_latin_hypercube_has_a_draw_in_every_stratum_of_every_replicate(count: int) -> None:
    made = design("lhs", count)
    for replicate in range(REPLICATES):
        for name in "abcd":
            drawn = made.points[name][replicate::REPLICATES]
            strata = np.floor(drawn * len(drawn)).astype(int)
            assert sorted(strata) == list(range(len(drawn)))


def test_replicates_are_independent_of_each_other() -> None:
    drawn = design("lhs", 8 * 4096).points["d"].reshape(-1, REPLICATES).T
    for place, one in enumerate(drawn):
        assert all(abs(stats.pearsonr(one, other).statistic) * 64 < 4.5 for other in drawn[:place])
    middles = np.array(
        [design("sobol", 16, seed).points["d"].reshape(2, REPLICATES).mean(axis=0) for seed in range(400)]
    )
    for place, one in enumerate(middles.T):
        assert all(abs(stats.pearsonr(one, other).statistic) * 20 < 4.5 for other in middles.T[:place])


def test_sobol_points_fill_every_box_of_a_net_in_every_replicate() -> None:
    made = design("sobol", 8 * 256)
    for replicate in range(REPLICATES):
        drawn = np.array([made.points[name][replicate::REPLICATES] for name in "abcd"])
        for each in drawn:
            assert sorted(np.floor(each * 256).astype(int)) == list(range(256))
        for wide in range(9):  # the first two columns are a (0, 8, 2)-net in base 2
            boxes = np.floor(drawn[0] * 2**wide) * 2 ** (8 - wide) + np.floor(drawn[1] * 2 ** (8 - wide))
            assert sorted(boxes.astype(int)) == list(range(256))


@pytest.mark.parametrize("kind", DESIGNS)
def test_compared_scenarios_share_their_draws(kind: Sampling, tmp_path: Path) -> None:
    other = child(tmp_path, "budget: {level: {uniform: [+0%, +20%]}}\n")
    measures = ["spend", "selected", "cost_per_start"]
    result = sim.run([UNCERTAIN, other], draws=512, seed=2, sampling=kind, measures=measures)
    with_more = result.array("cost_per_start")  # rates and prices, but not the budget
    np.testing.assert_array_equal(with_more[0], with_more[1])
    assert (result.array("spend")[1] != result.array("spend")[0]).any()
    paired = result.runs[1].drawn
    assert paired is not None
    for line, found in paired.differences.items():
        if line.measure == "cost_per_start":
            assert not found.mean.any()
            assert not found.sd.any()
            assert found.distinguishable.all()


BUSY = """\
award:
  duration: {12 months: 50%, 14-15 months: 50%}
  take_up: {uniform: [70%, 95%]}
  deferral: 10%
  early_termination: 5%
  start_months: {april: 50%, october: 50%}
  history: {steady: 40}
  costs:
    out: {amount: {lognormal: [0.3, 0.2]}, per: start, index: prices}
    stay: {amount: 0.5, per: month, index: rates}
"""
BUSY_TOP = """\
individual_variation: {chance}
economy:
  prices: {{growth: {{ar1: {{mean: 1%, persistence: 0.5, sd: 1%}}}}}}
  rates: {{path: {{gbm: {{start: 1, volatility: 8%}}}}}}
"""


def statistics_of(path: Path, kind: Sampling, *, seed: int = 9, block: int = 4096, threads: int = 1) -> list[Floats]:
    """Every statistic of every line, of a run and of its difference from one with more money."""
    scenarios = [sim.load(path), sim.load(path, settings=["budget.level=+10%"])]
    lines = tuple(tables.lines(Batch((scenarios[0],)).labels))
    sampled = draws.Sampled(3000, seed, kind)
    runs = draws.draw(scenarios, sampled, Wanted((lines, lines), reference=0), block=block, threads=threads)
    made = [run.drawn for run in runs if run.drawn]
    found = [each for drawn in made for each in (*drawn.lines.values(), *drawn.differences.values())]
    return [values for each in found for _, values in each.items()]


@pytest.mark.parametrize("kind", DESIGNS)
@pytest.mark.parametrize("chance", ["false", "true"])
def test_a_seed_gives_the_same_bits_for_every_block_and_any_number_of_threads(
    kind: Sampling, chance: str, portfolio: Write
) -> None:
    path = portfolio(BUSY, intake="steady", budget="500", whole=True, top=BUSY_TOP.format(chance=chance))
    first = statistics_of(path, kind)
    for block, threads in ((1024, 1), (1024, 3), (2048, 2)):
        found = statistics_of(path, kind, block=block, threads=threads)
        assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(first, found, strict=True))
    other = statistics_of(path, kind, seed=10)
    assert not all(np.array_equal(a, b, equal_nan=True) for a, b in zip(first, other, strict=True))
    small, large = (sim.run(path, draws=3000, seed=9, sampling=kind, block=block) for block in (1024, 4096))
    np.testing.assert_array_equal(small.array("spend"), large.array("spend"))
