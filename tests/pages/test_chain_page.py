"""The page of the chain rule: its stages can be edited, lengthened and shortened."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from core import address as share
from core import wording as words

FRAME = str(Path(__file__).parents[2] / "pages" / "frame.py")
LINK = "/chain?f=x1^2%2Bx2;x1*x2^2&g=y1*y2;y1%2By2^2&at=x1:1,x2:2&v=1,2"
LONG = "/chain?f=x1*x2;x1%2Bx2&g=y1*y2;y2^2&h=z1^2;z1*z2;z2&k=w1%2Bw2*w3&at=x1:1,x2:2&v=3"


def visit(address: str, lang: str = "en") -> AppTest:
    app = AppTest.from_file(FRAME, default_timeout=30)
    app.query_params["lang"] = lang
    app.run()
    for name, _, value in (pair.partition("=") for pair in urlsplit(address).query.split("&") if pair):
        app.query_params[name] = unquote(value)
    app.query_params["lang"] = lang
    app.switch_page("chain.py").run()
    return app


def latex(app: AppTest) -> str:
    return "\n".join(element.value for element in app.latex)


def code(app: AppTest) -> str:
    return "\n".join(element.value for element in app.code)


def texts(app: AppTest) -> str:
    return "\n".join(element.value for element in (*app.caption, *app.markdown, *app.html))


@pytest.mark.parametrize("lang", share.LANGUAGES)
@pytest.mark.parametrize("address", [LINK, LONG])
def test_the_page_renders_without_an_error(address: str, lang: str):
    app = visit(address, lang)
    assert not app.exception
    assert not [element for element in app.html if 'class="lens-error"' in element.value]
    assert words.say(lang, "section.tape") in [element.value for element in app.header]


def test_both_jacobians_stand_in_general_and_at_the_point_of_the_stage_before():
    shown = latex(visit(LINK))
    assert r"\frac{\partial y_{b}}{\partial x_{a}}" in shown
    assert r"\frac{\partial z_{c}}{\partial y_{b}}" in shown
    assert r"y = \left(3, 4\right)" in shown
    assert "a = 2, b = 2, c = 2" in texts(visit(LINK))


def test_torch_tells_both_gradients():
    shown = code(visit(LINK))
    assert "tensor([ 6., 19.]" in shown
    assert "tensor([88., 82.]" in shown


def test_an_outer_function_that_is_edited_changes_the_cotangent_in_the_middle():
    app = visit(LINK)
    app.text_input(key="chain.g.0").set_value("5*y1").run()
    assert "tensor([ 7., 16.]" in code(app)


def test_a_stage_can_be_added_and_removed():
    app = visit(LINK)
    app.button(key="chain.chain.add_stage").click().run()
    assert app.text_input(key="chain.h.0").value == "z1+z2"
    assert "def h(z):" in code(app)
    app.button(key="chain.chain.add_stage").click().run()
    assert app.text_input(key="chain.k.0").value == "w1^2"
    assert "chain.chain.add_stage" not in [button.key for button in app.button]
    app.button(key="chain.chain.remove_stage").click().run()
    app.button(key="chain.chain.remove_stage").click().run()
    assert "def h(z):" not in code(app)
    assert "chain.chain.remove_stage" not in [button.key for button in app.button]
    assert not app.exception


def test_a_bad_function_of_a_further_stage_is_explained_beside_its_field_and_the_rest_stays():
    app = visit(LONG)
    app.text_input(key="chain.k.0").set_value("w1+w9").run()
    assert not app.exception
    assert app.text_input(key="chain.k.0").value == "w1+w9"
    assert "w9" in texts(app)
    assert "def k(w):" in code(app)


def test_a_missing_stage_is_named_and_can_be_filled_in_while_the_default_stays_in_sight():
    app = visit("/chain?f=x1*x2&g=y1^2&k=w1")
    assert not app.exception
    assert "The stage h is missing" in texts(app)
    assert "def g(y):" in code(app)
    app.button(key="chain.h.add").click().run()
    assert not app.exception
    assert "is missing" not in texts(app)
    assert "def k(w):" in code(app)


def test_the_words_of_the_page_hold_for_any_number_of_stages():
    for lang in share.LANGUAGES:
        prose = words.prose(lang, "chain") + words.say(lang, "tape.hint") + words.say(lang, "section.outer")
        assert not [word for word in ("twice", "两次", "f and g", "f 和 g", "Outer", "外层") if word in prose]


def test_no_line_of_chinese_prose_begins_with_the_punctuation_behind_a_formula():
    prose = next(element.value for element in visit(LINK, "zh").markdown if element.value.startswith("设"))
    assert "$\u2060，" in prose
    assert "$，" not in prose


@pytest.mark.parametrize("lang", share.LANGUAGES)
def test_an_example_says_on_its_page_why_it_is_one(lang: str):
    example = next(example for example in words.examples() if example.id == "cross-entropy")
    app = visit(example.address, lang)
    assert example.why[lang] in texts(app)
    assert r"y - \left(egin{matrix}" not in latex(visit(LINK))
    app.text_input(key="chain.at.0").set_value("5").run()
    assert example.why[lang] not in texts(app)


def test_softmax_and_cross_entropy_show_that_the_gradient_is_what_is_predicted_minus_what_is_true():
    address = next(example.address for example in words.examples() if example.id == "cross-entropy")
    app = visit(address)
    shown = next(element.value for element in app.latex if "e_{2}" in element.value)
    assert all(number in shown for number in ("0.09003", "0.2447", "0.6652", "-0.7553"))
    app.text_input(key="chain.at.0").set_value("5").run()
    assert any("e_{2}" in element.value for element in app.latex)  # it holds at every point
    assert not any("e_{" in element.value for element in visit(LINK).latex)


def test_a_variable_written_for_the_first_time_in_f_gets_a_coordinate():
    app = visit(LINK)
    app.text_input(key="chain.f.0").set_value("x1^2+x2*x3").run()
    assert app.text_input(key="chain.at.2").value == "1"


def test_every_prose_on_the_page_names_the_cotangent():
    assert "cotangent" in words.prose("en", "chain")
    assert "余切向量" in words.prose("zh", "chain")
