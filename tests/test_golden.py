"""Golden numbers of the shipped scenarios: they change only with a reason, which the changelog gives.

Rewrite them deliberately: `python -m tests.test_golden`.
"""

import csv
import math
from pathlib import Path

import pytest

import simulator as sim
from simulator import tables

GOLDEN = Path(__file__).parent / "golden"
SCENARIOS = sorted((Path(__file__).parent.parent / "scenarios").glob("*.yaml"))
MEASURES = ("selected", "supported", "person_months", "commitments", "spend", "unspent", "shortfall", "required_budget")
FIELDS = ("fiscal_year", "programme", "award", "measure", "value")
Figures = dict[tuple[str, ...], str]


def figures(path: Path) -> Figures:
    rows = tables.rows(sim.run(path), names=MEASURES)
    return {(str(r.fiscal_year), r.programme, r.award, r.measure): f"{r.value:.9g}" for r in rows}


def read(path: Path) -> Figures:
    with path.open(encoding="utf-8", newline="") as file:
        return {tuple(row[:4]): row[4] for row in list(csv.reader(file))[1:]}


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_figures_are_the_golden_ones(path: Path) -> None:
    now, golden = figures(path), read(GOLDEN / f"{path.stem}.csv")
    assert now.keys() == golden.keys()
    changed = [key for key in now if not math.isclose(float(now[key]), float(golden[key]), rel_tol=1e-8, abs_tol=1e-8)]
    assert changed == []


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for scenario in SCENARIOS:
        with (GOLDEN / f"{scenario.stem}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerows([FIELDS, *((*key, value) for key, value in figures(scenario).items())])
