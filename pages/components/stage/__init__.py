"""The stage: vᵀJ as the sum of the weighted rows of J, dragged in the browser."""

from __future__ import annotations

from math import isfinite
from typing import Any

import streamlit as st

from core.expression.text import to_text
from core.expression.tree import Node
from core.kinds.vector.explanation import VectorExplanation
from core.notation import pieces
from core.notation.latex import latex
from core.notation.tree import Expression, Gradient, Value, entry, line, partial, times
from core.notation.written import approximate
from core.numbers.exact import Number
from core.numbers.notation import decimal, is_rounded, jsonable, says_all
from core.slides.words import said_of
from pages.components import component
from pages.shared import session, views

_stage = component(
    "stage",
    '<div class="lens-stage"><div class="lens-board"></div>'
    '<div class="lens-foot"><div class="lens-readout"></div><div class="lens-forms" role="group"></div></div></div>',
    "vjp/stage",
)
WORDS = ("formula", "number", "form", "scrub", "hint")

Data = dict[str, Any]


def stage(explanation: VectorExplanation, page: str = "vjp") -> None:
    """Draws v, J, the weighted rows and their sum, following the weights of the page's channel in the browser.

    Publishes J and x (numbers) and what is pointed at (``lit``) on that channel.
    """
    with st.container(key=f"{page}.stage"):
        _stage(key=f"stage.{page}", data=stage_data(explanation, page))
        if not session.alive():
            with st.container(key=f"{page}.stage.plain"):
                views.plain_stage(explanation)


def stage_data(explanation: VectorExplanation, page: str) -> Data:
    """What the browser needs to draw the stage and to follow v without asking: LaTeX of ours, and the numbers."""
    here, pulled = explanation.map, explanation.pullback
    m, jacobian = len(here.outputs), rf"J = \partial {here.letter}/\partial x"
    return {
        "channel": page,
        "steps": views.steps(explanation),
        "hues": [views.palette().hue(i) for i in range(m)],
        "words": {word: views.words(f"stage.{word}") for word in WORDS} | {"jacobian": jacobian},
        "said": views.words(
            "stage.said",
            total=", ".join(decimal(n.value) for n in pulled.total),
            verdict=said_of(explanation.verdict, session.language()),
        ),
        "outputs": [views.words("stage.row", y=here.letter, i=i + 1) for i in range(m)],
        "at": latex(pieces.point(here), views.palette()),
        "x": [jsonable(n.value) for n in here.point],
        "v": [_weight(n, i, here.letter) for i, n in enumerate(pulled.weights)],
        "J": [
            [_entry((here.letter, i), here.inputs[j], formula, here.jacobian_at[i][j]) for j, formula in enumerate(row)]
            for i, row in enumerate(here.formulas.jacobian)
        ],
        "total": [
            {"value": jsonable(n.value), "latex": latex(Value(n)), "rough": not says_all(n), "rounded": is_rounded(n)}
            for n in pulled.total
        ],
    }


def _weight(n: Number, i: int, letter: str) -> Data:
    """A weight, its size for the sum (where the sign stands apart), and the name of its term."""
    return {
        "value": jsonable(n.value),
        "latex": latex(Value(n)),
        "size": latex(Value(_size(n))),
        "name": latex(line(times(entry("v", i + 1), Gradient(entry(letter, i + 1))), "=")),
    }


def _size(n: Number) -> Number:
    return n if n.value >= 0 or n.value != n.value else Number(-n.value, -n.exact if n.exact else None)


def _entry(output: tuple[str, int], variable: str, formula: Node, n: Number) -> Data:
    """∂y_i/∂x_j as a formula and as a number; ``told`` is both, with all digits, for whoever points at it."""
    (letter, i), shown, exact = output, latex(Expression(formula)), latex(Value(n))
    digits = repr(n.value) if isfinite(n.value) else latex(approximate(n.value))
    told = shown if exact == shown else f"{shown} = {exact}"
    rest = "" if exact == digits or n.value == _read(exact) else rf" \approx {digits}"
    return {
        "formula": shown,
        "number": exact,
        "value": jsonable(n.value),
        "name": latex(partial(entry(letter, i + 1), variable)),
        "told": told + rest,
        "label": f"∂{letter}{i + 1}/∂{variable} = {to_text(formula)} = {n.value:g}",
    }


def _read(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
