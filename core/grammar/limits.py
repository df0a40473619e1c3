"""Limits that hold before any work is spent on a tree, and constants that have no value."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

from core.expression.tree import Node
from core.grammar.refusal import Refusal, clip, replaced
from core.numbers.floats import CONSTANTS
from core.numbers.precise import value as precise_value

MAX_LENGTH = 500  # characters of a text
MAX_DEPTH = 25  # brackets, functions, signs and powers inside one another
MAX_OPERATIONS = 150
MAX_DIGITS = 30  # of a number as typed
MAX_DECIMAL_EXPONENT = 99
MAX_POWER = 100  # product of constant exponents along any path: (x^3)^4 passes, (x^12)^12 does not
MAX_EXACT_DIGITS = 150  # of a constant as a fraction: 1.000000001^99 is close to 1 but needs 892
_TOO_LARGE = 10**MAX_EXACT_DIGITS

Rational = int | Fraction


class Constant(NamedTuple):
    """What a subtree without names is worth; ``exact`` is None where it need not be rational."""

    value: float
    exact: Rational | None


def literal(text: str, start: int) -> str:
    """A number as typed in its one canonical spelling: ".50" -> "0.50", "5." -> "5", "1E+05" -> "1e5".

    Raises Refusal for too many digits or too large an exponent of ten.
    """
    if text.isdigit() and len(text) <= MAX_DIGITS:
        return text.lstrip("0") or "0"
    span = start, start + len(text)
    mantissa, _, exponent = text.lower().partition("e")
    whole, _, fraction = mantissa.partition(".")
    if len(whole) + len(fraction) > MAX_DIGITS:
        raise Refusal("number_too_long", span, limit=MAX_DIGITS)
    if exponent and abs(int(exponent)) > MAX_DECIMAL_EXPONENT:
        code, limit = ("number_too_small", "1e-") if int(exponent) < 0 else ("number_out_of_range", "1e")
        raise Refusal(code, span, limit=f"{limit}{MAX_DECIMAL_EXPONENT}")
    decimals = "." + fraction if fraction else ""
    return (whole.lstrip("0") or "0") + decimals + (f"e{int(exponent)}" if exponent else "")


def check(node: Node, text: str, power: float = 1.0) -> Constant | None:
    """What ``node`` is worth if it has no names.

    ``power`` is the product of the constant exponents above it. Raises Refusal where that gets beyond
    MAX_POWER, and where a constant part has no finite value or too many digits.
    """
    if not node.args:
        return _leaf(node)
    if node.op == "^":
        exponent = check(node.args[1], text)
        if exponent is not None:
            power *= max(1.0, abs(exponent.value))
            if power > MAX_POWER:
                raise Refusal("exponent_too_large", node.args[1].span, limit=MAX_POWER)
        args = [check(node.args[0], text, power), exponent]
    else:
        args = [check(arg, text, power) for arg in node.args]
    if node.op == "/" and args[1] is not None and args[1].value == 0:  # exactly: sin(pi) too
        raise Refusal("division_by_zero", node.args[1].span, expression=_echo(text, node))
    constants = [arg for arg in args if arg is not None]
    return _fold(node, constants, text) if len(constants) == len(args) else None


def _leaf(node: Node) -> Constant | None:
    if node.op == "name":
        return None
    if node.op == "constant":
        return Constant(CONSTANTS[node.text], None)
    return Constant(float(node.text), int(node.text) if node.text.isdigit() else Fraction(node.text))


def _fold(node: Node, args: list[Constant], text: str) -> Constant:
    exact = _exact(node, [arg.exact for arg in args if arg.exact is not None])
    if exact is not None:
        return Constant(float(exact), exact)
    values = [arg.value for arg in args]
    value = precise_value(node)
    if math.isfinite(value):
        return Constant(value, None)
    if node.op == "^" and values[0] == 0:
        raise Refusal("division_by_zero", node.span, expression=_echo(text, node))
    if math.isnan(value) and node.op != "tan":  # which has no value at its poles alone
        fixes = _real_root(node, values[-1], text)
        raise Refusal("no_real_value", node.span, fixes, expression=_echo(text, node))
    raise Refusal("not_finite", node.span, expression=_echo(text, node))


_ARITHMETIC: dict[str, Callable[..., Rational]] = {
    "neg": operator.neg,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": Fraction,
    "^": lambda base, exponent: Fraction(base) ** int(exponent),  # at most MAX_POWER, seen to before
}


def _exact(node: Node, args: list[Rational]) -> Rational | None:
    """The fraction that exact arithmetic would make of this, None where it would not."""
    if node.op not in _ARITHMETIC or len(args) < len(node.args):
        return None
    if node.op == "^" and (args[1].denominator != 1 or (args[0] == 0 and args[1] < 0)):
        return None
    exact = _ARITHMETIC[node.op](*args)
    if max(abs(exact.numerator), exact.denominator) >= _TOO_LARGE:
        raise Refusal("number_too_large", node.span, limit=MAX_EXACT_DIGITS)
    return exact


def _real_root(node: Node, exponent: float, text: str) -> tuple[str, ...]:
    """(-8)^(1/3) -> (-8^(1/3)): the odd root that the reader may have in mind."""
    base, degree = node.args[0], 1 / exponent if exponent else 0.0
    is_odd = abs(degree - round(degree)) < 1e-9 and round(degree) % 2 == 1
    if node.op != "^" or base.op != "neg" or base.args[0].op != "number" or not is_odd:
        return ()
    if text[node.span[0]] == "\\":  # \\sqrt[3]{-8} -> -\\sqrt[3]{8}
        return (
            replaced(text, node.span, "(-" + _slice(text, node).replace(_slice(text, base), base.args[0].text) + ")"),
        )
    return (replaced(text, node.span, f"(-{base.args[0].text}^({_slice(text, node.args[1])}))"),)


def _slice(text: str, node: Node) -> str:
    return text[slice(*node.span)]


def _echo(text: str, node: Node) -> str:
    return clip(_slice(text, node))
