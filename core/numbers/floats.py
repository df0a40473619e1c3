"""The tree on floats, with the habits of IEEE 754 and torch: 1/0 is inf, log(-1) is nan, nothing raises.

One of the engines that share no code: only ``math``, no SymPy and no torch.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping

from core.expression.tree import Node
from core.problem import ProblemError

CONSTANTS = {"pi": math.pi, "e": math.e}


def _ieee(function: Callable[[float], float], overflow: float = math.inf) -> Callable[[float], float]:
    """``function`` of math, answering nan outside its domain and ``overflow`` beyond the floats."""

    def total(x: float) -> float:
        try:
            return function(x)
        except ValueError:
            return math.nan
        except OverflowError:
            return overflow

    return total


def _divide(a: float, b: float) -> float:
    if b:
        return a / b
    return math.nan if a == 0 or math.isnan(a) else math.copysign(math.inf, a) * math.copysign(1, b)


def _power(base: float, exponent: float) -> float:
    """C's pow: (-8)^(1/3) is nan, 0^0 is 1, 0^-1 is inf."""
    odd = math.isfinite(exponent) and math.fmod(exponent, 2) in (1, -1)
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return -math.inf if base < 0 and odd else math.inf
    except ValueError:
        if base:
            return math.nan
        return math.copysign(math.inf, base) if odd else math.inf


def _log(x: float) -> float:
    if x > 0:
        return math.log(x)
    return -math.inf if x == 0 else math.nan


def _sinh(x: float) -> float:
    try:
        return math.sinh(x)
    except OverflowError:
        return math.copysign(math.inf, x)


def _sign(x: float) -> float:
    return x if math.isnan(x) else float((x > 0) - (x < 0))


def _relu(x: float) -> float:
    return _largest(x, 0.0)


def _sigmoid(x: float) -> float:
    if x >= 0:
        return 1 / (1 + math.exp(-x))
    return math.exp(x) / (1 + math.exp(x))  # exp(-x) would overflow


def _softplus(x: float) -> float:
    return _relu(x) + math.log1p(math.exp(-abs(x)))  # log(1 + exp(x)) would overflow


def _smallest(*values: float) -> float:
    return math.nan if any(map(math.isnan, values)) else min(values)


def _largest(*values: float) -> float:
    return math.nan if any(map(math.isnan, values)) else max(values)


def _compare(holds: Callable[[float, float], bool]) -> Callable[[float, float], float]:
    return lambda a, b: float(holds(a, b))


OPERATIONS: dict[str, Callable[..., float]] = {
    "neg": operator.neg,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _divide,
    "^": _power,
    "sin": _ieee(math.sin),
    "cos": _ieee(math.cos),
    "tan": _ieee(math.tan),
    "asin": _ieee(math.asin),
    "acos": _ieee(math.acos),
    "atan": math.atan,
    "sinh": _sinh,
    "cosh": _ieee(math.cosh),
    "tanh": math.tanh,
    "exp": _ieee(math.exp),
    "log": _log,
    "sqrt": _ieee(math.sqrt),
    "abs": abs,
    "sign": _sign,
    "relu": _relu,
    "sigmoid": _sigmoid,
    "softplus": _softplus,
    "atan2": math.atan2,
    "min": _smallest,
    "max": _largest,
    "<": _compare(operator.lt),
    "<=": _compare(operator.le),
    ">": _compare(operator.gt),
    ">=": _compare(operator.ge),
    "==": _compare(operator.eq),
    "!=": _compare(operator.ne),
}


def evaluate(node: Node, point: Mapping[str, float]) -> float:
    """The value of ``node`` where its names have the values of ``point``; may be nan or ±inf.

    A comparison is 1.0 or 0.0, and ``where`` looks only at the branch it chooses. Raises KeyError for a
    name that ``point`` lacks and ProblemError("not_allowed") for an op without a row in OPERATIONS.
    """
    match node.op:
        case "number":
            return float(node.text)
        case "name":
            return point[node.text]
        case "constant":
            return CONSTANTS[node.text]
        case "where":
            condition, chosen, otherwise = node.args
            return evaluate(chosen if evaluate(condition, point) else otherwise, point)
        case op if op in OPERATIONS:
            return OPERATIONS[op](*[evaluate(arg, point) for arg in node.args])
        case op:
            raise ProblemError("not_allowed", span=node.span, what=op)


def value(node: Node) -> float:
    """The value of a tree without names; may be nan or ±inf. Raises like ``evaluate``."""
    return evaluate(node, {})
