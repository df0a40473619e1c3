"""What a slide is made of: pieces of core.notation.tree, a few pictures that only slides have, and where they stand.

Plain data. ``size`` is the largest size of the mathematics of a block, in points on a slide 540 points high; a block
that finds too little room wraps or shrinks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.notation.tree import Band, Matrix, Piece

# ── Pictures: what may stand in a line of mathematics ────────────────────────────────────────────────────


@dataclass(frozen=True)
class Tinted:
    """A matrix with a tint behind single cells, as the cards of ∂c_ij/∂b have."""

    matrix: Matrix
    tints: tuple[tuple[Band | None, ...], ...]


@dataclass(frozen=True)
class Spot:
    """A cell without its number. ``negative`` ones carry a minus, so that the sign is not told by colour."""

    band: Band
    negative: bool = False


@dataclass(frozen=True)
class Mosaic:
    """A matrix too small for numbers: which cells count, for which output, and how much.

    ``cell`` is the width and height of a cell in em.
    """

    spots: tuple[tuple[Spot | None, ...], ...]
    cell: tuple[float, float] = (0.56, 0.48)


@dataclass(frozen=True)
class Upon:
    """A label over a picture."""

    label: Piece
    picture: Piece | Tinted | Mosaic


Picture = Piece | Tinted | Mosaic | Upon


# ── Blocks: what stands on a slide ───────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Formula:
    """Pictures in one line."""

    pictures: tuple[Picture, ...]
    size: float = 30


@dataclass(frozen=True)
class Grid:
    """Pictures in rows of ``columns``; ``gap`` in em."""

    pictures: tuple[Picture, ...]
    columns: int
    size: float = 24
    align: str = "center"
    gap: float = 0.7


@dataclass(frozen=True)
class Words:
    """A short sentence."""

    text: str
    size: float = 18


@dataclass(frozen=True)
class Arrow:
    """From one point to another, in em from the top left of the picture; ``row`` None is the sum, in ink."""

    start: tuple[float, float]
    end: tuple[float, float]
    row: int | None


@dataclass(frozen=True)
class Arrows:
    """Weighted rows head to tail, and their sum; ``origin`` and both sides in em, ``axes`` the two inputs."""

    arrows: tuple[Arrow, ...]
    origin: tuple[float, float]
    width: float
    height: float
    axes: tuple[Piece, Piece]
    size: float = 17


@dataclass(frozen=True)
class Beside:
    """Blocks from left to right."""

    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Above:
    """Blocks from top to bottom. ``shares`` of the height keep each in its place from slide to slide."""

    blocks: tuple[Block, ...]
    shares: tuple[float, ...] = ()


@dataclass(frozen=True)
class Choice:
    """A body in several forms, the fullest first: the first one in which nothing gets too small to be read."""

    blocks: tuple[Block, ...]


Block = Formula | Grid | Words | Arrows | Beside | Above | Choice


@dataclass(frozen=True)
class Frame:
    """What stands around the body of every slide of an explanation.

    ``code`` with what it answered; ``remark`` says how torch's answer compares, ``agrees`` is its tone; ``link`` is the
    address of the state, without a host, which whoever made the slides puts in.
    """

    code: tuple[str, ...]
    remark: str
    agrees: bool
    link: str = ""

    def without_answer(self) -> Frame:
        """The frame of a step on the way: the call, and nothing of what it will answer."""
        return replace(self, code=self.code[:1], remark="")


@dataclass(frozen=True)
class Slide:
    """One slide. ``alt`` is the body in plain text, ``notes`` what a speaker says."""

    title: str
    subtitle: str
    body: Block
    frame: Frame
    alt: str
    notes: str

    def linked(self, link: str) -> Slide:
        """The slide with the address of its state."""
        return replace(self, frame=replace(self.frame, link=link))


def beside(*blocks: Block | None) -> Block:
    """The blocks that there are, from left to right."""
    there = tuple(block for block in blocks if block is not None)
    return there[0] if len(there) == 1 else Beside(there)


def above(*blocks: Block | None) -> Block:
    """The blocks that there are, from top to bottom."""
    there = tuple(block for block in blocks if block is not None)
    return there[0] if len(there) == 1 else Above(there)


def choice(*blocks: Block) -> Block:
    """Each form once; a single one needs no choosing."""
    forms = tuple(dict.fromkeys(blocks))
    return forms[0] if len(forms) == 1 else Choice(forms)


def formula(*pictures: Picture, size: float = 30) -> Formula:
    """A line."""
    return Formula(pictures, size)


def pieces(block: Block) -> tuple[Picture, ...]:
    """Every picture of a block, in reading order; of a choice, those of its fullest form."""
    match block:
        case Formula(pictures) | Grid(pictures):
            return pictures
        case Beside(blocks) | Above(blocks):
            return tuple(picture for inner in blocks for picture in pieces(inner))
        case Choice(blocks):
            return pieces(blocks[0])
        case Arrows():
            return block.axes
    return ()
