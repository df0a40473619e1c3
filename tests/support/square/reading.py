"""A SquareProblem read."""

from __future__ import annotations

from dataclasses import dataclass

from core.kinds.square.problem import SquareProblem

from core.kinds.constants import constant
from core.numbers.exact import Number
from core.problem import ProblemError


@dataclass(frozen=True)
class SquareReading:
    x: Number | None
    errors: tuple[ProblemError, ...]
    problem: SquareProblem | None


def read(problem: SquareProblem) -> SquareReading:
    try:
        x = constant(problem.x, "x", 0)
    except ProblemError as error:
        return SquareReading(None, (error.anew(),), None)
    return SquareReading(x.number, (), SquareProblem(x.text))
