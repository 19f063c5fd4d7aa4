"""The command line: parse, call, print; no arithmetic. Heavy imports happen where they are used."""

import os
import sys
from collections.abc import Sequence
from functools import partial
from io import TextIOWrapper
from typing import Annotated, Any

import typer

from simulator import __version__, archive, crosschecking, deciding, explaining, seeking, sweep_command
from simulator.console import (
    DONE,
    INTERRUPTED,
    MACHINE_FAILED,
    WRONG_INPUT,
    deliver,
    forget_output,
    language,
    say,
)
from simulator.errors import SimulatorError
from simulator.options import (
    Assumptions,
    Baseline,
    Charts,
    CheckFormat,
    Conditions,
    Design,
    Differences,
    Draws,
    Engine,
    Engines,
    EventsLog,
    File,
    Files,
    Format,
    Kind,
    Lang,
    Measures,
    Monthly,
    OneMeasure,
    Output,
    Overlays,
    Overwrite,
    Probabilities,
    Programmes,
    Quiet,
    Replications,
    Sampling,
    Save,
    Seed,
    Settings,
    Strict,
    Tables,
    Traceback,
    Version,
    Width,
    Workers,
    Years,
)

UsageError: Any = typer.BadParameter.__mro__[1]
"""What typer raises when the command line is off; it has no name in typer's interface."""

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
    overlay: Overlays = [],  # noqa: B006
    baseline: Baseline = "",
    differences: Differences = False,
    draws: Draws = 0,
    seed: Seed = 0,
    sampling: Design = Sampling.RANDOM,
    engine: Engines = Engine.COHORT,
    replications: Replications = None,
    events_log: EventsLog = "",
    monthly: Monthly = False,
    workers: Workers = 0,
    probability: Probabilities = [],  # noqa: B006
    fail_if: Conditions = [],  # noqa: B006
    output: Output = None,
    overwrite: Overwrite = False,
    format: Annotated[Format, typer.Option()] = Format.TABLE,  # noqa: A002 (the option's name)
    lang: Lang = None,
    quiet: Quiet = False,
    traceback: Traceback = False,  # noqa: ARG001 (read in _status)
) -> None:
    from simulator.draws import sampled
    from simulator.labels import words
    from simulator.printing import Page, Singles
    from simulator.running import Job, Questions, run

    of = sampled(draws, seed, sampling.value, engine.value, replications or 0)
    singles, asked = Singles(monthly, events_log, workers), (tuple(measure), table, tuple(programme), years)
    page = Page(words(language(lang)), format, *asked, differences, output is not None, singles)
    job = Job(files, settings, overlay, baseline, output, overwrite, sys.argv[1:])
    raise typer.Exit(run(job, page, of, Questions(probability, fail_if), quiet=quiet))


@app.command("plot", help="Save one figure for a paper: a scenario beside its parent, or several.")
def _plot(  # noqa: PLR0913 (one parameter is one option)
    files: Files,
    *,
    kind: Charts,
    save: Save,
    measure: OneMeasure = "",
    programme: Programmes = [],  # noqa: B006 (typer copies defaults)
    years: Years = "",
    settings: Settings = [],  # noqa: B006
    overlay: Overlays = [],  # noqa: B006
    baseline: Baseline = "",
    draws: Draws = 0,
    seed: Seed = 0,
    sampling: Design = Sampling.RANDOM,
    width: Width = 170.0,
    lang: Lang = None,
    quiet: Quiet = False,
    traceback: Traceback = False,  # noqa: ARG001 (read in _status)
) -> None:
    from simulator.draws import Sampled
    from simulator.labels import words
    from simulator.plotting import Plot, plot
    from simulator.running import Job

    job, wanted = Job(files, settings, overlay, baseline), Plot(kind.value, save, measure, programme, years, width)
    sampled = Sampled(draws, seed, sampling.value) if draws else None
    if kind.value in sweep_command.PLOTS:
        status = sweep_command.plot(files, wanted, words(language(lang)))
    else:
        status = plot(job, wanted, words(language(lang)), sampled, quiet=quiet)
    typer.echo(f"wrote {save}")
    raise typer.Exit(status)


@app.command("check", help="Validate only: every problem and suspicion, each with its place and what to write instead.")
def _check(  # noqa: PLR0913 (one parameter is one option)
    files: Files,
    *,
    settings: Settings = [],  # noqa: B006
    overlay: Overlays = [],  # noqa: B006
    strict: Strict = False,
    format: Annotated[CheckFormat, typer.Option(help="For people, programs or GitHub.")] = CheckFormat.TEXT,  # noqa: A002
    lang: Lang = None,
    traceback: Traceback = False,  # noqa: ARG001 (read in _status)
) -> None:
    from simulator.checking import check
    from simulator.labels import words
    from simulator.report import findings

    found = [each for file in files for each in check(file, words(language(lang)), settings=settings, overlays=overlay)]
    found = list(dict.fromkeys(found))
    deliver(partial(findings.WRITERS[format.value], found))
    if format is CheckFormat.TEXT and not found:
        typer.echo(f"no problem in {len(files)} file{'s' if len(files) > 1 else ''}")
    if found and (strict or any(each.severity == findings.ERROR for each in found)):
        raise typer.Exit(WRONG_INPUT)


@app.command("sources", help="Every input in force: value, unit, file and line, published source or assumption.")
def _sources(  # noqa: PLR0913 (one parameter is one option)
    file: File,
    *,
    settings: Settings = [],  # noqa: B006
    overlay: Overlays = [],  # noqa: B006
    assumptions: Assumptions = False,
    strict: Strict = False,
    format: Annotated[Format, typer.Option()] = Format.TABLE,  # noqa: A002 (the option's name)
    lang: Lang = None,
    traceback: Traceback = False,  # noqa: ARG001 (read in _status)
) -> None:
    from simulator import sources, suspicions
    from simulator.labels import words
    from simulator.loading import load
    from simulator.report import provenance

    scenario, spoken = load(file, settings=settings, overlays=overlay), words(language(lang))
    listed = [each for each in sources.sources(scenario) if each.assumed or not assumptions]
    deliver(partial(provenance.WRITERS[format.value], scenario, listed, spoken))
    suspicious = list(suspicions.of_sources(scenario))
    for warned in suspicious:
        say(f"{'' if strict else 'warning: '}{warned.told(spoken)}")
    if suspicious and strict:
        raise typer.Exit(WRONG_INPUT)


@app.command("init", help="Write a commented scenario to start from.")
def _init(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The new file, NAME.yaml.")],
    *,
    extends: Annotated[str, typer.Option(metavar="FILE", help="What it extends.")] = "mext-fy2022",
    traceback: Traceback = False,  # noqa: ARG001 (read in _status)
) -> None:
    from simulator.starting import start

    typer.echo(f"wrote {start(name, extends=extends)}: simulate it, or change what it says first")


@app.command("schema", help="The JSON Schema of scenario files, or of portfolios, for editors.")
def _schema(
    kind: Annotated[Kind, typer.Argument(help="Which kind of file.")] = Kind.SCENARIO,
    *,
    traceback: Traceback = False,  # noqa: ARG001 (read in _status)
) -> None:
    from simulator import schema

    typer.echo(schema.text(kind.value), nl=False)


for _name, _help, _command in (
    *sweep_command.COMMANDS,
    *explaining.COMMANDS,
    *seeking.COMMANDS,
    *deciding.COMMANDS,
    *crosschecking.COMMANDS,
    *archive.COMMANDS,
):
    app.command(_name, help=_help)(_command)


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


def _told(error: Any) -> str:
    """What is off with the command line, in one line, without the kind of error that typer puts before some."""
    return " ".join(error.format_message().split()).replace(": Value error, ", ": ", 1)


def _status(given: list[str]) -> int:
    """Run the command; the exit status, what went wrong being said in one line on stderr."""
    try:
        status = app(given, prog_name="simulate", standalone_mode=False)
    except (SimulatorError, UsageError) as error:
        if "--traceback" in given:
            raise
        say(_told(error) if isinstance(error, UsageError) else str(error))
        return WRONG_INPUT
    except OSError as error:
        forget_output()
        say(f"the machine failed: {error}")
        return MACHINE_FAILED
    except (KeyboardInterrupt, typer.Abort):
        say("interrupted")
        return INTERRUPTED
    return int(status or DONE)
