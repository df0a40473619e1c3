"""What an operator may say, by environment variables; read once, when the server starts."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network

Network = IPv4Network | IPv6Network
PREFIX = "JACOBIAN_LENS_"


@dataclass(frozen=True)
class Environment:
    """``proxies``: networks whose X-Forwarded-For is believed; none, if nobody says so.

    ``hosts`` this server answers to (none: to any that is well-formed); ``sockets`` that one client may have open, and
    ``sessions`` that all may; ``metrics_token``: what /metrics asks for (none: there is no /metrics); ``drain``:
    seconds between SIGTERM and the end, in which /ready says no.
    """

    proxies: tuple[Network, ...] = ()
    hosts: tuple[str, ...] = ()
    sockets: int = 300
    sessions: int = 1000
    metrics_token: str = ""
    drain: float = 0.0


def read(variables: Mapping[str, str]) -> Environment:
    """The settings. Raises SystemExit with one line that names the variable for a value that cannot be used."""
    said = {name: text.strip() for name in READERS if (text := variables.get(PREFIX + name.upper(), "")).strip()}
    values = {}
    for name, text in said.items():
        try:
            values[name] = READERS[name](text)
        except ValueError as error:
            shown = "" if READERS[name] is _secret else f"={text!r}"
            raise SystemExit(f"{PREFIX}{name.upper()}{shown} cannot be used: {error}") from None
    return Environment(**values)  # type: ignore[arg-type]


def _networks(text: str) -> tuple[Network, ...]:
    return tuple(ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip().lower() for part in text.split(",") if part.strip())


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise ValueError("it has to be a whole number, at least 1")
    return int(text)


def _secret(text: str) -> str:
    if len(text) < 20:
        raise ValueError("it has to have at least 20 characters")
    return text


def _seconds(text: str) -> float:
    if not 0 <= (number := float(text)) <= 300:
        raise ValueError("0 to 300 seconds are possible")
    return number


READERS = {
    "proxies": _networks,
    "hosts": _names,
    "sockets": _count,
    "sessions": _count,
    "metrics_token": _secret,
    "drain": _seconds,
}


@cache
def environment() -> Environment:
    """What was said when the server was started."""
    return read(os.environ)
