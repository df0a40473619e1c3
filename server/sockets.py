"""The sockets of the server: what is written to them leaves at once."""

from __future__ import annotations

import gc
import socket
from contextlib import suppress


def send_at_once() -> None:
    """Sets TCP_NODELAY on the listening sockets of this process; connections inherit it.

    asyncio sets it itself, but only on sockets that were made for TCP by number. Streamlit makes its own without, and
    then a message of a run waits until the browser has acknowledged the one before. It is found among all objects
    because nobody hands it out; objects that ``gc.freeze`` has set aside are not among them.
    """
    for found in gc.get_objects():
        if type(found) is socket.socket and found.family in (socket.AF_INET, socket.AF_INET6):
            with suppress(OSError):  # closed
                if found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                    found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
