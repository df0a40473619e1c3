"""The paste box: a dialog that takes what somebody has in hand, says what was read of each line, and opens its page."""

from __future__ import annotations

from html import escape

import streamlit as st

from core.brought import Brought, Line, bring
from core.grammar.code.source import MAX_TEXT
from core.kinds import kind_of
from core.kinds.kind import Problem
from core.problem import ProblemError
from core.wording import explain_line
from pages.shared import session, views

EXAMPLE = """\
x = torch.tensor([1., 2.], requires_grad=True)
y = torch.stack([x[0]*x[1], torch.sin(x[0])])
y.backward(torch.tensor([1., 2.]))"""
ROWS = 220  # pixels of the field: the lines that were read stand in sight below it


@session.part
def paste(place: str) -> None:
    """The button that opens the box; ``place`` is "bar" or "home"."""
    label = views.words("paste.short" if place == "bar" else "paste.open")
    if st.button(
        label, key=f"paste.{place}", type="secondary" if place == "bar" else "primary", icon=":material/content_paste:"
    ):
        st.dialog(views.words("paste.title"), width="large")(_box)()


def _box() -> None:
    text = st.text_area(
        views.words("paste.field"),
        key="paste.text",
        height=ROWS,
        max_chars=MAX_TEXT,  # holds in the browser only: ``bring`` looks again
        placeholder=EXAMPLE,
    )
    st.caption(views.words("paste.help"))
    st.button(views.words("paste.read"), key="paste.read", type="primary" if not text else "secondary")
    if text and text.strip():
        _answer(text)


def _answer(text: str) -> None:
    try:
        brought = bring(text)
    except ProblemError as refusal:
        views.error(refusal)
        return
    if brought.problem is None:
        assert brought.refusal
        views.error(brought.refusal)
    else:
        _choices(brought)
    _lines(brought.lines)


def _choices(brought: Brought) -> None:
    """A button that opens the problem, and one for each other that it could be."""
    assert brought.problem is not None
    for note in brought.notes:
        views.hint(f"pasted_note.{note}")
    taken = next((choice.taken for choice in brought.choices if choice.kind != "instead"), "")
    _opening("go", brought.problem, views.words(f"pasted_as.{taken}") if taken else "", primary=True)
    if brought.choices:
        views.hint("paste.also")
    for place, choice in enumerate(brought.choices):
        how = views.words(f"pasted_as.{choice.kind}", said=views.verbatim(choice.other))
        line = views.words("pasted_as.line", line=choice.line, text=how) if choice.line else how
        _opening(f"other.{place}", choice.problem, line)


def _opening(name: str, problem: Problem, how: str, primary: bool = False) -> None:
    page = kind_of(problem).page
    title = views.words("paste.go", page=views.words(f"nav.{page}"))
    label = f"{title}: {how}" if how else title
    if st.button(label, key=f"paste.{name}", type="primary" if primary else "secondary"):
        session.replace_all(page, problem)
        st.switch_page(f"{page}.py")


def _lines(lines: tuple[Line, ...]) -> None:
    understood = sum(line.understood for line in lines)
    rows = "".join(map(_line, lines))
    count = escape(views.words("paste.count", read=understood, all=len(lines)))
    title = escape(views.words("paste.lines"))
    st.html(f'<p class="lens-section">{title} · {count}</p><ol class="lens-lines" tabindex="0">{rows}</ol>')


def _line(line: Line) -> str:
    """A line of the text, and what is told of it. All of it is a visitor's text, so all of it is escaped."""
    said = explain_line(session.language(), line.code, line.facts or {}) if line.code else ""
    mark = "" if line.understood else f"<b>{escape(views.words('paste.unread'))}</b> "
    read = f"<samp>{escape(line.read)}</samp>" if line.read else ""
    told = f"<small>{mark}{escape(said)}</small>" if said else ""
    style = "" if line.understood else ' class="lens-unread"'
    return f'<li value="{line.number}"{style}><code>{escape(line.text)}</code>{read}{told}</li>'
