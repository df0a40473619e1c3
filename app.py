"""The server: Streamlit around pages/frame.py, with what must be ready before the first visitor comes."""

import gc
import re
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any

import streamlit as st
from anyio import CapacityLimiter, to_thread
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.share import DEFAULTS

LATER = ("core.export", "pandas", "pyarrow")  # imported anyway: the first by a page, the others by its first component


@asynccontextmanager
async def ready(_app: st.App) -> AsyncIterator[dict[str, Any]]:
    """Import torch and SymPy (2.5 s) before the first visitor, not during their first run."""
    from core import worker
    from core.explain import explain

    worker.start()
    for problem in DEFAULTS.values():
        explain(problem)
    for later in LATER:
        import_module(later)
    gc.freeze()  # Streamlit collects garbage after every run: 140 ms with torch's objects, nothing without
    yield {}


INDEX = (Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
SCRIPTS = ("katex/katex.min.js", "js/maths.js", "js/matrix.js", "js/numbers.js", "js/bus.js", "js/links.js")
HEAD = "".join(
    (
        "<title>Jacobian Lens</title>",
        '<meta name="description" content="What does y.backward(v) compute? The Jacobian, its weighted rows, x.grad.">',
        '<link rel="stylesheet" href="./app/static/lens.css">',
        *(f'<link rel="modulepreload" href="./app/static/{script}">' for script in SCRIPTS),
    )
)


SHELL = INDEX.replace("<title>Streamlit</title>", HEAD).replace("./favicon.png", "./app/static/icon.svg")


def shell(_request: Request) -> Response:
    """Streamlit's index.html with our name on it, and our styles and scripts told of at once.

    Streamlit itself brings them only with the first run; until then a page would stand there unstyled and then jump.
    """
    return HTMLResponse(SHELL, headers={"Cache-Control": "no-cache"})


def content_policy() -> str:
    """What a page may load: only from here, and no script but Streamlit's own and the components' blobs."""
    inline = re.findall(r"<script>(.*?)</script>", INDEX, re.DOTALL)
    hashes = " ".join(f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in inline)
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' blob: {hashes}",  # blob: is how Streamlit imports a component's script
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "frame-src 'none'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        )
    )


class SecurityHeaders:
    """Adds the headers to every HTTP response; other traffic passes untouched."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.headers = [
            (b"content-security-policy", content_policy().encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"no-referrer"),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *self.headers]}
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)


def plotly(_request: Request) -> Response:
    """The script of the 3-D pictures, fetched by a browser when the first one is opened, and kept for a week."""
    from core import figures

    headers = {"Content-Encoding": "gzip", "Cache-Control": "public, max-age=604800"}
    return Response(figures.script(), media_type="text/javascript", headers=headers)


drawing = CapacityLimiter(1)  # pictures are drawn one at a time, so that they never slow the pages
MAX_WAITING = 8
BURST, RATE = 20, 1.0  # new pictures that one client may have drawn at once, and then every second


@cache
def allowance() -> Any:
    """What every client may still have drawn; what was drawn before costs nothing, so a class shares a slide freely."""
    from core.export.embedded import Allowance

    return Allowance(BURST, RATE)


async def picture(request: Request) -> Response:
    """``/export.png?page=vjp&f=…``: the slide of a link, for embedding; cached by address, refused when many wait."""
    from core.export import base_url
    from core.export.embedded import kept, language, picture
    from core.problem import ProblemError
    from core.words import explain_error

    query, base = request.url.query, base_url() or str(request.base_url)
    slide = kept(query, base)
    if slide is None:
        client = request.client.host if request.client else ""
        if drawing.statistics().tasks_waiting >= MAX_WAITING or not allowance().take(client):
            busy = explain_error(language(query), ProblemError("busy"))
            return PlainTextResponse(busy, status_code=429, headers={"Retry-After": "5"})
        try:
            slide = await to_thread.run_sync(picture, query, base, limiter=drawing)
        except ProblemError as error:
            return PlainTextResponse(explain_error(language(query), error), status_code=400)
    return Response(slide, media_type="image/png", headers={"Cache-Control": "public, max-age=86400"})


pages = [Route(f"/{page}", shell) for page in ("", *DEFAULTS)]
routes = [*pages, Route("/plotly.js", plotly), Route("/export.png", picture)]
app = st.App("pages/frame.py", lifespan=ready, routes=routes, middleware=[Middleware(SecurityHeaders)])
