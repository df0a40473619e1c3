"""The equations of x → y → z, or longer."""

from __future__ import annotations

from fractions import Fraction
from math import isclose

from core.kinds.chain.explanation import ChainExplanation
from core.kinds.chain.problem import CHAIN_LETTERS, ChainProblem
from core.kinds.vector.equations import functions
from core.notation.pieces import (
    bands,
    numeric,
    output,
    point,
    relation,
    row_of,
    separated,
    stated,
    symbolic,
    tuple_of,
)
from core.notation.tree import (
    Boxed,
    Line,
    Matrix,
    Piece,
    Symbol,
    Under,
    line,
    symbols,
)
from core.numbers.exact import Exact, Number


def _between(e: ChainExplanation, s: int) -> str:
    """J_{x→y} for stage s."""
    return rf"J_{{{e.letters[s]}\to {e.letters[s + 1]}}}"


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
    symbols_ = line(symbolic(at.jacobian, weights), r"\Big|_{", chain_point(e, s), "}")
    return line(_between(e, s), "=", symbols_, *stated(at.jacobian_at, weights))


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
    pairs = [line(*separated(factors[s : s + 2], r",\qquad ")) for s in range(0, stages, 2)]
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


def formula(problem: ChainProblem) -> str:
    """y and z, in LaTeX as small as a card; never broken after a =."""
    return rf"{{{functions('y', problem.inner)}}},\quad\allowbreak {{{functions('z', problem.outer)}}}"


def shown(e: ChainExplanation) -> tuple[Piece, ...]:
    """Every equation that the page shows, in its order."""
    stages = len(e.maps)
    outputs = [output(i, node, e.letters[s + 1]) for s, at in enumerate(e.maps) for i, node in enumerate(at.outputs)]
    ours = (*chain_jacobians(e), chain_product(e), chain_backward(e))
    return (*outputs, *ours, *chain_general(stages), chain_entry(stages))
