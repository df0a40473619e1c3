"""From a change that needs the server until nothing moves any more. ``python -m benchmarks.settle [rounds]``

Beside it, in the same run and taking turns: a bare app (one slider, one equation) and the same page written with
st.plotly_chart. The clock starts when the change leaves the browser and stops at the last change of the document;
the visitor wants no animations, so that a picture which glides to its new place counts when it is right.
Wanted: at most 2.5 times the bare app, and at least 3 times as fast as the page with st.plotly_chart.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import ExitStack

from playwright.sync_api import Page

from benchmarks.browser import APPS, chromium, median, p95, serve, table, visit
from benchmarks.examples import SMALL

ROUNDS = 25
SERVED = (f"{APPS}/bare.py", "app.py", f"{APPS}/plotly_page.py")
QUIET = 700  # ms without a change after which the page has settled
# Streamlit's own sign that a script runs is no part of any page.
WATCH = """() => {
  const own = node => (node.nodeType === 1 ? node : node.parentElement)?.closest('[data-testid="stHeader"]')
  new MutationObserver(records => {
    if (records.some(r => !own(r.target) && r.target.dataset?.testid !== 'stApp')) window.last_ = performance.now()
  }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true })
  const send = WebSocket.prototype.send
  WebSocket.prototype.send = function (...message) {
    window.sent_ ??= performance.now()
    return send.apply(this, message)
  }
}"""
RESET = "() => { window.sent_ = undefined; window.last_ = undefined }"
SETTLED = f"() => window.last_ && performance.now() - window.last_ > {QUIET}"


def settle(page: Page, change: Callable[[Page, int], None], k: int) -> float:
    """Milliseconds from the message to the last change of the document."""
    page.evaluate(RESET)
    change(page, k)
    page.wait_for_function(SETTLED, timeout=30_000)
    return float(page.evaluate("() => last_ - sent_"))


def edit(label: str, text: str) -> Callable[[Page, int], None]:
    """Types another text, new in each round, into a field."""

    def change(page: Page, k: int) -> None:
        field = page.get_by_label(label, exact=True)
        field.fill(text.format(k=k + 2))
        field.press("Enter")

    return change


def slide(page: Page, _k: int) -> None:
    """Moves Streamlit's own slider by one."""
    page.get_by_role("slider").press("ArrowRight")


def main(rounds: int = ROUNDS) -> None:
    with ExitStack() as stack:
        bare, ours, plotly = (stack.enter_context(serve(app)) for app in SERVED)
        browser = stack.enter_context(chromium())
        page = visit(browser, ours + SMALL)
        charts = visit(browser, plotly)
        cases = {
            "bare app: slider and st.latex": (visit(browser, bare), slide),
            "/vjp, a function edited": (page, edit("Function y_1", "{k}*x1+x2^2")),
            "/vjp, x edited": (page, edit("$x_{1}$", "{k}")),
            "with st.plotly_chart, a function edited": (charts, edit("Function y_1", "{k}*x1+x2^2")),
            "with st.plotly_chart, x edited": (charts, edit("$x_{1}$", "{k}")),
        }
        for watched in (page, charts, cases["bare app: slider and st.latex"][0]):
            watched.evaluate(WATCH)
        times: dict[str, list[float]] = {name: [] for name in cases}
        for k in range(rounds):
            for name, (watched, change) in cases.items():
                watched.bring_to_front()
                times[name].append(settle(watched, change, k))
    base = median(times["bare app: slider and st.latex"])
    rows = [[name, median(t), p95(t), f"{median(t) / base:.2f}"] for name, t in times.items()]
    table(("", "median ms", "p95 ms", "× bare app"), rows)
    for kind in ("a function edited", "x edited"):
        ratio = median(times[f"with st.plotly_chart, {kind}"]) / median(times[f"/vjp, {kind}"])
        print(f"\n{kind}: {ratio:.1f} times as fast as with st.plotly_chart")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
