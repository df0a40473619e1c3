"""Pictures and blocks → the data that slide.typ lays out."""

from __future__ import annotations

from collections.abc import Sequence

from core.notation.typst import Program, Theme, Typeset, Typst, program, typeset
from core.slides.blocks import (
    Above,
    Arrows,
    Beside,
    Block,
    Choice,
    Formula,
    Grid,
    Mosaic,
    Picture,
    Spot,
    Tinted,
    Upon,
    Words,
)


def picture(drawn: Picture, theme: Theme) -> Typeset:
    """A picture as the items of one line; only a Line has more than one."""
    match drawn:
        case Tinted(inner, tints):
            return _one(Typst(theme).filled(inner, [[theme.tint(band) for band in row] for row in tints]))
        case Mosaic(spots, cell):
            lit = [_spot(i, j, spot, theme) for i, row in enumerate(spots) for j, spot in enumerate(row) if spot]
            return _one([["mosaic", len(spots), len(spots[0]), cell, lit]])
        case Upon(label, inner):
            return _one([*program(label, theme), *_row_of(picture(inner, theme)), ["upon"]])
    return typeset(drawn, theme)


def _spot(i: int, j: int, spot: Spot, theme: Theme) -> list[object]:
    return [i, j, theme.tint(spot.band), spot.negative]


def _one(steps: Program) -> Typeset:
    return Typeset(steps, 1, ())


def _row_of(part: Typeset) -> Program:
    return part.program if part.items == 1 else [*part.program, ["row", part.items]]


def block(drawn: Block, theme: Theme) -> dict[str, object]:
    """A block as the data that slide.typ lays out."""
    match drawn:
        case Beside(blocks):
            return {"kind": "beside", "blocks": [block(inner, theme) for inner in blocks]}
        case Above(blocks, shares):
            return {"kind": "above", "blocks": [block(inner, theme) for inner in blocks], "shares": shares}
        case Choice(blocks):
            return {"kind": "choice", "blocks": [block(inner, theme) for inner in blocks]}
        case Words(text, size):
            return {"kind": "words", "size": size, "least": 1, "text": text}
        case Arrows():
            return _arrows(drawn, theme)
        case Grid(pictures, columns, size, align, gap):
            steps = [step for inner in pictures for step in _row_of(picture(inner, theme))]
            steps.append(["grid", columns, len(pictures), gap, align])
            return {"kind": "formula", "size": size, "least": _least(pictures), "program": steps, "breaks": []}
        case Formula(pictures, size):
            return {"kind": "formula", "size": size, "least": _least(pictures), **_line(pictures, theme)}
    raise TypeError(drawn)


HEADING = 0.76  # em, of what stands upon a picture; slide.typ keeps to it


def _least(pictures: Sequence[Picture]) -> float:
    """The size of the smallest writing, in em; indices and exponents do not count."""
    return HEADING if any(isinstance(drawn, Upon) for drawn in pictures) else 1


def _line(pictures: Sequence[Picture], theme: Theme) -> dict[str, object]:
    steps: Program = []
    breaks: list[int] = []
    items = 0
    for drawn in pictures:
        part = picture(drawn, theme)
        later = part.breaks if items else part.breaks[1:]  # a name stays with what it is said to be
        breaks += [items + k for k in later]
        steps, items = [*steps, *part.program], items + part.items
    return {"program": steps, "breaks": breaks}


def _arrows(drawn: Arrows, theme: Theme) -> dict[str, object]:
    return {
        "kind": "arrows",
        "size": drawn.size,
        "least": 1,
        "width": drawn.width,
        "height": drawn.height,
        "origin": drawn.origin,
        "axes": [program(axis, theme) for axis in drawn.axes],
        "arrows": [
            {
                "from": arrow.start,
                "to": arrow.end,
                "fill": theme.palette.ink if arrow.row is None else theme.palette.hue(arrow.row),
                "dashed": arrow.row is None,
                "badge": None if arrow.row is None else str(arrow.row + 1),
            }
            for arrow in drawn.arrows
        ],
    }
