"""A state embedded as a picture: ``/export.png?page=vjp&f=…&at=…&v=…&theme=dark``. The query is the cache key."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from time import monotonic

from core import share
from core.explain import explain
from core.export.options import Options
from core.export.picture import png
from core.problem import ProblemError

MAX_QUERY = 2 * share.MAX_ADDRESS  # every character of an address may have been escaped
THEMES = ("light", "dark")
KEPT = 64  # pictures, of about 60 KB each

_kept: OrderedDict[tuple[str, str], bytes] = OrderedDict()
_lock = Lock()


def kept(query: str, base: str = "") -> bytes | None:
    """The picture of a query that was drawn before, if it is still there."""
    with _lock:
        if found := _kept.get((query, base)):
            _kept.move_to_end((query, base))
        return found


def picture(query: str, base: str = "") -> bytes:
    """The slide of a problem as a PNG of 1920×1080. ``page`` says which page ("vjp" if it is left out).

    Raises ProblemError for a query that is too long, a page or theme that does not exist, or a bad problem.
    """
    drawn = kept(query, base) or _draw(query, base)
    with _lock:
        _kept[query, base] = drawn
        if len(_kept) > KEPT:
            _kept.popitem(last=False)
    return drawn


def _draw(query: str, base: str) -> bytes:
    if len(query) > MAX_QUERY:
        raise ProblemError(
            "too_long", field="address", span=(MAX_QUERY, len(query)), length=len(query), limit=MAX_QUERY
        )
    parameters = share.parameters(query)
    page, theme = parameters.get("page", "vjp"), parameters.get("theme", "light")
    if page not in share.DEFAULTS:
        raise ProblemError("unknown_page", field="page", span=(0, len(page)), page=page[:24] or "/")
    if theme not in THEMES:
        raise ProblemError(
            "not_a_choice", field="theme", span=(0, len(theme)), text=theme[:24], choices=", ".join(THEMES)
        )
    decoded = share.decode_query(page, parameters)
    if decoded.errors:
        raise decoded.errors[0]
    options = Options(theme=theme, lang=decoded.lang or "en", base=base)
    return png([(explain(decoded.problem), options)])[0]


def language(query: str) -> str:
    """The language that a query asks for, in which it is also refused."""
    asked = share.parameters(query[:MAX_QUERY]).get("lang", "")
    return asked if asked in share.LANGUAGES else "en"


class Allowance:
    """How many pictures each client may have drawn: ``burst`` at once, and ``rate`` more every second.

    It remembers the last ``clients`` only; who was forgotten starts anew.
    """

    def __init__(self, burst: int = 20, rate: float = 1.0, clients: int = 1000) -> None:
        self.burst, self.rate, self.clients = burst, rate, clients
        self.left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, client: str, now: float | None = None) -> bool:
        """Whether the client may have one more, which is then taken off; ``now`` in seconds."""
        now = monotonic() if now is None else now
        left, then = self.left.pop(client, (float(self.burst), now))
        left = min(float(self.burst), left + (now - then) * self.rate)
        self.left[client] = (left - 1 if left >= 1 else left, now)
        if len(self.left) > self.clients:
            self.left.popitem(last=False)
        return left >= 1
