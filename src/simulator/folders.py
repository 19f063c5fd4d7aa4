"""Folders that are there whole or not at all: written under another name, moved into place when they are complete."""

import ctypes
import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from simulator.errors import RequestError

AT_FDCWD, RENAME_EXCHANGE = -100, 2
"""Of Linux' renameat2: paths from the working directory; two names change places at once."""


def write(folder: Path, fill: Callable[[Path], None], *, overwrite: bool) -> None:
    """Fill a folder and put it in its place; one that is there is replaced only when the new one is complete.

    Parameters
    ----------
    fill : writes the contents into the folder it is given
    overwrite : whether one that is there may be replaced, whatever it holds

    Raises
    ------
    RequestError : the folder is there and may not be replaced, or cannot be made there

    """
    require_free(folder, overwrite=overwrite)
    try:
        partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".partial", dir=folder.parent))
    except OSError as error:
        raise RequestError(f"{folder}: cannot be written: {error.strerror}") from error
    try:
        fill(partial)
        partial.chmod(0o777 & ~_umask())
        if folder.exists():
            _exchange(partial, folder)
        else:
            partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def require_free(folder: Path, *, overwrite: bool, advice: str = "name another folder") -> None:
    """Raise RequestError unless a folder may be written there; `advice` is for one that is there already."""
    if folder.name in ("", ".."):
        raise RequestError(f"{folder}: name a new folder, such as {folder / 'run'}")
    if not folder.parent.is_dir():
        raise RequestError(f"{folder}: there is no folder {folder.parent} to write it in")
    if folder.is_symlink() or folder.is_file():
        raise RequestError(f"{folder}: is a {'link' if folder.is_symlink() else 'file'}: name another folder")
    if folder.exists() and not overwrite:
        raise RequestError(f"{folder}: is there already: {advice}")


def _exchange(new: Path, old: Path) -> None:
    """Let two folders change names: at once where the system can, else one after the other."""
    with suppress(AttributeError, OSError):
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.renameat2(AT_FDCWD, os.fsencode(new), AT_FDCWD, os.fsencode(old), RENAME_EXCHANGE) == 0:
            return
    aside = new.with_suffix(".old")
    old.rename(aside)
    new.rename(old)
    aside.rename(new)


def _umask() -> int:
    """The mask of new files."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
