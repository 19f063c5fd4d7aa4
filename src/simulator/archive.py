"""What the command line does with saved runs: lists, shows, compares, runs again, questions in SQL."""

import shlex
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import typer

from simulator.console import DONE, FAILED_CHECK, deliver, language, say, show_page
from simulator.errors import RequestError
from simulator.options import (
    By,
    Form,
    Format,
    Lang,
    Measures,
    Met,
    Pivot,
    Programmes,
    RunFolder,
    RunFolders,
    Sql,
    Top,
    Traceback,
    Where,
    Years,
)

if TYPE_CHECKING:
    import pandas as pd

    from simulator.records import Record


def catalogue(where: Where = ".", *, format: Form = Format.TABLE, traceback: Traceback = False) -> None:  # noqa: A002, ARG001
    """Print the saved runs of a folder; those that cannot be read or have not ended are named beside it."""
    import pandas as pd

    from simulator import sweep_recording

    rows = [_row(record) for record in _found(where)]
    _table(pd.DataFrame(rows, columns=["run", "time", "scenarios", "draws", "seed", "sweep", "version"]), format)
    for told in sweep_recording.unfinished(Path(where)):
        say(told)


def show(folder: RunFolder, *, traceback: Traceback = False) -> None:  # noqa: ARG001
    """Print the page of a run, and what its manifest says."""
    from simulator import records

    record = records.open_run(Path(folder))
    text = record.file("tables/page.txt").read_text(encoding="utf-8")
    told = dict(_row(record)) | {"command": shlex.join(["simulate", *map(str, record.manifest["command"])])}
    deliver(partial(_text, text))
    for name, value in told.items():
        say(f"{name}: {value}")


def compare(  # noqa: PLR0913 (one parameter is one option)
    folders: RunFolders,
    *,
    measure: Measures = [],  # noqa: B006 (typer copies defaults)
    programme: Programmes = [],  # noqa: B006
    years: Years = "",
    format: Form = Format.TABLE,  # noqa: A002 (the option's name)
    lang: Lang = None,
    traceback: Traceback = False,  # noqa: ARG001 (read in cli)
) -> None:
    """Print saved runs beside the first of them."""
    from simulator import records, saved
    from simulator.labels import words
    from simulator.printing import Page

    if len(folders) < 2:
        raise RequestError("name two runs or more: the first is what the others are compared with")
    runs, reference = saved.compared([records.open_run(Path(folder)) for folder in folders])
    page = Page(words(language(lang)), format, tuple(measure), None, tuple(programme), years, differences=True)
    page.show(runs, reference)
    if any(run.drawn for run in (*runs, reference)):
        say(f"warning: {page.words('warnings', 'unpaired')}")


def rerun(folder: RunFolder, *, traceback: Traceback = False) -> None:  # noqa: ARG001
    """Run again, and say whether anything differs, and why."""
    from simulator import records, saved
    from simulator.sweeping import again as sweep_again

    record = records.open_run(Path(folder))
    apart = sweep_again(record) if "sweep" in record.manifest else saved.again(record)
    deliver(partial(_text, "".join(f"{text}\n" for text in apart or ["every figure has the same bits"])))
    for text in () if apart else saved.inputs_changed(record):
        say(f"{text}: the run has its own copy of what it said")
    raise typer.Exit(FAILED_CHECK if apart else DONE)


def query(  # noqa: PLR0913 (one parameter is one option)
    sql: Sql = "",
    where: Where = "",
    *,
    top: Top = 0,
    by: By = "",
    met: Met = [],  # noqa: B006 (typer copies defaults)
    pivot: Pivot = "",
    format: Form = Format.TABLE,  # noqa: A002 (the option's name)
    traceback: Traceback = False,  # noqa: ARG001 (read in cli)
) -> None:
    """Print the answer to a question in SQL, or to one that options ask."""
    from simulator import parquet, sweep_queries, sweep_recording

    parquet.require()
    asked = sweep_queries.Asked(top, by, met, pivot)
    if asked.any and where:
        raise RequestError("a question is in SQL or in options: leave out one of them")
    if not asked.any and not sql:
        raise RequestError("nothing is asked: give a question in SQL, or --top, --where or --pivot")
    place = sql if asked.any else where
    records = _found(place or ".")
    if not records:
        raise RequestError(f"{place or '.'}: there are no saved runs: `simulate FILE --output DIR` saves one")
    question = sweep_recording.question(records, asked) if asked.any else sql
    found = parquet.query(question, sweep_recording.tables_of(records))
    many = len(found)
    if asked.any and not (top or pivot) and many > sweep_queries.SHOWN and format.for_people:
        found = found.head(sweep_queries.SHOWN)
        say(f"{len(found)} of {many:,} runs: --format csv has all, --top N --by FIGURE the most of something")
    _table(found, format)


COMMANDS: Sequence[tuple[str, str, Callable[..., None]]] = (
    ("runs", "Saved runs in a folder, the newest first.", catalogue),
    ("show", "The page of a saved run, and how it was made.", show),
    ("compare", "Saved runs side by side, with differences from the first; nothing is run again.", compare),
    ("rerun", "Run a saved run again; exit status 1 unless every figure has the same bits.", rerun),
    ("query", "SQL over saved runs (tables tidy, sweep, sensitivity), or --top, --where, --pivot of sweeps.", query),
)
"""Name, help and function of each command."""


def _found(where: str) -> "list[Record]":
    """The runs that can be read; the others are said on stderr."""
    from simulator import records

    found = list(records.catalogue(Path(where)))
    for each in found:
        if isinstance(each, RequestError):
            say(f"warning: {each}")
    return [each for each in found if not isinstance(each, RequestError)]


def _row(record: "Record") -> dict[str, Any]:
    drawn, swept = record.manifest["draws"] or {}, record.manifest.get("sweep")
    return {
        "run": record.folder.as_posix(),
        "time": record.manifest.get("time", ""),
        "scenarios": ", ".join(record.scenarios),
        "draws": drawn.get("draws", ""),
        "seed": drawn.get("seed", ""),
        "sweep": f"{swept['design']}, {swept['runs']:,} runs" if swept else "",
        "version": record.manifest.get("version", ""),
    }


def _table(frame: "pd.DataFrame", form: Format) -> None:
    """A data frame in the format that was asked for."""
    if form is Format.CSV:
        deliver(lambda stream: frame.to_csv(stream, index=False))
    elif form is Format.JSON:
        deliver(partial(_text, frame.to_json(orient="records", force_ascii=False, indent=1) + "\n"))
    else:
        from simulator.report.sheets import Row, Sheet

        cells = frame.astype(object).where(frame.notna(), "").astype(str).to_numpy().tolist()
        names = [str(name) for name in frame.columns]
        lines = tuple(Row(row[0], tuple(row[1:])) for row in cells)
        show_page([], [Sheet("", tuple(names[1:]), lines, corner=names[0] if names else "")], form)


def _text(text: str, stream: TextIO) -> None:
    stream.write(text)
