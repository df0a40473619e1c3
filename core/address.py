"""Problem ⇄ address. Every state is a link, short and readable by a person.

    /vjp?f=2*x1%2Bx2^2;x1^2%2B2*x2^3&at=x1:1,x2:2&v=2,1
    /chain?f=<inner y_i of x>&g=<outer z_i of y1,y2…>&at=x1:1,x2:2&v=1,1
    /chain?f=…&g=…&h=<w_i of z1,z2…>&k=<s_i of w1,w2…>&at=…&v=…            up to four stages
    /matmul?a=1,2;3,4&b=1,2,3;4,5,6&v=1,1,1;1,1,1&wrt=b

What equals the default may be left out: a page without ``f`` (or ``a`` and ``b``) is its own default problem.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from core.problem import (
    CHAIN_FIELDS,
    MAX_OUTPUTS,
    ChainProblem,
    MatmulProblem,
    Matrix,
    Problem,
    ProblemError,
    VectorProblem,
)

MAX_ADDRESS = 2000  # characters; what mail programs, chats and QR codes still carry whole
MAX_QUERY = 10 * MAX_ADDRESS  # characters that a page reads at all: a sign of a Chinese keyboard takes nine, escaped
MAX_INPUT = 1_000_000  # characters looked at when decoding; anything longer is no address of ours
MAX_HOST = 200  # characters of where the app stands
LANGUAGES = ("en", "zh")
MATRICES = ("a", "b")
# what a Chinese keyboard gives for the signs between entries
SEPARATORS = str.maketrans("，、﹐；﹔：﹕", ",,,;;::")
BETWEEN_FUNCTIONS = str.maketrans("；﹔", ";;")  # the other signs also stand in a function
HOST = re.compile(  # scheme://host[:port][/path]
    r"https?://(?:[A-Za-z0-9_-]++(?:\.[A-Za-z0-9_-]++)*+|\[[0-9A-Fa-f:.]++\])(?::[0-9]{1,5}+)?"
    r"(?:/(?:[A-Za-z0-9._~-]|%[0-9A-Fa-f]{2})++)*+"
)
SAFE = "*^();,:/.!~'"  # left as they are in a query, so that a person can read it

DEFAULTS: dict[str, Problem] = {
    "vjp": VectorProblem(("2*x1+x2^2", "x1^2+2*x2^3"), (("x1", "1"), ("x2", "2")), ("2", "1")),
    "chain": ChainProblem(("x1^2+x2", "x1*x2^2"), ("y1*y2", "y1+y2^2"), (("x1", "1"), ("x2", "2")), ("1", "2")),
    "matmul": MatmulProblem((("1", "2"), ("3", "4")), (("1", "2", "3"), ("4", "5", "6"))),
}


@dataclass(frozen=True)
class Address:
    """A decoded address. ``errors`` tell of parameters that could not be used; the rest survived."""

    page: str
    problem: Problem
    lang: str | None = None
    errors: tuple[ProblemError, ...] = ()


def decode(address: str) -> Address:
    """Reads an address with or without a host. Raises ProblemError ``unknown_page`` or ``too_long``."""
    if len(address) > MAX_INPUT:
        raise _too_long(address, MAX_INPUT)
    try:
        parts = urlsplit(address.strip().removeprefix("\ufeff").strip())  # a file may begin with a byte order mark
    except ValueError:  # such as a malformed IPv6 host
        raise ProblemError("unknown_page", field="address", span=(0, len(address)), page="") from None
    page = parts.path.rstrip("/").rpartition("/")[2]
    if page not in DEFAULTS:
        raise ProblemError("unknown_page", field="address", span=(0, len(address)), page=page[:24] or "/")
    return decode_query(page, parameters(parts.query))


def _too_long(text: str, limit: int) -> ProblemError:
    return ProblemError("too_long", field="address", span=(limit, len(text)), limit=limit, length=len(text))


def host(address: str) -> str:
    """Where the app of a whole link stands ("https://lens.example.edu/class"); "" for an address without a host.

    It goes into files that others open and typeset: raises ProblemError ``bad_host`` for anything that is more than
    a host with its port and path.
    """
    scheme, mark, rest = address.strip().removeprefix("\ufeff").strip().partition("://")
    if not mark or scheme.lower() not in ("http", "https"):
        return ""
    place = rest.partition("?")[0].partition("#")[0].rstrip("/")
    before, _, last = place.rpartition("/")
    found = f"{scheme.lower()}://{before.rstrip('/') if last in DEFAULTS else place}"
    if len(found) > MAX_HOST or not HOST.fullmatch(found):
        raise ProblemError("bad_host", field="address", span=(0, min(len(address), len(found))), host=found[:40])
    return found


def parameters(query: str) -> dict[str, str]:
    """The parameters of a query string, decoded.

    A + stands for itself, and a bare space is a + that somebody did not escape (form decoding turns one into the
    other); only an escaped space, %20, is a space.
    """
    pairs = (pair.partition("=") for pair in query.replace(" ", "+").split("&"))
    return {name: unquote(value) for name, _, value in pairs}


def read_query(page: str, query: str) -> Address:
    """Reads the query string of a page. Of one that is too long nothing is read: the default is told of as such."""
    if len(query) > MAX_QUERY:
        return Address(page, DEFAULTS[page], errors=(_too_long(query, MAX_QUERY),))
    return decode_query(page, parameters(query))


def decode_query(page: str, query: Mapping[str, str]) -> Address:
    """Reads the parameters of a page; those that cannot be used fall back to the default and are told of."""
    errors: list[ProblemError] = []

    def take(name: str, read: Callable[[str], object], otherwise: object) -> object:
        if name not in query:
            return otherwise
        try:
            return read(query[name])
        except ProblemError as error:
            errors.append(error)
            return otherwise

    problem = READERS[page](take, query)
    lang = take("lang", _language, None)
    return Address(page, problem, lang, tuple(errors))  # type: ignore[arg-type]  # _language reads a str


def encode(problem: Problem, lang: str | None = None) -> str:
    """The address of a problem, without a host."""
    page = page_of(problem)
    query = "&".join(f"{name}={value}" for name, value in encode_query(problem, lang).items())
    return f"/{page}?{query}" if query else f"/{page}"


def encode_query(problem: Problem, lang: str | None = None) -> dict[str, str]:
    """The parameters of a problem, each already quoted; ones are left out of v."""
    texts = WRITERS[type(problem)](problem)
    texts = {name: text for name, text in texts.items() if text and not (name == "v" and _is_ones(text))}
    if lang:
        texts["lang"] = lang
    return {name: quote("".join(text.split()), safe=SAFE) for name, text in texts.items()}


def place(problem: Problem, field: str, index: int | None) -> str:
    """The text of an entry of a parameter (index from 0; of a matrix row by row), or of all of it for None."""
    text = WRITERS[type(problem)](problem).get(field, "")
    entries = (text.replace(",", ";") if field in (*MATRICES, "at", "v") else text).split(";")
    return text if index is None or index >= len(entries) else entries[index]


def page_of(problem: Problem) -> str:
    """The page that explains a problem: "vjp", "chain" or "matmul"."""
    return {VectorProblem: "vjp", ChainProblem: "chain", MatmulProblem: "matmul"}[type(problem)]


# ── Reading one parameter ────────────────────────────────────────────────────────────────────────────────


def _list(text: str, separator: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(separator))


def _functions(text: str) -> tuple[str, ...]:
    return _list(text.translate(BETWEEN_FUNCTIONS).strip().rstrip(";"), ";")


def _numbers(text: str) -> tuple[str, ...] | None:
    return _list(text.translate(SEPARATORS), ",") if text.strip() else None


def _point(text: str) -> tuple[tuple[str, str], ...] | None:
    if not text.strip():
        return None
    pairs = [entry.partition(":") for entry in _list(text.translate(SEPARATORS), ",")]
    for index, (name, colon, _) in enumerate(pairs):
        entry = "".join(pairs[index])
        if not entry:
            raise ProblemError("empty_coordinate", field="at", index=index, span=(0, 0))
        if not colon or not _name(name):
            raise ProblemError("not_a_point", field="at", index=index, span=(0, len(entry)), text=entry[:24])
    return tuple((_name(name), value.strip()) for name, _, value in pairs)


def _name(text: str) -> str:
    """A name has no sign: a + beside it was a bare space (see ``parameters``)."""
    return text.strip("+ ")


def _matrix(text: str) -> Matrix | None:
    rows = _list(text.translate(SEPARATORS).strip().rstrip(";"), ";")
    return tuple(_list(row, ",") for row in rows) if text.strip() else None


def _wrt(text: str) -> str:
    if text not in ("a", "b"):
        raise ProblemError("not_a_choice", field="wrt", span=(0, len(text)), text=text[:24], choices="a, b")
    return text


def _language(text: str) -> str:
    if text not in LANGUAGES:
        choices = ", ".join(LANGUAGES)
        raise ProblemError("not_a_choice", field="lang", span=(0, len(text)), text=text[:24], choices=choices)
    return text


Take = Callable[[str, Callable[[str], object], object], object]


def _read_vector(take: Take, query: Mapping[str, str]) -> Problem:
    base = VectorProblem(()) if "f" in query else DEFAULTS["vjp"]
    assert isinstance(base, VectorProblem)
    return VectorProblem(
        take("f", _functions, base.functions),  # type: ignore[arg-type]  # each reader returns its field's type
        take("at", _point, base.point),  # type: ignore[arg-type]
        take("v", _numbers, base.cotangent),  # type: ignore[arg-type]
    )


def _read_chain(take: Take, query: Mapping[str, str]) -> Problem:
    default = DEFAULTS["chain"]
    assert isinstance(default, ChainProblem)
    given = any(field in query for field in CHAIN_FIELDS)
    inner = take("f", _functions, default.inner)
    summed = range(min(len(inner), MAX_OUTPUTS))  # type: ignore[arg-type]
    outer = ("+".join(f"y{k + 1}" for k in summed),) if "f" in query else default.outer
    further = tuple(take(field, _functions, ()) for field in CHAIN_FIELDS[2:])
    while further and not further[-1]:
        further = further[:-1]  # a gap in the middle stays, and is told of as an empty stage
    return ChainProblem(
        inner,  # type: ignore[arg-type]
        take("g", _functions, outer),  # type: ignore[arg-type]
        take("at", _point, None if given else default.point),  # type: ignore[arg-type]
        take("v", _numbers, None if given else default.cotangent),  # type: ignore[arg-type]
        further,  # type: ignore[arg-type]
    )


def _read_matmul(take: Take, query: Mapping[str, str]) -> Problem:
    default = DEFAULTS["matmul"]
    assert isinstance(default, MatmulProblem)
    return MatmulProblem(
        take("a", _matrix, default.a) or default.a,  # type: ignore[arg-type]
        take("b", _matrix, default.b) or default.b,  # type: ignore[arg-type]
        take("v", _matrix, default.v),  # type: ignore[arg-type]
        take("wrt", _wrt, default.wrt),  # type: ignore[arg-type]
    )


READERS: dict[str, Callable[[Take, Mapping[str, str]], Problem]] = {
    "vjp": _read_vector,
    "chain": _read_chain,
    "matmul": _read_matmul,
}


# ── Writing ──────────────────────────────────────────────────────────────────────────────────────────────


def _write_point(point: tuple[tuple[str, str], ...] | None) -> str:
    return ",".join(f"{name}:{value}" for name, value in point or ())


def _is_ones(weights: str) -> bool:
    return set(weights.replace(";", ",").split(",")) == {"1"}


def _write_matrix(matrix: Matrix | None) -> str:
    return ";".join(",".join(row) for row in matrix or ())


def _write_vector(problem: VectorProblem) -> dict[str, str]:
    return {
        "f": ";".join(problem.functions),
        "at": _write_point(problem.point),
        "v": ",".join(problem.cotangent or ()),
    }


def _write_chain(problem: ChainProblem) -> dict[str, str]:
    return {
        **{field: ";".join(stage) for field, stage in zip(CHAIN_FIELDS, problem.stages, strict=False)},
        "at": _write_point(problem.point),
        "v": ",".join(problem.cotangent or ()),
    }


def _write_matmul(problem: MatmulProblem) -> dict[str, str]:
    return {
        "a": _write_matrix(problem.a),
        "b": _write_matrix(problem.b),
        "v": _write_matrix(problem.v),
        "wrt": problem.wrt,
    }


WRITERS: dict[type, Callable[..., dict[str, str]]] = {
    VectorProblem: _write_vector,
    ChainProblem: _write_chain,
    MatmulProblem: _write_matmul,
}
