"""Numbers as they are typed into a point, a v or a matrix: people mostly type the same few."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from core import grammar
from core.expression.text import to_text
from core.expression.tree import Node
from core.numbers.exact import Number, value_of
from core.problem import ProblemError


class Constant(NamedTuple):
    """A number as it was read: its tree, its value, its canonical spelling."""

    node: Node
    number: Number
    text: str


@lru_cache(maxsize=2048)
def _constant(text: str) -> Constant:
    node = grammar.constant(text, field="")
    return Constant(node, value_of(node), to_text(node, spaces=False))


def constant(text: str, field: str, index: int | None = None) -> Constant:
    """The number that a text says; a refusal (ProblemError) says where it stood: ``field`` and ``index``."""
    try:
        return _constant(text)
    except ProblemError as error:
        raise error.at(field, index) from None
