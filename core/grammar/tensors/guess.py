"""Shapes for names without a value: a small search for the smallest that fit.

A program is typed again and again. Whenever it meets a name that has no shape yet, that name gets its first candidate;
where the program is refused, the name that came last gets its next one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from core.grammar.refusal import MATRICES, Refusal
from core.grammar.tensors.builder import Builder, Value
from core.grammar.tensors.term import Statement, Term, walk
from core.grammar.tensors.typist import Typist
from core.problem import MAX_SIDE
from core.tensors.program import Shape

MAX_LINES = 1000  # of all programs that are tried together
SIDES = (2, 3)
PLACES = frozenset(map(str, range(MAX_SIDE)))
Candidates = Mapping[str, Sequence[Shape]]
IMAGES = {"conv1d": ((5,), (3,)), "conv2d": ((4, 4), (3, 3))}  # large enough to see a kernel move


def fitting(
    text: str, statements: Sequence[Statement], names: Sequence[str], known: Mapping[str, Shape]
) -> dict[str, Shape]:
    """A shape for each of ``names`` that is not ``known``: the first that fit and make nothing odd, or that fit."""
    sides = tuple(dict.fromkeys(chain(*known.values(), SIDES, _mentioned(statements))))
    images = _images(statements)
    candidates = {name: _candidates(name, sides, images) for name in names if name not in known}
    found = _first(text, statements, candidates, known, odd=False) or _first(
        text, statements, candidates, known, odd=True
    )
    return {name: found.get(name, options[0]) for name, options in candidates.items()}


def _first(
    text: str, statements: Sequence[Statement], candidates: Candidates, known: Mapping[str, Shape], odd: bool
) -> Mapping[str, Shape]:
    """The first shapes with which the statements are read, none if there are none; ``odd``: with remarks too."""
    chosen: list[tuple[str, int]] = []  # names in the order in which they were met, with the candidate each has now
    lines = 0
    while lines < MAX_LINES:
        shapes = {**known, **{name: candidates[name][at] for name, at in chosen}}
        search = _Search(text, shapes, candidates)
        try:
            search.builder.refuse_large(search.run(statements).shape, (0, 0))
            if odd or not search.builder.remarks:
                return search.shapes
        except Refusal as refusal:
            if refusal.code not in MATRICES:  # no shapes would help
                break
        lines += len(search.builder.lines) + 1
        chosen += [(name, 0) for name in search.met]
        while chosen and chosen[-1][1] + 1 == len(candidates[chosen[-1][0]]):
            chosen.pop()
        if not chosen:
            break
        name, at = chosen.pop()
        chosen.append((name, at + 1))
    return {}


def _candidates(name: str, sides: Sequence[int], images: Mapping[str, Shape]) -> tuple[Shape, ...]:
    """Capitals are rather matrices and the rest vectors; sides that are known come first."""
    small = [side for side in sides if 1 < side <= MAX_SIDE]
    matrices = [(rows, columns) for rows in small for columns in small]
    matrices.sort(key=lambda shape: shape[0] == shape[1])  # two sides that differ say more
    vectors = [(side,) for side in small]
    first, second = (matrices, vectors) if name[0].isupper() else (vectors, matrices)
    hint = [images[name]] if name in images else []
    return tuple(dict.fromkeys([*hint, *first, *second, ()]))


def _mentioned(statements: Sequence[Statement]) -> Iterator[int]:
    """Sizes that the text itself speaks of: as many entries as a list has, one more than a place."""
    for statement in statements:
        for term in walk(statement.term):
            if term.kind == "list":
                yield len(term.args)
            elif term.kind == "index":
                yield from (int(place.text) + 1 for place in term.args[1:] if place.text in PLACES)


def _images(statements: Sequence[Statement]) -> dict[str, Shape]:
    """The names that are convolved with a kernel."""
    terms = (term for statement in statements for term in walk(statement.term))
    calls = [term for term in terms if term.kind == "call" and term.text in IMAGES]
    pairs = ((arg, shape) for call in calls for arg, shape in zip(call.args, IMAGES[call.text], strict=False))
    return {arg.text: shape for arg, shape in pairs if arg.kind == "name"}


class _Search(Typist):
    """Types a program, and gives every name that has no shape yet its first candidate."""

    def __init__(self, text: str, shapes: Mapping[str, Shape], candidates: Candidates) -> None:
        super().__init__(text, Builder(text, (), {}))
        self.shapes, self.candidates = dict(shapes), candidates
        self.met: list[str] = []

    def lookup(self, term: Term) -> Value | None:
        name = term.text
        if name not in self.scope:
            if name not in self.shapes:
                self.met.append(name)
                self.shapes[name] = self.candidates[name][0]
            self.builder.degrees.append(1)
            value = self.builder.line("input", (), self.shapes[name], term.span, ())
            self.scope[name] = replace(value, said=name)
        return super().lookup(term)
