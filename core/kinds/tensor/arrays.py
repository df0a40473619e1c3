"""Numbers as arrays, which the engines compute with, and as Rows of Number, which views print."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.expression.tree import Node, number
from core.kinds.records import number as json_number
from core.maps import Rows, Vector, laid_out
from core.numbers.exact import MAX_BITS, Exact, Number, whole
from core.tensors.program import Shape

Array = NDArray[Any]  # float64, or int and Fraction as objects where all of a program is rational
NOISE = 64 * 2.0**-52  # of the terms of a sum, each of which has come through several operations


def array(numbers: Sequence[Number], shape: Shape) -> Array:
    """Rational numbers as they are, all others as floats."""
    rational = [_rational(n) for n in numbers]
    if None in rational:
        return np.array([n.value for n in numbers], dtype=float).reshape(shape)
    exact = np.empty(len(rational), dtype=object)
    exact[:] = rational
    return exact.reshape(shape)


def _rational(n: Number) -> int | Fraction | None:
    if n.exact is None or (n.exact.r, n.exact.k) != (1, 0):
        return None
    q = n.exact.q
    return q.numerator if q.denominator == 1 else q


def floats(array: Array) -> NDArray[np.float64]:
    """The array as torch computes with it."""
    return array.astype(np.float64)


def numbers(array: Array) -> Vector:
    """All entries, row by row."""
    return tuple(map(_number, array.ravel().tolist()))


def _number(entry: float | Fraction) -> Number:
    if isinstance(entry, int):
        return whole(entry)
    if isinstance(entry, Fraction):
        small = max(entry.numerator.bit_length(), entry.denominator.bit_length()) <= MAX_BITS
        return Number(float(entry), Exact(entry) if small else None)
    return Number(entry)


def rows(array: Array) -> Rows:
    """A matrix row by row; a vector is one row, a number one of one."""
    return laid_out(numbers(array), array.shape[-1] if array.ndim else 1)


def nested(array: Array) -> Any:
    """The array as JSON carries it: lists within lists, whole numbers as integers."""
    return _nested(array.tolist())


def _nested(part: Any) -> Any:
    return list(map(_nested, part)) if isinstance(part, list) else json_number(float(part))


def weighted(weights: Array, jacobian: Array) -> Array:
    """weights[i…]·jacobian[i…, j…]"""
    with np.errstate(all="ignore"):
        along = weights.reshape(weights.shape + (1,) * (jacobian.ndim - weights.ndim))
        return np.asarray(along * jacobian, dtype=np.result_type(along, jacobian))  # of two numbers: no array by itself


def added(terms: Array, shape: Shape) -> Array:
    """The sum of terms of a shape, which stand in front; 0 where floats cancel up to their rounding."""
    flat = terms.reshape((-1, *shape))
    with np.errstate(all="ignore"):
        total: Array = np.asarray(flat.sum(axis=0), dtype=terms.dtype)
        if terms.dtype == object:
            return total
        noise = NOISE * np.abs(flat).sum(axis=0)
        return np.where(np.isfinite(noise) & (np.abs(total) <= noise), 0.0, total)


def text(entry: float | Fraction) -> str:
    """A number as it could be typed."""
    return str(entry) if isinstance(entry, (int, Fraction)) else repr(float(entry))


def node(entry: float | Fraction) -> Node:
    """A number as a tree."""
    if isinstance(entry, Fraction) and entry.denominator != 1:
        return Node("/", (number(entry.numerator), number(entry.denominator)))
    return number(str(entry))
