"""The command that sweeps, and its options."""

import sys
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from simulator.console import language
from simulator.options import File, Form, Format, Lang, Overlays, Quiet, Settings, Traceback, Years, several

if TYPE_CHECKING:
    from simulator.labels import Words
    from simulator.plotting import Plot


class DesignKind(StrEnum):
    """Designs of sweeps."""

    GRID = "grid"
    LHS = "lhs"
    SOBOL = "sobol"
    MORRIS = "morris"
    OAT = "oat"
    SHAPLEY = "shapley"


Vary = Annotated[
    list[str],
    typer.Option(
        metavar="PATH=LOW:HIGH:STEPS",
        help="Vary an input: LOW:HIGH:STEPS, LOW:HIGH or 'a, b, c'; PATH alone as its own distribution; repeatable.",
    ),
]
Designs = Annotated[
    DesignKind,
    typer.Option(
        help="Every combination; Latin hypercube; Sobol' indices; screening by Morris; one at a time (tornado); "
        "Shapley effects of correlated inputs.",
    ),
]
Size = Annotated[
    int | None,
    typer.Option(metavar="N", help="Base points of a design other than grid.", parser=several, show_default=False),
]
SweepSeed = Annotated[int, typer.Option(metavar="N", help="Seed of the design: the same one, the same runs.", min=0)]
Outcomes = Annotated[
    list[str],
    typer.Option(
        "--outcome", metavar="OUTCOME", help="Look at 'selected', 'spend[total]', 'selected[sicorp,2026]'; repeatable."
    ),
]
Described = Annotated[
    list[str],
    typer.Option(
        metavar="CONDITION", help="Describe the runs that meet it, as 'shortfall[total] > 0'; repeatable: all of them."
    ),
]
Until = Annotated[
    float | None,
    typer.Option(
        "--until-converged",
        metavar="WIDTH",
        help="Double the base points until 95 % intervals of indices are narrower than this, as 0.1.",
        min=1e-6,
        show_default=False,
    ),
]


Workers = Annotated[int, typer.Option(metavar="N", help="Run blocks in so many processes.", min=1, max=1024)]
Cluster = Annotated[
    str,
    typer.Option(metavar="ADDRESS", help="Run blocks on a Dask cluster, or 'local' for one here.", show_default=False),
]
SweepOutput = Annotated[
    str,
    typer.Option(
        metavar="DIR", help="Save every run in this folder; the same command goes on with it.", show_default=False
    ),
]


def sweep(  # noqa: PLR0913 (one parameter is one option)
    file: File,
    *,
    vary: Vary = [],  # noqa: B006 (typer copies defaults)
    design: Designs = DesignKind.GRID,
    size: Size = None,
    seed: SweepSeed = 0,
    outcome: Outcomes = [],  # noqa: B006
    years: Years = "",
    where: Described = [],  # noqa: B006
    until: Until = None,
    workers: Workers = 1,
    cluster: Cluster = "",
    output: SweepOutput = "",
    settings: Settings = [],  # noqa: B006
    overlay: Overlays = [],  # noqa: B006
    format: Form = Format.TABLE,  # noqa: A002 (the option's name)
    lang: Lang = None,
    quiet: Quiet = False,
    traceback: Traceback = False,  # noqa: ARG001 (read in cli)
) -> None:
    """Run a scenario over many values of its inputs, and say which of them matter."""
    from simulator.labels import words
    from simulator.sweeping import Asked, How, run

    asked = Asked(file, settings, overlay, vary, design.value, size or 0, seed, outcome, years, where)
    how = How(workers, cluster, until, output, sys.argv[1:])
    raise typer.Exit(run(asked, how, format, words(language(lang)), quiet=quiet))


PLOTS = ("tornado", "response", "discovery")
"""Kinds of plot that are of saved sweeps."""


def plot(folders: list[str], wanted: "Plot", words: "Words") -> int:
    """Save one figure of a saved sweep; the exit status."""
    from simulator import sweep_plotting

    return sweep_plotting.plot(folders, wanted, words)


COMMANDS: Sequence[tuple[str, str, Callable[..., None]]] = (
    ("sweep", "Vary inputs over a grid or another design; which matter, and where a condition holds.", sweep),
)
"""Name, help and function of each command."""
