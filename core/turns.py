"""Taking turns: many visitors, one interpreter.

A hundred threads that all want to run Python do not run it faster; they take the interpreter from one another every few
milliseconds, and everybody is slow. So whoever shows a page takes a turn, and steps aside while they wait for something
that needs no interpreter: a process of ``core.calculus.worker``, or another thread that computes the same.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate
from math import inf
from time import perf_counter

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, inf)  # seconds


@dataclass(frozen=True)
class Stats:
    """``ended`` turns so far, ``held`` and ``waited`` seconds in all, and how many wait ``now``.

    ``within[k]`` turns took at most BOUNDS[k] seconds from the wish to the end, ``whole`` seconds all together.
    """

    ended: int
    held: float
    waited: float
    whole: float
    now: int
    within: tuple[int, ...]


class Turn:
    """One thread at a time; a thread that has it may take it again within. ``with turn:``"""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._owner: int | None = None
        self._depth = 0
        self._since = 0.0
        self._counting = threading.Lock()  # of what follows; what stands above belongs to whoever has the turn
        self._held = self._waited = self._whole = 0.0
        self._now = 0
        self._counts = [0] * len(BOUNDS)
        self._asked = threading.local()

    def __enter__(self) -> None:
        if self._owner == threading.get_ident():
            self._depth += 1
            return
        self._asked.since = perf_counter()
        self._acquire()
        self._depth = 1

    def __exit__(self, *_: object) -> None:
        self._depth -= 1
        if not self._depth:
            self._release()
            whole = perf_counter() - self._asked.since
            with self._counting:
                self._whole += whole
                self._counts[bisect_left(BOUNDS, whole)] += 1

    @contextmanager
    def aside(self) -> Iterator[None]:
        """While this lasts others may have the turn, if this thread has it; with it again afterwards."""
        if self._owner != threading.get_ident():
            yield
            return
        depth, self._depth = self._depth, 0
        self._release()
        try:
            yield
        finally:
            self._acquire()
            self._depth = depth

    @property
    def stats(self) -> Stats:
        """What has happened so far."""
        with self._counting:
            within = tuple(accumulate(self._counts))
            return Stats(within[-1], self._held, self._waited, self._whole, self._now, within)

    def _acquire(self) -> None:
        with self._counting:
            self._now += 1
        asked = perf_counter()
        try:
            self._lock.acquire()
        finally:
            with self._counting:
                self._now -= 1
        self._owner, self._since = threading.get_ident(), perf_counter()
        with self._counting:
            self._waited += self._since - asked

    def _release(self) -> None:
        held = perf_counter() - self._since
        with self._counting:
            self._held += held
        self._owner = None
        self._lock.release()


showing = Turn()  # of those who run a page
