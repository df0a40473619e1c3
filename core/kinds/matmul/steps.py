"""How b.grad comes about: what is given, one term for each element of c, the whole."""

from __future__ import annotations

from core.kinds.matmul import equations
from core.kinds.matmul.explanation import MatmulExplanation
from core.maps import Step, sentence
from core.slides.words import rows_text


def steps(e: MatmulExplanation) -> tuple[Step, ...]:
    """Every step, the state last."""
    m, _, n = e.sizes
    return (_problem(e), *(_term(e, i, j) for i in range(m) for j in range(n)), _sum(e))


def given(e: MatmulExplanation) -> dict[str, str]:
    """a, b, c and v."""
    return {"a": rows_text(e.a), "b": rows_text(e.b), "c": rows_text(e.c), "v": rows_text(e.v), "wrt": e.problem.wrt}


def _problem(e: MatmulExplanation) -> Step:
    return Step("problem", (), 0, (sentence("export.alt.matmul_problem", **given(e)),), ())


def _term(e: MatmulExplanation, i: int, j: int) -> Step:
    (_, _, n), wrt = e.sizes, e.problem.wrt
    k = i * n + j
    total = e.partial_sum(wrt, "rows", k + 1)
    index = "".join(equations.at("c", i, j).written_indices)
    facts = {"index": index, "term": rows_text(e.contribution(i, j, wrt)), "total": rows_text(total)}
    said = sentence("export.alt.matmul_term", wrt=wrt, **facts)
    return Step(f"term-{i + 1}-{j + 1}", (k,), k + 1, (said,), total)


def _sum(e: MatmulExplanation) -> Step:
    (m, _, n), total = e.sizes, e.grad(e.problem.wrt)
    said = sentence("export.alt.matmul", **given(e), grad=rows_text(total))
    return Step("sum", tuple(range(m * n)), m * n, (said,), total)
