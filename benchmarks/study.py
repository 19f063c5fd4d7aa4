"""What the benchmarks simulate: the shipped portfolio, which of its numbers vary, and which measures are kept."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from simulator import load
from simulator.arrays import Floats
from simulator.leaves import Batch
from simulator.scenario import Document
from simulator.varied import Given

ROOT = Path(__file__).resolve().parent.parent
SCENARIO = ROOT / "scenarios" / "baseline.yaml"

EVERY_FEATURE = ROOT / "benchmarks" / "every_feature.yaml"
"""An invented portfolio: promotions, feeds, demand, extensions, backlog, instalments, cuts, renewal, partners."""

BY_PRIORITY = (
    "budget.allocation=priority",
    "budget.total={2022: 10000, 2025: 11000}",
    "budget.priority=[projects]",
)
"""Settings of that portfolio with its money split by priority."""

MEASURES = ("selected", "starts", "active", "spend", "commitments", "unspent", "shortfall", "outyear_commitments")
"""Those that planners look at first: eight of the dictionary's, by award type or programme, in every year."""

Varied = dict[str, Floats]


def three(runs: int) -> Varied:
    """Budget level and fellowship stay ±20 %, fellowship take-up 80–100 %, drawn uniformly."""
    fellowship = "programmes.overseas_fellowships.awards.fellowship"
    draw = np.random.default_rng(1).uniform
    return {
        "budget.level": draw(-0.2, 0.2, runs),
        f"{fellowship}.costs.stay.revision": draw(-0.2, 0.2, runs),
        f"{fellowship}.take_up": draw(0.8, 1.0, runs),
    }


def every(runs: int) -> Varied:
    """Budget level and all prices ±20 %, all take-ups 80–100 %, drawn uniformly."""
    document, draw = load(SCENARIO).document, np.random.default_rng(1).uniform
    level = {"budget.level": draw(-0.2, 0.2, runs)}
    prices = {path: draw(-0.2, 0.2, runs) for path in revisions(document)}
    return level | prices | {path: draw(0.8, 1.0, runs) for path in take_ups(document)}


def revisions(document: Document) -> list[str]:
    """Paths of the revision of every cost component."""
    return [f"{path}.costs.{cost}.revision" for path, costs in _awards(document).items() for cost in costs]


def take_ups(document: Document) -> list[str]:
    """Paths of the take-up of every award type."""
    return [f"{path}.take_up" for path in _awards(document)]


def every_feature(runs: int, settings: Sequence[str] = ()) -> Batch:
    """A portfolio that uses every feature of the model, numbers of some of them varied."""
    fellowship, projects = "programmes.fellows.awards.fellowship", "programmes.projects.awards"
    draw = np.random.default_rng(1).uniform
    varied = {
        "budget.level": draw(-0.2, 0.2, runs),
        f"{projects}.feasibility_study.promotes.0.share": draw(0.2, 0.6, runs),
        f"{projects}.equipment.costs.grant.revision": draw(-0.2, 0.2, runs),
        f"{fellowship}.take_up": draw(0.8, 1.0, runs),
    }
    return batch(varied, EVERY_FEATURE, settings)


def batch(varied: Varied, scenario: Path = SCENARIO, settings: Sequence[str] = ()) -> Batch:
    """The scenario with its varied numbers, of which `simulator.inputs.blocks` makes blocks; settings as of `load`."""
    given = {path: Given(values) for path, values in varied.items()}
    return Batch((load(scenario, settings=settings),), given, len(next(iter(varied.values()))))


def _awards(document: Document) -> dict[str, list[str]]:
    """Cost components of every award type, by its path."""
    programmes = document.programmes.items()
    return {f"programmes.{p}.awards.{a}": list(award.costs) for p, own in programmes for a, award in own.awards.items()}
