"""Figures into files: the ending decides the format, and a file is complete or is not there."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from simulator import extras
from simulator.errors import RequestError
from simulator.placing import in_place
from simulator.report.canvas import DPI

if TYPE_CHECKING:
    from matplotlib.figure import Figure

METADATA: dict[str, dict[str, None]] = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}, ".png": {}}
"""What files say of themselves, by their ending: no date, so that the same plot has the same bytes."""

OF_THE_PATH = {
    *(errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR, errno.EISDIR),
    *(errno.ENAMETOOLONG, errno.EINVAL),
}
"""What is wrong when a path is: another one would do. The rest is the machine's failure, a full disk above all."""


def require_savable(path: Path, option: str = "--save") -> None:
    """RequestError where matplotlib is missing, the ending is no plot's, or the folder cannot be written."""
    extras.require(
        "matplotlib", "matplotlib_fontja", needs="plots need matplotlib and matplotlib-fontja", extra="report"
    )
    if path.suffix.lower() not in METADATA:
        raise RequestError(f"{option} {path}: a plot is a file that ends in {', '.join(METADATA)}")
    with _refused(path, option):
        if not path.parent.is_dir():
            raise RequestError(f"{option} {path}: there is no folder {path.parent}")
        if path.is_dir():
            raise RequestError(f"{option} {path}: is a folder: name a file")
        if not os.access(path.parent, os.W_OK):
            raise RequestError(f"{option} {path}: the folder {path.parent} cannot be written: choose another")


@contextmanager
def _refused(path: Path, option: str) -> Iterator[None]:
    """RequestError where the machine refuses a path."""
    try:
        yield
    except OSError as error:
        if error.errno in OF_THE_PATH:
            raise RequestError(f"{option} {path}: cannot be written: {error.strerror}") from error
        raise


def save(figure: "Figure", path: Path, option: str = "--save") -> None:
    """Write a figure in the format of its file's ending, under another name first; a file that is there is replaced."""
    ending = path.suffix.lower()
    with _refused(path, option), in_place(path) as part, part.open("wb") as file:
        figure.savefig(file, format=ending[1:], dpi=DPI, metadata=METADATA[ending])
