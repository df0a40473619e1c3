"""Slides of y = f(x): v weights the rows of J, row by row."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import reduce
from operator import add

from core.exact import Number
from core.explain import Map, Pullback, VectorExplanation
from core.typeset import equations
from core.typeset.blocks import Block, Formula, Frame, Slide, Tinted, Upon, above, beside, formula
from core.typeset.numbers import decimal
from core.typeset.slides.arrows import arrows
from core.typeset.slides.parts import (
    LONGEST_SUM,
    WIDEST_ENTRIES,
    entry_width,
    function_list,
    jacobian_formula,
    numeric,
    plain_total,
    strongest_of,
    symbolic,
    tints_of,
    weight_column,
)
from core.typeset.slides.words import SUBSCRIPTS, address_of, answer_lines, is_calm, remark_on, rows_text, vector_text
from core.typeset.text import to_text
from core.typeset.tree import Boxed, Hued, Line, Symbol, line
from core.words import explain_note, say

MOST_FUNCTIONS, LONGEST_FUNCTION = 5, 44  # lines and characters beside a Jacobian
LONGEST_TOGETHER = 420  # characters above it


def state(e: VectorExplanation, lang: str) -> Slide:
    here, pulled = e.map, e.pullback
    small = len(here.outputs) * len(here.inputs) <= LONGEST_SUM
    total = equations.weighted_sum(here, pulled) if small else plain_total(pulled)
    weights, jacobian = weight_column(pulled.weights), jacobian_formula(here, pulled.weights)
    top = beside(function_list(here, "y") if _fit(here) else None, weights, jacobian, _figure(here, pulled))
    return Slide(
        title=say(lang, "export.title.vjp"),
        subtitle=say(lang, "export.subtitle.vjp"),
        body=above(*_long_functions(here), top, formula(total, size=34)),
        frame=_frame(e, lang),
        alt=say(
            lang,
            "export.alt.vjp",
            v=vector_text(pulled.weights),
            formulas=_formulas(here),
            point=vector_text(here.point),
            jacobian=rows_text(here.jacobian_at),
            total=vector_text(pulled.total),
        ),
        notes=_notes(e, lang),
    )


def _frame(e: VectorExplanation, lang: str) -> Frame:
    """What stands around the body on every slide of this explanation."""
    printed = e.torch.transcript.printed
    grad = printed[1].text if e.torch.depends else "None"
    return Frame(
        code=("y.backward(v)", *answer_lines("x.grad", grad)),
        remark=remark_on(e.verdict, lang),
        agrees=is_calm(e.verdict),
        link=address_of(e, lang),
    )


def _formulas(at: Map) -> str:
    return "[" + "; ".join(", ".join(to_text(entry) for entry in row) for row in at.jacobian) + "]"


def _notes(e: VectorExplanation, lang: str) -> str:
    jacobian, point = rows_text(e.map.jacobian_at), vector_text(e.map.point)
    return "\n\n".join(
        [
            "\n".join(f"y_{i} = {to_text(node)}" for i, node in enumerate(e.map.outputs, 1)),
            say(lang, "export.notes.vjp", point=point, jacobian=jacobian),
            say(lang, "export.notes.vjp_total", v=vector_text(e.pullback.weights), total=vector_text(e.pullback.total)),
            *(explain_note(lang, note.code, note.facts) for note in e.verdict.notes),
        ]
    )


def _fit(at: Map) -> bool:
    """Whether the functions find room beside their Jacobian; else the notes and the steps tell them."""
    return len(at.outputs) <= MOST_FUNCTIONS and max(len(to_text(node)) for node in at.outputs) <= LONGEST_FUNCTION


def _long_functions(at: Map) -> list[Block]:
    """One or two functions that are too long to stand beside J, each on lines of its own above it."""
    together = sum(len(to_text(node)) for node in at.outputs)
    if _fit(at) or len(at.outputs) > 2 or together > LONGEST_TOGETHER:
        return []
    return [formula(equations.output(i, node), size=20) for i, node in enumerate(at.outputs)]


def _figure(at: Map, pulled: Pullback, reach: Pullback | None = None) -> Block | None:
    """Two inputs: arrows, head to tail. Otherwise a heat map of the weighted rows, where there is more than one."""
    finite = all(math.isfinite(n.value) for row in (*pulled.rows, pulled.total) for n in row)
    if len(at.inputs) == 2 and finite:
        return arrows(at, pulled, reach or pulled)
    return _heat(pulled) if len(pulled.rows) > 1 and len(at.inputs) > 1 else None


def _heat(pulled: Pullback) -> Formula:
    """diag(v)·J: row i is v_i·J[i, :], each cell as strong as its size."""
    tints = tints_of(pulled.rows, lambda i, j: i, strongest_of(pulled.rows))
    return formula(Upon(Symbol(r"\operatorname{diag}(v)\,J"), Tinted(numeric(pulled.rows), tints)), size=20)


def steps(e: VectorExplanation, lang: str) -> tuple[Slide, ...]:
    return tuple(_row(e, lang, i) for i in range(len(e.map.outputs)))


def _first(pulled: Pullback, count: int) -> Pullback:
    """The sum as far as its first rows."""
    rows = pulled.rows[:count]
    return Pullback(pulled.weights[:count], rows, tuple(reduce(add, column) for column in zip(*rows, strict=True)))


def _row(e: VectorExplanation, lang: str, i: int) -> Slide:
    here, so_far = e.map, _first(e.pullback, i + 1)
    m = len(here.outputs)
    lit = tuple(w if k <= i else Number(0.0) for k, w in enumerate(e.pullback.weights))
    weight, row, weighted = so_far.weights[i], here.jacobian_at[i], so_far.rows[i]
    index = str(i + 1)
    facts: dict[str, str | int] = {"i": i + 1, "m": m, "done": i + 1, "index": index.translate(SUBSCRIPTS)}
    numbers = {
        "weight": decimal(weight.value),
        "row": vector_text(row),
        "weighted": vector_text(weighted),
        "total": vector_text(so_far.total),
    }
    output = to_text(here.outputs[i])
    return Slide(
        title=say(lang, "export.title.vjp_row", **facts),
        subtitle=say(lang, "export.subtitle.vjp_row", **facts),
        body=above(
            formula(line(equations.output(i, here.outputs[i]), r"\quad\to\quad", _gradient(here, i)), size=26),
            beside(
                weight_column(e.pullback.weights, lit), jacobian_formula(here, lit), _figure(here, so_far, e.pullback)
            ),
            formula(_partial(here, so_far), size=32),
        ),
        frame=_frame(e, lang),
        alt=say(lang, "export.alt.vjp_row", i=i + 1, **numbers),
        notes=say(lang, "export.notes.vjp_row", i=i + 1, output=output, **numbers),
    )


def _partial(at: Map, so_far: Pullback) -> Line:
    """The sum of the first rows; the sum of all of them is vᵀJ."""
    done = len(so_far.rows)
    part = replace(at, jacobian_at=at.jacobian_at[:done])
    total = equations.weighted_sum(part, so_far) if done * len(at.inputs) <= LONGEST_SUM else plain_total(so_far)
    if done == len(at.outputs):
        return total
    pieces = [piece.piece if isinstance(piece, Boxed) else piece for piece in total.pieces[1:]]
    return line(rf"\sum_{{i \le {done}}} v_{{i}}\,\nabla^{{\top}} y_{{i}} =", *pieces)


def _gradient(at: Map, i: int) -> Line:
    """∇ᵀy_i in symbols, or at the point where it is long."""
    short = at.jacobian and entry_width((at.jacobian[i],)) <= WIDEST_ENTRIES
    row = equations.row_of(at.jacobian_at[i]) if not short else symbolic((at.jacobian[i],))
    return line(Hued(Symbol(rf"\nabla^{{\top}} y_{{{i + 1}}}"), i), "=", row)
