"""The equations of y = f(x)."""

from __future__ import annotations

from core.grammar import parse
from core.kinds.vector.explanation import VectorExplanation
from core.kinds.vector.problem import VectorProblem
from core.maps import Map, Pullback, Vector
from core.notation.latex import expression, name
from core.notation.pieces import (
    bands,
    column_of,
    negated,
    numeric,
    output,
    point,
    relation,
    separated,
    stated,
    symbolic,
)
from core.notation.tree import (
    Boxed,
    Hued,
    Line,
    Matrix,
    Piece,
    Symbol,
    Value,
    line,
    symbols,
)


def jacobian(at: Map, weights: Vector, letters: tuple[str, str] = ("x", "y")) -> Line:
    """J = ∂y/∂x, every entry as SymPy derived it."""
    x, y = letters
    return line(rf"J = \frac{{\partial {y}}}{{\partial {x}}} =", symbolic(at.jacobian, bands(weights)))


def jacobian_at(at: Map, weights: Vector) -> Line:
    """J at the point: exact, and in decimals beside it where the exact form is not one already."""
    return line(r"J\,\Big|_{", point(at), "}", *stated(at.jacobian_at, bands(weights)))


def general_jacobian(m: str = "m", n: str = "n") -> Line:
    """The definition, full form."""
    corner = [[rf"\dfrac{{\partial f_{{{i}}}}}{{\partial x_{{{j}}}}}" for j in ("1", n)] for i in ("1", m)]
    rows = (
        symbols(corner[0][0], r"\cdots", corner[0][1]),
        symbols(r"\vdots", r"\ddots", r"\vdots"),
        symbols(corner[1][0], r"\cdots", corner[1][1]),
    )
    gradients = Matrix(
        tuple(symbols(row) for row in (r"\nabla^{\top} f_{1}", r"\vdots", rf"\nabla^{{\top}} f_{{{m}}}"))
    )
    column = r"\dfrac{{\partial \mathbf{{f}}}}{{\partial x_{{{}}}}}"
    columns = Matrix((symbols(column.format("1"), r"\cdots", column.format(n)),))
    return line("J =", columns, "=", gradients, "=", Matrix(rows))


def transposed_product(at: Map, pulled: Pullback) -> tuple[Line, Line]:
    """Jᵀ·v written out: once with ∂l/∂y in general, once with the numbers of this point."""
    m, n = len(at.outputs), len(at.inputs)
    partials = tuple(
        tuple(Hued(Symbol(rf"\frac{{\partial y_{{{i + 1}}}}}{{\partial {name(at.inputs[j])}}}"), i) for i in range(m))
        for j in range(n)
    )
    upstream = column_of([Hued(Symbol(rf"\frac{{\partial l}}{{\partial y_{{{i + 1}}}}}"), i) for i in range(m)])
    downstream = column_of([Symbol(rf"\frac{{\partial l}}{{\partial {name(x)}}}") for x in at.inputs])
    general = line(r"J^{\top} v =", Matrix(partials), upstream, "=", downstream)
    columns = tuple(tuple(Hued(Value(row[j]), i) for i, row in enumerate(at.jacobian_at)) for j in range(n))
    here = line(
        r"J^{\top} v =",
        Matrix(columns),
        column_of([Hued(Value(w), i) for i, w in enumerate(pulled.weights)]),
        "=",
        Boxed(column_of([Value(total) for total in pulled.total])),
    )
    return general, here


def weighted_symbols(at: Map, letter: str = "k") -> Line:
    """vᵀJ = k_1[…] + k_2[…] with symbolic weights."""
    terms = [Hued(line(rf"{letter}_{{{i + 1}}}", symbolic((row,))), i) for i, row in enumerate(at.jacobian)]
    return line(r"v^{\top} J =", *separated(terms, "+"))


def weighted_sum(at: Map, pulled: Pullback) -> Line:
    """vᵀJ = 2[2 4] + 1[2 24] = [6 32]."""
    pieces: list[Piece] = []
    for i, (weight, row) in enumerate(zip(pulled.weights, at.jacobian_at, strict=True)):
        sign, size = ("-", negated(weight)) if weight.value < 0 else ("+" if pieces else "", weight)
        term = line(Value(size), numeric((row,)))
        pieces += [Symbol(sign), Hued(term, i if weight.value else None)]
    terms = relation((pulled.weights, *at.jacobian_at))
    of_total, *total = stated((pulled.total,))
    return line(rf"v^{{\top}} J {terms}", *pieces, of_total if terms == "=" else terms, Boxed(line(*total)))


def formula(problem: VectorProblem) -> str:
    """y = its functions, in LaTeX as small as a card."""
    return functions("y", problem.functions)


def functions(letter: str, texts: tuple[str, ...]) -> str:
    """letter = some functions that can be read, one below the other."""
    lines = [expression(parse(text, None)) for text in texts]
    if len(lines) == 1:
        return rf"{letter} = \displaystyle {lines[0]}"
    return rf"{letter} = \begin{{pmatrix}}" + r"\\[0.2em]".join(lines) + r"\end{pmatrix}"


def shown(e: VectorExplanation) -> tuple[Piece, ...]:
    """Every equation that the page shows, in its order."""
    here, weights = e.map, e.pullback.weights
    return (
        *(output(i, node) for i, node in enumerate(here.outputs)),
        jacobian(here, weights),
        jacobian_at(here, weights),
        weighted_sum(here, e.pullback),
        weighted_symbols(here),
        *transposed_product(here, e.pullback),
    )
