"""The bar at the top: the name, the pages, the language. Its links carry the whole state."""

from __future__ import annotations

from core.parameters import LANGUAGES
from core.wording import say
from pages.components import component
from pages.shared import session

_header = component(
    "header",
    '<div class="lens-bar"><a class="name"></a><nav class="pages"></nav><nav class="languages"></nav></div>',
    "frame/header",
)
NAMES = {"en": "EN", "zh": "中文"}


def header(page: str) -> None:
    """Draws the bar; ``page`` is the one that is open."""
    lang = session.language()
    _header(
        key="header",
        data={
            "home": session.address("home"),
            "pages": [
                {"text": say(lang, f"nav.{name}"), "href": session.address(name), "current": name == page}
                for name in session.PAGES
            ],
            "languages": [
                {
                    "text": NAMES[code],
                    "href": session.address(page, code),
                    "current": code == lang,
                    "lang": code,
                }
                for code in LANGUAGES
            ],
            "labels": {"pages": say(lang, "nav.label"), "languages": say(lang, "nav.language")},
            "lang": lang,
        },
    )
