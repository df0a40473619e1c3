"""Small matrices of Numbers. Most are of whole numbers, which need no fractions, roots and multiples of π: faster."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import TypeVar

from core.maps import Rows
from core.numbers.exact import Number, whole

T = TypeVar("T")
Integers = list[list[int]]


def transpose(rows: Rows) -> Rows:
    """Rows as columns."""
    return tuple(zip(*rows, strict=True))


def dot(a: Rows, b: Rows) -> Rows:
    """a·b: (m, k) times (k, n)."""
    columns = transpose(b)
    return tuple(tuple(reduce(plus, map(times, row, column)) for column in columns) for row in a)


def _integer(n: Number) -> int | None:
    """The number if it is a whole one, and is known to be."""
    exact = n.exact
    if exact is None or exact.r != 1 or exact.k:
        return None
    numerator, denominator = exact.q.as_integer_ratio()
    return numerator if denominator == 1 else None


def integers(rows: Rows) -> Integers | None:
    """All of them as integers, or None."""
    found = [[n for entry in row if (n := _integer(entry)) is not None] for row in rows]
    return found if sum(map(len, found)) == len(rows) * len(rows[0]) else None


def times(p: Number, q: Number) -> Number:
    """p·q"""
    one, other = _integer(p), _integer(q)
    return p * q if one is None or other is None else whole(one * other)


def plus(p: Number, q: Number) -> Number:
    """p + q"""
    one, other = _integer(p), _integer(q)
    return p + q if one is None or other is None else whole(one + other)


def float_rows(rows: Rows) -> tuple[tuple[float, ...], ...]:
    """The numbers as floats."""
    return tuple(tuple(entry.value for entry in row) for row in rows)


def flat(rows: Sequence[Sequence[T]]) -> list[T]:
    """All entries, row by row."""
    return [entry for row in rows for entry in row]
