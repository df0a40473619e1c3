"""Real Chromium against a real server. Every test below this folder gets the mark ``browser``."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

ROOT = Path(__file__).parent.parent.parent
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",  # Chromium refuses to run as root with it
    "--disable-gpu",
    "--disable-dev-shm-usage",  # /dev/shm is small in containers
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--force-color-profile=srgb",
)
START = 60  # seconds a server may take; importing torch is most of it
PATIENCE = 30_000  # milliseconds a page may take to show what a test waits for, on a machine that does much else
HERE = ("127.0.0.1", "localhost")
HEIGHTS = {True: 844, False: 900}  # of the viewport: a phone, a laptop
READY = '[data-testid="stApp"][data-test-script-state="notRunning"][data-test-connection-state="CONNECTED"]'

expect.set_options(timeout=PATIENCE)
_logs: dict[str, Path] = {}  # base URL of a server -> its log


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """A failed test shows the end of its server's log."""
    report = yield
    if report.failed:
        for value in getattr(item, "funcargs", {}).values():
            if isinstance(value, str) and value in _logs:
                report.sections.append((f"log of {value}", _tail(_logs[value])))
    return report


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if chromium is None:
        refuse = pytest.fail if os.environ.get("JACOBIAN_LENS_REQUIRE_BROWSER") == "1" else pytest.skip
        refuse(f"no browser: none of {', '.join(CHROMIUM)} is installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of a server that all tests share, without a slash at the end."""
    with _serve(tmp_path_factory.mktemp("server") / "log") as url:
        yield url


@pytest.fixture
def fresh_server(tmp_path: Path) -> Iterator[str]:
    """The base URL of a server that nobody has visited yet, for tests of what its first request meets."""
    with _serve(tmp_path / "log") as url:
        yield url


@pytest.fixture(scope="session")
def based_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of a server whose app does not live at the root of its host."""
    with _serve(tmp_path_factory.mktemp("based") / "log", base="/lens/of/ours") as url:
        yield url


@pytest.fixture
def new_page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """Opens blank pages, each as a visitor of its own. None may have an error or ask another host."""
    if "fresh_server" in request.fixturenames:
        request.getfixturevalue("fresh_server")  # so that it ends after its visitors have left
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def new_page(*, width: int = 1440, locale: str = "en-US", dark: bool = False) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": HEIGHTS[width < 500]},
            locale=locale,
            color_scheme="dark" if dark else "light",
        )
        context.set_default_timeout(PATIENCE)
        _watch(context, problems)
        contexts.append(context)
        return context.new_page()

    yield new_page
    for context in contexts:
        context.close()
    assert not problems, "\n" + "\n".join(problems)


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """A blank page of a visitor with a laptop, in English and light colours."""
    return new_page()


@pytest.fixture
def open_page(new_page: Callable[..., Page], request: pytest.FixtureRequest) -> Callable[..., Page]:
    """``open_page("/vjp?v=2,1", width=390, locale="zh-CN", dark=True)``: a new visitor, the first run over.

    ``at`` is the base URL; without it the shared server's.
    """

    def open_page(
        path: str, *, width: int = 1440, locale: str = "en-US", dark: bool = False, at: str | None = None
    ) -> Page:
        page = new_page(width=width, locale=locale, dark=dark)
        page.goto((at or request.getfixturevalue("server")) + path)
        page.locator(READY).wait_for()
        return page

    return open_page


STILL = """() => new Promise(done => {
  const main = document.querySelector('[data-testid="stMain"]')
  let [last, same] = ["", 0]
  const look = () => {
    const now = [document.fonts.status, main.scrollHeight, main.scrollWidth].join()
    same = now === last ? same + 1 : 0
    last = now
    same > 4 && document.fonts.status === "loaded" ? done() : setTimeout(look, 100)
  }
  look()
})"""


@pytest.fixture
def still() -> Callable[[Page], None]:
    """``still(page)`` waits until the fonts are there and the layout rests: only then are boxes worth measuring."""
    return lambda page: page.evaluate(STILL)


def _watch(context: BrowserContext, problems: list[str]) -> None:
    def on_console(message: ConsoleMessage) -> None:
        where = message.location.get("url", "")
        if message.type == "error":
            problems.append(f"console error: {message.text} ({where})")

    def on_address(url: str) -> None:
        address = urlsplit(url)
        if address.scheme in ("http", "https", "ws", "wss") and address.hostname not in HERE:
            problems.append(f"request to another host: {url}")

    context.on("console", on_console)
    context.on("weberror", lambda error: problems.append(f"uncaught error: {error.error}"))
    context.on("request", lambda request: on_address(request.url))
    context.on("page", lambda page: page.on("websocket", lambda socket: on_address(socket.url)))


@contextmanager
def _serve(log: Path, base: str = "") -> Iterator[str]:
    """Run the app the way the README says, on a free port; end it with everything it has started."""
    port = _free_port()
    url = f"http://127.0.0.1:{port}{base}"
    options = ["--server.port", str(port), "--server.address", "127.0.0.1", "--server.headless", "true"]
    options += ["--server.baseUrlPath", base.strip("/")] if base else []
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "app.py", *options],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # a process group of its own, workers included
        )
    _logs[url] = log
    try:
        _wait_until_healthy(url, process)
        yield url
    finally:
        _end(process)


def _wait_until_healthy(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urlopen(f"{url}/_stcore/health", timeout=5) as answer:
                if answer.read() == b"ok":
                    return
        except (URLError, OSError):
            pass
        time.sleep(0.1)
    pytest.fail(f"the server did not start within {START} s\n{_tail(_logs[url])}", pytrace=False)


def _end(process: subprocess.Popen[bytes]) -> None:
    for sign, patience in ((signal.SIGTERM, 10), (signal.SIGKILL, 10)):
        try:
            os.killpg(process.pid, sign)
            process.wait(patience)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _tail(log: Path, lines: int = 60) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
