"""What the command line does to seek a goal: values of inputs for which conditions hold."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import typer

from simulator.console import FAILED_CHECK, deliver, language, say, warn_undrawn
from simulator.errors import RequestError
from simulator.options import Design, Draws, File, Form, Format, Lang, Sampling, Seed, Settings, Traceback
from simulator.plan_options import Chance, Proposal, Seek, Seeking, Until, Vary


def solve(  # noqa: PLR0913 (one parameter is one option)
    file: File,
    *,
    vary: Vary,
    until: Until,
    seek: Seeking = Seek.NEAREST,
    chance: Chance = "",
    draws: Draws = 0,
    seed: Seed = 0,
    sampling: Design = Sampling.RANDOM,
    settings: Settings = [],  # noqa: B006 (typer copies defaults)
    save: Proposal = "",
    format: Form = Format.TABLE,  # noqa: A002 (the option's name)
    lang: Lang = None,
    traceback: Traceback = False,  # noqa: ARG001 (read in cli)
) -> None:
    """Print what a goal seek found, and write it as a scenario; exit status 1 where there is no solution."""
    from simulator import goal_seeking, goals, proposing
    from simulator.labels import words
    from simulator.loading import load
    from simulator.report import solved

    if save:
        proposing.require_writable(Path(save))
    scenario = load(file, settings=settings)
    asked = share("--chance", chance) if chance else None
    drawn = {"draws": draws, "seed": seed}
    found = goals.solve(
        scenario, vary=vary, until=until, seek=seek.value, chance=asked, sampling=sampling.value, **drawn
    )
    spoken = words(language(lang))
    deliver(partial(solved.WRITERS[format.value], found, spoken))
    if not draws:
        warn_undrawn(scenario, spoken)
    if not found.solved:
        raise typer.Exit(FAILED_CHECK)
    if save:
        told = {"values": solved.told(found), "conditions": solved.conditions(found)}
        name = spoken("solve", "name", name=scenario.document.name or scenario.name)
        text = spoken("solve", "description", **told)
        goal_seeking.propose(found, Path(save), name=name, description=text)
        say(spoken("solve", "verified", path=save))
    if found.sampled:
        given = {"draws": f"{found.sampled.draws:,}", "seed": found.sampled.seed + 1}
        say(spoken("solve", "fresh", **given, **goal_seeking.fresh_chance(found).told))


COMMANDS: Sequence[tuple[str, str, Callable[..., None]]] = (
    ("solve", "Goal seek: the value of an input for which a condition holds; exit status 1 if there is none.", solve),
)
"""Name, help and function of each command."""


def share(option: str, text: str) -> float:
    """A share as people write it; RequestError that names the option."""
    from simulator import quantities
    from simulator.errors import QuantityError

    try:
        return quantities.SHARE.parse(text)
    except QuantityError as error:
        raise RequestError(f"{option} {text}: {error}") from error
