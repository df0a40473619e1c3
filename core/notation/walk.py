"""What a piece is made of, and how much room that takes."""

from __future__ import annotations

from collections.abc import Iterator

from core.notation.tree import (
    NODES,
    Absolute,
    Bracketed,
    Expression,
    Fraction,
    Matrix,
    Name,
    Negative,
    Numeral,
    Partial,
    Piece,
    Sign,
    Text,
    Value,
)
from core.notation.written import number, written

_NODES = frozenset(NODES)


def walk(piece: Piece) -> Iterator[Piece]:
    """A piece and all that is printed of it, formulas and numbers as they are written."""
    yield piece
    for part in _parts(piece):
        yield from walk(part)


def _parts(piece: Piece) -> Iterator[Piece]:
    match piece:
        case Expression(node):
            return iter((written(node),))
        case Value():
            return iter((number(piece),))
    return _nodes(getattr(piece, field) for field in type(piece).__slots__)


def _nodes(values: Iterator[object]) -> Iterator[Piece]:
    for value in values:
        if type(value) in _NODES:
            yield value  # type: ignore[misc]
        elif isinstance(value, tuple):
            yield from _nodes(iter(value))


def has_fraction(piece: Piece) -> bool:
    """Whether a piece holds a fraction as small as text; a large one brings its own room."""
    return any(isinstance(part, Fraction) or (isinstance(part, Partial) and not part.large) for part in walk(piece))


def has_bands(piece: Piece) -> bool:
    """Whether there are rows with a colour behind them."""
    return any(isinstance(part, Matrix) and any(part.bands) for part in walk(piece))


def breadth(piece: Piece) -> int:
    """About how many characters a piece is wide."""
    return sum(map(_characters, walk(piece)))


def _characters(piece: Piece) -> int:
    match piece:
        case Name(letters, indices):
            return len(letters) + len("".join(indices))
        case Numeral(text) | Text(text) | Sign(text):
            return len(text)
        case Negative():
            return 1
        case Bracketed() | Absolute():
            return 2
    return 0
