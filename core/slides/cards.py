"""One small matrix for each element of an output: as cards with their numbers, or without as a mosaic."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from core.maps import Rows
from core.notation import pieces
from core.notation.tree import Band, Hued, Line, Matrix, Numeral, Piece, Value, line
from core.numbers.exact import Number
from core.slides.blocks import Grid, Mosaic, Picture, Spot, Tinted
from core.slides.parts import strongest_of, tints_of


def owner(row: int) -> Callable[[int, int], int]:
    """All cells of a card belong to one output."""
    return lambda p, q: row


def numbered(rows: Rows, row: int, strongest: float, lit: Callable[[int, int], bool]) -> Tinted:
    """A card in the hue of ``row``; cells that are not ``lit`` are faint."""
    rough = pieces.relation(rows) != "="
    cells = tuple(
        tuple(Value(n, rough) if lit(p, q) else Hued(Value(n), None) for q, n in enumerate(entries))
        for p, entries in enumerate(rows)
    )
    return Tinted(Matrix(cells), tints_of(rows, owner(row), strongest))


def mosaics(
    cards: Sequence[Rows],
    columns: int,
    hue: Callable[[int], int],
    done: int,
    room: tuple[float, float],
    counted: tuple[str, str] = ("i", "j"),
) -> Grid:
    """All cards without their numbers, in ``columns`` as the outputs stand; those after ``done`` are empty.

    ``room`` is the width and height that they may take, in em. ``counted`` are the letters by which rows and columns of
    the outputs are counted beside them, "" for a row that is the only one.
    """
    count, wide, high = len(cards) // columns, len(cards[0][0]), len(cards[0])
    strongest = max(map(strongest_of, cards))
    gap = 0.4  # em
    cell = (
        min(1.0, (room[0] - columns * gap) / (columns * wide)),
        min(0.8, (room[1] - (count + 1) * (gap + 0.2)) / (count * high)),
    )
    grid: list[Picture] = [Line(()), *(_place(counted[1], j) for j in range(columns))]
    for i in range(count):
        grid.append(Hued(_place(counted[0], i), hue(i * columns)) if counted[0] else Line(()))
        for k in range(i * columns, (i + 1) * columns):
            grid.append(_mosaic(cards[k], hue(k), strongest, k < done, cell))
    return Grid(tuple(grid), columns + 1, size=16, gap=gap)


def _place(letter: str, k: int) -> Piece:
    """The number of a row or column; the first says of what."""
    return line(letter, "=", str(k + 1)) if k == 0 else Numeral(str(k + 1))


def _mosaic(rows: Rows, row: int, strongest: float, shown: bool, cell: tuple[float, float]) -> Mosaic:
    tints = tints_of(rows, owner(row), strongest)

    def spot(band: Band | None, n: Number) -> Spot | None:
        # Stronger than behind a number: nothing has to be read on it.
        return Spot(Band(row, min(1.0, 2.5 * band.opacity)), n.value < 0) if band and shown else None

    return Mosaic(
        tuple(
            tuple(spot(band, n) for band, n in zip(bands, entries, strict=True))
            for bands, entries in zip(tints, rows, strict=True)
        ),
        cell,
    )
