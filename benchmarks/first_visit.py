"""A server's first visitor, and every page over a slow line. ``python -m benchmarks.first_visit [rounds]``

The first table: each server is new, and so is each browser; the clock starts when the server answers and the address is
entered. Wanted: the equation within 5 s.

The second: 100 ms and 20 Mbit/s, nothing in the browser's cache, the pages in turn with a bare Streamlit app that is
served as Streamlit serves it. Wanted: the first equation of every page within 1.25 times that of the bare app.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack
from time import perf_counter
from typing import NamedTuple

from playwright.sync_api import Browser

from benchmarks.browser import APPS, READY, chromium, median, serve, table
from benchmarks.examples import SMALL

ROUNDS = 5
MILESTONES = {"equation": ".katex", "stage": ".lens-stage.lens-ready", "pictures": ".lens-view-map svg"}
PAGES = ("/", "/vjp", "/matmul", "/chain")
LINE = {"offline": False, "latency": 100, "downloadThroughput": 2_500_000, "uploadThroughput": 2_500_000}
REST = 3000  # milliseconds after the first equation in which requests still count
WATCH = """new MutationObserver((_, observer) => {
  if (!document.querySelector(".katex")) return
  self.firstEquation = performance.now()
  observer.disconnect()
}).observe(document, { childList: true, subtree: true })"""


class Visit(NamedTuple):
    """Milliseconds to the first equation; requests and bytes until all is at rest."""

    equation: float
    requests: int
    kilobytes: float


def visit(url: str) -> list[float]:
    """Seconds until each of MILESTONES is there."""
    with chromium() as browser:
        page = browser.new_page(locale="en-US")
        start = perf_counter()
        page.goto(url, wait_until="commit")
        times = []
        for milestone in MILESTONES.values():
            page.locator(milestone).first.wait_for(timeout=60_000)
            times.append(perf_counter() - start)
        return times


def slowly(browser: Browser, url: str) -> Visit:
    """A visitor over a slow line, with nothing cached."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-US")
    page = context.new_page()
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", LINE)
    sizes: list[float] = []
    asked: list[str] = []
    line.on("Network.requestWillBeSent", lambda event: asked.append(event["request"]["url"]))
    line.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.add_init_script(WATCH)
    page.goto(url, wait_until="commit")
    page.locator(".katex").first.wait_for(state="attached", timeout=60_000)
    page.locator(READY).wait_for(timeout=60_000)
    page.wait_for_timeout(REST)
    equation = page.evaluate("self.firstEquation")
    context.close()
    return Visit(equation, sum(url.startswith("http") for url in asked), sum(sizes) / 1000)


def first_visitors(rounds: int) -> None:
    """The first table."""
    times: dict[str, list[list[float]]] = {"the first visitor": [], "the second": []}
    for _ in range(rounds):
        with serve("app.py") as url:
            for who in times.values():
                who.append(visit(url + SMALL))
    rows = [
        [name, milestone, f"{median(seconds):.2f}", f"{max(seconds):.2f}"]
        for name, runs in times.items()
        for milestone, seconds in zip(MILESTONES, zip(*runs, strict=True), strict=True)
    ]
    table(("", "until", "median s", "longest s"), rows)


def slow_line(rounds: int) -> None:
    """The second table."""
    with ExitStack() as stack:
        bare, ours = (stack.enter_context(serve(app)) for app in (f"{APPS}/bare.py", "app.py"))
        browser = stack.enter_context(chromium())
        addresses = {"bare": bare, **{page: ours + page for page in PAGES}}
        runs = [{name: slowly(browser, url) for name, url in addresses.items()} for _ in range(rounds)]
    middle = {
        name: Visit(*(median(values) for values in zip(*(run[name] for run in runs), strict=True)))
        for name in addresses
    }
    rows = [
        [
            name,
            f"{visit.equation / 1000:.2f}",
            f"{visit.equation / middle['bare'].equation:.2f}",
            f"{visit.requests:.0f}",
            f"{visit.kilobytes:.0f}",
        ]
        for name, visit in middle.items()
    ]
    table(("page", "first equation s", "× bare", "requests", "kB"), rows)


def main(rounds: int = ROUNDS) -> None:
    """Runs and prints both tables."""
    first_visitors(rounds)
    print()
    slow_line(rounds)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
