"""Entry by entry: one function of the tree over whole arrays, in floats or exactly.

An array is of float64, or of objects: ints and Fractions, or Symbols. What has no rational result raises ``Inexact``,
so that a program is computed exactly as a whole or not at all.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache, partial, reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.expression.tree import LEAVES, Node
from core.numbers import floats
from core.numbers.exact import MAX_BITS, MAX_POWER, value_of
from core.tensors.slopes import SLOPES
from core.tensors.symbols import Symbol, combined, constant

Array = NDArray[Any]  # of float64, or of objects: int | Fraction | Symbol
Entry = Any


class Inexact(ArithmeticError):  # noqa: N818  # no mistake: floats go on
    """There is no rational result."""


# ── Floats ───────────────────────────────────────────────────────────────────────────────────────────────


def _where(condition: Array, yes: Array, no: Array) -> Array:
    return np.where(condition != 0, yes, no)


# what NumPy computes as core.numbers.floats does, only for all entries at once
AT_ONCE: dict[str, Callable[..., Array]] = {
    "neg": np.negative,
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
    "exp": np.exp,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "where": _where,
    "floor": np.floor,  # these keep the sign of a 0, as torch does
    "ceil": np.ceil,
    "round": np.round,
    "trunc": np.trunc,
    "frac": lambda u: u - np.trunc(u),  # as torch has it, whose 0 of -1 is no -0
}


@cache
def _floats(op: str) -> Callable[..., Array]:
    if op in AT_ONCE:
        return AT_ONCE[op]
    each: Callable[..., Array] = np.frompyfunc(floats.OPERATIONS[op], arity(op), 1)
    return each


@cache
def arity(op: str) -> int:
    """How many arguments an operation takes here, where min and max have two."""
    return len(SLOPES[op])


# ── Rationals ────────────────────────────────────────────────────────────────────────────────────────────


def ratio(a: Entry, b: Entry) -> Entry:
    """a/b, an int where it is whole. Raises Inexact for b = 0."""
    if not b:
        raise Inexact
    if not a:
        return 0
    quotient = Fraction(a, b)
    return quotient.numerator if quotient.denominator == 1 else quotient


def _power(base: Entry, exponent: Entry) -> Entry:
    if exponent != int(exponent) or abs(exponent) > MAX_POWER or bits(base) * abs(exponent) > MAX_BITS * 8:
        raise Inexact
    return base ** int(exponent) if exponent >= 0 else ratio(1, base ** int(-exponent))


def bits(n: Entry) -> int:
    """Of the longer of numerator and denominator."""
    return int(max(n.numerator.bit_length(), n.denominator.bit_length()))


def _compare(holds: Callable[[Entry, Entry], bool]) -> Callable[[Entry, Entry], int]:
    return lambda a, b: int(holds(a, b))


def _nonzero(function: Callable[[Entry, Entry], Entry]) -> Callable[[Entry, Entry], Entry]:
    return lambda a, b: function(a, b) if b else ratio(a, b)


RATIONALS: dict[str, Callable[..., Entry]] = {
    "neg": operator.neg,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": ratio,
    "^": _power,
    "abs": abs,
    "sign": lambda a: (a > 0) - (a < 0),
    "relu": lambda a: max(a, 0),
    "relu6": lambda a: min(max(a, 0), 6),
    "leaky_relu": lambda a, slope: a if a > 0 else slope * a,
    "hardtanh": lambda a: min(max(a, -1), 1),
    "clamp": lambda a, low, high: min(max(a, low), high),
    "clamp_min": max,
    "clamp_max": min,
    "floor": math.floor,
    "ceil": math.ceil,
    "round": round,
    "trunc": math.trunc,
    "frac": lambda a: a - math.trunc(a),
    "fmod": _nonzero(lambda a, b: a - b * math.trunc(ratio(a, b))),
    "remainder": _nonzero(lambda a, b: a % b),
    "min": min,
    "max": max,
    "where": lambda condition, a, b: a if condition else b,
    "<": _compare(operator.lt),
    "<=": _compare(operator.le),
    ">": _compare(operator.gt),
    ">=": _compare(operator.ge),
    "==": _compare(operator.eq),
    "!=": _compare(operator.ne),
}


def exactly(node: Node) -> Entry:
    """The value of a tree without names as int or Fraction. Raises Inexact."""
    known = value_of(node).exact
    if known is None or (known.r, known.k) != (1, 0):
        raise Inexact
    return ratio(known.q, 1)


@cache
def _objects(op: str) -> Callable[..., Array]:
    each: Callable[..., Array] = np.frompyfunc(RATIONALS.get(op, _no_rational), arity(op), 1)
    return each


@cache
def _symbols(op: str) -> Callable[..., Array]:
    each: Callable[..., Array] = np.frompyfunc(partial(combined, op), arity(op), 1)
    return each


def _no_rational(*args: Entry) -> Entry:
    raise Inexact


def symbolic(x: Array | Entry) -> bool:
    """Whether an array holds Symbols, or is one."""
    if not isinstance(x, np.ndarray):
        return isinstance(x, Symbol)
    return x.dtype == object and any(isinstance(entry, Symbol) for entry in x.flat)


# ── Both ─────────────────────────────────────────────────────────────────────────────────────────────────


def entrywise(op: str, *args: Array | Entry) -> Array:
    """An operator, comparison or function of the tree, with broadcasting; a comparison is 1 or 0. Raises Inexact."""
    if op in ("min", "max") and len(args) > 2:
        return reduce(lambda a, b: entrywise(op, a, b), args)
    if any(symbolic(arg) for arg in args):
        return np.asarray(_symbols(op)(*args), dtype=object)
    exact = any(isinstance(arg, np.ndarray) and arg.dtype == object for arg in args)
    return np.asarray(_objects(op)(*args), dtype=object) if exact else np.asarray(_floats(op)(*args), dtype=float)


def over(a: Array | Entry, b: Array | Entry) -> Array:
    """a/b; of ints no float as Python would have it."""
    return entrywise("/", a, b)


def formula(node: Node, env: Mapping[str, Array]) -> Array | Entry:
    """A tree over arrays; what holds no name of ``env`` is a number."""
    literal = _symbol if any(map(symbolic, env.values())) else _exact if _objects_in(env) else _float
    return _formula(node, env, literal)


def _formula(node: Node, env: Mapping[str, Array], literal: Callable[[Node], Array]) -> Array | Entry:
    if node.op == "name":
        return env[node.text]
    if node.op in LEAVES:
        return literal(node)
    return entrywise(node.op, *(_formula(arg, env, literal) for arg in node.args))


def _objects_in(env: Mapping[str, Array]) -> bool:
    return any(array.dtype == object for array in env.values())


@cache
def _symbol(node: Node) -> Array:
    return np.asarray(constant(node), dtype=object)


@cache
def _exact(node: Node) -> Array:
    return np.asarray(exactly(node), dtype=object)


@cache
def _float(node: Node) -> Array:
    return np.asarray(value_of(node).value)
