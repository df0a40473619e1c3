"""Pictures on request: ``/export.png`` for embedding."""

from __future__ import annotations

from functools import cache
from typing import Any

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

drawing = CapacityLimiter(1)  # pictures are drawn one at a time, so that they never slow the pages
MAX_WAITING = 8
BURST, RATE = 20, 1.0  # new pictures that one client may have drawn at once, and then every second


@cache
def allowance() -> Any:
    """What every client may still have drawn; what was drawn before costs nothing, so a class shares a slide freely."""
    from core.allowance import Allowance

    return Allowance(BURST, RATE)


async def picture(request: Request) -> Response:
    """``/export.png?page=vjp&f=…``: the slide of a link, for embedding; cached by address, refused when many wait."""
    from core.embedded import kept, language, picture
    from core.problem import ProblemError
    from core.wording import explain_error

    query = request.scope["query_string"].decode("latin-1")  # never its Host: what is drawn is kept for everybody
    slide = kept(query)
    if slide is None:
        client = request.client.host if request.client else ""
        if drawing.statistics().tasks_waiting >= MAX_WAITING or not allowance().take(client):
            busy = explain_error(language(query), ProblemError("busy"))
            return PlainTextResponse(busy, status_code=429, headers={"Retry-After": "5"})
        try:
            slide = await to_thread.run_sync(picture, query, limiter=drawing)
        except ProblemError as error:
            return PlainTextResponse(explain_error(language(query), error), status_code=400)
    return Response(slide, media_type="image/png", headers={"Cache-Control": "public, max-age=86400"})
