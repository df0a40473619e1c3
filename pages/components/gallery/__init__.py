"""The gallery of examples: cards that are links, each with its formula."""

from __future__ import annotations

import streamlit as st

from core import address as share
from core.kinds import complete, kind_of
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
        "latex": kind_of(problem).formula(problem),
    }
