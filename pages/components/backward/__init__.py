"""Backward through a program in matrices, one operation at a time, stepped through in the browser."""

from __future__ import annotations

from typing import Any

from core.kinds.tensor import arrays
from core.kinds.tensor.backward import Passed, backward
from core.kinds.tensor.explanation import TensorExplanation
from core.notation.latex import latex
from pages.components import component
from pages.components.matrices import matrix
from pages.shared import session, views

_backward = component("backward", '<div class="lens-backward"></div>', "tensor/backward")
WORDS = "label hint step back start end again added summed leaf came".split()
GAPS = {name: f"{{{name}}}" for name in ("name", "count", "i")}


def steps(explanation: TensorExplanation) -> None:
    """Draws what arrives at every value, and what it sends on: as formulas, and carried out in numbers."""
    _backward(
        key=f"backward.{session.language()}",
        data={
            "values": [_value(passed) for passed in backward(explanation)],
            "words": {word: views.words(f"backward_steps.{word}", **GAPS) for word in WORDS},
        },
    )


def _value(passed: Passed) -> dict[str, Any]:
    return {
        "at": passed.at,
        "node": passed.node,
        "name": latex(passed.called),
        "grad": latex(passed.grad),
        "formula": latex(passed.formula) if passed.formula else "",
        "value": matrix(arrays.rows(passed.value)),
        "adjoint": matrix(arrays.rows(passed.adjoint)),
        "single": passed.value.ndim == 0,
        "sent": [
            {
                "to": one.to,
                "rule": latex(one.rule) if one.rule else "",
                "whole": None if one.whole is None else matrix(arrays.rows(one.whole)),
                "sent": matrix(arrays.rows(one.sent)),
                "sources": one.sources,
            }
            for one in passed.sent
        ],
    }
