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
from typing import IO, Any
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
        return _mapped(self.pid, "Pss")

    def own(self) -> tuple[float, float]:
        """MiB that stand in no file: of the server itself, and of its workers.

        Unlike PSS they do not change when another process maps the same libraries, or ends.
        """
        each = [_mapped(pid, "Anonymous") for pid in self.processes()]
        return each[0], sum(each[1:])


def _mapped(pid: int, kind: str) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        name, _, size = line.partition(":")
        if name == kind:
            return int(size.split()[0]) / 1024
    raise ValueError(kind)


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


class Replica:
    """An app, a file relative to the repository, on a port of its own, which can be started anew after its end."""

    def __init__(
        self,
        app: str,
        *options: str,
        env: dict[str, str] | None = None,
        log: Path | None = None,
        cwd: Path = ROOT,
        alone: bool = False,
        python: str = sys.executable,
        **how: Any,
    ) -> None:
        """``env`` is added to this process's own, or stands ``alone``; ``how`` is for subprocess.Popen."""
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        where = ["--server.port", str(self.port), "--server.address", "127.0.0.1", "--server.headless", "true"]
        self.python = python
        self._command = [python, "-m", "streamlit", "run", app, *where, *options]
        self.environment = dict(env or {}) if alone else {**os.environ, "PYTHONPATH": str(ROOT), **(env or {})}
        self._log, self._cwd, self._how = log, cwd, how
        self._process: subprocess.Popen[bytes] | None = None
        self._spent = (0.0, 0.0)  # by a process that has ended

    @property
    def server(self) -> Server:
        """The process that runs now."""
        assert self._process, "it has not been started"
        return Server(self.url, self._process.pid)

    def start(self, path: str = "/_stcore/health") -> None:
        """Begins to start it; ``wait`` until ``path`` of it is answered with 200."""
        self._healthy = path
        with _output(self._log) as output:
            self._process = subprocess.Popen(
                self._command,
                cwd=self._cwd,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # ended together with its workers
                **self._how,
            )

    def alive(self) -> bool:
        """Whether its process runs."""
        return self._process is not None and self._process.poll() is None

    def processor(self) -> tuple[float, float]:
        """Seconds of processor time of the present process, or of the last one: of itself, and of its workers."""
        return self.server.processor() if self.alive() else self._spent

    def wait(self) -> None:
        """Waits until it answers. Raises SystemExit if it does not."""
        assert self._process
        _wait(self.url + self._healthy, self._process)

    def end(self, sign: int = signal.SIGTERM, wholly: bool = True) -> None:
        """Sends a signal to all of it, or only to the server itself, and waits for its end."""
        if self._process is None:
            return
        self._spent = self.processor()
        with suppress(ProcessLookupError):
            (os.killpg if wholly else os.kill)(self._process.pid, sign)
        self._process.wait(20)
        if wholly:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)  # workers that a killed server could not tell


@contextmanager
def running(app: str = "app.py", *options: str, env: dict[str, str] | None = None) -> Iterator[Server]:
    """A running Streamlit app, a file relative to the repository; it ends with all that it has started."""
    replica = Replica(app, *options, env=env)
    replica.start()
    try:
        replica.wait()
        yield replica.server
    finally:
        replica.end()


@contextmanager
def _output(log: Path | None) -> Iterator[IO[bytes] | int | None]:
    if log:
        with log.open("ab") as file:
            yield file
    else:
        yield None if os.environ.get("LENS_LOG") else subprocess.DEVNULL


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        with suppress(URLError, OSError), urlopen(url, timeout=5):
            return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise SystemExit(f"{url} did not answer")
