"""Mathematical tree → LaTeX that KaTeX accepts without trust: no HTML, no links, no macros, nothing typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
from core.notation.walk import breadth, has_fraction

# Functions with a command of their own.
OPERATORS = frozenset("sin cos tan sinh cosh tanh arcsin arccos arctan max min ln".split())
SIGNS = {
    **{sign: sign for sign in "= + - < > ,".split()},
    "≈": r"\approx",
    "≤": r"\le",
    "≥": r"\ge",
    "≠": r"\ne",
    "→": r"\to",
    "·": r"\cdot",
    "×": r"\times",
    "⊙": r"\odot",
    "∂": r"\partial",
    "∞": r"\infty",
    "⊤": r"\top",
    "⋯": r"\cdots",
    "⋮": r"\vdots",
    "⋱": r"\ddots",
}
BETWEEN = {None: " ", Space("thin"): r"\,", Sign("·"): r" \cdot ", Sign("×"): r"\times "}
COMMA = Sign(",")
STYLES = {"operator": r"\operatorname", "code": r"\texttt", "bold": r"\mathbf", "word": r"\mathrm"}
SPACES = {"thin": r"\,", "thick": r"\;", "quad": r"\quad", "qquad": r"\qquad"}


def latex(piece: Piece, palette: Palette = PALETTES["light"]) -> str:
    """The LaTeX of a piece in the colours of a theme."""
    return Latex(palette)(piece)


@dataclass(frozen=True)
class Latex(Visitor[str]):
    """Prints LaTeX in the colours of a theme."""

    palette: Palette = PALETTES["light"]

    def name(self, piece: Name) -> str:
        base, indices = _letters(piece.letters), piece.written_indices
        between = " " if "·" in indices else ""  # a command ends at a space
        return f"{base}_{{{between.join(map(_index, indices))}}}" if indices else base

    def numeral(self, piece: Numeral) -> str:
        return piece.text

    def sign(self, piece: Sign) -> str:
        return SIGNS[piece.text]

    def text(self, piece: Text) -> str:
        if piece.style == "operator" and piece.text in OPERATORS:
            return rf"\{piece.text}"
        return f"{STYLES[piece.style]}{{{piece.text.replace('_', UNDERSCORE)}}}"

    def space(self, piece: Space) -> str:
        return SPACES[piece.width]

    def negative(self, piece: Negative) -> str:
        return f"-{self(piece.piece)}"

    def product(self, piece: Product) -> str:
        return BETWEEN[piece.between].join(map(self, piece.factors))

    def fraction(self, piece: Fraction) -> str:
        return rf"\frac{{{self(piece.top)}}}{{{self(piece.bottom)}}}"

    def power(self, piece: Power) -> str:
        return f"{self(piece.base)}^{{{self(piece.exponent)}}}"

    def root(self, piece: Root) -> str:
        degree = f"[{self(piece.degree)}]" if piece.degree else ""
        return rf"\sqrt{degree}{{{self(piece.piece)}}}"

    def bracketed(self, piece: Bracketed) -> str:
        return rf"\left({self(piece.piece)}\right)"

    def absolute(self, piece: Absolute) -> str:
        return rf"\left|{self(piece.piece)}\right|"

    def call(self, piece: Call) -> str:
        power = f"^{{{self(piece.power)}}}" if piece.power else ""
        return rf"{self(piece.function)}{power}\left({', '.join(map(self, piece.arguments))}\right)"

    def cases(self, piece: Cases) -> str:
        rows = r" \\ ".join(f"{self(value)} & {self(condition)}" for value, condition in piece.rows)
        return rf"\begin{{cases}} {rows} \end{{cases}}"

    def partial(self, piece: Partial) -> str:
        of, by = (rf"\partial {self(part)}" for part in (piece.of, piece.by))
        return rf"\{'d' if piece.large else ''}frac{{{of}}}{{{by}}}"

    def gradient(self, piece: Gradient) -> str:
        by = rf"_{{\!{self(piece.by)}}}" if piece.by else ""
        raised = r"^{\top}" if piece.transposed else ""
        return rf"\nabla{by}{raised} {self(piece.of)}"

    def jacobian(self, piece: Jacobian) -> str:
        return rf"J_{{{self(piece.inner)}\to {self(piece.outer)}}}"

    def transpose(self, piece: Transpose) -> str:
        return rf"{self(piece.piece)}^{{\top}}"

    def sum(self, piece: Sum) -> str:
        above = f"^{{{self(piece.above)}}}" if piece.above else ""
        return rf"\sum_{{{self(piece.below)}}}{above} {self(piece.of)}"

    def at(self, piece: At) -> str:
        gap = " " if isinstance(piece.piece, Matrix) else r"\,"  # a bracket keeps its own distance
        return rf"{self(piece.piece)}{gap}\Big|_{{{self(piece.point)}}}"

    def hued(self, piece: Hued) -> str:
        colour = self.palette.faint if piece.row is None else self.palette.hue(piece.row)
        return rf"\textcolor{{{colour}}}{{{self(piece.piece)}}}"

    def hidden(self, piece: Hidden) -> str:
        return rf"\phantom{{{self(piece.piece)}}}"

    def boxed(self, piece: Boxed) -> str:
        return rf"\boxed{{{self(piece.piece)}}}"

    def under(self, piece: Under) -> str:
        return rf"\underbrace{{{self(piece.piece)}}}_{{{self(piece.label)}}}"

    def below(self, piece: Below) -> str:
        return rf"\underset{{{self(piece.label)}}}{{{self(piece.piece)}}}"

    def arrow(self, piece: Arrow) -> str:
        return rf"\;\xrightarrow{{\;{self(piece.through)}\;}}\;"

    def line(self, piece: Line) -> str:
        return "".join(" " * (k > 0 and part != COMMA) + self(part) for k, part in enumerate(piece.pieces))

    def matrix(self, piece: Matrix) -> str:
        cells = [list(map(self, row)) for row in piece.rows]
        if piece.bands:
            spacer = _spacer(piece, cells)
            bands = (self._band(row, spacer, band) for row, band in zip(cells, piece.bands, strict=True))
            body = "{}" + BRIM + r"\\[0.25em]".join(bands) + BRIM + "{}"
        else:
            gap = r"\\[0.6em]" if any(has_fraction(cell) for row in piece.rows for cell in row) else r"\\[0.25em]"
            body = gap.join(map(" & ".join, cells))
        return rf"\left[\begin{{matrix}}{body}\end{{matrix}}\right]"

    def _band(self, cells: Sequence[str], spacer: str, band: Band | None) -> str:
        """One row in one \\colorbox, between two spacers of no height that hold its columns in line with the others."""
        tint = f"{self.palette.hue(band.row)}{round(band.opacity * 255):02X}" if band and band.opacity else "#00000000"
        row = rf"{spacer}\\[-1.2em]{' & '.join(cells)}\\[-1.2em]{spacer}"
        return rf"\colorbox{{{tint}}}{{${STRUT}\begin{{matrix}}{row}\end{{matrix}}$}}"


BRIM = r"\\[-0.9em]"  # TeX's brackets end up to 5 pt inside what they hold: room above and below keeps the bands inside
STRUT = r"\vphantom{\dfrac{1}{1}}"  # no row lower than a fraction, so that bands are even
CANDIDATES = 2  # entries of a column tried as its widest; all of them would cost the browser m²n layouts


def _spacer(matrix: Matrix, cells: Sequence[Sequence[str]]) -> str:
    """Phantoms as wide as the columns."""
    columns = zip(zip(*matrix.rows, strict=True), zip(*cells, strict=True), strict=True)
    return " & ".join(rf"\hphantom{{\begin{{matrix}}{_widest(*column)}\end{{matrix}}}}" for column in columns)


def _widest(column: Sequence[Piece], printed: Sequence[str]) -> str:
    """The entries of a column that look widest, one below the other."""
    by_breadth = sorted(range(len(column)), key=lambda i: -breadth(column[i]))
    return r"\\".join(printed[i] for i in by_breadth[:CANDIDATES])


UNDERSCORE = r"\_"


def _index(index: str) -> str:
    return SIGNS.get(index) or (_letters(index) if index.isalpha() else index)


def _letters(letters: str) -> str:
    if letters[0] == "Δ":
        return rf"\Delta {_letters(letters[1:])}"
    if letters in GREEK:
        return rf"\{letters}"
    return letters if len(letters) == 1 else rf"\mathrm{{{letters}}}"
