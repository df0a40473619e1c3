"""What kinds with functions share: a map derived by SymPy at a point, and checked by two engines that share no code."""

from __future__ import annotations

from core.calculus import worker
from core.engines import autograd, differences, verdict
from core.engines.settled import settle
from core.expression.tree import Node
from core.maps import Map, Pullback, Vector, floats
from core.problem import ProblemError


def derive(
    outputs: tuple[Node, ...], inputs: tuple[str, ...], point: Vector, exactly: tuple[Node, ...], field: str = "f"
) -> Map:
    """The map with its Jacobian. Raises ProblemError, told of ``field``, for what the worker refuses."""
    try:
        jacobian = worker.jacobian(outputs, inputs)
    except ProblemError as error:
        raise error.at(field, error.index) from None
    values, jacobian_at = settle(outputs, inputs, point, exactly, jacobian)
    return Map(inputs, outputs, point, values, jacobian, jacobian_at, exactly)


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
        at.exactly,
    )
    return torch, judged
