"""What the kinds with a table of outputs share: the order of their terms, v at one click, and losses that pass a v."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from core.expression.text import to_text
from core.expression.tree import Node, number
from core.maps import Vector, floats
from core.numbers.exact import Number, value_of

Place = tuple[int, ...]  # of an output, from 0: () for a scalar

# How the terms can be added up: the sum is the same, what stands in between is not.
ORDERS: dict[str, Callable[[Place, float], tuple[float, ...]]] = {
    "rows": lambda place, weight: place,
    "columns": lambda place, weight: place[::-1],
    "size": lambda place, weight: (-abs(weight), *place),
}


class Loss(NamedTuple):
    """A scalar made of the output {c}, as torch code, and the v = ∂loss/∂c that it passes to c, entry by entry."""

    code: str
    passes: Callable[[Vector], Vector]


def _shared(c: Vector) -> Vector:
    part = value_of(Node("/", (number(1), number(len(c)))))
    return (part,) * len(c)


LOSSES: dict[str, Loss] = {
    "sum": Loss("{c}.sum()", lambda c: (value_of(number(1)),) * len(c)),
    "half_squares": Loss("({c}**2).sum()/2", lambda c: c),
    "mean": Loss("{c}.mean()", _shared),
}

PRESETS: dict[str, Callable[[Place, Place], str]] = {
    "ones": lambda place, hot: "1",
    "one_hot": lambda place, hot: str(int(place == hot)),
    "by_row": lambda place, hot: str(place[0] + 1 if place else 1),
}


def ordered(places: tuple[Place, ...], weights: Vector, by: str) -> tuple[int, ...]:
    """The outputs, counted as ``places`` has them, in the order (a key of ORDERS) in which their terms are added."""
    return tuple(sorted(range(len(places)), key=lambda k: ORDERS[by](places[k], weights[k].value)))


def inducing(c: Vector, v: Vector) -> tuple[str, ...]:
    """The losses (keys of LOSSES) whose backward() passes exactly this v to c."""
    return tuple(name for name, loss in LOSSES.items() if floats(loss.passes(c)) == floats(v))


def typed(n: Number) -> str:
    """A number as it could be typed."""
    return to_text(n.exact.node(), spaces=False) if n.exact else repr(n.value)
