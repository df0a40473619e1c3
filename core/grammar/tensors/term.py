"""What a text says before any shape is known: a tree of terms, and lines of it. Plain data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from core.problem import Span


@dataclass(frozen=True, slots=True)
class Term:
    """``kind`` is an operator ("+", "@", "product", "neg", "^", "<", …) or one of

    number  name  constant  infinity  string  keyword (None, True)  list  slice
    call    the function ``text`` of ``args``, and of ``named`` ones
    method  the same, written x.sum(): args[0] is what stands before the point
    member  x.T: ``text`` of args[0]
    index   args[0][args[1], …]
    bars    |x|, and ‖x‖ as "norm" with the order in ``text``

    ``outer`` is the span with the brackets around it.
    """

    kind: str
    args: tuple[Term, ...] = ()
    text: str = ""
    named: tuple[tuple[str, Term], ...] = ()
    span: Span = (0, 0)
    outer: Span | None = None

    @property
    def whole(self) -> Span:
        return self.outer or self.span


@dataclass(frozen=True, slots=True)
class Statement:
    """``name = term``; the name is empty where none is given."""

    name: str
    term: Term
    span: Span


def walk(term: Term) -> Iterator[Term]:
    """``term`` and everything under it, in the order of the text."""
    stack = [term]
    while stack:
        term = stack.pop()
        yield term
        stack.extend(reversed((*term.args, *(value for _, value in term.named))))


def filled(term: Term, values: Mapping[str, Term]) -> Term:
    """``term`` with other terms for some of its names."""
    if term.kind == "name":
        return values.get(term.text, term)
    if not values or not term.args:
        return term
    named = tuple((name, filled(value, values)) for name, value in term.named)
    return replace(term, args=tuple(filled(arg, values) for arg in term.args), named=named)
