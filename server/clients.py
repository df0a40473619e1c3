"""Who a request comes from, and whom it is for: headers say what a visitor likes, unless a trusted proxy wrote them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address

from starlette.types import Scope

from server.environment import Network

Address = IPv4Address | IPv6Address
HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9._-]{0,252})|\[[0-9a-f:.]{2,45}\])(?::[0-9]{1,5})?", re.IGNORECASE)
LOOPBACK = "127.0.0.1"


def header(scope: Scope, name: bytes) -> str | None:
    """The first header of that (lower-case) name."""
    return next((value.decode("latin1") for key, value in scope["headers"] if key == name), None)


def client(scope: Scope, proxies: Sequence[Network]) -> str:
    """The address of the one who asks: the peer, or what the trusted proxies in front of us have seen.

    From the last proxy backwards, each is believed about who spoke to it as long as it is trusted itself. What stands
    further left in X-Forwarded-For was sent by the visitor and means nothing.
    """
    peer = _peer(scope)
    if peer is None:
        return ""
    for told in _told(scope):
        if not _within(peer, proxies):
            break
        if (before := _address(told)) is None:
            break
        peer = before
    return str(peer)


def _peer(scope: Scope) -> Address | None:
    """The other end of the connection. If it is local, uvicorn has put X-Forwarded-For in its place, with port 0."""
    host, port = scope.get("client") or ("", 0)
    rewritten = port == 0 and header(scope, b"x-forwarded-for") is not None
    return _address(LOOPBACK if rewritten else host)


def _told(scope: Scope) -> Iterator[str]:
    """What X-Forwarded-For says, the nearest first."""
    for name, value in reversed(scope["headers"]):
        if name == b"x-forwarded-for":
            yield from reversed(value.decode("latin1").split(","))


def _address(text: str) -> Address | None:
    text = text.strip()
    try:
        found = ip_address(text)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found


def _within(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)


def host(scope: Scope, hosts: Sequence[str]) -> str | None:
    """The Host that is asked for, if it is well-formed and one of ``hosts`` (if there are any); else None.

    "" where none is asked for, as simple health checks do, and none was named.
    """
    asked = header(scope, b"host") or ""
    if not asked or not HOST.fullmatch(asked):
        return None if asked or hosts else ""
    name = asked.rpartition(":")[0] if re.search(r":[0-9]+\Z", asked) else asked
    return asked if not hosts or name.lower() in hosts else None


def same_origin(scope: Scope) -> bool:
    """Whether a websocket is opened by a page of ours: browsers always say which page it is, other clients need not."""
    origin = header(scope, b"origin")
    if origin is None:
        return True
    scheme, _, place = origin.partition("://")
    return scheme in ("http", "https") and place.lower() == (header(scope, b"host") or "").lower()
