"""What the pictures of /chain share: the names, values and Jacobians of every stage as plain data."""

from __future__ import annotations

from typing import Any

from core.kinds.chain.equations import between
from core.kinds.chain.explanation import ChainExplanation
from core.kinds.chain.problem import CHAIN_FIELDS
from core.kinds.vector.geometry import label
from core.maps import Map
from core.notation.latex import latex
from core.notation.tree import Expression, Value, name
from core.numbers.exact import Number
from core.numbers.notation import jsonable
from pages.shared import views

Data = dict[str, Any]


def scene(e: ChainExplanation) -> Data:
    """``spaces`` x, y, z, … with their names and values, ``stages`` with their Jacobians, the product, and hues.

    A number is [what is written, the float]; of each space ``adjoint`` is the cotangent there and ``torch`` what
    PyTorch holds in its .grad; ``pushed`` is what its torch.func.jvp makes of u = (1, 0, …) there.
    """
    points = [e.inner.point, *(at.values for at in e.maps)]
    cotangents = [*(pulled.total for pulled in e.pullbacks), e.pullbacks[-1].weights]
    known = [*e.torch.grads, tuple(n.value for n in e.pullbacks[-1].weights)]
    start = tuple(float(j == 0) for j in range(len(e.inner.inputs)))
    tangents = [start, *e.torch.tangents]
    variables = [e.inner.inputs, *(outputs(e.letters[s + 1], at) for s, at in enumerate(e.maps))]
    return {
        "channel": "chain",
        "hues": [views.palette().hue(i) for i in range(8)],
        "spaces": [
            {
                "letter": letter,
                "names": [latex(name(variable)) for variable in variables[s]],
                "plain": [label(variable) for variable in variables[s]],
                "values": pairs(points[s]),
                "adjoint": pairs(cotangents[s]),
                "torch": [jsonable(x) for x in known[s]],
                "pushed": [jsonable(x) for x in tangents[s]],
            }
            for s, letter in enumerate(e.letters)
        ],
        "stages": [
            {
                "function": CHAIN_FIELDS[s],
                "name": latex(between(s)),
                "entries": [pairs(row) for row in at.jacobian_at],
                "formulas": [[latex(Expression(node)) for node in row] for row in at.formulas.jacobian],
            }
            for s, at in enumerate(e.maps)
        ],
        "product": [pairs(row) for row in e.product],
        "depends": e.torch.depends,
    }


def outputs(letter: str, at: Map) -> tuple[str, ...]:
    """y1, y2, …"""
    return tuple(f"{letter}{i + 1}" for i in range(len(at.outputs)))


def pairs(numbers: tuple[Number, ...]) -> list[list[float | str]]:
    """Each number as it is written, and as a float for the browser to go on with."""
    return [[latex(Value(n)), jsonable(n.value)] for n in numbers]


def spoken(table: str, *keys: str) -> dict[str, str]:
    """Some words of a table of content/*/chain.toml."""
    return {key: views.words(f"{table}.{key}") for key in keys}
