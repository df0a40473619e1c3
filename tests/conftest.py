"""With JACOBIAN_LENS_REQUIRE_BROWSER=1 a run in which no browser test ran, or one was skipped, has failed."""

import os
from pathlib import Path

import pytest

from benchmarks import replicas

REQUIRE_BROWSER = os.environ.get("JACOBIAN_LENS_REQUIRE_BROWSER") == "1"
_browser_tests = {"ran": 0, "skipped": 0}


BROWSER = Path(__file__).parent / "browser"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: Playwright keeps an event loop that runs, and then no other may in this thread."""
    items.sort(key=lambda item: BROWSER in item.path.parents)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if "browser" in report.keywords:
        _browser_tests["ran"] += report.when == "call" and not report.skipped
        _browser_tests["skipped"] += report.skipped and not hasattr(report, "wasxfail")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if REQUIRE_BROWSER and (_browser_tests["skipped"] or not _browser_tests["ran"]):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if REQUIRE_BROWSER:
        counts = "{ran} ran, {skipped} were skipped".format(**_browser_tests)
        terminalreporter.write_line(f"Browser tests: {counts}; each of them must run.")


@pytest.fixture(scope="session")
def nginx() -> str:
    """The program before the replicas."""
    if program := replicas.nginx():
        return program
    (pytest.fail if REQUIRE_BROWSER else pytest.skip)("nginx is not installed (Debian: apt install nginx-light)")
