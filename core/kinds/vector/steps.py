"""How vᵀJ comes about: what is given, row by row, the whole."""

from __future__ import annotations

from core.expression.text import to_text
from core.kinds.vector.explanation import VectorExplanation
from core.maps import Step, first_terms, sentence
from core.numbers.notation import decimal
from core.slides.words import function_texts, rows_text, vector_text


def steps(e: VectorExplanation) -> tuple[Step, ...]:
    """Every step, the state last."""
    return (_problem(e), *(_row(e, i) for i in range(len(e.map.outputs))), _sum(e))


def _problem(e: VectorExplanation) -> Step:
    said = sentence(
        "export.alt.vjp_problem",
        point=vector_text(e.map.point),
        v=vector_text(e.weights),
        functions="; ".join(function_texts(e.map)),
    )
    return Step("problem", (), 0, (said,), ())


def _row(e: VectorExplanation, i: int) -> Step:
    total = first_terms(e.pullback, i + 1).total
    said = sentence(
        "export.alt.vjp_row",
        i=i + 1,
        weight=decimal(e.weights[i].value),
        row=vector_text(e.map.jacobian_at[i]),
        weighted=vector_text(e.pullback.rows[i]),
        total=vector_text(total),
    )
    return Step(f"row-{i + 1}", (i,), i + 1, (said,), (total,))


def _sum(e: VectorExplanation) -> Step:
    formulas = "; ".join(", ".join(to_text(entry) for entry in row) for row in e.map.formulas.jacobian)
    said = sentence(
        "export.alt.vjp",
        v=vector_text(e.weights),
        formulas=f"[{formulas}]",
        point=vector_text(e.map.point),
        jacobian=rows_text(e.map.jacobian_at),
        total=vector_text(e.pullback.total),
    )
    return Step("sum", tuple(range(len(e.map.outputs))), len(e.map.outputs), (said,), (e.pullback.total,))
