"""Document tree → a program that core/slides/slide.typ draws: numbers and short texts only, never Typst.

The leaves are the LaTeX that core.notation.latex writes, read back by a reader of exactly the commands that occur in
it; so the page and the slide print one expression with one printer. Anything else raises ValueError.

A program is postfix: an instruction takes its operands off a stack and puts its result there. Typst stops at 80 nested
calls and its JSON reader at 128 levels, which a formula may reach; a program is as flat for a deep formula as for a
long one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.notation.latex import latex
from core.notation.palette import PALETTES, Palette
from core.notation.tree import Band, Boxed, Hidden, Hued, Line, Matrix, Piece, Under

Instruction = list[object]
Program = list[Instruction]


@dataclass(frozen=True)
class Theme:
    """The colours of a slide: those of the page's theme, and the ground they stand on."""

    palette: Palette
    page: str
    muted: str  # small words, 4.5:1 on the page
    rule: str
    agrees: str
    explained: str

    def tint(self, band: Band | None) -> str | None:
        """A band as one opaque colour: older viewers of SVG read no transparency. None where nothing is drawn."""
        return blend(self.palette.hue(band.row), self.page, band.opacity) if band and band.opacity else None


# The grounds and tones of .streamlit/config.toml and pages/static/lens.css.
THEMES = {
    "light": Theme(PALETTES["light"], "#ffffff", "#5b6272", "#d5d9e2", "#0b7a43", "#985000"),
    "dark": Theme(PALETTES["dark"], "#14171f", "#a3a9b8", "#343a49", "#43c583", "#f0a94b"),
}


def blend(colour: str, ground: str, opacity: float) -> str:
    """The opaque colour that ``colour`` gives over ``ground``; all as #rrggbb."""
    pairs = ((int(colour[i : i + 2], 16), int(ground[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(top * opacity + bottom * (1 - opacity)):02x}" for top, bottom in pairs)


# ── Pieces ───────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Typeset:
    """A program that leaves its items on the stack, and the indexes of those before which a long line may break."""

    program: Program
    items: int
    breaks: tuple[int, ...]


def typeset(piece: Piece, theme: Theme) -> Typeset:
    """A piece as the items of one line."""
    items = Reader(_stream(piece, theme)).items()
    breaks = tuple(k for k, item in enumerate(items) if k and _breaks(item) and not _breaks(items[k - 1]))
    return Typeset([step for item in items for step in item], len(items), breaks)


def program(piece: Piece, theme: Theme) -> Program:
    """A piece as a program that leaves one item."""
    return _row(Reader(_stream(piece, theme)).items())


BREAKS = frozenset("=+−≈→")


def _breaks(item: Program) -> bool:
    return len(item) == 1 and item[0][0] == "symbol" and item[0][1] in BREAKS


def _row(items: Sequence[Program]) -> Program:
    steps = [step for item in items for step in item]
    return steps if len(items) == 1 else [*steps, ["row", len(items)]]


def _stream(piece: Piece, theme: Theme) -> list[str | Program]:
    """The tokens of a piece's LaTeX; what has no LaTeX of its own stands among them as a program."""
    match piece:
        case Line(pieces):
            return [token for inner in pieces for token in _stream(inner, theme)]
        case Hued(inner, row):
            colour = theme.palette.faint if row is None else theme.palette.hue(row)
            return [[*program(inner, theme), ["colour", colour]]]
        case Hidden(inner):
            return [[*program(inner, theme), ["hidden"]]]
        case Matrix():
            return [matrix(piece, theme, [_behind(band, theme) for band in piece.bands])]
        case Boxed(inner):
            return [[*program(inner, theme), ["boxed", theme.palette.ink]]]
        case Under(inner, label):
            return [[*program(inner, theme), *program(label, theme), ["under"]]]
    return list(tokens(latex(piece, theme.palette)))


def _behind(band: Band | None, theme: Theme) -> object:
    """The colour behind a row, or that and its outline; None where nothing is drawn."""
    tint = theme.tint(band)
    return {"fill": tint or theme.page, "stroke": theme.palette.hue(band.row)} if band and band.framed else tint


def matrix(piece: Matrix, theme: Theme, fills: Sequence[object]) -> Program:
    """Brackets around rows of cells. ``fills``: a colour (with an outline) or None behind each row, or a list."""
    cells = [step for row in piece.rows for cell in row for step in program(cell, theme)]
    drawn: Program = [*cells, ["matrix", len(piece.rows), len(piece.rows[0]), list(fills)]]
    return [*drawn, *Reader(tokens(piece.label)).program(), ["below"]] if piece.label else drawn


# ── The LaTeX of core.notation.latex ──────────────────────────────────────────────────────────────────────

TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\d+(?:\.\d+)?|\.\d+|\S")
CHARACTERS = {
    r"\partial": "∂",
    r"\nabla": "∇",
    r"\top": "⊤",
    r"\cdot": "⋅",
    r"\times": "×",
    r"\to": "→",
    r"\approx": "≈",
    r"\leftarrow": "←",
    r"\cdots": "⋯",
    r"\vdots": "⋮",
    r"\ddots": "⋱",
    r"\infty": "∞",
    r"\sum": "∑",
    r"\le": "≤",
    r"\ge": "≥",
    r"\ne": "≠",
    r"\circ": "∘",
    r"\odot": "⊙",
    r"\in": "∈",
    r"\colon": ":",
    "-": "−",
}
GREEK_CHARACTERS = dict(
    zip(
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi "
        "omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega".split(),
        "αβγδϵζηθικλμνξπρστυϕχψωΓΔΘΛΞΠΣΥΦΨΩ",
        strict=True,
    )
)
CHARACTERS |= {rf"\{name}": character for name, character in GREEK_CHARACTERS.items()}
OPERATORS = frozenset(
    rf"\{name}" for name in "sin cos tan sinh cosh tanh arcsin arccos arctan max min ln log exp".split()
)
SPACES = {r"\,": 1 / 6, r"\:": 2 / 9, r"\;": 5 / 18, r"\ ": 1 / 4, r"\quad": 1, r"\qquad": 2, r"\!": -1 / 6}
WORDS = {r"\mathrm": "word", r"\operatorname": "operator", r"\texttt": "code", r"\mathbf": "bold", r"\text": "text"}
SCRIPTS = ("_", "^")
DELIMITERS = {r"\lfloor": "⌊", r"\rfloor": "⌋", r"\lceil": "⌈", r"\rceil": "⌉"}
PLAIN = frozenset("=+<>()[]|,.:;/!'*")


def tokens(text: str) -> Sequence[str]:
    """Commands, numbers and single characters; space means nothing."""
    return TOKEN.findall(text)


class Reader:
    """Reads a stream of tokens and finished programs into items, each a program that leaves one result."""

    def __init__(self, stream: Sequence[str | Program]) -> None:
        self.stream, self.at = stream, 0

    def program(self) -> Program:
        """Everything, as one item."""
        return _row(self.items())

    def items(self, *ends: str) -> list[Program]:
        """Items up to one of ``ends``, which is left standing, or up to the end."""
        items: list[Program] = []
        while self.at < len(self.stream) and self._peek() not in ends:
            items.append(self._scripted(self._atom()))
        return items

    def _peek(self) -> str | Program | None:
        return self.stream[self.at] if self.at < len(self.stream) else None

    def _next(self) -> str | Program:
        self.at += 1
        return self.stream[self.at - 1]

    def _expect(self, token: str) -> None:
        if self._peek() != token:
            raise ValueError(f"{token} expected, not {self._peek()}")
        self.at += 1

    def _argument(self) -> Program:
        """What stands in braces, or one token without any."""
        if self._peek() != "{":
            return self._atom()
        self._expect("{")
        items = self.items("}")
        self._expect("}")
        return _row(items)

    def _word(self) -> str:
        self._expect("{")
        start = self.at
        while self._peek() != "}":
            self._next()
        self._expect("}")
        return "".join(map(str, self.stream[start : self.at - 1])).replace(r"\_", "_")

    def _delimiter(self) -> str:
        token = str(self._next())
        return DELIMITERS.get(token, token)

    def _scripted(self, base: Program) -> Program:
        scripts: dict[str, Program] = {}
        while (sign := self._peek()) in SCRIPTS:
            self.at += 1
            scripts[str(sign)] = self._argument()
        if not scripts:
            return base
        found = [step for sign in SCRIPTS for step in scripts.get(sign, [])]
        return [*base, *found, ["scripts", *(sign in scripts for sign in SCRIPTS)]]

    def _atom(self) -> Program:
        token = self._next()
        if not isinstance(token, str):
            return token
        if token == "{":
            self.at -= 1
            return self._argument()
        if token in (r"\frac", r"\dfrac"):
            return [*self._argument(), *self._argument(), ["fraction"]]
        if token == r"\sqrt":
            return self._root()
        if token == r"\left":
            return self._fence()
        if token == r"\Big":
            return [["bar", self._delimiter()]]
        if token == r"\begin":
            return self._cases()
        if token == r"\xrightarrow":
            return [*self._argument(), ["arrow"]]
        return [_leaf(token, self)]

    def _root(self) -> Program:
        if self._peek() != "[":
            return [*self._argument(), ["root"]]
        self._expect("[")
        degree = _row(self.items("]"))
        self._expect("]")
        return [*degree, *self._argument(), ["nth_root"]]

    def _fence(self) -> Program:
        left = self._delimiter()
        items = self.items(r"\right")
        self._expect(r"\right")
        return [*_row(items), ["fence", left, self._delimiter()]]

    def _cases(self) -> Program:
        if (name := self._word()) != "cases":
            raise ValueError(rf"\begin{{{name}}} has no Typst")
        rows, steps = 0, []
        while self._peek() != r"\end":
            steps += _row(self.items("&"))
            self._expect("&")
            steps += _row(self.items(r"\\", r"\end"))
            rows += 1
            if self._peek() == r"\\":
                self.at += 1
        self.at += 1
        self._word()
        return [*steps, ["cases", rows]]

    def word(self, kind: str) -> Instruction:
        """The instruction of \\mathrm{…} and its kin."""
        return [kind, self._word()]


def _leaf(token: str, reader: Reader) -> Instruction:
    if token in WORDS:
        return reader.word(WORDS[token])
    if token in CHARACTERS:
        return ["symbol", CHARACTERS[token]]
    if token in OPERATORS:
        return ["operator", token[1:]]
    if token in SPACES:
        return ["space", SPACES[token]]
    if token[0].isdigit() or (token[0] == "." and len(token) > 1):
        return ["number", token]
    if token in PLAIN or (len(token) == 1 and token.isalpha()):
        return ["symbol", token]
    raise ValueError(f"{token} has no Typst")
