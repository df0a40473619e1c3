"""A link embedded as a picture: the route /export.png."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

LINK = "/export.png?page=vjp&f=2*x1%2Bx2^2;x1^2%2B2*x2^3&at=x1:1,x2:2&v="


def test_a_link_is_answered_with_its_slide(server: str):
    with urlopen(server + LINK + "2,1") as answer:
        picture = answer.read()
        assert answer.headers["Content-Type"] == "image/png"
        assert "max-age" in answer.headers["Cache-Control"]
    assert picture.startswith(b"\x89PNG")
    assert (int.from_bytes(picture[16:20]), int.from_bytes(picture[20:24])) == (1920, 1080)
    with urlopen(server + LINK + "1,2") as answer:
        assert answer.read() != picture


@pytest.mark.parametrize("query", ["page=vjp&f=2*", "page=nowhere", "page=vjp&theme=pink", "f=" + "x" * 5000])
def test_a_bad_link_is_refused_in_words(server: str, query: str):
    with pytest.raises(HTTPError) as refused:
        urlopen(f"{server}/export.png?{query}")
    assert refused.value.code == 400
    assert len(refused.value.read()) > 20


def test_a_link_is_refused_in_its_own_language(server: str):
    with pytest.raises(HTTPError) as refused:
        urlopen(f"{server}/export.png?page=vjp&f=2*&lang=zh")
    assert any(character > "\u4e00" for character in refused.value.read().decode())


def test_a_whole_class_is_shown_a_picture_that_was_drawn_before(server: str):
    with ThreadPoolExecutor(30) as visitors:
        urlopen(server + LINK + "3,1").read()
        answers = list(visitors.map(lambda _: urlopen(server + LINK + "3,1").status, range(60)))
    assert answers == [200] * 60


def test_every_answer_carries_the_security_headers(server: str):
    with urlopen(f"{server}/") as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert "script-src 'self' blob: 'sha256-" in policy
        assert "unsafe-eval" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_one_client_cannot_keep_the_server_busy_without_end(server: str):
    def status(k: int) -> int:
        with pytest.raises(HTTPError) as refused:
            urlopen(f"{server}/export.png?page=vjp&f={k}*")
        return refused.value.code

    assert {status(k) for k in range(60)} == {400, 429}
