"""What leaves the page: the link, the equations as text, the files."""

from __future__ import annotations

import pytest

from core import export
from pages.shared.sharing import FORMATS
from tests.pages.test_pages import visit

ADDRESS = "/vjp?f=x^2*y;4*y&at=x:3,y:2&v=5,7"


def opened(name: str, address: str = ADDRESS, **state: object):
    app = visit(address)
    for key, value in {name: True, **state}.items():
        app.session_state[key] = value
    return app.run()


def test_share_shows_the_link_of_exactly_this_state():
    app = opened("share")
    shown = [element.value for element in app.code]
    assert any(text.endswith("vjp?f=x^2*y;4*y&at=x:3,y:2&v=5,7&lang=en") for text in shown)
    assert any("export.png?page=vjp&f=x^2*y;4*y&at=x:3,y:2&v=5,7&lang=en" in text for text in shown)


@pytest.mark.parametrize("host", ["https://example.edu/lens", "https://example.edu/lens/"])
def test_a_host_that_is_configured_with_a_path_keeps_it(monkeypatch: pytest.MonkeyPatch, host: str):
    monkeypatch.setenv("JACOBIAN_LENS_URL", host)
    shown = [element.value for element in opened("share").code]
    assert any(text.startswith("https://example.edu/lens/vjp?f=x^2*y") for text in shown)
    assert any("https://example.edu/lens/export.png?page=vjp" in text for text in shown)


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
    app = opened("export", **{"export.format": "pptx", "export.steps": True})
    assert not app.exception


def test_steps_are_previewed_one_by_one_and_downloaded_together():
    app = opened("export", **{"export.format": "png", "export.steps": True})
    assert "vjp.zip" in app.get("download_button")[0].proto.label
    assert (app.slider(key="export.slide").min, app.slider(key="export.slide").max) == (1, 4)
    first = app.get("image")[-1].proto.imgs[0].url
    app.slider(key="export.slide").set_value(4).run()
    assert app.get("image")[-1].proto.imgs[0].url != first


@pytest.mark.parametrize(
    ("suffix", "text"), [("py", "import sympy"), ("ipynb", '"nbformat"'), ("tex", "documentclass")]
)
def test_a_source_is_previewed_as_text(suffix: str, text: str):
    app = opened("export", **{"export.format": suffix})
    assert any(text in element.value for element in app.code)


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_can_be_downloaded(suffix: str):
    app = opened("export", **{"export.format": suffix})
    assert not app.exception
    assert f"vjp.{suffix}" in app.get("download_button")[0].proto.label


def test_every_format_that_exists_is_offered():
    assert {f".{suffix}" for suffix in FORMATS} == set(export.EXPORTERS) == set(export.MIME)
