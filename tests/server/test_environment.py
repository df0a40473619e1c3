"""What an operator may say, and what happens when it cannot be used."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from server.environment import Environment, read


def test_what_nobody_has_said_is_safe() -> None:
    assert read({}) == Environment()
    assert Environment().proxies == ()
    assert Environment().metrics_token == ""


def test_every_setting_is_read() -> None:
    said = read(
        {
            "JACOBIAN_LENS_PROXIES": "127.0.0.1, 10.0.0.0/8,::1",
            "JACOBIAN_LENS_HOSTS": "Lens.example.edu",
            "JACOBIAN_LENS_SOCKETS": "7",
            "JACOBIAN_LENS_SESSIONS": "70",
            "JACOBIAN_LENS_METRICS_TOKEN": "a-secret-of-twenty-characters",
            "JACOBIAN_LENS_DRAIN": "2.5",
        }
    )
    assert any(ip_address("10.1.2.3") in network for network in said.proxies)
    assert said == Environment(said.proxies, ("lens.example.edu",), 7, 70, "a-secret-of-twenty-characters", 2.5)


@pytest.mark.parametrize(
    ("name", "text"), [("PROXIES", "everybody"), ("SOCKETS", "0"), ("SESSIONS", "many"), ("DRAIN", "-1")]
)
def test_a_setting_that_cannot_be_used_stops_the_start_and_is_named(name: str, text: str) -> None:
    with pytest.raises(SystemExit, match=f"JACOBIAN_LENS_{name}"):
        read({f"JACOBIAN_LENS_{name}": text})
