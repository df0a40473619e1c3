"""The numbers of a map where floats cannot be trusted with them: the same formulas, in as many digits as it takes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import suppress

from core.engines.forward_mode import Output, look
from core.expression.tree import Node
from core.numbers.exact import Number, value_of
from core.numbers.precise import Point, Unclear

ROUGH = 1e-10  # relative noise of a number beyond which it is computed again
Vector = tuple[Number, ...]
Rows = tuple[Vector, ...]
Formulas = Sequence[Sequence[Node]]


def settle(
    outputs: Sequence[Node],
    inputs: Sequence[str],
    point: Vector,
    trees: Sequence[Node],
    jacobian: Formulas,
) -> tuple[Vector, Rows]:
    """The values (m) of the outputs and of the entries (m, n) of J at ``point``, whose coordinates are ``trees``.

    A row is evaluated in floats where a look at f promises that they hold, else with as many digits as it takes.
    """
    env = dict(zip(inputs, point, strict=True))
    seen = look(outputs, inputs, [n.value for n in point])
    exactly = Point(inputs, trees)
    values, rows = [], []
    for output, entries, found in zip(outputs, jacobian, seen, strict=True):
        value, row = value_of(output, env), tuple(value_of(entry, env) for entry in entries)
        if _rough(found, value, row):
            with suppress(Unclear):
                value, *precise = (precisely(node, env, exactly) for node in (output, *entries))
                row = tuple(precise)
        values.append(value)
        rows.append(row)
    return tuple(values), tuple(rows)


def precisely(node: Node, env: dict[str, Number], exactly: Point) -> Number:
    """A value as a float and, where that is known, exactly. Raises Unclear."""
    value = exactly.float_at(node)
    exact = value_of(node, env, exactly.float_at).exact if math.isfinite(value) else None
    return Number(value + 0.0, exact)


def _rough(found: Output, value: Number, row: Vector) -> bool:
    """Whether an edge is reached within rounding, or rounding shows in a number."""
    if found.nowhere:
        return False
    touched = [j for j, touches in enumerate(found.touches) if touches]
    numbers = (found.value, value.value, *(row[j].value for j in touched))
    return (
        found.uncertain
        or not all(map(math.isfinite, numbers))
        or found.blur > ROUGH * abs(found.value)
        or any(found.noise[j] > ROUGH * abs(found.slopes[j]) for j in touched)
        or any(abs(found.slopes[j] - row[j].value) > ROUGH * abs(row[j].value) for j in touched)
    )
