"""A real server: what it answers, what it refuses, and what happens to who comes back."""

from __future__ import annotations

import asyncio
import random
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from benchmarks.serving import Server
from benchmarks.visitor import OfChains, OfMatrices, OfVectors, Person, Screen, Visitor, payload
from tests.server.conftest import TOKEN


def get(server: Server, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], str]:
    connection = HTTPConnection(urlsplit(server.url).netloc, timeout=30)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    body = answer.read().decode("utf-8", "replace")
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body


def test_the_load_balancer_is_told_that_the_server_is_ready(server: Server) -> None:
    status, headers, body = get(server, "/ready")
    assert (status, body, headers["cache-control"]) == (200, "ready", "no-store")


def test_figures_are_for_who_has_the_token(server: Server) -> None:
    assert get(server, "/metrics")[0] == 404
    assert get(server, "/metrics", Authorization="Bearer wrong")[0] == 404
    status, _, body = get(server, "/metrics", Authorization=f"Bearer {TOKEN}")
    assert status == 200
    for name in ("lens_sessions", "lens_run_seconds_bucket", "lens_workers_alive", "process_resident_memory_bytes"):
        assert name in body


@pytest.mark.parametrize(
    "path", ["/", "/vjp", "/export.png?page=nowhere", "/_stcore/health", "/_stcore/upload_file/a/b"]
)
def test_every_answer_has_the_headers(server: Server, path: str) -> None:
    _, headers, _ = get(server, path)
    assert "default-src 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "camera=()" in headers["permissions-policy"]
    assert headers["cross-origin-opener-policy"] == "same-origin"


def test_nothing_is_uploaded(server: Server) -> None:
    assert get(server, "/_stcore/upload_file/session/file", "PUT")[0] == 404


@pytest.mark.parametrize("person", [OfVectors, OfChains, OfMatrices])
def test_a_visitor_who_edits_sees_the_right_numbers(server: Server, person: type[Person]) -> None:
    async def edits() -> list[str]:
        visitor = person(server.url, random.Random(1))
        await visitor.visitor.open()
        seen = [await visitor.act() for _ in range(6)]
        await visitor.visitor.close()
        return [wrong for _, wrong in seen if wrong]

    assert asyncio.run(edits()) == []


def test_what_was_typed_while_the_server_was_replaced_is_an_edit(server: Server) -> None:
    async def come_back() -> Screen:
        person = OfVectors(server.url, random.Random(1))
        await person.visitor.open()
        await person.visitor.close()
        later = Visitor(server.url, "vjp", person.visitor.query)  # a session that the server does not know
        later.ids, later.script = dict(person.visitor.ids), person.visitor.script
        later.set("vjp.f.0", "string_value", "97*x1+x2^2")
        screen = await later.open()
        await later.close()
        return screen

    screen = asyncio.run(come_back())
    assert "97*x1" in screen.query
    assert [n["value"] for n in payload(screen, "stage")["total"]] == [2 * 97 + 2, 2 * 4 + 24]
