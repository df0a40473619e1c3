"""What the stage and the weights hand to the browser, what they accept from it, and what stands beside them."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.kinds import explain
from core.kinds.vector.problem import VectorProblem
from pages.components.stage import stage_data
from pages.components.weights import accept
from pages.shared import session
from tests.pages.test_pages import code, latex, visit

Given = Callable[[tuple[str, ...], dict[str, str], tuple[str, ...]], dict[str, Any]]


@pytest.fixture
def data(monkeypatch: pytest.MonkeyPatch) -> Given:
    """``data(functions, point, v)``: what the browser of an English reader gets."""
    monkeypatch.setattr(session, "language", lambda: "en")

    def data(functions: tuple[str, ...], point: dict[str, str], v: tuple[str, ...]) -> dict[str, Any]:
        return stage_data(explain(VectorProblem(functions, tuple(point.items()), v)), "vjp")

    return data


def test_the_stage_gets_v_J_and_their_product(data: Given):
    given = data(("2*x1+x2^2", "x1^2+2*x2^3"), {"x1": "1", "x2": "2"}, ("2", "-1"))
    assert [weight["value"] for weight in given["v"]] == [2, -1]
    assert [[entry["value"] for entry in row] for row in given["J"]] == [[2, 4], [2, 24]]
    assert [entry["value"] for entry in given["total"]] == [2, -16]


def test_an_entry_tells_its_derivative_its_formula_and_its_value(data: Given):
    entry = data(("x1^2+2*x2^3",), {"x1": "1", "x2": "2"}, ("1",))["J"][0][1]
    assert entry["name"] == r"\frac{\partial y_{1}}{\partial x_{2}}"
    assert entry["told"] == "6 x_{2}^{2} = 24"
    assert entry["label"] == "∂y1/∂x2 = 6*x2^2 = 24"


def test_an_entry_that_is_known_exactly_tells_all_its_digits_too(data: Given):
    entry = data(("sin(x1)",), {"x1": "pi/4"}, ("1",))["J"][0][0]
    assert entry["told"] == r"\cos\left(x_{1}\right) = \frac{\sqrt{2}}{2} \approx 0.7071067811865476"


def test_the_size_of_a_negative_weight_is_written_without_its_sign(data: Given):
    assert data(("x1",), {"x1": "1"}, ("-pi/4",))["v"][0]["size"] == r"\frac{\pi}{4}"


def test_numbers_that_are_not_finite_survive_json(data: Given):
    given = data(("log(x1)", "sqrt(x1)"), {"x1": "0"}, ("1", "1"))
    assert json.loads(json.dumps(given, allow_nan=False))["J"][0][0]["value"] == "inf"


@pytest.mark.parametrize(
    "sent",
    [None, 1, "2,1", [], {}, {"texts": "21"}, {"texts": ["2"]}, {"texts": ["2", "1", "3"]}, {"texts": ["2", 1]}],
)
def test_what_no_component_of_ours_would_send_is_not_accepted(sent: object):
    stored: list[object] = []
    accept(sent, 2, stored.append)
    assert not stored


def test_what_is_sent_is_cut_to_the_length_of_a_field():
    stored: list[tuple[str, ...]] = []
    accept({"texts": ["2" * 10_000, "1"]}, 2, stored.append)
    assert len(stored[0][0]) < 1000
    assert stored[0][1] == "1"


def test_without_the_components_the_weighted_rows_stand_there_as_equations():
    app = visit("/vjp?f=2*x1%2Bx2^2;x1^2%2B2*x2^3&at=x1:1,x2:2&v=2,3")
    assert r"\colorbox" in latex(app)
    assert r"\boxed{\left[\begin{matrix}10 & 80\end{matrix}\right]}" in latex(app)


def test_a_large_jacobian_is_not_tinted_as_an_equation():
    functions = ";".join("+".join(f"{i + j}*x{j}" for j in range(1, 6)) for i in range(1, 5))
    app = visit(f"/vjp?f={functions.replace('+', '%2B')}")
    assert not app.exception
    assert r"\colorbox" not in latex(app)


def test_without_the_components_a_weight_is_changed_in_its_field():
    app: AppTest = visit("/vjp?f=2*x1;x1*x2&at=x1:1,x2:2&v=2,3")
    app.text_input(key="vjp.v.1").set_value("-1").run()
    assert "tensor([ 2., -1.]" in code(app)
