"""Expression tree → mathematical tree: where brackets stand, what is a fraction, what stands between factors."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from core.expression.operations import FUNCTIONS
from core.expression.tree import Node
from core.notation.tree import (
    THIN,
    Absolute,
    Bracketed,
    Call,
    Cases,
    Fraction,
    Line,
    Negative,
    Numeral,
    Piece,
    Power,
    Product,
    Root,
    Sign,
    Space,
    Text,
    Value,
    line,
    name,
)
from core.numbers.notation import decimal, exact_node

# ── Formulas ─────────────────────────────────────────────────────────────────────────────────────────────

SUM, PRODUCT, POWER, ATOM = 1, 2, 3, 4  # how tightly a piece holds together
Bound = tuple[Piece, int]

WORDS: dict[str, Piece] = {
    **{op: Text(row.written, "operator") for op, row in FUNCTIONS.items()},
    "sigmoid": name("sigma"),
}
EULER = Text("e", "word")  # upright: a variable may be called e
POWERED = frozenset("sin cos tan sinh cosh tanh log".split())  # sin²(x) rather than (sin x)²
SIGNS = {"<": "<", "<=": "≤", ">": ">", ">=": "≥", "==": "=", "!=": "≠"}
OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


@lru_cache(maxsize=4096)  # an entry is printed, and asked how wide and how high it is
def written(node: Node) -> Piece:
    """An expression in the order in which the tree has it."""
    return _piece(node)


def _piece(node: Node) -> Piece:
    return _bound(node)[0]


def _bound(node: Node) -> Bound:
    return WRITERS.get(node.op, _call)(node)


def _at_least(node: Node, level: int) -> Piece:
    """An operand, in brackets where it holds together less tightly than it must."""
    piece, own = _bound(node)
    return piece if own >= level else Bracketed(piece)


def _number(node: Node) -> Bound:
    mantissa, e, exponent = node.text.lower().partition("e")
    if not e:
        return Numeral(mantissa), ATOM
    power = Power(Numeral("10"), _whole(int(exponent)))
    return (power, POWER) if mantissa == "1" else (_scientific(Numeral(mantissa), power), PRODUCT)


def _whole(n: int) -> Piece:
    return Negative(Numeral(str(-n))) if n < 0 else Numeral(str(n))


def _scientific(mantissa: Piece, power: Power) -> Product:
    return Product((mantissa, power), Sign("×"))


def _sum(node: Node) -> Bound:
    left, right = node.args
    return line(_at_least(left, SUM), node.op, _at_least(right, PRODUCT)), SUM


def _negative(node: Node) -> Bound:
    return Negative(_at_least(node.args[0], PRODUCT)), SUM


def _product(node: Node) -> Bound:
    left, right = (_at_least(arg, PRODUCT) for arg in node.args)
    dotted = _begins_with_a_number(right) or (node.args[0].op == "number" and _is_mixed(right))
    return Product((left, right), Sign("·") if dotted else _gap(left)), PRODUCT


def _begins_with_a_number(piece: Piece) -> bool:
    return isinstance(_edge(piece, 0), Numeral)


def _is_mixed(right: Piece) -> bool:
    """Whether a fraction of numbers would follow a number: 2½ is not 2·½."""
    first = _edge(right, 0)
    return isinstance(first, Fraction) and _begins_with_a_number(first.top)


def _gap(left: Piece) -> Space | None:
    return None if isinstance(_edge(left, -1), Numeral) else THIN


def _edge(piece: Piece, end: int) -> Piece:
    """What a piece begins (0) or ends (-1) with, as the eye meets it on the line."""
    match piece:
        case Product(parts) | Line(parts):
            return _edge(parts[end], end)
        case Power(base) if end == 0:
            return _edge(base, end)
    return piece


def _fraction(node: Node) -> Bound:
    top, bottom = map(_piece, node.args)
    return Fraction(top, bottom), PRODUCT


def _power(node: Node) -> Bound:
    base, exponent = node.args
    raised = _piece(exponent)
    if base.op in POWERED:
        return _called(base, raised), ATOM
    return Power(_at_least(base, ATOM), raised), POWER


def _exponential(node: Node) -> Bound:
    exponent = node.args[0]
    if (exponent.op, exponent.text) == ("number", "1"):
        return EULER, ATOM
    return Power(name("e"), _piece(exponent)), POWER


def _cases(node: Node) -> Bound:
    condition, yes, no = node.args
    left, right = map(_piece, condition.args)
    holds, fails = (Line((left, Sign(SIGNS[op]), right)) for op in (condition.op, OPPOSITE[condition.op]))
    return Cases(((_piece(yes), holds), (_piece(no), fails))), SUM


def _called(node: Node, power: Piece | None = None) -> Call:
    return Call(WORDS[node.op], tuple(map(_piece, node.args)), power)


def _call(node: Node) -> Bound:
    return _called(node), ATOM


WRITERS: dict[str, Callable[[Node], Bound]] = {
    "number": _number,
    "name": lambda node: (name(node.text), ATOM),
    "constant": lambda node: (name(node.text), ATOM),
    "neg": _negative,
    "+": _sum,
    "-": _sum,
    "*": _product,
    "/": _fraction,
    "^": _power,
    "exp": _exponential,
    "sqrt": lambda node: (Root(_piece(node.args[0])), ATOM),
    "cbrt": lambda node: (Root(_piece(node.args[0]), Numeral("3")), ATOM),
    "abs": lambda node: (Absolute(_piece(node.args[0])), ATOM),
    "where": _cases,
}


# ── Numbers ──────────────────────────────────────────────────────────────────────────────────────────────

NOT_FINITE: dict[str, Piece] = {
    "nan": Text("nan", "word"),
    "inf": Sign("∞"),
    "-inf": Negative(Sign("∞")),
}


@lru_cache(maxsize=4096)
def number(value: Value) -> Piece:
    """A number exactly where that is known and short, unless its decimal is asked for."""
    node = None if value.approximate else exact_node(value.number)
    return approximate(value.number.value) if node is None else written(node)


def approximate(value: float) -> Piece:
    """A float at no more than four significant digits: 0.3704, 1.235·10⁸."""
    text = decimal(value)
    if text in NOT_FINITE:
        return NOT_FINITE[text]
    mantissa, e, exponent = text.removeprefix("-").partition("e")
    size: Piece = Numeral(mantissa)
    if e:
        size = _scientific(size, Power(Numeral("10"), _whole(int(exponent))))
    return Negative(size) if text.startswith("-") else size
