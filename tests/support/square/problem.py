"""/square?x=3"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.parameters import Take

PAGE = "square"


@dataclass(frozen=True)
class SquareProblem:
    x: str = "1"


DEFAULT = SquareProblem()


def take(taken: Take, query: Mapping[str, str]) -> SquareProblem:
    return SquareProblem(taken("x", str.strip, DEFAULT.x))


def texts(problem: SquareProblem) -> dict[str, str]:
    return {"x": problem.x}


def nearest(problem: SquareProblem, refused: str) -> SquareProblem:
    return DEFAULT
