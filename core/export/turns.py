"""Decks are drawn one after the other: what the drawing of several holds at once is what a server has to have."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from core.allowance import Allowance
from core.problem import ProblemError

MAX_WAITING = 4  # decks; each waits in a thread that others need too
BURST, RATE = 20, 1.0  # files that a visitor may have made at once, and then every second

_one = threading.Lock()
_waiting = threading.BoundedSemaphore(MAX_WAITING + 1)  # and the one whose turn it is


@contextmanager
def turn() -> Iterator[None]:
    """Waits until nobody else draws a deck. Raises ProblemError ``many_exports`` where too many wait already."""
    if not _waiting.acquire(blocking=False):
        raise ProblemError("many_exports")
    try:
        with _one:
            yield
    finally:
        _waiting.release()


class Visitors:
    """What each visitor may have drawn: one thing at a time, and no more than an allowance."""

    def __init__(self, burst: float = BURST, rate: float = RATE) -> None:
        self.allowance = Allowance(burst, rate)
        self._at_work: set[str] = set()
        self._lock = threading.Lock()

    @contextmanager
    def one(self, visitor: str) -> Iterator[None]:
        """While this visitor's is drawn. Raises ProblemError ``one_export`` or ``many_of_yours``."""
        with self._lock:
            if visitor in self._at_work:
                raise ProblemError("one_export")
            if not self.allowance.take(visitor):
                raise ProblemError("many_of_yours")
            self._at_work.add(visitor)
        try:
            yield
        finally:
            with self._lock:
                self._at_work.discard(visitor)
