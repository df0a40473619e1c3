"""Products, determinants and inverses of matrices: in floats, exactly, and in letters."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import reduce
from itertools import permutations
from operator import mul
from typing import Any

import numpy as np

from core.problem import ProblemError
from core.tensors.entries import Array, Entry, Inexact, over, ratio, symbolic
from core.tensors.symbols import MAX_SIZE

MOST_LETTERS = 4  # side of a determinant of letters: its terms are 24


def product(a: Array, b: Array) -> Any:
    """a @ b. Rationals are multiplied as integers over a common denominator, which is much faster."""
    if a.dtype != object or symbolic(a) or symbolic(b):
        return a @ b
    (p, above), (q, below) = _whole(a), _whole(b)
    whole = np.asarray(above @ below, dtype=object)
    return whole if p * q == 1 else over(whole, p * q)


def _whole(a: Array) -> tuple[int, Array]:
    """A common denominator of the entries, and the entries times that."""
    fractions = [entry for entry in a.flat if isinstance(entry, Fraction)]
    if not fractions:
        return 1, a
    common = math.lcm(*(entry.denominator for entry in fractions))
    whole = [entry.numerator * (common // entry.denominator) for entry in a.flat]
    return common, np.asarray(whole, dtype=object).reshape(a.shape)


def determinant(a: Array) -> Any:
    """det a of a square matrix; of letters as the sum over all permutations."""
    if a.dtype != object:
        return np.linalg.det(a)
    if symbolic(a):
        return _by_permutations(a)
    return _eliminated(a)[0]


def cofactors(a: Array) -> Array:
    """∂ det a/∂a_ij, which is det a · a⁻ᵀ where there is an inverse."""
    n = len(a)
    places = [(i, j) for i in range(n) for j in range(n)]
    minors = [np.delete(np.delete(a, i, 0), j, 1) for i, j in places]
    found = [(-1) ** (i + j) * determinant(minor) for (i, j), minor in zip(places, minors, strict=True)]
    return np.asarray(found, dtype=a.dtype).reshape(n, n)


def inverse(a: Array) -> Array:
    """a⁻¹; nan where there is none. Raises Inexact for rationals that have none."""
    if symbolic(a):
        return over(cofactors(a).T, determinant(a))
    if a.dtype == object:
        found, rows = _eliminated(np.concatenate([a, np.eye(len(a), dtype=int).astype(object)], axis=1))
        if not found:
            raise Inexact
        return rows[:, len(a) :]
    try:
        return np.linalg.inv(a)
    except np.linalg.LinAlgError:
        return np.full(a.shape, np.nan)


def _eliminated(rows: Array) -> tuple[Entry, Array]:
    """The determinant of the square part of some rows of rationals, and the rows with the identity in its place."""
    rows, found = rows.copy(), 1
    for k in range(len(rows)):
        pivot = next((i for i in range(k, len(rows)) if rows[i, k]), None)
        if pivot is None:
            return 0, rows
        if pivot != k:
            rows[[k, pivot]], found = rows[[pivot, k]], -found
        found *= rows[k, k]
        rows[k] = over(rows[k], rows[k, k])
        for i in range(len(rows)):
            if i != k and rows[i, k]:
                rows[i] = rows[i] - rows[i, k] * rows[k]
    return ratio(found, 1), rows


def _by_permutations(a: Array) -> Entry:
    """Σ over the permutations σ of sign(σ)·Π a_iσ(i). ProblemError for more letters than anybody could read."""
    n = len(a)
    if n > MOST_LETTERS:
        raise ProblemError("result_too_large", field="f", limit=MAX_SIZE)
    found = 0
    for order in permutations(range(n)):
        swaps = sum(order[i] > order[j] for j in range(n) for i in range(j))
        term = reduce(mul, (a[i, order[i]] for i in range(n)), (-1) ** swaps)
        found = found + term
    return found
