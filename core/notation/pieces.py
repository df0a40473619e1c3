"""What the equations of every kind are made of: bands, rows, columns, numbers with their sign.

Matrices are in numerator layout: row i of J belongs to output i, in output i's hue.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.expression.tree import Node
from core.maps import Map, Rows, Vector, floats
from core.notation.tree import (
    Band,
    Bracketed,
    Expression,
    Hued,
    Line,
    Matrix,
    Piece,
    Sign,
    Space,
    Value,
    entry,
    line,
    name,
)
from core.numbers.exact import Number
from core.numbers.notation import is_rounded, says_all
from core.numbers.tints import strengths


def bands(weights: Vector) -> tuple[Band, ...]:
    """The band of every row: its hue, as strong as |v_i|."""
    return tuple(Band(i, opacity) for i, opacity in enumerate(strengths(floats(weights))))


def output(i: int, node: Node, letter: str) -> Line:
    """y_i = the formula as it was read."""
    return line(Hued(entry(letter, i + 1), i), "=", Expression(node))


def outputs(at: Map, letter: str = "") -> tuple[Line, ...]:
    """All functions of a map, a line each; behind them the values of the constants in them."""
    shown = at.formulas
    lines = (output(i, node, letter or at.letter) for i, node in enumerate(shown.outputs))
    return *lines, *([constants(at)] if shown.constants else [])


def constants(at: Map) -> Line:
    """a = 1, b = 2"""
    values = [line(letter, relation(((n,),)), Value(n)) for letter, n in at.formulas.constants]
    return Line(separated(values, Sign(","), Space("quad")))


def row_of(values: Sequence[Number], approximate: bool = False) -> Matrix:
    """One row of numbers in brackets."""
    return Matrix((tuple(Value(n, approximate) for n in values),))


def column_of(pieces: Sequence[Piece], weights: tuple[Band | None, ...] = ()) -> Matrix:
    """A column vector."""
    return Matrix(tuple((piece,) for piece in pieces), weights)


def point(at: Map) -> Line:
    """x = (1, 2), with the reader's own names when they are not x_1 … x_n; t = 2 for a single one."""
    if len(at.inputs) == 1:
        return line(at.inputs[0], relation((at.point,)), Value(at.point[0]))
    letters = all(n == f"x{j + 1}" for j, n in enumerate(at.inputs))
    return tuple_of("x" if letters else _tuple([name(n) for n in at.inputs]), at.point)


def tuple_of(left: Piece | str, values: Vector) -> Line:
    """left = (1, 2)."""
    return line(left, relation((values,)), _tuple([Value(n) for n in values]))


def _tuple(pieces: Sequence[Piece]) -> Bracketed:
    return Bracketed(Line(separated(pieces, Sign(","))))


def separated(pieces: Sequence[Piece], *between: Piece) -> tuple[Piece, ...]:
    """Pieces with something between them."""
    return tuple(part for piece in pieces for part in (*between, piece))[len(between) :]


def all_say_all(rows: Rows) -> bool:
    """Whether every number is written in full."""
    return all(says_all(n) for row in rows for n in row)


def relation(*matrices: Rows) -> str:
    """The sign =, or ≈ where a number is written rounded."""
    return "≈" if any(is_rounded(n) for rows in matrices for row in rows for n in row) else "="


def numeric(rows: Rows, weights: tuple[Band | None, ...] = ()) -> Matrix:
    """Numbers in brackets: exact where all of them have a short exact form, else all of them as decimals."""
    return _numeric(rows, weights, relation(rows) != "=")


def _numeric(rows: Rows, weights: tuple[Band | None, ...], approximate: bool = False) -> Matrix:
    return Matrix(tuple(tuple(Value(n, approximate) for n in row) for row in rows), weights)


def stated(rows: Rows, weights: tuple[Band | None, ...] = ()) -> tuple[Piece | str, ...]:
    """Numbers and what they are said with: "= 1/3 ≈ 0.3333", or "≈ 0.5403" alone where there is no exact form."""
    pieces: tuple[Piece | str, ...] = (relation(rows), numeric(rows, weights))
    if relation(rows) != "=" or all_say_all(rows):
        return pieces
    return (*pieces, "≈", _numeric(rows, weights, approximate=True))


def symbolic(rows: Sequence[Sequence[Node]], weights: tuple[Band | None, ...] = ()) -> Matrix:
    """Formulas in brackets."""
    return Matrix(tuple(tuple(Expression(node) for node in row) for row in rows), weights)


def negated(n: Number) -> Number:
    return Number(-1.0) * n if n.exact is None else Number(-n.value, -n.exact)
