"""What is the gradient? Asked before it is shown; what is typed is compared in the browser, and stays there."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import streamlit as st

from core.expression.tree import SUBSCRIPTS
from core.kinds import exercise, kind_of
from core.kinds.kind import Explanation
from core.maps import laid_out
from core.numbers.notation import decimal, jsonables
from core.slips import Question, Slip, slips
from core.turns import showing
from core.wording import tell
from pages.components import component
from pages.shared import session, views
from pages.shared.messages import NotOursError, message

_guess = component("guess", '<div class="lens-guess"></div>', "modes/guess")
MAX_SEED = 10**9
WORDS = "help check give_up again another right_part wrong wrong_of slip slips unread empty tally covered".split()
GAPS = {name: f"{{{name}}}" for name in "text right count".split()}  # filled in the browser

Data = dict[str, Any]


def guess(page: str, explanation: Explanation) -> None:
    """Asks for the gradient of the page while the reader wants to guess. Its place is always there."""
    with st.container(key="guess"):
        if session.guessing() and (asked := kind_of(explanation.problem).question):
            data = guess_data(page, explanation, asked(explanation))
            key = f"guess.{page}"
            _guess(data=data, **session.component(key, "another", lambda sent: another(page, sent)))


def another(page: str, sent: object) -> None:
    """Puts a problem of chance into the page; the browser has chosen its number."""
    with suppress(NotOursError), showing:
        session.replace_all(page, exercise(page, message(sent).whole("seed", 0, MAX_SEED)))


def guess_data(page: str, explanation: Explanation, question: Question) -> Data:
    """What the browser needs to judge what is typed."""
    rows = laid_out(question.answer, question.columns)
    written = "; ".join(", ".join(map(decimal, row)) for row in rows)
    facts = {"name": question.name, "answer": f"({written})"}
    return {
        "channel": page,
        "problem": session.address(page),
        "columns": question.columns,
        "answer": jsonables(question.answer),
        "labels": [views.words("guess.entry", name=question.name, place=place) for place in _places(question)],
        "slips": [_slip(slip) for slip in slips(question)],
        "words": {word: views.words(f"guess.{word}", **GAPS) for word in WORDS}
        | {word: views.words(f"guess.{word}", **facts) for word in ("title", "right", "shown")},
    }


def _places(question: Question) -> list[str]:
    """1, 2, … of a row; ₁₁, ₁₂, … of a matrix."""
    count = len(question.answer)
    if question.columns == count:
        return [str(k + 1) for k in range(count)]
    return [f"{k // question.columns + 1}{k % question.columns + 1}".translate(SUBSCRIPTS) for k in range(count)]


def _slip(slip: Slip) -> Data:
    return {
        "said": tell(session.language(), [slip.sentence]),
        "answer": jsonables(slip.answer),
        "rows": list(slip.rows),
        "inputs": list(slip.inputs),
        "stages": list(slip.stages),
    }
