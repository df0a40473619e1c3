"""What a screen reader is given of an equation whose rows have colours."""

from collections.abc import Callable

from playwright.sync_api import Page, expect


def test_a_matrix_with_bands_is_words_and_no_tables_in_tables(open_page: Callable[..., Page]) -> None:
    page = open_page("/")
    words = page.locator(".lens-spoken")
    expect(words).to_have_count(1)
    element = page.locator('[data-testid="stElementContainer"]:has(.lens-spoken)')
    assert "row 1: 2, 4; row 2: 2, 24" in element.aria_snapshot()
    drawn = element.locator("xpath=following-sibling::*[1]")
    expect(drawn.locator(".katex-html")).to_be_visible()
    assert drawn.aria_snapshot() == ""
