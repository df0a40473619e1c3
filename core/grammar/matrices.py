"""Pasted matrices.

``read`` takes what people have on the clipboard: cells of a spreadsheet (tabs), CSV, rows of numbers, Python lists,
NumPy and torch (as code or as printed), MATLAB, LaTeX. It looks for rows and entries only; every entry is a number as
``core.grammar`` reads it, and nothing is executed. What stands around a matrix (a factor, a transpose, a call) is
carried out or refused, never left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from core import grammar
from core.expression.text import to_text
from core.grammar.characters import fold
from core.grammar.code.matrix import of_code
from core.numbers.exact import value_of
from core.numbers.notation import exact_node
from core.problem import MAX_SIDE, Matrix, ProblemError, Span

MAX_TEXT = 20_000  # characters; an 8 × 8 matrix as torch prints it has about a thousand
WHOLE = re.compile(r"\[|\{\s*\{|\\begin")  # only in a matrix of its own: [[1, 2]], {{1, 2}}, LaTeX

# Every repeat here is possessive (++, *+, ?+): what it has taken it keeps, so that no text makes a pattern try again.
OPENING, CLOSING = "[{", "]}"
DEEPEST = 8  # brackets inside one another; a matrix has two, a batch of one three
NAME = r"\A\s*+(?:[A-Za-z_]\w*+\s*+=(?!=)\s*+)?+"  # A =
CALLED = "array|Array|matrix|mat|tensor|Tensor|asarray|Matrix|FloatTensor"
CALL = rf"(?:(?:[A-Za-z_]\w*+\.)?+(?:{CALLED})\s*+\(\s*+['\"]?+\s*+)?+"
OPENED = re.compile(NAME + CALL)
BEFORE = re.compile(NAME + CALL + r"\Z")  # what may stand before the numbers: A = np.array(
AFTER = re.compile(  # , dtype=float32);
    r"\A\s*+(?:,\s*+\w++\s*+=\s*+(?:[\w.'\":<>]++|\([0-9, ]*+\))\s*+)*+,?+\s*+\)?+\s*+;?+\s*+\Z"
)
QUOTED = re.compile(r"\A['\"]\s*+\)\s*+;?+\s*+\Z")  # what stands after the numbers of np.matrix('1 2; 3 4')
BETWEEN = re.compile(r"\A[\s,;]*+")  # two inner lists
LATEX_NOISE = re.compile(
    r"\\(?:begin|end)\{[A-Za-z]++\*?\}(?:\{[lcr|\s]*+\})?|\\(?:left|right)\s*+(?:\\[{}|]|[\[\]().|])|\\hline|\\[,;!]|\$"
)
BRACKET = re.compile(r"[\[\]{}]")
NESTING, DEEPER = re.compile(r"[(){}]"), {"(": 1, "{": 1, ")": -1, "}": -1}

# Separators, each found together with what nests: within parentheses and braces nothing is separated.
LATEX_LINE = re.compile(r"[(){}]|\\\\(?:\[[^\[\]]*+\])?")  # \\, \\[1ex]
LINE = re.compile(r"[(){}]|\r\n?|\n")
AMPERSAND, SEMICOLON = re.compile("[(){}]|&"), re.compile("[(){}]|;")
TAB, COMMA = re.compile("[(){}]|\t"), re.compile("[(){}]|,")
BLANKS = re.compile(r"[(){}]|\s++")
MATLAB_ROW = re.compile(r"[(){};\n]")

PLAIN_DECIMAL = re.compile(r"-?\d+\.\d*")
DECIMAL_COMMA = re.compile(r"-?\d+,\d+")
THOUSANDS = re.compile(r"-?[1-9]\d{0,2}+(?:,\d{3}){1,6}+")  # of a cell: 1,000; a comma elsewhere is one between entries
GROUP = re.compile(r"0\d\d")
SCIENTIFIC = re.compile(r"-?\d++(?:\.\d*+)?e-?\d++")
MOST_ZEROS = 6  # of a number that is written without an exponent
LATEX = re.compile(r"\\begin\{|&")
LATEX_BEGIN = re.compile(r"\\begin\{(?!array\}\{[^{}]{0,40}\}\s{0,8}\\begin|aligned|align|equation|gather|split)")
LATEX_HEAD = re.compile(r"\s{0,8}\\?[A-Za-z]\w{0,12}(?:_\{?\w{1,8}\}?)?\s{0,8}=\s{0,8}|.{0,80}=\s{0,8}(?=$)")
TRANSPOSE = re.compile(
    r"\^\s?\{?\s?(?:T|t|\\top|\\intercal|\\mathsf\s?\{?T\}?|\\mathrm\s?\{?T\}?|\\prime|⊤|′)\s?\}?|'|ᵀ|⊤"
)
INVERSE = re.compile(r"\^\s?\{?\s?-\s?1\s?\}?|⁻¹")
BARE_LISTS = re.compile(r"\A\s*+\[[^\[\]{}()]*+\]\s*+[,;\n]?\s*+\[")  # [1,2],[3,4]
TRIMMINGS = (
    re.compile(r"(?:^|(?<=\n))[ \t]{0,8}+(?:>>>|\.\.\.(?= )|In ?\[[0-9 ]{0,4}+\]:|Out ?\[[0-9 ]{0,4}+\]:)"),
    re.compile(r"(?:^|(?<=\n))[ \t]{0,8}+\[[0-9]{1,3}+,\]|\[,[0-9]{1,3}+\]"),  # R's labels of rows and columns
    re.compile(
        r"(?:^|(?<=\n))[ \t]{0,8}+[A-Za-z]\w{0,24}+ {0,4}+=[ \t]{0,8}+(?=\n)"
    ),  # MATLAB's A = on a line of its own
    re.compile(r"#[^\n]*+|(?:^|(?<=\n))[ \t]{0,8}+%[^\n]*+"),
    re.compile(r"[⎡⎢⎣⎤⎥⎦⎛⎜⎝⎞⎟⎠│┌┐└┘]"),
    re.compile(r"<tf\.[A-Za-z]{1,12}+[^\n<>]{0,80}?numpy=|(?<=\))>\s*+\Z"),
)


@dataclass(frozen=True)
class _Piece:
    """Part of the pasted text, and where it starts there."""

    text: str
    start: int

    @property
    def span(self) -> Span:
        """Its characters without the space around them."""
        stripped = self.text.strip()
        start = self.start + (len(self.text) - len(self.text.lstrip()))
        return start, start + max(len(stripped), 1)

    def between(self, start: int, end: int) -> _Piece:
        return _Piece(self.text[start:end], self.start + start)

    def __bool__(self) -> bool:
        return bool(self.text.strip())


def read(text: str) -> Matrix:
    """The matrix that a pasted text shows, each entry as it could be typed. A single number is a 1 × 1 matrix.

    Raises ProblemError with the offending characters of the text as span: ``no_matrix``, ``too_long``, ``too_large``,
    ``ragged``, ``several_matrices``, ``inverse``, ``not_a_matrix`` for anything else around the numbers, or what
    ``grammar.constant`` says of an entry.
    """
    if len(text) > MAX_TEXT:
        raise ProblemError("too_long", span=(MAX_TEXT, len(text)), length=len(text), limit=MAX_TEXT)
    plain = _without_trimmings(fold(text))
    if LATEX.search(plain):
        return _latex(_Piece(plain, 0))
    try:
        return _entries([row for row in _rows(_Piece(plain, 0)) if row], plain)
    except ProblemError as refusal:
        try:
            made = of_code(plain)
        except ProblemError as error:
            raise error.at("", None, (0, len(text))) from None
        if made is None:
            raise refusal
        return _small_enough(made, plain)


def _entries(rows: list[list[_Piece]], text: str) -> Matrix:
    if not rows:
        raise ProblemError("no_matrix", span=(0, max(1, len(text))))
    entries = tuple(tuple(map(_entry, row[:MAX_SIDE])) for row in rows[:MAX_SIDE])  # prose has no rows to count
    widths = [len(row) for row in rows]
    _refuse_size(len(rows), max(widths), text)
    for number, row in enumerate(rows, 1):
        if len(row) != widths[0]:
            span = (row[0].span[0], row[-1].span[1])
            raise ProblemError("ragged", span=span, row=number, count=len(row), expected=widths[0])
    return entries


def _refuse_size(rows: int, columns: int, text: str) -> None:
    if max(rows, columns) > MAX_SIDE:
        raise ProblemError("too_large", span=(0, len(text)), rows=rows, columns=columns, limit=MAX_SIDE)


def _small_enough(made: Matrix, text: str) -> Matrix:
    _refuse_size(len(made), len(made[0]), text)
    return made


# ── What is no part of a matrix ──────────────────────────────────────────────────────────────────────────


def _without_trimmings(text: str) -> str:
    """The text with prompts, comments, R's and MATLAB's labels and drawn brackets as blanks; of the same length."""
    for pattern in TRIMMINGS:
        text = pattern.sub(lambda found: " " * len(found[0]), text)
    return text


# ── LaTeX ────────────────────────────────────────────────────────────────────────────────────────────────


def _latex(text: _Piece) -> Matrix:
    """The one matrix of a LaTeX text, with the factor before it and the transpose behind it carried out."""
    begins = [found.start() for found in LATEX_BEGIN.finditer(text.text)]
    if len(begins) > 1:
        raise ProblemError("several_matrices", span=(begins[1], begins[1] + 1), count=len(begins))
    start = begins[0] if begins else 0
    end = text.text.find(r"\end{", start)
    stop = text.text.find("}", end) + 1 if end >= 0 else len(text.text)
    inside = text.between(start, end if end >= 0 else len(text.text))
    blank = LATEX_NOISE.sub(lambda found: " " * len(found[0]), inside.text)
    lines = [line for line in _split(_Piece(blank, inside.start), LATEX_LINE) if line]
    entries = _entries([_split(line, AMPERSAND) for line in lines], text.text)
    factor = _factor(text.between(0, start)) if begins else None
    if end >= 0 and _is_transposed(text.between(stop, len(text.text))):
        entries = tuple(zip(*entries, strict=True))
    return entries if factor is None else tuple(tuple(_multiplied(factor, entry) for entry in row) for row in entries)


def _factor(before: _Piece) -> str | None:
    """The 2 of 2\\begin{bmatrix}; a head such as A = is let go."""
    blank = LATEX_NOISE.sub(lambda found: " " * len(found[0]), before.text)
    head = LATEX_HEAD.match(blank)
    bare = _Piece(blank[head.end() :], before.start + head.end()) if head else _Piece(blank, before.start)
    if not bare:
        return None
    text = bare.text.strip()
    if text in ("-", "+"):
        return f"{text}1"
    text = text.removesuffix(r"\cdot").removesuffix(r"\times").removesuffix("*").strip()
    try:
        return to_text(grammar.constant(text, field=""), spaces=False)
    except ProblemError:
        raise ProblemError("not_a_matrix", span=bare.span, text=text[:24]) from None


def _is_transposed(after: _Piece) -> bool:
    blank = LATEX_NOISE.sub(lambda found: " " * len(found[0]), after.text)
    bare = blank.strip().rstrip(".,;").strip()
    if INVERSE.fullmatch(bare):
        raise ProblemError("inverse", span=after.span)
    if bare and not TRANSPOSE.fullmatch(bare):
        raise ProblemError("not_a_matrix", span=_Piece(blank, after.start).span, text=bare[:24])
    return bool(bare)


def _multiplied(factor: str, entry: str) -> str:
    product = grammar.constant(f"({factor})*({entry})", field="")
    exact = exact_node(value_of(product))
    return to_text(exact if exact is not None else product, spaces=False)


# ── Rows and entries ─────────────────────────────────────────────────────────────────────────────────────


def _rows(text: _Piece) -> list[list[_Piece]]:
    """The entries, row by row, in the notation that the text is in."""
    if BARE_LISTS.match(text.text):
        text = _Piece(f"[{text.text}]", text.start - 1)
    inside = _inside(text)
    if any(bracket in inside.text for bracket in OPENING):
        return [_cells(row) for row in _lists(inside)]
    if inside is not text:
        return [_cells(row) for row in _split(_Piece(_continued(inside.text), inside.start), MATLAB_ROW) if row]
    return _lines(text)


def _continued(text: str) -> str:
    """The text with MATLAB's ... and the rest of its line as blanks: the next line goes on with the row."""
    *lines, last = text.split("\n")
    parts = (line.partition("...") for line in lines)
    kept = ((before.ljust(len(before + dots + rest)) + " ") if dots else f"{before}\n" for before, dots, rest in parts)
    return "".join(kept) + last


def _inside(text: _Piece) -> _Piece:
    """What stands within the outermost brackets (or the quotes of np.matrix); the text itself if it has none."""
    start = min((at for bracket in OPENING if (at := text.text.find(bracket)) >= 0), default=None)
    if start is None:
        return _quoted(text)
    end = _partner(text, start)
    _only(text.between(0, start), BEFORE)
    _only(text.between(end + 1, len(text.text)), AFTER)
    return text.between(start + 1, end)


def _quoted(text: _Piece) -> _Piece:
    opened = OPENED.match(text.text)
    start, end = opened.end() if opened else 0, max(map(text.text.rfind, "'\""))
    named = text.text[:start].strip()
    return text.between(start, end) if named and start <= end and QUOTED.match(text.text[end:]) else text


def _partner(text: _Piece, start: int) -> int:
    depth = 0
    for bracket in BRACKET.finditer(text.text, start):
        depth += -1 if bracket[0] in CLOSING else 1
        if not depth:
            return bracket.start()
    raise ProblemError("unbalanced", span=(text.start + start, text.start + start + 1), bracket=text.text[start])


def _only(around: _Piece, allowed: re.Pattern[str]) -> None:
    """Raises ProblemError where anything else than what is allowed stands."""
    found = allowed.match(around.text)
    if not found or found.end() < len(around.text):
        wrong = around.between(found.end() if found else 0, len(around.text))
        raise ProblemError("not_a_matrix", span=wrong.span, text=wrong.text.strip()[:24])


def _lists(inside: _Piece) -> Iterator[_Piece]:
    """Each inner list, of [1, 2], [3, 4]; more brackets around all of them (a batch of one) are let go."""
    depth, start, opened = 0, 0, False
    closed = 0  # lists of lists that are over
    for bracket in BRACKET.finditer(inside.text):
        before, closes = inside.between(start, bracket.start()), bracket[0] in CLOSING
        if opened and closes:
            if closed:
                raise ProblemError("several_matrices", span=before.span, count=closed + 1)
            yield before
        else:
            _only(before, BETWEEN)
            closed += closes
        depth += -1 if closes else 1
        if depth >= DEEPEST:
            _only(inside.between(*bracket.span()), BETWEEN)
        start, opened = bracket.end(), not closes
    _only(inside.between(start, len(inside.text)), BETWEEN)


def _lines(text: _Piece) -> list[list[_Piece]]:
    """Rows without brackets: lines, or parts between semicolons when all stand on one line."""
    lines = [line for line in _split(text, LINE) if line]
    if len(lines) == 1 and "\t" not in text.text:
        return [_cells(row) for row in _split(lines[0], SEMICOLON) if row]
    semicolons = all(";" in line.text.strip().rstrip(";") for line in lines)
    return [_split(line, SEMICOLON) if semicolons else _cells(line) for line in lines]


def _cells(row: _Piece) -> list[_Piece]:
    """The entries of one row: between tabs, else commas, else spaces (none of them inside parentheses)."""
    row = _Piece(row.text.rstrip("; \r\n"), row.start)
    for sign, separator in (("\t", TAB), (",", COMMA)):
        if sign in row.text:
            cells = _split(row, separator)
            if separator is COMMA:
                _refuse_thousands(cells)
            return cells if cells[-1] else cells[:-1]
    return [cell for cell in _split(row, BLANKS) if cell]


def _refuse_thousands(cells: list[_Piece]) -> None:
    """1,000 between commas may be a thousand, or 1 and 0."""
    for one, other in pairwise(cells):
        first, second = one.text.strip(), other.text.strip()
        if GROUP.fullmatch(second) and first.lstrip("-").isdigit() and len(first.lstrip("-")) <= 3:
            span = (one.span[0], other.span[1])
            raise ProblemError("ambiguous", span=span, first=first + second, second=f"{first}; {second}")


def _split(text: _Piece, separator: re.Pattern[str]) -> list[_Piece]:
    """The pieces between the separators that stand outside parentheses and braces."""
    depth, pieces, start, at = 0, [], 0, 0
    while found := (separator if depth <= 0 else NESTING).search(text.text, at):
        at, step = found.end(), DEEPER.get(found[0])
        if step is None:
            pieces.append(text.between(start, found.start()))
            start = at
        else:
            depth += step
    return [*pieces, text.between(start, len(text.text))]


def _entry(piece: _Piece) -> str:
    """One entry as it could be typed: 1. and 1.0000 are 1, and 1,5 from a spreadsheet is 1.5."""
    text = piece.text.strip()
    if THOUSANDS.fullmatch(text):
        return text.replace(",", "")
    if not text:
        start = max(0, piece.start - 1)  # the separator after which nothing stands
        raise ProblemError("empty_entry", span=(start, start + 1))
    if DECIMAL_COMMA.fullmatch(text):
        text = text.replace(",", ".")
    try:
        spelled = to_text(grammar.constant(text, field=""), spaces=False)
    except ProblemError as error:
        start, end = error.span or (0, len(text))
        offset = piece.span[0]
        span = (offset + start, max(offset + end, offset + 1))
        raise ProblemError(error.code, field="", index=None, span=span, **error.facts) from None
    if SCIENTIFIC.fullmatch(spelled):
        return _unfolded(spelled)
    return spelled.rstrip("0").rstrip(".") if PLAIN_DECIMAL.fullmatch(spelled) else spelled


def _unfolded(text: str) -> str:
    """1.00000000e0 as a person writes it: 1; 1.5e-30 stays."""
    mantissa, _, exponent = text.partition("e")
    if abs(int(exponent)) <= MOST_ZEROS:
        plain = f"{Decimal(text):f}"
        return (plain.rstrip("0").rstrip(".") if "." in plain else plain) or "0"
    return (mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa) + "e" + exponent
