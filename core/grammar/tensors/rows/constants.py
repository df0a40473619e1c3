"""Tensors that are written out, sizes, and conditions put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import inf, prod

from core.expression.tree import Node, number
from core.grammar.refusal import Refusal, clip
from core.grammar.tensors.builder import ONE, ZERO, Value, constant, filled
from core.grammar.tensors.rows.call import Call, Row, Rows
from core.tensors.shapes import MAX_RANK, MAX_SIDE, written


def _literal(call: Call) -> Value:
    """torch.tensor([[1, 2], [3, 4]])"""
    return call.value("x")


def _float(call: Call) -> Value:
    """float("-inf"), x.float()"""
    term = call.given["x"]
    if term.kind != "string":
        return call.tensor("x")
    word = term.text.strip("'\" ").lower()
    if word.lstrip("+-") not in ("inf", "infinity"):
        raise Refusal("not_finite", call.typist.place(term), expression=clip(term.text))
    return constant(-inf if word[0] == "-" else inf)


def _filled(entry: Node) -> Row:
    return lambda call: _constant(call, call.sides(), entry)


def _like(entry: Node) -> Row:
    return lambda call: filled(call.value("x").shape, entry)


def _full(call: Call) -> Value:
    term = call.given["x"]
    sides = [call.typist.integer(each) for each in (term.args if term.kind == "list" else (term,))]
    return _constant(call, sides, call.value("fill").entries[0])


def _full_like(call: Call) -> Value:
    return filled(call.value("x").shape, call.value("fill").entries[0])


def _constant(call: Call, sides: Sequence[int], entry: Node | float) -> Value:
    if len(sides) > MAX_RANK:
        raise Refusal("too_many_dimensions", call.span, shape=clip(written(sides)), limit=MAX_RANK)
    if not all(1 <= side <= MAX_SIDE for side in sides):
        raise Refusal("tensor_too_large", call.span, shape=clip(written(sides)), limit=MAX_SIDE)
    return filled(tuple(sides), entry)


def _eye(call: Call) -> Value:
    rows = call.integer("x", 1)
    columns = call.integer("y", rows)
    _constant(call, (rows, columns), ZERO)
    return identity(rows, columns)


def identity(rows: int, columns: int) -> Value:
    entries = tuple(ONE if row == column else ZERO for row in range(rows) for column in range(columns))
    return Value((rows, columns), entries=entries)


def _range(call: Call) -> Value:
    numbers = range(*(call.typist.integer(term) for term in call.rest[:3])) if _steps(call) else range(0)
    _constant(call, (len(numbers),), ZERO)
    return Value((len(numbers),), entries=tuple(map(number, numbers)))


def _steps(call: Call) -> bool:
    return 1 <= len(call.rest) <= 3 and (len(call.rest) < 3 or call.typist.integer(call.rest[2]) != 0)


def _size(call: Call) -> Value:
    shape = call.value("x").shape
    if call.has("dim"):
        return constant(number(shape[call.typist.dimension(call.given["dim"], shape)] if shape else 1))
    return Value((len(shape),), entries=tuple(map(number, shape)))


def _count(call: Call) -> Value:
    return constant(number(prod(call.value("x").shape)))


def _length(call: Call) -> Value:
    return constant(number((call.value("x").shape or (1,))[0]))


def _connective(sign: str) -> Row:
    def row(call: Call) -> Value:
        names = ("x", "y") if sign != "~" else ("x",)
        terms = tuple(call.given[name] for name in names)
        return call.typist.logic(sign, [call.typist.one(term) for term in terms], replace(call.term, args=terms))

    return row


ROWS: Rows = {
    "tensor": ("x", 1, _literal),
    "same": ("x *", 1, _literal),
    "float": ("x", 1, _float),
    "zeros": ("*", 0, _filled(ZERO)),
    "ones": ("*", 0, _filled(ONE)),
    "full": ("x fill", 2, _full),
    "zeros_like": ("x", 1, _like(ZERO)),
    "ones_like": ("x", 1, _like(ONE)),
    "full_like": ("x fill", 2, _full_like),
    "eye": ("x y", 1, _eye),
    "arange": ("*", 0, _range),
    "size": ("x dim", 1, _size),
    "numel": ("x", 1, _count),
    "len": ("x", 1, _length),
    "logical_and": ("x y", 2, _connective("&")),
    "logical_or": ("x y", 2, _connective("or")),
    "logical_not": ("x", 1, _connective("~")),
}
