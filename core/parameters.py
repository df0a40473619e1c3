"""What a link is made of: parameters, the lists and matrices they hold, and how they are escaped.

Every kind reads and writes its own with these (``core.kinds.*.problem``); ``core.address`` puts them together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from urllib.parse import quote, unquote

from core.problem import Matrix, ProblemError, Tensor

MAX_ADDRESS = 2000  # characters; what mail programs, chats and QR codes still carry whole
LANGUAGES = ("en", "zh")
# what a Chinese keyboard gives for the signs between entries
SEPARATORS = str.maketrans("，、﹐；﹔：﹕", ",,,;;::")
BETWEEN_FUNCTIONS = str.maketrans("；﹔", ";;")  # the other signs also stand in a function
BETWEEN_SIGNS = re.compile(r"(?<!\w) | (?!\w)")
IN_BRACKETS = re.compile(r"\[[^\[\]]*+\]")
SAFE = "*^();,:/.!~'@"  # left as they are in a query, so that a person can read it

Point = tuple[tuple[str, str], ...]  # (name, number) in column order
Take = Callable[[str, Callable[[str], object], object], object]  # a parameter, its reader, and what stands for it else


def parameters(query: str) -> dict[str, str]:
    """The parameters of a query string, decoded.

    A + stands for itself, and a bare space is a + that somebody did not escape (form decoding turns one into the
    other); only an escaped space, %20, is a space.
    """
    pairs = (pair.partition("=") for pair in query.replace(" ", "+").split("&"))
    return {name: unquote(value) for name, _, value in pairs}


def taking(query: Mapping[str, str], errors: list[ProblemError]) -> Take:
    """A reader of single parameters; what cannot be used is told to ``errors``, and something else stands for it."""

    def take(name: str, read: Callable[[str], object], otherwise: object) -> object:
        if name not in query:
            return otherwise
        try:
            return read(query[name])
        except ProblemError as error:
            errors.append(error)
            return otherwise

    return take


# ── Reading one parameter ────────────────────────────────────────────────────────────────────────────────


def _list(text: str, separator: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(separator))


def functions(text: str) -> tuple[str, ...]:
    """Functions, separated by semicolons; those between brackets, [x; y], part the rows of one text."""
    rows = IN_BRACKETS.sub(lambda found: found[0].replace(";", "\n"), text.translate(BETWEEN_FUNCTIONS))
    return _list(rows.strip().rstrip(";"), ";")


def numbers(text: str) -> tuple[str, ...] | None:
    """Numbers, separated by commas; None for a blank text."""
    return _list(text.translate(SEPARATORS), ",") if text.strip() else None


def point(text: str, field: str = "at") -> Point | None:
    """x1:1,x2:2; None for a blank text. Raises ProblemError ``empty_coordinate`` or ``not_a_point``."""
    if not text.strip():
        return None
    pairs = [entry.partition(":") for entry in _list(text.translate(SEPARATORS), ",")]
    for index, (name, colon, _) in enumerate(pairs):
        entry = "".join(pairs[index])
        if not entry:
            raise ProblemError("empty_coordinate", field=field, index=index, span=(0, 0))
        if not colon or not _name(name):
            raise ProblemError("not_a_point", field=field, index=index, span=(0, len(entry)), text=entry[:24])
    return tuple((_name(name), value.strip()) for name, _, value in pairs)


def _name(text: str) -> str:
    """A name has no sign: a + beside it was a bare space (see ``parameters``)."""
    return text.strip("+ ")


def matrix(text: str) -> Matrix | None:
    """Rows by semicolons, entries by commas; None for a blank text."""
    rows = _list(text.translate(SEPARATORS).strip().rstrip(";"), ";")
    return tuple(_list(row, ",") for row in rows) if text.strip() else None


def tensor(text: str) -> Tensor | None:
    """A matrix if a semicolon ends a row, else a vector if there is a comma, else a number; None for a blank text."""
    text = text.translate(SEPARATORS).strip()
    if ";" in text:
        return matrix(text)
    return _list(text.removesuffix(","), ",") if "," in text else text or None


def choice(field: str, choices: tuple[str, ...]) -> Callable[[str], str]:
    """A reader of one of some words. Raises ProblemError ``not_a_choice``."""

    def read(text: str) -> str:
        if text not in choices:
            told = ", ".join(choices)
            raise ProblemError("not_a_choice", field=field, span=(0, len(text)), text=text[:24], choices=told)
        return text

    return read


def whole(field: str, most: int) -> Callable[[str], int]:
    """A reader of a whole number from 0 to ``most``. Raises ProblemError ``not_a_choice``."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) < 5 and int(text) <= most):
            raise ProblemError("not_a_choice", field=field, span=(0, len(text)), text=text[:24], choices=f"0 … {most}")
        return int(text)

    return read


FUNCTIONS = ("f", "g", "h", "k")  # parameters whose entries may hold a comma themselves


def place(texts: Mapping[str, str], field: str, index: int | None, functions: Collection[str] = FUNCTIONS) -> str:
    """The text of an entry of a parameter (index from 0; of a matrix row by row), or of all of it for None."""
    text = texts.get(field, "")
    entries = (text if field in functions else text.replace(",", ";")).split(";")
    return text if index is None or index >= len(entries) else entries[index]


# ── Writing ──────────────────────────────────────────────────────────────────────────────────────────────


def written_point(point: Point | None) -> str:
    """x1:1,x2:2"""
    return ",".join(f"{name}:{value}" for name, value in point or ())


def written_matrix(matrix: Matrix | None) -> str:
    """1,2;3,4"""
    return ";".join(",".join(row) for row in matrix or ())


def written_tensor(tensor: Tensor | None) -> str:
    """1,2;3,4, and what tells one row from a vector, a vector of one from a number: 1,2; and 1,"""
    if tensor is None or isinstance(tensor, str):
        return tensor or ""
    rows = [entry if isinstance(entry, str) else ",".join(entry) for entry in tensor]
    end = ";" if isinstance(tensor[0], tuple) else ","
    return end.join(rows) + (end if len(rows) == 1 else "")


def _is_ones(weights: str) -> bool:
    return set(weights.rstrip(",;").replace(";", ",").split(",")) == {"1"}


def _tight(text: str) -> str:
    """Without the spaces that part nothing: between two words one stays."""
    return BETWEEN_SIGNS.sub("", " ".join(text.split()))


def quoted(texts: Mapping[str, str], lang: str | None = None) -> dict[str, str]:
    """The parameters as they stand in a link, each already quoted; ones are left out of v."""
    kept = {name: text for name, text in texts.items() if text and not (name == "v" and _is_ones(text))}
    if lang:
        kept["lang"] = lang
    return {name: quote(_tight(text), safe=SAFE) for name, text in kept.items()}


def link(page: str, texts: Mapping[str, str], lang: str | None = None) -> str:
    """The address of a page with its parameters, without a host."""
    query = "&".join(f"{name}={value}" for name, value in quoted(texts, lang).items())
    return f"/{page}?{query}" if query else f"/{page}"
