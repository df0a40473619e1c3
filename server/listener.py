"""The uvicorn server that `streamlit run` has started around us: what it has no settings for.

Streamlit makes it and hands it to nobody, so it is found on the stack of the loop that runs us. Where another server
runs the app, nothing is found and nothing is changed.
"""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from collections import Counter
from collections.abc import Callable
from types import FrameType
from typing import Any

import uvicorn

from server.guard import LARGEST, refused

HEADERS_WITHIN = 15.0  # seconds in which a connection must have said what it wants
SILENT = 100  # connections of one client that may be silent for so long; a class behind one address needs some
LOOK = 5.0  # seconds between two looks at the connections


def running() -> tuple[uvicorn.Server, list[socket.socket]] | None:
    """The server under whose ``run`` this is called, and its listening sockets."""
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        server = frame.f_locals.get("self")
        if frame.f_code.co_name == "run" and isinstance(server, uvicorn.Server):
            return server, frame.f_locals.get("sockets") or []
        frame = frame.f_back
    return None


def prepare(server: uvicorn.Server, listening: list[socket.socket]) -> None:
    """Answers leave at once, and no message larger than a page's is even read."""
    for one in listening:
        if one.family in (socket.AF_INET, socket.AF_INET6):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # a connection inherits it: asyncio sets it not
    server.config.ws_max_size = LARGEST


async def hang_up_on_the_silent(server: uvicorn.Server) -> None:
    """Closes connections that have not sent a whole request in HEADERS_WITHIN, for which uvicorn waits for ever.

    Runs until it is cancelled.
    """
    loop, seen = asyncio.get_running_loop(), dict[Any, float]()
    while True:
        await asyncio.sleep(LOOK)
        now = loop.time()
        waiting = {one for one in server.server_state.connections if _waits(one)}
        seen = {one: seen.get(one, now) for one in waiting}
        silent = Counter(_client(one) for one in waiting)
        for one, since in seen.items():
            if now - since > (HEADERS_WITHIN if silent[_client(one)] <= SILENT else 0):
                refused["headers"] += 1
                one.transport.close()


def _waits(connection: Any) -> bool:
    """Whether it is an HTTP connection that nobody has asked anything on yet, or not to the end."""
    return hasattr(connection, "cycle") and connection.cycle is None and not connection.transport.is_closing()


def _client(connection: Any) -> str:
    """Whose it is: the peer, for nothing has been said yet."""
    return connection.client[0] if connection.client else ""


def drain(seconds: float, begin: Callable[[], None]) -> None:
    """On SIGTERM: ``begin`` at once, and what would have happened some seconds later."""
    loop, end = asyncio.get_running_loop(), signal.getsignal(signal.SIGTERM)
    if not callable(end):
        return

    def later(number: int, frame: FrameType | None) -> None:
        begin()
        loop.call_soon_threadsafe(loop.call_later, seconds, end, number, None)

    signal.signal(signal.SIGTERM, later)
