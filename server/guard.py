"""How much one client may have: sockets, and messages in size and number; and what nobody may have.

A message that comes too early waits (the client's own messages pile up behind it, nobody else's); what is too much is
refused before Streamlit sees it.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.clients import client, host, same_origin
from server.environment import Environment, environment

RATE, BURST = 5.0, 20.0  # messages of one socket: a second, and at once
LARGEST = 64 * 1024  # bytes of a message; a page with 8 × 8 matrices sends 4,000
SILENCE = 30.0  # seconds within which a new socket must ask for something
CLOSED = ("/_stcore/upload_file", "/_stcore/metrics", "/_stcore/agent", "/_stcore/script-health-check")
ASKED_BY_ADDRESS = ("/ready", "/metrics", "/_stcore/health")  # by whoever looks after the server, under any name
TRY_AGAIN, TOO_LARGE, GONE = 1013, 1009, 1001  # codes of RFC 6455


class Guard:
    """ASGI middleware that stands before everything else."""

    def __init__(self, app: ASGIApp, environment: Environment | None = None) -> None:
        self.app = app
        self._environment = environment

    @property
    def settings(self) -> Environment:
        """The operator's settings."""
        return self._environment or environment()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        settings = self.settings
        scope["client"] = (client(scope, settings.proxies), (scope.get("client") or ("", 0))[1])
        asked = scope["path"].endswith(ASKED_BY_ADDRESS)
        if host(scope, () if asked else settings.hosts) is None:
            await self._refuse(scope, receive, send, "host", 400)
        elif any(path in scope["path"] for path in CLOSED):
            await self._refuse(scope, receive, send, "closed", 404)
        elif scope["type"] == "http":
            await self.app(_unforwarded(scope), receive, send)
        elif not same_origin(scope):
            await self._refuse(scope, receive, send, "origin", 403)
        else:
            await self._socket(scope, receive, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, why: str, status: int) -> None:
        refused[why] += 1
        if scope["type"] == "http":
            await PlainTextResponse(REASONS[why], status_code=status)(scope, receive, send)
        else:
            await receive()
            await send({"type": "websocket.close", "code": 1008})  # before it is accepted: 403

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        who, settings = scope["client"][0], self.settings
        if draining.is_set():
            await _elsewhere(scope, receive, send)
            return
        if sockets[who] >= settings.sockets or sockets.total() >= settings.sessions:
            refused["sockets"] += 1
            await receive()
            spoken = next(iter(scope.get("subprotocols", ())), None)
            await send({"type": "websocket.accept", "subprotocol": spoken})  # a close code reaches a browser only then
            await send({"type": "websocket.close", "code": TRY_AGAIN})
            return
        sockets[who] += 1
        try:
            await self.app(scope, _Paced(receive, send).receive, send)
        finally:
            sockets[who] -= 1
            if not sockets[who]:
                del sockets[who]


async def _elsewhere(scope: Scope, receive: Receive, send: Send) -> None:
    """This server is about to end: 503, upon which a proxy asks the next one."""
    refused["draining"] += 1
    await receive()
    if "websocket.http.response" in scope.get("extensions", {}):
        await send({"type": "websocket.http.response.start", "status": 503, "headers": []})
        await send({"type": "websocket.http.response.body", "body": b""})
    else:
        await send({"type": "websocket.close", "code": TRY_AGAIN})


class _Paced:
    """The messages of one socket: not too many, not too large, and one soon."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self._left, self._then = BURST, time.monotonic()
        self._heard = False

    async def receive(self) -> Message:
        """The next message, when it is its turn."""
        message = await self._first() if not self._heard else await self._receive()
        if message["type"] != "websocket.receive":
            return message
        self._heard = True
        if len(message.get("bytes") or message.get("text") or b"") > LARGEST:
            return await self._close(TOO_LARGE, "size")
        await self._wait()
        return message

    async def _first(self) -> Message:
        try:
            return await asyncio.wait_for(self._receive(), SILENCE)
        except TimeoutError:
            return await self._close(GONE, "silence")

    async def _wait(self) -> None:
        now = time.monotonic()
        self._left = min(BURST, self._left + (now - self._then) * RATE)
        self._then = now
        if self._left < 1:
            held["messages"] += 1
            await asyncio.sleep((1 - self._left) / RATE)
            self._left, self._then = 1.0, time.monotonic()
        self._left -= 1

    async def _close(self, code: int, why: str) -> Message:
        refused[why] += 1
        await self._send({"type": "websocket.close", "code": code})
        return {"type": "websocket.disconnect", "code": code}


def _unforwarded(scope: Scope) -> Scope:
    """Without what a visitor may have written into X-Forwarded-Host: nothing of ours is to believe it."""
    headers = MutableHeaders(scope=scope)
    del headers["x-forwarded-host"]
    return scope


REASONS = {"host": "This is not the name of a host that is served here.", "closed": "Not found"}
draining = threading.Event()  # set when this server is to end: whoever is here may finish, nobody new comes
sockets: Counter[str] = Counter()  # open now, by client
refused: Counter[str] = Counter()  # since the start, by reason
held: Counter[str] = Counter()  # messages that came too early and had to wait
