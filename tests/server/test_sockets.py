"""What the server does to its sockets."""

from __future__ import annotations

import socket

from server.sockets import send_at_once


def test_a_connection_accepted_after_the_start_sends_at_once() -> None:
    with socket.socket(socket.AF_INET) as listening, socket.socket(socket.AF_INET) as closed:
        closed.close()
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        send_at_once()
        with socket.create_connection(listening.getsockname()), listening.accept()[0] as accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
