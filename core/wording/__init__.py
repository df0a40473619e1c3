"""Every word a reader sees, in two languages: labels and messages (TOML), prose (Markdown), the examples."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from core.problem import ProblemError

CONTENT = Path(__file__).parent / "content"


@cache
def _words(lang: str) -> dict[str, Any]:
    tables: dict[str, Any] = {}
    for file in sorted((CONTENT / lang).glob("*.toml")):  # a table stands in one file only
        tables |= tomllib.loads(file.read_text(encoding="utf-8"))
    return tables


def say(lang: str, key: str, **facts: str | int) -> str:
    """The words under a dotted key, with their placeholders filled. Raises KeyError for an unknown key."""
    found: Any = _words(lang)
    for part in key.split("."):
        found = found[part]
    return str(found).format(**{name: Count(fact) if isinstance(fact, int) else fact for name, fact in facts.items()})


class Count(int):
    """A number beside a noun: {given:argument|arguments} is the first of the two where there is one of them."""

    def __format__(self, spec: str) -> str:
        one, either, more = spec.partition("|")
        return (one if self == 1 else more) if either else super().__format__(spec)


def tell(lang: str, sentences: Iterable[tuple[str, Iterable[tuple[str, str | int]]]]) -> str:
    """Several sentences, each a key with its facts, one after the other."""
    return " ".join(say(lang, key, **dict(facts)) for key, facts in sentences)


def table(lang: str, name: str) -> Mapping[str, Any]:
    """A table of words as it stands, for a component of the browser, which fills the placeholders itself."""
    return _words(lang)[name]  # type: ignore[no-any-return]


def explain_error(lang: str, error: ProblemError) -> str:
    """What is wrong with a problem and what to do about it, in one or two sentences of plain text."""
    message = say(lang, f"errors.{error.code}", **{"parameter": error.field, **error.facts})
    if suggestion := error.facts.get("suggestion"):
        message += " " + say(lang, "errors.suggestion", suggestion=suggestion)
    return message


def explain_line(lang: str, code: str, facts: Mapping[str, str | int]) -> str:
    """What is said of a line of a pasted text: words of its own, or those of a refusal."""
    if code in _words(lang)["pasted"]:
        return say(lang, f"pasted.{code}", **facts)
    return explain_error(lang, ProblemError(code, **facts))  # type: ignore[arg-type]  # facts have names of their own


def explain_note(lang: str, code: str, facts: Mapping[str, str | int], place: str = "") -> str:
    """Why the engines differ: torch's convention and the reason for it, in a sentence or two of plain text.

    ``place`` is the derivative that the note is about, such as "∂y₁/∂x₂"; it stands before the sentence.
    """
    message = say(lang, f"notes.{code}", **facts)
    return say(lang, "notes.at", place=place, message=message) if place else message


def comments(lang: str, source: str) -> str:
    """A listing with its comments in the reader's language; the code that ran is untouched."""
    theirs = _words(lang)["code"]
    for key, ours in sorted(_words("en")["code"].items(), key=lambda item: -len(item[1])):
        source = source.replace(f"# {ours}", f"# {theirs[key]}")
    return source


@cache
def prose(lang: str, name: str) -> str:
    """A page of prose, Markdown of our own."""
    return (CONTENT / lang / f"{name}.md").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Example:
    """One card of the gallery; ``address`` opens it. ``title`` and ``why`` by language."""

    id: str
    address: str
    title: dict[str, str]
    why: dict[str, str]


@cache
def examples() -> tuple[Example, ...]:
    """The gallery, in its order."""
    rows = tomllib.loads((CONTENT / "examples.toml").read_text(encoding="utf-8"))["example"]
    return tuple(Example(**row) for row in rows)
