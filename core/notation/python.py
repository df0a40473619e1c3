"""An equation as Python that SymPy reads: what stands right of the first = that can be code, the rest as comments."""

from __future__ import annotations

from collections.abc import Sequence

from core.code.sympy import expression
from core.expression.tree import Node, names
from core.notation.tree import (
    At,
    Below,
    Boxed,
    Bracketed,
    Expression,
    Hidden,
    Hued,
    Line,
    Matrix,
    Negative,
    Numeral,
    Piece,
    Product,
    Sign,
    Space,
    Under,
    Value,
)
from core.notation.visitor import Visitor
from core.notation.walk import walk
from core.numbers.notation import exact_node

SIGNS = {"=": "=", "≈": "=", "+": "+", "-": "-", "·": "*", "×": "*", ",": ","}
Part = str | None  # a sign or a piece of code, "=" between the sides; None: what is no code, such as a name or dots


def python(piece: Piece) -> str:
    """Lines that run as they are; "" for an equation in letters, which no code can say."""
    code = _sides(piece)
    if not code:
        return ""
    used = names(part.node for part in walk(piece) if isinstance(part, Expression))
    declared = [f'{", ".join(used)} = sp.symbols("{" ".join(used)}", real=True)'] if used else []
    return "\n".join(["import sympy as sp", *declared, code])


def _sides(piece: Piece) -> str:
    """``sp.Matrix([[2, 4]])``, with further sides as comments; "" where no side is without letters."""
    sides: list[list[Part]] = [[]]
    for part in Python()(piece):
        if part == "=":
            sides.append([])
        else:
            sides[-1].append(part)
    code = [_joined(side) for side in sides if side and None not in side]
    return "\n".join((code[0], *(f"# = {further}" for further in code[1:]))) if code else ""


def _joined(side: Sequence[Part]) -> str:
    """Things that stand side by side are multiplied."""
    text = ""
    for before, part in zip(["", *side], side, strict=False):
        assert part is not None
        factors = before not in ("", "+", "-", "*", "(", ",") and part not in ("+", "-", "*", ")", ",")
        text += ("*" if factors else "") + (f" {part} " if part in ("+", "-") and text else part)
        text += " " if part == "," else ""
    return text


class Python(Visitor[Sequence[Part]]):
    """Prints the parts of an equation."""

    def no_code(self, piece: Piece) -> Sequence[Part]:
        return (None,)

    # Ours, or a label: what a reader typed is an Expression.
    name = text = fraction = power = root = absolute = call = cases = no_code
    partial = gradient = jacobian = transpose = sum = arrow = no_code

    def numeral(self, piece: Numeral) -> Sequence[Part]:
        return (piece.text,)

    def value(self, piece: Value) -> Sequence[Part]:
        node = None if piece.approximate else exact_node(piece.number)
        return (repr(piece.number.value) if node is None else _code(node),)

    def expression(self, piece: Expression) -> Sequence[Part]:
        return (_code(piece.node),)

    def sign(self, piece: Sign) -> Sequence[Part]:
        return (SIGNS.get(piece.text),)

    def space(self, piece: Space) -> Sequence[Part]:
        return ()

    def negative(self, piece: Negative) -> Sequence[Part]:
        return ("-", *self(piece.piece))

    def product(self, piece: Product) -> Sequence[Part]:
        return tuple(part for factor in piece.factors for part in self(factor))

    def line(self, piece: Line) -> Sequence[Part]:
        return tuple(part for inner in piece.pieces for part in self(inner))

    def bracketed(self, piece: Bracketed) -> Sequence[Part]:
        return ("(", *self(piece.piece), ")")

    def _inner(self, piece: At | Hued | Hidden | Boxed | Under | Below) -> Sequence[Part]:
        return self(piece.piece)

    at = hued = hidden = boxed = under = below = _inner

    def matrix(self, piece: Matrix) -> Sequence[Part]:
        cells = [[_sides(cell) for cell in row] for row in piece.rows]
        if not all(cell and "\n" not in cell for row in cells for cell in row):
            return (None,)
        return (f"sp.Matrix([{', '.join(f'[{row}]' for row in map(', '.join, cells))}])",)


def _code(node: Node) -> str:
    text = expression(node, {name: name for name in names([node])})
    return f"({text})" if node.op in ("+", "-") else text
