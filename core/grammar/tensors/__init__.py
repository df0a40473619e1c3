"""Text -> a program in matrices. Executes nothing; what cannot be read is refused as formulas are.

scan         text -> tokens
reader       tokens -> statements, by precedence
term         what statements are made of
spelling     what operations are called
typist       statements -> lines, with the shapes told
builder      the lines themselves, and their limits
calls        functions and methods (rows: what each of them means; definitions: those told in others)
guess        shapes for names without a value
remarks      what is legal and likely not meant
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from core.grammar import refusal
from core.grammar.choice import Choice
from core.grammar.refusal import Refusal, clip, reading, replaced
from core.grammar.tensors.builder import Builder
from core.grammar.tensors.calls import ROWS
from core.grammar.tensors.guess import fitting
from core.grammar.tensors.reader import Reader
from core.grammar.tensors.remarks import Remark
from core.grammar.tensors.spelling import FUNCTIONS
from core.grammar.tensors.term import Statement, Term, walk
from core.grammar.tensors.typist import Told, Typist
from core.problem import Span
from core.tensors.program import Input, Program, Shape

__all__ = [
    "CODES",
    "MAX_PROGRAM",
    "Choice",
    "Meaning",
    "Part",
    "Remark",
    "Told",
    "guess",
    "is_about_matrices",
    "names",
    "parts",
    "read",
    "renamed",
    "uses",
]

CODES = {**refusal.CODES, **refusal.MATRICES}
MAX_PROGRAM = 1000  # characters of a text
# functions that only vectors and matrices have
OF_MATRICES = ROWS.keys() - {"max", "min", "float", "tensor", "same", "len", "logical_and", "logical_or", "logical_not"}
MAX_CHOICES = 6  # that are offered: each of them has to be read


@dataclass(frozen=True)
class Meaning:
    """What a text was read as: a program, the shape after each of its lines, what else it could be, what is odd."""

    program: Program
    told: tuple[Told, ...]
    choices: tuple[Choice, ...] = ()
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True)
class Part:
    """A line of a text: what it gives a name to, its own text, and the names that it uses, whoever gave them."""

    name: str
    text: str
    names: tuple[str, ...]


def parts(text: str, *, field: str = "f") -> tuple[Part, ...]:
    """The lines of a text, each for itself. Raises ProblemError like ``names``."""
    statements = reading(text, lambda text: _reader(text, ()).read(), field)
    return tuple(Part(each.name, text[slice(*each.span)], tuple(_free([each], FUNCTIONS))) for each in statements)


def is_about_matrices(text: str) -> bool:
    """Does a text speak of vectors or matrices, whatever its names may be? False for one that cannot be read."""
    try:
        statements = _reader(text, ()).read()
    except Refusal:
        return False
    return any(_is_of_matrices(term) for statement in statements for term in walk(statement.term))


def _is_of_matrices(term: Term) -> bool:
    if term.kind in ("call", "method"):
        return FUNCTIONS.get(term.text.lower(), "") in OF_MATRICES
    beside = term.kind == "product" and term.text == "joined" and any(arg.text[:1].isupper() for arg in term.args)
    return beside or term.kind in ("@", "outer", "norm", "transpose") or (term.kind == "member" and term.text == "T")


def names(text: str, known: Collection[str] = (), *, field: str = "f") -> tuple[str, ...]:
    """The names that a text leaves open, in the order in which they appear; ``known`` ones are one word each.

    Raises ProblemError for a text that is none, whatever the shapes.
    """
    return reading(text, lambda text: tuple(_free(_reader(text, known).read(), known)), field)


def read(text: str, shapes: Mapping[str, Shape], *, field: str = "f") -> Meaning:
    """The program that ``text`` is, with inputs of these shapes: at least of all ``names(text, shapes)``.

    Raises ProblemError with a code of core.grammar.CODES, the span of the operation at fault, and the shapes.
    """
    return reading(text, lambda text: _read(text, shapes), field)


def uses(text: str, name: str) -> tuple[Span, ...]:
    """Where a text uses a name that it leaves open. Raises ProblemError like ``names``."""
    statements = reading(text, lambda text: _reader(text, ()).read(), "f")
    found: list[Span] = []
    for statement in statements:
        terms = (term for term in walk(statement.term) if term.kind == "name" and term.text == name)
        found += [term.span for term in terms]
        if statement.name == name:
            break
    return tuple(found)


def renamed(text: str, name: str, other: str) -> str:
    """A text with another name for one that it leaves open."""
    for span in reversed(uses(text, name)):
        text = replaced(text, span, other)
    return text


def guess(text: str, known: Mapping[str, Shape]) -> dict[str, Shape]:
    """Shapes for the names of a text that have none, small ones that fit; for a text in which none do, any.

    Raises ProblemError like ``names``.
    """
    statements = reading(text, lambda text: _reader(text, known).read(), "f")
    free = reading(text, lambda text: _free(statements, known), "f")
    return fitting(text, statements, tuple(free), known)


def _reader(text: str, known: Collection[str]) -> Reader:
    if len(text) > MAX_PROGRAM:
        raise Refusal("too_long", (MAX_PROGRAM, len(text)), length=len(text), limit=MAX_PROGRAM)
    return Reader(text, known)


def _free(statements: Sequence[Statement], known: Collection[str]) -> dict[str, Span]:
    """Every open name with the place where it is first used. Raises Refusal for a function without its brackets."""
    free: dict[str, Span] = {}
    told: set[str] = set()
    for statement in statements:
        for term in walk(statement.term):
            if term.kind != "name" or term.text in told:
                continue
            if term.text in FUNCTIONS and len(term.text) > 2 and term.text not in known:
                raise Refusal("missing_brackets", term.span, name=clip(term.text))
            free.setdefault(term.text, term.span)
        told.add(statement.name)
    return free


def _read(text: str, shapes: Mapping[str, Shape]) -> Meaning:
    meaning = _typed(text, shapes)
    return replace(meaning, choices=_readable(meaning.choices, text, shapes))


def _readable(choices: Iterable[Choice], text: str, shapes: Mapping[str, Shape]) -> tuple[Choice, ...]:
    """The choices, each text once; another reading is offered only where it can be read."""
    told: dict[str, Choice] = {}
    for choice in choices:
        told.setdefault(choice.text, choice)
    return tuple(
        choice
        if choice.instead in ("", text) or (at < MAX_CHOICES and _is_read(choice.instead, shapes))
        else replace(choice, other="", instead="")
        for at, choice in enumerate(told.values())
    )


def _is_read(text: str, shapes: Mapping[str, Shape]) -> bool:
    with suppress(Refusal):
        _typed(text, shapes)
        return True
    return False


def _typed(text: str, shapes: Mapping[str, Shape]) -> Meaning:
    reader = _reader(text, shapes)
    statements = reader.read()
    words = [token.choice for token in reader.tokens if token.choice]
    free = _free(statements, shapes)
    for name, span in free.items():
        if name not in shapes:
            raise Refusal("undeclared_name", span, name=name, known=", ".join(shapes)[:60])
    builder = Builder(text, [Input(name, shapes[name]) for name in free], free)
    typist = Typist(text, builder)
    output = typist.run(statements)
    program = builder.program(output, statements[-1].term.span)
    return Meaning(program, tuple(typist.told), (*words, *typist.choices), tuple(builder.remarks))
