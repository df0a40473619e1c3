"""The equations of c = a·b."""

from __future__ import annotations

from collections.abc import Callable, Sequence

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
    Below,
    Boxed,
    Bracketed,
    Gradient,
    Hued,
    Line,
    Matrix,
    Name,
    Numeral,
    Piece,
    Sign,
    Sum,
    Text,
    Value,
    cells,
    code,
    entry,
    line,
    name,
    partial,
    times,
    transposed,
)
from core.numbers.exact import Number


def at(letter: str, i: int, j: int) -> Name:
    """c_12 for i = 0, j = 1."""
    return entry(letter, i + 1, j + 1)


def product(e: MatmulExplanation) -> Line:
    """a·b = c in numbers, each with its name; rows of a and c in the hue of the row."""
    m, _, _ = e.sizes
    rows = tuple(Band(i, 0.2) for i in range(m))
    a, b, c = (
        Below(numeric(matrix, of), name(letter))
        for letter, matrix, of in (("a", e.a, rows), ("b", e.b, ()), ("c", e.c, rows))
    )
    return line(a, "×", b, relation(e.a, e.b, e.c), c)


def upstream(e: MatmulExplanation) -> Line:
    """v = […]"""
    rough = relation(e.v) != "="
    rows = tuple(tuple(Hued(Value(n, rough), i) for n in row) for i, row in enumerate(e.v))
    return line("v", relation(e.v), Matrix(rows))


def element(e: MatmulExplanation, i: int, j: int, written_out: bool = True) -> Line:
    """c_ij = Σ_p a_ip b_pj, in letters (each of them ``written_out``, or with a Σ) and in numbers."""
    _, k, _ = e.sizes
    letters = [times(at("a", i, p), at("b", p, j)) for p in range(k)]
    factors = [times(_factor(n), _factor(row[j]), between=Sign("·")) for n, row in zip(e.a[i], e.b, strict=True)]
    numbers = relation(*(((n, row[j]),) for n, row in zip(e.a[i], e.b, strict=True)))
    return line(
        Hued(at("c", i, j), i),
        "=",
        *(separated(letters, Sign("+")) if written_out else [_element_sum(i, j)]),
        numbers,
        *separated(factors, Sign("+")),
        numbers if numbers != "=" else relation(((e.c[i][j],),)),
        Value(e.c[i][j]),
    )


def _element_sum(i: int, j: int) -> Sum:
    """Σ_p a_ip b_pj"""
    return Sum(times(entry("a", i + 1, "p"), entry("b", "p", j + 1)), name("p"))


def _factor(n: Number) -> Piece:
    """A number in a product; a negative one in brackets."""
    return Bracketed(Value(n)) if n.value < 0 else Value(n)


def _grid(rows: int, columns: int, cell: Callable[[int, int], Piece]) -> Matrix:
    return Matrix(tuple(tuple(cell(p, q) for q in range(columns)) for p in range(rows)))


def element_symbols(e: MatmulExplanation, i: int, j: int, wrt: str) -> Matrix:
    """∂c_ij/∂b (or ∂a) in letters; what is not 0 in row i's hue."""
    m, k, n = e.sizes
    if wrt == "b":
        return _grid(k, n, lambda p, q: Hued(at("a", i, p), i) if q == j else ZERO)
    return _grid(m, k, lambda p, q: Hued(at("b", q, j), i) if p == i else ZERO)


ZERO = Hued(Numeral("0"), None)


def _lit(i: int, j: int, p: int, q: int, wrt: str) -> int | None:
    return i if (q == j if wrt == "b" else p == i) else None


def card(e: MatmulExplanation, i: int, j: int, wrt: str, form: str, weighted: bool) -> Line:
    """v_ij ∂c_ij/∂b = [its matrix], in letters or numbers; the weight in front, or multiplied in."""
    row = i if e.v[i][j].value else None
    derivative = partial(at("c", i, j), wrt)
    if form == "letters":
        weight = (at("v", i, j),) if weighted else ()
        return line(*(Hued(w, row) for w in weight), derivative, "=", *weight, element_symbols(e, i, j, wrt))
    rows = (e.contribution if weighted else e.derivative)(i, j, wrt)
    numbers = _grid(len(rows), len(rows[0]), lambda p, q: Hued(Value(rows[p][q]), _lit(i, j, p, q, wrt)))
    return line(*((Hued(Value(e.v[i][j]), row), "·") if weighted else ()), derivative, "=", numbers)


def gradient_sum_symbols(e: MatmulExplanation, wrt: str) -> Line:
    """Σ v_ij ∂c_ij/∂b with the letters of the sum: for v of ones, a_11 + a_21 in every column."""
    m, k, n = e.sizes
    if wrt == "b":
        total = _grid(k, n, lambda p, q: _letters(e, [(i, q, at("a", i, p)) for i in range(m)]))
    else:
        total = _grid(m, k, lambda p, q: _letters(e, [(p, j, at("b", q, j)) for j in range(n)]))
    return line(weighted_sum(wrt), "=", total)


IJ = line("i", ",", "j")
ANY_C = entry("c", "i", "j")


def weighted_sum(wrt: str) -> Sum:
    """Σ v_ij ∂c_ij/∂b"""
    return Sum(times(entry("v", "i", "j"), partial(ANY_C, wrt)), IJ)


def _letters(e: MatmulExplanation, terms: Sequence[tuple[int, int, Name]]) -> Piece:
    """v_ij·letter + …, ones not written and zeros left out."""
    pieces: list[Piece] = []
    for i, j, letter in terms:
        weight = e.v[i][j]
        if not weight.value:
            continue
        negative = weight.value < 0
        size = negated(weight) if negative else weight
        sign = ("-",) if negative else ("+",) if pieces else ()
        pieces += cells(*sign, Hued(letter if size.value == 1 else times(Value(size), letter), i))
    return line(*pieces) if pieces else ZERO


def grad(wrt: str) -> Text:
    """b.grad"""
    return code(f"{wrt}.grad")


def boxed_gradient(e: MatmulExplanation, wrt: str) -> Boxed:
    return Boxed(numeric(e.grad(wrt)))


def gradient(e: MatmulExplanation, wrt: str) -> Line:
    """The sum in numbers: b.grad or a.grad."""
    return line(grad(wrt), relation(e.grad(wrt)), boxed_gradient(e, wrt))


A_TRANSPOSED_V = times(transposed("a"), "v", between=None)
V_B_TRANSPOSED = times("v", transposed("b"))


def closed_form(e: MatmulExplanation, wrt: str) -> Line:
    """b.grad = aᵀv, a.grad = v bᵀ: the same sum read off at once."""
    m, _, _ = e.sizes
    v = Matrix(tuple(tuple(Hued(Value(n), i) for n in row) for i, row in enumerate(e.v)))
    if wrt == "b":
        a = Matrix(tuple(tuple(Hued(Value(e.a[i][p]), i) for i in range(m)) for p in range(len(e.b))))
        return line(A_TRANSPOSED_V, "=", times(a, v, between=None), relation(e.b_grad), boxed_gradient(e, wrt))
    b = numeric(tuple(zip(*e.b, strict=True)))
    return line(V_B_TRANSPOSED, "=", times(v, b, between=None), relation(e.a_grad), boxed_gradient(e, wrt))


# What the text says of any m, k, n. The second factor of every second term is b_2j: c_21 = a_21 b_11 + a_22 b_21 + ….


def _framed(corners: Sequence[Sequence[Piece]]) -> Matrix:
    """A matrix of which only the corners are written: [[top left, top right], [bottom left, bottom right]]."""
    (first, last), (bottom, end) = corners
    return Matrix(
        (
            cells(first, "⋯", last),
            cells("⋮", "⋱", "⋮"),
            cells(bottom, "⋯", end),
        )
    )


def general_product() -> Line:
    """c = a·b with every corner written out: c_ij = a_i1 b_1j + a_i2 b_2j + … + a_ik b_kj."""

    def term(i: str, p: str, j: str) -> Piece:
        return times(entry("a", i, p), entry("b", p, j), between=None)

    def element(i: str, j: str) -> Piece:
        return line(*separated([term(i, "1", j), term(i, "2", j), Sign("⋯"), term(i, "k", j)], Sign("+")))

    return line("c", "=", times("a", "b"), "=", _framed([[element(i, j) for j in ("1", "n")] for i in ("1", "m")]))


def general_derivative(wrt: str) -> Line:
    """∂c_11/∂b: row 1 of a stands in column 1 (k × n). Or ∂c_11/∂a: column 1 of b stands in row 1 (m × k)."""
    dots, zeros = cells("⋮", "⋱", "⋮"), cells("0", "⋯", "0")
    if wrt == "b":
        column = cells(entry("a", 1, 1), entry("a", 1, 2), "⋮", entry("a", 1, "k"))
        rows = tuple((first, *rest) for first, rest in zip(column, (zeros, zeros, dots, zeros), strict=True))
    else:
        rows = (
            cells(entry("b", 1, 1), entry("b", 2, 1), "⋯", entry("b", "k", 1)),
            cells("0", *zeros),
            cells("⋮", *dots),
            cells("0", *zeros),
        )
    return line(partial(entry("c", 1, 1), wrt), "=", Matrix(rows))


def general_sum(wrt: str) -> Line:
    """∇ of the sum of all c_ij: every column is the sum of the rows of a (wrt a: every row, of the columns of b)."""
    if wrt == "b":
        corners = [[Sum(entry("a", "i", p), name("i"))] * 2 for p in ("1", "k")]
    else:
        corners = [[Sum(entry("b", p, "j"), name("j")) for p in ("1", "k")]] * 2
    gradient_ = Gradient(Sum(ANY_C, IJ), by=name(wrt))
    return line(gradient_, "=", Sum(partial(ANY_C, wrt), IJ), "=", _framed(corners))


def general_weighted(wrt: str) -> Line:
    """Σ v_ij ∂c_ij/∂b with its corners, which is aᵀv (wrt a: v bᵀ)."""
    if wrt == "b":
        corners = [
            [Sum(times(entry("v", "i", j), entry("a", "i", p)), name("i")) for j in ("1", "n")] for p in ("1", "k")
        ]
    else:
        corners = [
            [Sum(times(entry("v", i, "j"), entry("b", p, "j")), name("j")) for p in ("1", "k")] for i in ("1", "m")
        ]
    return line(weighted_sum(wrt), "=", _framed(corners), "=", A_TRANSPOSED_V if wrt == "b" else V_B_TRANSPOSED)


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
