"""x.grad of a chain as a question, and problems to try it on."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from core.kinds.chain.explanation import ChainExplanation
from core.kinds.chain.problem import CHAIN_FIELDS, ChainProblem
from core.kinds.vector import guess
from core.maps import floats
from core.slips import Question, asked


def question(e: ChainExplanation) -> Question:
    """What is x.grad?"""
    stages = tuple(tuple(map(floats, at.jacobian_at)) for at in e.maps)
    return replace(
        asked("x.grad", e.product, e.weights, e.pullback.total),
        stages=stages,
        functions=CHAIN_FIELDS[: len(stages)],
        said={"one_term": "row_of_product", "forgotten": "forgotten_of_product", "sign_of_term": "sign_of_product"},
    )


def exercise(random: Random) -> ChainProblem:
    """Two stages of two functions each."""
    inner = guess.exercise(random)
    outer = tuple(guess.polynomial(random, "y") for _ in range(2))
    point = tuple((name, str(random.choice((1, 2)))) for name in ("x1", "x2"))
    return ChainProblem(inner.functions, outer, point, inner.cotangent)
