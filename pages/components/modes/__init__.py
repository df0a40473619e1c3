"""The ways to look at a page, in the bar: guess first, and present."""

from __future__ import annotations

from contextlib import suppress

from core.address import MAX_STEP, View
from pages.components import component
from pages.shared import session, views
from pages.shared.messages import NotOursError, message

WORDS = "present present_help back on leave keys keys_title".split()
_modes = component("modes", '<div class="lens-modes" role="group"></div>', "modes/bar")


def modes() -> None:
    """Draws the switches."""
    words = {
        "guess": views.words("guess.switch"),
        "guess_help": views.words("guess.switch_help"),
        **{word: views.words(f"present.{word}") for word in WORDS},
    }
    hear = session.component("modes", "guess", store) | session.component("modes", "place", put)
    _modes(data={"guess": session.guessing(), "words": words}, **hear)


def put(sent: object) -> None:
    """The reader wants to share where they are."""
    with suppress(NotOursError):
        told = message(sent)
        step = told.whole("step", 0, MAX_STEP) if told.parts.get("step") is not None else None
        session.put(View(present=told.flag("present"), step=step))


def store(sent: object) -> None:
    """The reader has pressed the switch."""
    with suppress(NotOursError):
        session.guess(message(sent).flag("on"))
