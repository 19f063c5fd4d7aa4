"""The command line: parse, call, print; no arithmetic. Heavy imports happen where they are used."""

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from io import TextIOWrapper
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from simulator import __version__
from simulator.errors import RequestError, SimulatorError
from simulator.options import (
    Baseline,
    Conditions,
    Differences,
    File,
    Files,
    Format,
    Lang,
    Language,
    Measures,
    Programmes,
    Quiet,
    Settings,
    Table,
    Tables,
    Traceback,
    Version,
    Years,
)

if TYPE_CHECKING:
    from simulator.comparison import Warned
    from simulator.labels import Words
    from simulator.money_flows import FlowRow
    from simulator.report.pages import View
    from simulator.results import Run
    from simulator.scenario import Scenario
    from simulator.tables import Row

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
    table: Tables = None,
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
    from simulator.measures import MEASURES

    conditions = [Condition.parse(text) for text in fail_if]
    scenarios = _distinct([load(file, settings=settings) for file in files])
    other = load(baseline) if baseline else scenarios[0].parent if len(scenarios) == 1 else None
    result = model.run([*scenarios, *([comparison.beside(scenarios[0], other)] if other else [])])
    runs, beside = result.runs[: len(scenarios)], result.runs[-1] if other else None
    if beside and not baseline and not comparison.worth_showing(runs[0], beside):
        beside = None
    view = _view(runs, beside, words(_language(lang)), programme, years)
    _require_known(measure, runs)
    held = [(condition, run, met) for condition in conditions for run in runs if (met := condition.first_year(run))]
    _print(view, format, measure, table, differences=differences)
    if not quiet:
        shown = measure or (MEASURES if format in (Format.CSV, Format.JSON) else ())
        for warned in comparison.warnings(runs, beside, shown):
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


def _distinct(scenarios: list["Scenario"]) -> list["Scenario"]:
    names = [scenario.name for scenario in scenarios]
    for name in names:
        if names.count(name) > 1:
            raise RequestError(f"{name} is given twice: tables name a scenario by its file's stem, rename one")
    return scenarios


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


def _print(view: "View", form: Format, measures: Sequence[str], table: Table | None, *, differences: bool) -> None:
    from simulator import money_flows, tables
    from simulator.report import markdown, pages, terminal
    from simulator.results import Result

    if form in (Format.TABLE, Format.MARKDOWN):
        writer = terminal.write if form is Format.TABLE else markdown.write
        asked = pages.measure_page(view, measures) if measures else []
        asked += pages.flows_page(view) if table is Table.FLOWS else []
        _deliver(partial(writer, pages.heading(view), asked or pages.planners_page(view)))
    elif table is Table.FLOWS:
        flows = [row for run in view.runs for row in money_flows.rows(run, view.programmes, view.years)]
        _deliver_rows(flows, form, header=money_flows.FlowRow._fields)
    else:
        names, programmes = measures or None, view.programmes or None
        reference = view.reference if differences else None
        rows = tables.rows(Result(view.runs), names=names, programmes=programmes, years=view.years, reference=reference)
        _deliver_rows(list(rows), form, header=tables.Row._fields)


def _deliver_rows(rows: "Sequence[Row | FlowRow]", form: Format, *, header: Sequence[str]) -> None:
    from simulator.report import machine

    csv = partial(machine.write_csv, rows, header=header)
    _deliver(csv if form is Format.CSV else partial(machine.write_json, rows))


def _warning(view: "View", warned: "Warned") -> str:
    """A warning in the words of the view."""
    values = dict(warned.values)
    if "years" in values:
        values["years"] = ", ".join(view.words.year(year) for year in values["years"])
        values["programme"] = view.programme_label(values["programme"])
    return view.words("warnings", warned.key, **values)
