"""Slides of c = a·b: one small matrix for each element of c, term by term to the sum."""

from __future__ import annotations

from collections.abc import Callable

from core.expression.tree import SUBSCRIPTS
from core.kinds.matmul import equations
from core.kinds.matmul.explanation import MatmulExplanation
from core.maps import Rows, Step
from core.notation import pieces
from core.notation.tree import (
    Band,
    Hued,
    Line,
    Piece,
    Sign,
    Space,
    Value,
    entry,
    line,
    name,
    partial,
    times,
    transposed,
)
from core.numbers.notation import decimal
from core.numbers.tints import FULL_TINT
from core.slides.blocks import (
    Above,
    Block,
    Formula,
    Frame,
    Grid,
    Slide,
    Tinted,
    Upon,
    Words,
    above,
    beside,
    choice,
    formula,
)
from core.slides.cards import mosaics, numbered
from core.slides.parts import strongest_of
from core.slides.words import answer_lines, reasons_of, remark_on, rows_text
from core.wording import say, tell

MANY_CELLS = 200  # of all matrices of a slide together; beyond, their cells are drawn without numbers
MOST_ROWS = 5  # beyond, a step shows a row and a column, the new term and the sum, and nothing else
FEW_ROWS = 3  # of a matrix that still leaves room for another below it


def title(e: MatmulExplanation, lang: str) -> str:
    """b.grad is a weighted sum of so many matrices, or the only one there is."""
    (m, _, n), wrt = e.sizes, e.problem.wrt
    return say(lang, f"export.title.matmul{'_one' if m * n == 1 else ''}", wrt=wrt, count=m * n)


def slide(e: MatmulExplanation, step: Step, lang: str) -> Slide:
    """A step as a slide in a language."""
    return SLIDES[step.name](e, step, lang)


def _whole(e: MatmulExplanation, step: Step, lang: str) -> Slide:
    (m, k, n), wrt = e.sizes, e.problem.wrt
    facts = {"wrt": wrt, "m": m, "k": k, "n": n, "count": m * n}
    closed = "aᵀv" if wrt == "b" else "v bᵀ"
    total = say(lang, "export.notes.matmul_total", wrt=wrt, grad=rows_text(e.grad(wrt)), closed=closed)
    return Slide(
        title=title(e, lang),
        subtitle=say(lang, f"export.subtitle.matmul{'_one' if m * n == 1 else ''}", **facts),
        body=choice(*_forms(e)),
        frame=_frame(e, lang),
        alt=tell(lang, step.sentence),
        notes="\n\n".join([say(lang, "export.notes.matmul", **facts), total, *reasons_of(e.verdict, lang)]),
    )


def _forms(e: MatmulExplanation) -> list[Block]:
    """The state, ever shorter: cards with numbers or without, a·b = c above them or not."""
    (m, _, n), wrt = e.sizes, e.problem.wrt
    name, value = _sum_name(e, wrt), equations.boxed_gradient(e, wrt)
    sum_, stacked = formula(line(*name, value), size=26), formula(Upon(line(*name), value), size=22)
    mosaics = [_mosaics(e, wrt, m * n, size) for size in ((30, 11.5), (33, 17))]
    forms: list[Block] = [
        above(_given(e), beside(mosaics[0], sum_)),
        above(_given(e), beside(mosaics[0], stacked)),
        beside(mosaics[1], sum_),
        beside(mosaics[1], stacked),
        above(mosaics[0], sum_),
    ]
    if m * n * len(e.grad(wrt)) * len(e.grad(wrt)[0]) > MANY_CELLS:
        return forms
    cards = _cards(e, wrt)
    return [
        above(_given(e), beside(cards, sum_)),
        above(_given(e), beside(cards, stacked)),
        beside(cards, sum_),
        beside(cards, stacked),
        above(cards, sum_),
        *forms,
    ]


def _given(e: MatmulExplanation) -> Block:
    """a·b = c, and v."""
    return beside(formula(equations.product(e), size=24), formula(equations.upstream(e), size=24))


def _sum_name(e: MatmulExplanation, wrt: str) -> tuple[Piece, ...]:
    """Σ v_ij ∂c_ij/∂b = b.grad ="""
    return line(equations.weighted_sum(wrt), "=", equations.grad(wrt), pieces.relation(e.grad(wrt))).pieces


def _frame(e: MatmulExplanation, lang: str) -> Frame:
    wrt = e.problem.wrt
    grad = f"{wrt}.grad"
    return Frame(
        code=("c.backward(v)", *answer_lines(grad, e.torch.transcript[grad].text)),
        remark=remark_on(e.verdict, lang),
        agrees=e.verdict.calm,
    )


def _cards(e: MatmulExplanation, wrt: str) -> Grid:
    """v_ij ∂c_ij/∂b for every element of c, in the places of c."""
    m, _, n = e.sizes
    strongest = max(strongest_of(e.contribution(i, j, wrt)) for i in range(m) for j in range(n))
    cards = tuple(_card(e, i, j, wrt, strongest) for i in range(m) for j in range(n))
    return Grid(cards, n, size=22, gap=0.9)


def _card(e: MatmulExplanation, i: int, j: int, wrt: str, strongest: float) -> Upon:
    row = i if e.v[i][j].value else None
    label = times(equations.at("v", i, j), partial(equations.at("c", i, j), wrt))
    return Upon(Hued(label, row), _contribution(e, i, j, wrt, strongest))


def _lit(i: int, j: int, p: int, q: int, wrt: str) -> bool:
    """Whether entry (p, q) of ∂c_ij/∂b (or ∂a) stands in the line that is not zero."""
    return q == j if wrt == "b" else p == i


def _contribution(e: MatmulExplanation, i: int, j: int, wrt: str, strongest: float) -> Tinted:
    weighs = bool(e.v[i][j].value)
    return numbered(e.contribution(i, j, wrt), i, strongest, lambda p, q: weighs and _lit(i, j, p, q, wrt))


def _mosaics(e: MatmulExplanation, wrt: str, done: int, room: tuple[float, float]) -> Grid:
    """All matrices without their numbers, in the places of c; those after ``done`` are empty."""
    m, _, n = e.sizes
    cards = [e.contribution(i, j, wrt) for i in range(m) for j in range(n)]
    return mosaics(cards, n, lambda k: k // n, done, room)


def _problem(e: MatmulExplanation, step: Step, lang: str) -> Slide:
    """What is given: a, b, their product c, and v."""
    product, weights = formula(equations.product(e), size=34), formula(equations.upstream(e), size=34)
    return Slide(
        title=say(lang, "export.title.matmul_problem"),
        subtitle=say(lang, "export.subtitle.matmul_problem", wrt=e.problem.wrt),
        body=choice(above(product, weights), beside(product, weights)),
        frame=_frame(e, lang).without_answer(),
        alt=tell(lang, step.sentence),
        notes=say(lang, "export.notes.matmul_problem", **step.facts),
    )


def _term(e: MatmulExplanation, step: Step, lang: str) -> Slide:
    (m, _, n), wrt, (at,) = e.sizes, e.problem.wrt, step.lit
    i, j = divmod(at, n)
    counted: dict[str, str | int] = {"k": step.shown, "count": m * n}
    written = {"weight": decimal(e.v[i][j].value), "derivative": rows_text(e.derivative(i, j, wrt))}
    index = str(step.facts["index"]).translate(SUBSCRIPTS)
    return Slide(
        title=say(lang, "export.title.matmul_term", index=index, wrt=wrt, **counted),
        subtitle=say(lang, "export.subtitle.matmul_term", wrt=wrt),
        body=_term_body(e, i, j, wrt, step.answer, lang),
        frame=_frame(e, lang).without_answer(),
        alt=tell(lang, step.sentence),
        notes=say(lang, "export.notes.matmul_term", i=i + 1, j=j + 1, **written, **counted, **step.facts),
    )


def _term_body(e: MatmulExplanation, i: int, j: int, wrt: str, sum_: Rows, lang: str) -> Block:
    """Row i of a and column j of b, what they make of c_ij, its derivative, and the sum so far."""
    (m, _, n), weight = e.sizes, e.v[i][j]
    k, row = i * n + j + 1, i if weight.value else None
    contribution = _contribution(e, i, j, wrt, max(strongest_of(e.contribution(i, j, wrt)), 1e-300))
    name = line(
        Hued(equations.at("v", i, j), row),
        partial(equations.at("c", i, j), wrt),
    )
    relation = pieces.relation(e.contribution(i, j, wrt))
    element, running = formula(_element(e, i, j), size=24), _running(sum_, i, j, wrt, k, lang, k == m * n)
    if max(m, n, len(e.b)) > MOST_ROWS:  # nothing but what can still be read
        made = formula(line(name, relation), contribution, size=24)
        return Above((_factors(e, i, j), element, beside(made, running)), shares=(0.13, 0.13, 0.74))
    if max(m, len(sum_), len(e.b)) > FEW_ROWS:  # tall matrices stand side by side
        short, mosaic = formula(line(name, relation), contribution, size=24), _mosaics(e, wrt, k, (14, 8))
        rows = (_lit_product(e, i, j), element, beside(short, mosaic, running))
        return Above(rows, shares=(0.4, 0.12, 0.48))
    derived = formula(
        line(name, "="),
        line(Hued(Value(weight), row), "·"),
        equations.element_symbols(e, i, j, wrt),
        Sign(relation),
        contribution,
        size=26,
    )
    return Above(
        (beside(_lit_product(e, i, j), element), derived, beside(_mosaics(e, wrt, k, (14, 4.4)), running)),
        shares=(0.34, 0.32, 0.34),
    )


def _element(e: MatmulExplanation, i: int, j: int) -> Line:
    """c_ij as a sum in letters and in numbers; of a long one only the numbers are written out."""
    return equations.element(e, i, j, written_out=len(e.b) <= FEW_ROWS)


def _factors(e: MatmulExplanation, i: int, j: int) -> Formula:
    """Row i of a and column j of b, as rows."""
    row, column = (e.a[i],), (tuple(entry[j] for entry in e.b),)
    return formula(
        line(Hued(entry("a", i + 1, "·"), i), pieces.relation(row), pieces.numeric(row)),
        Space("quad"),
        line(transposed(entry("b", "·", j + 1)), pieces.relation(column), pieces.numeric(column)),
        size=22,
    )


def _lit_product(e: MatmulExplanation, i: int, j: int) -> Formula:
    """a·b = c with row i of a, column j of b and c_ij lit."""
    full = Band(i, FULL_TINT)

    def lit(rows: Rows, letter: str, of: Callable[[int, int], bool]) -> Upon:
        tints = tuple(tuple(full if of(p, q) else None for q in range(len(row))) for p, row in enumerate(rows))
        return Upon(name(letter), Tinted(pieces.numeric(rows), tints))

    return formula(
        lit(e.a, "a", lambda p, q: p == i),
        Sign("×"),
        lit(e.b, "b", lambda p, q: q == j),
        Sign(pieces.relation(e.a, e.b, e.c)),
        lit(e.c, "c", lambda p, q: (p, q) == (i, j)),
        size=20,
    )


def _running(rows: Rows, i: int, j: int, wrt: str, k: int, lang: str, done: bool) -> Block:
    """The running sum; what this term changed is tinted, and what all of them make has its name."""
    full = Band(i, FULL_TINT)
    tints = tuple(tuple(full if _lit(i, j, p, q, wrt) else None for q in range(len(row))) for p, row in enumerate(rows))
    said = say(lang, "export.label.running_one") if k == 1 else say(lang, "export.label.running", k=k)
    name = [line(equations.grad(wrt), pieces.relation(rows))] if done else []
    together = above if len(rows) <= MOST_ROWS else beside
    return together(Words(said, 16), formula(*name, Tinted(pieces.numeric(rows), tints), size=24))


SLIDES = {"problem": _problem, "term": _term, "sum": _whole}
