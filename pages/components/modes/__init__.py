"""The ways to look at a page, in the bar: guess first, and present."""

from __future__ import annotations

from contextlib import suppress

from pages.components import component
from pages.shared import session, views
from pages.shared.messages import NotOursError, message

_modes = component("modes", '<div class="lens-modes" role="group"></div>', "modes/bar")


def modes() -> None:
    """Draws the switches."""
    words = {
        "guess": views.words("guess.switch"),
        "guess_help": views.words("guess.switch_help"),
    }
    _modes(data={"guess": session.guessing(), "words": words}, **session.component("modes", "guess", store))


def store(sent: object) -> None:
    """The reader has pressed the switch."""
    with suppress(NotOursError):
        session.guess(message(sent).flag("on"))
