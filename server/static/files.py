"""Files answered from memory: Streamlit's own scripts and styles, and ours, compressed once and kept by the browser."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from hashlib import sha256
from mimetypes import guess_type
from threading import Thread
from typing import Final

import brotli
from anyio import to_thread
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

FOREVER: Final = "public, immutable, max-age=31536000"  # as Streamlit says of its own files, which are named so too
# The better first. Brotli makes Plotly 16 % and Streamlit's scripts 10 % smaller than gzip; more than 9 takes seconds.
ENCODERS: Mapping[str, Callable[[bytes], bytes]] = {
    "br": lambda plain: brotli.compress(plain, quality=9),
    "gzip": lambda plain: gzip.compress(plain, mtime=0),
}
NOTHING = PlainTextResponse("Not Found", status_code=404)  # where Streamlit would answer with its index
TEXT = re.compile(r"text/|.*(?:javascript|json|xml)")


class File:
    """A file as it is sent. What is read and made of it is made at the first request and kept, unless it may change."""

    def __init__(self, name: str, read: Callable[[], bytes], cache: str = FOREVER, changing: bool = False) -> None:
        self.name = name
        self.changing = changing
        self.read = read
        self.cache = cache
        self._bodies: dict[str, bytes] = {}

    @property
    def media_type(self) -> str:
        """As Streamlit says it, which at its start decides what a script's is."""
        return guess_type(self.name)[0] or "application/octet-stream"

    @cached_property
    def tag(self) -> str:
        """Says which content it is."""
        return sha256(self.read()).hexdigest()[:16]

    def encoding(self, accepted: str) -> str:
        """The best that a browser accepts; "" for none."""
        if not TEXT.match(self.media_type):
            return ""
        offers = [offer.replace(" ", "").lower() for offer in accepted.split(",")]
        wanted = {offer.partition(";")[0] for offer in offers if not re.search(r";q=0(\.0*)?$", offer)}
        return next((name for name in ENCODERS if name in wanted), "")

    def body(self, encoding: str) -> bytes:
        """The content, encoded."""
        if encoding not in self._bodies:
            self._bodies[encoding] = ENCODERS[encoding](self.read()) if encoding else self.read()
        return self._bodies[encoding]

    async def response(self, headers: Headers) -> Response:
        """The answer to a request with these headers."""
        if self.changing:
            return await File(self.name, self.read, self.cache).response(headers)
        encoding = self.encoding(headers.get("accept-encoding", ""))
        tag = f'"{await to_thread.run_sync(lambda: self.tag)}{encoding and "-" + encoding}"'
        said = {"Cache-Control": self.cache, "ETag": tag, "Vary": "Accept-Encoding"}
        if tag in re.split(r",\s*(?:W/)?", headers.get("if-none-match", "").removeprefix("W/")):
            return Response(status_code=304, headers=said)
        if encoding:
            said["Content-Encoding"] = encoding
        body = self._bodies.get(encoding) or await to_thread.run_sync(self.body, encoding)
        return Response(body, media_type=self.media_type, headers=said)


class Static:
    """Answers GET and HEAD of known files; everything else passes untouched.

    ``own`` are files for which nobody else answers; ``streamlit`` are all in its ``folder``, which it sends
    uncompressed, and still does where a part of one is asked for or nothing is accepted that we can make. ``early`` are
    the paths of those that the first page needs: they are made ready at the start, in a thread, so that nobody waits.
    """

    def __init__(
        self, app: ASGIApp, own: Mapping[str, File], streamlit: Mapping[str, File], folder: str, early: Iterable[str]
    ) -> None:
        self.app = app
        self.own = own
        self.streamlit = streamlit
        self.folder = folder
        known = {**streamlit, **own}
        Thread(target=_prepare, args=([known[path] for path in early],), daemon=True).start()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        answer = await self._answer(scope) if asked else self.app
        await answer(scope, receive, send)

    async def _answer(self, scope: Scope) -> ASGIApp:
        path, headers = scope["path"].removeprefix(scope.get("root_path", "")), Headers(scope=scope)
        if path in self.own:
            return await self.own[path].response(headers)
        if path not in self.streamlit:
            return NOTHING if path.startswith(self.folder) else self.app
        file = self.streamlit[path]
        compressed = file.encoding(headers.get("accept-encoding", "")) and "range" not in headers
        return await file.response(headers) if compressed else self.app


def _prepare(files: Iterable[File]) -> None:
    for file in files:
        if best := file.encoding(", ".join(ENCODERS)):
            _ = file.tag, file.body(best)
