"""Smallest conflicts: against all subsets of small random systems, and planted ones of which one is smaller."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pytest
from numpy.typing import ArrayLike
from scipy import sparse

import simulator as sim
from simulator import conflicts
from simulator.aims import Aims
from simulator.conflicts import conflict
from simulator.linear_programmes import InfeasibleError, LinearProgramme, Rows, feasible
from simulator.optimisation import optimise


def row(coefficients: ArrayLike, lower: float, upper: float, name: str) -> Rows:
    return Rows(
        sparse.csr_array(np.atleast_2d(np.asarray(coefficients, dtype=np.float64))),
        np.array([lower]),
        np.array([upper]),
        name,
    )


def box(rows: Sequence[Rows], columns: int, *, whole: bool) -> LinearProgramme:
    flags, size = np.full(columns, whole), np.full(columns, 9.0)
    return LinearProgramme(np.zeros(columns), -size, size, flags, tuple(rows))


def smallest_by_trying(programme: LinearProgramme, rows: Sequence[Rows]) -> int:
    """Fewest names that conflict, of all subsets in order of size."""
    names = list(dict.fromkeys(each.name for each in rows))
    for size in range(len(names) + 1):
        for some in combinations(names, size):
            if not feasible([programme.rows[0], *(each for each in rows if each.name in some)], programme):
                return size
    raise AssertionError("nothing conflicts")


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("seed", range(12))
def test_of_random_rows_no_fewer_conflict(seed: int, whole: bool) -> None:
    """Some names are of two rows; whole numbers may conflict where fractions do not."""
    rng = np.random.default_rng(seed)
    rule = row(np.ones(4), -np.inf, np.inf, "")
    rows = [
        row(rng.integers(-3, 4, 4), float(rng.uniform(0.3, 4)), np.inf, f"row {number % 9}") for number in range(11)
    ]
    programme = box([rule, *rows], 4, whole=whole)
    if feasible(programme.rows, programme):
        rows += [row([1, -1, 0, 2], -np.inf, 0.2, "more"), row([1, -1, 0, 2], 0.7, np.inf, f"row {seed % 9}")]
        programme = box([rule, *rows], 4, whole=whole)
    found = conflict(programme)
    named = [each for each in rows if each.name in found.names]
    assert found.smallest
    asked = programme if feasible(programme.rows, programme.relaxed()) else programme.relaxed()
    assert not feasible([rule, *named], asked)
    assert len(found.names) == smallest_by_trying(asked, rows)


def planted() -> LinearProgramme:
    """x + y + z + w is 4 where each of them is at most 0.9: five that conflict; u is both 2 or more and 1 or less."""
    four = [row(np.eye(6)[place], -np.inf, 0.9, f"at most {place}") for place in range(4)]
    two = [row(np.eye(6)[4], 2.0, np.inf, "two or more"), row(np.eye(6)[4], -np.inf, 1.0, "one or less")]
    idle = [row(np.eye(6)[5], place, np.inf, f"idle {place}") for place in range(4)]
    return box([row([1, 1, 1, 1, 0, 0], 4.0, 4.0, ""), *two[:1], *idle, *four, *two[1:]], 6, whole=False)


def test_a_conflict_of_two_is_found_beside_one_of_four() -> None:
    found = conflict(planted())
    assert found.smallest
    assert set(found.names) == {"two or more", "one or less"}


def test_a_search_that_is_stopped_says_so() -> None:
    """What is told conflicts all the same, and without any one of it the others can hold."""
    programme = planted()
    found = conflict(programme, seconds=-1.0)
    assert not found.smallest
    rows = [each for each in programme.rows if not each.name or each.name in found.names]
    assert not feasible(rows, programme)
    for name in found.names:
        assert feasible([each for each in rows if each.name != name], programme)


def test_a_plan_names_the_fewest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three floors fill the total of FY2025; one floor and one ceiling in FY2024 cannot both hold."""
    keep = ["budget[satreps,2025] >= 4500", "budget[sicorp,2025] >= 4500", "budget[sakura_science,2025] >= 4500"]
    keep += ["selected[sakura_science,2024] >= 9000", "spend[sakura_science,2024] <= 2000"]
    scenario, aims = sim.load("scenarios/baseline.yaml"), Aims.parse(maximise=["selected[satreps]"])
    with pytest.raises(InfeasibleError) as told:
        optimise(scenario, aims, keep=keep)
    said = "selected[sakura_science,2024] >= 9000 in FY2024; spend[sakura_science,2024] <= 2000 in FY2024"
    assert str(told.value) == f"these cannot hold together: {said}"
    monkeypatch.setattr(conflicts, "perf_counter", iter(range(0, 10**9, 1000)).__next__)
    with pytest.raises(InfeasibleError, match="the search for the fewest was stopped"):
        optimise(scenario, aims, keep=keep)
