"""Slides of an expression in matrices: one small matrix for each element of the output, term by term to the sum."""

from __future__ import annotations

from collections.abc import Sequence

from core.expression.tree import SUBSCRIPTS
from core.kinds.tensor import arrays, equations
from core.kinds.tensor.closed import closed
from core.kinds.tensor.explanation import TensorExplanation
from core.kinds.tensor.steps import given, place, told
from core.maps import Rows, Step
from core.notation import pieces
from core.notation.tree import Band, Hued, Line, Piece, Space, Value, entry, line, times
from core.numbers.notation import decimal
from core.numbers.tints import FULL_TINT
from core.slides.blocks import Block, Frame, Grid, Slide, Tinted, Upon, Words, above, beside, choice, formula
from core.slides.cards import mosaics, numbered
from core.slides.parts import strongest_of
from core.slides.words import answer_lines, reasons_of, remark_on
from core.wording import say, tell

MANY_CELLS = 200  # of all cards of a slide together; beyond, they are drawn without numbers
MOST_ROWS = 5  # of a running sum that stands below its words


def title(e: TensorExplanation, lang: str) -> str:
    """W.grad is a weighted sum of so many derivatives, or the only one there is."""
    count = len(e.places)
    return say(lang, f"tensor.title.sum{'_one' if count == 1 else ''}", wrt=e.wrt, count=count, letter=e.letter)


def slide(e: TensorExplanation, step: Step, lang: str) -> Slide:
    """A step as a slide in a language."""
    return SLIDES[step.name](e, step, lang)


def _frame(e: TensorExplanation, lang: str) -> Frame:
    grad = f"{e.wrt}.grad"
    return Frame(
        code=(f"{e.letter}.backward(v)", *answer_lines(grad, e.torch.transcript[grad].text)),
        remark=remark_on(e.verdict, lang),
        agrees=e.verdict.calm,
    )


def _lines(lines: Sequence[Line], size: float) -> Block | None:
    return Grid(tuple(lines), 1, size=size, align="left", gap=0.5) if lines else None


# ── What is given ────────────────────────────────────────────────────────────────────────────────────────


def _problem(e: TensorExplanation, step: Step, lang: str) -> Slide:
    """The question: f, the inputs, what comes out, and v."""
    asked = _lines(equations.function(e), 30)
    inputs = [formula(one, size=26) for one in equations.inputs(e)]
    ends = [formula(one, size=26) for one in (equations.output(e), equations.upstream(e))]
    facts = given(e)
    return Slide(
        title=say(lang, "tensor.title.problem", letter=e.letter, wrt=e.wrt),
        subtitle=say(lang, "tensor.subtitle.problem", letter=e.letter, wrt=e.wrt),
        body=choice(
            above(asked, beside(*inputs), beside(*ends)),
            above(asked, Grid(tuple(equations.inputs(e)), 2, size=22), beside(*ends)),
            above(beside(asked, _lines(equations.inputs(e), 20)), beside(*ends)),
        ),
        frame=_frame(e, lang).without_answer(),
        alt=tell(lang, step.sentence),
        notes=say(lang, "tensor.notes.problem", **facts),
    )


# ── Term by term ─────────────────────────────────────────────────────────────────────────────────────────


def _term(e: TensorExplanation, step: Step, lang: str) -> Slide:
    (k,), count = step.lit, len(e.places)
    facts: dict[str, str | int] = {"letter": e.letter, "wrt": e.wrt, "k": step.shown, "count": count, **step.facts}
    written = {"weight": decimal(e.weights[k].value), "derivative": told(e.jacobian[e.places[k]])}
    return Slide(
        title=say(lang, "tensor.title.term", **(facts | {"index": _below(place(e, k))})),
        subtitle=say(lang, "tensor.subtitle.term", wrt=e.wrt),
        body=_term_body(e, k, step.answer, lang),
        frame=_frame(e, lang).without_answer(),
        alt=tell(lang, step.sentence),
        notes=say(lang, "tensor.notes.term", **facts, **written),
    )


def _below(index: str) -> str:
    return index.translate(SUBSCRIPTS)


def _term_body(e: TensorExplanation, k: int, sum_: Rows, lang: str) -> Block:
    """v and the output with this element lit; its derivative, weighted; the sum so far."""
    row = e.hue(k) if e.weights[k].value else None
    weighted = _card(e, k, max(strongest_of(e.contribution(k)), 1e-300))
    made = formula(
        line(Hued(equations.at("v", k, e), row), equations.derivative(e, k), "="),
        line(Hued(Value(e.weights[k]), row), "·"),
        pieces.numeric(e.derivative(k)),
        line(pieces.relation(e.contribution(k))),
        weighted,
        size=26,
    )
    short = formula(line(Hued(equations.at("v", k, e), row), equations.derivative(e, k), "="), weighted, size=24)
    running = _running(e, k, sum_, lang)
    mosaic = _mosaics(e, k + 1, (14, 8))
    asked = _lines(equations.function(e), 24)
    return choice(
        above(beside(asked, _lit(e, k)), made, beside(mosaic, running)),
        above(beside(asked, _lit(e, k)), beside(short, mosaic, running)),
        above(beside(short, mosaic), running),
        above(short, running),
    )


def _lit(e: TensorExplanation, k: int) -> Block:
    """The output with one element lit, and v with its weight."""
    full = Band(e.hue(k), FULL_TINT)

    def lit(value: arrays.Array, letter: str) -> list[Piece | Tinted]:
        rows = arrays.rows(value)
        width = len(rows[0])
        tints = tuple(tuple(full if i * width + j == k else None for j in range(width)) for i in range(len(rows)))
        return [line(letter, pieces.relation(rows)), Tinted(pieces.numeric(rows), tints)]

    return formula(*lit(e.output, e.letter), Space("quad"), *lit(e.v, "v"), size=20)


def _running(e: TensorExplanation, k: int, rows: Rows, lang: str) -> Block:
    """The running sum; what this term changed is tinted, and what all of them make has its name."""
    full = Band(e.hue(k), FULL_TINT)
    changed = e.contribution(k)
    tints = tuple(tuple(full if n.value else None for n in row) for row in changed)
    count = k + 1
    said = say(lang, "export.label.running_one") if count == 1 else say(lang, "export.label.running", k=count)
    name = [line(equations.grad(e), pieces.relation(rows))] if count == len(e.places) else []
    together = above if len(rows) <= MOST_ROWS else beside
    return together(Words(said, 16), formula(*name, Tinted(pieces.numeric(rows), tints), size=24))


# ── The closed form ──────────────────────────────────────────────────────────────────────────────────────


def _closed(e: TensorExplanation, step: Step, lang: str) -> Slide:
    """The closed form, and why each of its lines is so."""
    found = closed(e)
    assert found
    said = [say(lang, key, **dict(facts)) for key, facts in found.said]
    words = [Words(one, 18) for one in said]
    asked, point = _lines((*equations.function(e), *found.letters), 24), Words(tell(lang, [found.point]), 18)
    return Slide(
        title=say(lang, "tensor.title.closed", wrt=e.wrt),
        subtitle=say(lang, "tensor.subtitle.closed", wrt=e.wrt),
        body=choice(
            above(asked, _lines(found.lines, 30), *words, formula(equations.gradient(e), size=24)),
            above(beside(asked, _lines(found.lines, 28)), *words, formula(equations.gradient(e), size=24)),
            above(beside(asked, _lines(found.lines, 28)), *words),
            above(beside(asked, _lines(found.lines, 28)), point),
        ),
        frame=_frame(e, lang),
        alt=tell(lang, step.sentence),
        notes=" ".join([*said, say(lang, "tensor.notes.closed", wrt=e.wrt, grad=told(e.total))]),
    )


# ── The whole ────────────────────────────────────────────────────────────────────────────────────────────


def _whole(e: TensorExplanation, step: Step, lang: str) -> Slide:
    count = len(e.places)
    facts: dict[str, str | int] = {"letter": e.letter, "wrt": e.wrt, "count": count}
    found = closed(e)
    said = [say(lang, key, **dict(fact)) for key, fact in found.said] if found and found.holds else []
    total = say(lang, "tensor.notes.total", wrt=e.wrt, grad=told(e.total))
    point = tell(lang, [found.point]) if found and said else ""
    subtitle = point or say(lang, f"tensor.subtitle.sum{'_one' if count == 1 else ''}", **facts)
    return Slide(
        title=title(e, lang),
        subtitle=subtitle,
        body=choice(*_forms(e)),
        frame=_frame(e, lang),
        alt=tell(lang, step.sentence),
        notes="\n\n".join([say(lang, "tensor.notes.sum", **facts), *said, total, *reasons_of(e.verdict, lang)]),
    )


def _forms(e: TensorExplanation) -> list[Block]:
    """The state, ever shorter: cards with numbers or without, f and the closed form beside them or not."""
    name = line(equations.weighted_sum(e), "=", equations.grad(e), pieces.relation(arrays.rows(e.total)))
    sum_ = formula(line(*name.pieces, equations.boxed(e)), size=26)
    stacked = formula(Upon(name, equations.boxed(e)), size=22)
    asked = _lines(equations.function(e), 24)
    found = equations.closed_form(e)
    derived = _lines(found, 22)
    head = beside(asked, formula(equations.upstream(e), size=22))
    cards: list[Block] = [_mosaics(e, len(e.places), (30, 11.5)), _mosaics(e, len(e.places), (33, 17))]
    if len(e.places) * e.total.size <= MANY_CELLS:
        cards.insert(0, _cards(e))
    if equations.is_matrix(e) and e.shape:
        cards.insert(0, formula(equations.jacobian(e), size=26))
    full: list[Block] = []
    for one in cards:
        full += [  # f and v above the cards, or beside them
            above(head, one, beside(derived, sum_)),
            above(head, beside(one, above(derived, stacked))),
            beside(one, above(asked, formula(equations.upstream(e), size=22), derived, stacked)),
            above(head, beside(one, sum_)),
            above(head, beside(one, stacked)),
        ]
    short = [form for one in cards for form in (beside(one, sum_), beside(one, stacked))]
    return [*full, *short, above(head, derived, sum_), above(derived or asked, sum_)]


def _cards(e: TensorExplanation) -> Grid:
    """v_ij ∂c_ij/∂W for every element of the output, in its place."""
    strongest = max(strongest_of(e.contribution(k)) for k in range(len(e.places)))
    cards = tuple(Upon(_label(e, k), _card(e, k, strongest)) for k in range(len(e.places)))
    return Grid(cards, _columns(e), size=22, gap=0.9)


def _label(e: TensorExplanation, k: int) -> Piece:
    weight = equations.at("v", k, e) if e.shape else entry("v")
    return Hued(times(weight, equations.derivative(e, k)), e.hue(k) if e.weights[k].value else None)


def _card(e: TensorExplanation, k: int, strongest: float) -> Tinted:
    rows = e.contribution(k)
    return numbered(rows, e.hue(k), strongest, lambda p, q: bool(rows[p][q].value))


def _columns(e: TensorExplanation) -> int:
    return e.shape[-1] if e.shape else 1


def _mosaics(e: TensorExplanation, done: int, room: tuple[float, float]) -> Grid:
    """All cards without their numbers, in the places of the output; those after ``done`` are empty."""
    counted = ("i", "j") if len(e.shape) == 2 else ("", "i")
    cards = [e.contribution(k) for k in range(len(e.places))]
    return mosaics(cards, _columns(e), e.hue, done, room, counted)


SLIDES = {"problem": _problem, "term": _term, "closed": _closed, "sum": _whole}
