"""Drags v1, and x itself, under every picture of /vjp and looks at the frames. ``python -m benchmarks.pictures``

Each drag lasts two seconds; printed are the times between frames while the pointer moves.
"""

from __future__ import annotations

import math
import time

from playwright.sync_api import Locator, Page

from benchmarks.browser import chromium, median, p95, serve, table, visit
from benchmarks.examples import LARGE, SMALL
from benchmarks.stage_drag import COUNT_FRAMES, STOP

SECONDS = 2.0
TABS = ("map", "contours", "duality", "recover", "ledger")
DRAGS_X = ("map", "contours")


def drag(page: Page, handle: Locator) -> list[object]:
    """Moves, frames, and how long the frames were."""
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.evaluate(COUNT_FRAMES)
    page.mouse.down()
    start = time.monotonic()
    moves = 0
    while time.monotonic() - start < SECONDS:
        moves += 1
        page.mouse.move(x + 50 * math.sin(moves / 12), y)
    frames = page.evaluate(STOP)
    page.mouse.up()
    page.wait_for_timeout(1200)
    return [moves, len(frames), median(frames), p95(frames), max(frames)]


def under(page: Page, tab: str) -> list[tuple[str, list[object]]]:
    """The drags while one picture is open."""
    page.get_by_test_id(f"tab-{tab}").click()
    view = page.locator(f".lens-view-{tab}")
    view.locator("> *").first.wait_for()
    page.wait_for_timeout(800)
    rows = [("v", drag(page, page.get_by_role("slider", name="v1", exact=True)))]
    if tab in DRAGS_X:
        rows.append(("x", drag(page, view.get_by_test_id("point").first)))
    return rows


def main() -> None:
    rows = []
    with serve("app.py") as url, chromium() as browser:
        for name, path in (("2×2", SMALL), ("8×8", LARGE)):
            page = visit(browser, url + path)
            rows += [[name, tab, what, *row] for tab in TABS for what, row in under(page, tab)]
            page.context.close()
    table(("", "picture", "dragged", "moves", "frames", "median ms", "p95 ms", "longest ms"), rows)


if __name__ == "__main__":
    main()
