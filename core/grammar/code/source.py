"""A pasted text as statements: notebooks, prompts, fences and comments let go, lines joined that belong together."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

MAX_TEXT = 16_000  # characters: our own exported notebooks have up to 8,000; a frame of the socket holds 64 KB
MAX_LINES = 400
MAX_STATEMENT = 4_000
PROMPT = re.compile(r"(?:>>>|\.\.\.|In ?\[[0-9 ]{0,4}\]:|\s{0,8}\.{3}:)(?: |$)")
OUTPUT = re.compile(r"Out ?\[[0-9 ]{0,4}\]:")
FENCE = re.compile(r"```[A-Za-z0-9]{0,12}\s*$")
GOES_ON = ("else:", "elif ", "except", "finally:")  # first words of lines that belong to the block before them
TRIPLE = ("'''", '"""')
PREFIXES = frozenset(("r", "b", "f", "u", "rb", "br", "fr", "rf"))
OPENING, CLOSING = "([{", ")]}"


@dataclass(frozen=True)
class Line:
    """A line as it was pasted, its number counted from 1."""

    number: int
    text: str
    kind: str = "code"  # or "output", "blank", "comment"


@dataclass(frozen=True)
class Statement:
    """Lines that are read as one."""

    lines: tuple[Line, ...]

    @property
    def source(self) -> str:
        return "\n".join(line.text for line in self.lines)

    @property
    def first(self) -> int:
        return self.lines[0].number


def cells_of(text: str) -> str:
    """The code cells of a notebook one after the other; any other text as it is."""
    if not text.lstrip().startswith("{"):
        return text
    try:
        cells = json.loads(text)["cells"]
        sources = [cell["source"] for cell in cells if cell["cell_type"] == "code"]
        return "\n\n".join(part if isinstance(part, str) else "".join(part) for part in sources)
    except (ValueError, KeyError, TypeError, RecursionError):
        return text


def lines(text: str) -> list[Line]:
    """Every line with what kind it is. Where there are prompts, lines without one are what was printed."""
    typed = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    prompted = any(line.startswith(">>>") for line in typed)
    return [_line(number, line.rstrip(), prompted) for number, line in enumerate(typed, 1)]


def _line(number: int, text: str, prompted: bool) -> Line:
    found = PROMPT.match(text)
    if OUTPUT.match(text) or (prompted and not found and text.strip()):
        return Line(number, text, "output")
    bare = text[found.end() :] if found else text
    if not bare.strip() or FENCE.match(bare) or bare.strip() in ("$$", "\\[", "\\]", "\\(", "\\)"):
        return Line(number, bare, "blank")
    return Line(number, bare, "comment" if bare.lstrip().startswith("#") else "code")


def statements(given: list[Line]) -> Iterator[Statement]:
    """Logical lines: brackets that are open, a backslash, a block after a colon go on."""
    group = _Group()
    for line in given:
        if line.kind == "output" or (not group.lines and line.kind != "code"):
            continue
        if group.lines and not group.takes(line):
            yield group.statement()
            group = _Group()
            if line.kind != "code":
                continue
        group.add(line)
    if group.lines:
        yield group.statement()


class _Group:
    """The lines of a statement so far, and what is still open after them."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.depth = 0  # of brackets
        self.quote = ""  # of a text over several lines
        self.last = ""  # the last line of code, without texts and comments
        self.block = False  # it has a header with a colon

    def add(self, line: Line) -> None:
        plain, self.quote = bare(line.text, self.quote)
        self.depth += sum(map(plain.count, OPENING)) - sum(map(plain.count, CLOSING))
        self.depth += plain.count(r"\begin{") - plain.count(r"\end{")
        self.last = plain.rstrip() if line.kind == "code" else self.last
        self.block = self.block or (self.last.endswith(":") and self.depth <= 0)
        self.lines.append(line)

    def takes(self, line: Line) -> bool:
        """Whether the next line belongs to these."""
        if self.quote or self.depth > 0 or self.last.endswith(("\\", "...")):
            return True
        decorates = self.last.lstrip().startswith("@")
        deeper = indent(line.text) > indent(self.lines[0].text)
        goes_on = line.kind != "code" or deeper or line.text.lstrip().startswith(GOES_ON)
        return decorates or (self.block and goes_on)

    def statement(self) -> Statement:
        last = max(at for at, line in enumerate(self.lines) if line.kind == "code")
        return Statement(tuple(self.lines[: last + 1]))


def indent(text: str) -> int:
    return len(text) - len(text.lstrip())


def bare(text: str, quote: str = "") -> tuple[str, str]:
    """A line with its texts and its comment as underscores, and the quote that is open behind it.

    A single quote right behind a name or a bracket is MATLAB's transpose.
    """
    kept: list[str] = []
    at = 0
    while at < len(text):
        sign = text[at]
        if quote:
            ends = text.startswith(quote, at)
            step = len(quote) if ends else 2 if sign == "\\" else 1
            kept.append("_" * step)
            quote = "" if ends else quote
        elif sign == "#":
            break
        elif sign in "'\"" and not (sign == "'" and _is_transpose("".join(kept[-24:]))):
            quote = next((three for three in TRIPLE if text.startswith(three, at)), sign)
            step = len(quote)
            kept.append("_" * step)
        else:
            step = 1
            kept.append(sign)
        at += step
    return "".join(kept), quote if quote in TRIPLE else ""


def _is_transpose(before: str) -> bool:
    word = before[len(before.rstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")) :]
    return before.endswith((")", "]", "}", "'", ".")) or (bool(word) and word.lower() not in PREFIXES)
