"""Explanation → plain data for the moving pictures, and back: a point that was dragged.

While x is dragged the browser evaluates f and J itself, from the same trees as every other view, so that what it
draws is exact and no message goes to the server before the hand is lifted.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from core.expression.tree import SUBSCRIPTS, Node
from core.kinds.vector.explanation import VectorExplanation
from core.kinds.vector.problem import VectorProblem
from core.numbers.floats import CONSTANTS
from core.numbers.notation import jsonable, jsonables

Json = Any  # what json.dumps takes
SPELLINGS = {"lam": "LAMDA", "lambda": "LAMDA"}  # Unicode's own name for λ
LARGEST = 1e12  # of a coordinate that was dragged


def scene(explanation: VectorExplanation, *, formulas: bool = True) -> dict[str, Json]:
    """What the pictures need: names, x (n), outputs, v (m), J (m × n); the slopes where J has
    others by convention; with ``formulas`` f and J as trees, and torch's J."""
    here, weights = explanation.map, explanation.pullback.weights
    data: dict[str, Json] = {
        "names": [label(name) for name in here.inputs],
        "outputs": [f"{here.letter}{i}".translate(SUBSCRIPTS) for i in range(1, len(here.outputs) + 1)],
        "x": jsonables(n.value for n in here.point),
        "v": jsonables(n.value for n in weights),
        "J": [jsonables(n.value for n in row) for row in here.jacobian_at],
    }
    slopes = [jsonables(row) for row in explanation.verdict.slopes]
    if slopes != data["J"]:
        data["slopes"] = slopes
    if formulas:
        columns = {name: j for j, name in enumerate(here.inputs)}
        data["f"] = [tree(node, columns) for node in here.outputs]
        data["df"] = [[tree(node, columns) for node in row] for row in here.jacobian]
        data["torch"] = [jsonables(row) for row in explanation.torch.jacobian]
    return data


def tree(node: Node, columns: dict[str, int]) -> Json:
    """A tree for the browser: a number is itself, the variable of column j is ["x", j], the rest [op, *arguments]."""
    if node.op == "number":
        return jsonable(float(node.text))
    if node.op == "constant":
        return CONSTANTS[node.text]
    if node.op == "name":
        return ["x", columns[node.text]]
    return [node.op, *(tree(arg, columns) for arg in node.args)]


def label(name: str) -> str:
    """A variable as plain text: x1 → x₁, phi → φ, loss → loss."""
    first, *below = name.split("_")
    if below:
        return "_".join((label(first), *below))
    letters = name.rstrip("0123456789")
    size = "CAPITAL" if letters[:1].isupper() else "SMALL"
    spelled = SPELLINGS.get(letters.lower(), letters.upper())
    index = name[len(letters) :].translate(SUBSCRIPTS)
    if len(letters) > 1:
        with suppress(KeyError):  # a word that is no Greek letter
            letters = unicodedata.lookup(f"GREEK {size} LETTER {spelled}")
    return letters + index


def moved(draft: VectorProblem, shown: VectorProblem, x: Sequence[float], before: Sequence[float]) -> VectorProblem:
    """``draft`` at the point x (n numbers) to which a reader dragged it in a picture of ``shown``.

    ``before`` are the n numbers that were shown; a coordinate that was not moved keeps its text: π/6 stays π/6. Another
    count of numbers is of another picture, and changes nothing.
    """
    point = shown.point or ()
    if not len(x) == len(before) == len(point):
        return draft
    return replace(
        draft,
        point=tuple(
            (name, text if value == was else written(value))
            for (name, text), value, was in zip(point, x, before, strict=True)
        ),
    )


def written(value: float) -> str:
    """A float as a person would type it: at most six significant digits, no .0 behind a whole number."""
    return f"{value + 0.0:.6g}"
