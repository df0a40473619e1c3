"""Programs in matrices against torch: values, every card, every gradient; and what has to hold between them."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray

from core.engines import tensors as torch_engine
from core.tensors.program import Input, Line, Program
from core.tensors.pullbacks import jacobian, pull_back
from core.tensors.values import evaluate

LINEAR = Program(
    (Input("x", (3, 2)), Input("W", (2, 4)), Input("b", (4,))),
    (Line("matmul", (0, 1), (3, 4)), Line("+", (3, 2), (3, 4), name="z")),
)
SOFTMAX = Program(LINEAR.inputs, (*LINEAR.lines, Line("softmax", (4,), (3, 4), (("dim", 1),))))
MEAN = Program(LINEAR.inputs, (*LINEAR.lines, Line("mean", (4,), (), (("dim", None), ("keepdim", False)))))
COLUMNS = Program(LINEAR.inputs, (*LINEAR.lines, Line("sum", (4,), (1, 4), (("dim", 0), ("keepdim", True)))))
EXAMPLES = {"linear": LINEAR, "softmax": SOFTMAX, "mean": MEAN, "columns": COLUMNS}


def numbers(program: Program, seed: int = 0) -> list[NDArray[np.float64]]:
    source = np.random.default_rng(seed)
    return [source.normal(size=value.shape) for value in program.inputs]


@pytest.mark.parametrize("name", EXAMPLES)
def test_value_jacobian_and_gradients_are_torchs(name: str) -> None:
    program = EXAMPLES[name]
    inputs, v = numbers(program), np.random.default_rng(1).normal(size=program.output)
    values = evaluate(program, inputs)
    adjoints = pull_back(program, values, v[None])
    for at, value in enumerate(program.inputs):
        torch = torch_engine.differentiate(program, inputs, v, value.name)
        J = jacobian(program, values, at)
        adjoint, theirs = adjoints[at], torch.grads[at]
        assert adjoint is not None
        assert theirs is not None
        np.testing.assert_allclose(values[-1], torch.value, rtol=1e-12)
        np.testing.assert_allclose(J, torch.jacobian, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(adjoint[0], theirs, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(np.tensordot(v, J, v.ndim), adjoint[0], rtol=1e-9, atol=1e-12)  # vjp == v·J


def test_rationals_stay_exact_and_are_what_floats_say() -> None:
    exact = [np.vectorize(lambda t: Fraction(round(7 * t), 3), otypes=[object])(x) for x in numbers(MEAN)]
    values = evaluate(MEAN, exact)
    J = jacobian(MEAN, values, 1)
    floats = evaluate(MEAN, [x.astype(float) for x in exact])
    assert values[-1].dtype == J.dtype == object
    assert all(isinstance(entry, (int, Fraction)) for entry in J.flat)
    np.testing.assert_allclose(values[-1].astype(float), floats[-1], rtol=1e-12)
    np.testing.assert_allclose(J.astype(float), jacobian(MEAN, floats, 1), rtol=1e-12)
