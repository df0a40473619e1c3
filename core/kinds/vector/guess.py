"""vᵀJ as a question, and problems to try it on."""

from __future__ import annotations

from random import Random

from core.kinds.vector.explanation import VectorExplanation
from core.kinds.vector.problem import VectorProblem
from core.slips import Question, asked

TERMS = ("x1*x2", "x1^2", "x2^2", "x1", "x2")


def question(e: VectorExplanation) -> Question:
    """What is x.grad?"""
    return asked("x.grad", e.map.jacobian_at, e.weights, e.pullback.total)


def exercise(random: Random) -> VectorProblem:
    """Two functions of two variables with numbers that can be done in one's head."""
    return VectorProblem(
        tuple(polynomial(random, "x") for _ in range(2)),
        tuple((name, str(random.choice((1, 2, 3)))) for name in ("x1", "x2")),
        weights(random),
    )


def polynomial(random: Random, letter: str) -> str:
    """Two terms that differ."""
    terms = random.sample(TERMS, 2)
    return "+".join(random.choice(("", "2*", "3*")) + term for term in terms).replace("x", letter)


def weights(random: Random) -> tuple[str, str]:
    """Two that differ, in size too; none is one that could be left out unseen."""
    first, second = random.sample((2, 3, 4, 5), 2)
    return str(first), str(random.choice((second, -second)))
