"""A call with its arguments in their places, and what every row asks of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING, NamedTuple

from core.grammar.refusal import Refusal, clip
from core.grammar.tensors.builder import Value, constant
from core.grammar.tensors.term import Term
from core.problem import Span
from core.tensors.program import Option, Shape
from core.tensors.shapes import MAX_RANK, ShapeError, written

if TYPE_CHECKING:
    from core.grammar.tensors.typist import Typist

IGNORED = frozenset(("dtype", "device", "requires_grad", "out", "copy", "inplace"))
# what an argument is also called
SYNONYMS = {
    "axis": "dim", "axis1": "dim", "dim0": "dim", "keepdims": "keepdim", "ddof": "correction",
    "start_dim": "dim", "ord": "p",
    **dict.fromkeys(("input", "self", "a", "tensors", "arrays", "mat1"), "x"),
    **dict.fromkeys(("other", "target", "targets", "vec2", "b", "mat2", "tensor2"), "y"),
    "weight": "W", "bias": "b", "query": "q", "key": "k", "value": "u", "fill_value": "fill", "k": "diagonal",
}  # fmt: skip
NOTHING = Term("keyword", text="None")
WHOLE = Term("slice", (NOTHING, NOTHING))
Row = Callable[["Call"], Value]
Rows = dict[str, tuple[str, int, Row]]  # our name -> its parameters (* takes all that follow), how many must be given


class Call(NamedTuple):
    """A call with its arguments in their places: what was given by name or by place, and what else."""

    typist: Typist
    term: Term
    given: Mapping[str, Term]
    rest: tuple[Term, ...]

    @property
    def span(self) -> Span:
        return self.typist.place(self.term)

    @property
    def is_method(self) -> bool:
        return self.term.kind == "method"

    @property
    def module(self) -> str:
        """torch or np, as it is written before the function."""
        return "" if self.is_method else self.typist.echo(self.term).partition("(")[0].rpartition(".")[0]

    def named(self, *words: str) -> bool:
        """Was an argument given by one of these names?"""
        return any(word in words for word, _ in self.term.named)

    def has(self, name: str) -> bool:
        return name in self.given and not is_none(self.given[name])

    def value(self, name: str) -> Value:
        return self.typist.one(self.given[name])

    def tensor(self, name: str) -> Value:
        """The value of an argument, a mask as numbers."""
        return self.typist.number(self.value(name), self.term)

    def integer(self, name: str, default: int) -> int:
        return self.typist.integer(self.given[name]) if self.has(name) else default

    def flag(self, name: str, default: bool = False) -> bool:
        if name not in self.given:
            return default
        term = self.given[name]
        return bool(self.typist.integer(term)) if term.kind != "keyword" else term.text == "True"

    def dim(self, shape: Shape, default: int | None = None) -> int | None:
        """Which dimension, counted from 0; None for all of them."""
        if not self.has("dim"):
            return default if shape else None
        term = self.given["dim"]
        dims = {self.typist.dimension(each, shape) for each in (term.args if term.kind == "list" else (term,))}
        if not shape or len(dims) == len(shape) > 1:
            return None
        if len(dims) != 1:
            raise Refusal("unexpected", self.typist.place(term), found=clip(self.typist.echo(term)))
        return dims.pop()

    def last(self, shape: Shape) -> int:
        """A dimension, the last one unless another is told."""
        if not shape:
            raise ShapeError("vector_expected", shape=written(shape))
        return self.dim(shape, len(shape) - 1) or 0

    def sides(self) -> list[int]:
        """A shape that is written out as (2, 3) or 2, 3."""
        return self.numbers(self.rest)

    def numbers(self, terms: Sequence[Term]) -> list[int]:
        if len(terms) == 1 and terms[0].kind == "list":
            terms = terms[0].args
        if len(terms) == 1 and (value := self.typist.one(terms[0])).shape:  # zeros(x.shape)
            return [self.typist.whole(constant(entry), terms[0]) for entry in value.entries]
        return [self.typist.integer(term) for term in terms]

    def only(self, name: str, number: float) -> None:
        """Refuses an option that is given, unless it is what is done anyway."""
        worth = self.typist.builder.worth(self.value(name)) if self.has(name) else None
        if self.has(name) and (worth is None or worth.value != number):
            raise unexpected(self, name)

    def emit(self, op: str, *args: Value, **options: Option) -> Value:
        return self.typist.builder.emit(op, args, self.span, **options)

    def entrywise(self, op: str, *args: Value) -> Value:
        return self.typist.entrywise(op, args, self.span)

    def told(self, head: str, *args: Value) -> Value:
        """What a function of core.grammar.tensors.definitions says."""
        return self.typist.defined(head, args, self.term)

    def reshaped(self, value: Value, shape: Sequence[int]) -> Value:
        """The same entries in another shape; of a constant, another constant."""
        if value.is_constant and prod(shape) == prod(value.shape) and len(shape) <= MAX_RANK:
            return replace(value, shape=tuple(shape))
        return self.emit("reshape", value, shape=tuple(shape))


def unexpected(call: Call, name: str) -> Refusal:
    term = call.given[name]
    return Refusal("unexpected", call.typist.place(term), found=clip(call.typist.echo(term)))


def is_none(term: Term) -> bool:
    return term.kind == "keyword" and term.text == "None"
