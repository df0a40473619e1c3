"""What each function and method of matrices means, one row each; all others are applied entry by entry."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING, NamedTuple

from core.grammar.definitions import ARITY, KEYWORDS
from core.grammar.refusal import Refusal, clip, replaced
from core.grammar.spelling import close
from core.grammar.tensors.builder import Value, constant
from core.grammar.tensors.spelling import FUNCTIONS, INSTEAD
from core.grammar.tensors.term import Term
from core.problem import Span
from core.tensors.program import Option, Shape
from core.tensors.shapes import ShapeError, written

if TYPE_CHECKING:
    from core.grammar.tensors.typist import Typist

IGNORED = frozenset(("dtype", "device", "requires_grad", "out", "copy", "inplace", "dropout_p"))
# what an argument is also called
SYNONYMS = {"axis": "dim", "keepdims": "keepdim", "input": "x", "self": "x", "a": "x", "other": "y", "target": "y",
            "targets": "y", "vec2": "y", "b": "y", "weight": "W", "bias": "b", "ord": "p", "query": "q", "key": "k",
            "value": "fill", "fill_value": "fill", "tensors": "x", "diagonal": "diagonal", "k": "diagonal",
            "ddof": "correction", "dim0": "dim", "axis1": "dim"}  # fmt: skip


class Call(NamedTuple):
    """A call with its arguments in their places: what was given by name or by place, and where."""

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
        """torch. or np., as it is written before the function."""
        return self.typist.echo(self.term).partition("(")[0].rpartition(".")[0] if not self.is_method else ""

    def tensor(self, name: str) -> Value:
        """The value of an argument, a mask as numbers."""
        return self.typist.number(self.typist.one(self.given[name]), self.term)

    def has(self, name: str) -> bool:
        return name in self.given and not _is_none(self.given[name])

    def integer(self, name: str, default: int) -> int:
        return self.typist.integer(self.given[name]) if self.has(name) else default

    def flag(self, name: str, default: bool = False) -> bool:
        if name not in self.given:
            return default
        term = self.given[name]
        if term.kind != "keyword" or term.text == "None":
            return bool(self.typist.integer(term))
        return term.text == "True"

    def dim(self, shape: Shape, default: int | None = None) -> int | None:
        """Which dimension, counted from 0; None for all of them."""
        if not self.has("dim"):
            return default if shape else None
        term = self.given["dim"]
        if term.kind == "list":
            dims = {_dimension(self, each, shape) for each in term.args}
            if len(dims) == len(shape):
                return None
            if len(dims) > 1:
                raise self.typist.unexpected(term)  # type: ignore[misc]
            return dims.pop()
        return _dimension(self, term, shape)

    def emit(self, op: str, *args: Value, **options: Option) -> Value:
        return self.typist.builder.emit(op, args, self.span, **options)


def _is_none(term: Term) -> bool:
    return term.kind == "keyword" and term.text == "None"


def _dimension(call: Call, term: Term, shape: Shape) -> int:
    dim, rank = call.typist.integer(term), max(len(shape), 1)
    if not -rank <= dim < rank:
        raise Refusal("no_such_dimension", call.typist.place(term), dim=dim, **_dimensions(shape))
    return dim % rank


Row = Callable[[Call], Value]

# ── Along a dimension ────────────────────────────────────────────────────────────────────────────────────


def _reduction(op: str) -> Row:
    def row(call: Call) -> Value:
        value = call.tensor("x")
        dim = call.dim(value.shape)
        return call.emit(op, value, dim=dim if value.shape else None, keepdim=call.flag("keepdim"))

    return row


def _along(op: str) -> Row:
    """softmax and log_softmax, over the last dimension unless told otherwise."""

    def row(call: Call) -> Value:
        value = call.tensor("x")
        if not value.shape:
            raise ShapeError("vector_expected", shape=written(value.shape))
        return call.emit(op, value, dim=call.dim(value.shape, len(value.shape) - 1))

    return row


def _extreme(name: str, op: str) -> Row:
    """max(x), x.max(dim=1), max(x, y)"""

    def row(call: Call) -> Value:
        terms = (
            *([call.given["x"]] if "x" in call.given else []),
            *([call.given["dim"]] if "dim" in call.given else []),
            *call.rest,
        )
        values = [call.typist.one(term) for term in terms]
        named = any(word in ("dim", "axis") for word, _ in call.term.named)
        is_dim = len(values) == 2 and values[1].node is not None and (named or call.is_method or bool(call.module))
        if len(values) > 1 and not is_dim:
            return call.typist.applied(name, [call.typist.number(each, call.term) for each in values], call.term)
        value = call.tensor("x")
        dim = call.dim(value.shape)
        pair = is_dim and all(word not in ("axis", "keepdims") for word, _ in call.term.named)
        reduced = call.emit(op, value, dim=dim, keepdim=call.flag("keepdim"), first=pair)
        return replace(reduced, pair=pair)

    return row


def _norm(call: Call) -> Value:
    value = call.tensor("x")
    dim, keepdim = call.dim(value.shape), call.flag("keepdim")
    order = _order(call)
    if order == 2:
        return call.emit("norm", value, dim=dim, keepdim=keepdim)
    sizes = call.typist.entrywise("abs", (value,), call.span)
    if order == 1:
        return call.emit("sum", sizes, dim=dim, keepdim=keepdim)
    return call.emit("max_over", sizes, dim=dim, keepdim=keepdim, first=False)


def _order(call: Call) -> float:
    if not call.has("p"):
        return 2
    term = call.given["p"]
    if term.kind == "string" and term.text.strip("'\"") in ("fro", "inf"):
        return 2 if "fro" in term.text else inf
    value = call.typist.one(term)
    if value.entries == (inf,):
        return inf
    order = call.typist.integer(term)
    if order not in (1, 2):
        raise Refusal("unexpected", call.typist.place(term), found=clip(call.typist.echo(term)))
    return order


# ── Products and the rest of algebra ─────────────────────────────────────────────────────────────────────


def _plain(op: str, *names: str) -> Row:
    """An operation that has no options."""

    def row(call: Call) -> Value:
        return call.emit(op, *(call.tensor(name) for name in names))

    return row


def _matmul(call: Call) -> Value:
    return call.emit("matmul", call.tensor("x"), call.tensor("y"))


def _transpose(call: Call) -> Value:
    return call.typist.member(Term("member", (call.given["x"],), "T", (), call.term.span))


# ── The table ────────────────────────────────────────────────────────────────────────────────────────────

# our name -> its parameters, how many of them must be given, what it means; a * takes all that follow
ROWS: dict[str, tuple[str, int, Row]] = {
    **{op: ("x dim keepdim", 1, _reduction(op)) for op in ("sum", "mean", "prod", "logsumexp")},
    **{name: ("x dim", 1, _along(name)) for name in ("softmax", "log_softmax")},
    "max": ("x dim keepdim *", 1, _extreme("max", "max_over")),
    "min": ("x dim keepdim *", 1, _extreme("min", "min_over")),
    "norm": ("x p dim keepdim", 1, _norm),
    "matmul": ("x y", 2, _matmul),
    "transpose": ("x *", 1, _transpose),
}
_NOTHING = Term("keyword", text="None")
_WHOLE = Term("slice", (_NOTHING, _NOTHING))
ONLY_METHODS: frozenset[str] = frozenset()


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
    is_open = "*" in parameters
    for word, value in term.named:
        name = word if word in names else SYNONYMS.get(word, word)
        if name in names and name not in given:
            given[name] = value
        elif word not in IGNORED:
            raise Refusal("unexpected", typist.place(value), found=clip(f"{word}="))
    if len(given) < least or (rest and not is_open) or not set(names[:least]) <= given.keys():
        facts: dict[str, str | int] = {"least": least, "most": len(names), "given": len(term.args) + len(term.named)}
        raise Refusal("wrong_argument_count", typist.place(term), name=term.text, **facts)
    return Call(typist, term, given, rest)


def _entrywise(typist: Typist, term: Term) -> Value:
    """relu(x), x.exp(), clamp(x, min=0)"""
    places: dict[int, Term] = dict(enumerate(term.args))
    for word, value in term.named:
        place = KEYWORDS.get(term.text, {}).get(word)
        if place is not None and place not in places:
            places[place] = value
        elif word not in IGNORED:
            raise Refusal("unexpected", typist.place(value), found=clip(f"{word}="))
    name = term.text
    if name == "clamp" and places.keys() == {0, 2}:
        name, places = "clamp_max", {0: places[0], 1: places[2]}
    least, most = ARITY[name]
    if not least <= len(places) <= most:
        facts: dict[str, str | int] = {"least": least, "most": most, "given": len(places)}
        raise Refusal("wrong_argument_count", typist.place(term), name=name, **facts)
    args = [typist.one(places[at]) for at in sorted(places)]
    if name == "where" and not args[0].mask:
        raise _mask_expected(typist, term, places[0], "where")
    return typist.applied(name, args, term)


def _mask_expected(typist: Typist, term: Term, mask: Term, name: str) -> Refusal:
    fixes = () if typist.span else (replaced(typist.text, mask.span, f"({typist.echo(mask)}) != 0"),)
    return Refusal("mask_expected", typist.place(mask), fixes, name=name)


def unknown(term: Term, span: Span, text: str) -> Refusal:
    """x.foo()"""
    word = term.text.lower()
    if word in INSTEAD:
        return Refusal("write_instead", span, name=clip(term.text), instead=INSTEAD[word])
    start = term.args[0].span[1]
    fixes = tuple(text[:start] + text[start:].replace(term.text, name, 1) for name in close(word, FUNCTIONS))
    return Refusal("unknown_function", span, fixes, name=clip(term.text))


def selected(typist: Typist, value: Value, places: Sequence[Term], term: Term) -> Value:
    """x[0], x[:, 1], x[None, 1:]"""
    lacking = len(value.shape) - sum(not _is_none(place) for place in places)
    if lacking < 0:
        raise Refusal("no_such_dimension", typist.place(term), dim=len(places) - 1, **_dimensions(value.shape))
    places = [*places, *[_WHOLE] * lacking]
    sides = iter(value.shape)
    at = tuple(None if _is_none(place) else _taken(typist, place, next(sides), value.shape) for place in places)
    if value.is_constant and len(value.shape) == 1 and isinstance(at[0], int):
        return constant(value.entries[at[0]])  # x.shape[0], which may be a side or a divisor
    return typist.builder.emit("select", (typist.number(value, term),), typist.place(term), at=at)


def _taken(typist: Typist, place: Term, side: int, shape: Shape) -> int | tuple[int, int, int]:
    """A place counted from 0, or the start, end and step of a slice."""
    if place.kind != "slice":
        at = typist.integer(place)
        if not -side <= at < side:
            raise Refusal("no_such_place", typist.place(place), place=at, shape=written(shape))
        return at % side
    start, stop, step = (None if _is_none(part) else typist.integer(part) for part in (*place.args, _NOTHING)[:3])
    if step is not None and step < 1:
        raise Refusal("unexpected", typist.place(place), found=clip(typist.echo(place)))
    return slice(start, stop, step).indices(side)


def _dimensions(shape: Shape) -> dict[str, str | int]:
    return {"shape": written(shape), "last": max(len(shape), 1) - 1}
