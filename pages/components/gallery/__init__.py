"""The gallery of examples: cards that are links, each with its formula."""

from __future__ import annotations

import streamlit as st

from core import address as share
from core.grammar import parse
from core.kinds.explain import complete
from core.notation.latex import expression
from core.problem import ChainProblem, MatmulProblem, Problem, VectorProblem
from core.wording import Example, examples
from pages.components import component
from pages.shared import session

_gallery = component("gallery", '<div class="lens-gallery"></div>', "frame/gallery")


def gallery() -> None:
    """Draws a card for every example; each opens its page in that state."""
    lang = session.language()
    _gallery(key="gallery", data={"cards": _cards(lang)})


@st.cache_data
def _cards(lang: str) -> list[dict[str, str]]:
    return [_card(example, lang) for example in examples()]


def _card(example: Example, lang: str) -> dict[str, str]:
    problem = complete(share.decode(example.address).problem)
    return {
        "href": share.encode(problem, lang).removeprefix("/"),
        "title": example.title[lang],
        "why": example.why[lang],
        "latex": _formula(problem),
    }


def _formula(problem: Problem) -> str:
    match problem:
        case VectorProblem(functions):
            return _column("y", functions)
        case ChainProblem(inner, outer):
            return rf"{{{_column('y', inner)}}},\quad\allowbreak {{{_column('z', outer)}}}"  # never broken after a =
        case MatmulProblem(a, b):
            return rf"{_numbers(a)}\times{_numbers(b)}"
    raise TypeError(problem)


def _column(letter: str, functions: tuple[str, ...]) -> str:
    lines = [expression(parse(text, None)) for text in functions]
    if len(lines) == 1:
        return rf"{letter} = \displaystyle {lines[0]}"
    return rf"{letter} = \begin{{pmatrix}}" + r"\\[0.2em]".join(lines) + r"\end{pmatrix}"


def _numbers(matrix: tuple[tuple[str, ...], ...]) -> str:
    return r"\begin{bmatrix}" + r"\\".join(" & ".join(row) for row in matrix) + r"\end{bmatrix}"
