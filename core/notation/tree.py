"""The small document tree between an Explanation and its views: one tree, an emitter for each kind of view.

A matrix is drawn in one way everywhere: brackets, cells, and a band behind a row in the hue of its output.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.expression.tree import Node
from core.numbers.exact import Number


@dataclass(frozen=True)
class Symbol:
    """Fixed notation of ours, in LaTeX ("v^{\\top}", "="); never a reader's text."""

    latex: str


@dataclass(frozen=True)
class Expression:
    """A reader's formula or one that SymPy derived from it."""

    node: Node


@dataclass(frozen=True)
class Value:
    """A number; ``approximate`` writes its decimal even where it is known exactly."""

    number: Number
    approximate: bool = False


@dataclass(frozen=True)
class Hued:
    """A piece in the colour of output ``row``; None is faint, for what counts for nothing."""

    piece: Piece
    row: int | None


@dataclass(frozen=True)
class Hidden:
    """The room of a piece that is still to come, so that nothing moves when it does."""

    piece: Piece


@dataclass(frozen=True)
class Band:
    """What stands behind a row of a matrix: the hue of output ``row``, as strong as ``opacity`` (0 to 1).

    ``framed``: with an outline in the full hue, where a slide tells of this row.
    """

    row: int
    opacity: float
    framed: bool = False


@dataclass(frozen=True)
class Matrix:
    """Rows of pieces in square brackets, with a band behind each row or none at all."""

    rows: tuple[tuple[Piece, ...], ...]
    bands: tuple[Band | None, ...] = ()
    label: str = ""  # LaTeX under the matrix


@dataclass(frozen=True)
class Line:
    """Pieces side by side."""

    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Boxed:
    """A result worth a frame."""

    piece: Piece


@dataclass(frozen=True)
class Under:
    """A piece with a brace and a label under it."""

    piece: Piece
    label: Piece


Piece = Symbol | Expression | Value | Hued | Hidden | Matrix | Line | Boxed | Under


def line(*pieces: Piece | str) -> Line:
    """A Line; a plain string is a Symbol."""
    return Line(tuple(Symbol(piece) if isinstance(piece, str) else piece for piece in pieces))


def symbols(*texts: str) -> tuple[Piece, ...]:
    """A row of Symbols."""
    return tuple(map(Symbol, texts))
