"""Text -> a program in matrices. Executes nothing; what cannot be read is refused as formulas are.

scan      text -> tokens
reader    tokens -> statements, by precedence
term      what statements are made of
spelling  what operations are called
typist    statements -> lines, with the shapes told (calls: functions and methods; builder: the lines themselves)
remarks   what is legal and likely not meant
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from core.grammar import refusal
from core.grammar.choice import Choice
from core.grammar.refusal import Refusal, reading
from core.grammar.tensors.builder import Builder
from core.grammar.tensors.reader import Reader
from core.grammar.tensors.remarks import Remark
from core.grammar.tensors.term import Statement, walk
from core.grammar.tensors.typist import Told, Typist
from core.problem import Span
from core.tensors.program import Input, Program, Shape

__all__ = ["CODES", "MAX_PROGRAM", "Choice", "Meaning", "Remark", "Told", "names", "read"]

CODES = {**refusal.CODES, **refusal.MATRICES}
MAX_PROGRAM = 1000  # characters of a text


@dataclass(frozen=True)
class Meaning:
    """What a text was read as: a program, the shape after each of its lines, what else it could be, what is odd."""

    program: Program
    told: tuple[Told, ...]
    choices: tuple[Choice, ...] = ()
    remarks: tuple[Remark, ...] = ()


def names(text: str, known: Collection[str] = (), *, field: str = "f") -> tuple[str, ...]:
    """The names that a text leaves open, in the order in which they appear; ``known`` ones are one word each.

    Raises ProblemError for a text that is none, whatever the shapes.
    """
    return reading(text, lambda text: tuple(_free(_statements(text, known))), field)


def read(text: str, shapes: Mapping[str, Shape], *, field: str = "f") -> Meaning:
    """The program that ``text`` is, with inputs of these shapes: at least of all ``names(text, shapes)``.

    Raises ProblemError with a code of core.grammar.CODES, the span of the operation at fault, and the shapes.
    """
    return reading(text, lambda text: _read(text, shapes), field)


def _statements(text: str, known: Collection[str]) -> tuple[Statement, ...]:
    if len(text) > MAX_PROGRAM:
        raise Refusal("too_long", (MAX_PROGRAM, len(text)), length=len(text), limit=MAX_PROGRAM)
    return Reader(text, known).read()


def _free(statements: tuple[Statement, ...]) -> dict[str, Span]:
    """Every open name with the place where it is first used."""
    free: dict[str, Span] = {}
    told: set[str] = set()
    for statement in statements:
        for term in walk(statement.term):
            if term.kind == "name" and term.text not in told:
                free.setdefault(term.text, term.span)
        told.add(statement.name)
    return free


def _read(text: str, shapes: Mapping[str, Shape]) -> Meaning:
    reader_choices: list[Choice] = []
    statements = _statements(text, shapes)
    free = _free(statements)
    for name, span in free.items():
        if name not in shapes:
            raise Refusal("undeclared_name", span, name=name, known=", ".join(shapes)[:60])
    builder = Builder(text, [Input(name, shapes[name]) for name in free], free)
    typist = Typist(text, builder)
    output = typist.run(statements)
    program = builder.program(output, statements[-1].term.span)
    return Meaning(program, tuple(typist.told), (*reader_choices, *typist.choices), tuple(builder.remarks))
