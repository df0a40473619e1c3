"""How much each client may have of something: pictures, exports, messages, seconds of a worker."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from time import monotonic


class Allowance:
    """``burst`` at once, and ``rate`` more every second, for each client by itself. Any number of threads may ask.

    It remembers the last ``clients`` only; who was forgotten starts anew. ``now`` is in seconds, by default those of
    ``monotonic``.
    """

    def __init__(self, burst: float, rate: float, clients: int = 1000) -> None:
        self.burst, self.rate, self.clients = float(burst), rate, clients
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # what a client had, and when
        self._lock = Lock()

    def take(self, client: str, now: float | None = None) -> bool:
        """Whether the client may have one more, which is then taken off."""
        with self._lock:
            left = self._now(client, now)
            if left >= 1:
                self._left[client] = (left - 1, self._left[client][1])
            return left >= 1

    def spend(self, client: str, amount: float, now: float | None = None) -> None:
        """Takes off what the client has had already, be it more than was left."""
        with self._lock:
            left = self._now(client, now)
            self._left[client] = (left - amount, self._left[client][1])

    def left(self, client: str, now: float | None = None) -> float:
        """What the client may still have; below 0 for one who had more than that."""
        with self._lock:
            return self._now(client, now)

    def knows(self, client: str) -> bool:
        """Whether the client has had any lately."""
        with self._lock:
            return client in self._left

    def _now(self, client: str, now: float | None) -> float:
        now = monotonic() if now is None else now
        left, then = self._left.pop(client, (self.burst, now))
        left = min(self.burst, left + (now - then) * self.rate)
        self._left[client] = (left, now)
        if len(self._left) > self.clients:
            self._left.popitem(last=False)
        return left
