"""How much one client may have: asked of the guard alone, with an app behind it that only listens."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from server import guard
from server.environment import Environment
from server.guard import BURST, LARGEST, RATE, Guard

HEADERS = [(b"host", b"lens.example.edu")]


class Behind:
    """The app behind the guard: accepts a websocket and takes every message."""

    def __init__(self) -> None:
        self.seen: list[Any] = []

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] == "http":
            self.seen.append(scope)
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return
        await receive()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            self.seen.append(message["bytes"])
        self.seen.append(message)


def websocket(peer: str = "203.0.113.5", headers=HEADERS) -> dict:
    return {"type": "websocket", "path": "/_stcore/stream", "client": (peer, 4000), "headers": list(headers)}


def http(path: str, headers=HEADERS) -> dict:
    return {"type": "http", "method": "GET", "path": path, "client": ("203.0.113.5", 4000), "headers": list(headers)}


class Socket:
    """A client's end: what it sends, and what it is told."""

    def __init__(self, *frames: bytes, hold: bool = False) -> None:
        self.messages = [{"type": "websocket.connect"}, *({"type": "websocket.receive", "bytes": f} for f in frames)]
        self.told: list[dict] = []
        self.gone = asyncio.Event()
        if not hold:
            self.gone.set()

    async def receive(self) -> dict:
        if self.messages:
            return self.messages.pop(0)
        await self.gone.wait()
        return {"type": "websocket.disconnect", "code": 1005}

    async def send(self, message: dict) -> None:
        self.told.append(message)

    @property
    def code(self) -> int | None:
        return next((m["code"] for m in self.told if m["type"] == "websocket.close"), None)


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the guard has made messages wait; nobody really waits."""
    slept: list[float] = []
    really = asyncio.sleep

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await really(0)

    monkeypatch.setattr(guard.asyncio, "sleep", sleep)
    return slept


def attend(scope: dict, socket: Socket, settings: Environment = Environment(), behind: Behind | None = None) -> Behind:  # noqa: B008
    behind = behind or Behind()
    asyncio.run(Guard(behind, settings)(scope, socket.receive, socket.send))
    return behind


def test_a_flood_of_messages_waits_and_all_of_them_arrive(naps: list[float]) -> None:
    frames = [bytes([k % 256]) for k in range(60)]
    behind = attend(websocket(), Socket(*frames))
    assert behind.seen[:-1] == frames
    assert len(naps) == pytest.approx(60 - BURST, abs=2)
    assert sum(naps) == pytest.approx((60 - BURST) / RATE, rel=0.1)


def test_who_edits_as_people_do_never_waits(naps: list[float]) -> None:
    attend(websocket(), Socket(*[b"x"] * int(BURST)))
    assert naps == []


def test_a_message_that_is_too_large_ends_the_socket() -> None:
    socket = Socket(b"fine", b"x" * (LARGEST + 1), b"never seen")
    behind = attend(websocket(), socket)
    assert behind.seen[0] == b"fine"
    assert b"never seen" not in behind.seen
    assert socket.code == 1009


def test_a_socket_that_asks_for_nothing_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "SILENCE", 0.05)
    socket = Socket(hold=True)
    attend(websocket(), socket)
    assert socket.code == 1001


def test_one_client_has_so_many_sockets_and_others_have_theirs() -> None:
    async def all_at_once() -> list[int | None]:
        here = Guard(Behind(), Environment(sockets=3, sessions=5))
        peers = ["203.0.113.5"] * 5 + ["203.0.113.6"] * 3
        sockets = [Socket(hold=True) for _ in peers]
        tasks = []
        for peer, socket in zip(peers, sockets, strict=True):
            tasks.append(asyncio.create_task(here(websocket(peer), socket.receive, socket.send)))
            await asyncio.sleep(0.01)
        codes = [socket.code for socket in sockets]
        for socket in sockets:
            socket.gone.set()
        await asyncio.gather(*tasks)
        return codes

    assert asyncio.run(all_at_once()) == [None, None, None, 1013, 1013, None, None, 1013]
    assert not guard.sockets


def test_a_server_that_is_to_end_sends_new_visitors_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "draining", threading.Event())
    guard.draining.set()
    socket = Socket(b"x")
    behind = attend(websocket() | {"extensions": {"websocket.http.response": {}}}, socket)
    assert behind.seen == []
    assert socket.told[0]["status"] == 503


def test_a_page_of_another_host_opens_no_socket() -> None:
    socket = Socket(b"x")
    behind = attend(websocket(headers=[*HEADERS, (b"origin", b"https://evil.example")]), socket)
    assert behind.seen == []
    assert socket.code == 1008


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/vjp", HEADERS, 200),
        ("/vjp", [(b"host", b"x}\\input{y}")], 400),
        ("/_stcore/upload_file/session/file", HEADERS, 404),
        ("/lens/_stcore/metrics", HEADERS, 404),
        ("/_stcore/agent/interact", HEADERS, 404),
        ("/_stcore/health", HEADERS, 200),
    ],
)
def test_what_nobody_needs_is_closed(path: str, headers, status: int) -> None:
    socket = Socket()
    attend(http(path, headers), socket)
    assert socket.told[0]["status"] == status


@pytest.mark.parametrize(("path", "status"), [("/vjp", 400), ("/ready", 200), ("/lens/metrics", 200)])
def test_who_looks_after_the_server_may_ask_under_any_name(path: str, status: int) -> None:
    socket = Socket()
    attend(http(path, [(b"host", b"127.0.0.1:8501")]), socket, Environment(hosts=("lens.example.edu",)))
    assert socket.told[0]["status"] == status


def test_a_forwarded_host_reaches_nobody() -> None:
    behind = attend(http("/export.png", [*HEADERS, (b"x-forwarded-host", b"evil.example")]), Socket())
    assert b"evil.example" not in [value for _, value in behind.seen[0]["headers"]]
