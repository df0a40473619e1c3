"""What the first visit to a page asks for, what the second does not, and where the app may live."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Page, expect

from server.static import assets

Open = Callable[..., Page]
PAGES = ("/", "/vjp", "/chain", "/matmul")
MOST = {"/": 86, "/vjp": 110, "/chain": 114, "/matmul": 96}  # requests; a Streamlit app of one slider makes 83
LARGE = 20_000  # bytes that may go out as they are
READY = '[data-testid="stApp"][data-test-script-state="notRunning"][data-test-connection-state="CONNECTED"]'


def watched(page: Page) -> list[Any]:
    """The responses to come, but those that no server gives."""
    responses: list[Any] = []
    page.on("response", lambda response: urlsplit(response.url).scheme == "http" and responses.append(response))
    return responses


def visit(page: Page, url: str) -> None:
    page.goto(url)
    page.locator(READY).wait_for()
    expect(page.locator(".katex").first).to_be_visible()
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("path", PAGES)
def test_the_first_visit_makes_few_requests_and_none_for_what_nobody_has_opened(page: Page, server: str, path: str):
    responses = watched(page)
    visit(page, server + path)
    paths = [urlsplit(response.url).path for response in responses]
    assert len(paths) <= MOST[path], paths
    assert not [path for path in paths if "plotly" in path.lower()]
    assert not [path for path in paths if path.startswith("/app/static")]
    assert sum(path.startswith("/lens/") for path in paths) == 2
    assert not [response.url for response in responses if response.status >= 400]
    asked_twice = {path for path in paths if paths.count(path) > 1 and not path.startswith("/_stcore")}
    assert not asked_twice


@pytest.mark.parametrize("path", PAGES)
def test_scripts_and_styles_go_out_compressed_and_are_kept_for_ever(page: Page, server: str, path: str):
    responses = watched(page)
    visit(page, server + path)
    for response in responses:
        headers = response.all_headers()
        text = re.search("javascript|text/", headers.get("content-type", ""))
        if text and len(response.body()) > LARGE:
            assert headers.get("content-encoding") in ("br", "gzip"), response.url
        if "/lens/" in response.url or "/static/" in response.url:
            assert "immutable" in headers["cache-control"], response.url
            assert headers["x-content-type-options"] == "nosniff"


def test_the_second_visit_asks_for_the_page_and_for_no_file(page: Page, server: str):
    visit(page, f"{server}/vjp")
    visit(page, f"{server}/chain")
    fetched = page.evaluate(
        "performance.getEntriesByType('resource').filter(e => e.transferSize > 0).map(e => new URL(e.name).pathname)"
    )
    assert fetched
    assert not [path for path in fetched if path.startswith("/lens/")], fetched
    new = [path for path in fetched if path.startswith("/static/")]
    assert len(new) <= 8, new  # fonts of signs that only this page has


def test_the_socket_opens_without_asking_below_the_page_first(page: Page, server: str):
    responses = watched(page)
    visit(page, f"{server}/vjp")
    assert {urlsplit(response.url).path for response in responses if "_stcore" in response.url} <= {
        "/_stcore/health",
        "/_stcore/host-config",
    }


EXPORTS = """async names => {
  const all = await import(self.lens.script)
  const exported = module => Object.keys(module).sort()
  const pairs = names.map(async name => {
    const own = await import(new URL(`app/static/js/${name}.js`, document.baseURI))
    return [name, exported(own), exported(all[name] ?? {})]
  })
  return JSON.stringify([await Promise.all(pairs), Object.keys(all).sort()])
}"""


def test_the_bundle_exports_what_its_modules_export(page: Page, server: str):
    modules = sorted(assets.modules())
    assert len(modules) > 40
    page.goto(server)
    pairs, bundled = json.loads(page.evaluate(EXPORTS, modules))
    assert bundled == modules
    for name, own, in_bundle in pairs:
        assert own == in_bundle, name


@pytest.mark.parametrize("path", ["/nosuch", "/.git/config", "/vjp/nosuch", "/index.html", "/static/js/nosuch.js"])
def test_an_address_at_which_there_is_nothing_says_so(server: str, path: str):
    with pytest.raises(HTTPError) as refused:
        urlopen(server + path)
    assert refused.value.code == 404
    assert "content-security-policy" in refused.value.headers


@pytest.mark.parametrize(
    ("accepted", "said"), [("zh-CN,en;q=0.8", "回到首页"), ("de,en;q=0.8", "To the first page"), ("", "first page")]
)
def test_what_is_not_there_is_told_in_the_language_of_the_reader(server: str, accepted: str, said: str):
    with pytest.raises(HTTPError) as refused:
        urlopen(Request(f"{server}/nosuch", headers={"Accept-Language": accepted}))
    html = refused.value.read().decode()
    assert said in html
    assert '<a href="/">' in html


def test_an_old_address_of_home_leads_there_with_its_query(page: Page, server: str):
    page.goto(f"{server}/home?lang=zh")
    expect(page).to_have_url(f"{server}/?lang=zh")


def test_below_a_base_path_every_page_opens_and_leads_to_the_others(new_page: Open, based_server: str):
    for path, heading in {
        "/": "What backward",
        "/vjp": "weights the rows",
        "/chain": "one Jacobian",
        "/matmul": "b.grad",
    }.items():
        page = new_page()
        responses = watched(page)
        visit(page, based_server + path)
        expect(page.locator("h1")).to_contain_text(heading)
        assert not [response.url for response in responses if response.status >= 400]
        assert not [response.url for response in responses if not response.url.startswith(based_server)]


def test_below_a_base_path_links_languages_pictures_and_exports_work(new_page: Open, based_server: str):
    page = new_page()
    responses = watched(page)
    visit(page, f"{based_server}/vjp?f=x^2*y;3*y&at=x:3,y:2&v=5,7")
    expect(page.get_by_test_id("arrows")).to_be_visible()
    page.get_by_test_id("tab-surface").click()
    expect(page.locator(".lens-view-surface .lens-quiet")).not_to_have_text(re.compile("Loading"), timeout=30_000)
    page.get_by_role("link", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    page.get_by_role("link", name="EN", exact=True).click()
    page.get_by_role("link", name="Matrix product").click()
    expect(page).to_have_url(re.compile(re.escape(f"{based_server}/matmul?a=")))
    page.get_by_role("link", name="Home").click()
    expect(page).to_have_url(re.compile(re.escape(f"{based_server}/?lang=")))
    page.go_back()
    expect(page).to_have_url(re.compile(re.escape(f"{based_server}/matmul?a=")))
    page.get_by_role("button", name="Share").click()
    expect(page.get_by_text(f"{based_server}/export.png?page=matmul").first).to_be_visible()
    assert urlopen(f"{based_server}/export.png?page=vjp").headers["content-type"] == "image/png"
    assert not [response.url for response in responses if response.status >= 400]
    assert [response for response in responses if "/lens/of/ours/lens/plotly" in response.url]


def test_the_host_of_an_app_below_a_base_path_leads_to_it(page: Page, based_server: str):
    host = "{0.scheme}://{0.netloc}".format(urlsplit(based_server))
    for short in (host, f"{host}/lens/of/ours"):
        page.goto(f"{short}?lang=zh")
        expect(page).to_have_url(f"{based_server}/?lang=zh")
    with pytest.raises(HTTPError, match="404"):
        urlopen(f"{host}/vjp")
