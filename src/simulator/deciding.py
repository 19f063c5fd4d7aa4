"""What the command line does to plan: the plans that do best, those between aims, and regrets."""

import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from simulator.console import FAILED_CHECK, deliver, language, say, warn_undrawn
from simulator.errors import RequestError
from simulator.options import Design, Draws, File, Form, Format, Lang, Sampling, Seed, Settings, Traceback
from simulator.plan_options import (
    Aimed,
    Best,
    Chance,
    Confirm,
    Futures,
    Gap,
    Keep,
    Maximise,
    Minimise,
    Objectives,
    Pareto,
    Plans,
    Points,
    Proposal,
    Risk,
    Risks,
    SaveFrontier,
    Seconds,
    Slack,
    Smooth,
    Targets,
    Totals,
    Within,
    Worst,
)
from simulator.seeking import share

if TYPE_CHECKING:
    from simulator.labels import Words
    from simulator.plans import Plan
    from simulator.scenario import Scenario
    from simulator.trade_offs import Frontier


SLACK, WORST = "1%", "10%"
"""Of --slack and --worst, if nothing is said."""
WIDTH = 170.0
"""Of a chart, in millimetres."""
BETWEEN = re.compile(r",(?![^\[]*\])")
"""A comma between two aims, and not within one: --pareto 'A[x,2030],B[y]'."""


def optimise(  # noqa: PLR0913 (one parameter is one option)
    file: File,
    *,
    maximise: Maximise = [],  # noqa: B006 (typer copies defaults)
    minimise: Minimise = [],  # noqa: B006
    target: Targets = [],  # noqa: B006
    smooth: Smooth = [],  # noqa: B006
    pareto: Pareto = [],  # noqa: B006
    points: Points = 7,
    plot: SaveFrontier = None,
    keep: Keep = [],  # noqa: B006
    total: Totals = [],  # noqa: B006
    within: Within = "",
    slack: Slack = SLACK,
    draws: Draws = 0,
    seed: Seed = 0,
    sampling: Design = Sampling.RANDOM,
    chance: Chance = "",
    risk: Risks = Risk.CHANCE,
    confirm: Confirm = False,
    future: Futures = [],  # noqa: B006
    objective: Objectives = Best.MEAN,
    worst: Worst = WORST,
    gap: Gap = "0.1%",
    seconds: Seconds = 600.0,
    settings: Settings = [],  # noqa: B006
    save: Proposal = "",
    format: Form = Format.TABLE,  # noqa: A002 (the option's name)
    lang: Lang = None,
    traceback: Traceback = False,  # noqa: ARG001 (read in cli)
) -> None:
    """Print the plan that does best, and write it as a scenario; exit status 1 unless the simulator reproduces it."""
    from simulator import goals
    from simulator.labels import words
    from simulator.loading import load

    _require_writable(save, plot, pareto)
    _require_of_use(
        slack=slack != SLACK and not smooth,
        risk=risk is not Risk.CHANCE and not chance,
        worst=worst != WORST and objective is not Best.CVAR,
    )
    scenario, spoken = load(file, settings=settings), words(language(lang))
    asked: goals.Asked = {
        "keep": keep,
        "totals": _totals(total, scenario),
        "within": share("--within", within) if within else float("inf"),
        "slack": share("--slack", slack),
        "draws": draws,
        "seed": seed,
        "sampling": sampling.value,
        "chance": share("--chance", chance) if chance else 1.0,
        "risk": risk.value,
        "confirm": confirm,
        "futures": future,
        "objective": objective.value,
        "worst": share("--worst", worst),
        "gap": share("--gap", gap),
        "seconds": seconds,
    }
    if pareto:
        _require_alone(maximise, minimise, target, smooth)
        aims = [text for given in pareto for text in BETWEEN.split(given)]
        _show_frontier(goals.pareto(scenario, aims, points=points, **asked), spoken, format, save, plot)
    else:
        plan = goals.optimise(scenario, maximise=maximise, minimise=minimise, targets=target, smooth=smooth, **asked)
        _show(plan, spoken, format, save)
    if not draws:
        warn_undrawn(scenario, spoken)


def regret(  # noqa: PLR0913 (one parameter is one option)
    plans: Plans,
    *,
    future: Futures,
    maximise: Aimed,
    format: Form = Format.TABLE,  # noqa: A002 (the option's name)
    lang: Lang = None,
    traceback: Traceback = False,  # noqa: ARG001 (read in cli)
) -> None:
    """Print what plans come to in several futures, and the plan whose greatest regret is least."""
    from simulator import trade_offs
    from simulator.labels import words
    from simulator.report import traded

    found = trade_offs.regret(plans, future, maximise)
    deliver(partial(traded.REGRETS[format.value], found, words(language(lang))))


COMMANDS: Sequence[tuple[str, str, Callable[..., None]]] = (
    ("optimise", "The appropriations and selections that do best; exit status 1 unless simulated alike.", optimise),
    ("regret", "What plans come to in several futures, and which one is least regretted.", regret),
)
"""Name, help and function of each command."""


def _show(plan: "Plan", spoken: "Words", form: Format, save: str) -> None:
    """Print a plan, prove it by the simulator, and write it where that is asked."""
    from simulator import plans, proving
    from simulator.report import optimised

    scenario = plans.proposed(plan)
    apart = list(proving.differences(plan, scenario))
    deliver(partial(optimised.WRITERS[form.value], plan, spoken))
    for text in apart:
        say(text)
    if apart:
        raise typer.Exit(FAILED_CHECK)
    if save:
        name = spoken("plan", "name", name=plan.scenario.document.name or plan.scenario.name)
        kept = "; ".join([*(each.text for each in plan.limits.keep), *_near(plan, spoken)]) or "-"
        given = {"aims": plan.aims.text, "kept": kept, "worst": f"{plan.objective.worst:.0%}"}
        given["value"] = f"{plan.value:,.1f}"
        key = f"description_{plan.objective.of}" if plan.sampled or plan.futures else "description"
        text = spoken("plan", key, **given, cases=optimised.of_cases(plan, spoken))
        text += f" ({'; '.join(happened)})" if (happened := list(optimised.in_draws(plan, spoken))) else ""
        proving.propose(plan, Path(save), name=name, description=text)
    told = spoken(
        "plan", "reproduced_draws" if plan.sampled else "reproduced_futures" if plan.futures else "reproduced"
    )
    say(f"{spoken('plan', 'wrote', path=save)} {told}" if save else told)
    if plan.sampled:
        given = {"draws": f"{plan.sampled.draws:,}", "seed": f"{plan.sampled.seed + 1}"}
        say(spoken("solve", "fresh", **given, **proving.fresh_share(plan, scenario).told))


def _near(plan: "Plan", spoken: "Words") -> list[str]:
    """How near appropriations stay to their own, where that is limited."""
    within = plan.limits.within
    return [] if within == float("inf") else [spoken("plan", "near_own", within=f"{100.0 * within:g}%")]


def _require_of_use(**idle: bool) -> None:
    """RequestError for an option that would change nothing."""
    why = {
        "slack": "is what a smooth path may cost: add --smooth MEASURE[PROGRAMME]",
        "risk": "is of draws that may fail: add --draws N --chance 90%",
        "worst": "is the share of the cases that cvar is the mean of: add --objective cvar",
    }
    for name, unused in idle.items():
        if unused:
            raise RequestError(f"--{name} {why[name]}")


def _require_alone(*aims: Sequence[str]) -> None:
    if any(aims):
        raise RequestError("--pareto names all that is maximised: leave out --maximise, --minimise, --target, --smooth")


def _require_writable(save: str, plot: Path | None, pareto: Sequence[str]) -> None:
    """RequestError where what is asked for cannot be written."""
    from simulator import folders, proposing

    if plot is not None:
        _require_plot(plot, pareto)
    if save and pareto:
        folders.require_free(Path(save), overwrite=False)
    elif save:
        proposing.require_writable(Path(save))


def _require_plot(plot: Path, pareto: Sequence[str]) -> None:
    from simulator.report import saving

    if not pareto:
        raise RequestError("--plot is of a frontier: add --pareto A,B")
    saving.require_savable(plot, "--plot")


def _show_frontier(found: "Frontier", spoken: "Words", form: Format, save: str, plot: Path | None) -> None:
    """Print a frontier, draw it, and write its plans into a folder, each once the simulator reproduces it."""
    from simulator import folders, proving
    from simulator.report import canvas, frontiers, saving, traded

    deliver(partial(traded.FRONTIERS[form.value], found, spoken))
    if plot is not None:
        with canvas.styled(spoken.language):
            saving.save(frontiers.draw(found, spoken, width=WIDTH), plot, "--plot")
    if not save:
        return

    def fill(folder: Path) -> None:
        for number, plan in enumerate(found.plans, 1):
            name = spoken("plan", "name", name=f"{plan.scenario.document.name or plan.scenario.name} {number}")
            values = zip(found.terms, found.values[number - 1], strict=True)
            text = ", ".join(f"{term.text} = {value:,.1f}" for term, value in values)
            proving.propose(plan, folder / f"plan-{number:02}.yaml", name=name, description=text)

    folders.write(Path(save), fill, overwrite=False)
    say(spoken("trade", "wrote", path=save, number=len(found.plans)))


def _totals(texts: Sequence[str], scenario: "Scenario") -> dict[int, float]:
    """Totals by year as they are given: of one year, or without a year of all."""
    from simulator import quantities
    from simulator.errors import QuantityError

    found, every = dict[int, float](), range(scenario.document.first_year, scenario.document.horizon[1] + 1)
    for text in texts:
        year, equals, money = text.rpartition("=")
        try:
            amount = quantities.MONEY.parse(money.strip())
            years = [quantities.year(year)] if equals else every
        except QuantityError as error:
            raise RequestError(f"--total {text}: {error}") from error
        found |= dict.fromkeys(years, amount)
    return found
