"""Files that are there whole or not at all: written under another name beside it, moved into place when complete."""

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

UNFINISHED = ".unfinished"
"""How names of files end that are still written; one is left where the machine fails before it can be taken away."""


@contextmanager
def in_place(path: Path) -> Iterator[Path]:
    """A path to write to; what was written is then at `path`, and a file that was there is replaced."""
    part = path.with_name(f".{secrets.token_hex(8)}{UNFINISHED}")
    try:
        yield part
        part.replace(path)
    finally:
        with suppress(OSError):  # it is in its place, or never was
            part.unlink()


def digest(path: Path) -> str:
    """SHA-256 of a file, by which it is known whether it is still what was written."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
