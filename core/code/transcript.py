"""A listing that is run exactly as it is shown, and what it printed.

Listings are written by our own tables from an expression tree, so their vocabulary is closed. ``run`` refuses
anything else before it is compiled, so that a slip in a table could not run what somebody typed.
"""

from __future__ import annotations

import ast
import builtins
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from types import CodeType


@dataclass(frozen=True)
class Printed:
    """One print: the number of its line in the source (from 1), what it wrote, and the value it was given."""

    line: int
    text: str
    value: object = None


MARK = "§"  # where a listing is written: before the name of what a line shows


@dataclass(frozen=True)
class Listing:
    """Code, and the names of what it shows: (9, "x.grad") in ``shows`` says that line 9 (from 1) prints x.grad."""

    source: str
    shows: tuple[tuple[int, str], ...] = ()

    @classmethod
    def written(cls, marked: str) -> Listing:
        """The listing of a text in which MARK and a name stand behind what a line prints: ``print(y)§y``."""
        lines = [line.partition(MARK) for line in marked.splitlines()]
        shows = tuple((number, name) for number, (_, mark, name) in enumerate(lines, 1) if mark)
        return cls("".join(f"{code}\n" for code, _, _ in lines), shows)

    @property
    def setting(self) -> str:
        """The lines before the first one that shows something."""
        return "".join(self.source.splitlines(keepends=True)[: self.shows[0][0] - 1])


@dataclass(frozen=True)
class Transcript:
    """A listing and everything it printed, in order."""

    listing: Listing
    printed: tuple[Printed, ...]

    @property
    def source(self) -> str:
        """The code that ran."""
        return self.listing.source

    def every(self, name: str) -> tuple[Printed, ...]:
        """All that was shown under a name, in order: a line in a loop shows several."""
        lines = {line for line, shown in self.listing.shows if shown == name}
        return tuple(printed for printed in self.printed if printed.line in lines)

    def __contains__(self, name: str) -> bool:
        return bool(self.every(name))

    def __getitem__(self, name: str) -> Printed:
        """What was shown first under a name. KeyError where nothing was."""
        for printed in self.every(name):
            return printed
        raise KeyError(name)

    @property
    def text(self) -> str:
        """What ``python listing.py`` writes to its standard output."""
        return "".join(f"{printed.text}\n" for printed in self.printed)


SYNTAX = frozenset(
    "Module Import FunctionDef arguments Return Assign Expr For With withitem Load Store Call Subscript List Tuple "
    "Slice Starred BinOp Add Sub Mult Div Pow MatMult UnaryOp USub Compare Lt LtE Gt GtE Eq NotEq".split()
)


@dataclass(frozen=True)
class Vocabulary:
    """What a kind of listing may say: the modules it imports (and as what), and every name, attribute and keyword.

    ``builtins`` are those of the names that Python itself provides, besides print. ``texts``: whether string
    constants may occur; they must then be letters, digits, ``_``, ``.`` and spaces only. ``own``: whether a listing may
    give names of its own, such as a reader's. Python provides nothing but ``builtins``, and ``_`` begins no such name.
    """

    modules: Mapping[str, str | None]
    names: frozenset[str]
    attributes: frozenset[str]
    keywords: frozenset[str]
    builtins: tuple[str, ...] = ()
    texts: bool = False
    own: bool = False

    def allows(self, node: ast.AST) -> bool:
        """Whether one node of the syntax tree is part of the vocabulary."""
        match node:
            case ast.alias():
                return node.name in self.modules and node.asname == self.modules[node.name]
            case ast.Name():
                return self._names(node.id)
            case ast.FunctionDef():
                return self._names(node.name) and not node.decorator_list
            case ast.arg():
                return self._names(node.arg) and node.annotation is None
            case ast.keyword():
                return node.arg in self.keywords
            case ast.Attribute():
                return node.attr in self.attributes
            case ast.Constant(value=str(text)):
                return self.texts and text.isascii() and re.fullmatch(r"[\w .]*+", text) is not None
            case ast.Constant():
                return isinstance(node.value, (int, float, bool, type(None)))
            case _:
                return type(node).__name__ in SYNTAX

    def _names(self, name: str) -> bool:
        return name in self.names or (self.own and not name.startswith("_"))


_parser = Lock()  # CPython 3.11 counts the depth of ast nodes for all threads together (python/cpython#106905)


def checked(source: str, vocabulary: Vocabulary) -> CodeType:
    """The compiled source; RuntimeError where it holds anything but the vocabulary."""
    with _parser:
        tree = ast.parse(source)
    for node in ast.walk(tree):
        if not vocabulary.allows(node):
            raise RuntimeError(f"not a listing of ours: {ast.dump(node)[:120]}")
    with _parser:
        return compile(tree, "<listing>", "exec")


def run(listing: Listing, vocabulary: Vocabulary, keep: Callable[[object], object] = lambda value: value) -> Transcript:
    """Runs exactly its source and keeps what it prints; ``keep`` says what of a printed value is remembered.

    Raises RuntimeError for anything outside the vocabulary, or whatever the listing itself raises.
    """
    printed: list[Printed] = []

    def note(value: object) -> None:
        printed.append(Printed(sys._getframe(1).f_lineno, str(value), keep(value)))

    execute(listing.source, vocabulary, note)
    return Transcript(listing, tuple(printed))


def execute(source: str, vocabulary: Vocabulary, note: Callable[[object], None]) -> dict[str, object]:
    """Runs ``source`` with ``note`` for its print, and answers with the names that it has given. Raises as ``run``."""
    # torch's C++ imports more through the __import__ of the code that calls it, so that must be the real one
    provided = {name: getattr(builtins, name) for name in ("__import__", *vocabulary.builtins)}
    names: dict[str, object] = {"__builtins__": provided | {"print": note}}
    exec(checked(source, vocabulary), names)
    return names


WIDTH = 72
COLUMN = 24  # where an answer beside a print begins


def annotated(transcript: Transcript, width: int = WIDTH) -> str:
    """The source with every answer as a comment: beside a print that answers once on one line, below it else.

    Below it also where the line would be longer than ``width`` characters.

    Still runnable, and what a print's own comment said stays.
    """
    answers: dict[int, list[str]] = {}
    for printed in transcript.printed:
        answers.setdefault(printed.line, []).extend(printed.text.splitlines())
    lines = []
    for number, line in enumerate(transcript.source.splitlines(), 1):
        lines.extend(_with_answers(line, answers.get(number, []), width))
    return "\n".join(lines) + "\n"


def _with_answers(line: str, answers: list[str], width: int) -> list[str]:
    beside = f"{line:<{COLUMN - 1}} # {answers[0]}" if len(answers) == 1 else ""
    if beside and "#" not in line and len(beside) <= width:
        return [beside]
    indent = line[: len(line) - len(line.lstrip())]
    return [line, *(f"{indent}# {answer}" for answer in answers)]
