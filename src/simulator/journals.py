"""Journals of the event engine as one file, CSV or Parquet by its ending: there whole or not at all."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from simulator import parquet
from simulator.errors import RequestError

SUFFIXES = (".csv", ".parquet")


def require_writable(path: Path) -> None:
    """RequestError unless a journal may be written there."""
    if path.suffix not in SUFFIXES:
        raise RequestError(f"--events-log {path}: name a file that ends in {' or '.join(SUFFIXES)}")
    if not path.parent.is_dir():
        raise RequestError(f"--events-log {path}: there is no folder {path.parent} to write it in")
    if path.is_dir():
        raise RequestError(f"--events-log {path}: is a folder: name a file")
    if not os.access(path.parent, os.W_OK):
        raise RequestError(f"--events-log {path}: the folder {path.parent} cannot be written: choose another")
    if path.suffix == ".parquet":
        parquet.require()


@contextmanager
def collected(path: Path) -> Iterator[Path]:
    """A folder for the journals of replications, beside the file and for as long as they are collected."""
    folder = Path(tempfile.mkdtemp(prefix=f".{path.stem}.", suffix=".partial", dir=path.parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def write(path: Path, folder: Path) -> None:
    """Put the journals of a folder together, in their order, as the file that was asked for."""
    from simulator.events.journal import COLUMNS

    whole = folder / "whole.csv"
    with whole.open("w", encoding="utf-8", newline="") as stream:
        stream.write(",".join(COLUMNS) + "\n")
        for piece in sorted(folder.glob("*-*.csv")):
            with piece.open(encoding="utf-8", newline="") as rows:
                shutil.copyfileobj(rows, stream)
            piece.unlink()
    if path.suffix == ".parquet":
        parquet.from_csv(whole, folder / "whole.parquet", COLUMNS)
        whole = folder / "whole.parquet"
    whole.replace(path)
