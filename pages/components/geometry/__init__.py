"""The pictures of /vjp: the weighted rows as arrows; behind tabs maps, surfaces, duality, J by passes, and .grad."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import Any

from core.engines.misuse import Complaint, complaints
from core.kinds.vector import geometry
from core.kinds.vector.explanation import VectorExplanation
from core.kinds.vector.problem import VectorProblem
from core.numbers.notation import jsonables
from core.problem import MAX_ENTRIES
from core.wording import table
from pages.components import component
from pages.shared import session, views
from pages.shared.messages import NotOursError, message

_pictures = component("geometry", '<div class="lens-geometry"></div>', "vjp/geometry")
SHARED = ("tab", "arrows", "complaint", "save")  # words that more than one picture says


def arrows(explanation: VectorExplanation, page: str = "vjp") -> None:
    """Draws the weighted rows tip to tail, moving with v in the browser."""
    scene = geometry.scene(explanation, formulas=False)
    _pictures(key=f"arrows.{page}", data=_data(page, ("arrows",), scene))


def explorer(explanation: VectorExplanation, page: str = "vjp") -> None:
    """Draws the other pictures behind tabs. In some of them x can be dragged: the page's draft follows on release."""
    key = f"explorer.{page}"
    data = _data(page, _fitting(explanation), geometry.scene(explanation))
    if session.sent(key, "asked") is True:
        data["complaints"] = [_complaint(one) for one in _complaints(explanation)]
    moved = session.component(key, "moved", partial(move, page, explanation.problem))
    _pictures(data=data, on_asked_change=lambda: None, **moved)


def move(page: str, shown: VectorProblem, sent: object) -> None:
    """Hands on the point to which x was dragged in a picture of ``shown``, if that is what the browser sent."""
    draft = session.problem(page)
    assert isinstance(draft, VectorProblem)
    with suppress(NotOursError):
        told = message(sent)
        x, before = (told.numbers(name, MAX_ENTRIES, geometry.LARGEST) for name in ("x", "from"))
        if (changed := geometry.moved(draft, shown, x, before)) != draft:
            session.replace_all(page, changed)


def _fitting(explanation: VectorExplanation) -> tuple[str, ...]:
    """The pictures that a map of n inputs and m outputs has."""
    m, n = len(explanation.map.outputs), len(explanation.map.inputs)
    plane = (("map",) if m > 1 else ()) + ("contours",) if n > 1 else ()
    return (*plane, "surface", "duality", "recover", "ledger")


def _data(page: str, shown: tuple[str, ...], scene: dict[str, Any]) -> dict[str, Any]:
    palette, said = views.palette(), table(session.language(), "geometry")
    return {
        "page": page,
        "views": shown,
        "scene": scene,
        "words": {name: said[name] for name in said if name in (*shown, *SHARED)},
        "hues": {"rows": palette.rows, "ink": palette.ink, "faint": palette.faint},
    }


def _complaints(explanation: VectorExplanation) -> tuple[Complaint, ...]:
    here = explanation.map
    point, weights = (tuple(n.value for n in numbers) for numbers in (here.point, explanation.pullback.weights))
    return complaints(here.outputs, here.inputs, point, weights)


def _complaint(one: Complaint) -> dict[str, Any]:
    grad = None if one.grad is None else jsonables(one.grad)
    return {"code": one.code, "calls": one.calls, "error": one.error, "outcome": one.outcome, "grad": grad}
