"""A page as large as the screen, gone through with the one key that a clicker has."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

Open = Callable[..., Page]

VJP = "/vjp?f=2*x1%2Bx2^2;x1^2%2B2*x2^3&at=x1:1,x2:2&v=2,1"
CHAIN = "/chain?f=x1^2%2Bx2;x1*x2^2&g=y1*y2;y1%2By2^2&at=x1:1,x2:2&v=1,2"
MATMUL = "/matmul?a=1,2;3,4&b=1,2,3;4,5,6&v=2,1,1;1,1,3"
TENSOR = "/tensor?f=x@W&x=1,2;3,4&W=1,2;0,1&v=2,1;1,3&wrt=W"
STEPS = {  # what the picture's sum says after each press
    "vjp": (VJP, "total", ["0,0", "4,8", "6,32", "6,32"]),
    "matmul": (MATMUL, "running-sum", ["0,0,0;0,0,0", "2,0,0;4,0,0", "2,1,0;4,2,0", "2,1,1;4,2,2"]),
    "tensor": (TENSOR, "running-sum", ["0,0;0,0", "2,0;4,0", "2,1;4,2", "5,1;8,2", "5,10;8,14"]),
}
HERO = {
    "vjp": ".st-key-card-stage",
    "chain": ".st-key-card-sweep",
    "matmul": ".lens-of-product > *",
    "tensor": ".lens-tensor",
}
COUNT = ".lens-present-count"


@pytest.fixture
def presented(open_page: Open) -> Open:
    """``presented(VJP, "&step=0")``: a page that fills the window."""

    def presented(path: str, more: str = "") -> Page:
        page = open_page(f"{path}&present=1{more}")
        expect(page.locator(COUNT)).to_have_text(re.compile(r"\d / \d"))
        return page

    return presented


@pytest.mark.parametrize("name", STEPS)
def test_page_down_alone_goes_through_a_page(presented: Open, name: str) -> None:
    path, sum_, values = STEPS[name]
    page = presented(path, "&step=0")
    for k, value in enumerate(values):
        expect(page.locator(COUNT)).to_have_text(re.compile(rf"^{k} / "))
        expect(page.get_by_test_id(sum_).first).to_have_attribute("data-value", value)
        page.keyboard.press("PageDown")
    page.keyboard.press("PageUp")
    page.wait_for_url(re.compile(rf"step={len(values) - (1 if name == 'matmul' else 2)}\b"))


def test_page_down_alone_goes_through_a_chain(presented: Open) -> None:
    page = presented(CHAIN, "&step=0")
    expect(page.get_by_test_id("cotangent-v")).to_be_hidden()
    shown = page.locator(".lens-sweep-answer .lens-result")
    for k, told in enumerate(("", "v", "6, 19", "88, 82", "", "88, 82")):
        expect(page.locator(COUNT)).to_have_text(f"{k} / 5")
        expect(page.locator(".lens-present-said")).to_contain_text(told)
        page.keyboard.press("PageDown")
    expect(page.locator(COUNT)).to_have_text("5 / 5")
    expect(shown).to_be_visible()


def test_a_row_that_has_not_come_yet_is_not_there(presented: Open) -> None:
    page = presented(VJP, "&step=1")
    terms = page.locator(".lens-sum > .lens-term:not(.lens-total)")
    expect(terms.nth(0)).to_be_visible()
    expect(terms.nth(1)).to_be_hidden()
    page.keyboard.press("End")
    expect(terms.nth(1)).to_be_visible()


@pytest.mark.parametrize("name", HERO)
def test_only_the_picture_is_there_and_its_type_is_read_from_the_back_row(presented: Open, name: str) -> None:
    page = presented({"vjp": VJP, "chain": CHAIN, "matmul": MATMUL, "tensor": TENSOR}[name])
    hero = page.locator(HERO[name]).bounding_box()
    assert hero
    assert (hero["x"], hero["y"], hero["width"]) == (0, 0, 1440)
    size = page.locator(".lens-present-said").evaluate("element => parseFloat(getComputedStyle(element).fontSize)")
    assert size >= 900 / 30
    for text in ("Home", "Share", "Checked with PyTorch"):
        expect(page.get_by_text(text, exact=True).first).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 1440


def test_the_keys_work_wherever_the_focus_is_but_in_fields(presented: Open) -> None:
    page = presented(VJP, "&step=0")
    slider = page.get_by_role("slider", name="v1", exact=True)
    slider.focus()
    page.keyboard.press("PageDown")
    expect(page.locator(COUNT)).to_have_text("1 / 3")
    page.keyboard.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuenow", "2.1")
    field = page.locator(".lens-number").first
    field.focus()
    page.keyboard.press("h")
    page.keyboard.press("Escape")
    expect(page.locator(COUNT)).to_have_text("1 / 3")
    expect(page.get_by_test_id("total")).to_be_visible()


def test_the_answer_is_hidden_and_shown_by_a_key_and_all_starts_over_by_another(presented: Open) -> None:
    page = presented(VJP)
    total = page.get_by_test_id("total")
    page.keyboard.press("h")
    expect(total).to_be_hidden()
    expect(page.locator(".lens-present-said")).to_be_hidden()
    page.keyboard.press("h")
    expect(total).to_be_visible()
    page.keyboard.press("2")
    expect(page.get_by_test_id("row-2")).to_have_class(re.compile("lens-lit"))
    page.keyboard.press("r")
    expect(page.locator(COUNT)).to_have_text("0 / 3")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("PageDown")
    page.keyboard.press("x")
    expect(page.get_by_role("dialog", name="Keys")).to_have_count(0)


def test_p_begins_and_ends_it_and_the_page_is_as_it_was(open_page: Open, still: Callable[[Page], None]) -> None:
    page = open_page(VJP)
    page.get_by_test_id("total").wait_for()
    still(page)
    before = page.get_by_test_id("total").bounding_box()
    page.locator("h1").click()
    page.keyboard.press("p")
    page.wait_for_url(re.compile("present=1"))
    expect(page.locator(".lens-present")).to_be_visible()
    page.keyboard.press("p")
    page.wait_for_url(lambda url: "present" not in url)
    expect(page.locator(".lens-present")).to_be_hidden()
    expect(page.get_by_role("link", name="Chain rule")).to_be_visible()
    still(page)
    assert page.get_by_test_id("total").bounding_box() == before


def test_the_step_is_in_the_link_that_is_shared(open_page: Open) -> None:
    page = open_page(f"{VJP}&step=1")
    expect(page.get_by_test_id("total")).to_have_attribute("data-value", "4,8")
    page.get_by_role("button", name="Share").click()
    expect(page.locator("code").filter(has_text=re.compile(r"lang=en&step=1$")).first).to_be_visible()


def test_an_edit_leaves_the_step_in_the_address(open_page: Open) -> None:
    page = open_page(f"{VJP}&step=1")
    page.get_by_test_id("total").wait_for()
    page.get_by_role("button", name="(1,2)").click()
    page.wait_for_url(re.compile(r"v=1,2&lang=en&step=1$"))
    expect(page.get_by_test_id("total")).to_have_attribute("data-value", "2,4")


@pytest.mark.parametrize("height", [720, 1080])
def test_the_large_code_is_on_the_screen_with_its_link(open_page: Open, height: int) -> None:
    page = open_page(VJP)
    page.set_viewport_size({"width": 1280, "height": height})
    page.get_by_role("button", name="Share").click()
    page.get_by_role("button", name="Show the code large").click()
    code, link = page.locator(".st-key-projected img"), page.locator(".st-key-projected code")
    expect(code).to_be_visible()
    expect(link).to_be_in_viewport(ratio=1)
    box = code.bounding_box()
    assert box
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= height
    assert abs(box["width"] - box["height"]) < 2
