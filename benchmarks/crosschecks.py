"""Both engines at full strength: every shipped scenario and portfolio, and random portfolios.

    python benchmarks/crosschecks.py [--quick] [--random 50] [--scenarios]

Prints a line for each, and at the end how many cells lie beyond 4 and the ratio of all variances. Exit status 1 where
any differs.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from simulator import draws  # noqa: E402 (the tests' portfolios stand beside, not in the package)
from simulator.chains import shipped_portfolios  # noqa: E402
from simulator.crosscheck import Check, crosscheck  # noqa: E402
from simulator.loading import load  # noqa: E402
from simulator.scenario import Scenario  # noqa: E402
from tests.random_portfolios import Documents, examples  # noqa: E402

APART = 10
"""Of the portfolios that hypothesis makes, every tenth: neighbours are often variations of each other."""


def shipped() -> Iterator[Scenario]:
    """Scenarios of the repository and portfolios of the package."""
    for file in (*shipped_portfolios(), *sorted((ROOT / "scenarios").glob("*.yaml"))):
        yield load(str(file))


def made_up(number: int) -> Sequence[Scenario]:
    """Random portfolios, the same ones every time."""
    found: list[Scenario] = []

    @examples(number * APART)
    def collect(documents: Documents) -> None:
        found.append(documents.load())

    collect()
    return found[::APART][:number]


def compared(name: str, scenario: Scenario, replications: int) -> Check:
    """Compare and print."""
    begun = time.perf_counter()
    check = crosscheck(scenario, replications, 1, workers=draws.processors())
    verdict = "agrees" if check.agrees else "DIFFERS"
    told = f"{len(check.judged):6} judged {len(check.far):3} beyond 4"
    variances = f"variances {check.pooled:.3f} ± {check.pooled_error:.3f}"
    print(f"{name:28} {verdict:8} {told} {variances} {time.perf_counter() - begun:5.0f} s", flush=True)
    for cell in check.differing[:4]:
        print("   ", *cell)
    return check


def main() -> None:
    """Compare, print, and exit with 1 where any differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few replications")
    parser.add_argument("--random", type=int, default=50, help="random portfolios")
    parser.add_argument("--scenarios", action="store_true", help="shipped scenarios too")
    given = parser.parse_args()
    few, many = (20, 40) if given.quick else (100, 200)
    checks = [compared(each.name, each, few) for each in (shipped() if given.scenarios else ())]
    checks += [compared(f"random {place}", each, many) for place, each in enumerate(made_up(given.random))]
    judged, far = sum(len(check.judged) for check in checks), sum(len(check.far) for check in checks)
    known = [(check.pooled, check.pooled_error**-2) for check in checks if check.pooled_error > 0]
    pooled = sum(ratio * weight for ratio, weight in known) / sum(weight for _, weight in known)
    error = sum(weight for _, weight in known) ** -0.5
    apart = sum(not check.agrees for check in checks)
    print(f"{len(checks)} compared, {apart} differ; {far} of {judged} beyond 4; variances {pooled:.4f} ± {error:.4f}")
    sys.exit(bool(apart))


if __name__ == "__main__":
    main()
