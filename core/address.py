"""Problem ⇄ address. Every state is a link, short and readable by a person: a page and the parameters of its kind.

    /vjp?f=2*x1%2Bx2^2;x1^2%2B2*x2^3&at=x1:1,x2:2&v=2,1

What equals the default may be left out: a page without any parameter is its own default problem.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

from core.kinds import KINDS, kind_of
from core.kinds.kind import Problem
from core.parameters import LANGUAGES, MAX_ADDRESS, Take, choice, parameters, quoted, taking, whole
from core.problem import ProblemError

MAX_QUERY = 10 * MAX_ADDRESS  # characters that a page reads at all: a sign of a Chinese keyboard takes nine, escaped
MAX_INPUT = 1_000_000  # characters looked at when decoding; anything longer is no address of ours
MAX_HOST = 200  # characters of where the app stands
HOST = re.compile(  # scheme://host[:port][/path]
    r"https?://(?:[A-Za-z0-9_-]++(?:\.[A-Za-z0-9_-]++)*+|\[[0-9A-Fa-f:.]++\])(?::[0-9]{1,5}+)?"
    r"(?:/(?:[A-Za-z0-9._~-]|%[0-9A-Fa-f]{2})++)*+"
)


MAX_STEP = 999
COMMON: dict[str, Callable[[str], object]] = {  # parameters that every page has beside its problem and its language
    "guess": choice("guess", ("0", "1")),
    "present": choice("present", ("0", "1")),
    "step": whole("step", MAX_STEP),
}


@dataclass(frozen=True)
class View:
    """How a page is looked at: the answer covered until it is guessed, as large as the screen, at which step."""

    guess: bool = False
    present: bool = False
    step: int | None = None  # None: where the page opens

    @property
    def texts(self) -> dict[str, str]:
        """The parameters that say so."""
        said = {"guess": "1" if self.guess else "", "present": "1" if self.present else ""}
        return {name: text for name, text in said.items() if text} | (
            {} if self.step is None else {"step": f"{self.step}"}
        )


@dataclass(frozen=True)
class Address:
    """A decoded address. ``errors`` tell of parameters that could not be used; the rest survived."""

    page: str
    problem: Problem
    lang: str | None = None
    errors: tuple[ProblemError, ...] = ()
    view: View = View()


def decode(address: str) -> Address:
    """Reads an address with or without a host. Raises ProblemError ``unknown_page`` or ``too_long``."""
    if len(address) > MAX_INPUT:
        raise _too_long(address, MAX_INPUT)
    try:
        parts = urlsplit(address.strip().removeprefix("\ufeff").strip())  # a file may begin with a byte order mark
    except ValueError:  # such as a malformed IPv6 host
        raise ProblemError("unknown_page", field="address", span=(0, len(address)), page="") from None
    page = parts.path.rstrip("/").rpartition("/")[2]
    if page not in KINDS:
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
    found = f"{scheme.lower()}://{before.rstrip('/') if last in KINDS else place}"
    if len(found) > MAX_HOST or not HOST.fullmatch(found):
        raise ProblemError("bad_host", field="address", span=(0, min(len(address), len(found))), host=found[:40])
    return found


def read_query(page: str, query: str) -> Address:
    """Reads the query string of a page. Of one that is too long nothing is read: the default is told of as such."""
    if len(query) > MAX_QUERY:
        return Address(page, KINDS[page].default, errors=(_too_long(query, MAX_QUERY),))
    return decode_query(page, parameters(query))


def decode_query(page: str, query: Mapping[str, str]) -> Address:
    """Reads the parameters of a page; those that cannot be used fall back to the default and are told of."""
    errors: list[ProblemError] = []
    take = taking(query, errors)
    problem = KINDS[page].take(take, query)
    lang = cast(str | None, take("lang", choice("lang", LANGUAGES), None))
    view = _view(take)
    return Address(page, problem, lang, tuple(errors), view)


def view_of(query: Mapping[str, str]) -> View:
    """How parameters say that a page is looked at; what cannot be used is left out."""
    return _view(taking(query, []))


def _view(take: Take) -> View:
    guess, present, step = (take(name, read, None) for name, read in COMMON.items())
    return View(guess == "1", present == "1", cast(int | None, step))


def encode(problem: Problem, lang: str | None = None, view: View = View()) -> str:
    """The address of a problem, without a host."""
    return viewed(kind_of(problem).link(problem, lang), view)


def viewed(address: str, view: View) -> str:
    """An address in which it also stands how the page is looked at."""
    said = "&".join(f"{name}={text}" for name, text in view.texts.items())
    return f"{address}{'&' if '?' in address else '?'}{said}" if said else address


def encode_query(problem: Problem, lang: str | None = None) -> dict[str, str]:
    """The parameters of a problem, each already quoted; ones are left out of v."""
    return quoted(kind_of(problem).texts(problem), lang)
