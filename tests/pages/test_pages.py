"""Every page × example × language renders; each interaction has its visible consequence."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from core import address as share
from core import wording as words

FRAME = str(Path(__file__).parents[2] / "pages" / "frame.py")
ADDRESSES = [pytest.param(example.address, id=example.id) for example in words.examples()]


def visit(address: str, lang: str = "en") -> AppTest:
    """The app as a visitor of an address meets it."""
    app = AppTest.from_file(FRAME, default_timeout=30)
    app.query_params["lang"] = lang
    parts = urlsplit(address)
    app.run()
    if parts.path != "/":
        for name, _, value in (pair.partition("=") for pair in parts.query.split("&") if pair):
            app.query_params[name] = unquote(value)
        app.query_params["lang"] = lang
        app.switch_page(f"{parts.path.strip('/')}.py").run()
    return app


def latex(app: AppTest) -> str:
    return "\n".join(element.value for element in app.latex)


def code(app: AppTest) -> str:
    return "\n".join(element.value for element in app.code)


@pytest.mark.parametrize("lang", share.LANGUAGES)
@pytest.mark.parametrize("path", ["/", "/vjp", "/chain", "/matmul", "/tensor"])
def test_every_page_renders_in_both_languages(path: str, lang: str):
    app = visit(path, lang)
    assert not app.exception
    page = path.strip("/") or "home"
    wrt = "W" if page == "tensor" else "b"
    assert app.title[0].value == words.say(lang, f"title.{page}", wrt=wrt, last="z", letter="y")


@pytest.mark.parametrize("lang", share.LANGUAGES)
@pytest.mark.parametrize("address", ADDRESSES)
def test_every_example_renders_in_both_languages(address: str, lang: str):
    app = visit(address, lang)
    assert not app.exception
    assert app.code
    assert not [element for element in app.html if 'class="lens-error"' in element.value]


def test_a_note_says_which_derivative_it_is_about():
    app = visit("/vjp?f=x^2;abs(x)&at=x:0")
    (note,) = [element.value for element in app.html if 'class="lens-note"' in element.value]
    assert "∂y₂/∂x: There is a kink" in note


def test_a_function_that_is_edited_changes_the_jacobian_and_torchs_answer():
    app = visit("/vjp?f=x^2*y;y&at=x:3,y:2&v=1,1")
    app.text_input(key="vjp.f.1").set_value("x+7y").run()
    assert "tensor([13., 16.]" in code(app)


def test_a_coordinate_that_is_edited_changes_the_numbers():
    app = visit("/vjp?f=x^2*y;y&at=x:3,y:2&v=1,1")
    app.text_input(key="vjp.at.0").set_value("5").run()
    assert "tensor([20., 26.]" in code(app)


def test_a_one_hot_v_picks_one_row():
    app = visit("/vjp?f=x^2*y;y&at=x:3,y:2&v=1,1")
    app.text_input(key="vjp.v.0").set_value("0").run()
    assert "tensor([0., 1.]" in code(app)


def test_a_variable_that_is_written_for_the_first_time_gets_a_coordinate():
    app = visit("/vjp?f=x^2&at=x:3")
    app.text_input(key="vjp.f.0").set_value("x^2*w").run()
    assert app.text_input(key="vjp.at.0").value == "1"
    assert app.text_input(key="vjp.at.1").value == "3"


def test_a_function_can_be_added_and_removed():
    app = visit("/vjp?f=x^2*y&at=x:3,y:2&v=1")
    app.button(key="vjp.f.add").click().run()
    assert app.text_input(key="vjp.f.1").value == "x*y"
    app.button(key="vjp.f.remove").click().run()
    assert not app.exception
    assert "vjp.f.1" not in [field.key for field in app.text_input]


@pytest.mark.parametrize("lang", share.LANGUAGES)
def test_an_input_that_cannot_be_read_is_explained_and_kept(lang: str):
    app = visit("/vjp?f=x^2*y&at=x:3,y:2", lang)
    app.text_input(key="vjp.f.0").set_value("x^2*").run()
    assert not app.exception
    assert app.text_input(key="vjp.f.0").value == "x^2*"
    refusals = [element.value for element in app.html if 'class="lens-error"' in element.value]
    assert any(words.say(lang, "errors.unfinished") in text for text in refusals)
    assert "tensor([12.,  9.]" in code(app)


def test_a_bad_parameter_of_the_address_is_named_and_the_rest_survives():
    app = visit("/vjp?f=x^2*y&at=x&v=3")
    assert not app.exception
    assert any("name:value" in element.value for element in app.html)
    assert app.text_input(key="vjp.f.0").value == "x^2*y"


def test_what_was_typed_is_shown_escaped():
    app = visit("/vjp?f=x&at=x:1")
    app.text_input(key="vjp.f.0").set_value("<img src=x onerror=alert(1)>").run()
    shown = "".join(element.value for element in app.html)
    assert "<img" not in shown
    assert "&lt;" in shown


def test_the_derivation_and_the_verification_are_shown_with_their_answers():
    app = visit("/vjp")
    assert "Matrix([[2, 2*x2], [2*x1, 6*x2**2]])" in code(app)
    assert "Matrix([[6, 32]])" in code(app)
    assert "tensor([ 6., 32.]" in code(app)


def test_the_rows_of_the_example_are_written_with_symbolic_weights():
    assert r"v_{1} \left[" in latex(visit("/vjp"))


def test_a_link_with_a_bad_v_still_shows_its_own_functions():
    app = visit("/vjp?f=x^2*y;3*y&at=x:3,y:2&v=abc,1")
    assert app.text_input(key="vjp.f.0").value == "x^2*y"
    assert "x[0]**2*x[1]" in code(app)
    assert not app.exception


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "row 1: 2, 4; row 2: 2, 24"), ("zh", "第 1 行：2，4；第 2 行：2，24")]
)
def test_a_matrix_with_bands_is_said_in_words(lang: str, said: str):
    (words_,) = [element.value for element in visit("/", lang).html if "lens-spoken" in element.value]
    assert said in words_
