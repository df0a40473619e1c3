"""Guess first: a switch, a parameter of the link, and a question on every page that has an answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core import address as share
from core.kinds import KINDS
from pages import components
from pages.components import guess, modes
from tests.pages.test_pages import visit
from tests.pages.test_sharing import opened

GUESSED = [page for page, kind in KINDS.items() if kind.question]
Sent = dict[str, Any]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    """What the components of the last run were told, by name."""
    found: Sent = {}
    real = components.encoded
    monkeypatch.setattr(components, "encoded", lambda name, data: found.update({name: data}) or real(name, data))
    return found


@pytest.fixture
def link(monkeypatch: pytest.MonkeyPatch, sent: Sent) -> Callable[[AppTest], str]:
    """The link of the page as the bar has it."""
    return lambda app: next(page["href"] for page in sent["header"]["pages"] if page["current"])


@pytest.mark.parametrize("page", GUESSED)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_link_asks_before_it_shows(page: str, lang: str, sent: Sent, link: Callable[[AppTest], str]) -> None:
    app = visit(f"/{page}?guess=1", lang)
    assert not app.exception
    assert sent["modes"]["guess"]
    assert sent["guess"]["slips"]
    assert len(sent["guess"]["labels"]) == len(sent["guess"]["answer"])
    assert "guess=1" in link(app)


@pytest.mark.parametrize("page", GUESSED)
def test_nobody_is_asked_who_does_not_want_to_be(page: str, sent: Sent, link: Callable[[AppTest], str]) -> None:
    app = visit(f"/{page}")
    assert "guess" not in sent
    assert "guess" not in link(app)


def test_the_answer_that_is_asked_for_is_the_one_of_the_page(sent: Sent) -> None:
    visit("/vjp?f=x1*x2;x1%2Bx2&at=x1:2,x2:3&v=5,7&guess=1")
    assert sent["guess"]["answer"] == [22, 17]
    visit("/matmul?a=1,2;3,4&b=1;5&v=2;3&wrt=b&guess=1")
    assert sent["guess"]["answer"] == [11, 16]
    assert sent["guess"]["columns"] == 1


def test_a_parameter_that_cannot_be_used_is_named() -> None:
    decoded = share.decode("/vjp?guess=perhaps&step=x&present=1")
    assert [(error.code, error.field) for error in decoded.errors] == [
        ("not_a_choice", "guess"),
        ("not_a_choice", "step"),
    ]
    assert decoded.view == share.View(present=True)


@pytest.mark.parametrize("view", [share.View(), share.View(True), share.View(True, True, 0), share.View(step=12)])
def test_how_a_page_is_looked_at_survives_its_link(view: share.View) -> None:
    for kind in KINDS.values():
        decoded = share.decode(share.encode(kind.default, "zh", view))
        assert (decoded.view, decoded.lang, decoded.errors) == (view, "zh", ())


def test_the_switch_is_in_the_share_dialog(link: Callable[[AppTest], str]) -> None:
    app = opened("share")
    assert not any("guess=1" in element.value for element in app.code)
    app.toggle(key="share.guess").set_value(True).run()
    assert any(element.value.endswith("lang=en&guess=1") for element in app.code)
    assert "guess" not in link(app), "the page itself stays as it is"


def test_the_large_code_leads_to_what_was_chosen() -> None:
    app = opened("share")
    app.toggle(key="share.guess").set_value(True).run()
    app.button(key="share.large").click().run()
    assert any(element.value.endswith("&guess=1") for element in app.code)


@pytest.mark.parametrize("message", [None, "on", {"on": 1}, {"on": "true"}])
def test_the_switch_takes_nothing_else(message: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(modes.session, "guess", lambda wanted: pytest.fail(f"{wanted}"))
    modes.store(message)


@pytest.mark.parametrize("message", [None, {"seed": -1}, {"seed": 1.5}, {"seed": "1"}, {"seed": 10**30}])
def test_another_problem_takes_nothing_else(message: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guess.session, "replace_all", lambda *drafts: pytest.fail(f"{drafts}"))
    guess.another("vjp", message)


def test_another_problem_is_put_into_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    put = []
    monkeypatch.setattr(guess.session, "replace_all", lambda page, draft: put.append((page, draft)))
    guess.another("matmul", {"seed": 5})
    (page, draft) = put[0]
    assert (page, type(draft)) == ("matmul", KINDS["matmul"].problem)
    assert draft != KINDS["matmul"].default


def test_a_large_question_is_small_enough_to_be_sent(sent: Sent) -> None:
    rows = ";".join(",".join(str((i * j) % 7 + 1) for j in range(8)) for i in range(8))
    visit(f"/matmul?a={rows}&b={rows}&v={rows}&guess=1")
    assert len(json.dumps(sent["guess"])) < 40_000


@pytest.mark.parametrize(
    "message", [None, 3, {"step": -1}, {"step": 10**6}, {"step": "1"}, {"step": 1, "present": "yes"}]
)
def test_where_one_is_takes_nothing_else(message: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(modes.session, "put", lambda view: pytest.fail(f"{view}"))
    modes.put(message)


@pytest.mark.parametrize(
    ("told", "view"),
    [
        ({"step": 2, "present": True}, share.View(present=True, step=2)),
        ({"step": None, "present": False}, share.View()),
        ({"step": 0}, share.View(step=0)),
    ],
)
def test_where_one_is_stands_in_the_link_that_is_shared(
    told: Sent, view: share.View, monkeypatch: pytest.MonkeyPatch
) -> None:
    put: list[share.View] = []
    monkeypatch.setattr(modes.session, "put", put.append)
    modes.put(told)
    assert put == [view]
    app = opened("share", place=("vjp", view))
    assert any(element.value.endswith("".join(("lang=en", *_said(view)))) for element in app.code)
    other = opened("share", place=("chain", view))
    assert any(element.value.endswith("lang=en") for element in other.code), "of another page nothing is known"


def _said(view: share.View) -> list[str]:
    return [f"&{name}={text}" for name, text in view.texts.items()]
