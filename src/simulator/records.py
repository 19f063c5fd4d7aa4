"""Run folders and their manifests: what a run was made of, and whether its files are still what was written."""

import json
import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from simulator import __version__, folders
from simulator.errors import RequestError
from simulator.placing import digest

MANIFEST = "manifest.json"
FORMAT = 1
"""Of run folders; a higher one was made by a newer version."""

LIBRARIES = ("numpy", "scipy", "pandas", "crick", "pydantic", "PyYAML", "duckdb", "xlsxwriter")
"""What figures and files are made with."""
DEEPEST = 3
"""Folders below the one that is searched for runs."""


@dataclass(frozen=True)
class Record:
    """A saved run: its folder and what its manifest says."""

    folder: Path
    manifest: Mapping[str, Any]

    @property
    def scenarios(self) -> list[str]:
        """Names of the scenarios, in the order in which they were asked for."""
        return [str(each["name"]) for each in self.manifest["scenarios"]]

    def file(self, name: str) -> Path:
        """A file of the folder; RequestError if it is not what was written."""
        path, written = self.folder / name, self.manifest["files"].get(name)
        if written is None:
            raise RequestError(f"{self.folder}: the run has no {name}")
        if not path.is_file() or digest(path) != written:
            state = "has been changed" if path.is_file() else "is missing"
            raise RequestError(f"{path}: {state} since the run was saved: save it again, its command is in {MANIFEST}")
        return path


def manifest(command: Sequence[str], contents: Mapping[str, Any], inputs: Sequence[Path]) -> dict[str, Any]:
    """What is known of a run before its files are written; `contents` say what was run and how."""
    return {
        "format": FORMAT,
        "version": __version__,
        "python": platform.python_version(),
        "libraries": {name: metadata.version(name) for name in LIBRARIES},
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": list(command),
        **contents,
        "inputs": [{"path": str(path), "sha256": digest(path)} for path in inputs],
    }


def seal(folder: Path, known: Mapping[str, Any]) -> None:
    """Write the manifest with the digest of every file of a folder: the last thing that is written."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    listed = {path.relative_to(folder).as_posix(): digest(path) for path in files}
    text = json.dumps({**known, "files": listed}, ensure_ascii=False, indent=1)
    (folder / MANIFEST).write_text(f"{text}\n", encoding="utf-8")


def open_run(folder: Path) -> Record:
    """The run of a folder; RequestError where there is none that can be read."""
    path = folder / MANIFEST
    if not path.is_file():
        raise RequestError(f"{folder}: is no run folder: `simulate FILE --output {folder}` writes one")
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
        made_by = read["format"]
        complete = all(isinstance(read[name], list | dict) for name in ("scenarios", "files", "inputs", "command"))
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise RequestError(f"{path}: is damaged: save the run again") from error
    if not isinstance(made_by, int) or not complete:
        raise RequestError(f"{path}: is damaged: save the run again")
    if made_by > FORMAT:
        raise RequestError(f"{path}: was made by version {read.get('version')}, which is newer: update this one")
    return Record(folder, read)


def catalogue(where: Path) -> Iterator[Record | RequestError]:
    """Every run in a folder or a little below it, the newest first; what cannot be read as the error it is."""
    opened: list[Record | RequestError] = []
    for folder in folders_with(where, MANIFEST):
        try:
            opened.append(open_run(folder))
        except RequestError as error:
            opened.append(error)
    yield from sorted(opened, key=_age, reverse=True)


def folders_with(where: Path, name: str) -> list[Path]:
    """Folders that hold a file of this name, in `where` or a little below it; RequestError where that is no folder."""
    if not where.is_dir():
        raise RequestError(f"{where}: there is no such folder")
    depths = ("*/" * depth for depth in range(DEEPEST + 1))
    found = [path.parent for depth in depths for path in where.glob(f"{depth}{name}")]
    return [folder for folder in found if not folder.name.startswith(".")]


def _age(found: Record | RequestError) -> str:
    return str(found.manifest.get("time", "")) if isinstance(found, Record) else ""


def require_free(folder: Path, *, overwrite: bool) -> None:
    """Raise RequestError unless a run may be saved there: of what is there, nothing but a run's own files may go."""
    for above in folder.absolute().parents:
        if (above / MANIFEST).is_file() and _is_run(above):
            raise RequestError(f"{folder}: is inside the run folder {above}: name another folder")
    advice = "name another folder, or add --overwrite to replace a run"
    folders.require_free(folder, overwrite=overwrite and folder.is_dir() and _only_a_run(folder), advice=advice)


def write(folder: Path, fill: Callable[[Path], None], *, overwrite: bool) -> None:
    """A run folder, whole or not at all."""
    require_free(folder, overwrite=overwrite)
    folders.write(folder, fill, overwrite=overwrite)


def _is_run(folder: Path) -> bool:
    try:
        open_run(folder)
    except RequestError:
        return False
    return True


def _only_a_run(folder: Path) -> bool:
    """True where a folder holds a run and nothing else; RequestError that says what it holds where it does not."""
    if not (folder / MANIFEST).is_file():
        raise RequestError(f"{folder}: is there already and is no run: name another folder")
    written = {*open_run(folder).manifest["files"], MANIFEST}
    there = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())
    others = [name for name in there if name not in written]
    if others:
        some = ", ".join(others[:3]) + (" ..." if len(others) > 3 else "")
        raise RequestError(f"{folder}: holds what is no part of the run ({some}): move it away, or name another folder")
    return True
