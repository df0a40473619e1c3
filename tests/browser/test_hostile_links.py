"""A link of somebody else puts nothing of its own on the page: no link, no picture, no icon, no box."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

NAMES = (
    "[a](//x.example)",
    "![](//x.example/a.png)",
    r"\rule{15000px}{1px}",
    "x}$ [a](//x.example) ${",
    "www.x.example",
    "a@x.example",
    "` [a](//x.example) `",
    "<img src=//x.example>",
    "red[x]",
    "material/home",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_a_link_is_only_text(open_page: Callable[..., Page], name: str):
    page = open_page(f"/vjp?f=x&at={quote(name)}:1")
    expect(page.locator("label code").first).to_be_visible()
    assert page.evaluate("[...document.links].filter(a => a.host !== location.host).length") == 0
    assert page.evaluate("[...document.images].filter(image => !image.src.startsWith('data:')).length") == 0
    assert page.evaluate("Math.max(...[...document.querySelectorAll('label, label *')].map(e => e.scrollWidth))") < 1000


def test_of_a_thousand_functions_a_page_draws_eight(open_page: Callable[..., Page]):
    page = open_page("/vjp?f=" + ";".join(["x"] * 990))
    expect(page.get_by_role("textbox", name="Function y_8", exact=True)).to_be_visible()
    assert page.get_by_role("textbox").count() < 30
    expect(page.get_by_role("alert").first).to_contain_text("990")
    assert page.evaluate("location.search.length") > 1900, "the address stays as it came"
