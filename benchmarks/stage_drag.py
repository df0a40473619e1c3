"""Drags v1 (of a matrix v11) for three seconds and looks at every frame. ``python -m benchmarks.stage_drag``

Prints the time between frames while the pointer moves, and what went over the websocket during the drag and after it.
Wanted: median at most 17 ms, 95th percentile at most 34 ms, no message during the drag and one after it.
"""

from __future__ import annotations

import math
import time

from playwright.sync_api import Browser

from benchmarks.browser import chromium, median, p95, serve, table, visit
from benchmarks.examples import LARGE, SMALL

SECONDS = 3.0
EIGHT = ";".join(",".join(str((3 * i + 5 * j) % 11 - 5) for j in range(8)) for i in range(8))
PAGES = (
    ("2×2", SMALL, "v1"),
    ("8×8", LARGE, "v1"),
    ("matrices, 2×3", "/tensor?lang=en", "v11"),
    ("matrices, 8×8 @ 8×8", f"/tensor?f=x@W&x={EIGHT}&W={EIGHT}&v={EIGHT}&wrt=W&lang=en", "v11"),
)
COUNT_FRAMES = """() => {
  window.frames_ = []; let last = performance.now()
  const tick = now => { frames_.push(now - last); last = now; window.next_ = requestAnimationFrame(tick) }
  window.next_ = requestAnimationFrame(tick)
}"""
STOP = "() => { cancelAnimationFrame(next_); return frames_.slice(1) }"
COUNT_MESSAGES = """() => {
  window.sent_ = 0
  const send = WebSocket.prototype.send
  WebSocket.prototype.send = function (...message) { window.sent_++; return send.apply(this, message) }
}"""
WATCH_TOTAL = """() => {
  window.shown_ = new Set()
  const total = document.querySelector('[data-testid="total"]')
  new MutationObserver(() => shown_.add(total.dataset.value)).observe(total, { attributes: true })
}"""


def drag(browser: Browser, url: str, name: str) -> list[object]:
    """One row of the table."""
    page = visit(browser, url)
    handle = page.get_by_role("slider", name=name, exact=True)
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    for script in (COUNT_MESSAGES, WATCH_TOTAL, COUNT_FRAMES):
        page.evaluate(script)
    page.mouse.down()
    start = time.monotonic()
    moves = 0
    while time.monotonic() - start < SECONDS:
        moves += 1
        page.mouse.move(x + 60 * math.sin(moves / 12), y + 1)
    frames = page.evaluate(STOP)
    during, shown = page.evaluate("() => [sent_, shown_.size]")
    page.mouse.up()
    page.wait_for_timeout(2000)
    after = page.evaluate("() => sent_") - during
    page.context.close()
    return [moves, shown, len(frames), median(frames), p95(frames), max(frames), during, after]


def main() -> None:
    heads = ("", "moves", "sums shown", "frames", "median ms", "p95 ms", "longest ms", "sent during", "sent on release")
    with serve("app.py") as url, chromium() as browser:
        rows = [[shown, *drag(browser, url + path, name)] for shown, path, name in PAGES]
    table(heads, rows)


if __name__ == "__main__":
    main()
