"""The bundle of scripts, the scopes of styles, and what the server sends from memory."""

from __future__ import annotations

import gzip
import re
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import anyio
import brotli
import pytest
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import Message

from server import shell
from server.static import assets
from server.static.bundle import ForeignError, bundle
from server.static.files import File, Static

LEAF = "export const one = 1\nexport function two() {\n  return 2\n}\nexport class Three {}\nconst own = 0"


def test_a_module_becomes_a_scope_with_its_imports_before_it_and_its_exports_as_values() -> None:
    said = bundle(
        {"top": 'import { one, two as zwei } from "./leaf.js"\nexport const sum = one + zwei()', "leaf": LEAF}
    )
    assert said.index("const $leaf = (() => {") < said.index("const $top = (() => {")
    assert "return { one, two, Three }" in said
    assert "const { one, two: zwei } = $leaf" in said
    assert said.endswith('export { $leaf as "leaf", $top as "top" }\n')


def test_names_may_be_imported_line_by_line() -> None:
    said = bundle({"top": 'import {\n  one,\n  two as zwei,\n} from "./leaf.js"', "leaf": LEAF})
    assert "const { one, two: zwei } = $leaf" in said


def test_a_module_is_named_by_its_folder_and_found_from_another() -> None:
    said = bundle({"vjp/top": 'import { one } from "../kit/leaf.js"', "kit/leaf": LEAF})
    assert "const { one } = $kit$leaf" in said
    assert said.endswith('export { $kit$leaf as "kit/leaf", $vjp$top as "vjp/top" }\n')
    with pytest.raises(ForeignError, match="there is no vjp/leaf"):
        bundle({"vjp/top": 'import { one } from "./leaf.js"', "kit/leaf": LEAF})


def test_all_of_a_module_may_be_imported() -> None:
    assert "const leaf = $leaf" in bundle({"top": 'import * as leaf from "./leaf.js"', "leaf": LEAF})


@pytest.mark.parametrize(
    "source",
    [
        'import leaf from "./leaf.js"',
        'import "./leaf.js"',
        'import { one } from "./leaf.js";',
        'import { one } from "leaf"',
        'import { one,, two } from "./leaf.js"',
        'import { default as one } from "./leaf.js", two',
        "export default 1",
        "export let one = 1",
        "export { one }",
        'export * from "./leaf.js"',
        "const [a, b] = [1, 2]\nexport const { c } = {}",
        "const x = import.meta.url",
        "const x = await import(`./${name}.js`)",
        'const x = import("./leaf.js")',
        "await ready",
    ],
)
def test_what_would_mean_something_else_in_a_bundle_is_refused(source: str) -> None:
    with pytest.raises(ForeignError):
        bundle({"top": source, "leaf": LEAF})


def test_a_circle_and_a_module_that_is_not_there_are_refused_by_name() -> None:
    with pytest.raises(ForeignError, match="circle: "):
        bundle({"a": 'import { x } from "./b.js"', "b": 'import { y } from "./a.js"'})
    with pytest.raises(ForeignError, match="there is no b"):
        bundle({"a": 'import { x } from "./b.js"'})


def test_a_bundle_does_not_depend_on_the_order_in_which_its_modules_are_found() -> None:
    modules = {name: f'import {{ one }} from "./leaf.js"\nexport const {name} = one' for name in "abcdef"} | {
        "leaf": LEAF
    }
    assert bundle(modules) == bundle(dict(reversed(modules.items())))


def test_a_sheet_reaches_no_further_than_its_component() -> None:
    sheet = ".lens-tape.lens-ready .x { a: b }\n"
    assert assets.scoped("tape", sheet) == f":where(.lens-of-tape) {{\ndisplay: contents;\n{sheet}}}"
    names = {path.parent.name for path in assets.PAGES.glob("components/*/__init__.py")}
    assert {f":where(.lens-of-{name})" for name in names} == set(
        re.findall(r":where\(.lens-of-[^)]*\)", assets.styles())
    )


def test_a_sheet_has_nothing_that_may_not_stand_within_a_rule() -> None:
    for path in assets.PAGES.glob("components/*/*.css"):
        assert not re.search(r"@(?:keyframes|font-face|import|property|scope)|:scope|:root|\bhtml\b", path.read_text())


def test_the_name_of_a_file_changes_with_its_content(monkeypatch: pytest.MonkeyPatch) -> None:
    before = dict(assets.named())
    monkeypatch.setattr(assets, "_moved_styles", lambda: b"p {}")
    after = assets.named.__wrapped__()
    assert after["styles"] != before["styles"]
    assert after["script"] == before["script"]


def test_everything_that_a_page_tells_of_is_there() -> None:
    for name in shell.ELEMENTS:
        told = [*shell.scripts(name), *assets.fonts(*shell.FONTS)]
        assert set(told) <= assets.own().keys() | assets.streamlit().keys()
        assert len(told) > len(shell.ELEMENTS[name])


STREAMLIT = {
    "/static/a.js": File("a.js", lambda: b"let a = 1 " * 100),
    "/static/a.woff2": File("a.woff2", lambda: b"font"),
}
OWN = {"/lens/b.css": File("b.css", lambda: b"p {} " * 100)}
STATIC = Static(PlainTextResponse("Streamlit"), OWN, STREAMLIT, folder="/static/", early=["/lens/b.css"])


class Answer(NamedTuple):
    """What a server says."""

    status: int
    headers: Headers
    body: bytes


def ask(path: str, method: str = "GET", server: Static = STATIC, **headers: str) -> Answer:
    """The answer of three files before somebody who says "Streamlit" to everything. ``accept_encoding="br"``"""
    sent: list[Message] = []
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    with ThreadPoolExecutor(1) as apart:  # after browser tests this thread has an event loop that still runs
        scope = {"type": "http", "method": method, "path": path, "headers": raw}
        apart.submit(anyio.run, server, scope, receive, send).result()
    start, *bodies = sent
    return Answer(start["status"], Headers(raw=start["headers"]), b"".join(body["body"] for body in bodies))


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("BR", "br"),
        ("br ; q=1", "br"),
    ],
)
def test_the_best_encoding_that_is_accepted_is_sent(accepted: str, encoding: str) -> None:
    answer = ask("/static/a.js", accept_encoding=accepted)
    assert answer.headers["content-encoding"] == encoding
    assert answer.headers["vary"] == "Accept-Encoding"
    assert {"br": brotli.decompress, "gzip": gzip.decompress}[encoding](answer.body) == b"let a = 1 " * 100


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/static/a.js", {"accept_encoding": "identity"}),
        ("/static/a.js", {"accept_encoding": "br;q=0"}),
        ("/static/a.js", {"accept_encoding": "zstd"}),
        ("/static/a.js", {}),
        ("/static/a.js", {"accept_encoding": "br", "range": "bytes=0-9"}),
        ("/static/a.woff2", {"accept_encoding": "br"}),
        ("/lens/../lens/b.css", {"accept_encoding": "br"}),
        ("/other", {"accept_encoding": "br"}),
    ],
)
def test_what_is_not_to_be_compressed_is_left_to_streamlit(path: str, headers: dict[str, str]) -> None:
    assert ask(path, **headers).body == b"Streamlit"
    assert ask("/lens/b.css", "POST").body == b"Streamlit"


def test_a_file_that_may_change_is_read_again() -> None:
    contents = iter((b"a {}", b"b {}", b"c {}", b"d {}"))
    changing = Static(
        PlainTextResponse(""), {"/a.css": File("a.css", lambda: next(contents), changing=True)}, {}, "/x/", ()
    )
    first, second = ask("/a.css", server=changing), ask("/a.css", server=changing)
    assert first.body != second.body
    assert first.headers["etag"] != second.headers["etag"]


def test_in_the_folder_of_streamlits_files_there_is_nothing_else() -> None:
    assert ask("/static/b.js").status == 404
    assert ask("/static/../app.py").status == 404


def test_our_own_files_go_out_as_they_are_where_no_encoding_is_accepted() -> None:
    answer = ask("/lens/b.css", accept_encoding="identity")
    assert (answer.body, answer.headers.get("content-encoding")) == (b"p {} " * 100, None)


def test_a_browser_that_has_the_content_is_told_so_and_another_encoding_is_another_content() -> None:
    tag = ask("/static/a.js", accept_encoding="br").headers["etag"]
    for known in (tag, f"W/{tag}", f'"x", {tag}', f'"x", W/{tag}'):
        again = ask("/static/a.js", accept_encoding="br", if_none_match=known)
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag)
    assert ask("/static/a.js", accept_encoding="gzip", if_none_match=tag).status == 200
