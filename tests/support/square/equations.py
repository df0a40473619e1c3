"""y = x² and its slope."""

from __future__ import annotations

from core.kinds.square.explanation import SquareExplanation
from core.kinds.square.problem import SquareProblem

from core.notation import pieces
from core.notation.tree import Line, line


def formula(problem: SquareProblem) -> str:
    return "y = x^{2}"


def slope(e: SquareExplanation) -> Line:
    return line("J", pieces.relation((e.pullback.total,)), pieces.numeric((e.pullback.total,)))


def shown(e: SquareExplanation) -> tuple[Line, ...]:
    return (*pieces.outputs(e.map), slope(e))
