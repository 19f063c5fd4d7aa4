"""Memory of blocks: freed arrays are used again."""

import ctypes
from contextlib import suppress

MALLOC_OPTIONS, KEPT = (-3, -1), 1 << 30
"""Of glibc's mallopt, thresholds of mapping and of trimming: so many bytes of freed memory are kept, not given back."""


def keep_freed() -> None:
    """Let freed arrays be used again by the next block: mapping them anew takes as long as filling them."""
    with suppress(AttributeError, OSError):
        for option in MALLOC_OPTIONS:
            ctypes.CDLL(None).mallopt(option, KEPT)
