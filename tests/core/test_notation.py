"""The mathematical tree and its visitors: each of them prints each of its nodes."""

from __future__ import annotations

import pytest

from core.export.tex import Tex
from core.grammar import parse
from core.notation import latex as latex_
from core.notation import tree
from core.notation import typst as typst_
from core.notation.latex import Latex, latex
from core.notation.palette import PALETTES
from core.notation.python import Python
from core.notation.spoken import Spoken, spoken
from core.notation.tree import (
    NODES,
    SIGNS,
    SPACES,
    STYLES,
    THIN,
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
    entry,
    line,
    name,
    times,
)
from core.notation.typst import THEMES, Typst
from core.notation.visitor import Visitor
from core.numbers.exact import Number

X = name("x")
ONE_OF_EACH: tuple[Piece, ...] = (
    Name("c", ("1", "2")),
    Numeral("2"),
    Value(Number(0.5)),
    Expression(parse("sin(x1)^2")),
    Sign("="),
    Text("x.grad", "code"),
    Space("quad"),
    Negative(X),
    Product((X, X), THIN),
    Fraction(X, X),
    Power(X, Numeral("2")),
    Root(X),
    Bracketed(X),
    Absolute(X),
    Call(Text("max", "operator"), (X, X)),
    Cases(((X, line("x", ">", "0")), (Negative(X), line("x", "≤", "0")))),
    Partial(X, X),
    Gradient(X, by=X),
    Jacobian(X, X),
    Transpose(X),
    Sum(X, X, X),
    At(X, X),
    Hued(X, 0),
    Hidden(X),
    Boxed(X),
    Under(X, X),
    Below(X, X),
    Arrow(X),
    line("x", "=", "2"),
    Matrix(((X, X), (X, X))),
)
VISITORS = (
    Latex(PALETTES["light"]),
    Tex(theme=THEMES["dark"]),
    Typst(THEMES["light"]),
    Python(),
    Spoken("en"),
    Spoken("zh"),
)


def test_there_is_one_of_each_node() -> None:
    assert [type(piece) for piece in ONE_OF_EACH] == list(NODES)


@pytest.mark.parametrize("visitor", VISITORS, ids=lambda visitor: type(visitor).__name__)
@pytest.mark.parametrize("piece", ONE_OF_EACH, ids=lambda piece: type(piece).__name__)
def test_every_visitor_prints_every_node(visitor: Visitor[object], piece: Piece) -> None:
    visitor(piece)


def test_a_visitor_that_lacks_a_node_cannot_be_loaded() -> None:
    class Whole(Latex):
        pass

    with pytest.raises(TypeError, match="Mute cannot print Name, Numeral, Sign"):

        class Mute(Visitor[str]):
            pass


@pytest.mark.parametrize("printer", [latex_, typst_])
def test_every_sign_and_every_space_has_its_spelling(printer: object) -> None:
    assert set(printer.SIGNS) == SIGNS  # type: ignore[attr-defined]
    assert set(printer.SPACES) == SPACES  # type: ignore[attr-defined]


def test_every_style_has_its_spelling() -> None:
    assert set(latex_.STYLES) == STYLES


def test_what_no_printer_knows_is_refused() -> None:
    for visitor in (*VISITORS[:3], *VISITORS[4:]):
        with pytest.raises(KeyError):
            visitor(Sign(r"\href{x}{y}"))


@pytest.mark.parametrize(
    ("piece", "printed"),
    [
        (entry("c", 1, 2), "c_{12}"),
        (entry("c", 1, 12), "c_{1,12}"),
        (entry("v", "i", "j"), "v_{ij}"),
        (entry("a", 2, "·"), r"a_{2 \cdot}"),
        (name("x12"), "x_{12}"),
        (name("lam"), r"\lambda"),
        (name("loss2"), r"\mathrm{loss}_{2}"),
        (tree.partial("y1", "x2"), r"\frac{\partial y_{1}}{\partial x_{2}}"),
        (Gradient(name("y1"), transposed=True), r"\nabla^{\top} y_{1}"),
        (Jacobian(name("x"), name("y")), r"J_{x\to y}"),
        (At(name("J"), line("x", "=", "2")), r"J\,\Big|_{x = 2}"),
        (Sum(entry("a", "i"), line("i", "=", "1"), name("n")), r"\sum_{i = 1}^{n} a_{i}"),
        (times("v", tree.transposed("b")), r"v\,b^{\top}"),
        (Arrow(name("f")), r"\;\xrightarrow{\;f\;}\;"),
        (Below(name("J"), times("m", "n", between=Sign("×"))), r"\underset{m\times n}{J}"),
    ],
)
def test_our_notation_in_latex(piece: Piece, printed: str) -> None:
    assert latex(piece) == printed


def test_a_name_with_an_index_carries_both_scripts_at_once() -> None:
    squared = Typst(THEMES["light"])(Power(name("x1"), Numeral("2")))
    assert squared == [[["symbol", "x"], ["number", "1"], ["number", "2"], ["scripts", True, True]]]


def test_the_empty_line_is_nothing() -> None:
    assert latex(Line(())) == ""
    assert Typst(THEMES["light"])(Line(())) == []


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_sign_can_be_said(lang: str) -> None:
    assert all(spoken(Sign(sign), lang) for sign in SIGNS)


@pytest.mark.parametrize(
    ("piece", "en", "zh"),
    [
        (Expression(parse("2x1+x2^2")), "2 times x 1 plus x 2 squared", "2 乘以 x 1 加 x 2 的平方"),
        (Expression(parse("(x+1)/y")), "open bracket x plus 1 close bracket over y", "y 分之 左括号 x 加 1 右括号"),
        (Expression(parse("x+1/y")), "x plus 1 over y", "x 加 y 分之 1"),
        (Expression(parse("sin(x)^2")), "sin squared of x", "x 的 sin 的平方"),
        (Expression(parse("sin(x^2)")), "sin of open bracket x squared close bracket", "左括号 x 的平方 右括号 的 sin"),
        (Expression(parse("e^-x")), "e to the power of minus x", "e 的 负 x 次方"),
        (Value(Number(-0.5)), "minus 0.5", "负 0.5"),
        (Value(Number(2e10)), "2 times 10 to the power of 10", "2 乘以 10 的 10 次方"),
        (tree.partial("y1", "x2"), "the partial derivative of y 1 by x 2", "y 1 对 x 2 的偏导数"),
        (times(tree.transposed("v"), "J"), "v transposed times J", "v 的转置 乘以 J"),
        (line("v", "=", Matrix((tree.cells("2", "1"),))), "v equals the row 2, 1", "v 等于 行向量 2，1"),
        (
            Matrix((tree.cells("2", "4"), tree.cells("2", "24"))),
            "the matrix with row 1: 2, 4; row 2: 2, 24; end of matrix",
            "矩阵，第 1 行：2，4；第 2 行：2，24；矩阵结束",
        ),
    ],
)
def test_an_equation_in_words(piece: Piece, en: str, zh: str) -> None:
    assert (spoken(piece, "en"), spoken(piece, "zh")) == (en, zh)
