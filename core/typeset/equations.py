"""Explanation → document tree: each equation the app shows, once, for every kind of view.

Matrices are in numerator layout: row i of J belongs to output i, in output i's hue.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from math import isclose

from core.exact import Exact, Number
from core.explain import ChainExplanation, Map, MatmulExplanation, Pullback, Rows, Vector, VectorExplanation
from core.expression import Node
from core.problem import CHAIN_LETTERS
from core.typeset.latex import name
from core.typeset.numbers import is_rounded, says_all
from core.typeset.palette import strength
from core.typeset.tree import (
    Band,
    Boxed,
    Expression,
    Hued,
    Line,
    Matrix,
    Piece,
    Symbol,
    Under,
    Value,
    line,
    symbols,
)

# ── Bands and small pieces ───────────────────────────────────────────────────────────────────────────────


def bands(weights: Vector) -> tuple[Band, ...]:
    """The band of every row: its hue, as strong as |v_i| against the strongest."""
    sizes = [abs(w.value) for w in weights]
    strongest = max((s for s in sizes if s == s), default=0.0)
    return tuple(Band(i, strength(size, strongest)) for i, size in enumerate(sizes))


def row_of(values: Sequence[Number], approximate: bool = False) -> Matrix:
    """One row of numbers in brackets."""
    return Matrix((tuple(Value(n, approximate) for n in values),))


def column_of(pieces: Sequence[Piece], weights: tuple[Band | None, ...] = ()) -> Matrix:
    """A column vector."""
    return Matrix(tuple((piece,) for piece in pieces), weights)


def point(at: Map) -> Line:
    """x = (1, 2), with the reader's own names when they are not x_1 … x_n; t = 2 for a single one."""
    if len(at.inputs) == 1:
        return line(f"{name(at.inputs[0])} {relation((at.point,))}", Value(at.point[0]))
    letters = all(n == f"x{j + 1}" for j, n in enumerate(at.inputs))
    return _tuple("x" if letters else rf"\left({', '.join(map(name, at.inputs))}\right)", at.point)


def _tuple(left: str, values: Vector) -> Line:
    return line(rf"{left} {relation((values,))} \left(", *_separated([Value(n) for n in values], ","), r"\right)")


def _separated(pieces: Sequence[Piece], separator: str) -> tuple[Piece, ...]:
    out: list[Piece] = []
    for piece in pieces:
        out += [Symbol(separator), piece] if out else [piece]
    return tuple(out)


def _all_say_all(rows: Rows) -> bool:
    return all(says_all(n) for row in rows for n in row)


def relation(*matrices: Rows) -> str:
    """The sign =, or ≈ where a number is written rounded."""
    return r"\approx" if any(is_rounded(n) for rows in matrices for row in rows for n in row) else "="


def numeric(rows: Rows, weights: tuple[Band | None, ...] = ()) -> Matrix:
    """Numbers in brackets: exact where all of them have a short exact form, else all of them as decimals."""
    return _numeric(rows, weights, relation(rows) != "=")


def _numeric(rows: Rows, weights: tuple[Band | None, ...], approximate: bool = False) -> Matrix:
    return Matrix(tuple(tuple(Value(n, approximate) for n in row) for row in rows), weights)


def _told(rows: Rows, weights: tuple[Band | None, ...] = ()) -> tuple[Piece | str, ...]:
    """Numbers and what they are said with: "= 1/3 ≈ 0.3333", or "≈ 0.5403" alone where there is no exact form."""
    pieces: tuple[Piece | str, ...] = (relation(rows), numeric(rows, weights))
    if relation(rows) != "=" or _all_say_all(rows):
        return pieces
    return (*pieces, r"\approx", _numeric(rows, weights, approximate=True))


def _symbolic(rows: Sequence[Sequence[Node]], weights: tuple[Band | None, ...] = ()) -> Matrix:
    return Matrix(tuple(tuple(Expression(node) for node in row) for row in rows), weights)


# ── y = f(x) ─────────────────────────────────────────────────────────────────────────────────────────────


def output(i: int, node: Node, letter: str = "y") -> Line:
    """y_i = the formula as it was read."""
    return line(Hued(Symbol(f"{letter}_{{{i + 1}}}"), i), "=", Expression(node))


def jacobian(at: Map, weights: Vector, letters: tuple[str, str] = ("x", "y")) -> Line:
    """J = ∂y/∂x, every entry as SymPy derived it."""
    x, y = letters
    return line(rf"J = \frac{{\partial {y}}}{{\partial {x}}} =", _symbolic(at.jacobian, bands(weights)))


def jacobian_at(at: Map, weights: Vector) -> Line:
    """J at the point: exact, and in decimals beside it where the exact form is not one already."""
    return line(r"J\,\Big|_{", point(at), "}", *_told(at.jacobian_at, bands(weights)))


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
    terms = [Hued(line(rf"{letter}_{{{i + 1}}}", _symbolic((row,))), i) for i, row in enumerate(at.jacobian)]
    return line(r"v^{\top} J =", *_separated(terms, "+"))


def weighted_sum(at: Map, pulled: Pullback) -> Line:
    """vᵀJ = 2[2 4] + 1[2 24] = [6 32]."""
    pieces: list[Piece] = []
    for i, (weight, row) in enumerate(zip(pulled.weights, at.jacobian_at, strict=True)):
        sign, size = ("-", _negated(weight)) if weight.value < 0 else ("+" if pieces else "", weight)
        term = line(Value(size), numeric((row,)))
        pieces += [Symbol(sign), Hued(term, i if weight.value else None)]
    terms = relation((pulled.weights, *at.jacobian_at))
    of_total, *total = _told((pulled.total,))
    return line(rf"v^{{\top}} J {terms}", *pieces, of_total if terms == "=" else terms, Boxed(line(*total)))


def _negated(n: Number) -> Number:
    return Number(-1.0) * n if n.exact is None else Number(-n.value, -n.exact)


# ── c = a·b ──────────────────────────────────────────────────────────────────────────────────────────────


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
        *_separated(letters, "+"),
        numbers,
        *_separated(factors, "+"),
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
        sign, size = ("-", _negated(weight)) if weight.value < 0 else ("+" if pieces else "", weight)
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


# ── x → y → z ────────────────────────────────────────────────────────────────────────────────────────────


def _between(e: ChainExplanation, s: int) -> str:
    """J_{x→y} for stage s."""
    return rf"J_{{{e.letters[s]}\to {e.letters[s + 1]}}}"


def chain_point(e: ChainExplanation, s: int) -> Line:
    """Where stage s is: x = (1, 2) for the first, y = (3, 4) for the next."""
    return point(e.inner) if s == 0 else _tuple(e.letters[s], e.maps[s].point)


def chain_jacobian(e: ChainExplanation, s: int, most_banded: int | None = None) -> Line:
    """The Jacobian of stage s, every entry as SymPy derived it, and at the point that the stage before gives.

    With more than ``most_banded`` entries it has no bands; None: it always has.
    """
    at = e.maps[s]
    banded = most_banded is None or len(at.outputs) * len(at.inputs) <= most_banded
    weights = bands(e.pullbacks[s].weights) if banded else ()
    symbols_ = line(_symbolic(at.jacobian, weights), r"\Big|_{", chain_point(e, s), "}")
    return line(_between(e, s), "=", symbols_, *_told(at.jacobian_at, weights))


def chain_jacobians(e: ChainExplanation, most_banded: int | None = None) -> tuple[Line, ...]:
    """``chain_jacobian`` of every stage, the first stage first."""
    return tuple(chain_jacobian(e, s, most_banded) for s in range(len(e.maps)))


SIZES = "abcde"  # how many numbers there are at x, y, z, …


def sizes(e: ChainExplanation) -> str:
    """a = 2, b = 2, c = 2 as plain text."""
    return ", ".join(f"{letter} = {count}" for letter, count in zip(SIZES, e.sizes, strict=False))


def chain_general(stages: int = 2) -> tuple[Line, ...]:
    """J_{x→y} and its like in general, with sizes a, b, c, two on a line; then their product."""
    last = CHAIN_LETTERS[stages]
    factors = [_general_stage(s) for s in range(stages)]
    names = [rf"\underset{{{_shape(s)}}}{{J_{{{_arrow(s)}}}}}" for s in reversed(range(stages))]
    product = rf"\underset{{{SIZES[stages]}\times a}}{{J_{{x\to {last}}}}}"
    pairs = [line(*_separated(factors[s : s + 2], r",\qquad ")) for s in range(0, stages, 2)]
    return *pairs, line(product, "=", r"\,".join(names))


def chain_entry(stages: int = 2) -> Line:
    """∂z_i/∂x_j as the sum over everything between."""
    indices = ["j", *"klm"[: stages - 1], "i"]
    between = indices[1:-1]
    limits = [rf"\sum_{{{k}=1}}^{{{SIZES[s + 1]}}}" for s, k in enumerate(between)]
    factors = [_partial(s, indices[s + 1], indices[s]) for s in reversed(range(stages))]
    last = CHAIN_LETTERS[stages]
    return line(rf"\frac{{\partial {last}_{{i}}}}{{\partial x_{{j}}}} =", " ".join(limits), r"\,".join(factors))


def _partial(s: int, i: str, j: str) -> str:
    """∂y_i/∂x_j of stage s."""
    return rf"\frac{{\partial {CHAIN_LETTERS[s + 1]}_{{{i}}}}}{{\partial {CHAIN_LETTERS[s]}_{{{j}}}}}"


def _arrow(s: int) -> str:
    return rf"{CHAIN_LETTERS[s]}\to {CHAIN_LETTERS[s + 1]}"


def _shape(s: int) -> str:
    return rf"{SIZES[s + 1]}\times {SIZES[s]}"


def _general_stage(s: int) -> Line:
    n, m = SIZES[s], SIZES[s + 1]
    rows = (
        symbols(_partial(s, "1", "1"), r"\cdots", _partial(s, "1", n)),
        symbols(r"\vdots", r"\ddots", r"\vdots"),
        symbols(_partial(s, m, "1"), r"\cdots", _partial(s, m, n)),
    )
    return line(rf"\underset{{{_shape(s)}}}{{J_{{{_arrow(s)}}}}} =", Matrix(rows))


def chain_product(e: ChainExplanation) -> Line:
    """J_{x→z} = J_{y→z} · J_{x→y} at the point."""
    stages = range(len(e.maps))
    factors = [numeric(e.maps[s].jacobian_at, bands(e.pullbacks[s].weights)) for s in reversed(stages)]
    names = r"\,".join(_between(e, s) for s in reversed(stages))
    of_factors = relation(*(at.jacobian_at for at in e.maps))
    of_product = relation(e.product) if of_factors == "=" else of_factors
    product = numeric(e.product, bands(e.pullbacks[-1].weights))
    return line(rf"J_{{x\to {e.letters[-1]}}} = {names} {of_factors}", *factors, of_product, product)


def chain_backward(e: ChainExplanation) -> Line:
    """v → vᵀJ_{y→z} → vᵀJ_{y→z}J_{x→y}, right to left as backward() goes."""
    pieces: list[Piece | str] = [Under(numeric((e.pullbacks[-1].weights,)), Symbol("v"))]
    for s in reversed(range(len(e.maps))):
        total = numeric((e.pullbacks[s].total,))
        label = Symbol(rf"\texttt{{{e.letters[s]}.grad}}")
        pieces += [rf"\;\xrightarrow{{\;{_between(e, s)}\;}}\;", Under(total if s else Boxed(total), label)]
    return line(*pieces)


def chain_collapse(e: ChainExplanation) -> Line | None:
    """x.grad = y − e_k where the gradient is just that, as behind softmax and cross-entropy; None elsewhere."""
    total, values = e.pullback.total, e.inner.values
    if len(total) != len(values) or len(values) == 1:
        return None
    for k in range(len(values)):
        true = tuple(Number(float(j == k), Exact(Fraction(j == k))) for j in range(len(values)))
        if all(isclose(g.value, p.value - t.value, abs_tol=1e-12) for g, p, t in zip(total, values, true, strict=True)):
            name = Symbol(r"\texttt{x.grad}")
            parts = f"= y - e_{{{k + 1}}} =", row_of(values), "-", row_of(true), "=", Boxed(row_of(total))
            return line(name, *parts)
    return None


def vector_summary(e: VectorExplanation) -> Line:
    """v, J and their product in one line, as on the stage."""
    return line(
        Matrix((tuple(Hued(Value(w), i) for i, w in enumerate(e.pullback.weights)),), label=r"v^{\top}"),
        _symbolic(e.map.jacobian, bands(e.pullback.weights)),
    )


# ── What to take along ───────────────────────────────────────────────────────────────────────────────────


def shown(e: VectorExplanation | ChainExplanation | MatmulExplanation) -> tuple[Piece, ...]:
    """Every equation that the page of an explanation shows, in its order; those of one element of c: ``of_element``."""
    match e:
        case VectorExplanation():
            here, weights = e.map, e.pullback.weights
            return (
                *(output(i, node) for i, node in enumerate(here.outputs)),
                jacobian(here, weights),
                jacobian_at(here, weights),
                weighted_sum(here, e.pullback),
                weighted_symbols(here),
                *transposed_product(here, e.pullback),
            )
        case ChainExplanation():
            stages = len(e.maps)
            outputs = [
                output(i, node, e.letters[s + 1]) for s, at in enumerate(e.maps) for i, node in enumerate(at.outputs)
            ]
            ours = (*chain_jacobians(e), chain_product(e), chain_backward(e))
            return (*outputs, *ours, *chain_general(stages), chain_entry(stages))
        case MatmulExplanation():
            wrt = e.problem.wrt
            ours = (product(e), upstream(e), gradient_sum_symbols(e, wrt), gradient(e, wrt), closed_form(e, wrt))
            return (*ours, general_product(), general_derivative(wrt), general_sum(wrt), general_weighted(wrt))


def of_element(e: MatmulExplanation, i: int, j: int) -> tuple[Piece, ...]:
    """What the page says of c_ij: its sum, and its card in letters and in numbers."""
    wrt = e.problem.wrt
    return element(e, i, j), card(e, i, j, wrt, "letters", True), card(e, i, j, wrt, "numbers", True)
