"""What the slides of several pages have in common: functions, v, J and tints."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from core.expression.text import to_text
from core.expression.tree import Node
from core.maps import Map, Rows, Vector
from core.notation import pieces
from core.notation.tree import At, Band, Boxed, Hidden, Hued, Line, Matrix, Piece, Value, line
from core.numbers.exact import Number
from core.numbers.notation import decimal, exact_node
from core.numbers.tints import strength
from core.slides.blocks import Formula, Grid, formula

LONGEST_ENTRIES = 120  # characters in a row of J; longer ones cannot be read at any size that fits a slide
LONGEST_SUM = 16  # numbers in a weighted sum that is written out
LONGEST_INDEX = 20  # characters of a point that stands small beside J; a longer one has a line of its own


def function_list(at: Map, letter: str, size: float = 24) -> Grid:
    """y_i = …, a line each."""
    lines = pieces.outputs(at, letter)
    return Grid(lines, 1, size=size, align="left", gap=0.7 if len(lines) <= 4 else 0.45)


def weight_column(weights: Vector, letter: Piece | str = "v", at: int | None = None) -> Formula:
    """v as a column, each number on its row's band; ``at``: the row that a step is about."""
    column = pieces.column_of([Value(w) for w in weights], pieces.bands(weights))
    return formula(by_weight(line(letter, pieces.relation((weights,)), column), weights, at), size=28)


def is_short(rows: Sequence[Sequence[Node]]) -> bool:
    """Whether a matrix of formulas can be read from a distance, given all the width there is."""
    return bool(rows) and entry_width(rows) <= LONGEST_ENTRIES


def entry_width(rows: Sequence[Sequence[Node]]) -> int:
    """About how many characters the widest entries of all columns have together."""
    return sum(max(len(to_text(entry)) for entry in column) for column in zip(*rows, strict=True))


# ── Rows that count for nothing, rows that a step is about, and rows that are still to come ──────────────


def by_weight(drawn: Line, weights: Vector, at: int | None = None) -> Line:
    """A line whose matrices have a row for each weight: a row with weight 0 fades, as on the page.

    ``at``: the row that a step is about, which is framed; those after it are still to come.
    """
    if at is None and all(w.value for w in weights):
        return drawn
    return Line(tuple(_by_weight(piece, weights, at) for piece in drawn.pieces))


def _by_weight(piece: Piece, weights: Vector, at: int | None) -> Piece:
    match piece:
        case At(inner, point):
            return At(_by_weight(inner, weights, at), point)
        case Matrix(rows, bands) if bands and len(rows) == len(weights):
            now = len(rows) if at is None else at
            return replace(
                piece,
                rows=tuple(
                    row if weights[i].value else tuple(Hued(cell, None) for cell in row) for i, row in enumerate(rows)
                ),
                bands=tuple(band and _framed(band, i, now) for i, band in enumerate(bands)),
            )
    return piece


def _framed(band: Band, i: int, now: int) -> Band | None:
    return None if i > now else replace(band, framed=i == now)


def so_far(matrix: Matrix, at: int) -> Matrix:
    """The same without the rows after ``at``, whose room stays."""
    rows = tuple(row if i <= at else tuple(map(Hidden, row)) for i, row in enumerate(matrix.rows))
    return replace(matrix, rows=rows)


# ── Points and sums ──────────────────────────────────────────────────────────────────────────────────────


def has_short_point(point: Vector) -> bool:
    """Whether the point is short enough to stand as an index."""
    return sum(len(_written(n)) + 2 for n in point) <= LONGEST_INDEX


def _written(n: Number) -> str:
    node = exact_node(n)
    return decimal(n.value) if node is None else to_text(node)


def total_line(total: Vector, name: Piece) -> Line:
    """vᵀJ = its numbers, without the terms."""
    return line(name, pieces.relation((total,)), Boxed(pieces.numeric((total,))))


def strongest_of(rows: Rows) -> float:
    return max((abs(n.value) for row in rows for n in row if math.isfinite(n.value)), default=0.0)


def tints_of(rows: Rows, row_of: Callable[[int, int], int], strongest: float) -> tuple[tuple[Band | None, ...], ...]:
    """A tint for each cell that is not 0, in the hue of the output it belongs to."""

    def tint(i: int, j: int, n: Number) -> Band | None:
        opacity = strength(n.value, strongest)
        return Band(row_of(i, j), opacity) if opacity else None

    return tuple(tuple(tint(i, j, n) for j, n in enumerate(row)) for i, row in enumerate(rows))
