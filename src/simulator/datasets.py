"""The runs of a sweep as a folder of Parquet files, one for each block, that a later command goes on with.

A block is written under another name and moved into place under one that holds its checksum, so that each file is its
own record: what is there under its name is whole, what is not what its name says is run again. Blocks are the same bits
whoever made them, and in whatever order.
"""

import hashlib
import json
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from simulator import folders, parquet
from simulator.arrays import Floats
from simulator.errors import RequestError
from simulator.placing import UNFINISHED, digest, in_place
from simulator.sweeps import Sweep
from simulator.workers import Map

HEAD, BLOCKS = "sweep.json", "blocks"
FORMAT = 1
POINT = "point"
"""Column with the number of a run, from 0."""

LEFT = f".*{UNFINISHED}"
"""Files that were not written to their end."""

SHOWN = 16
"""Digits of a fingerprint that are told."""

ROOM = 1.05
"""Bytes of a file for each byte of its numbers."""

_NAME = re.compile(r"(?P<block>\d{7})\.(?P<sha>[0-9a-f]{64})\.parquet")


@dataclass(frozen=True)
class Dataset:
    """The folder of a sweep."""

    folder: Path
    fingerprint: str

    @property
    def blocks(self) -> dict[int, Path]:
        """Files of the blocks that are there."""
        files = sorted((self.folder / BLOCKS).iterdir())
        return {int(match["block"]): path for path in files if (match := _NAME.fullmatch(path.name))}

    def fill(self, sweep: Sweep, first: int, mapped: Map) -> Iterator[int]:
        """Run the blocks, from `first` on, that are not there; the number of each once it is in its place.

        Raises
        ------
        RequestError : before anything is run, the disk has no room.  OSError : it turned out to have none

        """
        there = self.blocks
        missing = [block for block in range(first, sweep.blocks) if block not in there]
        require_room(self.folder, sweep, min(len(missing) * sweep.per_block * sweep.design.rows, sweep.runs))
        for block, written in zip(missing, mapped(partial(encoded, sweep), missing), strict=True):
            self._put(block, written)
            yield block

    def results(self, sweep: Sweep, first: int = 0) -> Iterator[Floats]:
        """Results (O, R) of the blocks from one on, in order, as they were saved."""
        there, wanted = self.blocks, names(sweep)[1 + len(sweep.names) :]
        for block in range(first, sweep.blocks):
            yield parquet.columns(there[block], wanted)

    def discard_damaged(self) -> list[int]:
        """Take away files that are not what was written, and say which blocks they were; they are run again."""
        damaged = [block for block, path in self.blocks.items() if digest(path) != path.name.split(".")[1]]
        for block in damaged:
            self.blocks[block].unlink()
        return damaged

    def _put(self, block: int, written: bytes) -> None:
        """Write a block and move it into place."""
        with in_place(self.folder / BLOCKS / f"{block:07}.{hashlib.sha256(written).hexdigest()}.parquet") as part:
            part.write_bytes(written)


def opened(folder: Path, sweep: Sweep, more: Mapping[str, Any], *, width: float | None = None) -> Dataset:
    """The folder of a sweep, made if it is not there; RequestError where there is something else.

    Parameters
    ----------
    more : said of the sweep in its file, and no part of its fingerprint
    width : of the intervals until which it goes on, by which it is another sweep

    """
    parquet.require()
    path, fingerprint = folder / HEAD, sweep.fingerprint
    if width is not None:
        fingerprint = hashlib.sha256(f"{fingerprint}/{width!r}".encode()).hexdigest()
    if path.is_file():
        found = _fingerprint(path)
        if found != fingerprint:
            text = f"holds another sweep ({found[:SHOWN]}, this one is {fingerprint[:SHOWN]})"
            raise RequestError(f"{folder}: {text}: name another folder, or give the command that made it")
    else:
        _require_new(folder)
        require_room(folder.parent, sweep, sweep.runs)
        try:
            (folder / BLOCKS).mkdir(parents=True, exist_ok=True)
        except PermissionError as error:
            raise RequestError(f"{folder}: the folder {folder.parent} cannot be written: choose another") from error
        head = {
            "format": FORMAT,
            "fingerprint": fingerprint,
            **sweep.told,
            "columns": names(sweep),
            "inputs": sweep.spans,
            **more,
        }
        with in_place(path) as part:
            part.write_text(f"{json.dumps(head, ensure_ascii=False, indent=1)}\n", encoding="utf-8")
    for left in (folder / BLOCKS).glob(LEFT):
        left.unlink(missing_ok=True)
    return Dataset(folder, fingerprint)


def require_room(folder: Path, sweep: Sweep, runs: int) -> None:
    """RequestError where so many runs of a sweep find no room on the disk of a folder."""
    needed, free = ROOM * 8 * runs * len(names(sweep)), shutil.disk_usage(folder).free
    if needed > free:
        text = f"{runs:,} runs of {len(names(sweep))} figures take about {_size(needed)}"
        raise RequestError(f"{folder}: {text}, and {_size(free)} are free: take fewer runs or --outcome")


def names(sweep: Sweep) -> list[str]:
    """Columns of a block: the number of the run, what varies, the outcomes."""
    return [POINT, *sweep.names, *map(str, sweep.model.outcomes)]


def encoded(sweep: Sweep, block: int) -> bytes:
    """The file of a block, which is run for it."""
    results = sweep.outputs(block)
    first = block * sweep.per_block * sweep.design.rows
    point = np.arange(first, first + results.shape[1])
    return parquet.encoded(dict(zip(names(sweep), [point, *sweep.inputs(block), *results], strict=True)))


def _require_new(folder: Path) -> None:
    folders.require_free(folder, overwrite=True)
    if folder.is_dir() and any(path.name != BLOCKS and not path.match(LEFT) for path in folder.iterdir()):
        raise RequestError(f"{folder}: is there already and holds no {HEAD}: name another folder")


def _fingerprint(path: Path) -> str:
    try:
        head = json.loads(path.read_text(encoding="utf-8"))
        newer, found = head["format"] > FORMAT, str(head["fingerprint"])
    except (ValueError, KeyError, TypeError) as error:
        raise RequestError(f"{path}: is damaged: name another folder") from error
    if newer:
        raise RequestError(f"{path}: was made by a newer version: update this one")
    return found


def _size(many: float) -> str:
    return f"{many / 1e9:,.1f} GB" if many >= 1e8 else f"{many / 1e6:,.1f} MB"
