"""Links that no page would write: a page stays small, nothing of theirs is Markdown, and what is wrong is told."""

from __future__ import annotations

import re

import pytest

from core import address as share
from core import wording as words
from core.problem import MAX_ENTRIES, MAX_OUTPUTS
from pages.shared.views import variable, verbatim
from tests.pages.test_pages import visit

HOSTILE = (
    "[a](http://x.example)",
    "![](//x.example/a.png)",
    "<img src=x onerror=alert(1)>",
    r"\rule{15000px}{1px}",
    "x}$ [a](http://x.example) ${",
    ":material/home:",
    ":red[x]",
    ":joy:",
    "http://x.example",
    "www.x.example",
    "` [a](http://x.example) `",
    "``` :red[x] ```",
    "`",
    "\n\n# x",
    "a\u202eb",
    "x" * 5_000,
)


def fields(app) -> list[str]:
    return [str(field.key) for field in app.text_input]


def refusals(app) -> str:
    return "".join(element.value for element in app.html if 'class="lens-error"' in element.value)


# ── As many fields as there may be ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("lang", share.LANGUAGES)
@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("/vjp?f=" + ";".join(["x"] * 990), "990"),
        ("/vjp?f=x1&at=" + ",".join(f"x{k}:1" for k in range(990)), "990"),
        ("/vjp?f=x;x^2&at=x:1&v=" + ",".join(["1"] * 990), "990"),
        ("/chain?f=" + ";".join(["x"] * 990) + "&g=y1", "990"),
        ("/chain?f=x&g=y1&h=z1&k=" + ";".join(["w1"] * 990), "990"),
    ],
)
def test_a_link_with_a_thousand_entries_draws_no_more_fields_than_the_limit(address: str, told: str, lang: str):
    app = visit(address, lang)
    assert not app.exception
    assert len(fields(app)) <= MAX_ENTRIES + 5 * MAX_OUTPUTS
    assert (
        max(sum(key.startswith(f"{start}.") for key in fields(app)) for start in ("vjp.f", "chain.f", "chain.k")) <= 8
    )
    assert told in refusals(app)


def test_one_click_removes_the_functions_that_are_too_many():
    app = visit("/vjp?f=" + ";".join(["x"] * 990) + "&at=x:3")
    button = app.button(key="vjp.f.remove")
    assert button.label == words.say("en", "label.remove_rest", i=MAX_OUTPUTS)
    button.click().run()
    assert not app.exception
    assert not refusals(app)


def test_a_link_beyond_what_is_read_is_refused_with_its_length():
    app = visit("/vjp?f=" + "x" * share.MAX_QUERY)
    assert not app.exception
    assert str(share.MAX_QUERY) in refusals(app)
    assert "vjp" in app.session_state["unread"], "the address stays as it came"


# ── Nothing of theirs is Markdown ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_that_cannot_be_one_is_a_span_of_code(name: str):
    label = variable(name)
    fence = re.match("`+", label)
    assert fence, label
    inside = label[fence.end() : -fence.end()]
    assert label.endswith(fence[0])
    assert "`" * fence.end() not in inside, "nothing within ends the span"
    assert "\n" not in label
    assert len(label) < 80


@pytest.mark.parametrize(("name", "label"), [("x1", "$x_{1}$"), ("alpha", r"$\alpha$"), ("loss", r"$\mathrm{loss}$")])
def test_a_name_that_can_be_one_is_typeset(name: str, label: str):
    assert variable(name) == label


def test_nothing_is_shown_of_nothing():
    assert verbatim(" ") == ""


@pytest.mark.parametrize(
    "name", ["![](//x.example/a.png)", r"\rule{15000px}{1px}", "x}$[a](//x.example)${", "<img/src>"]
)
def test_what_a_link_calls_a_variable_stands_in_the_page_as_it_is(name: str):
    app = visit(f"/vjp?f=x&at={name}:1")
    assert not app.exception
    assert app.text_input(key="vjp.at.0").label == f"` {name} `"
