"""A state embedded as a picture: ``/export.png?page=vjp&f=…&at=…&v=…&theme=dark``. The query is the cache key."""

from __future__ import annotations

from core import address as share
from core.export.kept import Kept
from core.export.options import Options, base_url
from core.export.picture import png
from core.kinds.explain import explain
from core.problem import ProblemError

MAX_QUERY = 2 * share.MAX_ADDRESS  # every character of an address may have been escaped
THEMES = ("light", "dark")

_kept = Kept(count=256, size=16 << 20)  # pictures of about 60 KB


def kept(query: str) -> bytes | None:
    """The picture of a query that was drawn before, if it is still there."""
    return _kept.get((query, base_url()))


def picture(query: str) -> bytes:
    """The slide of a problem as a PNG of 1920×1080. ``page`` says which page ("vjp" if it is left out).

    Everybody is shown the same picture, so its link and QR code lead to the configured host (``base_url``) and never
    to one that a request names; without it the link is the address alone and there is no code.

    Raises ProblemError for a query that is too long, a page or theme that does not exist, or a bad problem.
    """
    return kept(query) or _kept.put((query, base_url()), _draw(query, base_url()))


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
