"""What a component of the browser has sent, looked at before anything is done with it: a browser is not to be trusted.

A component's handler asks a Message for every part by its kind and limits. What our own scripts would not send raises
NotOursError, and the handler ignores the message as a whole.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TypeGuard

LARGEST_SERIAL = 2**53  # what JavaScript counts up to


class NotOursError(Exception):
    """A message that no component of ours would send."""


@dataclass(frozen=True)
class Message:
    """The named parts of a message. One that is missing, or null, is what the caller says it is then, or no message."""

    parts: Mapping[str, object]

    def text(self, name: str, longest: int, otherwise: str | None = None) -> str:
        """A text, cut at ``longest`` characters."""
        return _text(self._given(name, otherwise), longest)

    def texts(self, name: str, most: int, longest: int) -> tuple[str, ...]:
        """One to ``most`` texts, each cut at ``longest`` characters."""
        return tuple(_text(one, longest) for one in _list(self._given(name, None), most))

    def matrix(self, name: str, side: int, longest: int) -> tuple[tuple[str, ...], ...]:
        """Rows of texts, one to ``side`` rows of one to ``side`` each; they may differ in length."""
        rows = _list(self._given(name, None), side)
        return tuple(tuple(_text(one, longest) for one in _list(row, side)) for row in rows)

    def several(self, name: str, most: int) -> tuple[Message, ...]:
        """Up to ``most`` messages within this one; none if it is missing."""
        return tuple(map(message, _list(self.parts[name], most))) if self.parts.get(name) is not None else ()

    def choice(self, name: str, choices: Collection[str], otherwise: str | None = None) -> str:
        """One of some texts, or ``otherwise``."""
        found = self.text(name, max(map(len, choices)) + 1, otherwise)
        if found not in choices and found != otherwise:
            raise NotOursError
        return found

    def whole(self, name: str, least: int, most: int) -> int:
        """A whole number from ``least`` to ``most``; ``least`` if it is missing."""
        found = self._given(name, least)
        if isinstance(found, bool) or not isinstance(found, int) or not least <= found <= most:
            raise NotOursError
        return found

    def numbers(self, name: str, most: int, largest: float) -> tuple[float, ...]:
        """One to ``most`` finite numbers, none larger than ``largest`` in size."""
        found = _list(self._given(name, None), most)
        if not all(_is_number(one, largest) for one in found):
            raise NotOursError
        return tuple(map(float, found))  # type: ignore[arg-type]  # they are numbers

    def flag(self, name: str) -> bool:
        """true or false; false if it is missing."""
        found = self._given(name, False)
        if not isinstance(found, bool):
            raise NotOursError
        return found

    def part(self, name: str) -> Message:
        """A message within this one, without parts if it is missing."""
        return message(self._given(name, {}))

    def _given(self, name: str, otherwise: object) -> object:
        found = self.parts.get(name)
        return otherwise if found is None else found


def message(sent: object) -> Message:
    """What a component has sent, if it is an object at all. Raises NotOursError."""
    if not isinstance(sent, Mapping):
        raise NotOursError
    return Message(sent)


def serial(sent: object) -> int | None:
    """The number that a component has given its message, by which it knows the answer."""
    try:
        return message(sent).whole("serial", 0, LARGEST_SERIAL)
    except NotOursError:
        return None


def _list(found: object, most: int) -> list[object]:
    if not isinstance(found, list) or not 0 < len(found) <= most:
        raise NotOursError
    return found


def _text(found: object, longest: int) -> str:
    """A text that could be in an address: half a surrogate pair could not."""
    if not isinstance(found, str):
        raise NotOursError
    try:
        found[:longest].encode()
    except UnicodeEncodeError:
        raise NotOursError from None
    return found[:longest]


def _is_number(found: object, largest: float) -> TypeGuard[float]:
    # compared before it is asked whether it is finite: an integer may be too large to become a float
    return (
        isinstance(found, int | float)
        and not isinstance(found, bool)
        and abs(found) <= largest
        and math.isfinite(found)
    )
