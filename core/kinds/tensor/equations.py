"""The equations of an expression in matrices."""

from __future__ import annotations

from core.kinds.tensor import arrays, reading
from core.kinds.tensor.arrays import Array
from core.kinds.tensor.closed import closed
from core.kinds.tensor.explanation import LETTERS, TensorExplanation
from core.kinds.tensor.formulas import stages
from core.kinds.tensor.problem import TensorProblem
from core.notation import pieces
from core.notation.latex import latex
from core.notation.tree import (
    Boxed,
    Hued,
    Line,
    Matrix,
    Name,
    Piece,
    Sum,
    Text,
    Value,
    code,
    entry,
    line,
    name,
    partial,
    times,
)


def function(e: TensorExplanation) -> tuple[Line, ...]:
    """z = xW + b; h = relu(z); …"""
    return stages(e.program, e.letter)


def given(called: str, value: Array) -> Line:
    """x = its numbers."""
    return line(name(called), *_numbers(value))


def _numbers(value: Array) -> tuple[Piece | str, ...]:
    """= and the numbers; a scalar without brackets."""
    rows = arrays.rows(value)
    return pieces.relation(rows), pieces.numeric(rows) if value.ndim else Value(rows[0][0])


def inputs(e: TensorExplanation) -> tuple[Line, ...]:
    """Every input with its numbers."""
    return tuple(given(one.name, value) for one, value in zip(e.program.inputs, e.values, strict=False))


def output(e: TensorExplanation) -> Line:
    """The numbers of the output, each in the hue of its row."""
    return line(name(e.letter), pieces.relation(arrays.rows(e.output)), hued(e, e.output))


def upstream(e: TensorExplanation) -> Line:
    """v = […], in the hues of the output."""
    return line("v", pieces.relation(arrays.rows(e.v)), hued(e, e.v))


def hued(e: TensorExplanation, value: Array) -> Piece:
    """Numbers in the output's layout, each in its hue."""
    rows = arrays.rows(value)
    rough = pieces.relation(rows) != "="
    width = len(rows[0])
    cells = tuple(
        tuple(Hued(Value(n, rough), e.hue(i * width + j)) for j, n in enumerate(row)) for i, row in enumerate(rows)
    )
    return Matrix(cells) if value.ndim else cells[0][0]


def at(letter: str, k: int, e: TensorExplanation) -> Name:
    """c_12 for the second of three outputs in a row; a scalar is called as it is."""
    own = name(letter)
    return Name(own.letters, (*own.indices, *(str(p + 1) for p in e.places[k])))


def index(e: TensorExplanation) -> tuple[str, ...]:
    """What the elements of the output are counted by: i, j."""
    return ("i", "j")[: len(e.shape)]


def any_output(e: TensorExplanation) -> Name:
    """c_ij"""
    own = name(e.letter)
    return Name(own.letters, (*own.indices, *index(e)))


def derivative(e: TensorExplanation, k: int) -> Piece:
    """∂c_12/∂W"""
    return partial(at(e.letter, k, e), name(e.wrt))


def card(e: TensorExplanation, k: int, weighted: bool) -> Line:
    """v_12 ∂c_12/∂W = its numbers; the weight in front, or multiplied in."""
    row = e.hue(k) if e.weights[k].value else None
    rows = e.contribution(k) if weighted else e.derivative(k)
    front = (Hued(Value(e.weights[k]), row), "·") if weighted else ()
    return line(*front, derivative(e, k), pieces.relation(rows), pieces.numeric(rows))


def weighted_sum(e: TensorExplanation) -> Piece:
    """Σ v_ij ∂c_ij/∂W; of a scalar there is nothing to sum."""
    term = times(entry("v", *index(e)), partial(any_output(e), name(e.wrt)))
    if not e.shape:
        return term
    below = line("i", ",", "j") if len(e.shape) == 2 else name("i")
    return Sum(term, below)


def grad(e: TensorExplanation) -> Text:
    """W.grad"""
    return code(f"{e.wrt}.grad")


def boxed(e: TensorExplanation) -> Boxed:
    """The gradient in numbers."""
    return Boxed(pieces.numeric(arrays.rows(e.total)))


def gradient(e: TensorExplanation) -> Line:
    """W.grad = its numbers."""
    return line(grad(e), pieces.relation(arrays.rows(e.total)), boxed(e))


def closed_form(e: TensorExplanation) -> tuple[Line, ...]:
    """The closed form, and what its letters stand for; nothing where there is none."""
    found = closed(e)
    return (*found.letters, *found.lines) if found and found.holds else ()


def is_matrix(e: TensorExplanation) -> bool:
    """Whether the Jacobian is one as it stands: of a vector or a number by a vector or a number."""
    return len(e.shape) <= 1 and len(e.wrt_shape) <= 1


def jacobian(e: TensorExplanation) -> Line:
    """J = ∂c/∂x as the matrix that it is, row i for c_i, as strong as its weight."""
    rows = e.map.jacobian_at
    return line(
        partial(name(e.letter), name(e.wrt)), pieces.relation(rows), pieces.numeric(rows, pieces.bands(e.weights))
    )


def shown(e: TensorExplanation) -> tuple[Line, ...]:
    """Every equation that the page shows, in its order; those of one element: ``card``."""
    whole = (jacobian(e),) if is_matrix(e) else ()
    sum_ = line(weighted_sum(e), "=", grad(e))
    return (*function(e), *inputs(e), output(e), upstream(e), *whole, sum_, gradient(e), *closed_form(e))


def formula(problem: TensorProblem) -> str:
    """What a complete problem computes, in LaTeX as small as a card."""
    return r",\; ".join(map(latex, stages(reading.read(problem).program, LETTERS[0])))
