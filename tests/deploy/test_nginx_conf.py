"""What deploy/nginx.conf hands on to the app, asked of an app that repeats what it was asked."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
from streamlit.web.server.starlette.starlette_server import _get_websocket_settings

from benchmarks.replicas import DEPLOY, proxying
from benchmarks.serving import free_port
from server.environment import Environment

CONF = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")


class Echo(BaseHTTPRequestHandler):
    """Answers with the address and the headers that it was asked with."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        told = {name.lower(): value for name, value in self.headers.items()}
        body = json.dumps({"path": self.path, "headers": told, "port": self.server.server_port}).encode()
        self.send_response(200)
        for name, value in (("Content-Type", "text/html"), ("Content-Length", str(len(body)))):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def echo(nginx: str) -> Iterator[str]:
    """nginx before one app that runs and one that does not."""
    app = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=app.serve_forever, daemon=True).start()
    with proxying([app.server_port, free_port()]) as (url, *_):
        yield url
    app.shutdown()


def ask(url: str, path: str, **headers: str) -> dict:
    connection = HTTPConnection(urlsplit(url).netloc, timeout=10)
    connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    assert answer.status == 200
    told = json.loads(answer.read())
    connection.close()
    return told


PATHS = [
    "/",
    "/vjp?f=x%2By&v=1;2",
    "/lens/vjp",
    "/_stcore/stream",
    "/_stcore/health",
    "/static/a.js",
    "/export.png?f=1",
]


@pytest.mark.parametrize("path", PATHS)
def test_every_address_is_handed_on_as_it_came_with_the_same_headers(echo: str, path: str) -> None:
    forged = {"X_Forwarded_For": "1.2.3.4", "X_Forwarded_Host": "evil.example", "Forwarded": "for=1.2.3.4"}
    told = ask(echo, path, Host="lens.example.edu", X_Forwarded_Proto="https", **forged)
    assert told["path"] == path
    assert told["headers"]["host"] == "lens.example.edu"
    assert told["headers"]["x-forwarded-for"] == "127.0.0.1"
    assert told["headers"]["x-forwarded-proto"] == "http"
    assert not told["headers"].keys() & {"x-forwarded-host", "forwarded", "upgrade"}


def test_only_a_websocket_is_upgraded(echo: str) -> None:
    told = ask(echo, "/_stcore/stream", Upgrade="WebSocket", Connection="Upgrade")["headers"]
    assert (told["upgrade"], told["connection"]) == ("websocket", "upgrade")
    assert "upgrade" not in ask(echo, "/", Upgrade="h2c", Connection="Upgrade")["headers"]


def test_whoever_belongs_to_a_replica_that_is_gone_is_answered_by_another(echo: str) -> None:
    """Half of these cookies belong to the app that does not run; a websocket that is opened goes on as well."""
    for k in range(20):
        ask(echo, "/_stcore/stream", Cookie=f"lens_replica={k:032x}", Upgrade="websocket", Connection="Upgrade")
        ask(echo, "/vjp", Cookie=f"lens_replica={k:032x}")


def test_a_page_that_is_open_and_silent_is_not_cut_off_between_two_pings() -> None:
    interval, _ = _get_websocket_settings()
    stream = CONF[CONF.index("location ~ /_stcore/stream$") :]
    for name in ("proxy_read_timeout", "proxy_send_timeout"):
        seconds = re.search(rf"{name} (\d+)s;", stream)
        assert seconds
        assert int(seconds[1]) >= 2.5 * interval


def test_nginx_does_not_refuse_sockets_that_the_app_would_let_in() -> None:
    """The app closes what is too much with a code that its visitor is told by; nginx would just refuse."""
    open_at_once = re.findall(r"limit_conn address_open (\d+);", CONF)
    assert open_at_once
    assert all(int(number) > Environment().sockets for number in open_at_once)


def test_what_nginx_keeps_of_the_connections_is_given_up_before_the_app_hangs_up() -> None:
    import uvicorn

    kept = re.search(r"keepalive_timeout (\d+)s;     # the app hangs up", CONF)
    assert kept
    assert int(kept[1]) < uvicorn.Config("app").timeout_keep_alive
