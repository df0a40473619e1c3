"""Who asks, and for whom: what a visitor writes into headers changes nothing."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from server.clients import client, host, same_origin

LOCAL = (ip_network("127.0.0.0/8"), ip_network("::1"))
INNER = (ip_network("10.0.0.0/8"),)


def scope(peer: tuple[str, int], **headers: str | list[str]) -> dict:
    pairs = [
        (name.replace("_", "-").encode(), value.encode("latin1"))
        for name, values in headers.items()
        for value in ([values] if isinstance(values, str) else values)
    ]
    return {"type": "http", "client": peer, "headers": pairs}


@pytest.mark.parametrize(
    ("peer", "told", "proxies", "expected"),
    [
        (("203.0.113.5", 4000), None, (), "203.0.113.5"),
        (("203.0.113.5", 4000), "198.51.100.7", (), "203.0.113.5"),  # nobody is trusted
        (("198.51.100.7", 0), "198.51.100.7", (), "127.0.0.1"),  # uvicorn believed a local peer; we do not
        (("198.51.100.7", 0), "198.51.100.7", LOCAL, "198.51.100.7"),
        (("::ffff:127.0.0.1", 4000), "198.51.100.7", LOCAL, "198.51.100.7"),  # IPv4 on a socket of both kinds
        (("::1", 4000), "198.51.100.7", LOCAL, "198.51.100.7"),
        (("10.0.0.2", 4000), "198.51.100.7", LOCAL, "10.0.0.2"),
        (("10.0.0.2", 4000), "6.6.6.6, 198.51.100.7", INNER, "198.51.100.7"),  # the left one was sent by the visitor
        (("10.0.0.2", 4000), "198.51.100.7, 10.0.0.9", INNER, "198.51.100.7"),  # two proxies of ours
        (("10.0.0.2", 4000), ["6.6.6.6", "198.51.100.7"], INNER, "198.51.100.7"),  # two headers are one list
        (("10.0.0.2", 4000), "nonsense", INNER, "10.0.0.2"),
        (("10.0.0.2", 4000), "", INNER, "10.0.0.2"),
    ],
)
def test_a_client_is_who_the_last_trusted_proxy_saw(peer, told, proxies, expected) -> None:
    headers = {} if told is None else {"x_forwarded_for": told}
    assert client(scope(peer, **headers), proxies) == expected


@pytest.mark.parametrize("name", ["lens.example.edu", "lens.example.edu:8501", "127.0.0.1:8501", "[::1]:8501", "a"])
def test_a_host_that_can_be_one_is_taken(name: str) -> None:
    assert host(scope(("1.2.3.4", 1), host=name), ()) == name


@pytest.mark.parametrize(
    "name", ["x}y", "a b", "a/b", "a:b", "-a", "a" * 300, "a@b", "<b>", "a:123456", "[::1", "\xe9", "a\\input{x}"]
)
def test_anything_else_is_no_host(name: str) -> None:
    assert host(scope(("1.2.3.4", 1), host=name), ()) is None


def test_who_asks_for_no_host_is_answered_where_none_was_named() -> None:
    assert host(scope(("1.2.3.4", 1)), ()) == ""
    assert host(scope(("1.2.3.4", 1)), ("lens.example.edu",)) is None


def test_only_hosts_that_were_named_are_answered_if_any_were() -> None:
    named = ("lens.example.edu",)
    assert host(scope(("1.2.3.4", 1), host="Lens.example.edu:443"), named)
    assert host(scope(("1.2.3.4", 1), host="evil.example"), named) is None


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        (None, True),
        ("https://lens.example.edu", True),
        ("http://lens.example.edu", True),
        ("https://evil.example", False),
        ("null", False),
        ("https://lens.example.edu.evil.example", False),
        ("file://lens.example.edu", False),
    ],
)
def test_a_websocket_is_opened_by_a_page_of_ours_or_by_no_page(origin: str | None, allowed: bool) -> None:
    headers = {} if origin is None else {"origin": origin}
    assert same_origin(scope(("1.2.3.4", 1), host="lens.example.edu", **headers)) is allowed
