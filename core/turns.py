"""Taking turns: many visitors, one interpreter.

A hundred threads that all want to run Python do not run it faster; they take the interpreter from one another every few
milliseconds, and everybody is slow. So whoever shows a page takes a turn, and steps aside while they wait for something
that needs no interpreter: a process of ``core.calculus.worker``, or another thread that computes the same.

Whoever has had much of it lately stands in line as if they had come later, but never so late that they wait for ever.
"""

from __future__ import annotations

import threading
from bisect import bisect_left, insort
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import accumulate
from math import inf
from time import perf_counter

from core.allowance import Allowance

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, inf)  # seconds
FREE, FORGIVEN = 0.1, 0.01  # seconds of the turn that a caller may have at once, and then every second
LATER, LATEST = 10.0, 3.0  # seconds later for every second beyond that, and at most


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


@dataclass(eq=False)
class _Place:
    """One who waits in line; ``since`` is when they came, or are taken to have come."""

    since: float
    called: threading.Event = field(default_factory=threading.Event)


class Turn:
    """One thread at a time; a thread that has it may take it again within. ``with turn:``

    ``caller`` says who wants it, in the thread that does; "" is nobody in particular, to whom nothing is charged.
    """

    def __init__(self, caller: Callable[[], str] = str) -> None:
        self.caller = caller
        self._used = Allowance(FREE, FORGIVEN)
        self._queueing = threading.Lock()  # of the line, and whether anybody has the turn
        self._line: list[_Place] = []
        self._taken = False
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
            self._stand_in_line(self._place())
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
        if caller := self.caller():
            self._used.spend(caller, held)
        self._owner = None
        self._call_next()

    def _place(self) -> _Place:
        caller = self.caller()
        beyond = max(0.0, -self._used.left(caller)) if caller else 0.0
        return _Place(self._asked.since + min(LATEST, LATER * beyond))

    def _stand_in_line(self, place: _Place) -> None:
        with self._queueing:
            if not self._taken:
                self._taken = True
                return
            insort(self._line, place, key=lambda place: place.since)
        try:
            place.called.wait()
        except BaseException:
            self._leave(place)
            raise

    def _leave(self, place: _Place) -> None:
        """Gives up a place in line, or the turn if that has come meanwhile."""
        with self._queueing:
            waits = place in self._line
            if waits:
                self._line.remove(place)
        if not waits:
            self._call_next()

    def _call_next(self) -> None:
        with self._queueing:
            self._taken = bool(self._line)
            if self._line:
                self._line.pop(0).called.set()


showing = Turn()  # of those who run a page
