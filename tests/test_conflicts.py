"""Smallest conflicts: against all subsets of small random systems, and planted ones of which one is smaller."""

from collections.abc import Callable, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

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


HISTORY = "award: {{duration: {months} months, history: {{2021: 30}}, costs: {{grant: {{amount: 5, per: year}}}}}}"
LAPSES = "plan_periods: {FUND: {ends: [2022, 2023, 2024, 2025, 2026, 2027]}}"
LINE = Aims.parse(maximise=["selected[line]"])
COMMITTED = "commitments of earlier selections, 150.0 million yen in"


def refused(scenario: sim.Scenario, aims: Aims, **asked: Any) -> str:
    with pytest.raises(InfeasibleError) as told:
        optimise(scenario, aims, **asked)
    start, _, rest = str(told.value).partition(": ")
    assert start == "these cannot hold together"
    return rest


def test_commitments_and_the_total_that_would_do_are_told(portfolio: Callable[..., Path]) -> None:
    """Thirty awards of two years at 5 a year were selected in FY2021: they take 150 in FY2022."""
    scenario = sim.load(portfolio(HISTORY.format(months=24), budget="200", intake="cash", top=LAPSES))
    told = refused(scenario, LINE, totals={2022: 100.0})
    total = "the total of 100.0 million yen in FY2022"
    assert told == f"{total}; {COMMITTED} FY2022; a total of 150 in FY2022 would do"
    assert optimise(scenario, LINE, totals={2022: 150.0}).selections[0, 0] == pytest.approx(0.0, abs=1e-6)
    assert "a total of 150 in FY2022 would do" in refused(scenario, LINE, totals={2022: 149.0})


def test_a_total_that_no_single_year_can_mend_is_told_for_every_year(portfolio: Callable[..., Path]) -> None:
    """Three-year awards take 150 in FY2022 and FY2023; money lapses, so that neither year can pay for the other."""
    scenario = sim.load(portfolio(HISTORY.format(months=36), budget="200", intake="cash", top=LAPSES))
    told = refused(scenario, LINE, totals=dict.fromkeys(range(2022, 2028), 1e-9))
    assert told.startswith("the total of 1e-09 million yen in FY202")
    assert f"; {COMMITTED} FY202" in told
    assert told.endswith("; a total of 150 in every year would do")
    assert optimise(scenario, LINE, totals=dict.fromkeys(range(2022, 2028), 150.0)).selections[2, 0] > 0
    mixed = refused(scenario, LINE, totals={2022: 120.0, 2023: 100.0})
    assert mixed.endswith("; 50 million yen more in every year would do")


def test_what_programmes_without_awards_are_given_is_told() -> None:
    """9,000 and 5,000 million yen for two programmes and 3,517 for what is not itemised are 17,517, of 16,300."""
    scenario, aims = sim.load("scenarios/baseline.yaml"), Aims.parse(maximise=["selected[satreps]"])
    much = ["budget[satreps,2025] >= 9000", "budget[sicorp,2025] >= 5000"]
    told = refused(scenario, aims, keep=much)
    parties, _, would_do = told.rpartition("; ")
    assert "(4) programmes without award types, 3,517.0 million yen in FY2025" in parties
    assert would_do == "a total of 17,517 in FY2025 would do"
    assert optimise(scenario, aims, keep=much, totals={2025: 17517.0}).budgets[3].sum() <= 17517 + 1e-6
    assert "earlier" not in told


def test_what_earlier_selections_come_to_by_themselves_is_told(portfolio: Callable[..., Path]) -> None:
    """Thirty awards of three years are still owed 150 in FY2023 after FY2022."""
    scenario = sim.load(portfolio(HISTORY.format(months=36), budget="200", intake="cash"))
    told = refused(scenario, LINE, keep=["outyear_commitments[total,2022] <= 100"])
    assert told == "outyear_commitments[total,2022] <= 100 in FY2022; earlier selections, by themselves 150 in FY2022"


def test_commitments_are_told_beside_programmes_without_awards() -> None:
    """What the simulator owes in FY2022 before it selects anybody; what is not itemised comes beside it."""
    scenario = sim.load("scenarios/baseline.yaml")
    run = sim.run(scenario, measures=["commitments", "fixed_costs"]).runs[0]
    some = [name for name, programme in scenario.document.programmes.items() if programme.awards]
    owed = sum(float(run.of(each, name)[0, 0]) for each in ("commitments", "fixed_costs") for name in some)
    own = "(3) programmes without award types, 3,517.0 million yen in FY2022"
    told = refused(scenario, Aims.parse(maximise=["selected[satreps]"]), totals={2022: 8000.0})
    assert f"(2) commitments of earlier selections and fixed costs, {owed:,.1f} million yen in FY2022; {own}" in told
    assert told.endswith(f"; a total of {np.ceil(owed + 3517):,.0f} in FY2022 would do")
