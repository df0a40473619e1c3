"""Steps through the chain and its tape, lights paths, once a frame. ``python -m benchmarks.chain_steps``

Each runs for three seconds. Prints the time between frames, the time that our own code takes for one step, and the
messages sent meanwhile. Wanted: median at most 17 ms a frame, no message.
"""

from __future__ import annotations

from playwright.sync_api import Browser

from benchmarks.browser import chromium, median, p95, serve, table, visit

SMALL = "/chain?lang=en"
LARGE = (
    "/chain?f=x1*x2;x2*x3;x3*x4;x4*x5;x5*x6;x6*x7;x7*x8;x8*x1"
    "&g=y1-y2;y2-y3;y3*y4;y4*y5;y5-y6;y6*y7;y7%2By8;y8-y1&at=x1:1,x2:2,x3:3,x4:4,x5:5,x6:6,x7:7,x8:8&lang=en"
)
ACTIONS = {
    "step backward": "() => document.querySelector('[data-testid=backward-step]').click()",
    "open an entry": "k => { const cells = document.querySelectorAll('.lens-entry'); cells[k % cells.length].click() }",
    "light one path": """k => {
      const paths = document.querySelectorAll('.lens-term-of-path')
      paths[k % paths.length].dispatchEvent(new PointerEvent(k % 2 ? 'pointerleave' : 'pointerenter'))
    }""",
    "step the tape": "() => document.querySelector('[data-testid=tape-step]').click()",
    "drag a size": """k => {
      const slider = document.querySelector('.lens-cost-slider input')
      slider.value = k % 24
      slider.dispatchEvent(new Event('input'))
    }""",
}
RUN = """action => new Promise(done => {
  const act = eval(action), frames = [], work = []
  let last = performance.now(), k = 0
  const start = last
  const send = WebSocket.prototype.send
  let sent = 0
  WebSocket.prototype.send = function (...message) { sent++; return send.apply(this, message) }
  const tick = now => {
    frames.push(now - last)
    last = now
    const before = performance.now()
    act(k++)
    work.push(performance.now() - before)
    if (now - start < 3000) return requestAnimationFrame(tick)
    WebSocket.prototype.send = send
    done({ frames: frames.slice(2), work, sent })
  }
  requestAnimationFrame(tick)
})"""


def measure(browser: Browser, url: str, size: str) -> list[list[object]]:
    """One row for each action."""
    page = visit(browser, url)
    page.get_by_test_id("product-1-1").wait_for(timeout=60_000)
    rows: list[list[object]] = []
    for name, action in ACTIONS.items():
        found = page.evaluate(RUN, action)
        frames, work = found["frames"], found["work"]
        rows.append([size, name, len(frames), median(frames), p95(frames), median(work), p95(work), found["sent"]])
    page.context.close()
    return rows


def main() -> None:
    """Runs and prints."""
    with serve("app.py") as url, chromium() as browser:
        rows = [*measure(browser, url + SMALL, "2→2→2"), *measure(browser, url + LARGE, "8→8→8")]
    heads = ["sizes", "action", "frames", "median ms", "p95 ms", "own code median ms", "own code p95 ms", "messages"]
    table(heads, rows)


if __name__ == "__main__":
    main()
