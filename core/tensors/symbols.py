"""Numbers and letters as entries of an array: arithmetic on trees, in which no 0 and no 1 is left standing.

The rules of core.tensors.values and core.tensors.pullbacks are arithmetic of NumPy, so that an array of Symbols goes
through them as one of numbers does.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from fractions import Fraction
from functools import cache

from core.expression.tree import COMPARISONS, Node, number, walk
from core.numbers import floats
from core.numbers.exact import value_of
from core.problem import ProblemError

Value = int | float | Fraction
MAX_SIZE = 4000  # nodes of one entry: more could not be read, and a tree of them not be written


ARITHMETIC: dict[str, Callable[..., int | Fraction]] = {
    "neg": operator.neg,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}


class Symbol:
    """A tree, or a number. ``value`` is the number, None for what has letters; ``size`` counts the tree's nodes."""

    __slots__ = ("node", "size", "value")

    def __init__(self, node: Node | None = None, value: Value | None = None, size: int = 1) -> None:
        if size > MAX_SIZE:
            raise ProblemError("result_too_large", field="f", limit=MAX_SIZE)
        self.node = literal(value) if node is None and value is not None else node
        self.value, self.size = value, size

    def __add__(self, other: Symbol | Value) -> Symbol:
        return _beside("+", self, other)

    def __radd__(self, other: Value) -> Symbol:
        return combined("+", other, self)

    def __sub__(self, other: Symbol | Value) -> Symbol:
        return _beside("-", self, other)

    def __rsub__(self, other: Value) -> Symbol:
        return combined("-", other, self)

    def __mul__(self, other: Symbol | Value) -> Symbol:
        return _beside("*", self, other)

    def __rmul__(self, other: Value) -> Symbol:
        return combined("*", other, self)

    def __neg__(self) -> Symbol:
        return combined("neg", self)


def _beside(op: str, one: Symbol, other: Symbol | Value) -> Symbol:
    """An operator; beside an array it is NumPy that goes through the entries."""
    return NotImplemented if hasattr(other, "dtype") else combined(op, one, other)


def letter(name: str) -> Symbol:
    """A variable."""
    return Symbol(Node("name", text=name))


def constant(tree: Node | Value) -> Symbol:
    """A number, or a tree without letters, whose value is kept where it is rational."""
    if not isinstance(tree, Node):
        return Symbol(value=tree)
    known = value_of(tree).exact
    rational = known is not None and (known.r, known.k) == (1, 0)
    return Symbol(value=_whole(known.q)) if known and rational else Symbol(tree)


def combined(op: str, *args: Symbol | Value) -> Symbol:
    """An operator, comparison or function of the tree applied to symbols and numbers."""
    terms = [arg if isinstance(arg, Symbol) else Symbol(value=arg) for arg in args]
    if op == "where" and terms[0].value is not None:
        return terms[1] if terms[0].value else terms[2]
    values = [term.value for term in terms if term.value is not None]
    if len(values) == len(terms):
        return _computed(op, terms, values)
    shorter = SHORTER[op](*terms) if op in SHORTER else None
    return shorter or _tree(op, *terms)


def _tree(op: str, *terms: Symbol) -> Symbol:
    nodes = tuple(term.node for term in terms if term.node)
    return Symbol(Node(op, nodes), size=1 + sum(term.size for term in terms))


def _computed(op: str, terms: list[Symbol], values: list[Value]) -> Symbol:
    """What numbers give: a number where it is rational or endless, else the tree (exp(2), sqrt(2))."""
    rational = all(isinstance(value, (int, Fraction)) for value in values)
    if rational and op in ARITHMETIC:
        return Symbol(value=ARITHMETIC[op](*values))
    if rational and op not in COMPARISONS:
        node = Node(op, tuple(term.node for term in terms if term.node))
        return constant(node)
    found = floats.OPERATIONS[op](*map(float, values))
    if found == math.floor(found) if math.isfinite(found) else True:
        return Symbol(value=int(found) if math.isfinite(found) else found)
    return _tree(op, *terms)


@cache
def _literal(value: Value) -> Node:
    if value < 0:
        return Node("neg", (_literal(-value),))
    if isinstance(value, Fraction) and value.denominator != 1:
        return Node("/", (number(value.numerator), number(value.denominator)))
    return number(repr(value).replace("e-0", "e-") if isinstance(value, float) else str(int(value)))


def literal(value: Value) -> Node:
    """A number as a tree."""
    return _literal(value)


def _whole(q: Fraction) -> int | Fraction:
    return q.numerator if q.denominator == 1 else q


# ── What is not written ──────────────────────────────────────────────────────────────────────────────────

ZERO, ONE = Symbol(value=0), Symbol(value=1)


def _negative(term: Symbol) -> Symbol | None:
    """The rest of what begins with a minus."""
    if term.value is not None:
        return Symbol(value=-term.value) if term.value < 0 else None
    assert term.node
    return Symbol(term.node.args[0], size=term.size - 1) if term.node.op == "neg" else None


def _endless(*terms: Symbol) -> Symbol | None:
    return next((term for term in terms if isinstance(term.value, float) and not math.isfinite(term.value)), None)


def _plus(a: Symbol, b: Symbol) -> Symbol | None:
    if a.value == 0 or b.value == 0:
        return b if a.value == 0 else a
    if endless := _endless(a, b):
        return endless
    if taken := _negative(b):
        return combined("-", a, taken)
    taken = _negative(a)
    return combined("-", b, taken) if taken else None


def _minus(a: Symbol, b: Symbol) -> Symbol | None:
    if b.value == 0:
        return a
    if a.value == 0:
        return combined("neg", b)
    if endless := _endless(a, b):
        return endless if endless is a else combined("neg", endless)
    taken = _negative(b)
    return combined("+", a, taken) if taken else None


def _neg(a: Symbol) -> Symbol | None:
    if taken := _negative(a):
        return taken
    assert a.node
    if a.node.op == "-":
        return Symbol(Node("-", a.node.args[::-1]), size=a.size)
    return None


def _times(a: Symbol, b: Symbol) -> Symbol | None:
    for one, other in ((a, b), (b, a)):
        if one.value == 0:
            return ZERO
        if one.value == 1:
            return other
        if taken := _negative(one):
            return combined("neg", combined("*", *((taken, other) if one is a else (other, taken))))
    if b.value is not None:
        return combined("*", b, a)  # numbers stand in front
    if a.node == b.node:
        return combined("^", a, 2)
    return _fraction(a, b) or _in_one_row(a, b)


def _in_one_row(a: Symbol, b: Symbol) -> Symbol | None:
    """a·(b·c) is a·b·c, and a·(b/c) is a·b/c."""
    if b.node is None or b.node.op not in ("*", "/"):
        return None
    first, second = (_of(node) for node in b.node.args)
    return combined(b.node.op, combined("*", a, first), second)


def _of(node: Node) -> Symbol:
    """A part of a tree as a symbol again."""
    if node.op == "number" or (node.op in ("neg", "/") and all(arg.op == "number" for arg in node.args)):
        return constant(node)
    return Symbol(node, size=sum(1 for _ in walk(node)))


def _fraction(a: Symbol, b: Symbol) -> Symbol | None:
    """1/2·x is x/2, and x·(1/r) is x/r."""
    for one, other in ((a, b), (b, a)):
        if isinstance(one.value, Fraction) and one.value.numerator == 1:
            return _tree("/", other, Symbol(value=one.value.denominator))
        if one.node and one.node.op == "/" and one.node.args[0] == number(1):
            return _tree("/", other, Symbol(one.node.args[1], size=one.size - 2))
    return None


def _over(a: Symbol, b: Symbol) -> Symbol | None:
    if a.value == 0:
        return ZERO
    if b.value == 1:
        return a
    taken = _negative(a)
    return combined("neg", combined("/", taken, b)) if taken else None


def _power(a: Symbol, b: Symbol) -> Symbol | None:
    return {0: ONE, 1: a}.get(b.value) if isinstance(b.value, int) else None


def _where(condition: Symbol, a: Symbol, b: Symbol) -> Symbol | None:
    return a if a.node == b.node else None


SHORTER: dict[str, Callable[..., Symbol | None]] = {
    "+": _plus,
    "-": _minus,
    "*": _times,
    "/": _over,
    "^": _power,
    "neg": _neg,
    "where": _where,
}
