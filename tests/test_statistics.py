"""Statistics of draws against numpy on all of them: exact, from a digest, of figures that some draws lack."""

from collections.abc import Mapping

import numpy as np
import pytest
from scipy import stats

from simulator import statistics
from simulator.arrays import Floats
from simulator.statistics import QUANTILES, RANK_ERROR, Share, Statistics, Tally

BLOCKS = (1024, 2048, 4096)
DRAWS = 60_000


def tallied(
    values: Floats, *, block: int = 4096, replicates: int = 1, exact: bool = True, digest: bool = False
) -> Statistics:
    """What a tally makes of (Y, D) values that come block by block."""
    store = np.full_like(values, 1e300) if exact else None  # what nobody fills is seen
    tally = Tally(len(values), replicates, store=store, digest=digest)
    for start in range(0, values.shape[1], block):
        part = values[:, start : start + block]
        if tally.pivot is None:
            tally.pivot = np.nan_to_num(part[:, :1])
        tiles = statistics.tiles(part.copy(), tally.pivot, replicates=replicates, digest=digest)
        tally.keep(part, start, tiles)
        tally.add(tiles, part.shape[1])
    return tally.statistics()


def made(draws: int = DRAWS) -> Mapping[str, Floats]:
    stream = np.random.default_rng(12)
    return {
        "normal": stream.normal(5, 2, draws),
        "far from 0": stream.normal(1e9, 1, draws),
        "lognormal": stream.lognormal(2, 1.5, draws),
        "whole counts": stream.poisson(7, draws).astype(float),
        "many whole counts": stream.poisson(305, draws).astype(float),
        "two values": (stream.random(draws) < 0.3) * 100.0,
        "rising": np.arange(draws) / 7.0,
        "falling": np.arange(draws)[::-1] ** 2.0,
        "nearly constant": np.where(np.arange(draws) == 77, 4.0, 3.0),
        "constant": np.full(draws, 0.1),
        "nothing": np.zeros(draws),
    }


SHAPES = tuple(made(2))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("draws", [1, 2, 1000, 1024, 5003])
def test_moments_and_quantiles_are_numpys(shape: str, draws: int) -> None:
    values = made(draws)[shape][None]
    found = tallied(values)
    assert found.mean == pytest.approx(values.mean(axis=1), rel=1e-12)
    sd = values.std(axis=1, ddof=1) if draws > 1 else np.full(1, np.nan)
    assert found.sd == pytest.approx(sd, rel=1e-9, abs=1e-12, nan_ok=True)
    assert found.se == pytest.approx(sd / draws**0.5, rel=1e-9, abs=1e-12, nan_ok=True)
    for name, share in QUANTILES.items():
        assert found.quantiles[name] == pytest.approx(np.quantile(values[0], share), rel=1e-12)


@pytest.mark.parametrize("exact", [True, False])
def test_bits_do_not_depend_on_the_block(exact: bool) -> None:
    values = np.array(list(made(20_000).values()))
    lacking = values.copy()
    lacking[0, [5, 3000, 9999]] = np.nan
    lacking[3, 6144:7168] = np.nan
    for each in (values, lacking):
        found = [tallied(each, block=block, exact=exact, digest=not exact) for block in BLOCKS]
        for other in found[1:]:
            for (name, one), (_, two) in zip(found[0].items(), other.items(), strict=True):
                np.testing.assert_array_equal(one, two, err_msg=name)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_digest_keeps_to_its_error(shape: str) -> None:
    values = made()[shape]
    found = tallied(values[None], exact=False, digest=True)
    for name, share in QUANTILES.items():
        (value,) = found.quantiles[name]
        if "counts" in shape:  # a quantile may stand between two that are next to each other
            assert abs(value - np.quantile(values, share)) < 1
            continue
        slack = 1e-9 * abs(value)
        below, through = np.mean(values < value - slack), np.mean(values <= value + slack)
        assert below - RANK_ERROR < share < through + RANK_ERROR, (name, value)


def test_a_digest_of_one_number_gives_that_number() -> None:
    found = tallied(np.full((1, 30_000), 0.1), exact=False, digest=True)
    assert {float(value[0]) for value in found.quantiles.values()} == {0.1}
    assert found.sd == 0


@pytest.mark.parametrize("lacking", ["the first", "some", "all but one", "whole blocks", "all"])
@pytest.mark.parametrize("exact", [True, False])
def test_figures_that_some_draws_lack_have_the_statistics_of_the_others(lacking: str, exact: bool) -> None:
    values = np.random.default_rng(3).normal(50, 5, (1, 10_000))
    missing = {
        "the first": np.arange(10_000) == 0,
        "some": np.random.default_rng(4).random(10_000) < 0.4,
        "all but one": np.arange(10_000) != 5001,
        "whole blocks": np.arange(10_000) < 4096,
        "all": np.ones(10_000, dtype=bool),
    }[lacking]
    values[:, missing] = np.nan
    there = values[0, ~missing]
    found = tallied(values, exact=exact, digest=not exact)
    if not there.size:
        assert all(np.isnan(each).all() for _, each in found.items())
        return
    assert found.mean == pytest.approx(there.mean(), rel=1e-12)
    assert found.sd == pytest.approx(there.std(ddof=1) if there.size > 1 else np.nan, rel=1e-9, nan_ok=True)
    assert found.se == pytest.approx(found.sd / there.size**0.5, rel=1e-9, nan_ok=True)
    for name, share in QUANTILES.items():
        value = found.quantiles[name][0]
        if exact:
            assert value == pytest.approx(np.quantile(there, share), rel=1e-12)
        else:
            assert np.mean(there <= value) == pytest.approx(share, abs=RANK_ERROR + 1 / there.size)


def test_a_figure_that_is_0_wherever_it_exists_has_quantiles_of_0() -> None:
    values = np.zeros((1, 3000))
    values[0, 0] = np.nan
    found = tallied(values)
    assert [float(each[0]) for _, each in found.items()] == [0.0] * 8


def test_a_negative_zero_is_told_as_none() -> None:
    found = tallied(np.array([[-0.0] * 60 + [1.0] * 40]))
    assert not np.signbit([float(each[0]) for each in found.quantiles.values()]).any()


def test_the_error_of_replicates_is_that_of_their_means() -> None:
    values = np.random.default_rng(8).lognormal(1, 1, (3, 4096))
    found = tallied(values, replicates=8)
    means = values.reshape(3, -1, 8).mean(axis=1)
    np.testing.assert_allclose(found.mean, means.mean(axis=1), rtol=1e-12)
    np.testing.assert_allclose(found.sd, values.std(axis=1, ddof=1), rtol=1e-12)
    np.testing.assert_allclose(found.se, stats.sem(means, axis=1), rtol=1e-9)
    np.testing.assert_allclose(found.half_interval, found.se * stats.t(7).ppf(0.975), rtol=1e-12)


def test_the_interval_of_independent_draws_is_students() -> None:
    values = np.random.default_rng(8).normal(0, 1, (2, 11))
    found = tallied(values)
    low, high = stats.t.interval(0.95, 10, values.mean(axis=1), stats.sem(values, axis=1))
    np.testing.assert_allclose(found.mean - found.half_interval, low, rtol=1e-9)
    np.testing.assert_allclose(found.mean + found.half_interval, high, rtol=1e-9)


def test_a_mean_is_distinguishable_where_its_interval_leaves_0_out() -> None:
    stream = np.random.default_rng(2)
    values = np.array([np.zeros(100), np.full(100, 7.0), stream.normal(1, 1, 100), stream.normal(0, 1, 100)])
    values[3] -= values[3].mean()
    assert tallied(values).distinguishable.tolist() == [True, True, True, False]


@pytest.mark.parametrize(
    ("held", "draws", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (20, 20, 1 - 0.1611, 1.0),
    ],
)
def test_the_interval_of_a_share_is_wilsons_as_published(held: int, draws: int, low: float, high: float) -> None:
    """Newcombe, Statistics in Medicine 17 (1998) 857, table I, method 3; the last is its mirror image."""
    found = Share.of(held, draws)
    assert found.value == held / draws
    assert (found.low, found.high) == pytest.approx((low, high), abs=6e-5)


def test_a_share_is_told_in_percent() -> None:
    assert Share.of(1, 29).told == {"chance": "3.4%", "low": "0.6%", "high": "17.2%"}
