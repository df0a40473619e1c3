"""Exact values where the input is exact, and how numbers are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.expression.text import to_text
from core.grammar import parse
from core.notation.latex import latex
from core.notation.tree import Expression, Value
from core.numbers.exact import Exact, Number, value_of
from core.numbers.notation import decimal


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("1/3 + 1/6", "1/2"),
        ("sin(pi/4)", "sqrt(2)/2"),
        ("cos(pi/6)", "sqrt(3)/2"),
        ("sin(-pi/6)", "-1/2"),
        ("cos(2pi/3)", "-1/2"),
        ("tan(pi/3)", "sqrt(3)"),
        ("sqrt(12)", "2*sqrt(3)"),
        ("sqrt(8)*sqrt(2)", "4"),
        ("sqrt(1/2)", "sqrt(2)/2"),
        ("2^10", "1024"),
        ("2^-2", "1/4"),
        ("pi^2/6", "pi^2/6"),
        ("1/sqrt(2)", "sqrt(2)/2"),
        ("exp(0) + log(1)", "1"),
        ("abs(-3/7)", "3/7"),
        ("where(1 < 2, 1/3, 5)", "1/3"),
    ],
)
def test_a_value_is_known_exactly(text, exact):
    found = value_of(parse(text))
    assert found.exact is not None
    assert found.value == pytest.approx(value_of(parse(exact)).value, rel=1e-15)
    assert to_text(found.exact.node()).replace("-(1/2)", "-1/2") in (exact, exact.replace("-1/2", "-(1/2)"))


@pytest.mark.parametrize("text", ["1 + sqrt(2)", "sin(1)", "exp(1)", "e", "2^0.3", "3^60*3^60"])
def test_what_does_not_fit_is_a_float_only(text):
    assert value_of(parse(text)).exact is None


@given(st.fractions(-999, 999, max_denominator=99), st.sampled_from([1, 2, 3, 5, 6]), st.integers(-2, 2))
def test_an_exact_value_and_its_float_are_the_same_number(q, r, k):
    node = Exact(q, r if q else 1, k if q else 0).node()
    known = value_of(node)
    assert known.exact == Exact(q, r if q else 1, k if q else 0)


@given(st.fractions(-999, 999, max_denominator=9), st.fractions(-999, 999, max_denominator=9))
def test_sums_and_products_of_numbers_stay_exact(p, q):
    a, b = Number(float(p), Exact(p)), Number(float(q), Exact(q))
    assert (a + b).exact == Exact(p + q)
    assert (a * b).exact == Exact(p * q)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (24.0, "24"),
        (0.0, "0"),
        (-0.0, "0"),
        (1 / 3, "0.3333"),
        (123456789.0, "123456789"),
        (1234567.8, "1.235e+06"),
        (float("inf"), "inf"),
        (float("nan"), "nan"),
    ],
)
def test_a_float_is_written_with_four_significant_digits_at_most(number, text):
    assert decimal(number) == text


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("1/2", "0.5"),
        ("-1/2", "-0.5"),
        ("1/3", r"\frac{1}{3}"),
        ("-2/3", r"-\frac{2}{3}"),
        ("sin(pi/4)", r"\frac{\sqrt{2}}{2}"),
        ("1/7000", r"0.0001429"),
        ("exp(20)", r"4.852\times 10^{8}"),
    ],
)
def test_a_value_is_typeset_exactly_where_that_is_short(text, printed):
    assert latex(Value(value_of(parse(text)))) == printed


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("2x1+x2^2", r"2 x_{1} + x_{2}^{2}"),
        ("x1*x2", r"x_{1}\,x_{2}"),
        ("2*3", r"2 \cdot 3"),
        ("x*2", r"x \cdot 2"),
        ("(x+1)*y", r"\left(x + 1\right)\,y"),
        ("(x+1)/y^2", r"\frac{x + 1}{y^{2}}"),
        ("-x^2", r"-x^{2}"),
        ("(-x)^2", r"\left(-x\right)^{2}"),
        ("x-(y-1)", r"x - \left(y - 1\right)"),
        ("x--y", r"x - \left(-y\right)"),
        ("sin(x)^2", r"\sin^{2}\left(x\right)"),
        ("exp(2x)", r"e^{2 x}"),
        ("exp(x)^2", r"\left(e^{x}\right)^{2}"),
        ("sqrt(x)", r"\sqrt{x}"),
        ("|x|", r"\left|x\right|"),
        ("alpha1*rho", r"\alpha_{1}\,\rho"),
        ("2^x^y", r"2^{x^{y}}"),
        ("(x/y)^2", r"\left(\frac{x}{y}\right)^{2}"),
        ("1e-3*x", r"10^{-3}\,x"),
        ("where(x>0,x,0)", r"\begin{cases} x & x > 0 \\ 0 & x \le 0 \end{cases}"),
        ("log(x)", r"\ln\left(x\right)"),
    ],
)
def test_an_expression_is_typeset_in_the_order_it_was_written(text, printed):
    assert latex(Expression(parse(text))) == printed
