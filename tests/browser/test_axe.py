"""axe-core, on every page and in every state that a reader can bring it to: nothing of ours is wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RUN = "async () => (await axe.run(document, { resultTypes: ['violations'] })).violations"
WIDE = "/vjp?f=x1*x2;x2*x3;x3*x4;x4*x5;x5*x6;x6*x7;x7*x8;x8*x1&v=1,-2,3,-4,5,-6,7,-8"
KNOWN: dict[str, str] = {}  # rule -> part of what it names: Streamlit's own that cannot be mended from outside

pytestmark = pytest.mark.skipif(not AXE.exists(), reason="`npm ci` brings axe-core")

Open = Callable[..., Page]


def violations(page: Page) -> list[str]:
    """What axe finds, a line for each element: the rule, the element, the reason."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = [(rule["id"], node) for rule in page.evaluate(RUN) for node in rule["nodes"]]
    lines = [f"{rule}: {node['html'][:200]} {node['failureSummary']}" for rule, node in found]
    return [line for (rule, _), line in zip(found, lines, strict=True) if KNOWN.get(rule, line + "!") not in line]


def assert_clean(page: Page, still: Callable[[Page], None]) -> None:
    """No violation once the page rests: what is mended from outside is so a moment after Streamlit has drawn it."""
    still(page)
    for _ in range(20):
        if not (found := violations(page)):
            return
        page.wait_for_timeout(500)
    pytest.fail("\n".join(found), pytrace=False)


SIGHTS = [  # the two that share nothing, and the others
    pytest.param(1440, False, id="laptop-light"),
    pytest.param(390, True, id="phone-dark"),
    pytest.param(1440, True, id="laptop-dark", marks=pytest.mark.slow),
    pytest.param(390, False, id="phone-light", marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("width", "dark"), SIGHTS)
@pytest.mark.parametrize("path", ["/", "/vjp", "/chain", "/matmul", "/tensor", WIDE])
def test_a_page_has_no_violation(open_page: Open, still: Callable[[Page], None], path: str, width: int, dark: bool):
    locale = "zh-CN" if dark else "en-US"  # each language once in every width
    assert_clean(open_page(path, width=width, locale=locale, dark=dark), still)


STATES: dict[str, Callable[[Page], None]] = {
    "share": lambda page: page.get_by_role("button", name="Share").click(),
    "export": lambda page: page.get_by_role("button", name="Export").click(),
    "paste": lambda page: page.get_by_role("button", name="Paste").first.click(),
    "refused": lambda page: _type(page, "Function y_1", "x1 +* 2"),
    **{
        f"tab {tab}": lambda page, tab=tab: page.get_by_role("tab", name=tab).click()
        for tab in ("Contours", "Forward and backward", "Recover J", "The .grad ledger")
    },
}


def _type(page: Page, label: str, text: str) -> None:
    field = page.get_by_role("textbox", name=label, exact=True)
    field.fill(text)
    field.press("Enter")
    expect(page.get_by_role("alert").first).to_be_visible()


@pytest.mark.parametrize("state", STATES)
def test_a_state_has_no_violation(open_page: Open, still: Callable[[Page], None], state: str):
    page = open_page("/vjp")
    STATES[state](page)
    assert_clean(page, still)


def test_the_focus_goes_into_what_a_button_opens_and_comes_back(open_page: Open):
    page = open_page("/vjp")
    share = page.get_by_role("button", name="Share")
    share.focus()
    share.press("Enter")
    page.wait_for_function("() => document.activeElement.closest('[data-testid=stPopoverBody]')")
    page.keyboard.press("Escape")
    page.wait_for_function("() => document.activeElement.textContent.includes('Share')")


def test_a_refused_field_says_so_and_where_the_reason_stands(open_page: Open):
    page = open_page("/vjp")
    _type(page, "Function y_1", "x1 +* 2")
    field = page.get_by_role("textbox", name="Function y_1", exact=True)
    expect(field).to_have_attribute("aria-invalid", "true")
    reason = page.locator(f"#{field.get_attribute('aria-describedby')}")
    expect(reason).to_contain_text("does not fit here")
    field.fill("x1")
    field.press("Enter")
    expect(field).not_to_have_attribute("aria-invalid", "true")


def test_the_gradient_is_told_once_it_holds(open_page: Open):
    page = open_page("/vjp")
    said = page.get_by_test_id("said")
    expect(said).to_have_text("x.grad = (6, 32). ✓ PyTorch agrees, exactly.")
    page.get_by_role("slider", name="v1").press("ArrowRight")
    expect(said).to_have_text("x.grad = (6.2, 32.4). ✓ PyTorch agrees, exactly.")


def test_every_page_has_a_title_of_its_own(open_page: Open):
    for path, title in (("/", "Home"), ("/vjp", "v\u1d40J"), ("/chain", "Chain rule"), ("/tensor", "Matrices")):
        expect(open_page(path)).to_have_title(f"{title} · Jacobian Lens")
