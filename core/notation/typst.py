"""Mathematical tree → a program that core/slides/slide.typ draws: numbers and short texts only, never Typst.

A program is postfix: an instruction takes its operands off a stack and puts its result there, so 2x² is

    ["number", "2"], ["symbol", "x"], ["number", "2"], ["scripts", False, True], ["row", 2]

Typst stops at 80 nested calls and its JSON reader at 128 levels, which a formula may reach; a program is as flat for a
deep formula as for a long one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.notation import tree
from core.notation.palette import PALETTES, Palette
from core.notation.tree import (
    GREEK,
    Absolute,
    Arrow,
    At,
    Band,
    Below,
    Boxed,
    Bracketed,
    Call,
    Cases,
    Fraction,
    Gradient,
    Hidden,
    Hued,
    Jacobian,
    Line,
    Matrix,
    Name,
    Negative,
    Numeral,
    Partial,
    Piece,
    Power,
    Product,
    Root,
    Sign,
    Space,
    Sum,
    Text,
    Transpose,
    Under,
)
from core.notation.visitor import Visitor

Instruction = list[object]
Program = list[Instruction]
Items = list[Program]  # of one line, each of which leaves one result


@dataclass(frozen=True)
class Theme:
    """The colours of a slide: those of the page's theme, and the ground they stand on."""

    palette: Palette
    page: str
    muted: str  # small words, 4.5:1 on the page
    rule: str
    agrees: str
    explained: str

    def tint(self, band: Band | None) -> str | None:
        """A band as one opaque colour: older viewers of SVG read no transparency. None where nothing is drawn."""
        return blend(self.palette.hue(band.row), self.page, band.opacity) if band and band.opacity else None


# The grounds and tones of .streamlit/config.toml and pages/static/lens.css.
THEMES = {
    "light": Theme(PALETTES["light"], "#ffffff", "#5b6272", "#d5d9e2", "#0b7a43", "#985000"),
    "dark": Theme(PALETTES["dark"], "#14171f", "#a3a9b8", "#343a49", "#43c583", "#f0a94b"),
}


def blend(colour: str, ground: str, opacity: float) -> str:
    """The opaque colour that ``colour`` gives over ``ground``; all as #rrggbb."""
    pairs = ((int(colour[i : i + 2], 16), int(ground[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(top * opacity + bottom * (1 - opacity)):02x}" for top, bottom in pairs)


# ── Pieces ───────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Typeset:
    """A program that leaves its items on the stack, and the indexes of those before which a long line may break."""

    program: Program
    items: int
    breaks: tuple[int, ...]


def typeset(piece: Piece, theme: Theme) -> Typeset:
    """A piece as the items of one line."""
    items = Typst(theme)(piece)
    breaks = tuple(k for k, item in enumerate(items) if k and _breaks(item) and not _breaks(items[k - 1]))
    return Typeset([step for item in items for step in item], len(items), breaks)


def program(piece: Piece, theme: Theme) -> Program:
    """A piece as a program that leaves one item."""
    return _row(Typst(theme)(piece))


BREAKS = frozenset("=+−≈→")


def _breaks(item: Program) -> bool:
    return len(item) == 1 and item[0][0] == "symbol" and item[0][1] in BREAKS


def _row(items: Items) -> Program:
    steps = [step for item in items for step in item]
    return steps if len(items) == 1 else [*steps, ["row", len(items)]]


SIGNS = {sign: sign for sign in tree.SIGNS} | {"-": "−", "·": "⋅"}
SPACES = {"thin": 1 / 6, "thick": 5 / 18, "quad": 1, "qquad": 2}  # em


@dataclass(frozen=True)
class Typst(Visitor[Items]):
    """Prints the items of one line in the colours of a theme."""

    theme: Theme

    def name(self, piece: Name) -> Items:
        letters = GREEK.get(piece.letters, piece.letters)
        base: Program = [["symbol" if len(letters) == 1 else "word", letters]]
        return [_scripted(base, below=_row(list(map(_index, piece.written_indices)))) if piece.indices else base]

    def numeral(self, piece: Numeral) -> Items:
        return [[["number", piece.text]]]

    def sign(self, piece: Sign) -> Items:
        return [_symbol(SIGNS[piece.text])]

    def text(self, piece: Text) -> Items:
        return [[[piece.style, piece.text]]]

    def space(self, piece: Space) -> Items:
        return [[["space", SPACES[piece.width]]]]

    def negative(self, piece: Negative) -> Items:
        return [_symbol("−"), *self(piece.piece)]

    def product(self, piece: Product) -> Items:
        between = self(piece.between) if piece.between else []
        first, *rest = map(self, piece.factors)
        return [*first, *(item for factor in rest for item in (*between, *factor))]

    def fraction(self, piece: Fraction) -> Items:
        return [[*self._one(piece.top), *self._one(piece.bottom), ["fraction"]]]

    def power(self, piece: Power) -> Items:
        return self._raised(piece.base, self._one(piece.exponent))

    def root(self, piece: Root) -> Items:
        if piece.degree:
            return [[*self._one(piece.degree), *self._one(piece.piece), ["nth_root"]]]
        return [[*self._one(piece.piece), ["root"]]]

    def bracketed(self, piece: Bracketed) -> Items:
        return [[*self._one(piece.piece), ["fence", "(", ")"]]]

    def absolute(self, piece: Absolute) -> Items:
        return [[*self._one(piece.piece), ["fence", "|", "|"]]]

    def call(self, piece: Call) -> Items:
        function = self._raised(piece.function, self._one(piece.power)) if piece.power else self(piece.function)
        return [*function, [*_row(_separated(map(self, piece.arguments))), ["fence", "(", ")"]]]

    def cases(self, piece: Cases) -> Items:
        return [[*(step for row in piece.rows for cell in row for step in self._one(cell)), ["cases", len(piece.rows)]]]

    def partial(self, piece: Partial) -> Items:
        of, by = (_row([_symbol("∂"), *self(part)]) for part in (piece.of, piece.by))
        return [[*of, *by, ["fraction"]]]

    def gradient(self, piece: Gradient) -> Items:
        nabla = _symbol("∇")
        if piece.by or piece.transposed:
            nabla = _scripted(nabla, self._one(piece.by), _symbol("⊤") if piece.transposed else None)
        return [nabla, *self(piece.of)]

    def jacobian(self, piece: Jacobian) -> Items:
        return [_scripted(_symbol("J"), below=_row([*self(piece.inner), _symbol("→"), *self(piece.outer)]))]

    def transpose(self, piece: Transpose) -> Items:
        return self._raised(piece.piece, _symbol("⊤"))

    def sum(self, piece: Sum) -> Items:
        return [_scripted(_symbol("∑"), self._one(piece.below), self._one(piece.above)), *self(piece.of)]

    def at(self, piece: At) -> Items:
        gap: Program = [["space", SPACES["thin"]]]
        return [*self(piece.piece), gap, _scripted([["bar", "|"]], below=self._one(piece.point))]

    def hued(self, piece: Hued) -> Items:
        palette = self.theme.palette
        colour = palette.faint if piece.row is None else palette.hue(piece.row)
        return [[*self._one(piece.piece), ["colour", colour]]]

    def hidden(self, piece: Hidden) -> Items:
        return [[*self._one(piece.piece), ["hidden"]]]

    def boxed(self, piece: Boxed) -> Items:
        return [[*self._one(piece.piece), ["boxed", self.theme.palette.ink]]]

    def under(self, piece: Under) -> Items:
        return [[*self._one(piece.piece), *self._one(piece.label), ["under"]]]

    def below(self, piece: Below) -> Items:
        return [[*self._one(piece.piece), *self._one(piece.label), ["below"]]]

    def arrow(self, piece: Arrow) -> Items:
        gap: Program = [["space", SPACES["thick"]]]
        return [gap, [*_row([gap, *self(piece.through), gap]), ["arrow"]], gap]

    def line(self, piece: Line) -> Items:
        return [item for part in piece.pieces for item in self(part)]

    def matrix(self, piece: Matrix) -> Items:
        return [self.filled(piece, [self._behind(band) for band in piece.bands])]

    def filled(self, piece: Matrix, fills: Sequence[object]) -> Program:
        """Brackets around rows of cells. ``fills``: a colour (with an outline) or None behind each row, or a list."""
        cells = [step for row in piece.rows for cell in row for step in self._one(cell)]
        return [*cells, ["matrix", len(piece.rows), len(piece.rows[0]), list(fills)]]

    def _behind(self, band: Band | None) -> object:
        """The colour behind a row, or that and its outline; None where nothing is drawn."""
        tint = self.theme.tint(band)
        if not (band and band.framed):
            return tint
        return {"fill": tint or self.theme.page, "stroke": self.theme.palette.hue(band.row)}

    def _one(self, piece: Piece | None) -> Program:
        """A piece as one item; of none, nothing."""
        return _row(self(piece)) if piece else []

    def _raised(self, base: Piece, above: Program) -> Items:
        *before, last = self(base)
        return [*before, _scripted(last, above=above)]


def _symbol(character: str) -> Program:
    return [["symbol", character]]


def _scripted(base: Program, below: Program | None = None, above: Program | None = None) -> Program:
    """Indices below and above. What has one below already gets both at once: one by one they would not stack."""
    if base[-1] == ["scripts", True, False] and not below:
        return [*base[:-1], *(above or []), ["scripts", True, True]]
    return [*base, *(below or []), *(above or []), ["scripts", bool(below), bool(above)]]


def _index(index: str) -> Program:
    letters = GREEK.get(index, index)
    if letters.isalnum() and len(letters) > 1:
        return [["number" if index.isdigit() else "word", letters]]
    return [["number", index]] if index.isdigit() else _symbol(SIGNS.get(letters, letters))


def _separated(parts: Iterable[Items]) -> Items:
    """Arguments with commas between them."""
    first, *rest = parts
    return [*first, *(item for part in rest for item in (_symbol(","), *part))]
