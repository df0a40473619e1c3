"""An expression in matrices: for each element of the output a derivative in W's shape, weighted by v; their sum W.grad.

J[i.., j..] = ∂output_i../∂W_j.. (numerator layout, row-major). The rows of J come from one-hot cotangents pulled back
through the program; the sum of the weighted rows is what ``backward(v)`` adds to ``W.grad``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from math import prod

import numpy as np

from core.engines import tensors
from core.engines.tensor_tape import Tape, record
from core.engines.tensor_verdict import judge
from core.engines.verdict import Verdict
from core.kinds.tensor import arrays
from core.kinds.tensor.arrays import Array
from core.kinds.tensor.problem import TensorProblem
from core.kinds.tensor.reading import TensorReading, read, shaped
from core.kinds.weights import LOSSES, PRESETS, Place, inducing, ordered, typed
from core.maps import Map, Pullback, Rows, Shape, Vector, laid_out
from core.maps import floats as floats_of
from core.numbers.tints import strengths
from core.problem import ProblemError
from core.tensors import program as programs
from core.tensors.program import Program
from core.tensors.pullbacks import pull_back
from core.tensors.values import evaluate

LETTERS = ("y", "c", "z", "out")  # for an output that has no name of its own


@dataclass(frozen=True, eq=False)
class TensorExplanation:
    """What a program computes, and v pulled back through it to the input ``problem.wrt``.

    ``values`` are the inputs, then what every line computes; ``adjoints`` the gradient of Σ v·output by each of them in
    its shape, zeros where nothing arrives. ``jacobian`` is that of the output by wrt: (*output, *shape of wrt).
    """

    problem: TensorProblem
    program: Program
    guessed: tuple[str, ...]
    values: tuple[Array, ...]
    v: Array
    adjoints: tuple[Array, ...]
    jacobian: Array
    torch: tensors.TensorAutograd
    verdict: Verdict

    # ── What there is ────────────────────────────────────────────────────────────────────────────────────

    @property
    def wrt(self) -> str:
        """The input that is asked for."""
        assert self.problem.wrt
        return self.problem.wrt

    @property
    def at(self) -> int:
        """Which value that is."""
        return self.program.place(self.wrt)

    @property
    def output(self) -> Array:
        """What comes out."""
        return self.values[-1]

    @property
    def shape(self) -> programs.Shape:
        """Of the output."""
        return self.program.output

    @property
    def wrt_shape(self) -> programs.Shape:
        """Of the input that is asked for."""
        return self.program.shapes[self.at]

    @property
    def letter(self) -> str:
        """What the output is called: by its own name, or by a letter that nothing else is called by."""
        named = {one.name for one in self.program.inputs} | {line.name for line in self.program.lines}
        own = self.program.lines[-1].name if self.program.lines else self.program.inputs[-1].name
        return own or next(letter for letter in LETTERS if letter not in named)

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Of the elements of the output, row by row; a scalar has the place ()."""
        return tuple(product(*map(range, self.shape)))

    def hue(self, k: int) -> int:
        """The hue of an output: that of its row, of an element of a vector its own."""
        return self.places[k][0] if self.places[k] else 0

    def grad(self, name: str) -> Array:
        """The gradient of an input, in its shape: what torch leaves in its ``.grad``."""
        return self.adjoints[self.program.place(name)]

    @property
    def grads(self) -> Mapping[str, Array]:
        """The gradient of every input by its name."""
        return {one.name: adjoint for one, adjoint in zip(self.program.inputs, self.adjoints, strict=False)}

    @property
    def total(self) -> Array:
        """The sum of all contributions: the gradient of wrt."""
        return self.adjoints[self.at]

    # ── Cards, and their sum ─────────────────────────────────────────────────────────────────────────────

    @cached_property
    def contributions(self) -> Array:
        """v·∂output/∂wrt, element by element: shape (*output, *shape of wrt)."""
        return arrays.weighted(self.v, self.jacobian)

    @cached_property
    def weights(self) -> Vector:
        """v, row by row."""
        return arrays.numbers(self.v)

    def derivative(self, k: int) -> Rows:
        """∂output_k/∂wrt in the shape of wrt; k counts the outputs row by row."""
        return arrays.rows(self.jacobian[self.places[k]])

    def contribution(self, k: int) -> Rows:
        """v_k·∂output_k/∂wrt"""
        return arrays.rows(self.contributions[self.places[k]])

    def order(self, by: str) -> tuple[int, ...]:
        """The outputs in the order (a key of ORDERS) in which their terms are added."""
        return ordered(self.places, self.weights, by)

    def running(self, count: int, by: str = "rows") -> Array:
        """The sum of the first ``count`` terms in an order (a key of ORDERS), in the shape of wrt."""
        terms = self.contributions.reshape((-1, *self.wrt_shape))[list(self.order(by)[:count])]
        return arrays.added(terms, self.wrt_shape)

    def partial_sum(self, by: str, count: int) -> Rows:
        """The same as rows."""
        return arrays.rows(self.running(count, by))

    def ledger(self, by: str = "rows") -> Array:
        """The running sum after each term in an order: shape (outputs, *shape of wrt)."""
        return np.stack([self.running(k + 1, by) for k in range(len(self.places))])

    @property
    def losses(self) -> tuple[str, ...]:
        """The losses (keys of LOSSES) whose backward() passes exactly this v to the output."""
        return inducing(arrays.numbers(self.output), self.weights)

    @property
    def tints(self) -> tuple[float, ...]:
        """How strongly each v is tinted, row by row."""
        return strengths(floats_of(self.weights))

    @cached_property
    def tape(self) -> Tape:
        """What torch recorded, node by node, and what backward(v) sent through it."""
        inputs = [arrays.floats(value) for value in self.values[: len(self.program.inputs)]]
        return record(self.program, inputs, arrays.floats(self.v))

    # ── The same in the nouns of all kinds ───────────────────────────────────────────────────────────────

    @cached_property
    def map(self) -> Map:
        """The map from the entries of wrt to those of the output, both row by row; its formulas are made when asked."""
        point, columns = arrays.numbers(self.values[self.at]), prod(self.wrt_shape)
        jacobian = laid_out(arrays.numbers(self.jacobian), columns)
        return Map(
            entry_names(self.wrt, self.wrt_shape),
            (),
            point,
            arrays.numbers(self.output),
            (),
            jacobian,
            (),
            as_matrix(self.wrt_shape),
            as_matrix(self.shape),
        )

    @cached_property
    def pullback(self) -> Pullback:
        """v, the weighted rows and their sum."""
        rows = laid_out(arrays.numbers(self.contributions), prod(self.wrt_shape))
        return Pullback(self.weights, rows, arrays.numbers(self.total))


def as_matrix(shape: programs.Shape) -> Shape:
    """Rows and columns of what is laid out: a vector is one row, a number one of one."""
    rows, columns = (1, 1, *shape)[-2:]
    return rows, columns


def entry_names(name: str, shape: programs.Shape) -> tuple[str, ...]:
    """W_1_2, as formulas call the entries of W; a scalar is called as it is."""
    return tuple("_".join([name, *(str(k + 1) for k in place)]) for place in product(*map(range, shape)))


# ── Reading → explanation ────────────────────────────────────────────────────────────────────────────────


def explain(reading: TensorReading) -> TensorExplanation:
    """Evaluates, pulls back and checks what was read without a refusal."""
    assert reading.problem
    assert reading.v
    program, wrt = reading.program, str(reading.problem.wrt)
    inputs = [arrays.array(read.numbers, read.shape) for _, read in reading.inputs]  # type: ignore[arg-type]
    v = arrays.array(reading.v.numbers, reading.v.shape)  # type: ignore[arg-type]
    values = evaluate(program, inputs)
    if values[-1].dtype != object:
        v = arrays.floats(v)
    pulled = pull_back(program, values, one_hots(program.output, values[-1].dtype))
    jacobians = [_whole(found, program.output, shape) for found, shape in zip(pulled, program.shapes, strict=True)]
    adjoints = tuple(
        arrays.added(arrays.weighted(v, one), shape) for one, shape in zip(jacobians, program.shapes, strict=True)
    )
    at = program.place(wrt)
    torch = _torch(program, list(map(arrays.floats, inputs)), arrays.floats(v), wrt, reading.problem.batch)
    judged = judge(program, values, v, at, arrays.weighted(v, jacobians[at]), adjoints[at], torch)
    return TensorExplanation(
        reading.problem, program, reading.guessed, values, v, adjoints, jacobians[at], torch, judged
    )


def _torch(program: Program, inputs: list[Array], v: Array, wrt: str, batch: str | None) -> tensors.TensorAutograd:
    """What torch answers. Raises ProblemError ``singular`` where it finds no inverse."""
    try:
        return tensors.differentiate(program, inputs, v, wrt, batch)
    except RuntimeError:
        inverses = [line for line in program.lines if line.op == "inverse"]
        if not inverses:
            raise
        raise ProblemError("singular", field="f", span=inverses[0].span) from None


def one_hots(shape: programs.Shape, dtype: object) -> Array:
    """A cotangent for every output that picks it out: shape (outputs, *shape)."""
    count = prod(shape)
    return np.eye(count, dtype=int).astype(dtype).reshape((count, *shape))  # type: ignore[call-overload,no-any-return]


def _whole(pulled: Array | None, output: programs.Shape, shape: programs.Shape) -> Array:
    """What was pulled back for every output, in the output's layout; zeros where nothing arrives."""
    if pulled is None:
        return np.zeros((*output, *shape))
    return pulled.reshape((*output, *shape))


# ── v that nobody types ──────────────────────────────────────────────────────────────────────────────────


def preset(problem: TensorProblem, name: str, hot: Place = ()) -> TensorProblem:
    """The problem with a v of PRESETS: all ones; 1 at ``hot``, else 0; or 1 in the first row, 2 in the second, …"""
    shape = _program(problem).output
    texts = [PRESETS[name](place, hot) for place in product(*map(range, shape))]
    return replace(problem, v=shaped(texts, shape))


def induced(problem: TensorProblem, loss: str) -> TensorProblem:
    """The problem with the v = ∂loss/∂output that a loss (a key of LOSSES) passes. Raises what is wrong with f."""
    reading = read(replace(problem, v=None))
    program = _program(problem)
    inputs = [arrays.array(read.numbers, read.shape) for _, read in reading.inputs]  # type: ignore[arg-type]
    passed = LOSSES[loss].passes(arrays.numbers(evaluate(program, inputs)[-1]))
    return replace(problem, v=shaped(list(map(typed, passed)), program.output))


def _program(problem: TensorProblem) -> Program:
    """What a problem computes, whatever its v is. Raises ProblemError."""
    reading = read(replace(problem, v=None))
    for error in reading.errors:
        raise error.anew()
    return reading.program
