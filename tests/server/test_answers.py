"""What the server answers to requests that no browser makes; asked without a network."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.guard import Guard
from server.pictures import picture
from server.security import SecurityHeaders
from server.security import broken as answer_broken

OURS = ("content-security-policy", "x-content-type-options", "referrer-policy")


def broken(_request: Request) -> Response:
    raise RuntimeError("a slip of ours")


served = Starlette(
    routes=[Route("/broken", broken), Route("/export.png", picture), Route("/lens/export.png", picture)],
    middleware=[Middleware(SecurityHeaders), Middleware(Guard)],
    exception_handlers={Exception: answer_broken},
)


def ask(path: str, query: str = "", host: str | None = "lens.example.edu") -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of one answer."""
    scope: dict[str, Any] = {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode("latin-1"),
        "headers": [(b"host", host.encode("latin-1"))] if host is not None else [],
        "client": ("127.0.0.1", 1),
    }
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    async def run() -> None:
        with suppress(RuntimeError):  # Starlette raises it again when it has answered, for the server's log
            await served(scope, receive, send)

    asyncio.run(run())
    head = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], head, b"".join(message.get("body", b"") for message in sent[1:])


def test_what_went_wrong_is_answered_with_our_headers_and_without_its_reason():
    status, headers, body = ask("/broken")
    assert status == 500
    assert set(OURS) <= headers.keys()
    assert b"slip" not in body


def test_the_app_answers_so():
    import app

    assert app.app._exception_handlers[Exception] is answer_broken


@pytest.mark.parametrize(
    "host", ["x" * 5_000, "x}\\input{y}", "[", "<script>", "a@b", "a b", "x:99999999", "\xff", "x/../..//"]
)
def test_a_picture_for_a_host_that_is_none_is_refused(host: str):
    status, headers, body = ask("/export.png", "page=vjp", host)
    assert status == 400
    assert set(OURS) <= headers.keys()
    assert len(body) < 400


@pytest.mark.parametrize("host", [None, "", "lens.example.edu:8501", "[::1]:8501"])
def test_a_picture_is_drawn_whatever_host_it_is_asked_of(host: str | None):
    status, _, body = ask("/export.png", "page=vjp&f=x^2&at=x:3", host)
    assert status == 200
    assert body.startswith(b"\x89PNG")


def test_a_query_that_is_no_text_is_refused():
    status, headers, _ = ask("/export.png", "page=vjp&f=\xff\xfe")
    assert status == 400
    assert set(OURS) <= headers.keys()
