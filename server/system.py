"""What the system is told: to keep little memory that nobody uses any more, and to allow as many sockets as it can."""

from __future__ import annotations

import contextlib
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


def many_descriptors() -> None:
    """As many open files and sockets as the system allows this process, not the few that it begins with."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # not on Windows

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
