"""A server of an app on this machine, and what it costs: processor time and memory, its workers included."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).parent.parent
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Server:
    """Where it answers, and the number of its process."""

    url: str
    pid: int

    def processes(self) -> list[int]:
        """The server and all that it has started."""
        found, seen = [self.pid], 0
        while seen < len(found):
            with suppress(OSError):
                for task in Path(f"/proc/{found[seen]}/task").iterdir():
                    found += map(int, (task / "children").read_text().split())
            seen += 1
        return found

    def processor(self) -> tuple[float, float]:
        """Seconds of processor time so far: of the server itself, and of its workers."""
        each = [_seconds(pid) for pid in self.processes()]
        return each[0], sum(each[1:])

    def memory(self) -> float:
        """MiB that the server itself holds alone or shares (PSS)."""
        for line in Path(f"/proc/{self.pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
        raise ValueError("no PSS")


def _seconds(pid: int) -> float:
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS
    return 0.0


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(app: str = "app.py", *options: str, env: dict[str, str] | None = None) -> Iterator[Server]:
    """A running Streamlit app, a file relative to the repository; it ends with all that it has started."""
    port = free_port()
    where = ["--server.port", str(port), "--server.address", "127.0.0.1", "--server.headless", "true"]
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", app, *where, *options],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(env or {})},
        stdout=subprocess.DEVNULL,
        stderr=None if os.environ.get("LENS_LOG") else subprocess.DEVNULL,
        start_new_session=True,  # ended together with its workers
    )
    server = Server(f"http://127.0.0.1:{port}", process.pid)
    try:
        _wait(server.url, process)
        yield server
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        with suppress(URLError, OSError), urlopen(f"{url}/_stcore/health", timeout=5) as answer:
            if answer.read() == b"ok":
                return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise SystemExit(f"the server of {url} did not start")
