"""The equations of y = f(x)."""

from __future__ import annotations

from itertools import chain

from core.expression.tree import WEIGHT_LETTERS, free_letter
from core.grammar import parse
from core.kinds.vector.explanation import VectorExplanation
from core.kinds.vector.problem import VectorProblem
from core.maps import Map, Pullback, Vector
from core.notation.latex import latex
from core.notation.pieces import (
    bands,
    column_of,
    negated,
    numeric,
    outputs,
    point,
    relation,
    separated,
    stated,
    symbolic,
)
from core.notation.tree import (
    At,
    Boxed,
    Expression,
    Gradient,
    Hidden,
    Hued,
    Line,
    Matrix,
    Piece,
    Sign,
    Text,
    Value,
    cells,
    entry,
    line,
    name,
    partial,
    piece,
    times,
    transposed,
)
from core.numbers.exact import Number


def jacobian(at: Map, weights: Vector) -> Line:
    """J = ∂y/∂x, every entry as SymPy derived it."""
    return line("J", "=", partial(at.letter, "x"), "=", symbolic(at.formulas.jacobian, bands(weights)))


def jacobian_at(at: Map, weights: Vector) -> Line:
    """J at the point: exact, and in decimals beside it where the exact form is not one already."""
    return line(At(name("J"), point(at)), *stated(at.jacobian_at, bands(weights)))


def general_jacobian(m: str = "m", n: str = "n") -> Line:
    """The definition, full form."""
    first, last = ([partial(entry("f", i), entry("x", j), large=True) for j in ("1", n)] for i in ("1", m))
    rows = (cells(first[0], "⋯", first[1]), cells("⋮", "⋱", "⋮"), cells(last[0], "⋯", last[1]))
    gradients = [Gradient(entry("f", i), transposed=True) for i in ("1", m)]
    columns = [partial(Text("f", "bold"), entry("x", j), large=True) for j in ("1", n)]
    by_column = Matrix((cells(columns[0], "⋯", columns[1]),))
    by_row = column_of([gradients[0], Sign("⋮"), gradients[1]])
    return line("J", "=", by_column, "=", by_row, "=", Matrix(rows))


TRANSPOSED_PRODUCT = times(transposed("J"), "v", between=None)
PRODUCT = times(transposed("v"), "J", between=None)


def transposed_product(at: Map, pulled: Pullback) -> tuple[Line, Line]:
    """Jᵀ·v written out: once with ∂l/∂y in general, once with the numbers of this point."""
    m, n = len(at.outputs), len(at.inputs)
    partials = tuple(tuple(Hued(partial(entry(at.letter, i + 1), x), i) for i in range(m)) for x in at.inputs)
    upstream = column_of([Hued(partial("l", entry(at.letter, i + 1)), i) for i in range(m)])
    downstream = column_of([partial("l", x) for x in at.inputs])
    general = line(TRANSPOSED_PRODUCT, "=", times(Matrix(partials), upstream, between=None), "=", downstream)
    columns = tuple(tuple(Hued(Value(row[j]), i) for i, row in enumerate(at.jacobian_at)) for j in range(n))
    here = line(
        TRANSPOSED_PRODUCT,
        "=",
        times(Matrix(columns), column_of([Hued(Value(w), i) for i, w in enumerate(pulled.weights)]), between=None),
        "=",
        Boxed(column_of([Value(total) for total in pulled.total])),
    )
    return general, here


def weighted_symbols(at: Map) -> Line:
    """vᵀJ = v_1[…] + v_2[…] with symbolic weights."""
    letter = free_letter(WEIGHT_LETTERS, at.names)
    product = times(transposed(letter), "J", between=None)
    rows = at.formulas.jacobian
    terms = [Hued(times(entry(letter, i + 1), symbolic((row,)), between=None), i) for i, row in enumerate(rows)]
    return line(product, "=", *separated(terms, Sign("+")))


def weighted_sum(at: Map, pulled: Pullback, named: Piece = PRODUCT, done: int | None = None) -> Line:
    """vᵀJ = 2[2 4] + 1[2 24] = [6 32]; what comes after the first ``done`` rows only keeps its room."""
    terms = [_term(i, pulled.weights[i], row) for i, row in enumerate(at.jacobian_at)]
    of_terms = relation((pulled.weights, *at.jacobian_at))
    of_total, *total = map(piece, stated((pulled.total,)))
    end = of_total if of_terms == "=" else piece(of_terms), Boxed(Line(tuple(total)))
    shown = len(terms) if done is None else done
    if shown == len(terms):
        return line(named, of_terms, *chain(*terms), *end)
    return line(named, of_terms, *chain(*terms[:shown]), *map(Hidden, chain(*terms[shown:], end)))


def _term(i: int, weight: Number, row: Vector) -> tuple[Piece, ...]:
    """A weight and its row, in the row's hue, behind their sign."""
    negative = weight.value < 0
    product = times(Value(negated(weight) if negative else weight), numeric((row,)), between=None)
    sign = ("-",) if negative else ("+",) if i else ()
    return cells(*sign, Hued(product, i if weight.value else None))


def formula(problem: VectorProblem) -> str:
    """y = its functions, in LaTeX as small as a card."""
    return functions("y", problem.functions)


def functions(letter: str, texts: tuple[str, ...]) -> str:
    """letter = some functions that can be read, one below the other."""
    lines = [latex(Expression(parse(text, None))) for text in texts]
    if len(lines) == 1:
        return rf"{letter} = \displaystyle {lines[0]}"
    return rf"{letter} = \begin{{pmatrix}}" + r"\\[0.2em]".join(lines) + r"\end{pmatrix}"


def shown(e: VectorExplanation) -> tuple[Piece, ...]:
    """Every equation that the page shows, in its order."""
    here, weights = e.map, e.pullback.weights
    return (
        *outputs(here),
        jacobian(here, weights),
        jacobian_at(here, weights),
        weighted_sum(here, e.pullback),
        weighted_symbols(here),
        *transposed_product(here, e.pullback),
    )
