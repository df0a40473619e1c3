"""Slides of c = a·b: one small matrix for each element of c, term by term to the sum."""

from __future__ import annotations

from collections.abc import Callable

from core.exact import Number
from core.explain import Rows
from core.matmul import MatmulExplanation
from core.typeset import equations
from core.typeset.blocks import (
    Block,
    Frame,
    Grid,
    Mosaic,
    Slide,
    Spot,
    Tinted,
    Upon,
    Words,
    above,
    beside,
    formula,
)
from core.typeset.numbers import decimal
from core.typeset.palette import strength
from core.typeset.slides.parts import numeric, strongest_of, tints_of
from core.typeset.slides.words import SUBSCRIPTS, address_of, answer_lines, rows_text
from core.typeset.tree import Band, Hued, Matrix, Piece, Symbol, Value, line
from core.words import say

MANY_CELLS = 900  # of all matrices of a slide together; beyond, their cells are drawn without numbers
FEW_ROWS = 3  # of a matrix that still leaves room for another below it


def state(e: MatmulExplanation, lang: str) -> Slide:
    (m, k, n), wrt = e.sizes, e.problem.wrt
    product = beside(formula(equations.product(e), size=24), formula(equations.upstream(e), size=24))
    total = _gradient_matrix(e, wrt)
    many = m * n * len(e.grad(wrt)) * len(e.grad(wrt)[0]) > MANY_CELLS
    cards = _mosaics(e, wrt, m * n) if many else _cards(e, wrt)
    sum_ = formula(line(rf"\sum_{{i,j}} v_{{ij}}\,\frac{{\partial c_{{ij}}}}{{\partial {wrt}}} =", total), size=24)
    facts = {"wrt": wrt, "m": m, "k": k, "n": n, "count": m * n}
    return Slide(
        title=say(lang, "export.title.matmul", **facts),
        subtitle=say(lang, "export.subtitle.matmul", **facts),
        body=above(product, beside(cards, sum_)),
        frame=_frame(e, lang),
        alt=say(
            lang,
            "export.alt.matmul",
            wrt=wrt,
            a=rows_text(e.a),
            b=rows_text(e.b),
            c=rows_text(e.c),
            v=rows_text(e.v),
            grad=rows_text(e.grad(wrt)),
        ),
        notes="\n\n".join(
            [
                say(lang, "export.notes.matmul", **facts),
                say(
                    lang,
                    "export.notes.matmul_total",
                    wrt=wrt,
                    grad=rows_text(e.grad(wrt)),
                    closed="aᵀv" if wrt == "b" else "v bᵀ",
                ),
            ]
        ),
    )


def _frame(e: MatmulExplanation, lang: str) -> Frame:
    wrt = e.problem.wrt
    printed = [row.text for row in e.torch.transcript.printed]
    kind = "explained" if not e.agrees else "exact" if _same(e) else "agree"
    answer = answer_lines(f"{wrt}.grad", printed[1 if wrt == "b" else 2])
    if not answer:
        answer = (f"{wrt}.grad.shape  # torch.Size([{len(e.grad(wrt))}, {len(e.grad(wrt)[0])}])",)
    return Frame(
        code=("c.backward(v)", *answer),
        remark=("≠ " if kind == "explained" else "✓ ") + say(lang, f"check.{kind}"),
        agrees=e.agrees,
        link=address_of(e, lang),
    )


def _same(e: MatmulExplanation) -> bool:
    theirs = e.torch.b_grad if e.problem.wrt == "b" else e.torch.a_grad
    return [[n.value for n in row] for row in e.grad(e.problem.wrt)] == [list(row) for row in theirs]


def _gradient_matrix(e: MatmulExplanation, wrt: str) -> Piece:
    return equations.gradient(e, wrt).pieces[-1]


def _owner(i: int) -> Callable[[int, int], int]:
    return lambda p, q: i


def _cards(e: MatmulExplanation, wrt: str) -> Grid:
    """v_ij ∂c_ij/∂b for every element of c, in the places of c."""
    m, _, n = e.sizes
    strongest = max(strongest_of(e.contribution(i, j, wrt)) for i in range(m) for j in range(n))
    cards = tuple(_card(e, i, j, wrt, strongest) for i in range(m) for j in range(n))
    return Grid(cards, n, size=20, gap=1.1)


def _card(e: MatmulExplanation, i: int, j: int, wrt: str, strongest: float) -> Upon:
    row = i if e.v[i][j].value else None
    label = Symbol(rf"{equations.entry('v', i, j)}\,\frac{{\partial {equations.entry('c', i, j)}}}{{\partial {wrt}}}")
    return Upon(Hued(label, row), _contribution(e, i, j, wrt, strongest))


def _lit(i: int, j: int, p: int, q: int, wrt: str) -> bool:
    """Whether entry (p, q) of ∂c_ij/∂b (or ∂a) stands in the line that is not zero."""
    return q == j if wrt == "b" else p == i


def _contribution(e: MatmulExplanation, i: int, j: int, wrt: str, strongest: float) -> Tinted:
    rows = e.contribution(i, j, wrt)
    cells = tuple(
        tuple(
            Value(n, True) if e.v[i][j].value and _lit(i, j, p, q, wrt) else Hued(Value(n), None)
            for q, n in enumerate(row)
        )
        for p, row in enumerate(rows)
    )
    return Tinted(Matrix(cells), tints_of(rows, _owner(i), strongest))


def _mosaics(e: MatmulExplanation, wrt: str, done: int) -> Grid:
    """All matrices without their numbers, in the places of c; those after the first ``done`` are empty."""
    m, _, n = e.sizes
    places = [(i, j) for i in range(m) for j in range(n)]
    strongest = max(strongest_of(e.contribution(i, j, wrt)) for i, j in places)
    height = m * (0.48 * len(e.grad(wrt)) + 0.4)  # em
    return Grid(
        tuple(_mosaic(e.contribution(i, j, wrt), i, strongest, shown=k < done) for k, (i, j) in enumerate(places)),
        n,
        size=min(34, 170 / height),
        gap=0.4,
    )


def _mosaic(rows: Rows, i: int, strongest: float, shown: bool) -> Mosaic:
    tints = tints_of(rows, _owner(i), strongest)

    def spot(band: Band | None, n: Number) -> Spot | None:
        # Stronger than behind a number: nothing has to be read on it.
        return Spot(Band(i, min(1.0, 2.5 * band.opacity)), n.value < 0) if band and shown else None

    return Mosaic(
        tuple(
            tuple(spot(band, n) for band, n in zip(bands, row, strict=True))
            for bands, row in zip(tints, rows, strict=True)
        )
    )


def steps(e: MatmulExplanation, lang: str) -> tuple[Slide, ...]:
    m, _, n = e.sizes
    return tuple(_term(e, lang, i, j) for i in range(m) for j in range(n))


def _term(e: MatmulExplanation, lang: str, i: int, j: int) -> Slide:
    (m, _, n), wrt = e.sizes, e.problem.wrt
    k = i * n + j + 1
    so_far = e.partial_sum(wrt, "rows", k)
    term, weight = e.contribution(i, j, wrt), e.v[i][j]
    strongest = max(strongest_of(term), 1e-300)
    row = i if weight.value else None
    label = line(
        Hued(Symbol(equations.entry("v", i, j)), row),
        rf"\frac{{\partial {equations.entry('c', i, j)}}}{{\partial {wrt}}} =",
    )
    contribution, letters = _contribution(e, i, j, wrt, strongest), equations.element_symbols(e, i, j, wrt)
    running = _running(so_far, i, j, wrt, k, lang)
    rows: tuple[Block, ...]
    if len(term) <= FEW_ROWS:
        rows = (
            formula(label, line(Hued(Value(weight), row), r"\cdot"), letters, Symbol("="), contribution, size=28),
            beside(_mosaics(e, wrt, k), running),
        )
    else:  # tall matrices stand side by side
        rows = (beside(formula(label, contribution, size=26), _mosaics(e, wrt, k), running),)
    index = equations.entry("", i, j).strip("_{}")
    facts = {"k": k, "count": m * n, "wrt": wrt}
    numbers = {"index": index, "term": rows_text(term), "total": rows_text(so_far)}
    return Slide(
        title=say(lang, "export.title.matmul_term", index=index.translate(SUBSCRIPTS), **facts),
        subtitle=say(lang, "export.subtitle.matmul_term", wrt=wrt),
        body=above(
            formula(equations.element(e, i, j), size=26),
            *rows,
        ),
        frame=_frame(e, lang),
        alt=say(lang, "export.alt.matmul_term", wrt=wrt, **numbers),
        notes=say(
            lang,
            "export.notes.matmul_term",
            i=i + 1,
            j=j + 1,
            weight=decimal(weight.value),
            derivative=rows_text(e.derivative(i, j, wrt)),
            **facts,
            **numbers,
        ),
    )


def _running(rows: Rows, i: int, j: int, wrt: str, k: int, lang: str) -> Block:
    """The running sum; what this term changed is tinted."""
    full = Band(i, strength(1, 1))
    tints = tuple(tuple(full if _lit(i, j, p, q, wrt) else None for q in range(len(row))) for p, row in enumerate(rows))
    said = say(lang, "export.label.running_one") if k == 1 else say(lang, "export.label.running", k=k)
    stacked = above if len(rows) > FEW_ROWS else beside
    return stacked(Words(said, 17), formula(Tinted(numeric(rows), tints), size=26))
