"""A state embedded as a picture: ``/export.png?page=vjp&f=…&at=…&v=…&theme=dark``. The query is the cache key."""

from __future__ import annotations

from functools import lru_cache

from core import share
from core.explain import explain
from core.export.options import Options
from core.export.picture import png
from core.problem import ProblemError

MAX_QUERY = 2 * share.MAX_ADDRESS  # every character of an address may have been escaped
THEMES = ("light", "dark")


@lru_cache(maxsize=64)
def picture(query: str, base: str = "") -> bytes:
    """The slide of a problem as a PNG of 1920×1080. ``page`` says which page ("vjp" if it is left out).

    Raises ProblemError for a query that is too long, a page or theme that does not exist, or a bad problem.
    """
    if len(query) > MAX_QUERY:
        raise ProblemError(
            "too_long", field="address", span=(MAX_QUERY, len(query)), length=len(query), limit=MAX_QUERY
        )
    parameters = share.parameters(query)
    page, theme = parameters.get("page", "vjp"), parameters.get("theme", "light")
    if page not in share.DEFAULTS:
        raise ProblemError("unknown_page", field="page", span=(0, len(page)), page=page[:24])
    if theme not in THEMES:
        raise ProblemError(
            "not_a_choice", field="theme", span=(0, len(theme)), text=theme[:24], choices=", ".join(THEMES)
        )
    decoded = share.decode_query(page, parameters)
    if decoded.errors:
        raise decoded.errors[0]
    options = Options(theme=theme, lang=decoded.lang or "en", base=base)
    return png([(explain(decoded.problem), options)])[0]
