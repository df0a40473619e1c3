"""What the components with matrices share: texts that a browser sends and pastes, and values as it is told them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from math import isfinite
from typing import Any

from core.grammar import constant
from core.grammar.matrices import MAX_TEXT, read
from core.maps import Rows
from core.notation.latex import latex
from core.notation.tree import Expression, Value
from core.numbers.exact import Number
from core.numbers.notation import exact_node, jsonable
from core.problem import MAX_SIDE, Matrix, ProblemError
from core.wording import explain_error
from pages.shared import session
from pages.shared.messages import Message, NotOursError, message

# ── What the browser sends ───────────────────────────────────────────────────────────────────────────────


def stripped(rows: Matrix) -> Matrix:
    """Texts without what stands around them."""
    return tuple(tuple(text.strip() for text in row) for row in rows)


def place(act: Message) -> tuple[int, int]:
    """Where an act happens: row and column, from 0."""
    return act.whole("i", 0, MAX_SIDE - 1), act.whole("j", 0, MAX_SIDE - 1)


@lru_cache(maxsize=32)
def pasted(text: str) -> Matrix | ProblemError:
    """A pasted matrix, or why it is none: asked when it comes, and again when the page is written."""
    try:
        return read(text)
    except ProblemError as refusal:
        return refusal.with_traceback(None)


def refusal(
    edited: Callable[[object], object], sent: object, letter: Callable[[Message], str]
) -> dict[str, Any] | None:
    """Why the text pasted last could not be used, if it could not; ``letter`` says whose matrix an act is about."""
    try:
        edited(sent)
    except ProblemError as error:
        act = message(sent).part("act")
        return {"matrix": letter(act), **complaint(error, act.text("text", MAX_TEXT + 1))}
    except NotOursError:
        return None
    return None


# ── What the browser gets ────────────────────────────────────────────────────────────────────────────────


def value(n: Number) -> Any:
    """A number that is written as a decimal; else its LaTeX with the float that it is. JSON knows no nan."""
    node = exact_node(n)
    plain = node is None or (node.args[0] if node.op == "neg" else node).op == "number"
    if plain and isfinite(n.value):
        return int(n.value) if n.value == int(n.value) and abs(n.value) < 2**53 else n.value
    return [latex(Value(n)), jsonable(n.value)]


def vector(numbers: tuple[Number, ...]) -> list[Any]:
    """The same of several."""
    return [value(n) for n in numbers]


def matrix(rows: Rows) -> list[list[Any]]:
    """The same of rows."""
    return [vector(row) for row in rows]


def rectangle(matrix: Matrix) -> Matrix:
    """As much of a matrix as there are fields for, so that a link whose rows differ in length can be put right."""
    width = min(MAX_SIDE, max(map(len, matrix)))
    return tuple(tuple((*row, *("",) * width)[:width]) for row in matrix[:MAX_SIDE])


def looks(matrix: Matrix) -> list[list[str | None]]:
    """How each entry looks while nobody edits it, in LaTeX: 1/2 as a fraction. None where it looks as it was typed."""
    return [[_look(text) for text in row] for row in matrix]


@lru_cache(maxsize=2048)
def _look(text: str) -> str | None:
    if text.isdecimal():
        return None
    with suppress(ProblemError):
        return latex(Expression(constant(text, field="")))
    return None


def complaint(error: ProblemError, typed: str) -> dict[str, Any]:
    """The message, and the typed text around the offending characters in three parts."""
    start, end = error.span or (0, 0)
    parts = [typed[max(0, start - 30) : start], typed[start:end][:60], typed[end : end + 30]]
    quoted = error.span and typed.strip()
    return {"message": explain_error(session.language(), error), "parts": parts if quoted else []}
