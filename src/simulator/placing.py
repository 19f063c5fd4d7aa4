"""Files that are there whole or not at all: written under another name beside it, moved into place when complete."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def in_place(path: Path) -> Iterator[Path]:
    """A path to write to; what was written is then at `path`, and a file that was there is replaced."""
    part = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        yield part
        part.replace(path)
    finally:
        with suppress(OSError):  # it is in its place, or never was
            part.unlink()
