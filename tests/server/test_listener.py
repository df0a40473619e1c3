"""What the server that runs us has no settings for."""

from __future__ import annotations

import asyncio
import signal
import socket
from types import SimpleNamespace

import pytest

from server import listener


class Connection:
    """One connection of uvicorn's: ``cycle`` is None until a whole request is there."""

    def __init__(self, cycle: object = None, client: str = "203.0.113.5") -> None:
        self.cycle, self.closed, self.client = cycle, False, (client, 4000)
        self.transport = SimpleNamespace(close=self.close, is_closing=lambda: self.closed)

    def close(self) -> None:
        self.closed = True


def test_an_accepted_connection_sends_at_once() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        server = SimpleNamespace(config=SimpleNamespace(ws_max_size=10**9))
        listener.prepare(server, [listening])
        with socket.create_connection(listening.getsockname()), listening.accept()[0] as accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert server.config.ws_max_size == listener.LARGEST


def test_who_never_says_what_they_want_is_hung_up_on_and_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "LOOK", 0.01)
    monkeypatch.setattr(listener, "HEADERS_WITHIN", 0.05)
    silent, asking = Connection(), Connection(cycle=object())

    async def watch() -> None:
        server = SimpleNamespace(server_state=SimpleNamespace(connections={silent, asking}))
        watching = asyncio.create_task(listener.hang_up_on_the_silent(server))
        while not silent.closed:
            await asyncio.sleep(0.01)
        watching.cancel()

    asyncio.run(asyncio.wait_for(watch(), 20))
    assert not asking.closed


def test_a_client_with_hundreds_of_silent_connections_loses_them_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "LOOK", 0.01)
    many = {Connection(client="203.0.113.5") for _ in range(listener.SILENT + 1)}
    other = Connection(client="203.0.113.6")

    async def watch() -> None:
        server = SimpleNamespace(server_state=SimpleNamespace(connections={*many, other}))
        watching = asyncio.create_task(listener.hang_up_on_the_silent(server))
        while not all(one.closed for one in many):
            await asyncio.sleep(0.01)
        watching.cancel()

    asyncio.run(asyncio.wait_for(watch(), 20))
    assert not other.closed


def test_a_server_that_is_to_end_says_so_first() -> None:
    told: list[str] = []

    async def end() -> None:
        done = asyncio.Event()
        loop = asyncio.get_running_loop()
        before = signal.signal(signal.SIGTERM, lambda *_: (told.append("ends"), loop.call_soon_threadsafe(done.set)))
        try:
            listener.drain(0.05, lambda: told.append("drains"))
            signal.raise_signal(signal.SIGTERM)
            assert told == ["drains"]
            await asyncio.wait_for(done.wait(), 20)
        finally:
            signal.signal(signal.SIGTERM, before)

    asyncio.run(end())
    assert told == ["drains", "ends"]
