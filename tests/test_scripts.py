"""The browser's half: which folder of it may import which, and how long its lines are."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from server.static.assets import STATIC, modules
from server.static.bundle import imported

# Each folder of static/js imports from itself and from these.
MAY_IMPORT = {
    "kit": (),
    "frame": ("kit",),
    "vjp": ("kit",),
    "chain": ("kit",),
    "gallery": ("kit",),
    "matmul": ("kit", "gallery"),
    "tensor": ("kit", "gallery"),
    "modes": ("kit",),
}
LONGEST = 120  # characters of a line
OURS = sorted([*(STATIC / "js").rglob("*.js"), *STATIC.glob("*.css"), *STATIC.parent.glob("components/*/*.css")])


def complaints(sources: dict[str, str]) -> list[str]:
    """The imports that leave a folder for one that MAY_IMPORT does not name."""
    return [
        f"{name} imports {other}"
        for name, source in sources.items()
        for other in imported(name, source)
        if folder(other) not in (folder(name), *MAY_IMPORT[folder(name)])
    ]


def folder(module: str) -> str:
    return PurePosixPath(module).parent.name


def test_a_page_imports_its_own_modules_and_the_kit() -> None:
    assert not complaints(modules())
    assert {folder(name) for name in modules()} == MAY_IMPORT.keys()


def test_the_kit_knows_no_page_and_no_page_another() -> None:
    wrong = {"kit/bus": 'import { x } from "../vjp/stage.js"', "chain/sweep": 'import { x } from "../vjp/stage.js"'}
    assert complaints(wrong) == ["kit/bus imports vjp/stage", "chain/sweep imports vjp/stage"]


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_no_line_is_longer_than_a_screen(path: Path) -> None:
    long = [k for k, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if len(line) > LONGEST]
    assert not long
