"""The paste box: what somebody has in hand is read line by line, and its page opens."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_journeys import Open, settled

HOSTILE = """\
import os
x = torch.tensor([3., 1.], requires_grad=True)  # <img src=x onerror="document.title='PWNED'"> **x** $x$
os.system('touch PWNED')
y = torch.stack([x[0]*x[1], x[0]**2 - x[1]])
y.backward(torch.tensor([1., 2.]))"""


def box(page: Page, text: str, button: str = "Paste", read: str = "Read it"):
    """The dialog after a text was pasted into it."""
    page.get_by_role("button", name=button).first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill(text)
    dialog.get_by_role("button", name=read).click()
    return dialog


def test_a_cell_is_read_line_by_line_and_opens_its_page(open_page: Open):
    page = open_page("/matmul?lang=en")
    dialog = box(page, HOSTILE)
    expect(dialog.locator(".lens-lines li")).to_have_count(5)
    expect(dialog.locator(".lens-unread")).to_have_count(2)
    expect(dialog.locator(".lens-lines li").nth(3)).to_contain_text("y1 = x1*x2, y2 = x1^2 - x2")
    expect(dialog.locator(".lens-lines code").nth(1)).to_contain_text("<img src=x onerror")
    assert page.title() != "PWNED"
    dialog.get_by_role("button", name="Open").click()
    settled(page, "/vjp?f=x1*x2;x1^2-x2&at=x1:3,x2:1&v=1,2&lang=en")
    expect(page.get_by_test_id("total")).to_have_attribute("data-value", "13,1")


def test_the_same_page_is_opened_with_what_was_pasted_and_its_fields_follow(open_page: Open):
    page = open_page("/vjp?f=x^2&at=x:3&lang=en")
    box(page, "u = a*b\nw = a - b").get_by_role("button", name="Open").click()
    settled(page, "/vjp?f=a*b;a-b&at=a:1,b:1&lang=en")
    expect(page.get_by_role("textbox", name="Function y_2", exact=True)).to_have_value("a-b")


@pytest.mark.parametrize("dark", [False, True])
def test_on_a_phone_the_box_has_room_and_speaks_chinese(new_page: Callable[..., Page], server: str, dark: bool):
    page = new_page(width=390, locale="zh-CN", dark=dark)
    page.goto(f"{server}/")
    dialog = box(page, "for i in range(3):\n    y = x*i\n", "粘贴", "读取")
    expect(dialog.locator(".lens-unread")).to_contain_text("循环不运行")
    expect(dialog.get_by_role("alert")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
