"""What the command line does to explain: why a scenario differs from another, and what one figure is made of."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import typer

from simulator.console import DONE, Meter, deliver, language, show_page, show_rows, warn_undrawn
from simulator.errors import RequestError
from simulator.options import (
    Baseline,
    Draws,
    File,
    Form,
    Format,
    Lang,
    Measures,
    Overlays,
    Programmes,
    Quiet,
    SaveBridge,
    Seed,
    Settings,
    Traceback,
    Year,
    Years,
)

if TYPE_CHECKING:
    from simulator.arithmetic import Arithmetic
    from simulator.attribution import Explanation
    from simulator.draws import Sampled
    from simulator.labels import Words
    from simulator.printing import Page
    from simulator.report.sheets import View
    from simulator.running import Job
    from simulator.scenario import Scenario

WIDTH = 170.0
"""Of a bridge, in millimetres."""


def explain(  # noqa: PLR0913 (one parameter is one option)
    file: File,
    *,
    measure: Measures = [],  # noqa: B006 (typer copies defaults)
    programme: Programmes = [],  # noqa: B006
    year: Year = 0,
    years: Years = "",
    settings: Settings = [],  # noqa: B006
    overlay: Overlays = [],  # noqa: B006
    baseline: Baseline = "",
    draws: Draws = 0,
    seed: Seed = 0,
    save: SaveBridge = None,
    format: Form = Format.TABLE,  # noqa: A002 (the option's name)
    lang: Lang = None,
    quiet: Quiet = False,
    traceback: Traceback = False,  # noqa: ARG001 (read in cli)
) -> None:
    """Explain the difference from the parent by changed input, or with a year one figure term by term."""
    from simulator.draws import Sampled
    from simulator.labels import words
    from simulator.printing import Page
    from simulator.running import Job

    job = Job([file], settings, overlay, baseline)
    page = Page(words(language(lang)), format, tuple(measure), None, tuple(programme), years, differences=True)
    if year and save is not None:
        raise RequestError("--save draws the bridge of a difference: leave out --year, which takes one figure apart")
    if year:
        scenario = _one_figure(job, page, year, drawn=bool(draws))
    else:
        scenario = _difference(job, page, Sampled(draws, seed) if draws else None, save)
    if not (draws or quiet):
        warn_undrawn(scenario, page.words)
    raise typer.Exit(DONE)


COMMANDS: Sequence[tuple[str, str, Callable[..., None]]] = (
    (
        "explain",
        "Why a scenario differs from its parent, by changed input; with --year, one figure term by term.",
        explain,
    ),
)
"""Name, help and function of each command."""


def _difference(job: "Job", page: "Page", sampled: "Sampled | None", save: Path | None) -> "Scenario":
    """Show why a scenario differs from its reference; the scenario."""
    from simulator import attribution
    from simulator.report import explained, saving

    if save is not None:
        saving.require_savable(save)
    (scenario,), other = job.loaded()
    measures = page.measures or attribution.MEASURES
    with Meter(page.words) as meter:
        found = attribution.explain(scenario, other, measures=measures, sampled=sampled, progress=meter)
    view = _view(page, found)
    if save is not None:
        _save(view, page.measures, found, save)
    if page.format.for_people:
        sheets = list(explained.sheets(found, page.words, view.programmes, view.years))
        nothing = [] if sheets else [page.words("explain", "nothing")]
        show_page([*explained.heading(found, page.words), *nothing], sheets, page.format)
    else:
        rows = list(explained.contributions(found, view.programmes, view.years))
        show_rows(rows, page.format, header=explained.Contribution._fields)
    return scenario


def _view(page: "Page", found: "Explanation") -> "View":
    """Scenario and reference at expected values: for their names, and to check which programmes and years there are."""
    from simulator import model

    run, reference = model.run([found.scenario, found.reference], measures=["spend"]).runs
    return page.view([run], reference)


def _save(view: "View", measures: Sequence[str], found: "Explanation", path: Path) -> None:
    """The bridge of one line: the first measure that was asked for, of one programme or of all."""
    from simulator.measures import TOTAL
    from simulator.report import canvas, charts, explained, saving

    name, of = measures[0] if measures else "spend", view.programmes[0] if view.programmes else TOTAL
    steps = explained.bridge(found, name, of, view.years)
    with canvas.styled(view.words.language):
        saving.save(charts.explained(view, steps, name, view.programme_label(of), WIDTH), path)


def _one_figure(job: "Job", page: "Page", year: int, *, drawn: bool) -> "Scenario":
    """Show one figure term by term; the scenario that it is of."""
    from simulator.arithmetic import arithmetic
    from simulator.report import explained, provenance
    from simulator.tables import Line

    if drawn:
        raise RequestError("--year takes a figure at expected values apart: leave out --draws")
    if len(page.measures) != 1 or len(page.programmes) != 1:
        raise RequestError("--year takes one figure apart: name one with --measure ID --programme ID")
    scenario = job.loaded()[0][0]
    programme, _, award = page.programmes[0].partition(".")
    found = arithmetic(scenario, Line(programme, award, page.measures[0]), year)
    if page.format.for_people:
        show_page([], [explained.arithmetic_sheet(found, page.words)], page.format)
        writer = provenance.write_inputs if page.format is Format.TABLE else provenance.write_markdown
        deliver(partial(_inputs, writer, found, page.words))
    else:
        show_rows(explained.terms(found), page.format, header=explained.TermRow._fields)
    return scenario


def _inputs(writer: Callable[..., None], found: "Arithmetic", words: "Words", stream: TextIO) -> None:
    """The inputs that lie behind a figure, each with its file and line."""
    stream.write(f"\n{words('explain', 'inputs')}\n\n")
    writer(found.scenario, found.inputs, words, stream)
