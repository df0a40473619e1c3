"""What a piece is made of, and how much room that takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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
    Space,
    Text,
    Value,
)
from core.notation.written import number, written

_NODES = frozenset(NODES)
LEAVES = frozenset((Name, Numeral, Sign, Text, Space))


def walk(piece: Piece) -> Iterator[Piece]:
    """A piece and all that is printed of it, in reading order; formulas and numbers as they are written."""
    ahead: list[Piece] = [piece]
    while ahead:
        piece = ahead.pop()
        yield piece
        ahead += reversed(_parts(piece))


def _parts(piece: Piece) -> Sequence[Piece]:
    if type(piece) in LEAVES:
        return ()
    match piece:
        case Value():
            return (number(piece),)
        case Expression(node):
            return (written(node),)
    return [part for field in piece.__slots__ for part in _nodes(getattr(piece, field))]


def _nodes(value: object) -> Sequence[Piece]:
    """The nodes in a field, which may hold rows of them, or none."""
    if type(value) is tuple:
        return [part for inner in value for part in _nodes(inner)]
    return (value,) if type(value) in _NODES else ()  # type: ignore[return-value]


def has_fraction(piece: Piece) -> bool:
    """Whether a piece holds a fraction as small as text; a large one brings its own room."""
    match piece:
        case Fraction() | Partial(large=False):
            return True
    return any(map(has_fraction, _parts(piece)))


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
