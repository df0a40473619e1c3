"""A MatmulExplanation as the command line answers it."""

from __future__ import annotations

from core import parameters
from core.kinds.matmul.explanation import MatmulExplanation
from core.kinds.matmul.problem import PAGE, texts
from core.kinds.records import Json, matrix, number


def record(e: MatmulExplanation, lang: str) -> dict[str, Json]:
    """One JSON object."""
    m, _, n = e.sizes
    wrt = e.problem.wrt
    theirs = e.torch.b_grad if wrt == "b" else e.torch.a_grad
    return {
        "address": parameters.link(PAGE, texts(e.problem)),
        "a": matrix(e.a),
        "b": matrix(e.b),
        "v": matrix(e.v),
        "c": matrix(e.c),
        "wrt": wrt,
        "derivatives": [[matrix(e.derivative(i, j, wrt)) for j in range(n)] for i in range(m)],
        "contributions": [[matrix(e.contribution(i, j, wrt)) for j in range(n)] for i in range(m)],
        "grad": matrix(e.grad(wrt)),
        "checks": {"torch": {"grad": [[number(x) for x in row] for row in theirs], "agrees": e.agrees}},
        "notes": [],
    }
