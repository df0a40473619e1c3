"""The address is a contract: readable, whole, and forgiving."""

from __future__ import annotations

import pytest

from core import address as share
from core import wording as words
from core.kinds import KINDS
from core.kinds.chain.problem import ChainProblem
from core.kinds.matmul.problem import MatmulProblem
from core.kinds.vector.problem import VectorProblem
from core.problem import ProblemError

TEXT = VectorProblem(("2*x1+x2^2", "x1^2+2*x2^3"), (("x1", "1"), ("x2", "2")), ("2", "1"))


@pytest.mark.parametrize(
    ("problem", "address"),
    [
        (TEXT, "/vjp?f=2*x1%2Bx2^2;x1^2%2B2*x2^3&at=x1:1,x2:2&v=2,1"),
        (VectorProblem(("x/3",), (("x", "pi/4"),), ("-2.5",)), "/vjp?f=x/3&at=x:pi/4&v=-2.5"),
        (
            ChainProblem(("x1*x2",), ("sin(y1)",), (("x1", "1"), ("x2", "2")), ("3",)),
            "/chain?f=x1*x2&g=sin(y1)&at=x1:1,x2:2&v=3",
        ),
        (
            MatmulProblem(
                (("1", "2"), ("3", "4")),
                (("1", "2", "3"), ("4", "5", "6")),
                (("1", "0", "2"), ("1", "1", "1")),
            ),
            "/matmul?a=1,2;3,4&b=1,2,3;4,5,6&v=1,0,2;1,1,1&wrt=b",
        ),
    ],
)
def test_a_problem_and_its_address_are_each_other(problem, address):
    assert share.encode(problem) == address
    assert share.decode(address).problem == problem
    assert share.decode(f"https://example.edu/lens{address}").problem == problem


def test_a_space_is_a_plus_that_somebody_did_not_escape():
    assert share.decode("/vjp?f=2*x1+x2^2&at=x1:1,x2:2").problem.functions == ("2*x1+x2^2",)
    assert share.decode("/vjp?f=2*x1 x2^2&at=x1:1,x2:2").problem.functions == ("2*x1+x2^2",)


def test_an_escaped_space_is_a_space():
    assert share.decode("/vjp?f=2%20x1%20x2").problem.functions == ("2 x1 x2",)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("/vjp?f=x；y&v=1，2", "/vjp?f=x;y&v=1,2"),
        ("/vjp?f=max(x，y)&at=x：1，y：2", "/vjp?f=max(x，y)&at=x:1,y:2"),
        ("/matmul?a=１，２；３，４&b=1、2;3、4", "/matmul?a=１,２;３,４&b=1,2;3,4"),
        ("/vjp?f=x*y&at=x:1, y :2", "/vjp?f=x*y&at=x:1,y:2"),
        ("\ufeff/vjp?f=x*y", "/vjp?f=x*y"),
    ],
)
def test_separators_are_read_as_keyboards_and_editors_give_them(typed, meant):
    assert share.decode(typed) == share.decode(meant)


def test_an_entry_that_is_refused_can_be_pointed_at_even_where_the_link_leaves_it_out():
    ones = VectorProblem(("x", "y"), cotangent=("1",))
    assert KINDS["vjp"].place(ones, "v", None) == "1"
    assert KINDS["matmul"].place(MatmulProblem((("1",),), (("2",),), (("1", "1"), ("1", "1"))), "v", None) == "1,1;1,1"
    assert "v=" not in share.encode(ones)


def test_a_page_without_parameters_is_its_default_problem():
    for page, problem in ((page, kind.default) for page, kind in KINDS.items()):
        assert share.decode(f"/{page}").problem == problem


def test_weights_of_one_are_left_out_and_come_back():
    address = share.encode(VectorProblem(("x",), (("x", "1"),), ("1",)))
    assert address == "/vjp?f=x&at=x:1"
    assert share.decode(address).problem.cotangent is None


@pytest.mark.parametrize(
    ("address", "field", "code"),
    [
        ("/vjp?f=x^2&at=x&v=3", "at", "not_a_point"),
        ("/vjp?f=x^2&at=x:1,&v=3", "at", "empty_coordinate"),
        ("/matmul?a=1&b=2&wrt=c&v=3", "wrt", "not_a_choice"),
        ("/vjp?f=x^2&v=3&lang=fr", "lang", "not_a_choice"),
    ],
)
def test_a_bad_parameter_is_named_and_the_rest_survives(address, field, code):
    decoded = share.decode(address)
    assert [(error.field, error.code) for error in decoded.errors] == [(field, code)]
    assert "3" in str(decoded.problem)


@pytest.mark.parametrize("address", ["/nowhere?f=x", "", "http://[", "/", "/vjp/../etc?f=x"])
def test_an_unknown_page_is_refused(address):
    with pytest.raises(ProblemError, match="unknown_page"):
        share.decode(address)


def test_the_language_travels_in_the_address():
    assert share.decode(share.encode(TEXT, "zh")).lang == "zh"
    assert share.encode(TEXT, "zh").endswith("&lang=zh")


def test_a_choice_that_there_is_not_is_told_with_its_parameter():
    (error,) = share.decode("/matmul?a=1&b=2&wrt=c").errors
    assert words.explain_error("en", error) == "wrt=c is not a choice; wrt is one of: a, b."
    assert words.explain_error("zh", error).startswith("wrt=c ")


def test_a_chain_without_outer_functions_adds_up_what_its_inner_ones_give():
    assert share.decode("/chain?f=x;x^2").problem.outer == ("y1+y2",)
    assert share.decode("/chain").problem == KINDS["chain"].default
