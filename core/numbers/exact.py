"""Exact values where the input is exact: q·√r·π^k, and a float beside it.

Enough for what people put into a Jacobian by hand (1/3, √2/2, π/4, 3√2); what does not fit, such as
1 + √2, is a float. No search and no simplification: every operation is a few integer operations.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, partial

from core.expression.tree import Node, number
from core.numbers import precise
from core.numbers.floats import evaluate

MAX_BITS = 96  # of numerator and denominator; longer ones are shown as decimals anyway
MAX_RADICAND = 10_000
MAX_POWER = 64


@dataclass(frozen=True, slots=True)
class Exact:
    """q·√r·π^k with r squarefree; 0 is (0, 1, 0)."""

    q: Fraction
    r: int = 1
    k: int = 0

    def __neg__(self) -> Exact:
        return Exact(-self.q, self.r, self.k)

    def node(self) -> Node:
        """The value as an expression: 3√2/2, π/4, -1/3."""
        top: list[Node] = []
        if abs(self.q.numerator) != 1 or (self.r == 1 and self.k <= 0):
            top.append(number(abs(self.q.numerator)))
        if self.r != 1:
            top.append(Node("sqrt", (number(self.r),)))
        if self.k > 0:
            top.append(_power_of_pi(self.k))
        bottom = [number(self.q.denominator)] if self.q.denominator != 1 else []
        if self.k < 0:
            bottom.append(_power_of_pi(-self.k))
        node = _product(top)
        node = Node("/", (node, _product(bottom))) if bottom else node
        return Node("neg", (node,)) if self.q < 0 else node


def _power_of_pi(k: int) -> Node:
    pi = Node("constant", text="pi")
    return pi if k == 1 else Node("^", (pi, number(k)))


def _product(factors: list[Node]) -> Node:
    node = factors[0]
    for factor in factors[1:]:
        node = Node("*", (node, factor))
    return node


@dataclass(frozen=True, slots=True)
class Number:
    """A value as a float, and exactly where that is known."""

    value: float
    exact: Exact | None = None

    def __add__(self, other: Number) -> Number:
        return _number(self.value + other.value, _add(self.exact, other.exact))

    def __mul__(self, other: Number) -> Number:
        return _number(self.value * other.value, _multiply(self.exact, other.exact))


def _number(value: float, exact: Exact | None) -> Number:
    """A value as floats compute it, but for a rational: that is rounded once."""
    return Number(float(exact.q) if exact and (exact.r, exact.k) == (1, 0) else value, exact)


ZERO = Number(0.0, Exact(Fraction(0)))


@lru_cache(maxsize=8192)
def whole(n: int) -> Number:
    """A whole number."""
    return Number(float(n), Exact(Fraction(n)) if n.bit_length() <= MAX_BITS else None)


Decide = Callable[[Node], float]  # a comparison: 1 if it holds, else 0


def value_of(node: Node, env: Mapping[str, Number] | None = None, decide: Decide | None = None) -> Number:
    """The value of an expression at a point: always the float (nan and ±inf included), exactly if it can be.

    ``decide`` says of a comparison whether it holds; without it floats do.
    """
    if not env:
        value = precise.value(node)
        return _number(value, _exact(node, {}, precise.value) if math.isfinite(value) else None)
    floats = {name: n.value for name, n in env.items()}
    value = evaluate(node, floats)
    exact = _exact(node, env, decide or partial(evaluate, point=floats)) if decide or math.isfinite(value) else None
    return _number(value, exact)


def _exact(node: Node, env: Mapping[str, Number], decide: Decide) -> Exact | None:
    if node.op == "number":
        return _bounded(Fraction(node.text))
    if node.op == "constant":
        return Exact(Fraction(1), 1, 1) if node.text == "pi" else None
    if node.op == "name":
        return env[node.text].exact
    if node.op == "where":
        condition, yes, no = node.args
        return _exact(yes if decide(condition) else no, env, decide)
    if node.op not in OPERATIONS:
        return None
    args = [_exact(arg, env, decide) for arg in node.args]
    return None if None in args else OPERATIONS[node.op](*args)


def _bounded(q: Fraction, r: int = 1, k: int = 0) -> Exact | None:
    if q == 0:
        return Exact(q)
    small = q.numerator.bit_length() <= MAX_BITS and q.denominator.bit_length() <= MAX_BITS
    return Exact(q, r, k) if small and abs(k) <= 4 else None


def _add(a: Exact | None, b: Exact | None) -> Exact | None:
    if a is None or b is None:
        return None
    if not a.q or not b.q:
        return b if not a.q else a
    return _bounded(a.q + b.q, a.r, a.k) if (a.r, a.k) == (b.r, b.k) else None


def _multiply(a: Exact | None, b: Exact | None) -> Exact | None:
    if a is None or b is None:
        return None
    common = math.gcd(a.r, b.r)
    return _bounded(a.q * b.q * common, (a.r // common) * (b.r // common), a.k + b.k)


def _divide(a: Exact, b: Exact) -> Exact | None:
    return _multiply(a, Exact(1 / (b.q * b.r), b.r, -b.k)) if b.q else None


def _sqrt(a: Exact) -> Exact | None:
    """√(p/q) = √(p·q)/q, with the square part taken out of the root."""
    radicand = a.q.numerator * a.q.denominator
    if a.r != 1 or a.k % 2 or not 0 <= radicand <= MAX_RADICAND:
        return None
    if radicand == 0:
        return Exact(Fraction(0))
    square = next(d for d in range(math.isqrt(radicand), 0, -1) if radicand % (d * d) == 0)
    return _bounded(Fraction(square, a.q.denominator), radicand // (square * square), a.k // 2)


def _power(a: Exact, b: Exact) -> Exact | None:
    if (b.r, b.k) != (1, 0):
        return None
    if b.q == Fraction(1, 2):
        return _sqrt(a)
    if b.q.denominator != 1 or abs(b.q) > MAX_POWER or (not a.q and b.q <= 0):
        return None
    base, result = (a, Exact(Fraction(1))) if b.q >= 0 else (_divide(Exact(Fraction(1)), a), Exact(Fraction(1)))
    for _ in range(abs(int(b.q))):
        result = _multiply(result, base)  # type: ignore[assignment]
        if result is None:
            return None
    return result


# sin at multiples of π/12 that a table of special angles holds: twelfths -> (q, r)
SINES = {
    0: (Fraction(0), 1),
    2: (Fraction(1, 2), 1),
    3: (Fraction(1, 2), 2),
    4: (Fraction(1, 2), 3),
    6: (Fraction(1), 1),
}


def _sine(twelfths: int) -> Exact | None:
    turn = twelfths % 24
    sign, turn = (-1, turn - 12) if turn >= 12 else (1, turn)
    found = SINES.get(min(turn, 12 - turn))
    return Exact(sign * found[0], found[1]) if found else None


def _twelfths(a: Exact) -> int | None:
    """The angle in twelfths of π, if it is a whole number of them."""
    whole = a.q * 12
    ok = not a.q or ((a.r, a.k) == (1, 1) and whole.denominator == 1)
    return int(whole) if ok else None


def _trigonometric(quarter: int) -> Callable[[Exact], Exact | None]:
    """sin (quarter 0) and cos (a quarter turn ahead)."""

    def of(a: Exact) -> Exact | None:
        twelfths = _twelfths(a)
        return None if twelfths is None else _sine(twelfths + 6 * quarter)

    return of


def _tan(a: Exact) -> Exact | None:
    sine, cosine = _trigonometric(0)(a), _trigonometric(1)(a)
    return _divide(sine, cosine) if sine and cosine else None


def _only(at: int, result: int) -> Callable[[Exact], Exact | None]:
    """A function known exactly at one place only: exp at 0, log at 1."""
    return lambda a: Exact(Fraction(result)) if a == Exact(Fraction(at)) else None


def _sign(a: Exact) -> Exact:
    return Exact(Fraction((a.q > 0) - (a.q < 0)))


ROUNDED: dict[str, Callable[[Fraction], int]] = {
    "floor": math.floor,
    "ceil": math.ceil,
    "round": round,
    "trunc": math.trunc,
}


def _whole(rounded: Callable[[Fraction], int]) -> Callable[[Exact], Exact | None]:
    return lambda a: Exact(Fraction(rounded(a.q))) if (a.r, a.k) == (1, 0) else None


OPERATIONS: dict[str, Callable[..., Exact | None]] = {
    "neg": operator.neg,
    "+": _add,
    "-": lambda a, b: _add(a, -b),
    "*": _multiply,
    "/": _divide,
    "^": _power,
    "sqrt": _sqrt,
    "sin": _trigonometric(0),
    "cos": _trigonometric(1),
    "tan": _tan,
    "exp": _only(0, 1),
    "log": _only(1, 0),
    "sinh": _only(0, 0),
    "cosh": _only(0, 1),
    "tanh": _only(0, 0),
    **dict.fromkeys(("asinh", "atanh", "erf", "expm1", "log1p"), _only(0, 0)),
    **{name: _whole(rounded) for name, rounded in ROUNDED.items()},
    "abs": lambda a: Exact(abs(a.q), a.r, a.k),
    "sign": _sign,
    "relu": lambda a: a if a.q > 0 else Exact(Fraction(0)),
}
