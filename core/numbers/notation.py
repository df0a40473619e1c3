"""How a number is written: exact where that is short and known, else at most four significant digits."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction

from core.expression.tree import Node, number
from core.numbers.exact import Number

DIGITS = 4
LONGEST_DENOMINATOR = 999  # 5787/15625 says less than 0.3704


def decimal(value: float, digits: int = DIGITS) -> str:
    """A float as plain text: "24", "0.3704", "1.235e+08", "nan", "-inf"; integers up to 10^9 whole."""
    value = float(f"{value:.12g}")  # 0.1 + 0.2 is 0.3
    if math.isfinite(value) and value == int(value) and abs(value) < 1e9:
        return str(int(value))
    text = f"{value:.{digits}g}"
    return str(int(float(text))) if abs(float(text)) == 10**digits else text  # 9999.6 is 10000, not 1e+04


def short_decimal(q: Fraction) -> str | None:
    """The decimal that a fraction equals, if four significant digits are enough for it."""
    text = decimal(float(q))
    return text if "e" not in text and Fraction(text) == q else None


def exact_node(n: Number) -> Node | None:
    """The expression to write for a value, or None when only its decimal is worth writing.

    A whole number or a short decimal is written as such; a fraction, a root or a multiple of π as that.
    """
    if n.exact is None:
        return None
    q, r, k = n.exact.q, n.exact.r, n.exact.k
    if (r, k) == (1, 0) and (text := short_decimal(q) or (str(q) if q.denominator == 1 else None)):
        return number(text)
    return n.exact.node() if q.denominator <= LONGEST_DENOMINATOR and abs(q.numerator) < 1e6 else None


def is_rounded(n: Number) -> bool:
    """Whether what is written for the value is not quite the value: 0.3333 for a third whose exact form is unknown."""
    return math.isfinite(n.value) and exact_node(n) is None and float(decimal(n.value)) != n.value


def says_all(n: Number) -> bool:
    """Whether what is written for the value is already a decimal, so that none is needed beside it."""
    node = exact_node(n)
    if node is None:
        return True
    return (node.args[0] if node.op == "neg" else node).op == "number"


def jsonable(value: float) -> float | str:
    """A float as JSON can carry it: "nan", "inf" and "-inf" are texts."""
    return value if math.isfinite(value) else str(value)


def jsonables(values: Iterable[float]) -> list[float | str]:
    """Floats as JSON can carry them."""
    return list(map(jsonable, values))
