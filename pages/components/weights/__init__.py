"""v as sliders: dragged in the browser, sent on release."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from core.grammar import MAX_LENGTH
from core.numbers.exact import Number
from core.numbers.notation import jsonable
from core.problem import MAX_OUTPUTS
from pages.components import component
from pages.shared import session
from pages.shared.messages import NotOursError, message, serial

_weights = component(
    "weights",
    '<div class="lens-weights"><div class="lens-sliders"></div>'
    '<div class="lens-tries"><span></span><span></span></div></div>',
    "kit/sliders",
)

Texts = tuple[str, ...]


def weights(
    page: str,
    texts: Texts,
    numbers: tuple[Number | None, ...],
    *,
    shown: tuple[Number, ...],
    tries: list[tuple[str, tuple[int, ...]]],
    hues: list[str],
    words: dict[str, str],
    labels: list[str],
    store: Callable[[Texts], None],
) -> None:
    """Draws a slider for every weight; ``store`` gets all of v as texts when one has been moved or typed into.

    ``numbers`` are the texts as read, None where one was refused; there the weight of the last v that could be read,
    ``shown``, stays. ``tries`` are labelled vectors one click away. The
    weights live on the page's channel, where every component of the page can follow them.
    """
    key = f"weights.{page}"
    data = {
        "channel": page,
        "texts": texts,
        "values": [None if n is None else jsonable(n.value) for n in numbers],
        "shown": [jsonable(n.value) for n in shown],
        "hues": hues,
        "names": [rf"v_{{{i + 1}}}" for i in range(len(texts))],
        "labels": labels,
        "tries": [{"label": label, "v": list(v)} for label, v in tries],
        "words": words,
        "longest": MAX_LENGTH,
        "serial": 0 if session.anew() else serial(session.sent(key, "v")) or 0,
        "anew": session.anew(),
        "alive": session.alive(),
    }
    hear = session.component(key, "alive", lambda _: None) | session.component(
        key, "v", lambda sent: accept(sent, len(texts), store)
    )
    _weights(data=data, **hear)


def accept(sent: object, count: int, store: Callable[[Texts], None]) -> None:
    """Hands on what the browser sent if it is what the component sends: as many texts as there are weights."""
    with suppress(NotOursError):
        texts = message(sent).texts("texts", MAX_OUTPUTS, MAX_LENGTH)
        if len(texts) == count:
            store(texts)
