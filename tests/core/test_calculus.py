"""SymPy's derivatives, and what cannot be made of them."""

from __future__ import annotations

import math

import pytest
import sympy as sp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.calculus import derivatives as calculus
from core.code.sympy import VOCABULARY, vector_source
from core.code.transcript import Listing, run
from core.expression.text import to_text
from core.expression.tree import FUNCTIONS, OPERATORS, Node, number, walk
from core.grammar import parse
from core.numbers.floats import evaluate
from core.problem import ProblemError


def derivative(text: str, name: str = "x", variables: tuple[str, ...] | None = None) -> str:
    node = parse(text, variables)
    return to_text(calculus.jacobian([node], [name, *(n for n in "yz" if n in text)])[0][0])


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        ("3", "0"),
        ("x", "1"),
        ("x^2", "2*x"),
        ("3x^2+2x+1", "6*x + 2"),
        ("1/x", "-(1/x^2)"),
        ("x/2", "1/2"),
        ("0.5x^2", "x"),
        ("0.1x", "0.1"),
        ("x/3", "1/3"),
        ("sin(x)", "cos(x)"),
        ("cos(x)", "-sin(x)"),
        ("tan(x)", "tan(x)^2 + 1"),
        ("asin(x)", "1/sqrt(1 - x^2)"),
        ("acos(x)", "-(1/sqrt(1 - x^2))"),
        ("atan(x)", "1/(x^2 + 1)"),
        ("sinh(x)", "cosh(x)"),
        ("cosh(x)", "sinh(x)"),
        ("tanh(x)", "1 - tanh(x)^2"),
        ("exp(2x)", "2*exp(2*x)"),
        ("log(x)", "1/x"),
        ("sqrt(x)", "1/(2*sqrt(x))"),
        ("x^1.5", "1.5*x^0.5"),
        ("2^x", "log(2)*2^x"),
        ("exp(1)*x^2", "2*exp(1)*x"),
        ("exp(1)*exp(1)*x + log(exp(1))*x", "1 + exp(1)^2"),
        ("pi*x", "pi"),
        ("abs(x)", "sign(x)"),
        ("sign(x)", "0"),
        ("relu(x)", "where(x > 0, 1, 0)"),
        ("sigmoid(x)", "sigmoid(x)*(1 - sigmoid(x))"),
        ("softplus(x)", "sigmoid(x)"),
        ("atan2(x,y)", "y/(x^2 + y^2)"),
        ("max(0,x)", "where(x > 0, 1, 0)"),
        ("min(x,y)", "where(x < y, 1, 0)"),
        ("where(x>1,x^2,2x)", "where(x > 1, 2*x, 2)"),
    ],
)
def test_a_derivative_reads_as_a_person_would_write_it(function, expected):
    assert derivative(function) == expected


def test_a_jacobian_has_one_row_per_output_and_one_column_per_input():
    rows = calculus.jacobian([parse("x1*x2"), parse("x2"), parse("x1")], ["x1", "x2"])
    assert [[to_text(entry) for entry in row] for row in rows] == [["x2", "x1"], ["0", "1"], ["1", "0"]]


def test_every_operation_has_a_meaning_in_sympy():
    known = {*calculus.INERT, *calculus.ARITHMETIC}
    assert {*FUNCTIONS, *OPERATORS} <= known


def test_division_by_what_cancels_to_zero_is_refused_with_its_place():
    with pytest.raises(ProblemError) as refused:
        calculus.jacobian([parse("1 + 1/(x-x)")], ["x"])
    assert refused.value.code == "division_by_zero"
    assert refused.value.span == (4, 11)


@pytest.mark.parametrize("text", ["x^x^x", "sin(cos(tan(exp(sin(cos(tan(exp(x))))))))", "tanh(cosh(sinh(x)))^9"])
def test_a_derivative_stays_a_tree_of_bounded_size(text):
    rows = calculus.jacobian([parse(text)], ["x"])
    assert sum(1 for _ in walk(rows[0][0])) <= calculus.MAX_ENTRY


def test_a_derivative_that_nobody_could_read_is_refused():
    product = "*".join(f"sin({n}x)" for n in range(1, 40))
    with pytest.raises(ProblemError, match="result_too_large"):
        calculus.jacobian([parse(product)], ["x"])


def test_a_derivative_can_be_typed_back():
    for text in ("x1^2*sin(x2)/exp(x1)", "max(x1, x2)*abs(x1)", "exp(x1)/(exp(x1)+exp(x2))"):
        for entry in calculus.jacobian([parse(text)], ["x1", "x2"])[0]:
            assert parse(to_text(entry)) == entry


NAMES = ("x", "y", "z")
LEAVES = st.one_of(
    st.sampled_from([Node("name", text=name) for name in NAMES]),
    st.sampled_from([number(text) for text in ("1", "2", "3", "0.5")]),
    st.sampled_from([Node("constant", text="pi"), Node("exp", (number(1),))]),
)


def grow(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    def call(op: str) -> st.SearchStrategy[Node]:
        arguments = FUNCTIONS.get(op, (2, 2))[0]
        return st.tuples(*[inner] * arguments).map(lambda args: Node(op, args))

    power = st.builds(lambda base, n: Node("^", (base, number(n))), inner, st.integers(2, 4))
    return st.one_of(power, *map(call, ["+", "-", "*", "/", *(name for name in FUNCTIONS if name != "where")]))


@settings(max_examples=1000, deadline=None, suppress_health_check=list(HealthCheck))
@given(tree=st.recursive(LEAVES, grow, max_leaves=8), point=st.tuples(*[st.floats(0.1, 2)] * 3))
def test_a_tree_that_went_through_sympy_still_has_the_same_value(tree: Node, point: tuple[float, ...]):
    env = dict(zip(NAMES, point, strict=True))
    try:
        again = calculus.read(calculus.build(tree, {name: sp.Symbol(name) for name in NAMES}))
    except ProblemError:
        return  # a division by what cancels to zero
    before, after = evaluate(tree, env), evaluate(again, env)
    if math.isfinite(before) and abs(before) < 1e12:
        assert after == pytest.approx(before, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize(
    "text", ["x^2*sin(y)/exp(x)", "tanh(x*y)^3", "sqrt(x^2+y^2)", "log(x)/y^x", "atan2(y,x)*sigmoid(x)"]
)
def test_the_derivative_is_that_of_sympys_own_jacobian(text: str):
    node = parse(text)
    source = vector_source([node], ("x", "y"), [parse("1/2"), parse("2")], [parse("1")])
    theirs = [printed.value for printed in run(Listing(source), VOCABULARY).printed][2]
    ours = calculus.jacobian([node], ("x", "y"))[0]
    assert [float(entry) for entry in theirs] == pytest.approx([evaluate(e, {"x": 0.5, "y": 2}) for e in ours])
