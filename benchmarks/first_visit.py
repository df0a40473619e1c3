"""A server's first visitor, and one who comes after. ``python -m benchmarks.first_visit [servers]``

Each server is new, and so is each browser: nothing is cached. The clock starts when the server answers and the address
is entered; it stops when the equation, then the stage, and at last the pictures are there. Wanted: the equation within
5 s.
"""

from __future__ import annotations

import sys
from time import perf_counter

from benchmarks.browser import chromium, median, serve, table
from benchmarks.examples import SMALL

SERVERS = 5
MILESTONES = {"equation": ".katex", "stage": ".lens-stage.lens-ready", "pictures": ".lens-view-map svg"}


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


def main(servers: int = SERVERS) -> None:
    """Runs and prints the median and the worst."""
    times: dict[str, list[list[float]]] = {"the first visitor": [], "the second": []}
    for _ in range(servers):
        with serve("app.py") as url:
            for who in times.values():
                who.append(visit(url + SMALL))
    rows = [
        [name, milestone, f"{median(seconds):.2f}", f"{max(seconds):.2f}"]
        for name, runs in times.items()
        for milestone, seconds in zip(MILESTONES, zip(*runs, strict=True), strict=True)
    ]
    table(("", "until", "median s", "longest s"), rows)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
