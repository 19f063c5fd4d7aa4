"""The options of goals and plans."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Seek(StrEnum):
    """Which of all solutions a goal seek looks for."""

    NEAREST = "nearest"
    LOWEST = "lowest"
    HIGHEST = "highest"


class Risk(StrEnum):
    """How draws in which a plan fails are held down."""

    CHANCE = "chance"
    CVAR = "cvar"


class Best(StrEnum):
    """What of draws or futures a plan is best for."""

    MEAN = "mean"
    CVAR = "cvar"
    REGRET = "regret"


Vary = Annotated[
    list[str],
    typer.Option(
        metavar="PATH=LOW:HIGH", help="An input to move, its range if not the usual one; several move together."
    ),
]
Until = Annotated[
    list[str],
    typer.Option(metavar="CONDITION", help="What must hold, in every year if it names none: 'selected[p] >= 305'."),
]
Seeking = Annotated[Seek, typer.Option("--seek", help="Which of all solutions.")]
Chance = Annotated[
    str, typer.Option(metavar="SHARE", help="Chance with which it must hold, with --draws: 90%.", show_default=False)
]
Proposal = Annotated[
    str, typer.Option("--save", metavar="FILE", help="Write what was found as a scenario.", show_default=False)
]
Maximise = Annotated[
    list[str],
    typer.Option(metavar="MEASURE[PROGRAMME,YEAR]", help="What to get most of, or '2 * ...'; repeatable, added up."),
]
Minimise = Annotated[
    list[str], typer.Option(metavar="MEASURE[PROGRAMME,YEAR]", help="What to get least of; repeatable, taken away.")
]
Targets = Annotated[
    list[str],
    typer.Option("--target", metavar="MEASURE[PROGRAMME,YEAR]=X", help="What to come nearest to; repeatable."),
]
Smooth = Annotated[
    list[str],
    typer.Option(metavar="MEASURE[PROGRAMME]", help="What is to change least from year to year; repeatable."),
]
Keep = Annotated[
    list[str], typer.Option(metavar="CONDITION", help="What must hold, in every year if it names none; repeatable.")
]
Totals = Annotated[
    list[str],
    typer.Option("--total", metavar="[YEAR=]MONEY", help="Most that all may be given; else the scenario's own."),
]
Within = Annotated[
    str, typer.Option(metavar="SHARE", help="How far a budget may be from its own: 20%, 0%.", show_default=False)
]
Slack = Annotated[str, typer.Option(metavar="SHARE", help="What a smooth path may cost of the best.")]
Risks = Annotated[
    Risk, typer.Option("--risk", help="Of draws that fail: how many may, or how far the worst do in the mean (safer).")
]
Confirm = Annotated[bool, typer.Option("--confirm", help="Be safer until other draws reach --chance too.")]
Objectives = Annotated[
    Best,
    typer.Option("--objective", help="Of draws or futures: the mean, that of the worst (cvar), least greatest regret."),
]
Worst = Annotated[str, typer.Option(metavar="SHARE", help="Share of the cases that cvar is the mean of.")]
Gap = Annotated[str, typer.Option(metavar="SHARE", help="How far from the best the solver may stop.")]
Seconds = Annotated[float, typer.Option(metavar="S", help="When the solver stops at the latest.", min=1)]
Pareto = Annotated[
    list[str],
    typer.Option(metavar="A,B", help="Plans between aims, two or three: 'selected[sicorp],selected[satreps]'."),
]
Points = Annotated[int, typer.Option(help="Places of each range at which such plans are sought.", min=2, max=100)]
Plans = Annotated[list[str], typer.Argument(metavar="PLAN.yaml...", help="Scenarios with plans.")]
Futures = Annotated[
    list[str], typer.Option(metavar="FILE", help="A future: a scenario laid over the plan; repeatable.")
]
Aimed = Annotated[str, typer.Option("--maximise", metavar="MEASURE[PROGRAMME,YEAR]", help="What plans are judged by.")]
SaveFrontier = Annotated[
    Path | None,
    typer.Option("--plot", metavar="FILE", help="Save the frontier as .svg, .pdf or .png.", show_default=False),
]
