"""Numbers as they are typed into a point, a v or a matrix: people mostly type the same few."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from core import grammar
from core.expression.text import to_text
from core.expression.tree import Node
from core.numbers.exact import Number, value_of
from core.problem import MAX_SIDE, Matrix, ProblemError


class Constant(NamedTuple):
    """A number as it was read: its tree, its value, its canonical spelling."""

    node: Node
    number: Number
    text: str


Constants = tuple[tuple[Constant | None, ...], ...]  # rows of numbers, None for one that was refused


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


# ── Matrices of them ─────────────────────────────────────────────────────────────────────────────────────


def matrix(texts: Matrix, field: str, errors: list[ProblemError]) -> Constants:
    """The numbers of a matrix; what is wrong with its shape or an entry (index row-major) goes to ``errors``."""
    if misshapen := _misshapen(texts, field):
        errors.append(misshapen)
        return ()

    def entry(text: str, index: int) -> Constant | None:
        try:
            return _entry(text, field, index)
        except ProblemError as error:
            errors.append(error.anew())
            return None

    width = len(texts[0])
    return tuple(tuple(entry(text, i * width + j) for j, text in enumerate(row)) for i, row in enumerate(texts))


def _misshapen(texts: Matrix, field: str) -> ProblemError | None:
    """Why rows of texts are no matrix that could be read: too many, or of different lengths."""
    width, widest = len(texts[0]), max(map(len, texts))
    if len(texts) > MAX_SIDE or widest > MAX_SIDE:
        return ProblemError("too_large", field=field, rows=len(texts), columns=widest, limit=MAX_SIDE)
    for i, row in enumerate(texts):
        if len(row) != width:
            start = sum(len(",".join(before)) + 1 for before in texts[:i])  # in all of the field, as it is written
            span = (start, start + len(",".join(row)))
            return ProblemError("ragged", field=field, span=span, row=i + 1, count=len(row), expected=width)
    return None


def _entry(text: str, field: str, index: int) -> Constant:
    if not text.strip():
        raise ProblemError("empty_entry", field=field, index=index)
    return constant(text, field, index)
