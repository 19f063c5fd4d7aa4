"""The job of comparing both engines, from files to an exit status."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from simulator.console import DONE, FAILED_CHECK, Meter, language, say, show_page, show_rows
from simulator.errors import RequestError
from simulator.options import (
    CrosscheckFormat,
    Files,
    Format,
    Lang,
    Overlays,
    Quiet,
    Replications,
    Seed,
    Settings,
    Traceback,
    Workers,
)

if TYPE_CHECKING:
    from simulator.crosscheck import Check
    from simulator.labels import Words


def crosscheck(  # noqa: PLR0913 (one parameter is one option)
    files: Files,
    *,
    replications: Replications = None,
    seed: Seed = 0,
    workers: Workers = 0,
    settings: Settings = [],  # noqa: B006 (typer copies defaults)
    overlay: Overlays = [],  # noqa: B006
    format: Annotated[CrosscheckFormat, typer.Option(help="The worst cells, or all for programs.")] = (  # noqa: A002
        CrosscheckFormat.TABLE
    ),
    lang: Lang = None,
    quiet: Quiet = False,
    traceback: Traceback = False,  # noqa: ARG001 (read in cli)
) -> None:
    """Compare both engines on scenarios; exit status 1 where they differ by more than chance."""
    from simulator import draws
    from simulator.crosscheck import all_agree
    from simulator.crosscheck import crosscheck as compare
    from simulator.labels import words
    from simulator.loading import load

    spoken = words(language(lang))
    if replications is not None and replications < LEAST:
        raise RequestError(f"--replications {replications}: variances need {LEAST} or more")
    number, checks = replications or draws.REPLICATIONS, []
    for scenario in [load(file, settings=settings, overlays=overlay) for file in files]:
        with Meter(spoken) as meter:
            checks.append(compare(scenario, number, seed, workers=workers or draws.processors(), progress=meter))
        if checks[-1].replications < number:
            raise KeyboardInterrupt
    _show(checks, spoken, format, quiet=quiet)
    raise typer.Exit(DONE if all_agree(checks) else FAILED_CHECK)


LEAST = 20
"""Replications below which variances say nothing."""


def _show(checks: "Sequence[Check]", words: "Words", form: CrosscheckFormat, *, quiet: bool) -> None:
    from simulator.crosscheck import Cell
    from simulator.report import agreements

    heading = agreements.heading(checks, words)
    if form is CrosscheckFormat.TABLE:
        show_page(heading, agreements.sheets(checks, words), Format.TABLE)
        return
    cells = [cell for check in checks for cell in check.cells]
    show_rows(cells, Format(form.value), header=Cell._fields)
    for line in [] if quiet else heading:
        say(line)


COMMANDS: Sequence[tuple[str, str, Callable[..., None]]] = (
    ("crosscheck", "Both engines on the same scenarios: where they differ by more than chance.", crosscheck),
)
"""Name, help and function of the command."""
