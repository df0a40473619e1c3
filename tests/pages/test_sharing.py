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


def test_share_offers_the_equations_as_latex_without_our_colours():
    app = opened("share")
    (copied,) = [element.value for element in app.code if "v^{\\top} J =" in element.value]
    assert "color" not in copied


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_can_be_downloaded(suffix: str):
    app = opened("export", **{"export.format": suffix})
    assert not app.exception
    assert f"vjp.{suffix}" in app.get("download_button")[0].proto.label


def test_every_format_that_exists_is_offered():
    assert {f".{suffix}" for suffix in FORMATS} == set(export.EXPORTERS) == set(export.MIME)
