"""The README's list of functions is that of the tables."""

from __future__ import annotations

import re
from pathlib import Path

from core.expression.tree import FUNCTIONS
from core.grammar.definitions import DEFINITIONS, OF_MANY

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def _row(title: str) -> set[str]:
    line = next(line for line in README.splitlines() if line.startswith(f"| {title}"))
    return set(" ".join(re.findall(r"`([^`]*)`", line)).split())


def test_the_readme_lists_the_functions_that_there_are() -> None:
    assert _row("of the tree") == set(FUNCTIONS)
    assert _row("told in those") == {head.partition("(")[0] for head in DEFINITIONS} - {"sympy_sinc"} | set(OF_MANY)
