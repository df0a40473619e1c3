"""Where floats meet an edge: exact points, limits, kinks, rounding. Every case through the same door as an address."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import quote

import pytest
from mpmath import libmp

from core.__main__ import answer
from core.engines import forward_mode
from core.expression.tree import COMPARISONS, FUNCTIONS, OPERATORS
from core.numbers import precise

EDGES = json.loads((Path(__file__).parents[1] / "cases" / "edges.json").read_text(encoding="utf-8"))


def told(address: str) -> dict:
    described, code = answer(address)
    assert code == 0, described
    return described


def codes(described: dict) -> set[str]:
    return {note["code"] for note in described["notes"]}


def messages(described: dict) -> str:
    return " ".join(note["message"] for note in described["notes"])


def close(found: float | str, wanted: float | str) -> bool:
    if isinstance(found, str) or isinstance(wanted, str):
        return found == wanted
    return found == pytest.approx(wanted, rel=1e-12)


def matrices_close(found: list, wanted: list) -> bool:
    return all(close(a, b) for row, other in zip(found, wanted, strict=True) for a, b in zip(row, other, strict=True))


def not_agreed(described: dict) -> bool:
    return "error" in described or not described["checks"]["torch"]["agrees"] or "undefined" in codes(described)


def types_back(described: dict) -> bool:
    """Every printed entry of J is a function that can be typed, and has the value of the entry."""
    at = ",".join(f"{name}:{value}" for name, value in zip(described["inputs"], described["primal"], strict=True))
    typed = [
        told(f"/vjp?f={quote(entry, safe='')}&at={at}")["values"][0] for row in described["jacobian"] for entry in row
    ]
    return matrices_close([typed], [[entry for row in described["jacobian_at"] for entry in row]])


# what a case may ask for -> whether an answer has it
EXPECTATIONS = {
    "note_any": lambda d, wanted: codes(d) & set(wanted),
    "note_none": lambda d, wanted: not codes(d) & set(wanted),
    "message_has": lambda d, wanted: re.search(wanted, messages(d)),
    "message_not": lambda d, wanted: wanted not in messages(d),
    "values": lambda d, wanted: matrices_close([d["values"]], [wanted]),
    "vjp": lambda d, wanted: matrices_close([d["vjp"]], [wanted]),
    "vjp_torch": lambda d, wanted: matrices_close([d["checks"]["torch"]["vjp"]], [wanted]),
    "jacobian_at": lambda d, wanted: matrices_close(d["jacobian_at"], wanted),
    "torch_agrees": lambda d, wanted: d["checks"]["torch"]["agrees"] == wanted,
    "must_not_agree": lambda d, wanted: not_agreed(d),
    "types_back": lambda d, wanted: types_back(d),
    "suggestion_has": lambda d, wanted: wanted in d["error"]["message"],
    "suggestion_not": lambda d, wanted: wanted not in d["error"]["message"],
    "export_runs": lambda d, wanted: True,  # test_exports_run.py runs them
}
REFUSED = {"zero-1", "say-1", "say-2", "say-3"}


@pytest.mark.parametrize("case", EDGES, ids=[case["id"] for case in EDGES])
def test_an_edge_is_told_truly(case):
    described, code = answer(case["address"])
    assert code == (2 if case["id"] in REFUSED else 0)
    asked = case.keys() - {"id", "address", "right"}
    assert {name: case[name] for name in asked if not EXPECTATIONS[name](described, case[name])} == {}


@pytest.mark.parametrize(
    "address",
    [
        "/vjp?f=(-2)^x&at=x:2",
        "/vjp?f=(-2)^(x*y)&at=x:1/2,y:1",
        "/vjp?f=(2-e^1)^x&at=x:2",
        "/vjp?f=xlogy(x,-2)&at=x:2",
        "/vjp?f=xlogy((-2)^x,-2)&at=x:2",
    ],
)
def test_a_derivative_without_a_value_can_be_typed_too(address):
    assert types_back(told(address))


def test_the_limit_of_a_coefficient_is_counted_in_digits():
    described, _ = answer("/vjp?f=x*1e99*1e99&at=x:1")
    assert "154 digits" in described["error"]["message"]


@pytest.mark.parametrize(
    ("address", "code", "field"),
    [
        ("/vjp?f=x/sin(pi)", "division_by_zero", "f"),
        ("/vjp?f=x*tan(pi/2)", "not_finite", "f"),
        ("/vjp?f=x/(sqrt(2)^2-2)", "division_by_zero", "f"),
        ("/vjp?f=x*log(cos(pi/2))", "not_finite", "f"),
        ("/vjp?f=x&at=x:1/sin(pi)", "division_by_zero", "at"),
        ("/vjp?f=x&v=1/(1-sin(pi/2))", "division_by_zero", "v"),
        ("/matmul?a=1/sin(pi),2&b=1;2", "division_by_zero", "a"),
    ],
)
def test_a_division_by_what_is_exactly_0_is_refused(address, code, field):
    described, _ = answer(address)
    assert (described["error"]["code"], described["error"]["field"]) == (code, field)


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("/vjp?f=x%2B1e17&at=x:1", {"absorbed"}),  # its slope is 1, and no step of x shows in the value
        ("/vjp?f=abs(x)%2B1e12&at=x:0", {"kink"}),
        ("/vjp?f=sin(abs(-(x*y-x)))&at=x:1e8,y:1", {"kink"}),
        ("/vjp?f=max(x,log(x))&at=x:0", {"nan_branch", "edge"}),
        ("/vjp?f=sqrt(exp(where(y<1,y,2))-3)&at=y:1", {"edge"}),
        ("/vjp?f=x/cos(y)&at=x:1,y:pi/2", {"pole", "undefined"}),
        ("/vjp?f=tan(x)&at=x:1e16", {"near_edge"}),  # the next pole is less than 2 away, a step far more
        ("/vjp?f=log(log(x)%2Bx)&at=x:-1", {"undefined"}),
        ("/vjp?f=(1-cos(x^6))/x^12&at=x:0", {"hole"}),
        ("/vjp?f=sin(1/x)&at=x:0", {"undefined"}),
        ("/vjp?f=atan2(x,tan(y))&at=x:pi/2,y:pi/2", {"jump", "undefined"}),
        ("/vjp?f=softplus(x)/x&at=x:1e8", set()),
        ("/vjp?f=acosh(2*x^2)&at=x:sqrt(2)/2", {"singular", "edge"}),
        ("/vjp?f=floor(x^2)&at=x:sqrt(2)", {"jump"}),
        ("/vjp?f=log1p(-x^2/2)&at=x:sqrt(2)", {"undefined"}),
        ("/vjp?f=x*sin(1/x)&at=x:0", {"hole"}),
        ("/vjp?f=min(tan(asin(sign(x))),abs(x))&at=x:0", {"isolated"}),  # beside 0 an infinity of either sign
        ("/vjp?f=sin(min(y/x,y))&at=x:0,y:1", {"jump", "nan_branch"}),  # it swings on one side, without a limit
        ("/vjp?f=where(y<=0,2,cos(1/y))&at=y:0", {"jump", "nan_branch"}),
        ("/vjp?f=fmod(x,0.1)&at=x:0.3", {"jump"}),
        ("/vjp?f=remainder(x,0.1)&at=x:0.7", {"jump"}),
        ("/vjp?f=where(x==0,0,x*sin(1/x))&at=x:0", {"swings", "nan_branch"}),
        ("/vjp?f=where(x==0,0,x^2*sin(1/x))&at=x:0", {"nan_branch", "step"}),  # it has the slope 0
        ("/vjp?f=where(x==0,0,x*cos(log(abs(x))))&at=x:0", {"swings", "nan_branch"}),
        ("/vjp?f=relu(sin(sin(log(abs(y)))))&at=y:0", {"undefined"}),
        ("/vjp?f=relu(cos(log(abs(x))))&at=x:0", {"undefined"}),
        ("/vjp?f=relu(-cos(2*log(abs(x))))&at=x:0", {"undefined"}),
        ("/vjp?f=relu(sin(log(abs(x))/2))&at=x:0", {"undefined"}),
        ("/vjp?f=sign(sqrt(sin(max(pi*1e8,abs(y)))))&at=x:3/5,y:1", {"step"}),
        ("/vjp?f=sign(softplus(x%2Btan(y)))&at=x:1e-8,y:pi/2", {"undefined"}),  # what exp shrinks to is above 0
        ("/vjp?f=x-exp(exp(softplus(y))^2)&at=x:1,y:pi", {"absorbed"}),
        ("/vjp?f=exp(-1/x)*exp(1/x)&at=x:0", {"removable"}),
        ("/vjp?f=atan2(sinc(1),x)%2Babs(sin(pi))", set()),
    ],
)
def test_these_notes_and_no_other(address, wanted):
    assert codes(told(address)) == wanted


@pytest.mark.parametrize(
    ("address", "value"),
    [
        ("/vjp?f=x-(x-sqrt(tan(pi)))&at=x:-1/3", 0),  # tan(pi) is -1e-16 in floats
        ("/vjp?f=log(exp(-1e8*x))", -1e8),
        ("/vjp?f=exp(exp(x))*exp(-exp(x))&at=x:50", 1),
        ("/vjp?f=where(exp(-x)>0,x,2*x)&at=x:1e8", 1e8),
        ("/vjp?f=atan2(sinc(1),min(x,x))", 0),
    ],
)
def test_a_value_is_what_it_is_without_rounding(address, value):
    assert told(address)["values"] == [value]


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("/vjp?f=tan(x)-sin(x)&at=x:1e-7", {"step"}),
        ("/vjp?f=(tan(x)-x)/x^3&at=x:0", {"hole"}),
        ("/vjp?f=(sqrt(1%2Bx)-1)/x&at=x:0", {"hole"}),
        ("/vjp?f=(cosh(x)-cos(x))/x^2&at=x:0", {"hole"}),
        ("/vjp?f=(1%2Bx)^(1/x)&at=x:0", {"hole"}),
        ("/vjp?f=x^x&at=x:0", {"edge", "singular"}),
        ("/vjp?f=exp(-1/x^2)/x&at=x:0", {"hole"}),
        ("/vjp?f=acos(3*x-4*x^3)&at=x:1/2", {"kink_nan"}),
        ("/vjp?f=sqrt(3-x^2)&at=x:sqrt(3)", {"cancellation", "edge", "singular"}),
        ("/vjp?f=log(2-x^2)&at=x:sqrt(2)", {"undefined"}),
        ("/vjp?f=asin(2*sin(x))&at=x:pi/6", {"edge", "singular"}),
        ("/vjp?f=x*y/sqrt(x^2%2By^2)&at=x:0,y:0", {"hole"}),
        ("/vjp?f=sqrt(x^2%2By^2)&at=x:0,y:0", {"kink_nan"}),
        ("/vjp?f=x^2*y/(x^4%2By^2)&at=x:0,y:0", {"undefined"}),
        ("/vjp?f=floor(3*x)&at=x:1/3", {"jump"}),
        ("/vjp?f=round(x)&at=x:5/2", {"jump"}),
        ("/vjp?f=where(sin(x)==1/2,1,x)&at=x:pi/6", {"jump"}),
        ("/vjp?f=max(x^2,2)&at=x:sqrt(2)", {"kink_rounded"}),
        ("/vjp?f=max(sin(x),cos(x))&at=x:pi/4", {"kink_rounded"}),
        ("/vjp?f=1e20%2Bx-1e20&at=x:1", {"step"}),
        ("/vjp?f=sqrt(x^2%2B1e-20)&at=x:0", set()),
        ("/vjp?f=log(cosh(x))&at=x:1000", {"overflow"}),
        ("/vjp?f=log(exp(x)%2Bexp(y))&at=x:1000,y:999", {"overflow"}),
        ("/vjp?f=exp(-x^2)&at=x:30", set()),
        ("/vjp?f=1-erf(x)&at=x:7", {"step"}),
        ("/vjp?f=x^(1/3)&at=x:0", {"edge", "singular"}),
        ("/vjp?f=cbrt(x)&at=x:-1e-30", {"step"}),
        ("/vjp?f=sign(x)*x^2&at=x:0", set()),
        ("/vjp?f=abs(x)^3&at=x:0", set()),
        ("/vjp?f=atan2(0*x,x)&at=x:-1", set()),
        ("/vjp?f=clamp(x,1,1)&at=x:1", {"convention"}),
        ("/vjp?f=softplus(x)&at=x:25", set()),
        ("/vjp?f=x/abs(x)&at=x:0", {"undefined"}),
        ("/vjp?f=(x^2-1)/(x-1)&at=x:1", {"hole"}),
        ("/vjp?f=abs(sin(x))&at=x:pi", {"kink_rounded"}),
    ],
)
def test_these_too_are_told_by_these_notes_and_no_other(address, wanted):
    assert codes(told(address)) == wanted


def test_the_slopes_beside_a_large_constant_are_those_of_what_varies():
    message = messages(told("/vjp?f=abs(x)%2B1e12&at=x:0"))
    assert "-1 from the left and 1 from the right" in message


@pytest.mark.parametrize(
    ("address", "limit"),
    [
        ("/vjp?f=(tan(x)-x)/x^3&at=x:0", "0.3333"),
        ("/vjp?f=(sqrt(1%2Bx)-1)/x&at=x:0", "0.5"),
        ("/vjp?f=(1%2Bx)^(1/x)&at=x:0", "2.718"),
        ("/vjp?f=exp(-1/x^2)/x&at=x:0", "0"),
        ("/vjp?f=(x^2-1)/(x-1)&at=x:1", "2"),
    ],
)
def test_a_hole_is_told_with_its_limit(address, limit):
    assert f"tends to {limit} there" in messages(told(address))


def test_a_limit_of_a_high_order_is_told_with_its_value():
    assert "tends to 0.5" in messages(told("/vjp?f=(1-cos(x^6))/x^12&at=x:0"))


def test_the_referee_knows_every_operation():
    known = {*precise.OPERATIONS, *precise.COMPARE, "max", "min", "where"}
    assert known == {*OPERATORS, *COMPARISONS, *FUNCTIONS}
    assert {*forward_mode.SWITCHES, *forward_mode.DOMAINS, *forward_mode.GROWS} == {*forward_mode.MARGIN_NODES}


def test_the_error_function_far_out_is_not_added_up_term_by_term(monkeypatch: pytest.MonkeyPatch) -> None:
    def added_up(a: object, bits: int) -> object:
        raise AssertionError(f"tens of thousands of terms of {bits} bits")

    monkeypatch.setattr(libmp, "mpf_erf", added_up)
    assert precise.OPERATIONS["erf"](libmp.from_float(-108.8), 7_680) == libmp.fnone
    for name in ("erf", "erfc"):
        with pytest.raises(precise.Unclear):
            precise.OPERATIONS[name](libmp.from_float(30.0), 7_680)
