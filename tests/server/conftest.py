"""One real server for the tests of this folder, and visitors without a browser."""

from collections.abc import Iterator

import pytest

from benchmarks.serving import Server, running

TOKEN = "a-token-for-tests-only"


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with running(env={"JACOBIAN_LENS_METRICS_TOKEN": TOKEN}) as started:
        yield started
