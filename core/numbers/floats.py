"""The tree on floats, with the habits of IEEE 754 and torch: 1/0 is inf, log(-1) is nan, nothing raises.

One of the engines that share no code: only ``math``, no SymPy and no torch.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping

from core.expression.tree import Node
from core.problem import ProblemError

CONSTANTS = {"pi": math.pi}


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


def _elu(x: float) -> float:
    return math.expm1(x) if x <= 0 else x


SELU_SCALE, SELU_ALPHA = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717


def _selu(x: float) -> float:
    return SELU_SCALE * (SELU_ALPHA * math.expm1(x) if x <= 0 else x)


def _logaddexp(a: float, b: float) -> float:
    if a == b or math.isnan(a) or math.isnan(b):
        return a + math.log(2) if a == b else math.nan
    return max(a, b) + math.log1p(math.exp(-abs(a - b)))


def _xlogy(x: float, y: float) -> float:
    return 0.0 if x == 0 and not math.isnan(y) else x * _log(y)


def _sinc(x: float) -> float:
    """sin(πx)/(πx), as torch and NumPy mean it."""
    return math.sin(math.pi * x) / (math.pi * x) if x else 1.0


def _atanh(x: float) -> float:
    return math.copysign(math.inf, x) if abs(x) == 1 else _ieee(math.atanh)(x)


def _log1p(x: float) -> float:
    return -math.inf if x == -1 else _ieee(math.log1p)(x)


def _whole(rounded: Callable[[float], int]) -> Callable[[float], float]:
    """floor and its kin, which leave what has no fraction as it is."""
    return lambda x: float(rounded(x)) if math.isfinite(x) else x


def _fmod(a: float, b: float) -> float:
    """What is left of a, with the sign of a, as in C."""
    try:
        return math.fmod(a, b)
    except ValueError:
        return math.nan


def _remainder(a: float, b: float) -> float:
    """What is left of a, with the sign of b, as Python's %."""
    left = _fmod(a, b)
    return left + b if left and (left < 0) != (b < 0) else left


def _clamp(x: float, low: float, high: float) -> float:
    return _smallest(_largest(x, low), high)


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
    "asinh": math.asinh,
    "acosh": _ieee(math.acosh),
    "atanh": _atanh,
    "exp": _ieee(math.exp),
    "expm1": _ieee(math.expm1),
    "log": _log,
    "log1p": _log1p,
    "logaddexp": _logaddexp,
    "xlogy": _xlogy,
    "sqrt": _ieee(math.sqrt),
    "cbrt": lambda x: math.copysign(abs(x) ** (1 / 3), x),
    "erf": math.erf,
    "erfc": math.erfc,
    "sinc": _ieee(_sinc),
    "abs": abs,
    "sign": _sign,
    "relu": _relu,
    "relu6": lambda x: _clamp(x, 0.0, 6.0),
    "leaky_relu": lambda x, slope: x if x > 0 else slope * x,
    "elu": _elu,
    "selu": _selu,
    "gelu": lambda x: x * (1 + math.erf(x / math.sqrt(2))) / 2,
    "silu": lambda x: x / (1 + _ieee(math.exp)(-x)),
    "sigmoid": _sigmoid,
    "logsigmoid": lambda x: -_softplus(-x),
    "softplus": _softplus,
    "hardtanh": lambda x: _clamp(x, -1.0, 1.0),
    "clamp": _clamp,
    "clamp_min": lambda x, low: _largest(x, low),
    "clamp_max": lambda x, high: _smallest(x, high),
    "floor": _whole(math.floor),
    "ceil": _whole(math.ceil),
    "round": _whole(round),  # half to even
    "trunc": _whole(math.trunc),
    "frac": lambda x: _fmod(x, 1.0),
    "fmod": _fmod,
    "remainder": _remainder,
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
