"""Slides of y = f(x): v weights the rows of J, row by row."""

from __future__ import annotations

import math

from core.expression.text import to_text
from core.expression.tree import SUBSCRIPTS
from core.kinds.vector import equations
from core.kinds.vector.explanation import VectorExplanation
from core.maps import Map, Pullback, Step, Vector, first_terms
from core.notation import pieces
from core.notation.tree import At, Call, Gradient, Hued, Line, Piece, Space, Sum, Text, entry, line, name, times
from core.slides.arrows import arrows
from core.slides.blocks import Above, Block, Formula, Frame, Slide, Tinted, Upon, above, beside, choice, formula
from core.slides.parts import (
    LONGEST_SUM,
    by_weight,
    entry_width,
    function_list,
    has_short_point,
    is_short,
    so_far,
    strongest_of,
    tints_of,
    total_line,
    weight_column,
)
from core.slides.words import answer_lines, function_texts, reasons_of, remark_on, rows_text, vector_text
from core.wording import say, tell

ON_LINES = 3  # functions that may each have lines of their own, where they are long
LONGEST_LINE = 40  # characters of a function and its gradient in one line
FIGURE_ROWS = 4  # of J that leave room for a picture on the way


def slide(e: VectorExplanation, step: Step, lang: str) -> Slide:
    """A step as a slide in a language."""
    return SLIDES[step.name](e, step, lang)


def _whole(e: VectorExplanation, step: Step, lang: str) -> Slide:
    here, pulled = e.map, e.pullback
    return Slide(
        title=say(lang, "export.title.vjp"),
        subtitle=say(lang, "export.subtitle.vjp"),
        body=choice(*_forms(here, pulled)),
        frame=_frame(e, lang),
        alt=tell(lang, step.sentence),
        notes=_notes(e, lang),
    )


def _forms(here: Map, pulled: Pullback) -> list[Block]:
    """The state, ever shorter: without the picture, without J in symbols, without the functions."""
    weights = pulled.weights
    total = formula(_sum(here, pulled), size=34)
    functions, v, numbers = function_list(here, here.letter), weight_column(weights), _jacobian_numbers(here, weights)
    where, figure = _where(here), _figure(here, pulled)
    own_lines = [formula(drawn, size=24) for drawn in pieces.outputs(here)]
    lit = beside(v, numbers)
    forms = [
        above(beside(functions, above(where, lit), figure), total),
        above(functions, above(where, beside(v, numbers, figure)), total),
        *([above(*own_lines, where, beside(v, numbers, figure), total)] if len(own_lines) <= ON_LINES else []),
        *([above(*own_lines, where, lit, total)] if len(own_lines) <= ON_LINES else []),
        above(beside(functions, above(where, lit)), total),
        above(where, beside(v, numbers, figure), total),
        above(where, lit, total),
    ]
    if not is_short(here.formulas.jacobian):
        return forms
    symbols = formula(by_weight(equations.jacobian(here, weights), weights), size=28)
    return [
        above(beside(above(beside(functions, symbols), where, lit), figure), total),
        above(beside(functions, symbols, v, numbers), total),
        above(beside(functions, symbols), where, lit, total),
        *forms,
    ]


def _where(here: Map) -> Formula | None:
    """The point, where it is too long to stand beside J."""
    return None if has_short_point(here.point) else formula(pieces.point(here), size=22)


def _jacobian_numbers(here: Map, weights: Vector, at: int | None = None) -> Formula:
    """J at the point in numbers; ``at``: as far as row ``at``."""
    index = _index(here)
    values = pieces.numeric(here.jacobian_at, pieces.bands(weights))
    shown = values if at is None else so_far(values, at)
    drawn = by_weight(line(At(name("J"), index), pieces.relation(here.jacobian_at), shown), weights, at)
    return formula(drawn, size=28)


def _index(here: Map) -> Piece:
    """The point as an index, or its letter where it is too long for that."""
    return pieces.point(here) if has_short_point(here.point) else name("x")


def _sum(here: Map, pulled: Pullback) -> Line:
    """The weighted sum written out, or its total where it has many terms."""
    if len(here.outputs) * len(here.inputs) <= LONGEST_SUM:
        return equations.weighted_sum(here, pulled)
    return total_line(pulled.total, equations.PRODUCT)


def _frame(e: VectorExplanation, lang: str) -> Frame:
    """What stands around the body on every slide of this explanation."""
    return Frame(
        code=("y.backward(v)", *answer_lines("x.grad", e.torch.transcript["x.grad"].text)),
        remark=remark_on(e.verdict, lang),
        agrees=e.verdict.calm,
    )


def _notes(e: VectorExplanation, lang: str) -> str:
    jacobian, point = rows_text(e.map.jacobian_at), vector_text(e.map.point)
    return "\n\n".join(
        [
            "\n".join(function_texts(e.map)),
            say(lang, "export.notes.vjp", y=e.map.letter, point=point, jacobian=jacobian),
            say(lang, "export.notes.vjp_total", v=vector_text(e.pullback.weights), total=vector_text(e.pullback.total)),
            *reasons_of(e.verdict, lang),
        ]
    )


def _figure(at: Map, pulled: Pullback, reach: Pullback | None = None) -> Block | None:
    """Two inputs: arrows, head to tail. Otherwise a heat map of the weighted rows, where there is more than one."""
    whole = reach or pulled
    if not any(n.value for row in whole.rows for n in row):
        return None  # nothing to be seen
    finite = all(math.isfinite(n.value) for row in (*pulled.rows, pulled.total) for n in row)
    if len(at.inputs) == 2 and finite:
        return arrows(at, pulled, whole)
    return _heat(pulled, whole) if len(whole.rows) > 1 and len(at.inputs) > 1 else None


def _heat(pulled: Pullback, whole: Pullback) -> Formula:
    """diag(v)·J: row i is v_i·J[i, :], each cell as strong as its size; the rows that ``pulled`` lacks stay empty."""
    tints = tints_of(whole.rows, lambda i, j: i, strongest_of(whole.rows))
    done = len(pulled.rows)
    numbers = so_far(pieces.numeric(whole.rows), done - 1)
    shown = tuple(row if i < done else (None,) * len(row) for i, row in enumerate(tints))
    return formula(Upon(WEIGHTED_ROWS, Tinted(numbers, shown)), size=22)


WEIGHTED_ROWS = times(Call(Text("diag", "operator"), (name("v"),)), "J")


def _problem(e: VectorExplanation, step: Step, lang: str) -> Slide:
    """What is given: the functions, the point and v."""
    here, weights = e.map, e.pullback.weights
    functions, given = function_list(here, here.letter, 30), formula(pieces.point(here), size=28)
    lines = [formula(drawn, size=26) for drawn in pieces.outputs(here)]
    v = weight_column(weights)
    return Slide(
        title=say(lang, "export.title.vjp_problem"),
        subtitle=say(lang, "export.subtitle.vjp_problem"),
        body=choice(
            beside(functions, above(given, v)),
            above(functions, beside(given, v)),
            *([above(*lines, beside(given, v))] if len(lines) <= ON_LINES else []),
            above(given, beside(functions, v)),
        ),
        frame=_frame(e, lang).without_answer(),
        alt=tell(lang, step.sentence),
        notes=say(lang, "export.notes.vjp_problem", **step.facts),
    )


def _row(e: VectorExplanation, step: Step, lang: str) -> Slide:
    (i,), here, m = step.lit, e.map, len(e.map.outputs)
    facts: dict[str, str | int] = {
        "y": here.letter,
        "i": i + 1,
        "m": m,
        "done": i + 1,
        "index": str(i + 1).translate(SUBSCRIPTS),
    }
    output = to_text(here.formulas.outputs[i])
    derived, shares = _derived(here, i)
    return Slide(
        title=say(lang, "export.title.vjp_row", **facts),
        subtitle=say(lang, "export.subtitle.vjp_row", **facts),
        body=Above(
            (
                *derived,
                beside(
                    weight_column(e.pullback.weights, at=i),
                    _jacobian_numbers(here, e.pullback.weights, at=i),
                    _figure(here, first_terms(e.pullback, i + 1), e.pullback) if m <= FIGURE_ROWS else None,
                ),
                formula(_partial(here, e.pullback, i), size=32),
            ),
            shares=(*shares, 0.8 - sum(shares), 0.2),
        ),
        frame=_frame(e, lang).without_answer(),
        alt=tell(lang, step.sentence),
        notes=say(lang, "export.notes.vjp_row", y=here.letter, output=output, **step.facts),
    )


def _partial(at: Map, pulled: Pullback, i: int) -> Line:
    """The weighted sum as far as row i; the rest of it keeps its room, so that nothing moves from step to step."""
    if len(at.outputs) * len(at.inputs) > LONGEST_SUM:
        return _partial_total(pulled, i, at.letter)
    return equations.weighted_sum(at, pulled, done=i + 1)


def _partial_total(pulled: Pullback, i: int, letter: str) -> Line:
    part, last = first_terms(pulled, i + 1), i == len(pulled.rows) - 1
    so_far_ = Sum(times(entry("v", "i"), Gradient(entry(letter, "i"), transposed=True)), line("i", "≤", str(i + 1)))
    return total_line(part.total, equations.PRODUCT if last else so_far_)


def _gradient(at: Map, i: int) -> Line:
    """∇ᵀy_i, in symbols where they are short, and at the point."""
    row = at.jacobian_at[i]
    formulas, gradient = at.formulas.jacobian, Hued(Gradient(entry(at.letter, i + 1), transposed=True), i)
    here = pieces.relation((row,)), pieces.numeric((row,))
    if is_short(formulas):
        symbols = pieces.symbolic((formulas[i],))
        return line(gradient, "=", At(symbols, _index(at)), *here)
    return line(At(gradient, _index(at)), *here)


def _derived(at: Map, i: int) -> tuple[tuple[Block, ...], tuple[float, ...]]:
    """y_i and its gradient, in one line where that is short for every i, and their shares of the height.

    A gradient that is not shown in symbols is not shown twice: it is the row of J below.
    """
    output, gradient = pieces.output(i, at.formulas.outputs[i], at.letter), _gradient(at, i)
    lengths = [len(to_text(node)) for node in at.formulas.outputs]
    if max(lengths) + entry_width(at.formulas.jacobian) <= LONGEST_LINE:
        return (formula(output, Space("qquad"), gradient, size=26),), (0.22,)
    if not is_short(at.formulas.jacobian):
        return (formula(output, size=26),), (0.16,)
    return (formula(output, size=24), formula(gradient, size=24)), (0.13, 0.15)


SLIDES = {"problem": _problem, "row": _row, "sum": _whole}
