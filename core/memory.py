"""What is the same for everybody is computed once, and remembered within bounds of number and of bytes."""

from __future__ import annotations

import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import update_wrapper
from gc import get_referents
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any, Generic, ParamSpec, TypeVar

from core.turns import showing

P = ParamSpec("P")
R = TypeVar("R")
SHARED = (type, ModuleType, FunctionType, BuiltinFunctionType)  # not owned by what refers to them
MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Stats:
    """How often the answer was there, and how often not; what is remembered now: entries, and estimated bytes."""

    hits: int
    misses: int
    currsize: int
    bytes: int


@dataclass
class _Flight:
    """An answer that is being computed, by a thread for whose end others wait."""

    done: threading.Event
    error: Exception | None = None


class Remembered(Generic[P, R]):
    """A function whose answers are remembered; ``remembered`` makes one."""

    def __init__(self, function: Callable[P, R], entries: int, megabytes: float) -> None:
        update_wrapper(self, function)
        self.name = function.__name__
        self._function, self._entries, self._limit = function, entries, int(megabytes * MEBIBYTE)
        self._kept: OrderedDict[Hashable, tuple[R, int]] = OrderedDict()
        self._flights: dict[Hashable, _Flight] = {}
        self._lock = threading.Lock()
        self._bytes = self._hits = self._misses = 0
        everything.append(self)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        key = (*args, *kwargs.items())
        while True:
            with self._lock:
                if found := self._kept.get(key):
                    self._kept.move_to_end(key)
                    self._hits += 1
                    return found[0]
                flight = self._flights.get(key)
                if flight is None:
                    flight = self._flights[key] = _Flight(threading.Event())
                    self._misses += 1
                    break
            with showing.aside():
                flight.done.wait()
            if flight.error:
                raise flight.error.with_traceback(None)
        return self._compute(key, flight, args, kwargs)

    def _compute(self, key: Hashable, flight: _Flight, args: Any, kwargs: Any) -> R:
        try:
            answer = self._function(*args, **kwargs)
            self._keep(key, answer)
            return answer
        except Exception as error:  # told to those who wait; whoever asks later tries again
            flight.error = error
            raise
        finally:
            with self._lock:
                del self._flights[key]
            flight.done.set()

    def _keep(self, key: Hashable, answer: R) -> None:
        size = weigh(key, self._limit) + weigh(answer, self._limit)
        if size >= self._limit:
            return
        with self._lock:
            self._kept[key] = answer, size
            self._bytes += size
            while len(self._kept) > self._entries or self._bytes > self._limit:
                self._bytes -= self._kept.popitem(last=False)[1][1]

    def cache_info(self) -> Stats:
        """What is remembered, by the name that functools gives it."""
        with self._lock:
            return Stats(self._hits, self._misses, len(self._kept), self._bytes)

    def cache_clear(self) -> None:
        """Forgets everything."""
        with self._lock:
            self._kept.clear()
            self._bytes = 0


everything: list[Remembered[..., Any]] = []


def remembered(*, entries: int, megabytes: float) -> Callable[[Callable[P, R]], Remembered[P, R]]:
    """Remembers the last answers: at most so many, and at most so many megabytes of them.

    While one thread computes an answer, others who want the same wait for it. An exception is told to those who wait
    and is not remembered. The arguments must be hashable.
    """
    return lambda function: Remembered(function, entries, megabytes)


def weigh(value: object, most: int = sys.maxsize) -> int:
    """Bytes of an object and of everything that only it, as far as one can see, refers to; ``most`` ends the count."""
    seen, todo, size = {id(value)}, [value], 0
    while todo and size < most:
        one = todo.pop()
        size += sys.getsizeof(one, 0)
        for other in get_referents(one):
            if id(other) not in seen and not isinstance(other, SHARED):
                seen.add(id(other))
                todo.append(other)
    return size
