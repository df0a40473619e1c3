"""What the C library keeps of memory that nobody uses any more: little, where it is glibc and can be told."""

from __future__ import annotations

import ctypes
import sys
from typing import Any

ARENA_MAX = -8  # M_ARENA_MAX of malloc.h
ARENAS = 2  # every thread that finds all arenas busy gets one of its own, and each keeps what it once needed


def _library() -> Any:
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "mallopt") and hasattr(library, "malloc_trim") else None


def few_arenas() -> None:
    """From now on the threads share the arenas that there are."""
    if library := _library():
        library.mallopt(ARENA_MAX, ARENAS)


def give_back() -> None:
    """Hands back to the system what is free."""
    if library := _library():
        library.malloc_trim(0)
