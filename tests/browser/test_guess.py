"""Guess first: the answer is there for nobody until it has been said, and nothing moves when it comes."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

Still = Callable[[Page], None]
Open = Callable[..., Page]

PAGES = {  # a link, its answer, and one row forgotten
    "vjp": ("/vjp?f=2*x1%2Bx2^2;x1^2%2B2*x2^3&at=x1:1,x2:2&v=2,1&guess=1", ["6", "32"], ["4", "8"]),
    "chain": ("/chain?f=x1^2%2Bx2;x1*x2^2&g=y1*y2;y1%2By2^2&at=x1:1,x2:2&v=1,2&guess=1", ["88", "82"], ["20", "16"]),
    "matmul": (
        "/matmul?a=1,2;3,4&b=1,2,3;4,5,6&v=2,1,1;1,1,3&guess=1",
        ["5", "4", "10", "8", "6", "14"],
        list("211422"),
    ),
    "tensor": (
        "/tensor?f=x@W&x=1,2;3,4&W=1,2;0,1&v=2,1;1,3&wrt=W&guess=1",
        ["5", "10", "8", "14"],
        ["2", "1", "4", "2"],
    ),
}
TOTAL = dict.fromkeys(PAGES, "total")
# Where everything on the page stands.
PARTS = ".stMain .stElementContainer, .lens-panel, .lens-guess > *"
BOXES = """parts => [...document.querySelectorAll(parts)].map(element => {
  const box = element.getBoundingClientRect()
  return [element.className.slice(0, 60), box.x, box.y, box.width, box.height].map(x => x.toFixed?.(1) ?? x).join()
})"""


def fill(page: Page, entries: list[str]) -> None:
    for k, text in enumerate(entries):
        page.get_by_test_id(f"guess-{k + 1}").fill(text)
    page.get_by_test_id("guess-1").press("Enter")


@pytest.fixture
def asked(open_page: Open, still: Still) -> Open:
    """``asked("vjp", …)``: a page that asks, at rest."""

    def asked(name: str, **options: object) -> Page:
        page = open_page(PAGES[name][0], **options)
        page.get_by_test_id("guess-1").wait_for()
        page.get_by_test_id(TOTAL[name]).first.wait_for(state="attached")
        still(page)
        return page

    return asked


@pytest.mark.parametrize("name", PAGES)
def test_the_answer_is_there_for_nobody_until_it_has_been_said(asked: Open, name: str) -> None:
    page, (_, right, forgotten) = asked(name), PAGES[name]
    total = page.get_by_test_id(TOTAL[name]).first
    expect(total).to_be_hidden()
    tree = page.locator(".stMain").aria_snapshot()
    assert "tensor(" not in tree
    assert not re.search(rf"\b{right[-2]}\W+{right[-1]}\b", tree)
    fill(page, forgotten)
    expect(page.get_by_test_id("guess-said")).to_contain_text("missing")
    expect(page.locator(".lens-slip").first).to_be_visible()
    expect(total).to_be_hidden()
    fill(page, right)
    expect(page.get_by_test_id("guess-said")).to_contain_text("Right")
    expect(total).to_be_visible()
    expect(page.locator(".lens-slip")).to_have_count(0)
    expect(page.get_by_test_id("guess-tally")).to_have_text("1 right of 2 guessed")


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_moves_when_the_answer_is_uncovered(asked: Open, name: str, width: int) -> None:
    page = asked(name, width=width)
    page.get_by_test_id("guess-give-up").scroll_into_view_if_needed()
    before = page.evaluate(BOXES, PARTS)
    page.get_by_test_id("guess-give-up").click()
    expect(page.get_by_test_id(TOTAL[name]).first).to_be_visible()
    assert page.evaluate(BOXES, PARTS) == before
    page.get_by_test_id("guess-give-up").click()
    expect(page.get_by_test_id(TOTAL[name]).first).to_be_hidden()
    assert page.evaluate(BOXES, PARTS) == before


def test_one_entry_is_enough_and_no_message_is_sent(asked: Open) -> None:
    page = asked("vjp")
    page.evaluate("""() => {
      window.messages = 0
      const send = WebSocket.prototype.send
      WebSocket.prototype.send = function (...message) { window.messages++; return send.apply(this, message) }
    }""")
    page.get_by_test_id("guess-2").fill("64/2")
    page.get_by_test_id("guess-check").click()
    expect(page.get_by_test_id("guess-said")).to_contain_text("x.grad = (6, 32)")
    assert page.evaluate("window.messages") == 0


def test_the_fields_are_one_stop_and_the_arrows_go_between_them(asked: Open) -> None:
    page = asked("matmul")
    page.get_by_test_id("guess-1").focus()
    for key, reached in (("ArrowRight", 2), ("ArrowDown", 5), ("ArrowLeft", 4), ("ArrowLeft", 4), ("ArrowUp", 1)):
        page.keyboard.press(key)
        expect(page.get_by_test_id(f"guess-{reached}")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_test_id("guess-check")).to_be_focused()


def test_what_is_no_number_is_told_with_its_field(asked: Open) -> None:
    page = asked("vjp")
    fill(page, ["6", "thirty"])
    expect(page.get_by_test_id("guess-said")).to_have_text("thirty is no number that can be read.")
    expect(page.get_by_test_id("guess-2")).to_have_attribute("aria-invalid", "true")
    page.get_by_test_id("guess-2").fill("32")
    expect(page.get_by_test_id("guess-2")).not_to_have_attribute("aria-invalid", "true")


@pytest.mark.parametrize("name", PAGES)
def test_another_one_is_another_problem_that_is_covered(asked: Open, name: str) -> None:
    page = asked(name)
    page.get_by_test_id("guess-give-up").click()
    before = page.url
    page.get_by_test_id("guess-another").click()
    page.wait_for_url(lambda url: url != before)
    assert "guess=1" in page.url
    expect(page.get_by_role("button", name="Show the answer")).to_be_visible()
    expect(page.get_by_test_id("guess-said")).to_be_empty()
    expect(page.get_by_test_id(TOTAL[name]).first).to_be_hidden()


def test_the_switch_covers_and_the_address_says_so(open_page: Open) -> None:
    page = open_page("/vjp")
    page.get_by_test_id("total").wait_for()
    page.get_by_test_id("guess").click()
    page.wait_for_url(re.compile("guess=1"))
    expect(page.get_by_test_id("total")).to_be_hidden()
    page.get_by_role("link", name="Chain rule").click()
    page.wait_for_url(re.compile(r"/chain\?.*guess=1"))
    expect(page.get_by_test_id("total")).to_be_hidden()
    page.get_by_test_id("guess").click()
    page.wait_for_url(lambda url: "guess" not in url)
    expect(page.get_by_test_id("total")).to_be_visible()


def test_nothing_of_the_answer_is_seen_while_the_page_is_drawn(page: Page, server: str) -> None:
    page.add_init_script("""
      window.seen = []
      const look = () => {
        for (const element of document.querySelectorAll('[data-testid=total], .st-key-card-torch code'))
          if (element.checkVisibility({ visibilityProperty: true })) seen.push(element.outerHTML.slice(0, 80))
        requestAnimationFrame(look)
      }
      requestAnimationFrame(look)
    """)
    page.goto(server + PAGES["vjp"][0])
    page.get_by_test_id("guess-1").wait_for()
    page.get_by_test_id("total").wait_for(state="attached")
    assert page.evaluate("window.seen") == []
