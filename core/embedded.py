"""A state embedded as a picture: ``/export.png?page=vjp&f=…&at=…&v=…&theme=dark``. The query is the cache key."""

from __future__ import annotations

from core import address
from core.export.kept import Kept
from core.export.options import Options, base_url
from core.export.picture import png
from core.kinds import KINDS, explain, subject
from core.parameters import LANGUAGES, MAX_ADDRESS, choice, parameters
from core.problem import ProblemError

MAX_QUERY = 2 * MAX_ADDRESS  # every character of an address may have been escaped
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
    asked = parameters(query)
    page, theme = asked.get("page", "vjp"), asked.get("theme", "light")
    if page not in KINDS:
        raise ProblemError("unknown_page", field="page", span=(0, len(page)), page=page[:24] or "/")
    choice("theme", THEMES)(theme)
    decoded = address.decode_query(page, asked)
    if decoded.errors:
        raise decoded.errors[0]
    options = Options(theme=theme, lang=decoded.lang or "en", base=base)
    return png([(subject(explain(decoded.problem)), options)])[0]


def language(query: str) -> str:
    """The language that a query asks for, in which it is also refused."""
    asked = parameters(query[:MAX_QUERY]).get("lang", "")
    return asked if asked in LANGUAGES else "en"
