"""What the benchmarks in a real browser share: a server of an app, Chromium, and tables of medians."""

from __future__ import annotations

import shutil
import statistics
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.serving import running

APPS = Path("benchmarks/apps")
READY = '[data-testid="stApp"][data-test-script-state="notRunning"][data-test-connection-state="CONNECTED"]'


@contextmanager
def serve(app: str) -> Iterator[str]:
    """The base URL of a running Streamlit app, a file relative to the repository."""
    with running(app) as server:
        yield server.url


@contextmanager
def chromium() -> Iterator[Browser]:
    """The installed Chromium."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        raise SystemExit("no Chromium is installed")
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        yield browser
        browser.close()


def visit(browser: Browser, url: str) -> Page:
    """A page of a new visitor who wants no animations, its first run over and everything drawn."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-US", reduced_motion="reduce")
    page = context.new_page()
    page.goto(url)
    page.locator(READY).wait_for(timeout=60_000)
    page.wait_for_timeout(2500)
    if page.locator('[data-testid="stException"]').count():
        raise SystemExit(f"the page at {url} has failed")
    return page


def median(values: Sequence[float]) -> float:
    """The middle one."""
    return statistics.median(values)


def p95(values: Sequence[float]) -> float:
    """The smallest value that 95 % do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Prints a Markdown table."""
    print("| " + " | ".join(heads) + " |")
    print("|" + "---|" * len(heads))
    for row in rows:
        print("| " + " | ".join(f"{cell:.1f}" if isinstance(cell, float) else str(cell) for cell in row) + " |")
