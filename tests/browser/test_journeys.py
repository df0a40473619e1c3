"""What a visitor does from the first request on: deep link, edit, navigate, back, reload."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote, urljoin, urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, expect

Open = Callable[..., Page]
LINK = "/vjp?f=2*x1%2Bx2^2;x1^2%2B2*x2^3&at=x1:1,x2:2&v=2,1"
XGRAD = "print(x.grad)"


def listing(page: Page, text: str):
    """The PyTorch listing, once it says what a test waits for."""
    return page.locator("[data-testid=stCode]", has_text=text).first


def address(page: Page) -> str:
    parts = urlsplit(page.url)
    return unquote(f"{parts.path}?{parts.query}")


def settled(page: Page, part: str) -> None:
    """Waits until the address holds a part, spelt as a person reads it."""
    page.wait_for_function(
        "part => decodeURIComponent(location.pathname + location.search).includes(part)", arg=part, timeout=15_000
    )


def type_into(page: Page, label: str, text: str) -> None:
    field = page.get_by_role("textbox", name=label, exact=True)
    field.fill(text)
    field.press("Enter")


def test_the_first_request_of_a_fresh_server_may_be_a_deep_link(open_page: Open, fresh_server: str):
    page = open_page(LINK, at=fresh_server)
    expect(page.locator("h1")).to_contain_text("backward(v) weights the rows")
    expect(page.locator(".katex").first).to_be_visible()
    expect(listing(page, "6., 32.")).to_be_visible()

    page.get_by_role("button", name="(0,1)", exact=True).click()
    expect(listing(page, "2., 24.")).to_be_visible()
    settled(page, "v=0,1")

    type_into(page, "Function y_1", "x1*x2")
    settled(page, "f=x1*x2;x1^2+2*x2^3")
    type_into(page, "Function y_2", "5x1 x2²")
    settled(page, "f=x1*x2;5*x1*x2^2")
    expect(listing(page, "20., 20.")).to_be_visible()


@pytest.mark.parametrize("path", ["/", "/vjp", "/chain", "/matmul", "/tensor"])
def test_the_html_of_a_page_tells_of_the_styles_and_scripts_before_the_first_run(server: str, path: str):
    html = urlopen(server + path).read().decode()
    assert "<title>Jacobian Lens</title>" in html
    early = re.findall(r'href="(\./(?:lens|static|favicon)[^"]+)"', html)
    assert {link.rpartition(".")[2] for link in early} == {"css", "js", "png", "woff2"}
    for link in early:
        assert urlopen(urljoin(server + path, link)).status == 200


def test_page_changes_back_forward_and_reload_keep_the_whole_state(open_page: Open):
    page = open_page("/vjp?f=x^2*y;3*y&at=x:3,y:2&v=5,7&lang=en")
    expect(listing(page, "60., 66.")).to_be_visible()
    type_into(page, "Function y_2", "4*y")
    settled(page, "f=x^2*y;4*y")

    second = page.get_by_role("textbox", name="Function y_2", exact=True)
    matrices = page.get_by_test_id("running-sum")
    page.get_by_role("link", name="Matrix product").click()
    settled(page, "/matmul?a=1,2;3,4")
    page.get_by_role("link", name="vᵀJ").click()
    settled(page, "/vjp?f=x^2*y;4*y&at=x:3,y:2&v=5,7")
    expect(second).to_have_value("4*y")

    # Each page is awaited: Streamlit's own answer to a page that was left meanwhile would change the address again.
    page.go_back()
    settled(page, "/matmul?a=1,2;3,4")
    expect(matrices).to_be_visible()
    page.go_back()
    settled(page, "/vjp?f=x^2*y;4*y")
    expect(second).to_have_value("4*y")
    page.go_back()
    settled(page, "/vjp?f=x^2*y;3*y")
    expect(second).to_have_value("3*y")
    expect(listing(page, "60., 66.")).to_be_visible()
    page.go_forward()
    settled(page, "/vjp?f=x^2*y;4*y")
    expect(listing(page, "60., 73.")).to_be_visible()

    page.reload()
    expect(page.get_by_role("textbox", name="Function y_2", exact=True)).to_have_value("4*y")
    expect(listing(page, "60., 73.")).to_be_visible()
    assert "v=5,7" in address(page)


def test_the_language_comes_from_the_browser_and_is_kept_in_the_address(open_page: Open):
    page = open_page("/vjp", locale="zh-CN")
    expect(page.locator("h1")).to_contain_text("雅可比矩阵")
    settled(page, "lang=zh")
    page.get_by_role("link", name="EN", exact=True).click()
    expect(page.locator("h1")).to_contain_text("backward(v) weights the rows")
    settled(page, "lang=en")
    page.get_by_role("link", name="Home").click()
    expect(page.locator("h1")).to_contain_text("What backward(v) computes")


def test_edits_that_come_faster_than_the_server_answers_all_count(open_page: Open):
    """The first one meets the run in which the server hears that components start; the second one that of the first."""
    page = open_page(LINK)
    expect(listing(page, "6., 32.")).to_be_visible()
    coordinate = page.locator(".st-key-vjp-at-0 input")
    for x1, x2 in (("3", "4"), ("5", "6")):
        coordinate.click()
        for text in (x1, x2):
            page.keyboard.press("ControlOrMeta+A")
            page.keyboard.insert_text(text)
            page.keyboard.press("Tab")
        settled(page, f"at=x1:{x1},x2:{x2}")
        expect(coordinate).to_have_value(x1)


def test_an_input_that_cannot_be_read_is_explained_and_the_last_picture_stays(open_page: Open):
    page = open_page(LINK)
    expect(listing(page, "6., 32.")).to_be_visible()
    type_into(page, "Function y_1", "2*x1 + sinn(x2)")
    alert = page.locator(".lens-error mark").first
    expect(alert).to_have_text("sinn")
    expect(page.get_by_role("textbox", name="Function y_1", exact=True)).to_have_value("2*x1 + sinn(x2)")
    expect(listing(page, "6., 32.")).to_be_visible()
    assert "f=2*x1+x2^2;" in address(page)


def test_an_example_of_the_gallery_opens_in_its_state(open_page: Open):
    page = open_page("/")
    page.locator(".lens-gallery a", has_text="Polar coordinates").click()
    settled(page, "/vjp?f=r*cos(phi);r*sin(phi)&at=r:2,phi:pi/6&v=1,2")
    expect(page.get_by_role("textbox", name="Function y_1", exact=True)).to_have_value("r*cos(phi)")


@pytest.mark.parametrize("path", ["/", "/vjp", "/chain", "/matmul", "/tensor"])
@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_a_phone_never_scrolls_a_page_sideways(open_page: Open, path: str, locale: str):
    page = open_page(path, width=390, locale=locale)
    expect(page.locator("h1")).to_be_visible()
    main = page.locator("[data-testid=stMain]")
    assert main.evaluate("element => element.scrollWidth") <= 390


@pytest.mark.parametrize(
    "text", ["<img src=x onerror=alert(1)>", "![x](https://evil.example/a.png)", r"\href{https://evil.example}{x}"]
)
def test_what_a_visitor_types_never_becomes_markup(open_page: Open, text: str):
    page = open_page("/vjp?f=x1&at=x1:1")
    type_into(page, "Function y_1", text)
    expect(page.locator(".lens-error").first).to_be_visible()
    assert page.locator("[data-testid=stMain] img, [data-testid=stMain] a[href*=evil]").count() == 0


def test_a_link_that_cannot_be_read_stays_as_it_came_until_it_is_mended(open_page: Open):
    page = open_page("/vjp?f=x1^2;x1*x2&at=x1:3,x2:2&v=1,2,3&lang=en")
    expect(page.locator(".lens-error").first).to_be_visible()
    assert "f=x1^2;x1*x2&at=x1:3,x2:2&v=1,2,3" in address(page)
    expect(page.get_by_role("textbox", name="Function y_2", exact=True)).to_have_value("x1*x2")
    page.get_by_role("link", name="中文").click()
    settled(page, "v=1,2,3&lang=zh")


def test_another_language_leaves_nothing_of_the_first_on_the_matrix_page(open_page: Open):
    page = open_page("/matmul?lang=en")
    expect(page.get_by_role("button", name="ones", exact=True)).to_be_visible()
    page.get_by_role("link", name="中文").click()
    expect(page.get_by_role("button", name="全 1", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="ones", exact=True)).to_have_count(0)


WITHOUT_STYLES = """const watch = new MutationObserver(() => {
  const link = document.querySelector('link[data-lens]')
  if (!link) return
  link.remove()
  watch.disconnect()
})
watch.observe(document, { childList: true, subtree: true })"""


def test_a_host_that_serves_a_page_of_its_own_gets_our_styles_with_the_bar(page: Page, server: str):
    page.add_init_script(WITHOUT_STYLES)
    page.goto(f"{server}/vjp")
    expect(page.locator(".st-key-topbar")).to_have_css("position", "fixed")
    expect(page.locator("link[data-lens]")).to_have_count(1)
