"""The equations of c = a·b."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from core.kinds.matmul.explanation import MatmulExplanation
from core.kinds.matmul.problem import MatmulProblem
from core.notation.pieces import (
    negated,
    numeric,
    relation,
    separated,
)
from core.notation.tree import (
    Band,
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
from core.numbers.exact import Number


def entry(letter: str, i: int, j: int) -> str:
    """c_{12}; with a comma once an index has two digits."""
    comma = "," if max(i, j) >= 9 else ""
    return f"{letter}_{{{i + 1}{comma}{j + 1}}}"


def product(e: MatmulExplanation) -> Line:
    """a·b = c in numbers, each with its name; rows of a and c in the hue of the row."""
    m, _, _ = e.sizes
    rows = tuple(Band(i, 0.2) for i in range(m))
    a, b, c = (
        replace(numeric(matrix, of), label=letter)
        for letter, matrix, of in (("a", e.a, rows), ("b", e.b, ()), ("c", e.c, rows))
    )
    return line(a, r"\times", b, relation(e.a, e.b, e.c), c)


def upstream(e: MatmulExplanation) -> Line:
    """v = […]"""
    rough = relation(e.v) != "="
    rows = tuple(tuple(Hued(Value(n, rough), i) for n in row) for i, row in enumerate(e.v))
    return line(f"v {relation(e.v)}", Matrix(rows))


def element(e: MatmulExplanation, i: int, j: int) -> Line:
    """c_ij = Σ_l a_il b_lj, in letters and in numbers."""
    _, k, _ = e.sizes
    letters = [Symbol(rf"{entry('a', i, p)}\,{entry('b', p, j)}") for p in range(k)]
    factors = [line(_factor(n), r"\cdot", _factor(row[j])) for n, row in zip(e.a[i], e.b, strict=True)]
    numbers = relation(*(((n, row[j]),) for n, row in zip(e.a[i], e.b, strict=True)))
    return line(
        Hued(Symbol(entry("c", i, j)), i),
        "=",
        *separated(letters, "+"),
        numbers,
        *separated(factors, "+"),
        numbers if numbers != "=" else relation(((e.c[i][j],),)),
        Value(e.c[i][j]),
    )


def _factor(n: Number) -> Line:
    """A number in a product; a negative one in brackets."""
    return line(r"\left(", Value(n), r"\right)") if n.value < 0 else line(Value(n))


def _grid(rows: int, columns: int, cell: Callable[[int, int], Piece]) -> Matrix:
    return Matrix(tuple(tuple(cell(p, q) for q in range(columns)) for p in range(rows)))


def element_symbols(e: MatmulExplanation, i: int, j: int, wrt: str) -> Matrix:
    """∂c_ij/∂b (or ∂a) in letters; what is not 0 in row i's hue."""
    m, k, n = e.sizes
    zero = Hued(Symbol("0"), None)
    if wrt == "b":
        return _grid(k, n, lambda p, q: Hued(Symbol(entry("a", i, p)), i) if q == j else zero)
    return _grid(m, k, lambda p, q: Hued(Symbol(entry("b", q, j)), i) if p == i else zero)


def _lit(i: int, j: int, p: int, q: int, wrt: str) -> int | None:
    return i if (q == j if wrt == "b" else p == i) else None


def card(e: MatmulExplanation, i: int, j: int, wrt: str, form: str, weighted: bool) -> Line:
    """v_ij ∂c_ij/∂b = [its matrix], in letters or numbers; the weight in front, or multiplied in."""
    row = i if e.v[i][j].value else None
    name_ = rf"\frac{{\partial {entry('c', i, j)}}}{{\partial {wrt}}} ="
    if form == "letters":
        weight = (Symbol(entry("v", i, j)),) if weighted else ()
        return line(*(Hued(w, row) for w in weight), name_, *weight, element_symbols(e, i, j, wrt))
    rows = (e.contribution if weighted else e.derivative)(i, j, wrt)
    numbers = _grid(len(rows), len(rows[0]), lambda p, q: Hued(Value(rows[p][q]), _lit(i, j, p, q, wrt)))
    return line(*((Hued(Value(e.v[i][j]), row), Symbol(r"\cdot")) if weighted else ()), name_, numbers)


def gradient_sum_symbols(e: MatmulExplanation, wrt: str) -> Line:
    """Σ v_ij ∂c_ij/∂b with the letters of the sum: for v of ones, a_11 + a_21 in every column."""
    m, k, n = e.sizes
    if wrt == "b":
        total = _grid(k, n, lambda p, q: _letters(e, [(i, q, entry("a", i, p)) for i in range(m)]))
    else:
        total = _grid(m, k, lambda p, q: _letters(e, [(p, j, entry("b", q, j)) for j in range(n)]))
    return line(rf"\sum_{{i,j}} v_{{ij}}\,\frac{{\partial c_{{ij}}}}{{\partial {wrt}}} =", total)


def _letters(e: MatmulExplanation, terms: Sequence[tuple[int, int, str]]) -> Piece:
    """v_ij·letter + …, ones not written and zeros left out."""
    pieces: list[Piece] = []
    for i, j, letter in terms:
        weight = e.v[i][j]
        if not weight.value:
            continue
        sign, size = ("-", negated(weight)) if weight.value < 0 else ("+" if pieces else "", weight)
        factor: tuple[Piece, ...] = () if size.value == 1 else (Value(size), Symbol(r"\,"))
        pieces += [Symbol(sign), Hued(line(*factor, letter), i)]
    return line(*pieces) if pieces else Hued(Symbol("0"), None)


def gradient(e: MatmulExplanation, wrt: str) -> Line:
    """The sum in numbers: b.grad or a.grad."""
    return line(rf"\texttt{{{wrt}.grad}} {relation(e.grad(wrt))}", Boxed(numeric(e.grad(wrt))))


def closed_form(e: MatmulExplanation, wrt: str) -> Line:
    """b.grad = aᵀv, a.grad = v bᵀ: the same sum read off at once."""
    m, _, _ = e.sizes
    v = Matrix(tuple(tuple(Hued(Value(n), i) for n in row) for i, row in enumerate(e.v)))
    if wrt == "b":
        a = Matrix(tuple(tuple(Hued(Value(e.a[i][p]), i) for i in range(m)) for p in range(len(e.b))))
        return line(r"a^{\top} v =", a, v, relation(e.b_grad), Boxed(numeric(e.b_grad)))
    b = numeric(tuple(zip(*e.b, strict=True)))
    return line(r"v\,b^{\top} =", v, b, relation(e.a_grad), Boxed(numeric(e.a_grad)))


# What the text says of any m, k, n. The second factor of every second term is b_2j: c_21 = a_21 b_11 + a_22 b_21 + ….


def _framed(corners: Sequence[Sequence[str]]) -> Matrix:
    """A matrix of which only the corners are written: [[top left, top right], [bottom left, bottom right]]."""
    (first, last), (bottom, end) = corners
    return Matrix(
        (
            symbols(first, r"\cdots", last),
            symbols(r"\vdots", r"\ddots", r"\vdots"),
            symbols(bottom, r"\cdots", end),
        )
    )


def general_product() -> Line:
    """c = a·b with every corner written out: c_ij = a_i1 b_1j + a_i2 b_2j + … + a_ik b_kj."""

    def entry_(i: str, j: str) -> str:
        return rf"a_{{{i}1}} b_{{1{j}}} + a_{{{i}2}} b_{{2{j}}} + \cdots + a_{{{i}k}} b_{{k{j}}}"

    return line(r"c = a\,b =", _framed([[entry_("1", "1"), entry_("1", "n")], [entry_("m", "1"), entry_("m", "n")]]))


def general_derivative(wrt: str) -> Line:
    """∂c_11/∂b: row 1 of a stands in column 1 (k × n). Or ∂c_11/∂a: column 1 of b stands in row 1 (m × k)."""
    dots, zeros = symbols(r"\vdots", r"\ddots", r"\vdots"), symbols("0", r"\cdots", "0")
    if wrt == "b":
        column = symbols("a_{11}", "a_{12}", r"\vdots", "a_{1k}")
        rows = tuple((first, *rest) for first, rest in zip(column, (zeros, zeros, dots, zeros), strict=True))
    else:
        rows = (
            symbols("b_{11}", "b_{21}", r"\cdots", "b_{k1}"),
            (*symbols("0"), *zeros),
            (*symbols(r"\vdots"), *dots),
            (*symbols("0"), *zeros),
        )
    return line(rf"\frac{{\partial c_{{11}}}}{{\partial {wrt}}} =", Matrix(rows))


def general_sum(wrt: str) -> Line:
    """∇ of the sum of all c_ij: every column is the sum of the rows of a (wrt a: every row, of the columns of b)."""
    if wrt == "b":
        corners = [[r"\sum_i a_{i1}"] * 2, [r"\sum_i a_{ik}"] * 2]
    else:
        corners = [[r"\sum_j b_{1j}", r"\sum_j b_{kj}"]] * 2
    left = rf"\nabla_{{\!{wrt}}} \sum_{{i,j}} c_{{ij}} = \sum_{{i,j}} \frac{{\partial c_{{ij}}}}{{\partial {wrt}}} ="
    return line(left, _framed(corners))


def general_weighted(wrt: str) -> Line:
    """Σ v_ij ∂c_ij/∂b with its corners, which is aᵀv (wrt a: v bᵀ)."""
    if wrt == "b":
        corners = [[rf"\sum_i v_{{i{j}}}\, a_{{i{p}}}" for j in ("1", "n")] for p in ("1", "k")]
    else:
        corners = [[rf"\sum_j v_{{{i}j}}\, b_{{{p}j}}" for p in ("1", "k")] for i in ("1", "m")]
    left = rf"\sum_{{i,j}} v_{{ij}}\,\frac{{\partial c_{{ij}}}}{{\partial {wrt}}} ="
    return line(left, _framed(corners), "=", r"a^{\top} v" if wrt == "b" else r"v\,b^{\top}")


def of_element(e: MatmulExplanation, i: int, j: int) -> tuple[Piece, ...]:
    """What the page says of c_ij: its sum, and its card in letters and in numbers."""
    wrt = e.problem.wrt
    return element(e, i, j), card(e, i, j, wrt, "letters", True), card(e, i, j, wrt, "numbers", True)


def formula(problem: MatmulProblem) -> str:
    """a × b as typed, in LaTeX as small as a card."""
    return r"\times".join(
        r"\begin{bmatrix}" + r"\\".join(" & ".join(row) for row in matrix) + r"\end{bmatrix}"
        for matrix in (problem.a, problem.b)
    )


def shown(e: MatmulExplanation) -> tuple[Piece, ...]:
    """Every equation that the page shows, in its order; those of one element of c: ``of_element``."""
    wrt = e.problem.wrt
    ours = (product(e), upstream(e), gradient_sum_symbols(e, wrt), gradient(e, wrt), closed_form(e, wrt))
    return (*ours, general_product(), general_derivative(wrt), general_sum(wrt), general_weighted(wrt))
