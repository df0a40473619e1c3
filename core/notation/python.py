"""An equation as Python that SymPy reads: what stands right of the first = that can be code, the rest as comments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from core.code.sympy import expression
from core.expression.tree import Node, names
from core.notation.tree import Boxed, Expression, Hidden, Hued, Line, Matrix, Piece, Symbol, Under, Value
from core.numbers.exact import Number
from core.numbers.notation import exact_node

SIGNS = {"+": "+", "-": "-", r"\cdot": "*", r"\times": "*", r"\left(": "(", r"\right)": ")", ",": ","}
SPACES = re.compile(r"\\[,:;! ]|\\q?quad|\s+")
EQUALS = re.compile(r"(=|\\approx)")
Side = list[str] | None  # None: it holds what is no code, such as a name, dots or a sum sign


def python(piece: Piece) -> str:
    """Lines that run as they are; "" for an equation in letters, which no code can say."""
    code = _sides(piece)
    if not code:
        return ""
    used = names(leaf.node for leaf in _deep_leaves(piece) if isinstance(leaf, Expression))
    declared = [f'{", ".join(used)} = sp.symbols("{" ".join(used)}", real=True)'] if used else []
    return "\n".join(["import sympy as sp", *declared, code])


def _sides(piece: Piece) -> str:
    """``sp.Matrix([[2, 4]])``, with further sides as comments; "" where no side is without letters."""
    sides: list[Side] = [[]]
    for part in _parts(piece):
        if part == "=":
            sides.append([])
        elif sides[-1] is not None:
            sides[-1] = _with(sides[-1], part)
    code = [_joined(side) for side in sides if side]
    return "\n".join((code[0], *(f"# = {further}" for further in code[1:]))) if code else ""


def _with(side: list[str], part: str) -> Side:
    return None if part == "?" else [*side, part]


def _joined(side: list[str]) -> str:
    """Things that stand side by side are multiplied."""
    text = ""
    for before, part in zip(["", *side], side, strict=False):
        factors = before not in ("", "+", "-", "*", "(", ",") and part not in ("+", "-", "*", ")", ",")
        text += ("*" if factors else "") + (f" {part} " if part in ("+", "-") and text else part)
        text += " " if part == "," else ""
    return text


def _parts(piece: Piece) -> Iterator[str]:
    """Signs, pieces of code, "=" between the sides, and "?" for what is no code."""
    inside = False  # of a point that stands as an index
    for leaf in _leaves(piece):
        text = leaf.latex if isinstance(leaf, Symbol) else ""
        if inside and text.startswith("}"):
            inside, text = False, text[1:]
        elif inside:
            continue
        if r"\Big|_{" in text:
            inside, text = True, text.partition(r"\,\Big|_{")[0].partition(r"\Big|_{")[0]
        yield from _signs(text) if isinstance(leaf, Symbol) else (_code(leaf),)


def _signs(latex: str) -> Iterator[str]:
    for part in EQUALS.split(SPACES.sub(" ", latex)):
        if part in ("=", r"\approx"):
            yield "="
        elif part.strip():
            yield SIGNS.get(part.strip(), "?")


def _leaves(piece: Piece) -> Iterator[Piece]:
    match piece:
        case Line(pieces):
            for inner in pieces:
                yield from _leaves(inner)
        case Hued(inner, _) | Boxed(inner) | Under(inner, _) | Hidden(inner):
            yield from _leaves(inner)
        case _:
            yield piece


def _deep_leaves(piece: Piece) -> Iterator[Piece]:
    """The leaves, those in the cells of a matrix as well."""
    for leaf in _leaves(piece):
        if isinstance(leaf, Matrix):
            for row in leaf.rows:
                for cell in row:
                    yield from _deep_leaves(cell)
        else:
            yield leaf


def _code(piece: Piece) -> str:
    match piece:
        case Expression(node):
            return _bracketed(_expression(node), node)
        case Value(number, rough):
            return _value(number, rough)
        case Matrix(rows):
            cells = [[_sides(cell) for cell in row] for row in rows]
            if not all(cell and "\n" not in cell for row in cells for cell in row):
                return "?"
            return f"sp.Matrix([{', '.join(map(_list, cells))}])"
    return "?"


def _list(cells: Sequence[str]) -> str:
    return f"[{', '.join(cells)}]"


def _value(n: Number, rough: bool) -> str:
    node = None if rough else exact_node(n)
    return repr(n.value) if node is None else _bracketed(_expression(node), node)


def _expression(node: Node) -> str:
    return expression(node, {name: name for name in names([node])})


def _bracketed(text: str, node: Node) -> str:
    return f"({text})" if node.op in ("+", "-") else text
