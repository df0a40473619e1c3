"""A class behind nginx: deploy/nginx.conf itself, two replicas, and what a visitor sees when one of them dies."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from urllib.parse import unquote, urlsplit
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, Page, TimeoutError, expect

from benchmarks.replicas import Balanced, balanced
from benchmarks.serving import Replica

Open = Callable[..., Page]
TOKEN = "a-token-for-tests-only"
LINK = "/vjp?f=2*x1%2Bx2^2;x1^2%2B2*x2^3&at=x1:1,x2:2&v=2,1"
READY = '[data-testid="stApp"][data-test-script-state="notRunning"][data-test-connection-state="CONNECTED"]'
RUNS = "lens_run_seconds_count"
BACK_WITHIN = 30_000  # milliseconds; a machine that does nothing else needs one second
CLASS = 200


@pytest.fixture(scope="module")
def shared(nginx: str) -> Iterator[Balanced]:
    with balanced(2, env={"JACOBIAN_LENS_METRICS_TOKEN": TOKEN}) as both:
        yield both


@pytest.fixture
def both(shared: Balanced) -> Balanced:
    """Two replicas that run, whatever the test before has done to them."""
    revive(shared)
    return shared


@pytest.fixture
def visitor(browser: Browser, both: Balanced) -> Iterator[Page]:
    """A page whose console may complain: its server is going to die."""
    context = browser.new_context(locale="en-US")
    context.set_default_timeout(BACK_WITHIN)
    page = context.new_page()
    page.goto(both.url + LINK)
    page.locator(READY).wait_for()
    expect(page.get_by_text("6., 32.").first).to_be_visible()

    def rests() -> bool:
        """Streamlit draws fields when their script has come, and those of a browser without components go again."""
        drawn = state(page)
        page.wait_for_timeout(500)
        return all(drawn[1]) and state(page) == drawn

    until(rests, page)
    yield page
    context.close()


def revive(both: Balanced) -> None:
    dead = [replica for replica in both.replicas if not replica.alive()]
    for replica in dead:
        replica.start()
    for replica in dead:
        replica.wait()


def figure(replica: Replica, name: str) -> int:
    """What a replica says of itself."""
    asked = Request(f"{replica.url}/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    found = re.search(rf"^{name} (\S+)", urlopen(asked).read().decode(), re.MULTILINE)
    assert found
    return int(float(found[1]))


def sockets(replica: Replica) -> int:
    """How many pages are open at a replica."""
    return figure(replica, "lens_sockets")


def used(both: Balanced) -> Replica:
    """The replica of the only visitor."""
    open_at = [replica for replica in both.replicas if replica.alive() and sockets(replica)]
    assert len(open_at) == 1
    return open_at[0]


def get(
    both: Balanced, path: str, method: str = "GET", body: bytes | None = None, **headers: str
) -> tuple[int, dict[str, str], str]:
    connection = HTTPConnection(urlsplit(both.url).netloc, timeout=30)
    connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    read = answer.read().decode("utf-8", "replace") if answer.status != 101 else ""
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, read


def state(page: Page) -> tuple[str, list[str], str]:
    """Address, fields and numbers."""
    fields = page.locator("[data-testid=stTextInputField]")
    values = [fields.nth(k).input_value() for k in range(fields.count())]
    return unquote(page.url), values, page.locator("[data-testid=stCode]", has_text="x.grad").first.inner_text()


def type_into(page: Page, label: str, text: str) -> None:
    field = page.get_by_role("textbox", name=label, exact=True)
    field.fill(text)
    field.press("Enter")


def settled(page: Page, part: str) -> None:
    page.wait_for_function(
        "part => decodeURIComponent(location.pathname + location.search).includes(part)", arg=part, timeout=BACK_WITHIN
    )


def moved(page: Page, both: Balanced, first: Replica, sign: signal.Signals, what: str) -> Replica:
    """The replica that a page is at after its first one has got a signal; says how long it took."""
    (other,) = (replica for replica in both.replicas if replica is not first)
    since = time.monotonic()
    first.end(sign, wholly=False)
    until(lambda: sockets(other) == 1, page)
    print(f"{what}: connected again after {time.monotonic() - since:.2f} s")
    page.locator(READY).wait_for()
    return other


def until(true: Callable[[], bool], page: Page) -> None:
    """Waits for a condition while the page goes on."""
    end = time.monotonic() + BACK_WITHIN / 1000
    while not true():
        assert time.monotonic() < end
        page.wait_for_timeout(50)


# ── As long as nothing happens ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("path", "tabs"), [("/", 0), ("/vjp", 5), ("/chain", 0), ("/matmul", 0)])
def test_every_page_and_tab_works_through_nginx_without_a_complaint(
    open_page: Open, both: Balanced, path: str, tabs: int
) -> None:
    """``open_page`` notices every error in the console, and so every breach of the content policy."""
    page = open_page(path, at=both.url)
    expect(page.locator("h1").first).to_be_visible()
    heads = page.locator('[data-testid^="tab-"]')
    if tabs:
        heads.nth(tabs - 1).wait_for()
    for k in range(heads.count()):
        heads.nth(k).click()
    page.wait_for_load_state("networkidle")
    page.locator(READY).wait_for()
    assert heads.count() >= tabs


def test_headers_come_once_and_from_the_app(both: Balanced) -> None:
    connection = HTTPConnection(urlsplit(both.url).netloc, timeout=30)
    connection.request("GET", "/vjp")
    names = [name.lower() for name, _ in connection.getresponse().getheaders()]
    for name in ("content-security-policy", "x-content-type-options", "x-frame-options", "referrer-policy"):
        assert names.count(name) == 1


def test_both_replicas_get_visitors_and_each_visitor_stays_at_one(open_page: Open, both: Balanced) -> None:
    page = open_page(LINK, at=both.url)
    home = used(both)
    for _ in range(3):
        page.reload()
        page.locator(READY).wait_for()
        assert used(both) is home
    asked = {answered_by(both, get(both, "/vjp", Cookie=f"lens_replica={k:032x}")) for k in range(40)}
    assert asked == {replica.port for replica in both.replicas}
    for _ in range(12):
        open_page("/", at=both.url)
        if all(map(sockets, both.replicas)):
            break
    assert all(map(sockets, both.replicas))


def answered_by(both: Balanced, answer: tuple[int, dict[str, str], str]) -> int:
    """The port of the replica that has answered last, as nginx' log says."""
    assert answer[0] == 200
    return int(re.findall(r'replica="127\.0\.0\.1:(\d+)"', both.log.read_text())[-1])


def test_a_cookie_that_is_not_ours_is_replaced(both: Balanced) -> None:
    _, headers, _ = get(both, "/", Cookie="lens_replica=1")
    cookie = headers["set-cookie"]
    assert re.match(r"lens_replica=[0-9a-f]{32}; Path=/; Max-Age=\d+; HttpOnly; SameSite=Lax$", cookie)
    assert "set-cookie" not in get(both, "/", Cookie=cookie.partition(";")[0])[1]
    assert "set-cookie" not in get(both, "/app/static/icon.svg")[1]


def test_a_file_that_may_be_kept_is_fetched_from_the_app_once(both: Balanced) -> None:
    script = re.search(r'src="\./(static/js/index\.[\w.-]+\.js)"', get(both, "/")[2])
    assert script
    for _ in range(2):
        status, headers, _ = get(both, f"/{script[1]}", Accept_Encoding="gzip")
        assert (status, headers["content-encoding"]) == (200, "gzip")
        assert headers["content-security-policy"]
    assert 'cache="HIT"' in both.log.read_text().splitlines()[-1]


def test_the_log_does_not_hold_what_was_typed(both: Balanced) -> None:
    get(both, "/vjp?f=secret*x")
    text = both.log.read_text()
    assert '"GET /vjp"' in text
    assert "secret" not in text


def upgrade(**more: str) -> dict[str, str]:
    return {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec_WebSocket_Version": "13",
        "Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25jZQ==",
        **more,
    }


@pytest.mark.parametrize(
    ("origin", "status"),
    [("https://lens.example.edu", 101), ("http://lens.example.edu", 101), ("https://elsewhere.example", 403)],
)
def test_a_websocket_is_for_pages_of_the_host_that_was_asked(both: Balanced, origin: str, status: int) -> None:
    asked = upgrade(Host="lens.example.edu", Origin=origin)
    assert get(both, "/_stcore/stream", **asked)[0] == status


# ── What is not for everybody ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", ["/metrics", "/ready", "/%6detrics", "//ready", "/x/../metrics", "/_stcore/metrics"])
def test_the_operators_figures_are_not_to_be_had_from_outside(both: Balanced, path: str) -> None:
    assert get(both, path, Authorization=f"Bearer {TOKEN}")[0] == 404


def test_nothing_is_uploaded_through_nginx(both: Balanced) -> None:
    assert get(both, "/_stcore/upload_file/session/file", "PUT", b"x")[0] == 404
    assert get(both, "/vjp", "POST", b"x" * 70_000)[0] == 413


def test_a_class_behind_one_address_is_let_in_and_one_visitor_cannot_take_everything(both: Balanced) -> None:
    own = [f"lens_replica={k:032x}" for k in range(CLASS)]
    arriving = ("/vjp", "/_stcore/health", "/_stcore/host-config", "/vjp/_stcore/health", "/vjp/_stcore/host-config")
    assert {get(both, path, Cookie=who)[0] for who in own for path in arriving} == {200, 404}
    greedy = [get(both, "/_stcore/health", Cookie=own[0])[0] for _ in range(400)]
    assert 429 in greedy
    assert get(both, "/_stcore/health", Cookie=own[1])[0] == 200


# ── When a replica dies ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "told to end"])
def test_a_page_whose_replica_ends_goes_on_at_the_other(visitor: Page, both: Balanced, sign: signal.Signals) -> None:
    before, first = state(visitor), used(both)
    moved(visitor, both, first, sign, sign.name)
    assert state(visitor) == before
    type_into(visitor, "Function y_2", "3*x1*x2")
    try:
        settled(visitor, "f=2*x1+x2^2;3*x1*x2")
    except TimeoutError:  # typed while Streamlit was drawing the fields anew: a reader types once more
        type_into(visitor, "Function y_2", "3*x1*x2")
        settled(visitor, "f=2*x1+x2^2;3*x1*x2")
    expect(visitor.get_by_text("10., 11.").first).to_be_visible()


def test_an_edit_that_a_dying_replica_has_not_heard_is_not_lost(visitor: Page, both: Balanced) -> None:
    first = used(both)
    os.kill(first.server.pid, signal.SIGSTOP)
    type_into(visitor, "Function y_1", "9*x1")
    moved(visitor, both, first, signal.SIGKILL, "an unheard edit")
    settled(visitor, "f=9*x1;x1^2+2*x2^3")
    expect(visitor.get_by_text("20., 24.").first).to_be_visible()
    expect(visitor.get_by_role("textbox", name="Function y_1", exact=True)).to_have_value("9*x1")


def test_a_page_that_comes_back_asks_by_itself_before_it_is_closed_for_its_silence(
    visitor: Page, both: Balanced
) -> None:
    before, first = state(visitor), used(both)
    runs = {replica.port: figure(replica, RUNS) for replica in both.replicas}
    other = moved(visitor, both, first, signal.SIGKILL, "untouched")
    until(lambda: figure(other, RUNS) > runs[other.port], visitor)
    assert sockets(other) == 1
    until(lambda: state(visitor) == before, visitor)


def test_when_no_replica_answers_a_page_in_two_languages_waits_for_one(visitor: Page, both: Balanced) -> None:
    for replica in both.replicas:
        replica.end(signal.SIGKILL, wholly=False)
    status, headers, _ = get(both, LINK)
    assert (status, headers["cache-control"]) == (502, "no-store")
    visitor.goto(both.url + LINK)
    expect(visitor.get_by_role("heading", name="One moment")).to_be_visible()
    expect(visitor.get_by_role("heading", name="请稍候")).to_be_visible()
    revive(both)
    visitor.locator(READY).wait_for()  # it reloads by itself
    expect(visitor.get_by_text("6., 32.").first).to_be_visible()


# ── Below a path ─────────────────────────────────────────────────────────────────────────────────────────


def test_the_app_may_stand_below_a_path(open_page: Open, nginx: str) -> None:
    with balanced(1, below="/lens") as one:
        page = open_page(LINK, at=one.url)
        type_into(page, "Function y_2", "3*x1*x2")
        settled(page, "/lens/vjp?f=2*x1+x2^2;3*x1*x2")
        page.reload()
        expect(page.get_by_text("10., 11.").first).to_be_visible()
        page.get_by_role("link", name="Home").click()
        settled(page, "/lens/")
        outside = one.url.removesuffix("/lens")
        assert urlopen(f"{one.url}/export.png?page=vjp").headers["content-type"] == "image/png"
        assert urlopen(f"{one.url}/_stcore/health").read() == b"ok"
        for path in ("/lens/metrics", "/lens/ready"):
            connection = HTTPConnection(urlsplit(outside).netloc, timeout=30)
            connection.request("GET", path)
            assert connection.getresponse().status == 404
            connection.close()
        page.close()  # before its server ends, of which its console would complain
