"""A field takes what somebody has in hand: one text typed into it, one visible consequence."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core import wording as words
from tests.pages.test_pages import visit


def typed(app: AppTest, text: str, field: str = "vjp.f.0") -> AppTest:
    app.text_input(key=field).set_value(text).run()
    assert not app.exception
    return app


def errors(app: AppTest) -> list[str]:
    return [element.value for element in app.html if 'class="lens-error"' in element.value]


def labels(app: AppTest) -> dict[str, Any]:
    return {button.label: button for button in app.button}


def columns(app: AppTest) -> list[str]:
    """The coordinates of the point, as their fields are labelled."""
    return [element.label for element in app.text_input if str(element.key).startswith("vjp.at.")]


@pytest.mark.parametrize(
    "text", ["y = t**2 + t*2", "u = 3t + 2", "t.pow(2)", "w_y*tanh(w_h*h0)", "beta*S*I - gamma*I", "x1^2 + x2，", "E*S"]
)
def test_a_new_name_is_a_new_variable_and_nothing_is_refused(text: str) -> None:
    app = typed(visit("/vjp"), text)
    assert errors(app) == []


def test_a_list_becomes_as_many_fields_and_the_new_weights_are_one() -> None:
    app = typed(visit("/vjp?f=x1&v=3"), "[x*y, y^2, x - z]")
    fields = [element.value for element in app.text_input if str(element.key).startswith("vjp.f.")]
    assert fields == ["x*y", "y^2", "x - z"]
    assert errors(app) == []
    assert columns(app) == ["$x$", "$y$", "$z$"]


def test_a_refusal_on_the_page_is_that_of_a_link_and_its_suggestion_is_a_button() -> None:
    app = typed(visit("/vjp"), "2sin t")
    (refusal,) = errors(app)[:1]
    assert "2sin(t)" in refusal
    assert "x2" not in refusal.split("</code>")[-1]
    labels(app)[words.say("en", "choices.suggestion", text="` 2sin(t) `")].click().run()
    assert errors(app) == []
    assert app.text_input(key="vjp.f.0").value == "2sin(t)"
    assert "$t$" in columns(app)


def test_the_other_reading_of_a_word_is_a_button_and_stays_chosen() -> None:
    app = typed(visit("/vjp?f=x"), "x + v*dt")
    assert "$\\mathrm{dt}$" in columns(app)
    labels(app)[words.say("en", "choices.name_other", other="` d*t `")].click().run()
    assert app.text_input(key="vjp.f.0").value == "x + v*d*t"
    assert columns(app) == ["$d$", "$t$", "$v$", "$x$"]


def test_a_product_may_be_read_as_one_variable() -> None:
    app = typed(visit("/vjp?f=x"), "2xy")
    labels(app)[words.say("en", "choices.product_other", other="` xy `")].click().run()
    assert columns(app) == ["$\\mathrm{xy}$"]
    labels(app)[words.say("en", "choices.name_other", other="` x*y `")].click().run()
    assert columns(app) == ["$x$", "$y$"]


def test_e_among_letters_is_a_variable_and_may_be_eulers_number() -> None:
    app = typed(visit("/vjp?f=x"), "a*(1-e^2)/(1+e*cos(t))")
    assert columns(app) == ["$a$", "$e$", "$t$"]
    labels(app)[words.say("en", "choices.variable_e_other")].click().run()
    assert columns(app) == ["$a$", "$t$"]
    assert errors(app) == []


def test_a_link_with_a_list_shows_its_functions_in_fields_of_their_own() -> None:
    app = visit("/vjp?f=[x*y,y^2]&v=1,2")
    assert [element.value for element in app.text_input if str(element.key).startswith("vjp.f.")] == ["x*y", "y^2"]
    assert errors(app) == []


def test_a_stage_may_use_the_names_of_the_stage_before() -> None:
    app = typed(visit("/chain?f=x^2&g=y1&at=x:2"), "u = 3x + 2", "chain.f.0")
    typed(app, "u^2", "chain.g.0")
    assert errors(app) == []
    assert "y_{1}^{2}" in "\n".join(element.value for element in app.markdown)


def test_a_coordinate_that_is_switched_to_a_constant_loses_its_column_and_keeps_its_value() -> None:
    app = visit("/vjp?f=x*(a-b*y)&at=a:4,b:2,x:1,y:3")
    app.pills(key="vjp.constants").set_value(["a", "b"]).run()
    assert not app.exception
    assert columns(app) == ["$x$", "$y$"]
    assert [element.value for element in app.text_input if str(element.key).startswith("vjp.with.")] == ["4", "2"]
    app.pills(key="vjp.constants").set_value([]).run()
    assert columns(app) == ["$a$", "$b$", "$x$", "$y$"]


def test_an_example_of_what_may_be_typed_puts_itself_into_the_field() -> None:
    app = visit("/vjp?f=x;y")
    app.button(key="vjp.f.example.code.1").click().run()
    assert app.text_input(key="vjp.f.1").value == "x.pow(2)"
    assert errors(app) == []


@pytest.mark.parametrize("text", ["M @ u", "||x||^2", "softmax(A @ x)"])
def test_what_is_about_matrices_leads_to_their_page(text: str) -> None:
    app = typed(visit("/vjp"), text)
    assert errors(app)
    labels(app)[words.say("en", "choices.in_matrices")].click().run()
    assert not app.exception


def test_a_mistake_that_is_not_about_matrices_leads_nowhere() -> None:
    app = typed(visit("/vjp"), "2*x1 +")
    assert errors(app)
    assert words.say("en", "choices.in_matrices") not in labels(app)
