"""What leaves the page: the link, the equations as text, the files."""

from __future__ import annotations

import pytest
import streamlit as st

from core import address as share
from core import export
from core import wording as words
from core.calculus import worker
from core.export.kept import Kept
from core.export.turns import Visitors
from core.problem import ProblemError
from core.wording import say
from pages.shared import sharing
from tests.pages.test_pages import visit

ADDRESS = "/vjp?f=x^2*y;4*y&at=x:3,y:2&v=5,7"


LONG = "/vjp?f=" + ";".join(["(" * 490] * 8) + "&at=x:3"  # not readable, so the draft is what the link holds


def opened(name: str, address: str = ADDRESS, lang: str = "en", **state: object):
    app = visit(address, lang)
    for key, value in {name: True, **state}.items():
        app.session_state[key] = value
    return app.run()


def test_share_shows_the_link_of_exactly_this_state():
    app = opened("share")
    shown = [element.value for element in app.code]
    assert any(text.endswith("vjp?f=x^2*y;4*y&at=x:3,y:2&v=5,7&lang=en") for text in shown)
    assert any("export.png?page=vjp&f=x^2*y;4*y&at=x:3,y:2&v=5,7&lang=en" in text for text in shown)


@pytest.mark.parametrize("stands", ["https://lens.example.edu", "https://lens.example.edu/lens", "http://h:1/a/b/"])
def test_links_and_pictures_lead_below_the_path_at_which_the_app_stands(stands: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(export.URL_VARIABLE, stands)
    shown = [element.value for element in opened("share").code]
    base = stands.rstrip("/")
    assert f"{base}/vjp?f=x^2*y;4*y&at=x:3,y:2&v=5,7&lang=en" in shown
    assert any(f"(<{base}/export.png?page=vjp&f=" in text and f"(<{base}/vjp?f=" in text for text in shown)
    assert any(f"{base}/vjp?f=" in element.value for element in opened("export", **{"export.format": ".py"}).code)


@pytest.mark.parametrize(
    ("seen", "base"),
    [
        ("http://h:8501/vjp", "http://h:8501/"),
        ("http://h/lens/vjp", "http://h/lens/"),
        ("http://h/lens", "http://h/lens/"),
        (r"http://x}\input{y}/vjp", ""),
        ("http://[", ""),
        (None, ""),
    ],
)
def test_the_host_that_the_browser_tells_of_is_used_if_it_is_one(
    seen: str | None, base: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(type(st.context), "url", property(lambda _: seen))
    app = opened("share")
    assert not app.exception
    assert app.code[0].value == f"{base}vjp?f=x^2*y;4*y&at=x:3,y:2&v=5,7&lang=en"


@pytest.mark.parametrize("lang", share.LANGUAGES)
def test_a_link_that_is_too_long_for_a_code_is_shared_without_one(lang: str):
    app = opened("share", LONG, lang)
    assert not app.exception
    assert not app.get("image")
    assert words.say(lang, "share.no_qr") in [element.value for element in app.caption]
    assert "share.large" not in [button.key for button in app.button]


def test_a_link_that_became_too_long_for_a_code_is_still_shown_large():
    app = visit(LONG)
    app.session_state["projected"] = True
    app.run()
    assert not app.exception


def test_share_offers_the_equations_as_latex_without_our_colours():
    app = opened("share")
    copied = [element.value for element in app.code if "v^{\\top} J =" in element.value]
    assert len(copied) == 2, "with numbers and with letters for the weights"
    assert not any("color" in text for text in copied)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("LaTeX", r"y_{1} = x^{2}\,y"),
        ("Markdown", "$$\n"),
        ("Python", 'import sympy as sp\nx, y = sp.symbols("x y", real=True)\nsp.Matrix([[2*x*y, x**2], [0, 4]])'),
    ],
)
def test_share_offers_every_equation_in_three_forms(form: str, text: str):
    app = opened("share", **{"share.form": form})
    assert any(text in element.value for element in app.code), [element.value for element in app.code]


def test_share_offers_the_equations_of_any_element_of_c():
    app = opened("share", "/matmul?a=1,2;3,4&b=1,2,3;4,5,6&v=1,2,3;4,5,6&wrt=b")
    assert any("c_{11}" in element.value for element in app.code)
    app.selectbox(key="share.ij").select((1, 2)).run()
    assert any(r"\frac{\partial c_{23}}{\partial b}" in element.value for element in app.code)


def test_the_code_is_shown_large_for_a_projector():
    app = opened("share")
    app.button(key="share.large").click().run()
    assert not app.exception
    assert len(app.get("image")) == 1
    assert not app.session_state["share"], "what would lie over the code has closed"


def test_a_file_is_made_when_it_is_asked_for_and_not_before(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(export, "export", lambda *_: pytest.fail("made"))
    app = opened("export", **{"export.format": ".pptx", "export.steps": True})
    assert not app.exception


def test_steps_are_previewed_one_by_one_and_downloaded_together():
    app = opened("export", **{"export.format": ".png", "export.steps": True})
    assert "vjp.zip" in app.get("download_button")[0].proto.label
    assert (app.slider(key="export.slide").min, app.slider(key="export.slide").max) == (1, 4)
    first = app.get("image")[-1].proto.imgs[0].url
    app.slider(key="export.slide").set_value(4).run()
    assert app.get("image")[-1].proto.imgs[0].url != first


@pytest.mark.parametrize(
    ("suffix", "text"), [(".py", "import sympy"), (".ipynb", '"nbformat"'), (".tex", "documentclass")]
)
def test_a_source_is_previewed_as_text(suffix: str, text: str):
    app = opened("export", **{"export.format": suffix})
    assert any(text in element.value for element in app.code)


@pytest.mark.parametrize("suffix", export.FORMATS)
def test_every_format_can_be_downloaded(suffix: str):
    app = opened("export", **{"export.format": suffix})
    assert not app.exception
    assert f"vjp{suffix}" in app.get("download_button")[0].proto.label


def test_a_visitor_who_has_had_too_much_drawn_is_told_and_others_are_not_concerned(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sharing, "_visitors", Visitors(burst=1, rate=0.0))
    monkeypatch.setattr(sharing, "_previews", Kept(10, 1 << 20))
    app = opened("export", **{"export.format": ".png"})
    assert len(app.get("image")) == 1
    app.run()
    assert len(app.get("image")) == 1, "what was drawn before costs nothing"
    app.segmented_control(key="export.theme").set_value("dark").run()
    assert not app.exception
    assert not app.get("image")
    assert any("a few seconds" in element.proto.body for element in app.get("html"))


def test_a_file_is_refused_while_the_same_visitor_has_another_made(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sharing, "_visitors", visitors := Visitors())
    monkeypatch.setattr(export, "one_file", lambda *_: b"file")
    with visitors.one("a"):
        assert sharing._file("b", "vjp", None, "png", export.Options()) == b"file"
        with pytest.raises(ProblemError, match="one_export"):
            sharing._file("a", "vjp", None, "png", export.Options())


@pytest.mark.parametrize(("code", "key"), [("busy", "check.turn"), ("too_slow", "check.cannot")])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_derivation_that_is_missing_says_the_true_reason(monkeypatch: pytest.MonkeyPatch, lang, code, key):
    def refused(_source: str) -> None:
        raise ProblemError(code)

    monkeypatch.setattr(worker, "derivation", refused)
    shown = [element.value for element in visit(ADDRESS, lang).caption]
    assert say(lang, key) in shown


def test_every_format_that_exists_is_offered():
    (formats,) = [box for box in opened("export").selectbox if box.key == "export.format"]
    assert formats.options == [each.name for each in export.FORMATS.values()]
