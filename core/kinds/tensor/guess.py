"""The gradient of an input of a program as a question, and problems to try it on."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from core.kinds.tensor import arrays
from core.kinds.tensor.explanation import TensorExplanation
from core.kinds.tensor.problem import TensorProblem
from core.maps import laid_out
from core.slips import Question, asked

FUNCTIONS = ("W@x", "relu(W@x)", "(W@x)*(W@x)", "W@(x*x)")


def question(e: TensorExplanation) -> Question:
    """What is the gradient of wrt? Of an output in rows one adds row by row, of a vector element by element."""
    rows = tuple(arrays.numbers(e.jacobian[place]) for place in e.places)
    plain = replace(
        asked(f"{e.wrt}.grad", rows, e.weights, arrays.numbers(e.total)),
        columns=e.wrt_shape[-1] if e.wrt_shape else 1,
        said={"mean": "mean_of_output", "ones": "ones_of_output"},
    )
    if len(e.shape) < 2:
        return plain
    return replace(
        plain,
        terms=laid_out(range(len(rows)), e.shape[-1]),
        said={**plain.said, "one_term": "row_of_output", "forgotten": "forgotten_row", "sign_of_term": "sign_row"},
        without=frozenset(("along_columns", "diagonal")),
    )


def exercise(random: Random) -> TensorProblem:
    """A vector that a small matrix takes to another, and what may come after it."""
    entries = [str(random.choice((-3, -2, -1, 1, 2, 3, 4))) for _ in range(6)]
    matrix, x = laid_out(entries[:4], 2), tuple(entries[4:])
    v = tuple(str(number) for number in random.sample((-3, -2, 2, 3, 4, 5), 2))
    return TensorProblem(random.choice(FUNCTIONS), (("W", matrix), ("x", x)), v, "x")
