"""The steps of deploy/Dockerfile without Docker: nobody runs what is copied, and may write nowhere but to a /tmp."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from benchmarks.serving import Replica
from benchmarks.visitor import OfVectors
from tests.deploy.image import Image

NOBODY: dict[str, Any] = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}


@dataclass(frozen=True)
class Container:
    """A replica, the folder it runs in, its environment, and its log."""

    replica: Replica
    app: Path
    environment: dict[str, str]
    log: Path

    @property
    def python(self) -> str:
        return self.replica.python

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """The end of a program that is run by the same user in the same place."""
        return subprocess.run(
            command, cwd=self.app, env=self.environment, capture_output=True, text=True, timeout=60, **NOBODY
        )

    def files(self) -> set[str]:
        """All that is there."""
        return {path.relative_to(self.app).as_posix() for path in self.app.rglob("*")}


@pytest.fixture(scope="module")
def container() -> Iterator[Container]:
    image = Image.read()
    with tempfile.TemporaryDirectory(prefix="lens-image-") as name:
        folder = Path(name)
        app, tmp, log = folder / "app", folder / "tmp", folder / "log"
        image.unpack(app)
        tmp.mkdir()
        for path in (app, *app.rglob("*")):
            path.chmod(path.stat().st_mode & ~0o222 | 0o444)
        folder.chmod(0o755)
        tmp.chmod(0o777)
        python = _environment_for_nobody(folder / "venv")
        environment = {
            "PATH": f"{Path(python).parent}:{os.environ['PATH']}",
            **image.environment,
            "HOME": str(folder / "nowhere"),
            "TMPDIR": str(tmp),
        }
        replica = Replica("app.py", env=environment, alone=True, cwd=app, log=log, python=python, **NOBODY)
        environment |= {"STREAMLIT_SERVER_PORT": str(replica.port), "JACOBIAN_LENS_HOSTS": "127.0.0.1"}
        replica.environment.update(environment)
        started = Container(replica, app, environment, log)
        replica.start()
        try:
            replica.wait()
            yield started
        finally:
            replica.end()
            for path in (app, *app.rglob("*")):
                path.chmod(path.stat().st_mode | 0o200)  # so that whoever is not root can remove it


def _environment_for_nobody(folder: Path) -> str:
    """The Python of a virtual environment with our packages, made of one that nobody may run: ours may lie in /root."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for base in (sys._base_executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}"):
        python = str(folder / "bin" / "python")
        with suppress(OSError, subprocess.CalledProcessError):
            subprocess.run([base, "-m", "venv", "--clear", "--without-pip", str(folder)], check=True)
            packages = folder / "lib" / version / "site-packages"
            (packages / "ours.pth").write_text(sysconfig.get_path("purelib"))
            subprocess.run([python, "-c", "import streamlit"], check=True, cwd="/", capture_output=True, **NOBODY)
            return python
    pytest.skip(f"nobody may run a {version} with these packages")


def test_the_folder_cannot_be_written_to(container: Container) -> None:
    tried = container.run(container.python, "-c", "open('core/x', 'w')")
    assert "PermissionError" in tried.stderr


def test_the_health_check_finds_the_app_ready(container: Container) -> None:
    command = [container.python, *Image.read().health[1:]]
    assert container.run(*command).returncode == 0
    container.environment["STREAMLIT_SERVER_PORT"] = "1"
    checked = container.run(*command)
    container.environment["STREAMLIT_SERVER_PORT"] = str(container.replica.port)
    assert checked.returncode == 1


def test_a_visitor_gets_right_numbers_and_a_picture_and_nothing_is_left_behind(container: Container) -> None:
    before = container.files()

    async def edits() -> list[str]:
        person = OfVectors(container.replica.url, random.Random(1))
        await person.visitor.open()
        seen = [await person.act() for _ in range(4)]
        await person.visitor.close()
        return [wrong for _, wrong in seen if wrong]

    assert asyncio.run(edits()) == []
    picture = urlopen(f"{container.replica.url}/export.png?page=vjp&f=x^2*y;3*y&at=x:3,y:2&v=5,7", timeout=60)
    assert picture.read(4) == b"\x89PNG"
    assert container.files() == before


def test_nothing_complains_about_what_it_may_not_do(container: Container) -> None:
    log = container.log.read_text(errors="replace")
    assert "Permission denied" not in log
    assert "Traceback" not in log
