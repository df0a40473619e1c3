"""A MatmulExplanation as the command line answers it."""

from __future__ import annotations

from core import parameters
from core.engines.verdict import Check
from core.kinds.matmul.explanation import MatmulExplanation
from core.kinds.matmul.problem import PAGE, texts
from core.kinds.records import Json, matrix, notes, number
from core.maps import laid_out


def record(e: MatmulExplanation, lang: str) -> dict[str, Json]:
    """One JSON object; the notes in a language."""
    m, _, n = e.sizes
    wrt = e.problem.wrt
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
        "verdict": e.verdict.kind,
        "checks": {"torch": _check(e.verdict.torch, e), "finite_difference": _check(e.verdict.finite_difference, e)},
        "notes": notes(e.verdict.notes, lang),
    }


def _check(judged: Check, e: MatmulExplanation) -> Json:
    """One engine's gradient, in the shape of a or b."""
    rows = laid_out([number(x) for x in judged.vjp], len(e.grad(e.problem.wrt)[0]))
    return {"grad": list(map(list, rows)), "agrees": judged.agrees}
