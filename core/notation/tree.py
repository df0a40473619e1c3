"""The mathematical tree between an Explanation and its views: what is meant, in small frozen nodes.

A visitor for each kind of view prints it (latex, typst, python, spoken); see core.notation.visitor. A reader's formula
hangs in it as an Expression, which core.notation.written turns into the same nodes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from core.expression.tree import Node
from core.numbers.exact import Number

GREEK = dict(
    zip(
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi "
        "omega Gamma Delta Theta Lambda Xi Sigma Upsilon Phi Psi Omega".split(),
        "αβγδϵζηθικλμνξπρστυϕχψωΓΔΘΛΞΣΥΦΨΩ",
        strict=True,
    )
)

# ── Leaves ───────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Name:
    """A variable with its indices: x, x_1, c_12, v_ij; several letters are one word, or a Greek letter's name."""

    letters: str
    indices: tuple[str, ...] = ()

    @property
    def written_indices(self) -> tuple[str, ...]:
        """With commas once one of several indices has two digits: 12, but 1,12."""
        if len(self.indices) < 2 or all(len(index) == 1 for index in self.indices):
            return self.indices
        first, *rest = self.indices
        return (first, *(part for index in rest for part in (",", index)))


@dataclass(frozen=True, slots=True)
class Numeral:
    """A decimal without sign or exponent, as it is written: 2, 0.3704."""

    text: str


@dataclass(frozen=True, slots=True)
class Value:
    """A number; ``approximate`` writes its decimal even where it is known exactly."""

    number: Number
    approximate: bool = False


@dataclass(frozen=True, slots=True)
class Expression:
    """A reader's formula or one that SymPy derived from it."""

    node: Node


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign that stands by itself: one of SIGNS."""

    text: str


RELATIONS = frozenset("= ≈ < ≤ > ≥ ≠ →".split())
OPERATIONS = frozenset("+ - · × ⊙".split())
SIGNS = RELATIONS | OPERATIONS | frozenset(", ∂ ∞ ⊤ ⋯ ⋮ ⋱".split())


@dataclass(frozen=True, slots=True)
class Text:
    """Letters that are one thing; ``style`` is one of STYLES: a function's name, code, a vector in bold, a word."""

    text: str
    style: str


STYLES = frozenset("operator code bold word".split())


@dataclass(frozen=True, slots=True)
class Space:
    """A gap; ``width`` is one of SPACES."""

    width: str


SPACES = frozenset("thin thick quad qquad".split())

# ── Arithmetic ───────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Negative:
    """−x"""

    piece: Piece


@dataclass(frozen=True, slots=True)
class Product:
    """Factors, with a dot, a cross, a little room or nothing ``between`` them."""

    factors: tuple[Piece, ...]
    between: Sign | Space | None  # "·", "×", THIN


@dataclass(frozen=True, slots=True)
class Fraction:
    """One thing over another."""

    top: Piece
    bottom: Piece


@dataclass(frozen=True, slots=True)
class Power:
    """x^n"""

    base: Piece
    exponent: Piece


@dataclass(frozen=True, slots=True)
class Root:
    """√x, or with a ``degree`` the root of it."""

    piece: Piece
    degree: Piece | None = None


@dataclass(frozen=True, slots=True)
class Bracketed:
    """(x + y)"""

    piece: Piece


@dataclass(frozen=True, slots=True)
class Absolute:
    """|x|"""

    piece: Piece


@dataclass(frozen=True, slots=True)
class Call:
    """f(x, y), or with a ``power`` f²(x)."""

    function: Piece
    arguments: tuple[Piece, ...]
    power: Piece | None = None


@dataclass(frozen=True, slots=True)
class Cases:
    """What holds under which condition: (value, condition) each."""

    rows: tuple[tuple[Piece, Piece], ...]


# ── Calculus ─────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Partial:
    """∂of/∂by; ``large`` keeps its size inside a matrix."""

    of: Piece
    by: Piece
    large: bool = False


@dataclass(frozen=True, slots=True)
class Gradient:
    """∇of, by one variable ∇_by of, as a row ∇ᵀof."""

    of: Piece
    by: Piece | None = None
    transposed: bool = False


@dataclass(frozen=True, slots=True)
class Jacobian:
    """J_{x→y}"""

    inner: Piece
    outer: Piece


@dataclass(frozen=True, slots=True)
class Transpose:
    """xᵀ"""

    piece: Piece


@dataclass(frozen=True, slots=True)
class Sum:
    """Σ of a term, over what stands below it, up to what stands above it."""

    of: Piece
    below: Piece
    above: Piece | None = None


@dataclass(frozen=True, slots=True)
class At:
    """A piece evaluated at a point."""

    piece: Piece
    point: Piece


# ── What is drawn around and beside ──────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Hued:
    """A piece in the colour of output ``row``; None is faint, for what counts for nothing."""

    piece: Piece
    row: int | None


@dataclass(frozen=True, slots=True)
class Hidden:
    """The room of a piece that is still to come, so that nothing moves when it does."""

    piece: Piece


@dataclass(frozen=True, slots=True)
class Boxed:
    """A result worth a frame."""

    piece: Piece


@dataclass(frozen=True, slots=True)
class Under:
    """A piece with a brace and a label under it."""

    piece: Piece
    label: Piece


@dataclass(frozen=True, slots=True)
class Below:
    """A piece with a small label under it: a matrix and its name, or its shape."""

    piece: Piece
    label: Piece


@dataclass(frozen=True, slots=True)
class Arrow:
    """A long arrow with what it goes through."""

    through: Piece


@dataclass(frozen=True, slots=True)
class Line:
    """Pieces side by side."""

    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Band:
    """What stands behind a row of a matrix: the hue of output ``row``, as strong as ``opacity`` (0 to 1).

    ``framed``: with an outline in the full hue, where a slide tells of this row.
    """

    row: int
    opacity: float
    framed: bool = False


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows of pieces in square brackets, with a band behind each row or none at all.

    A matrix is drawn in one way everywhere: brackets, cells, and a band behind a row in the hue of its output.
    """

    rows: tuple[tuple[Piece, ...], ...]
    bands: tuple[Band | None, ...] = ()


Leaf = Name | Numeral | Value | Expression | Sign | Text | Space
Arithmetic = Negative | Product | Fraction | Power | Root | Bracketed | Absolute | Call | Cases
Calculus = Partial | Gradient | Jacobian | Transpose | Sum | At
Drawing = Hued | Hidden | Boxed | Under | Below | Arrow | Line | Matrix
Piece = Leaf | Arithmetic | Calculus | Drawing
NODES: tuple[type[Piece], ...] = get_args(Piece)

# ── How our own notation is put together ─────────────────────────────────────────────────────────────────

SPELLINGS = {"lam": "lambda"}  # what Python lets one write for a keyword
THIN = Space("thin")


def name(text: str) -> Name:
    """A variable as it is typed: x1 is x with the index 1, x_n_1 with n and 1, Deltat is Δt."""
    first, *below = text.split("_")
    letters = first.rstrip("0123456789")
    indices = (*filter(None, (first[len(letters) :],)), *below)
    if letters.startswith("Delta"):
        letters = letters if letters == "Delta" else letters.replace("Delta", "Δ", 1)
    return Name(SPELLINGS.get(letters, letters), indices)


def entry(letter: str, *indices: int | str) -> Name:
    """c_12: numbers count from 1; "i" and "·" (all of them) are indices as well."""
    return Name(letter, tuple(map(str, indices)))


def piece(given: Piece | str) -> Piece:
    """A string is a sign, a whole number, or the name of a variable."""
    if not isinstance(given, str):
        return given
    return Sign(given) if given in SIGNS else Numeral(given) if given.isdigit() else name(given)


def line(*pieces: Piece | str) -> Line:
    """Pieces side by side: line("y1", "=", Expression(node))."""
    return Line(tuple(map(piece, pieces)))


def cells(*pieces: Piece | str) -> tuple[Piece, ...]:
    """The cells of a row of a matrix: cells("0", "⋯", "0")."""
    return tuple(map(piece, pieces))


def times(*factors: Piece | str, between: Sign | Space | None = THIN) -> Product:
    """Factors side by side."""
    return Product(tuple(map(piece, factors)), between)


def partial(of: Piece | str, by: Piece | str, large: bool = False) -> Partial:
    """∂of/∂by"""
    return Partial(piece(of), piece(by), large)


def transposed(given: Piece | str) -> Transpose:
    """xᵀ"""
    return Transpose(piece(given))


def code(text: str) -> Text:
    """What stands in a program: x.grad"""
    return Text(text, "code")
