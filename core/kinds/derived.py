"""What kinds with functions share: a map derived by SymPy at a point, and checked by two engines that share no code."""

from __future__ import annotations

from core.calculus import worker
from core.engines import autograd, differences, verdict
from core.expression.tree import Node
from core.maps import Map, Pullback, Vector, floats
from core.numbers.exact import value_of
from core.problem import ProblemError


def derive(outputs: tuple[Node, ...], inputs: tuple[str, ...], point: Vector, field: str = "f") -> Map:
    """The map with its Jacobian. Raises ProblemError, told of ``field``, for what the worker refuses."""
    env = dict(zip(inputs, point, strict=True))
    try:
        jacobian = worker.jacobian(outputs, inputs)
    except ProblemError as error:
        raise error.at(field, error.index) from None
    return Map(
        inputs,
        outputs,
        point,
        tuple(value_of(node, env) for node in outputs),
        jacobian,
        tuple(tuple(value_of(entry, env) for entry in row) for row in jacobian),
    )


def check(at: Map, pulled: Pullback, letter: str = "y") -> tuple[autograd.Autograd, verdict.Verdict]:
    """What PyTorch answers, and the verdict on it and on finite differences; notes call the outputs ``letter``."""
    point, weights = floats(at.point), floats(pulled.weights)
    torch = autograd.differentiate(at.outputs, at.inputs, point, weights)
    judged = verdict.judge(
        at.outputs,
        at.inputs,
        point,
        weights,
        tuple(map(floats, at.jacobian_at)),
        floats(pulled.total),
        torch,
        differences.differentiate(at.outputs, at.inputs, point, weights),
        letter,
    )
    return torch, judged
