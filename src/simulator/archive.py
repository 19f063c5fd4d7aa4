"""What the command line does with saved runs: lists, shows, compares, runs again, questions in SQL."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from simulator import records
from simulator.console import deliver, say
from simulator.errors import RequestError
from simulator.options import Format
from simulator.printing import Page
from simulator.records import Record

if TYPE_CHECKING:
    import pandas as pd

TIDY = "tables/tidy.parquet"


def catalogue(where: str, form: Format) -> None:
    """Print the saved runs of a folder; those that cannot be read are named beside it."""
    import pandas as pd

    rows = [_row(record) for record in _found(where)]
    _table(pd.DataFrame(rows, columns=["run", "time", "scenarios", "draws", "seed", "version"]), form)


def show(folder: str) -> None:
    """Print the page of a run, and what its manifest says."""
    record = records.open_run(Path(folder))
    text = record.file("tables/page.txt").read_text(encoding="utf-8")
    told = dict(_row(record)) | {"command": "simulate " + " ".join(map(str, record.manifest["command"]))}
    deliver(partial(_text, text))
    for name, value in told.items():
        say(f"{name}: {value}")


def compare(given: Sequence[str], page: Page) -> None:
    """Print saved runs beside the first of them."""
    from simulator import saved

    if len(given) < 2:
        raise RequestError("name two runs or more: the first is what the others are compared with")
    runs, reference = saved.compared([records.open_run(Path(folder)) for folder in given])
    page.show(runs, reference)


def rerun(folder: str) -> bool:
    """Run again; whether anything differs, which is said with its reasons."""
    from simulator import saved

    apart = saved.again(records.open_run(Path(folder)))
    deliver(partial(_text, "".join(f"{text}\n" for text in apart or ["every figure has the same bits"])))
    return bool(apart)


def query(sql: str, where: str, form: Format) -> None:
    """Print the answer to a question in SQL."""
    from simulator import parquet

    parquet.require()
    files = [record.file(TIDY) for record in _found(where)]
    if not files:
        raise RequestError(f"{where}: there are no saved runs: `simulate FILE --output DIR` saves one")
    _table(parquet.query(sql, {"tidy": files}), form)


def _found(where: str) -> list[Record]:
    """The runs that can be read; the others are said on stderr."""
    found = list(records.catalogue(Path(where)))
    for each in found:
        if isinstance(each, RequestError):
            say(f"warning: {each}")
    return [each for each in found if isinstance(each, Record)]


def _row(record: Record) -> dict[str, Any]:
    drawn = record.manifest["draws"] or {}
    return {
        "run": record.folder.as_posix(),
        "time": record.manifest.get("time", ""),
        "scenarios": ", ".join(record.scenarios),
        "draws": drawn.get("draws", ""),
        "seed": drawn.get("seed", ""),
        "version": record.manifest.get("version", ""),
    }


def _table(frame: "pd.DataFrame", form: Format) -> None:
    """A data frame in the format that was asked for."""
    if form is Format.CSV:
        deliver(lambda stream: frame.to_csv(stream, index=False))
    elif form is Format.JSON:
        deliver(partial(_text, frame.to_json(orient="records", force_ascii=False, indent=1) + "\n"))
    else:
        from simulator.report import markdown, terminal
        from simulator.report.sheets import Row, Sheet

        cells = frame.astype(object).where(frame.notna(), "").astype(str).to_numpy().tolist()
        names = [str(name) for name in frame.columns]
        lines = tuple(Row(row[0], tuple(row[1:])) for row in cells)
        writer = terminal.write if form is Format.TABLE else markdown.write
        deliver(partial(writer, [], [Sheet(names[0] if names else "", tuple(names[1:]), lines)]))


def _text(text: str, stream: TextIO) -> None:
    stream.write(text)
