"""Calls of functions and methods: arguments into their places, then the row that says what is meant.

A function without a row is applied entry by entry.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.grammar.definitions import ARITY, KEYWORDS
from core.grammar.refusal import Refusal, clip
from core.grammar.spelling import close
from core.grammar.tensors.builder import Value, constant
from core.grammar.tensors.rows import along, constants, layout, products
from core.grammar.tensors.rows.call import IGNORED, NOTHING, SYNONYMS, WHOLE, Call, Rows, is_none
from core.grammar.tensors.spelling import FUNCTIONS, INSTEAD, REFUSED
from core.grammar.tensors.term import Term
from core.problem import Span
from core.tensors.program import Shape
from core.tensors.shapes import written

if TYPE_CHECKING:
    from core.grammar.tensors.typist import Typist

ROWS: Rows = along.ROWS | products.ROWS | layout.ROWS | constants.ROWS


def call(typist: Typist, term: Term) -> Value:
    """The value of a function or method with its arguments. Raises Refusal and ShapeError."""
    row = ROWS.get(term.text)
    if row is None:
        return _entrywise(typist, term)
    parameters, least, mean = row
    return mean(_bound(typist, term, parameters, least))


def _bound(typist: Typist, term: Term, parameters: str, least: int) -> Call:
    """The arguments of a call in their places."""
    names = parameters.replace("*", "").split()
    given = dict(zip(names, term.args, strict=False))
    rest = term.args[len(names) :]
    for word, value in term.named:
        name = word if word in names else SYNONYMS.get(word, word)
        if name in names and name not in given:
            given[name] = value
        elif word == "size" and "*" in parameters:
            rest = (value,)
        elif word not in IGNORED:
            raise _no_such_option(typist, word, value)
    if (rest and "*" not in parameters) or not set(names[:least]) <= given.keys():
        raise _wrong_count(typist, term, least, len(names))
    return Call(typist, term, given, rest)


def _no_such_option(typist: Typist, word: str, value: Term) -> Refusal:
    start, end = typist.place(value)
    named = typist.text.lower().rfind(word, 0, start)
    return Refusal("unexpected", (named if named >= 0 and not typist.span else start, end), found=clip(f"{word}="))


def _wrong_count(typist: Typist, term: Term, least: int, most: int) -> Refusal:
    counts = str(least) if least == most else f"{least}–{most}"
    facts: dict[str, str | int] = {"counts": counts, "most": most, "given": len(term.args) + len(term.named)}
    return Refusal("wrong_argument_count", typist.place(term), name=term.text, **facts)


def _entrywise(typist: Typist, term: Term) -> Value:
    """relu(x), x.exp(), clamp(x, min=0)"""
    name, places = term.text, dict(enumerate(term.args))
    for word, value in term.named:
        place = KEYWORDS.get(name, {}).get(word)
        if place is not None and place not in places:
            places[place] = value
        elif word not in IGNORED:
            raise _no_such_option(typist, word, value)
    if name == "clamp" and places.keys() == {0, 2}:
        name, places = "clamp_max", {0: places[0], 1: places[2]}
    least, most = ARITY[name]
    if not least <= len(places) <= most:
        raise _wrong_count(typist, term, least, most)
    args = [typist.one(places[at]) for at in sorted(places)]
    if name == "where" and not args[0].mask:
        raise typist.mask_expected(places[0], "where")
    return typist.applied(name, args, term)


def unknown(term: Term, span: Span, text: str) -> Refusal:
    """x.foo()"""
    word = term.text.lower()
    if word in INSTEAD:
        return Refusal("write_instead", span, name=clip(term.text), instead=INSTEAD[word])
    if word in REFUSED:
        return Refusal("unsupported_function", span, name=clip(term.text))
    start = term.args[0].whole[1]
    fixes = tuple(text[:start] + text[start:].replace(term.text, name, 1) for name in close(word, FUNCTIONS))
    return Refusal("unknown_function", span, fixes, name=clip(term.text))


def selected(typist: Typist, value: Value, places: Sequence[Term], term: Term) -> Value:
    """x[0], x[:, 1], x[None, 1:]"""
    lacking = len(value.shape) - sum(not is_none(place) for place in places)
    if lacking < 0:
        last = max(len(value.shape), 1) - 1
        raise Refusal(
            "no_such_dimension", typist.place(term), dim=len(places) - 1, shape=written(value.shape), last=last
        )
    sides = iter(value.shape)
    places = [*places, *[WHOLE] * lacking]
    at = tuple(None if is_none(place) else _taken(typist, place, next(sides), value.shape) for place in places)
    if value.is_constant and len(value.shape) == 1 and isinstance(at[0], int) and len(at) == 1:
        return constant(value.entries[at[0]])  # x.shape[0], which may be a side or a divisor
    return typist.builder.emit("select", (typist.number(value, term),), typist.place(term), at=at)


def _taken(typist: Typist, place: Term, side: int, shape: Shape) -> int | tuple[int, int, int]:
    """A place counted from 0, or the start, end and step of a slice."""
    if place.kind != "slice":
        at = typist.integer(place)
        if not -side <= at < side:
            raise Refusal("no_such_place", typist.place(place), place=at, shape=written(shape))
        return at % side
    start, stop, step = (None if is_none(part) else typist.integer(part) for part in (*place.args, NOTHING)[:3])
    if step is not None and step < 1:
        raise Refusal("unexpected", typist.place(place), found=clip(typist.echo(place)))
    return slice(start, stop, step).indices(side)
