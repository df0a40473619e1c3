"""What deploy/Dockerfile makes, as far as it can be read without building it."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.replicas import DEPLOY
from benchmarks.serving import ROOT


@dataclass(frozen=True)
class Image:
    """``copied``: (source below the repository, place below /app) of every COPY, in order."""

    copied: tuple[tuple[str, str], ...]
    environment: dict[str, str]
    user: str
    exposed: list[str]
    health: list[str]
    command: list[str]

    @classmethod
    def read(cls) -> Image:
        """The image of deploy/Dockerfile."""
        lines = list(_instructions((DEPLOY / "Dockerfile").read_text(encoding="utf-8")))

        def last(name: str) -> str:
            return [rest for instruction, rest in lines if instruction == name][-1]

        pairs = [pair.split("=", 1) for name, rest in lines if name == "ENV" for pair in shlex.split(rest)]
        copied = [rest.split() for name, rest in lines if name == "COPY"]
        return cls(
            copied=tuple((source, place) for source, place in copied),
            environment=dict(pairs),
            user=last("USER"),
            exposed=last("EXPOSE").split(),
            health=json.loads(last("HEALTHCHECK").partition("CMD ")[2]),
            command=json.loads(last("CMD")),
        )

    def unpack(self, folder: Path) -> None:
        """Puts into a folder what the image has in /app, as COPY does."""
        for source, place in self.copied:
            origin = ROOT / source
            if origin.is_dir():
                ignored = shutil.ignore_patterns("__pycache__")
                shutil.copytree(origin, folder / place, ignore=ignored, dirs_exist_ok=True)
            else:
                target = folder / place / origin.name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(origin, target)


def _instructions(text: str) -> Iterator[tuple[str, str]]:
    """Every instruction of a Dockerfile and what follows it, on one line."""
    text = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ")
    for line in filter(None, map(str.strip, text.splitlines())):
        name, _, rest = line.partition(" ")
        yield name, rest.strip()
