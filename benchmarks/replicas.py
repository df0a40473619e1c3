"""Two or more replicas of the app behind nginx, as deploy/ sets them up, on ports of this machine."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.serving import ROOT, Replica, Server, free_port

DEPLOY = ROOT / "deploy"
TRUSTED = {"JACOBIAN_LENS_PROXIES": "127.0.0.1"}


@dataclass(frozen=True)
class Balanced:
    """Where nginx answers, its process, and the replicas behind it."""

    url: str
    nginx: Server
    replicas: Sequence[Replica]
    log: Path

    def processor(self) -> tuple[float, float]:
        """Seconds of processor time so far: of nginx and the servers themselves, and of the servers' workers."""
        each = [replica.processor() for replica in self.replicas]
        return sum(self.nginx.processor()) + sum(own for own, _ in each), sum(workers for _, workers in each)

    def memory(self) -> float:
        """MiB that the servers themselves hold (PSS)."""
        return sum(replica.server.memory() for replica in self.replicas if replica.alive())


def nginx() -> str | None:
    """The program, if it is installed."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


@contextmanager
def balanced(
    replicas: int = 2, below: str = "", env: dict[str, str] | None = None, log: Path | None = None
) -> Iterator[Balanced]:
    """nginx with deploy/nginx.conf, and so many replicas with ``env``, all ``below`` a path ("/lens")."""
    options = ("--server.baseUrlPath", below.strip("/")) if below else ()
    started = [Replica("app.py", *options, env=TRUSTED | (env or {}), log=log) for _ in range(replicas)]
    with ExitStack() as stack:
        for replica in started:
            replica.start(f"{below}/_stcore/health")
            stack.callback(replica.end)
        url, process, access = stack.enter_context(proxying([replica.port for replica in started]))
        for replica in started:
            replica.wait()
        yield Balanced(url + below, process, started, access)


@contextmanager
def proxying(ports: Sequence[int]) -> Iterator[tuple[str, Server, Path]]:
    """nginx before apps on those ports: where it answers, its process, and its log of requests."""
    program, port = nginx(), free_port()
    if program is None:
        raise SystemExit("nginx is not installed")
    with tempfile.TemporaryDirectory(prefix="lens-nginx-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # nginx' workers are nobody where it is started by root
        for file, text in configuration(port, ports).items():
            (folder / file).write_text(text, encoding="utf-8")
        access = folder / "access.log"
        with access.open("wb") as output:
            command = [program, "-p", f"{folder}/", "-c", str(folder / "nginx.conf"), "-g", "daemon off;"]
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, start_new_session=True)
        server = Server(f"http://127.0.0.1:{port}", process.pid)
        try:
            _listening(port, process)
            yield server.url, server, access
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            process.wait(20)


def _listening(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(100):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise SystemExit("nginx does not start with deploy/nginx.conf")


def configuration(port: int, ports: Sequence[int]) -> dict[str, str]:
    """The files of deploy/, with nothing changed but addresses: of nginx itself, and of the replicas."""
    read = {file: (DEPLOY / file).read_text(encoding="utf-8") for file in ("nginx.conf", "site.conf", "replicas.conf")}
    line = re.search(r"^server \S+( .*;)$", read["replicas.conf"], re.MULTILINE)
    assert line, "replicas.conf names a replica"
    replicas = "".join(f"server 127.0.0.1:{each}{line[1]}\n" for each in ports)
    site, changed = re.subn(r"^listen 8080;", f"listen 127.0.0.1:{port};", read["site.conf"], flags=re.MULTILINE)
    assert changed == 1, "site.conf says where nginx answers"
    return read | {"site.conf": site, "replicas.conf": replicas}
