"""b.grad (or a.grad) as a question, and problems to try it on."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from core.kinds.matmul.entries import random_integers
from core.kinds.matmul.explanation import MatmulExplanation
from core.kinds.matmul.matrices import flat, float_rows, transpose
from core.kinds.matmul.problem import MATRICES, MatmulProblem
from core.maps import laid_out
from core.slips import Question, asked

SIDES = ((2, 2, 3), (3, 2, 2), (2, 3, 2))  # (m, k, n)
WITHOUT = frozenset(("along_columns", "diagonal"))  # of the large J of the flattened product: nobody does that


def question(e: MatmulExplanation) -> Question:
    """What is b.grad? The terms of an entry of it are a line of c: aᵀv adds over rows, v bᵀ over columns."""
    (m, _, n), wrt = e.sizes, e.problem.wrt
    places = laid_out(range(m * n), n)
    total = e.grad(wrt)
    other = transpose(e.a) if wrt == "b" else transpose(e.b)
    return replace(
        asked(f"{wrt}.grad", e.jacobian(wrt), flat(e.v), flat(total)),
        columns=len(total[0]),
        terms=places if wrt == "b" else tuple(zip(*places, strict=True)),
        factors=(float_rows(other), float_rows(e.v)),
        said={
            "pushed": f"untransposed_{wrt}",
            "one_term": f"line_{wrt}",
            "ones": "ones_of_c",
            "forgotten": f"forgotten_{wrt}",
            "sign_of_term": f"sign_{wrt}",
            "mean": "mean_of_c",
        },
        without=WITHOUT,
    )


def exercise(random: Random) -> MatmulProblem:
    """Small integers, none of them 0."""
    m, k, n = random.choice(SIDES)
    a, b, v = (random_integers(rows, columns, random.randrange(10**6)) for rows, columns in ((m, k), (k, n), (m, n)))
    return MatmulProblem(a, b, v, random.choice(MATRICES))  # type: ignore[arg-type]  # one of the two
