"""The equations of x → y → z, or longer."""

from __future__ import annotations

from fractions import Fraction
from math import isclose

from core.kinds.chain.explanation import ChainExplanation
from core.kinds.chain.problem import CHAIN_LETTERS, ChainProblem
from core.kinds.vector.equations import functions
from core.notation import pieces
from core.notation.pieces import (
    bands,
    numeric,
    point,
    relation,
    row_of,
    separated,
    stated,
    symbolic,
    tuple_of,
)
from core.notation.tree import (
    Arrow,
    At,
    Below,
    Boxed,
    Hidden,
    Hued,
    Jacobian,
    Line,
    Matrix,
    Piece,
    Sign,
    Space,
    Sum,
    Text,
    Under,
    cells,
    code,
    entry,
    line,
    name,
    partial,
    times,
)
from core.numbers.exact import Exact, Number


def between(s: int, end: int | None = None) -> Jacobian:
    """J_{x→y} for stage s; to another ``end`` than the next letter J_{x→z}."""
    return Jacobian(name(CHAIN_LETTERS[s]), name(CHAIN_LETTERS[s + 1 if end is None else end]))


def _product_of_names(stages: int) -> Piece:
    return times(*(between(s) for s in reversed(range(stages))))


def outputs(e: ChainExplanation) -> list[Line]:
    """The functions of every stage, a line each."""
    return [drawn for s, at in enumerate(e.maps) for drawn in pieces.outputs(at, e.letters[s + 1])]


def chain_point(e: ChainExplanation, s: int) -> Line:
    """Where stage s is: x = (1, 2) for the first, y = (3, 4) for the next."""
    return point(e.inner) if s == 0 else tuple_of(e.letters[s], e.maps[s].point)


def chain_jacobian(e: ChainExplanation, s: int, most_banded: int | None = None) -> Line:
    """The Jacobian of stage s, every entry as SymPy derived it, and at the point that the stage before gives.

    With more than ``most_banded`` entries it has no bands; None: it always has.
    """
    at = e.maps[s]
    banded = most_banded is None or len(at.outputs) * len(at.inputs) <= most_banded
    weights = bands(e.pullbacks[s].weights) if banded else ()
    symbols = At(symbolic(at.formulas.jacobian, weights), chain_point(e, s))
    return line(between(s), "=", symbols, *stated(at.jacobian_at, weights))


def chain_jacobians(e: ChainExplanation, most_banded: int | None = None) -> tuple[Line, ...]:
    """``chain_jacobian`` of every stage, the first stage first."""
    return tuple(chain_jacobian(e, s, most_banded) for s in range(len(e.maps)))


SIZES = "abcde"  # how many numbers there are at x, y, z, …


def sizes(e: ChainExplanation) -> str:
    """a = 2, b = 2, c = 2 as plain text."""
    return ", ".join(f"{letter} = {count}" for letter, count in zip(SIZES, e.sizes, strict=False))


def chain_general(stages: int = 2) -> tuple[Line, ...]:
    """J_{x→y} and its like in general, with sizes a, b, c, two on a line; then their product."""
    factors = [_general_stage(s) for s in range(stages)]
    pairs = [Line(separated(factors[s : s + 2], Sign(","), Space("qquad"))) for s in range(0, stages, 2)]
    product = times(*(_sized(s, s + 1) for s in reversed(range(stages))))
    return *pairs, line(_sized(0, stages), "=", product)


def chain_entry(stages: int = 2) -> Line:
    """∂z_i/∂x_j as the sum over everything between."""
    indices = ["j", *"klm"[: stages - 1], "i"]
    summed = indices[1:-1]
    total: Piece = times(*(_partial(s, indices[s + 1], indices[s]) for s in reversed(range(stages))))
    for s, k in reversed(list(enumerate(summed))):
        total = Sum(total, line(k, "=", "1"), name(SIZES[s + 1]))
    return line(partial(entry(CHAIN_LETTERS[stages], "i"), entry("x", "j")), "=", total)


def _partial(s: int, i: str, j: str) -> Piece:
    """∂y_i/∂x_j of stage s."""
    return partial(entry(CHAIN_LETTERS[s + 1], i), entry(CHAIN_LETTERS[s], j))


def _sized(s: int, end: int) -> Below:
    """J_{x→y} over its shape, from the letter of stage s to another."""
    return Below(between(s, end), times(SIZES[end], SIZES[s], between=Sign("×")))


def _general_stage(s: int) -> Line:
    n, m = SIZES[s], SIZES[s + 1]
    rows = (
        cells(_partial(s, "1", "1"), "⋯", _partial(s, "1", n)),
        cells("⋮", "⋱", "⋮"),
        cells(_partial(s, m, "1"), "⋯", _partial(s, m, n)),
    )
    return line(_sized(s, s + 1), "=", Matrix(rows))


def chain_product(e: ChainExplanation) -> Line:
    """J_{x→z} = J_{y→z} · J_{x→y} at the point."""
    stages = range(len(e.maps))
    factors = [numeric(e.maps[s].jacobian_at, bands(e.pullbacks[s].weights)) for s in reversed(stages)]
    of_factors = relation(*(at.jacobian_at for at in e.maps))
    of_product = relation(e.product) if of_factors == "=" else of_factors
    product = numeric(e.product, bands(e.pullbacks[-1].weights))
    whole = between(0, len(e.maps))
    multiplied = _product_of_names(len(e.maps)), of_factors, times(*factors, between=None)
    return line(whole, "=", *multiplied, of_product, product)


def chain_backward(e: ChainExplanation, done: int | None = None) -> Line:
    """v → vᵀJ_{y→z} → vᵀJ_{y→z}J_{x→y}, right to left as backward() goes.

    After the first ``done`` stages everything is faint, with empty brackets.
    """
    weights, stages = numeric((e.pullbacks[-1].weights,)), len(e.maps)
    pieces: list[Piece] = [Under(weights, name("v"))]
    for s in reversed(range(stages)):
        arrow, label, total = Arrow(between(s)), grad(e.letters[s]), numeric((e.pullbacks[s].total,))
        if done is not None and s < stages - done:
            pieces += [Hued(arrow, None), Hued(Under(emptied(total), label), None)]
        else:
            pieces += [arrow, Under(total if s else Boxed(total), label)]
    return Line(tuple(pieces))


def emptied(matrix: Matrix) -> Matrix:
    """Its brackets, with the room for what is still to come."""
    return Matrix(tuple(tuple(map(Hidden, row)) for row in matrix.rows))


def grad(letter: str) -> Text:
    """x.grad"""
    return code(f"{letter}.grad")


def chain_collapse(e: ChainExplanation) -> Line | None:
    """x.grad = y − e_k where the gradient is just that, as behind softmax and cross-entropy; None elsewhere."""
    total, values = e.pullback.total, e.inner.values
    if len(total) != len(values) or len(values) == 1:
        return None
    for k in range(len(values)):
        true = tuple(Number(float(j == k), Exact(Fraction(j == k))) for j in range(len(values)))
        if all(isclose(g.value, p.value - t.value, abs_tol=1e-12) for g, p, t in zip(total, values, true, strict=True)):
            named = grad("x"), "=", "y", "-", entry("e", k + 1)
            return line(*named, "=", row_of(values), "-", row_of(true), "=", Boxed(row_of(total)))
    return None


def formula(problem: ChainProblem) -> str:
    """y and z, in LaTeX as small as a card; never broken after a =."""
    return rf"{{{functions('y', problem.inner)}}},\quad\allowbreak {{{functions('z', problem.outer)}}}"


def shown(e: ChainExplanation) -> tuple[Piece, ...]:
    """Every equation that the page shows, in its order."""
    stages = len(e.maps)
    ours = (*outputs(e), *chain_jacobians(e), chain_product(e), chain_backward(e))
    return (*ours, *chain_general(stages), chain_entry(stages))
