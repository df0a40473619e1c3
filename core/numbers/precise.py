"""The tree to as many digits as it takes: what is exactly 0, which side of an edge, which branch.

A sum of floats can be off by anything, so no float decides a sign. Here every operation is done twice, with two
precisions (Vignes 1993, as ``core.engines.forward_mode`` does with floats): the digits in which both agree are right,
and where none agree everything is done again with four times as many. What is then still nothing but rounding is 0.

Values are mpmath's raw numbers, whose functions take the precision as an argument and keep no state between threads.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from functools import cmp_to_key
from typing import Any, NamedTuple

from mpmath import libmp

from core.expression.tree import Node
from core.numbers import floats

Steps = Mapping[str, tuple[Fraction, int]]
Real = Any  # a raw number of mpmath: (sign, mantissa, exponent, bits), or one of those below
ZERO, ONE, TWO, HALF = libmp.fzero, libmp.fone, libmp.ftwo, libmp.fhalf
INFINITY, MINUS_INFINITY, NAN = libmp.finf, libmp.fninf, libmp.fnan

LEVELS = (480, 1920, 7680)  # bits: 145 digits, 578, 2312
HERE = 2  # levels that are tried at the point itself; beside it, powers of the step have to be told from 0
GUARD = 32  # bits by which the second precision is the higher one
AGREED = 64  # bits in which the two agree, or they do not count
FAR = 900  # bits of the exponent of two of a number: beyond that it is as good as infinite, or as 0
HUGE = 1 << 2 * FAR  # an exponent that no number has
TURNS = 1 << 11  # and beyond which no angle is reduced to one turn
COSTS = (1, 8, 100)  # of a function at each level, about 20 microseconds
CHEAP = ("number", "name", "neg", "+", "-", "*", "/", "abs", "sign", "relu", "max", "min", "where")  # at any level
BUDGET = 4_000  # of all that is asked about one point, less than a tenth of a second


class Unclear(Exception):  # noqa: N818  # no error: the referee abstains
    """Not decided at this precision, or not within the budget."""


class Value(NamedTuple):
    """A value in two precisions. ``sound``: every operation on the way had a value; ``exact``: none was rounded."""

    low: Real
    high: Real
    sound: bool = True
    exact: bool = False


NOTHING = Value(ZERO, ZERO, exact=True)


def is_finite(a: Real) -> bool:
    return bool(a[1]) or a == ZERO


def size(a: Real) -> int:
    """The exponent of two just above |a|."""
    return int(a[2] + a[3]) if a[1] else -HUGE if a == ZERO else HUGE


def real(q: Fraction | int, bits: int) -> Real:
    """A rational to so many bits."""
    return libmp.from_rational(q.numerator, q.denominator, bits)


def as_float(a: Real) -> float:
    """The nearest float; an infinity beyond the floats."""
    if a == NAN:
        return math.nan
    return float(libmp.to_float(a, rnd=libmp.round_nearest)) if size(a) < 1100 else (-math.inf if a[0] else math.inf)


# ── One operation at one precision ───────────────────────────────────────────────────────────────────────
# Outside its domain each answers nan; 1/0 is an infinity, as in IEEE 754.


def _divide(a: Real, b: Real, bits: int) -> Real:
    if b == ZERO:
        return NAN if a in (ZERO, NAN) else MINUS_INFINITY if _negative(a) else INFINITY
    return libmp.mpf_div(a, b, bits)


def _negative(a: Real) -> bool:
    return bool(a[0]) or a == MINUS_INFINITY


def _exp(a: Real, bits: int) -> Real:
    if size(a) > FAR and a != NAN:
        return ZERO if _negative(a) else INFINITY
    return libmp.mpf_exp(a, bits)


def _log(a: Real, bits: int) -> Real:
    if a == ZERO:
        return MINUS_INFINITY
    return NAN if _negative(a) else libmp.mpf_log(a, bits)


def _sqrt(a: Real, bits: int) -> Real:
    return NAN if _negative(a) else libmp.mpf_sqrt(a, bits)


def _turning(function: Callable[[Real, int], Real]) -> Callable[[Real, int], Real]:
    """sin and cos of an angle that is not too large to be reduced."""

    def of(a: Real, bits: int) -> Real:
        if not is_finite(a):
            return NAN
        if size(a) > TURNS:
            raise Unclear
        return function(a, bits)

    return of


def _hyperbolic(sign: Real) -> Callable[[Real, int], Real]:
    """sinh (sign -1) and cosh (1)."""
    function = libmp.mpf_cosh if sign == ONE else libmp.mpf_sinh

    def of(a: Real, bits: int) -> Real:
        if size(a) > FAR and a != NAN:
            return MINUS_INFINITY if sign != ONE and _negative(a) else INFINITY
        return function(a, bits)

    return of


def _tanh(a: Real, bits: int) -> Real:
    if size(a) > 20 and a != NAN:
        return libmp.fnone if _negative(a) else ONE
    return libmp.mpf_tanh(a, bits)


def _sigmoid(a: Real, bits: int) -> Real:
    return _divide(ONE, libmp.mpf_add(ONE, _exp(libmp.mpf_neg(a), bits), bits), bits)


def _softplus(a: Real, bits: int) -> Real:
    if a != ZERO and not _negative(a) and is_finite(a):
        return libmp.mpf_add(a, _softplus(libmp.mpf_neg(a), bits), bits)
    power = _exp(a, bits)
    if size(power) < -2 * bits:  # log(1 + p) is p to all digits
        return power
    return libmp.mpf_log(libmp.mpf_add(ONE, power, bits + max(0, -size(power))), bits)


def _atan2(a: Real, b: Real, bits: int) -> Real:
    return ZERO if a == b == ZERO else libmp.mpf_atan2(a, b, bits)


def _power(a: Real, n: Real, bits: int) -> Real:
    """C's pow: (-8)^(1/3) is nan, 0^0 is 1, 0^-1 is inf."""
    if n == ZERO or a == ONE:
        return ONE
    if NAN in (a, n):
        return NAN
    if a == ZERO:
        return INFINITY if _negative(n) else ZERO
    if not is_finite(n):
        grows = (libmp.mpf_cmp(libmp.mpf_abs(a), ONE) > 0) != _negative(n)
        return INFINITY if grows else ZERO
    if not is_finite(a):
        return ZERO if _negative(n) else INFINITY
    whole = n[2] >= 0
    if _negative(a) and not whole:
        return NAN
    exponent = libmp.mpf_mul(n, libmp.mpf_log(libmp.mpf_abs(a), 53), 53)
    if size(exponent) > FAR:
        return ZERO if _negative(exponent) else INFINITY
    if whole and size(n) < 64:
        return libmp.mpf_pow_int(a, libmp.to_int(n), bits)
    return libmp.mpf_pow(libmp.mpf_abs(a), n, bits + max(0, size(exponent)))


def _odd(function: Callable[[Real, int], Real]) -> Callable[[Real, int], Real]:
    """An odd function that grows for ever, told above 0."""

    def of(a: Real, bits: int) -> Real:
        if not is_finite(a) or a == ZERO:
            return a
        found = function(libmp.mpf_abs(a), bits)
        return libmp.mpf_neg(found) if _negative(a) else found

    return of


def _atanh(a: Real, bits: int) -> Real:
    if libmp.mpf_abs(a) == ONE:
        return MINUS_INFINITY if _negative(a) else INFINITY
    return libmp.mpf_atanh(a, bits) if is_finite(a) else NAN


def _acosh(a: Real, bits: int) -> Real:
    return libmp.mpf_acosh(a, bits) if is_finite(a) else NAN if _negative(a) else a


def _room(a: Real) -> int:
    """The bits that a 1 beside a small number takes."""
    return max(0, -size(a)) if a != ZERO and is_finite(a) else 0


def _expm1(a: Real, bits: int) -> Real:
    return libmp.mpf_sub(_exp(a, bits + _room(a)), ONE, bits + _room(a))


def _log1p(a: Real, bits: int) -> Real:
    return _log(libmp.mpf_add(ONE, a, bits + _room(a)), bits)


def _logaddexp(a: Real, b: Real, bits: int) -> Real:
    return libmp.mpf_add(a, _softplus(libmp.mpf_sub(b, a, bits), bits), bits)


def _error(function: Callable[[Real, int], Real], below: Real, above: Real) -> Callable[[Real, int], Real]:
    """erf and erfc, which far out are what they tend to.

    Raises Unclear between there and the middle where many digits are wanted: mpmath adds up tens of thousands of terms.
    """

    def of(a: Real, bits: int) -> Real:
        if size(a) > 10:
            return below if _negative(a) else above
        if size(a) > 4 and bits > 3_000:
            raise Unclear
        return function(a, bits)

    return of


def _erf(a: Real, bits: int) -> Real:
    """1 - erf(x) < exp(-x^2): nothing of it is left in so many bits where x^2 log2(e) is more than they are."""
    if 10 >= size(a) > 4 and libmp.to_float(a) ** 2 * 1.44 > bits:
        return libmp.fnone if _negative(a) else ONE
    return _error(libmp.mpf_erf, libmp.fnone, ONE)(a, bits)


def _sinc(a: Real, bits: int) -> Real:
    if a == ZERO:
        return ONE
    angle = libmp.mpf_mul(a, libmp.mpf_pi(bits), bits)
    return libmp.mpf_div(_turning(libmp.mpf_sin)(angle, bits), angle, bits)


def _bounded(a: Real, low: Real, high: Real) -> Real:
    a = low if libmp.mpf_lt(a, low) else a
    return high if libmp.mpf_gt(a, high) else a


def _whole(a: Real) -> Real:
    """The whole number towards 0."""
    return libmp.mpf_ceil(a) if _negative(a) else libmp.mpf_floor(a)


def _left(whole: Callable[[Real], Real]) -> Callable[[Real, Real, int], Real]:
    """What is left of a when b is taken from it so many whole times."""

    def of(a: Real, b: Real, bits: int) -> Real:
        times = _divide(a, b, bits)
        return libmp.mpf_sub(a, libmp.mpf_mul(b, whole(times), bits), bits) if is_finite(times) else NAN

    return of


def _gelu(a: Real, bits: int) -> Real:
    bell = libmp.mpf_add(ONE, _erf(libmp.mpf_div(a, libmp.mpf_sqrt(TWO, bits), bits), bits), bits)
    return libmp.mpf_mul(libmp.mpf_mul(a, bell, bits), HALF, bits)


SELU = (floats.SELU_SCALE, floats.SELU_SCALE * floats.SELU_ALPHA)  # of what is above 0, and of exp(x) - 1 below it


def _selu(a: Real, bits: int) -> Real:
    scale = libmp.from_float(SELU[int(_negative(a))])
    return libmp.mpf_mul(scale, _expm1(a, bits) if _negative(a) else a, bits)


OPERATIONS: dict[str, Callable[..., Real]] = {
    "neg": lambda a, bits: libmp.mpf_neg(a),
    "+": libmp.mpf_add,
    "-": libmp.mpf_sub,
    "*": libmp.mpf_mul,
    "/": _divide,
    "^": _power,
    "sin": _turning(libmp.mpf_sin),
    "cos": _turning(libmp.mpf_cos),
    "tan": _turning(libmp.mpf_tan),
    "asin": libmp.mpf_asin,
    "acos": libmp.mpf_acos,
    "atan": libmp.mpf_atan,
    "sinh": _hyperbolic(libmp.fnone),
    "cosh": _hyperbolic(ONE),
    "tanh": _tanh,
    "asinh": _odd(libmp.mpf_asinh),
    "acosh": _acosh,
    "atanh": _atanh,
    "expm1": _expm1,
    "log1p": _log1p,
    "logaddexp": _logaddexp,
    "xlogy": lambda a, b, bits: ZERO if a == ZERO else libmp.mpf_mul(a, _log(b, bits), bits),
    "cbrt": _odd(libmp.mpf_cbrt),
    "erf": _erf,
    "erfc": _error(libmp.mpf_erfc, TWO, ZERO),
    "sinc": _sinc,
    "relu6": lambda a, bits: _bounded(a, ZERO, libmp.from_int(6)),
    "leaky_relu": lambda a, slope, bits: libmp.mpf_mul(slope, a, bits) if _negative(a) else a,
    "elu": lambda a, bits: _expm1(a, bits) if _negative(a) else a,
    "selu": _selu,
    "gelu": _gelu,
    "silu": lambda a, bits: libmp.mpf_mul(a, _sigmoid(a, bits), bits),
    "logsigmoid": lambda a, bits: libmp.mpf_neg(_softplus(libmp.mpf_neg(a), bits)),
    "hardtanh": lambda a, bits: _bounded(a, libmp.fnone, ONE),
    "clamp": lambda a, low, high, bits: _bounded(a, low, high),
    "clamp_min": lambda a, low, bits: _bounded(a, low, INFINITY),
    "clamp_max": lambda a, high, bits: _bounded(a, MINUS_INFINITY, high),
    "floor": lambda a, bits: libmp.mpf_floor(a),
    "ceil": lambda a, bits: libmp.mpf_ceil(a),
    "round": lambda a, bits: libmp.mpf_nint(a),
    "trunc": lambda a, bits: _whole(a),
    "frac": lambda a, bits: libmp.mpf_sub(a, _whole(a), bits) if is_finite(a) else NAN,
    "fmod": _left(_whole),
    "remainder": _left(libmp.mpf_floor),
    "exp": _exp,
    "log": _log,
    "sqrt": _sqrt,
    "abs": lambda a, bits: libmp.mpf_abs(a),
    "sign": lambda a, bits: NAN if a == NAN else libmp.from_int(-1 if _negative(a) else int(a != ZERO)),
    "relu": lambda a, bits: ZERO if _negative(a) else a,
    "sigmoid": _sigmoid,
    "softplus": _softplus,
    "atan2": _atan2,
}
CONSTANTS = {"pi": libmp.mpf_pi}
COMPARE: dict[str, Callable[[int], bool]] = {
    "<": lambda sign: sign < 0,
    "<=": lambda sign: sign <= 0,
    ">": lambda sign: sign > 0,
    ">=": lambda sign: sign >= 0,
    "==": lambda sign: sign == 0,
    "!=": lambda sign: sign != 0,
}
ROUNDING = ("floor", "ceil", "round", "trunc", "frac")
EXACT = (
    "neg",
    "+",
    "-",
    "*",
    "abs",
    "relu",
    "sign",
    "relu6",
    "hardtanh",
    "clamp",
    "clamp_min",
    "clamp_max",
    *ROUNDING,
)  # of exact arguments, as long as the digits suffice


# ── A tree at a point ────────────────────────────────────────────────────────────────────────────────────


class Point:
    """Where expressions are evaluated: every name is a tree without names, so it is known to any number of digits.

    What it has all cost is counted; whoever asks for too much is refused.
    """

    def __init__(self, names: Sequence[str], trees: Sequence[Node]) -> None:
        self.trees = dict(zip(names, trees, strict=True))
        self.spent, self.limit = 0, BUDGET
        self.computed: dict[tuple[object, ...], tuple[Real, Real]] = {}  # by operation, precision and arguments
        self._passes = [_Pass(self, level, last=level == HERE - 1) for level in range(HERE)]

    def spend(self, cost: int) -> None:
        """Counts what was done. Raises Unclear beyond the limit."""
        self.spent += cost
        if self.spent > self.limit:
            raise Unclear

    def at(self, node: Node) -> Value:
        """``node`` at the point itself. Raises Unclear."""
        for done in self._passes:
            with suppress(_Again):
                return done.value(node)
        raise Unclear

    def beside(self, node: Node, steps: Steps, level: int = 0) -> tuple[Value, int]:
        """``node`` where each name is moved by q·2^e, and the level that it took. Raises Unclear."""
        last = len(LEVELS) - 1
        for k in range(level, last + 1):
            with suppress(_Again):
                return _Pass(self, k, last=k == last, steps=steps).value(node), k
        raise Unclear

    def float_at(self, node: Node) -> float:
        """The float nearest to ``node`` at the point, nan or an infinity where the rules of IEEE 754 say so."""
        return as_float(self.at(node).high)

    def known(self) -> dict[int, float]:
        """All that was evaluated at the point, by the identity of its node."""
        return {key: as_float(value.high) for done in self._passes for key, (_, value) in done.found.items()}


class _Again(Exception):  # noqa: N818
    """More digits are needed."""


class _Pass:
    """One evaluation: the values of all subtrees at one level of precision."""

    def __init__(self, point: Point, level: int, *, last: bool, steps: Steps | None = None) -> None:
        self.point, self.last, self.steps = point, last, steps or {}
        self.low, self.high, self.cost = LEVELS[level], LEVELS[level] + GUARD, COSTS[level]
        self.found: dict[int, tuple[Node, Value]] = {}  # by identity; the node is kept so that its id stays its own

    def value(self, node: Node) -> Value:
        key = id(node)
        if key not in self.found:
            self.found[key] = node, self._value(node)
        return self.found[key][1]

    def _value(self, node: Node) -> Value:
        op = node.op
        self.point.spend(1)
        if op == "number":
            return self._rational(Fraction(node.text))
        if op == "constant":
            return Value(*(CONSTANTS[node.text](bits) for bits in (self.low, self.high)))
        if op == "name":
            return self._name(node.text)
        if op == "where":
            condition, yes, no = node.args
            chosen = self.value(condition)
            found = self.value(no if chosen.high == ZERO else yes)
            return found._replace(sound=found.sound and chosen.sound)
        args = [self.value(arg) for arg in node.args]
        sound = all(arg.sound for arg in args)
        if any(arg.high == NAN for arg in args):
            nothing = NAN if op not in COMPARE else ONE if op == "!=" else ZERO  # as IEEE 754 compares nan
            return Value(nothing, nothing, False)
        if op in TWINS and all(arg == node.args[0] for arg in node.args):
            args = [args[0]] * len(args)
            if op == "-" and is_finite(args[0].high):
                return NOTHING._replace(sound=sound)
        if op in COMPARE:
            answer = ONE if COMPARE[op](self.compare(*args)) else ZERO
            return Value(answer, answer, sound, True)
        if op in ("max", "min"):
            order = cmp_to_key(self.compare)
            return (max if op == "max" else min)(args, key=order)  # an infinity that is not chosen does no harm
        return self._operation(op, args, sound)

    def _name(self, name: str) -> Value:
        here = self.value(self.point.trees[name])
        if name not in self.steps:
            return here
        q, exponent = self.steps[name]
        low, high = (
            libmp.mpf_add(x, libmp.mpf_shift(real(q, bits), exponent), bits)
            for x, bits in ((here.low, self.low), (here.high, self.high))
        )
        return Value(low, high, here.sound, here.exact and low == high)

    def _rational(self, q: Fraction) -> Value:
        exact = q.denominator & (q.denominator - 1) == 0 and q.numerator.bit_length() <= self.low
        return Value(real(q, self.low), real(q, self.high), exact=exact)

    def _operation(self, op: str, args: list[Value], sound: bool) -> Value:
        args = self._snapped(op, args)
        if op == "tan" and is_finite(args[0].high) and self._operation("cos", args, True).high == ZERO:
            return Value(NAN, NAN, False)  # an infinity of either sign
        low, high = self._computed(op, args)
        if high is None:
            return Value(NAN, NAN, False)
        lost = not is_finite(high) and all(is_finite(arg.high) for arg in args)
        exact = op in EXACT and all(arg.exact for arg in args) and low == high
        found = Value(low, high, sound and not (lost and (high == NAN or _has_pole(op, args))), exact)
        return self._resolved(found, args, op in CANCELLING)

    def _computed(self, op: str, args: Sequence[Value]) -> tuple[Real, Real]:
        """The result in both precisions, None where it is no real number. No function is computed twice."""
        key = op, self.low, *((arg.low, arg.high) for arg in args)
        if key not in self.point.computed:
            self.point.spend(0 if op in CHEAP else self.cost)
            try:
                low = OPERATIONS[op](*(arg.low for arg in args), self.low)
                found = low, OPERATIONS[op](*(arg.high for arg in args), self.high)
            except libmp.ComplexResult:
                found = None, None
            self.point.computed[key] = found
        return self.point.computed[key]

    def _snapped(self, op: str, args: list[Value]) -> list[Value]:
        """The arguments with an edge or a whole number that they only miss by rounding in its place."""
        if op in EDGED:
            edge = Value(*(libmp.fnone if _negative(args[0].high) else ONE,) * 2, exact=True)
            return args if self.compare(args[0], edge) else [edge]
        if op == "^" or op in ROUNDING:
            return [*args[:-1], self._whole(args[-1])]
        return args

    def _whole(self, value: Value) -> Value:
        """A whole number that is only missed by rounding."""
        if not is_finite(value.high) or value.exact:
            return value
        whole = libmp.mpf_nint(value.high)
        missed = size(libmp.mpf_sub(value.high, whole, 53)) < max(size(whole), 0) - self.low // 2
        return Value(whole, whole, exact=True) if missed and size(whole) < 64 else value

    def _resolved(self, value: Value, args: Sequence[Value], cancels: bool) -> Value:
        """The value if enough of its digits agree, 0 if it is nothing but rounding. Raises _Again if that is open.

        ``cancels``: whether even a clean 0 may be rounding.
        """
        low, high, sound, exact = value
        if exact or (high == low and not is_finite(high)):
            return value
        if high == low == ZERO and (not cancels or all(arg.exact or arg.high == ZERO for arg in args)):
            return value
        resolved = is_finite(high) and is_finite(low) and high != ZERO
        if resolved and size(libmp.mpf_sub(high, low, 53)) <= size(high) - AGREED:
            return value
        if not self.last:
            raise _Again
        scale = max([0, *(size(arg.high) for arg in args if is_finite(arg.high))])
        if size(high) > scale - self.low // 2:
            raise Unclear
        return Value(ZERO, ZERO, sound)

    def minus(self, a: Value, b: Value) -> Value:
        """a - b, 0 where that is all rounding."""
        if a.high == b.high and (a.high == ZERO or not is_finite(a.high)):
            return NOTHING
        low, high = libmp.mpf_sub(a.low, b.low, self.low), libmp.mpf_sub(a.high, b.high, self.high)
        return self._resolved(Value(low, high, True, a.exact and b.exact and low == high), (a, b), True)

    def compare(self, a: Value, b: Value) -> int:
        """The sign of a - b."""
        if a is b:
            return 0
        apart = self.minus(a, b).high
        return -1 if _negative(apart) else int(apart != ZERO)


EDGED = ("asin", "acos", "acosh", "atanh", "log1p")  # their domains end at 1 or -1
TWINS = ("-", "max", "min", *COMPARE)  # of two that are the same nothing need be computed
CANCELLING = ("+", "-", "log", "acos", "acosh", "fmod", "remainder", "frac")


def _has_pole(op: str, args: Sequence[Value]) -> bool:
    """Whether an infinity is one, and not only a number too large to be written."""
    return op in ("/", "log", "tan", "atanh", "log1p", "xlogy") or (op == "^" and args[0].high == ZERO)


def value(node: Node) -> float:
    """The float nearest to a tree without names, 0 where it is exactly 0; by floats where that stays open."""
    try:
        return Point((), ()).float_at(node)
    except Unclear:
        return floats.value(node)
