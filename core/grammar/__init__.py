"""Text -> tree. Reads what people type, and executes nothing.

    fields      a text as somebody has it in hand -> the functions that it means
    characters  full-width, typographic and mathematical characters -> ASCII, one for one
    vocabulary  words -> functions, constants, names, products of names
    spelling    what a word that is none could be meant as
    scan        text -> tokens (bars pairs the | of absolute values)
    reader      tokens -> tree, by precedence
    limits      what a tree may cost, and constants without a value

A text that cannot be read is refused with a code of CODES, never guessed at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.expression.tree import Node
from core.grammar.choice import Choice
from core.grammar.fields import Field, fields
from core.grammar.limits import (
    MAX_DECIMAL_EXPONENT,
    MAX_DEPTH,
    MAX_DIGITS,
    MAX_EXACT_DIGITS,
    MAX_LENGTH,
    MAX_OPERATIONS,
    MAX_POWER,
    check,
)
from core.grammar.reader import Reader
from core.grammar.refusal import CODES, Refusal, reading
from core.grammar.scan import BOM, declared_name, scan
from core.grammar.vocabulary import MAX_NAME, Vocabulary
from core.numbers.floats import value
from core.problem import ProblemError

__all__ = [
    "CODES",
    "MAX_DECIMAL_EXPONENT",
    "MAX_DEPTH",
    "MAX_DIGITS",
    "MAX_EXACT_DIGITS",
    "MAX_LENGTH",
    "MAX_NAME",
    "MAX_OPERATIONS",
    "MAX_POWER",
    "Choice",
    "Field",
    "Meaning",
    "constant",
    "fields",
    "meaning",
    "parse",
    "value",
    "variable",
]

_LARGEST = 1e300  # of a number in v, at or a matrix: room to multiply a little before the floats end


def parse(text: str, variables: Sequence[str] | None = None, *, field: str = "f", index: int | None = None) -> Node:
    """The tree of one function as a person types it.

    ``variables`` are the canonical names that may occur (see ``variable``); without them every single letter
    and Greek letter, with or without an index, is a name. ``field`` and ``index`` only say in a refusal where
    the text stood. Raises ProblemError with a code of CODES and the span of the offending characters.
    """
    return _parse(text, Vocabulary(None if variables is None else frozenset(variables)), field, index)


def meaning(
    text: str, variables: Sequence[str] | None = None, *, new: bool = False, field: str = "f", index: int | None = None
) -> Meaning:
    """Like ``parse``, with the choices made on the way. ``new``: other names may occur beside ``variables``."""
    vocabulary = Vocabulary(None if variables is None else frozenset(variables), open=new)
    return reading(text, lambda text: _read(text, vocabulary), field, index)


def constant(text: str, *, field: str, index: int | None = None) -> Node:
    """The tree of a number as typed into a point, v or a matrix: "2", "-2.5", "pi/4", "√2/2".

    Its ``value`` is finite and at most 1e300 in size. Raises ProblemError like ``parse``.
    """
    if not text.removeprefix(BOM).strip():
        raise ProblemError("empty_entry", field=field, index=index, span=(0, len(text)))
    tree = _parse(text, Vocabulary(frozenset(), numbers_only=True), field, index)
    if abs(value(tree)) > _LARGEST:
        span = tree.span
        raise ProblemError("number_out_of_range", field=field, index=index, span=span, limit="1e300")
    return tree


def variable(text: str, *, field: str, index: int | None = None) -> str:
    """The canonical name of a variable that is declared: "x_{1}" -> "x1", "α₁" -> "alpha1", "loss" -> "loss".

    Letters with an index, at most MAX_NAME characters. Raises ProblemError: "empty", "too_long",
    "bad_character", "bad_name", or "reserved_name" for functions, constants and keywords.
    """
    return reading(text, _declared, field, index)


def _parse(text: str, vocabulary: Vocabulary, field: str, index: int | None) -> Node:
    return reading(text, lambda text: _read(text, vocabulary).tree, field, index)


@dataclass(frozen=True)
class Meaning:
    """What a text was read as, and what it could be as well."""

    tree: Node
    choices: tuple[Choice, ...]


def _read(text: str, vocabulary: Vocabulary) -> Meaning:
    _refuse_length(text)
    tokens = scan(text, vocabulary)
    node = Reader(text, tokens, vocabulary).read()
    vocabulary.check(tokens, text)
    check(node, text)
    return Meaning(node, tuple(dict.fromkeys(token.choice for token in tokens if token.choice)))


def _declared(text: str) -> str:
    _refuse_length(text)
    return declared_name(text)


def _refuse_length(text: str) -> None:
    if len(text) > MAX_LENGTH:
        raise Refusal("too_long", (MAX_LENGTH, len(text)), length=len(text), limit=MAX_LENGTH)
    if not text.removeprefix(BOM).strip():
        raise Refusal("empty", (0, len(text)))
