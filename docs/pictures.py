"""Makes the pictures of the documentation from the running app: ``python docs/pictures.py``

Every page at 1440, 1024 and 390 px, light and dark, in both languages, into ``docs/pictures`` (or the folder given),
and the one picture of the README. Look at them before a release: is anything clipped, crowded or untranslated?
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parent.parent
PAGES = {"home": "/", "vjp": "/vjp", "chain": "/chain", "matmul": "/matmul"}
WIDTHS = (1440, 1024, 390)
LOCALES = {"en": "en-US", "zh": "zh-CN"}
READY = '[data-testid="stApp"][data-test-script-state="notRunning"]'


@contextmanager
def server() -> Iterator[str]:
    """The app on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--server.port", str(port), "--server.address", "127.0.0.1", "--server.headless", "true"]
    process = subprocess.Popen([sys.executable, "-m", "streamlit", "run", "app.py", *options], cwd=ROOT)
    try:
        for _ in range(600):
            try:
                urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5).close()
                break
            except (URLError, OSError):
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def shoot(browser: Browser, url: str, out: Path, width: int, dark: bool, lang: str, whole: bool = True) -> None:
    """One picture; ``whole`` makes the window as high as the page."""
    scheme = "dark" if dark else "light"
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, locale=LOCALES[lang], reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(url)
    page.locator(READY).wait_for()
    page.locator("h1").wait_for()
    page.wait_for_timeout(1500)  # fonts, and the components that load after the run
    if whole:
        height = page.locator("[data-testid=stMain]").evaluate("element => element.scrollHeight")
        page.set_viewport_size({"width": width, "height": min(int(height) + 20, 8000)})
        page.wait_for_timeout(500)
    page.screenshot(path=out)
    context.close()


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with server() as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        shoot(browser, f"{base}/vjp", ROOT / "docs" / "vjp.png", 1440, dark=False, lang="en", whole=False)
        for name, path in PAGES.items():
            for width in WIDTHS:
                for dark in (False, True):
                    for lang in LOCALES:
                        out = folder / f"{name}-{width}-{'dark' if dark else 'light'}-{lang}.png"
                        shoot(browser, base + path, out, width, dark, lang)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "pictures")
