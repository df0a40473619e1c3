"""Products of matrices, in floats or exactly."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np

from core.tensors.entries import Array, over


def product(a: Array, b: Array) -> Any:
    """a @ b. Rationals are multiplied as integers over a common denominator, which is much faster."""
    if a.dtype != object:
        return a @ b
    (p, above), (q, below) = _whole(a), _whole(b)
    whole = np.asarray(above @ below, dtype=object)
    return whole if p * q == 1 else over(whole, p * q)


def _whole(a: Array) -> tuple[int, Array]:
    """A common denominator of the entries, and the entries times that."""
    fractions = [entry for entry in a.flat if isinstance(entry, Fraction)]
    common = math.lcm(*(entry.denominator for entry in fractions))
    if not fractions:
        return 1, a
    return common, np.asarray(
        [entry.numerator * (common // entry.denominator) for entry in a.flat], dtype=object
    ).reshape(a.shape)
