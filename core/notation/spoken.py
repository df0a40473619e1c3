"""Mathematical tree → what a screen reader says of it, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.notation.tree import (
    Absolute,
    Arrow,
    At,
    Below,
    Boxed,
    Bracketed,
    Call,
    Cases,
    Expression,
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
    Value,
)
from core.notation.visitor import Visitor
from core.notation.written import number, written
from core.wording import say

POWERS = {"2": "squared", "3": "cubed"}  # that have a name
COMPOUND = (Line, Product, Fraction, Power, Sum)
COMMA = Sign(",")
TIDY = {" ,": ",", " ，": "，", "， ": "，"}  # a Chinese comma has its own room


def spoken(piece: Piece, lang: str) -> str:
    """A piece in words: "v transposed times J equals 2 times row 2, 4 plus …"."""
    said = Spoken(lang)(piece)
    for spaced, tidy in TIDY.items():
        said = said.replace(spaced, tidy)
    return said


@dataclass(frozen=True)
class Spoken(Visitor[str]):
    """Says a piece in the words of content/*/spoken.toml."""

    lang: str

    def _say(self, key: str, **facts: str | int) -> str:
        return say(self.lang, f"spoken.{key}", **facts)

    def name(self, piece: Name) -> str:
        return " ".join((piece.letters, *(self._say("every") if k == "·" else k for k in piece.indices)))

    def numeral(self, piece: Numeral) -> str:
        return piece.text

    def sign(self, piece: Sign) -> str:
        return self._say(f"sign.{piece.text}")

    def text(self, piece: Text) -> str:
        return piece.text

    def space(self, piece: Space) -> str:
        return ""

    def negative(self, piece: Negative) -> str:
        return self._say("negative", x=self(piece.piece))

    def product(self, piece: Product) -> str:
        return f" {self._say('times')} ".join(map(self, piece.factors))

    def fraction(self, piece: Fraction) -> str:
        return self._say("over", top=self._held(piece.top, Power), bottom=self._held(piece.bottom, Power))

    def power(self, piece: Power) -> str:
        return self._raised(self(piece.base), piece.exponent)

    def _raised(self, base: str, exponent: Piece) -> str:
        match exponent:
            case Expression(node):
                return self._raised(base, written(node))
            case Numeral(text) if text in POWERS:
                return self._say(POWERS[text], base=base)
        return self._say("power", base=base, exponent=self._held(exponent))

    def root(self, piece: Root) -> str:
        x = self._held(piece.piece)
        return self._say("nth_root", x=x, degree=self(piece.degree)) if piece.degree else self._say("root", x=x)

    def bracketed(self, piece: Bracketed) -> str:
        return self._say("brackets", x=self(piece.piece))

    def absolute(self, piece: Absolute) -> str:
        return self._say("absolute", x=self._held(piece.piece))

    def call(self, piece: Call) -> str:
        function = self(piece.function)
        if piece.power:
            function = self._raised(function, piece.power)
        if len(piece.arguments) == 1:
            return self._say("call", function=function, arguments=self._held(piece.arguments[0]))
        return self._say("call", function=function, arguments=self._say("brackets", x=self._listed(piece.arguments)))

    def cases(self, piece: Cases) -> str:
        said = (self._say("case", value=self(value), condition=self(condition)) for value, condition in piece.rows)
        return self._say("after").join(said)

    def partial(self, piece: Partial) -> str:
        return self._say("partial", of=self._held(piece.of), by=self(piece.by))

    def gradient(self, piece: Gradient) -> str:
        of = self._held(piece.of)
        said = self._say("gradient_by", of=of, by=self(piece.by)) if piece.by else self._say("gradient", of=of)
        return self._say("transposed", x=said) if piece.transposed else said

    def jacobian(self, piece: Jacobian) -> str:
        return self._say("jacobian", inner=self(piece.inner), outer=self(piece.outer))

    def transpose(self, piece: Transpose) -> str:
        return self._say("transposed", x=self._held(piece.piece))

    def sum(self, piece: Sum) -> str:
        of, below = self(piece.of), self(piece.below)
        if piece.above:
            return self._say("sum_to", of=of, below=below, above=self(piece.above))
        return self._say("sum", of=of, below=below)

    def at(self, piece: At) -> str:
        return self._say("at", x=self(piece.piece), point=self(piece.point))

    def hidden(self, piece: Hidden) -> str:
        return self._say("hidden")

    def _inner(self, piece: Hued | Boxed) -> str:
        return self(piece.piece)

    hued = boxed = _inner

    def under(self, piece: Under) -> str:
        return self._say("under", x=self(piece.piece), label=self(piece.label))

    def below(self, piece: Below) -> str:
        return self._say("below", x=self(piece.piece), label=self(piece.label))

    def arrow(self, piece: Arrow) -> str:
        return self._say("arrow", x=self(piece.through))

    def line(self, piece: Line) -> str:
        return " ".join(filter(None, map(self, piece.pieces)))

    def matrix(self, piece: Matrix) -> str:
        if len(piece.rows) == 1:
            return self._say("row_vector", entries=self._listed(piece.rows[0]))
        if len(piece.rows[0]) == 1:
            return self._say("column_vector", entries=self._listed(row[0] for row in piece.rows))
        rows = (self._say("row", i=i, entries=self._listed(row)) for i, row in enumerate(piece.rows, 1))
        return self._say("matrix", rows=self._say("after").join(rows))

    def _listed(self, pieces: Iterable[Piece]) -> str:
        return f"{self(COMMA)} ".join(map(self, pieces))

    def _held(self, piece: Piece, *also: type[Piece]) -> str:
        """A part of something, in brackets where it is not one thing by itself, or one of ``also``."""
        match piece:
            case Expression(node):
                return self._held(written(node), *also)
            case Value():
                return self._held(number(piece), *also)
        said, size = self(piece), piece.piece if isinstance(piece, Negative) else piece
        return self._say("brackets", x=said) if isinstance(size, COMPOUND) and not isinstance(size, also) else said
