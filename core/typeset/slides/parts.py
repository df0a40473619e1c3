"""What the slides of several pages have in common: functions, v, J and tints."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from core.exact import Number
from core.explain import Map, Pullback, Rows, Vector
from core.expression import Node
from core.typeset import equations
from core.typeset.blocks import Formula, Grid, formula
from core.typeset.palette import strength
from core.typeset.text import to_text
from core.typeset.tree import Band, Boxed, Expression, Line, Matrix, Value, line

WIDEST_ENTRIES = 46  # characters in a row of J that are still read from the back; beyond, J is shown at the point
LONGEST_SUM = 16  # numbers in a weighted sum that is written out


def numeric(rows: Rows, bands: tuple[Band | None, ...] = (), approximate: bool = True) -> Matrix:
    """A matrix of numbers, as decimals unless told otherwise."""
    return Matrix(tuple(tuple(Value(n, approximate) for n in row) for row in rows), bands)


def symbolic(rows: Sequence[Sequence[Node]]) -> Matrix:
    """A matrix of formulas."""
    return Matrix(tuple(tuple(Expression(node) for node in row) for row in rows))


def function_list(at: Map, letter: str, size: float = 24) -> Grid:
    lines = tuple(equations.output(i, node, letter) for i, node in enumerate(at.outputs))
    return Grid(lines, 1, size=size, align="left")


def weight_column(weights: Vector, lit: Vector | None = None, letter: str = "v") -> Formula:
    """v as a column, each number on its row's band; ``lit``: weights that are 0 where a row has no band yet."""
    column = equations.column_of([Value(w) for w in weights], equations.bands(lit or weights))
    return formula(line(f"{letter} =", column), size=28)


def jacobian_formula(at: Map, weights: Vector, letters: tuple[str, str] = ("x", "y"), size: float = 28) -> Formula:
    """J in symbols, or at the point where its entries are too long to be read from a distance."""
    short = at.jacobian and entry_width(at.jacobian) <= WIDEST_ENTRIES
    return formula(equations.jacobian(at, weights, letters) if short else equations.jacobian_at(at, weights), size=size)


def entry_width(rows: Sequence[Sequence[Node]]) -> int:
    """About how many characters the widest entries of all columns have together."""
    return sum(max(len(to_text(entry)) for entry in column) for column in zip(*rows, strict=True))


def plain_total(pulled: Pullback) -> Line:
    return line(r"v^{\top} J =", Boxed(equations.row_of(pulled.total, approximate=True)))


def strongest_of(rows: Rows) -> float:
    return max((abs(n.value) for row in rows for n in row if math.isfinite(n.value)), default=0.0)


def tints_of(rows: Rows, row_of: Callable[[int, int], int], strongest: float) -> tuple[tuple[Band | None, ...], ...]:
    """A tint for each cell that is not 0, in the hue of the output it belongs to."""

    def tint(i: int, j: int, n: Number) -> Band | None:
        opacity = strength(min(abs(n.value), strongest), strongest)
        return Band(row_of(i, j), opacity) if opacity else None

    return tuple(tuple(tint(i, j, n) for j, n in enumerate(row)) for i, row in enumerate(rows))
