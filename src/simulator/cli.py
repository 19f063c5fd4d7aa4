"""The command line: parse, call, print; no arithmetic. Heavy imports happen where they are used."""

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from enum import StrEnum
from functools import partial
from io import TextIOWrapper
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from simulator import __version__
from simulator.errors import RequestError, SimulatorError

if TYPE_CHECKING:
    from simulator.comparison import Warned
    from simulator.labels import Words
    from simulator.report.pages import View
    from simulator.results import Run
    from simulator.scenario import Scenario

UsageError: Any = typer.BadParameter.__mro__[1]
"""What typer raises when the command line is off; it has no name in typer's interface."""

DONE, FAILED_CHECK, WRONG_INPUT, MACHINE_FAILED, INTERRUPTED = 0, 1, 2, 3, 130

app = typer.Typer(
    name="simulate",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=(
        "What a research-funding budget does to awards, commitments and money over ten years.\n\n"
        "simulate SCENARIO.yaml [SCENARIO.yaml ...] runs each scenario and prints it beside the one it extends "
        "(the same as simulate run; options: simulate run --help)."
    ),
)


class Format(StrEnum):
    """How tables are printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    MARKDOWN = "markdown"


class Language(StrEnum):
    """Languages of tables and warnings."""

    EN = "en"
    JA = "ja"


Files = Annotated[
    list[str], typer.Argument(metavar="SCENARIO.yaml...", help="Scenario files, or a shipped portfolio by its name.")
]
File = Annotated[str, typer.Argument(metavar="SCENARIO.yaml", help="A scenario file, or a shipped portfolio.")]
Measures = Annotated[
    list[str], typer.Option(metavar="ID", help="Show this measure instead of the planners' page; repeatable.")
]
Programmes = Annotated[
    list[str], typer.Option(metavar="ID", help="Show this programme with its award types; repeatable.")
]
Years = Annotated[str, typer.Option(metavar="2022-2026", help="Show these fiscal years.", show_default=False)]
Settings = Annotated[list[str], typer.Option("--set", metavar="PATH=VALUE", help="Override one input; repeatable.")]
Baseline = Annotated[str, typer.Option(metavar="FILE", help="Take differences from this scenario.", show_default=False)]
Differences = Annotated[bool, typer.Option("--differences", help="Add rows of difference and ratio to csv and json.")]
Conditions = Annotated[
    list[str], typer.Option(metavar="CONDITION", help="Exit with 1 if it holds, as 'shortfall > 0'; repeatable.")
]
Lang = Annotated[Language | None, typer.Option(help="Language of tables; default from the locale.", show_default=False)]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print no warnings.")]
Traceback = Annotated[bool, typer.Option("--traceback", help="Show where in the code an error arose.")]
Version = Annotated[bool, typer.Option("--version", help="Print the version and exit.")]


@app.callback(invoke_without_command=True)
def _root(*, version: Version = False) -> None:
    if version:
        typer.echo(f"simulate {__version__}")
        raise typer.Exit


@app.command("run", help="Run scenarios and compare them; the word run may be left out.")
def _run(  # noqa: PLR0913 (one parameter is one option)
    files: Files,
    *,
    measure: Measures = [],  # noqa: B006 (typer copies defaults)
    programme: Programmes = [],  # noqa: B006
    years: Years = "",
    settings: Settings = [],  # noqa: B006
    baseline: Baseline = "",
    differences: Differences = False,
    fail_if: Conditions = [],  # noqa: B006
    format: Annotated[Format, typer.Option()] = Format.TABLE,  # noqa: A002 (the option's name)
    lang: Lang = None,
    quiet: Quiet = False,
    traceback: Traceback = False,  # noqa: ARG001 (read in _status)
) -> None:
    from simulator import comparison, model
    from simulator.conditions import Condition
    from simulator.labels import words
    from simulator.loading import load

    conditions = [Condition.parse(text) for text in fail_if]
    scenarios = [load(file, settings=settings) for file in files]
    _require_distinct(scenarios)
    other = load(baseline) if baseline else scenarios[0].parent if len(scenarios) == 1 else None
    result = model.run([*scenarios, *([comparison.beside(scenarios[0], other)] if other else [])])
    runs, beside = result.runs[: len(scenarios)], result.runs[-1] if other else None
    if beside and not baseline and not comparison.worth_showing(runs[0], beside):
        beside = None
    view = _view(runs, beside, words(_language(lang)), programme, years)
    _require_known(measure, runs)
    held = [(condition, run, met) for condition in conditions for run in runs if (met := condition.first_year(run))]
    _print(view, format, measure, differences=differences)
    if not quiet:
        for warned in comparison.warnings(runs, beside):
            _say(f"warning: {_warning(view, warned)}")
    for condition, run, (year, value) in held:
        _say(f"{run.scenario.title}: {condition.text} holds in FY{year}: {value:,.6g}")
    if held:
        raise typer.Exit(FAILED_CHECK)


@app.command("sources", help="Every input in force: value, unit, file and line, published source or assumption.")
def _sources(
    file: File,
    *,
    settings: Settings = [],  # noqa: B006
    lang: Lang = None,
    traceback: Traceback = False,  # noqa: ARG001 (read in _status)
) -> None:
    from simulator import sources
    from simulator.labels import words
    from simulator.loading import load
    from simulator.report import provenance

    scenario, spoken = load(file, settings=settings), words(_language(lang))
    _deliver(partial(provenance.write, scenario, spoken))
    for residual in sources.residuals(scenario):
        if residual.share > sources.LARGE_RESIDUAL:
            values = {"path": residual.path, "amount": f"{residual.amount:,.1f}", "share": f"{residual.share:.1%}"}
            _say(f"warning: {spoken('warnings', 'residual', **values)}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point of the console script: the exit status is 0, 1, 2 or 3 (interface.md)."""
    given = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    commands = {command.name for command in app.registered_commands}
    if given[0] not in {*commands, "-h", "--help", "--version"}:
        given.insert(0, "run")
    if sys.stdout is None:  # closed by the shell: nobody reads
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 (lives as long as the process)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that cannot write Japanese shows question marks
    sys.exit(_status(given))


def _status(given: list[str]) -> int:
    """Run the command; the exit status, what went wrong being said in one line on stderr."""
    try:
        status = app(given, prog_name="simulate", standalone_mode=False)
    except (SimulatorError, UsageError) as error:
        if "--traceback" in given:
            raise
        _say(error.format_message() if isinstance(error, UsageError) else str(error))
        return WRONG_INPUT
    except OSError as error:
        _forget_output()
        _say(f"the machine failed: {error}")
        return MACHINE_FAILED
    except (KeyboardInterrupt, typer.Abort):
        _say("interrupted")
        return INTERRUPTED
    return int(status or DONE)


def _deliver(write: Callable[[TextIO], None]) -> None:
    """Write to standard output; a reader that goes away is no error."""
    try:
        write(sys.stdout)
        sys.stdout.flush()
    except BrokenPipeError:
        _forget_output()


def _forget_output() -> None:
    """Let what is still buffered go nowhere, so that the interpreter does not fail on it at the end."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say(text: str) -> None:
    """A line for the person, on stderr."""
    with suppress(OSError):
        typer.echo(text, err=True)


def _language(lang: Language | None) -> str:
    from simulator.labels import language_of_locale

    return lang.value if lang else language_of_locale()


def _require_distinct(scenarios: Sequence["Scenario"]) -> None:
    names = [scenario.name for scenario in scenarios]
    for name in names:
        if names.count(name) > 1:
            raise RequestError(f"{name} is given twice: tables name a scenario by its file's stem, rename one")


def _require_known(measures: Sequence[str], runs: "tuple[Run, ...]") -> None:
    from simulator.measures import measure

    for name in measures:
        measure(name)
        if not any(name in run.measures for run in runs):
            raise RequestError(f"{name}: no award type has such a cost component")


def _view(
    runs: "tuple[Run, ...]", beside: "Run | None", spoken: "Words", programmes: Sequence[str], years: str
) -> "View":
    from simulator import quantities
    from simulator.report.pages import View

    reference = beside or (runs[0] if len(runs) > 1 else None)
    known = dict.fromkeys(programme for run in runs for programme in run.labels.programmes)
    for programme in programmes:
        if programme not in known:
            raise RequestError(f"{programme}: no such programme; there are {', '.join(known)}")
    first, last = quantities.years(years) if years else (runs[0].years.start, runs[0].years.stop - 1)
    shown = runs[0].years
    if first not in shown or last not in shown:
        raise RequestError(f"--years {years}: {runs[0].scenario.name} shows FY{shown.start} to FY{shown.stop - 1}")
    return View(runs, reference, spoken, tuple(programmes), tuple(range(first, last + 1)))


def _print(view: "View", form: Format, measures: Sequence[str], *, differences: bool) -> None:
    from simulator import tables
    from simulator.report import machine, markdown, pages, terminal
    from simulator.results import Result

    if form in (Format.TABLE, Format.MARKDOWN):
        sheets = pages.measure_page(view, measures) if measures else pages.planners_page(view)
        writer = terminal.write if form is Format.TABLE else markdown.write
        _deliver(partial(writer, pages.heading(view), sheets))
        return
    rows = tables.rows(
        Result(view.runs),
        names=measures or None,
        programmes=view.programmes or None,
        years=view.years,
        reference=view.reference if differences else None,
    )
    _deliver(partial(machine.write_csv if form is Format.CSV else machine.write_json, list(rows)))


def _warning(view: "View", warned: "Warned") -> str:
    """A warning in the words of the view."""
    values = dict(warned.values)
    if "years" in values:
        values["years"] = ", ".join(view.words.year(year) for year in values["years"])
        values["programme"] = view.programme_label(values["programme"])
    return view.words("warnings", warned.key, **values)
