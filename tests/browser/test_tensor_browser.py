"""Expressions in matrices in a real browser: type, drag, step, pick; each test looks at what is then visible."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from core.wording import examples
from tests.browser.test_matmul_browser import boxes, messages, settled

Open = Callable[..., Page]
LAYER = "/tensor?f=x@W%2Bb&x=1,2;3,-1&W=1,0,-1;2,1,1&b=1,-1,2&v=1,2,-1;3,1,2&wrt=b&lang=en"
EIGHT = ";".join(",".join(str((3 * i + 5 * j) % 11 - 5) for j in range(8)) for i in range(8))
LARGEST = f"/tensor?f=x@W&x={EIGHT}&W={EIGHT}&v={EIGHT}&wrt=W&lang=en"
SLIDERS = "[role=slider]:not(.lens-scrubber)"


def opened(open_page: Open, path: str, **options: object) -> Page:
    """A page whose component has started."""
    page = open_page(path, **options)
    expect(page.get_by_test_id("running-sum")).to_be_visible()
    return page


def handle(page: Page, name: str) -> Locator:
    return page.get_by_role("slider", name=name, exact=True)


def drag(page: Page, name: str, up: int) -> None:
    """Moves a weight with the mouse and holds it."""
    (box,) = boxes(handle(page, name))
    x, y = (box["left"] + box["right"]) / 2, (box["top"] + box["bottom"]) / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for k in range(1, 5):
        page.mouse.move(x, y - up * k / 4)


def total(page: Page) -> Locator:
    return page.get_by_test_id("total")


@pytest.mark.parametrize("address", [e.address for e in examples() if e.address.startswith("/tensor")])
def test_every_example_opens_with_its_cards_and_its_sum(open_page: Open, address: str):
    page = opened(open_page, address)
    expect(page.locator(".lens-card").first).to_be_visible()
    expect(page.get_by_test_id("agreement")).not_to_be_empty()
    assert page.locator(".lens-tensor .lens-error").count() == 0


def test_a_bias_gets_the_column_sums_on_the_first_screen(open_page: Open):
    page = opened(open_page, LAYER)
    expect(total(page)).to_have_attribute("data-value", "4,3,1")
    expect(page.get_by_test_id("card-2-3")).to_have_attribute("data-value", "0,0,2")
    expect(page.get_by_test_id("closed")).to_contain_text("sum over the samples")
    expect(page.get_by_test_id("shapes")).to_have_text("2×3")
    expect(page.get_by_test_id("agreement")).to_contain_text("PyTorch agrees, exactly")


def test_dragging_a_weight_moves_card_and_sum_and_the_server_hears_of_it_on_release(new_page, server: str):
    page = new_page()
    sent = messages(page)
    page.goto(server + LAYER)
    expect(page.get_by_test_id("running-sum")).to_be_visible()
    settled(page, "v=1,2,-1;3,1,2")
    before = len(sent)
    drag(page, "v11", 120)
    expect(handle(page, "v11")).to_have_attribute("aria-valuenow", "3")
    expect(page.get_by_test_id("card-1-1")).to_have_attribute("data-value", "3,0,0")
    expect(total(page)).to_have_attribute("data-value", "6,3,1")
    assert len(sent) == before
    page.mouse.up()
    settled(page, "v=3,2,-1;3,1,2")
    expect(page.get_by_test_id("torch")).to_contain_text("[6., 3., 1.]")


def test_a_weight_is_moved_by_keys_and_typed(open_page: Open):
    page = opened(open_page, LAYER)
    handle(page, "v11").focus()
    page.keyboard.press("ArrowRight")
    expect(handle(page, "v12")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(handle(page, "v12")).to_have_attribute("aria-valuenow", "2.1")
    settled(page, "v=1,2.1,-1")
    page.keyboard.press("Enter")
    page.keyboard.type("1/3")
    page.keyboard.press("Enter")
    settled(page, "v=1,1/3,-1")
    expect(total(page)).to_have_attribute("data-value", "4,1.33333333333,1")


def test_the_program_is_typed_and_its_shapes_stand_beside_its_lines(open_page: Open):
    page = opened(open_page, LAYER)
    program = page.get_by_test_id("program")
    program.fill("z = x@W + b\nmean(z^2)")
    settled(page, "f=z=x@W+b;mean(z^2)")
    expect(page.get_by_test_id("shapes").locator("span").nth(0)).to_have_text("z: 2×3")
    expect(page.get_by_test_id("card")).to_be_visible()
    expect(program).to_have_value("z = x@W + b\nmean(z^2)")


def test_what_cannot_be_read_is_marked_and_everything_stays(open_page: Open):
    page = opened(open_page, LAYER)
    program = page.get_by_test_id("program")
    program.fill("x@W + sinn(b)")
    expect(page.locator(".lens-said .lens-error mark")).to_be_visible()
    expect(program).to_have_value("x@W + sinn(b)")
    expect(total(page)).to_have_attribute("data-value", "4,3,1")
    program.fill("x@W + b")
    expect(page.locator(".lens-said .lens-error")).to_have_count(0)


def test_shapes_that_do_not_fit_are_told(open_page: Open):
    page = opened(open_page, LAYER)
    page.get_by_text("Sizes, random numbers, paste").click()
    page.get_by_test_id("W-rows-more").click()
    expect(page.locator(".lens-said .lens-error")).to_contain_text("2")
    expect(page.get_by_test_id("size-W-rows")).to_have_text("3")
    page.get_by_test_id("x-columns-more").click()
    settled(page, "x=1,2,1;3,-1,1")
    expect(page.locator(".lens-tensor .lens-error")).to_have_count(0)


def test_another_input_is_asked_for(open_page: Open):
    page = opened(open_page, LAYER)
    page.get_by_test_id("wrt-W").click()
    settled(page, "wrt=W")
    expect(page.locator("h1")).to_contain_text("W.grad")
    expect(total(page)).to_have_attribute("data-value", "10,5,5;-1,3,-4")


def test_the_sum_is_taken_apart_term_by_term(open_page: Open):
    page = opened(open_page, LAYER)
    page.get_by_test_id("scrubber").press("Home")
    for value in ("1,0,0", "1,2,0", "1,2,-1", "4,2,-1", "4,3,-1", "4,3,1"):
        page.get_by_test_id("step").click()
        expect(page.get_by_test_id("running-sum")).to_have_attribute("data-value", value)


def test_an_entry_is_edited_in_place(open_page: Open):
    page = opened(open_page, LAYER)
    page.get_by_test_id("W-2-1").fill("1/2")
    page.get_by_test_id("W-2-1").press("Enter")
    settled(page, "W=1,0,-1;1/2,1,1")
    page.get_by_test_id("b-2").fill("y")
    page.get_by_test_id("b-2").press("Enter")
    expect(page.locator(".lens-operands .lens-error")).to_contain_text("b₂")
    expect(page.get_by_test_id("b-2")).to_have_value("y")


def test_backward_is_stepped_and_an_entry_shows_where_it_comes_from(open_page: Open):
    page = opened(open_page, LAYER)
    page.get_by_test_id("adjoint-2").locator(".lens-cell").nth(1).click()
    output = page.get_by_test_id("adjoint-4")
    expect(output.locator(".lens-lit")).to_have_text(["2", "1"])
    page.get_by_test_id("backward-back").click()
    expect(page.get_by_test_id("adjoint-0")).to_be_hidden()
    page.get_by_test_id("backward-step").click()
    expect(page.get_by_test_id("adjoint-0")).to_be_visible()


@pytest.mark.parametrize("width", [1440, 390])
def test_at_the_largest_size_every_card_and_weight_can_be_reached(open_page: Open, width: int):
    page = opened(open_page, LARGEST, width=width)
    expect(page.locator("[data-testid^=card-]")).to_have_count(64)
    expect(page.locator(SLIDERS)).to_have_count(64)
    page.get_by_test_id("card-8-8").click()
    expect(page.get_by_test_id("enlarged").locator(".lens-cell")).to_have_count(64)
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize(("path", "least"), [(LAYER, 44), (LARGEST, 24)])
def test_on_a_phone_everything_is_large_enough_for_a_finger(open_page: Open, still, path: str, least: int):
    page = opened(open_page, path, width=390)
    still(page)
    targets = page.locator(f".lens-product :is(button, select, input:not(.lens-scrubber), {SLIDERS})")
    small = [box for box in boxes(targets) if box["width"] and min(box["width"], box["height"]) < least - 0.5]
    assert small == []


def test_chinese_on_a_phone_in_the_dark(open_page: Open):
    page = opened(open_page, LAYER.removesuffix("&lang=en"), width=390, locale="zh-CN", dark=True)
    expect(page.get_by_test_id("sum-card")).to_contain_text("累加和")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
