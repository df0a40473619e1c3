"""Values in, elements out. A view never computes; the error boundary words every ProblemError.

Text of a visitor reaches the browser as escaped text (``escape``, ``verbatim``, st.code) or as typeset trees, never as
Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from html import escape
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core import address as share
from core import grammar
from core.code.transcript import Transcript, annotated
from core.engines.verdict import Verdict
from core.grammar.refusal import clip
from core.kinds import complete, explain, kind_of
from core.kinds.kind import Explanation, Problem
from core.kinds.vector import equations
from core.kinds.vector.explanation import VectorExplanation
from core.notation import tree
from core.notation.latex import latex
from core.notation.palette import PALETTES, Palette
from core.notation.spoken import spoken
from core.notation.tree import Piece
from core.notation.walk import has_bands
from core.numbers.notation import decimal, jsonables
from core.problem import ProblemError
from core.slides.words import reasons_of, said_of
from core.wording import Example, comments, examples, explain_error, prose, say, tell
from pages.shared import session

WHOLE, HALF = 72, 48  # characters of a listing that a card of the page shows
STALE = Path(__file__).parents[1] / "static" / "stale.css"
BANDED = 25  # entries of a Jacobian that keeps its bands: the phantoms that hold them in line cost a browser seconds
WORD_JOINER = "\u2060"  # browsers break a line beside a formula, whatever follows it
TINTED = 16  # entries of a matrix that st.latex tints; the bands of an 8 × 8 cost the browser seconds


def words(key: str, **facts: str | int) -> str:
    """``core.wording.say`` in the reader's language."""
    return say(session.language(), key, **facts)


def palette() -> Palette:
    """The colours of the reader's theme."""
    return PALETTES[st.context.theme.type or "light"]


# ── Text ─────────────────────────────────────────────────────────────────────────────────────────────────


def title(page: str, said: str = "", **facts: str | int) -> None:
    """The headline of a page and its one-sentence explanation; ``said`` is one that fits what is shown better."""
    st.title(words(f"title.{page}", **facts), anchor=False)
    st.caption(said or words(f"subtitle.{page}", **facts))


def section(name: str) -> None:
    """A small heading above a group of fields."""
    st.html(f'<h2 class="lens-section">{escape(words(f"section.{name}"))}</h2>')


# Cards that give the answer away: they are covered while it is to be guessed.
ANSWERS = frozenset("arrows bars transpose explorer sympy torch chain_product tape backward_steps".split())


@contextmanager
def card(name: str) -> Iterator[None]:
    """A bordered card with a heading."""
    with st.container(border=True, key=f"card.{name}"):
        st.header(words(f"section.{name}"), anchor=False)
        with answer(name) if name in ANSWERS else nullcontext():
            yield


def answer(name: str) -> DeltaGenerator:
    """A container of what is covered while the answer is to be guessed (lens.css); it keeps its place and height."""
    return st.container(key=f"answer.{name}")


def beside() -> list[DeltaGenerator]:
    """A column for the fields, which stay in sight, beside one for the long page that is read."""
    with st.container(key="beside"):
        return st.columns([1, 2.6], gap="large")


def text(name: str) -> None:
    """A page of our own prose; a line must not begin with the punctuation that follows a formula."""
    st.markdown(re.sub(r"\$(?=[，。；：、）])", "$" + WORD_JOINER, prose(session.language(), name)))


def reason(explanation: Explanation) -> None:
    """What an example of the gallery is there for, on its own page."""
    if explanation.problem in (known := _examples()):
        st.html(f'<p class="lens-reason">{escape(known[explanation.problem].why[session.language()])}</p>')


@cache
def _examples() -> dict[Problem, Example]:
    return {complete(share.decode(example.address).problem): example for example in examples()}


def hint(key: str, **facts: str | int) -> None:
    """A quiet sentence."""
    st.caption(words(key, **facts))


# ── Mathematics ──────────────────────────────────────────────────────────────────────────────────────────


def equation(piece: Piece, caption: str | None = None) -> None:
    """A displayed equation; a wide one scrolls in its own box.

    KaTeX says the bands of a matrix as tables in tables: there a screen reader is given the words instead (lens.css).
    """
    if caption:
        hint(caption)
    if has_bands(piece):
        st.html(f'<p class="lens-spoken">{escape(spoken(piece, session.language()))}</p>')
    st.latex(latex(piece, palette()))


def inline(piece: Piece) -> None:
    """A small equation beside a field."""
    st.markdown(f"${latex(piece, palette())}$", width="content")


def reading(piece: Piece) -> None:
    """What was read, typeset under its field, so that a misreading is seen at once."""
    st.markdown(f"${latex(piece, palette())}$")


def variable(name: str) -> str:
    """A variable as the label of its field: typeset if it can be one, else as it stands in the link."""
    try:
        return f"${latex(tree.name(grammar.variable(name, field='at')))}$"
    except ProblemError:
        return verbatim(name)


def verbatim(text: str) -> str:
    """Text of a visitor as Markdown that shows it as it is: in a span of code there are no links and no icons."""
    shown = clip(text)
    fence = "`" * (1 + shown.count("`"))
    return f"{fence} {shown} {fence}" if shown.strip() else ""


def plain_stage(explanation: VectorExplanation) -> None:
    """J with its tinted rows and their sum as plain equations, for a browser in which the stage does not start."""
    here, pulled = explanation.map, explanation.pullback
    entries = len(here.outputs) * len(here.inputs)
    equation(equations.jacobian_at(here, pulled.weights if entries <= TINTED else ()))
    equation(equations.weighted_sum(here, pulled))


# ── Results and refusals ─────────────────────────────────────────────────────────────────────────────────


@contextmanager
def result(page: str) -> Iterator[Explanation]:
    """The explanation of what the reader typed; while that cannot be read, the last good one, dimmed."""
    explanation, refusal = explained(page)
    with st.container(key="refusal"):  # always there: what stands below would start anew if it changed its place
        if refusal:
            error(refusal)
            hint("label.stale")
            st.html(STALE)
    with st.container(key="result"):
        yield explanation


def explained(page: str) -> tuple[Explanation, ProblemError | None]:
    """The explanation of what the reader typed; while that cannot be read, the last good one and why."""
    refusal = session.refused(page)
    if refusal is None:
        try:
            explanation = explain(session.problem(page))
        except ProblemError as error:
            session.refuse(page, refusal := error)
        else:
            session.remember(page)
            return explanation, None
    return explain(session.shown(page)), refusal


def error(refusal: ProblemError, typed: str = "", field: str = "") -> None:
    """What is wrong, the offending characters marked in their text; with ``field`` the key of its widget ends."""
    message = escape(explain_error(session.language(), refusal))
    of = f' data-field="{escape(field)}"' if field else ""
    st.html(f'<div class="lens-error" role="alert"{of}>{_marked(typed, refusal)}<p>{message}</p></div>')


def _marked(typed: str, refusal: ProblemError) -> str:
    if not typed or not refusal.span:
        return ""
    start, end = refusal.span
    window = slice(max(0, start - 30), end + 30)
    before, wrong, after = typed[window.start : start], typed[start:end] or " ", typed[end : window.stop]
    return f"<code>{escape(before)}<mark>{escape(wrong[:60])}</mark>{escape(after)}</code>"


def code(source: str) -> None:
    """A listing with a button that copies it."""
    st.code(source, language="python")


def transcript(run: Transcript, width: int = WHOLE) -> None:
    """The code that ran, each print with what it answered; ``width`` is WHOLE, or HALF where two cards share a line."""
    code(comments(session.language(), annotated(run, width)))


MISSING = {"too_slow": "check.cannot", "busy": "check.turn"}  # why a derivation is not there


def steps(explanation: Explanation) -> list[dict[str, object]]:
    """The steps to the state, as plain data for a component: what each says in the reader's language."""
    lang = session.language()
    return [
        {
            "id": step.id,
            "lit": step.lit,
            "shown": step.shown,
            "sentence": tell(lang, step.sentence),
            "answer": [jsonables(n.value for n in row) for row in step.answer],
        }
        for step in kind_of(explanation.problem).steps(explanation)
    ]


def sympy_listing(derivation: Callable[[], Transcript], width: int = WHOLE) -> None:
    """The derivation as SymPy code with what it printed, or why there is none."""
    try:
        run = derivation()
        transcript(run, width)
        if "Heaviside" in run.text:
            hint("check.heaviside")
    except ProblemError as refusal:
        hint(MISSING[refusal.code]) if refusal.code in MISSING else error(refusal)


def verdict(judged: Verdict) -> None:
    """Whether the engines agree, and if not, why."""
    torch, differences = judged.torch, judged.finite_difference
    largest = f" ({words('check.error', error=decimal(torch.error or 0, 2))})" if judged.kind == "agree" else ""
    style = "agrees" if judged.calm else "explained"
    st.html(f'<p class="lens-{style}">{escape(said_of(judged, session.language()) + largest)}</p>')
    for reason in reasons_of(judged, session.language()):
        st.html(f'<p class="lens-note">{escape(reason)}</p>')
    if differences.agrees and differences.error is not None:
        hint_text = words("check.differences", error=decimal(differences.error, 2))
    else:
        shown = ", ".join(map(decimal, differences.vjp))
        hint_text = words("check.differences_explained", vjp=f"({shown})")
    st.caption(hint_text)
