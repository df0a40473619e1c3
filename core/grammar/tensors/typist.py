"""Terms -> lines of a program: which operation is meant, and whether the shapes fit."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations
from math import inf

from core.expression.tree import Node, number
from core.grammar.choice import Choice
from core.grammar.definitions import definition
from core.grammar.refusal import Refusal, clip, replaced
from core.grammar.tensors import calls
from core.grammar.tensors.builder import ZERO, Builder, Value, constant
from core.grammar.tensors.definitions import DEFINITIONS
from core.grammar.tensors.reader import Reader
from core.grammar.tensors.remarks import Remark
from core.grammar.tensors.spelling import FUNCTIONS as FUNCTION_WORDS
from core.grammar.tensors.term import Statement, Term, filled
from core.problem import Span
from core.tensors.program import Shape
from core.tensors.shapes import ShapeError, broadcast, written

_TRANSPOSES = ("T", "mT", "H", "mH")
_SAME = ("data", "real", "values", "grad_fn")
_SHAPES = ("shape",)
_WORD = re.compile(r"[A-Za-z]\w*")
_TRANSPOSED = re.compile(r"(?:\.T|\^T|\^\\top|ᵀ|')$")
_LARGEST = 10**6  # of a dim, a place or a side
_TIGHT = frozenset(("name", "number", "call", "method", "member", "index", "list", "bars", "norm", "transpose"))
_FACTORS = _TIGHT | {"*", "/", "product", "@", "^", "neg"}


@dataclass(frozen=True)
class Told:
    """A line of the text: what it is called, if anything, and the shape that it has."""

    span: Span
    name: str
    shape: Shape


class Typist:
    """Goes through statements. ``span`` is where everything is told of, in a text that is a template of ours."""

    def __init__(self, text: str, builder: Builder, scope: Mapping[str, Value] | None = None, span: Span | None = None):
        self.text, self.builder, self.span = text, builder, span
        self.scope: dict[str, Value] = dict(scope or {})
        self.said = {name: value.said for name, value in self.scope.items() if value.said}
        self.choices: list[Choice] = []
        self.told: list[Told] = []

    def run(self, statements: Sequence[Statement]) -> Value:
        """The value of the last statement."""
        for statement in statements:
            value = self.one(statement.term)
            if statement.name:
                self.builder.name(value, statement.name)
                self.scope[statement.name] = replace(value, said=statement.name)
            self.told.append(Told(statement.span, statement.name, value.shape))
        return value

    def place(self, term: Term) -> Span:
        return self.span or term.span

    def echo(self, term: Term) -> str:
        return self.text[slice(*term.span)]

    # terms

    def one(self, term: Term) -> Value:
        """The value of a term; of a pair as torch's max gives it, the first of the two."""
        value = self.value(term)
        if value.batch:
            raise Refusal("too_many_dimensions", self.place(term), shape="1×1×" + written(value.shape), limit=2)
        return replace(value, pair=False)

    def value(self, term: Term) -> Value:
        try:
            value = _KINDS.get(term.kind, Typist.operator)(self, term)
        except ShapeError as error:
            raise Refusal(error.code, self.place(term), **error.facts) from None
        return value if term.kind == "name" else replace(value, said=clip(self.spoken(term)))

    def spoken(self, term: Term) -> str:
        """What the reader calls a term: of a template, with the reader's words for its names."""
        if not self.span:
            return self.echo(term)
        return _WORD.sub(lambda name: self.said.get(name[0], name[0]), self.echo(term))

    def name(self, term: Term) -> Value:
        found = self.lookup(term)
        if found is None:
            known = ", ".join([*self.scope, *(each.name for each in self.builder.inputs)])
            raise Refusal("undeclared_name", self.place(term), name=clip(term.text), known=clip(known, 60))
        return found

    def lookup(self, name: Term) -> Value | None:
        """The value that a name has by now."""
        return self.scope.get(name.text) or self.builder.input(name.text)

    def literal(self, term: Term) -> Value:
        return constant(Node("number", text=term.text, span=self.place(term)))

    def known_number(self, term: Term) -> Value:
        """π; e as the base of a power is an exp already"""
        if term.text == "e":
            return constant(Node("exp", (number(1),), span=self.place(term)))
        return constant(Node("constant", text=term.text, span=self.place(term)))

    def infinity(self, term: Term) -> Value:
        return constant(inf)

    def unexpected(self, term: Term) -> Value:
        raise Refusal("unexpected", self.place(term), found=clip(self.echo(term)))

    def list(self, term: Term) -> Value:
        """[[1, 2], [3, 4]]; with names in it, its parts are stacked."""
        parts = [self.one(each) for each in term.args]
        if not parts:
            raise Refusal("empty_tensor", self.place(term))
        if any(part.shape != parts[0].shape for part in parts):
            at = next(at for at, part in enumerate(parts) if part.shape != parts[0].shape)
            one, first = (side.shape[0] if side.shape else 1 for side in (parts[at], parts[0]))
            raise Refusal("ragged", self.place(term.args[at]), row=at + 1, count=one, expected=first)
        if all(part.is_constant for part in parts):
            return Value(
                (len(parts), *parts[0].shape), entries=tuple(entry for part in parts for entry in part.entries)
            )
        return self.builder.emit("stack", [self.number(part, term) for part in parts], self.place(term), dim=0)

    def number(self, value: Value, term: Term) -> Value:
        return self.builder.numbers(value, self.place(term))

    def operator(self, term: Term) -> Value:
        args = list(map(self.one, term.args))  # no frame of Python's own for each operation
        span = self.place(term)
        if term.kind == "*" and any(arg.row for arg in args) and () not in (args[0].shape, args[1].shape):
            term = replace(term, kind="product")  # x^T * A * x
        if term.kind in ("@", "product", "outer"):
            return self.product(term, *args)
        if term.kind == "transpose":
            return self.transposed(args[0], term)
        if term.kind in ("&", "or", "~"):
            return self.logic(term.kind, args, term)
        if term.kind == "^":
            return self.power(term, *args)
        if term.kind in ("*", "/", "neg"):
            return self.scaled(term.kind, args, term)
        return self.entrywise(term.kind, args, span, term.args)

    def entrywise(self, op: str, args: Sequence[Value], span: Span, terms: Sequence[Term] = ()) -> Value:
        """An operation with broadcasting. Where it stretches what is likely not meant, that is said."""
        try:
            value = self.builder.elementwise(op, args, span)
        except ShapeError as error:
            raise self.misfit(error, args, terms, span) from None
        if len(args) == 2 and _is_surprising(args[0].shape, args[1].shape):
            self.remark_stretched(args[0], args[1], span)
        return value

    def remark_stretched(self, left: Value, right: Value, span: Span) -> None:
        """That two shapes become a larger one, which is likely not meant."""
        with suppress(ShapeError):
            shape = written(broadcast((left.shape, right.shape)))
            facts = {"left": left.said, "left_shape": written(left.shape), "right": right.said}
            facts |= {"right_shape": written(right.shape), "shape": shape}
            self.builder.remarks.append(Remark("stretched", span, tuple(facts.items())))

    def misfit(self, error: ShapeError, args: Sequence[Value], terms: Sequence[Term], span: Span) -> Refusal:
        """The refusal of two operands, with what the reader calls them and what would fit."""
        left, right = next(pair for pair in combinations(args, 2) if _is_told_of(pair, error)) if args[2:] else args
        facts = dict(error.facts)
        if "left_shape" in facts:
            facts |= {"left": left.said, "right": right.said}
        fixes = self.fitting(error.code, args, terms) if len(terms) == 2 and not self.span else ()
        return Refusal(error.code, span, fixes, **facts)

    def fitting(self, code: str, args: Sequence[Value], terms: Sequence[Term]) -> tuple[str, ...]:
        """Whole texts in which these two operands may fit, the likeliest first."""
        (left, right), (one, other) = [arg.shape for arg in args], terms
        as_they_are, turned = (self.operand(each) for each in terms), (self.turned(each) for each in terms)
        (first, second), (first_turned, second_turned) = tuple(as_they_are), tuple(turned)
        sign = self.text[one.whole[1] : other.whole[0]]
        if code == "scalar_operand":
            return (self.joined(terms, first, " * ", second),)
        ways: list[tuple[Shape, Shape, str, str, str]] = [
            (left, right[::-1], first, sign, second_turned),
            (left[::-1], right, first_turned, sign, second),
        ]
        if code == "inner_sizes_differ":
            ways += [(right, left, second, sign, first), (right[::-1], left, second_turned, sign, first)]
            fits = [way for way in ways if _inner_sizes_agree(way[0], way[1])]
        else:
            ways[:0] = (
                [
                    (left, (*right, 1), first, sign, f"{second}[:, None]"),
                    ((*left, 1), right, f"{first}[:, None]", sign, second),
                ]
                if len(left) != len(right)
                else []
            )
            fits = [way for way in ways if _can_meet(way[0], way[1])]
        changed = [way for way in fits if (way[0], way[1]) != (left, right)]
        return tuple(self.joined(terms, *way[2:]) for way in changed)

    def operand(self, term: Term, tight: Collection[str] = _TIGHT) -> str:
        """The text of an operand that something binds to, in brackets where it needs them."""
        if term.outer:
            return self.text[slice(*term.outer)]
        return self.echo(term) if term.kind in tight else f"({self.echo(term)})"

    def turned(self, term: Term) -> str:
        """The text of an operand transposed: W.T of W, and W of W.T."""
        text = self.operand(term)
        plain = _TRANSPOSED.sub("", text)
        return plain if plain != text else f"{text}.T"

    def joined(self, terms: Sequence[Term], left: str, sign: str, right: str) -> str:
        start, end = terms[0].whole[0], terms[-1].whole[1]
        return replaced(self.text, (start, end), f"{left}{sign}{right}")

    # products

    def product(self, term: Term, left: Value, right: Value) -> Value:
        """@, and products without a sign or with ·, which are @ where both sides have entries."""
        span = self.place(term)
        if term.kind == "outer" or (right.row and len(right.shape) == 1 == len(left.shape) and not left.row):  # x yᵀ
            return self.builder.emit("outer", [self.number(left, term), self.number(right, term)], span)
        if term.kind == "product" and () in (left.shape, right.shape):
            return self.scaled("*", (left, right), term)
        try:
            if right.row and len(right.shape) == 1 and len(left.shape) == 2:  # A xᵀ
                raise self.row_on_the_right(term, left, right)
            value = self.builder.emit("matmul", [self.number(left, term), self.number(right, term)], span)
        except ShapeError as error:
            raise self.misfit(error, (left, right), term.args, span) from None
        is_clear = (left.row or right.row) and term.text == "joined"  # xᵀA says what it means
        if term.kind == "product" and not (self.span or is_clear):
            self.ask_product(term, left.shape, right.shape)
        return replace(value, row=left.row and len(value.shape) == 1)

    def row_on_the_right(self, term: Term, left: Value, right: Value) -> Refusal:
        """A xᵀ: a row has one row, and A has more columns."""
        facts = {"left": left.said, "left_shape": written(left.shape), "right": right.said}
        facts["right_shape"] = f"1×{right.shape[0]}"
        first, second = self.operand(term.args[0]), self.turned(term.args[1])
        sign = self.text[term.args[0].whole[1] : term.args[1].whole[0]]
        fixes = () if self.span else (self.joined(term.args, first, sign, second),)
        return Refusal("inner_sizes_differ", self.place(term), fixes, inner=left.shape[-1], other=1, **facts)

    def scaled(self, op: str, args: Sequence[Value], term: Term) -> Value:
        """An operation entry by entry; a row that is multiplied with a number stays a row."""
        value = self.entrywise(op, args, self.place(term), term.args)
        return replace(value, row=any(arg.row for arg in args) and len(value.shape) == 1)

    def ask_product(self, term: Term, left: Shape, right: Shape) -> None:
        one, other = (self.operand(each, _FACTORS) for each in term.args)
        typed = self.text[term.args[0].whole[1] : term.args[1].whole[0]].strip()
        sign = " .* " if typed == "*" else " * "  # MATLAB's
        taken, otherwise = f"{one} @ {other}", f"{one}{sign}{other}"
        instead = self.joined(term.args, one, sign, other) if _can_meet(left, right) else ""
        self.ask(term, taken, otherwise if instead else "", instead)

    def ask_extreme(self, name: str, term: Term) -> None:
        """max(x, 0) could go along dimension 0."""
        first, second = map(self.echo, term.args)
        other = f"{name}({first}, dim={second})"
        self.ask(term, f"{name}imum({first}, {second})", other, replaced(self.text, term.span, other))

    def ask(self, term: Term, taken: str, other: str, instead: str) -> None:
        self.choices.append(Choice("word", clip(self.echo(term)), clip(taken), clip(other), instead))

    def transposed(self, value: Value, term: Term) -> Value:
        if len(value.shape) < 2:
            return replace(value, row=not value.row and value.shape != ())
        return self.builder.emit("transpose", (self.number(value, term),), self.place(term))

    def power(self, term: Term, base: Value, exponent: Value) -> Value:
        """Entry by entry as torch's **; A^-1 of a matrix is its inverse, as mathematics has it."""
        span = self.place(term)
        worth = self.builder.worth(exponent)
        is_matrix = len(base.shape) == 2 and worth is not None and not self.span
        inner = self.operand(term.args[0])
        if is_matrix and worth and worth.exact == -1 and term.text != "**":
            value = self.builder.emit("inverse", (self.number(base, term),), span)
            self.ask(term, f"inv({self.echo(term.args[0])})", f"1/{inner}", replaced(self.text, span, f"(1/{inner})"))
            return value
        is_square = (
            is_matrix and base.shape[0] == base.shape[1] and term.args[0].kind in ("name", "transpose", "member")
        )
        if is_square and worth and worth.exact in (2, 3, -1):
            other = f"inv({self.echo(term.args[0])})" if worth.exact == -1 else " @ ".join([inner] * int(worth.exact))
            self.ask(term, f"{inner}**{self.echo(term.args[1])}", other, replaced(self.text, span, f"({other})"))
        return self.entrywise("^", (base, exponent), span)

    def logic(self, sign: str, args: Sequence[Value], term: Term) -> Value:
        """Conditions as zeros and ones: both where the product is not 0, one of them where the sum is not."""
        for value, part in zip(args, term.args, strict=True):
            if not value.mask:
                raise Refusal("mask_expected", self.place(part), name=clip(sign))
        span = self.place(term)
        if sign == "~":
            return self.entrywise("==", (args[0], constant(ZERO)), span)
        joined = self.entrywise("*" if sign == "&" else "+", args, span)
        return self.entrywise("!=", (joined, constant(ZERO)), span)

    # brackets, bars and points

    def bars(self, term: Term) -> Value:
        return self.entrywise("abs", [self.one(term.args[0])], self.place(term))

    def norm(self, term: Term) -> Value:
        order = Term("string", text="inf") if term.text in ("∞", "\\infty") else Term("number", text=term.text)
        order = Term("number", text="2") if term.text in ("2", "F", "f") else order
        return calls.call(self, Term("call", (*term.args, order), "norm", (), term.span))

    def member(self, term: Term) -> Value:
        subject, name = self.value(term.args[0]), term.text
        if name in _TRANSPOSES:
            if len(subject.shape) == 1:
                if not self.span:
                    facts = (("name", clip(self.echo(term.args[0]))),)
                    self.builder.remarks.append(Remark("transposed_vector", self.place(term), facts))
                return replace(subject, pair=False)
            return self.transposed(replace(subject, pair=False), term)
        if name in _SAME:
            return replace(subject, pair=False)
        if name in _SHAPES:
            return Value((len(subject.shape),), entries=tuple(map(number, subject.shape)))
        raise Refusal("not_allowed", self.place(term), what=clip(f".{name}"))

    def index(self, term: Term) -> Value:
        subject, *places = self.value(term.args[0]), *term.args[1:]
        if subject.batch and [place.text for place in places] == ["0", "0"]:
            return replace(subject, batch=False)
        if subject.pair:
            chosen = [self.integer(place) for place in places]
            if chosen != [0]:
                raise Refusal("not_allowed", self.place(term), what=clip(self.echo(term)))
            return replace(subject, pair=False)
        return calls.selected(self, subject, places, term)

    # options

    def integer(self, term: Term) -> int:
        """A whole number that is written out: a dim, a place, a side."""
        return self.whole(self.one(term), term)

    def whole(self, value: Value, term: Term) -> int:
        worth = self.builder.worth(value)
        exact = worth.exact if worth else None
        if exact is None or exact.denominator != 1 or not -_LARGEST < exact < _LARGEST:
            raise Refusal("whole_number_expected", self.place(term), text=clip(self.echo(term)))
        return int(exact)

    def dimension(self, term: Term, shape: Shape, new: bool = False) -> int:
        """A dimension of such a shape, or where a ``new`` one can be put, counted from 0."""
        dim, rank = self.integer(term), len(shape) + 1 if new else max(len(shape), 1)
        if not -rank <= dim < rank:
            raise Refusal("no_such_dimension", self.place(term), dim=dim, shape=written(shape), last=rank - 1)
        return dim % rank

    def mask_expected(self, mask: Term, name: str) -> Refusal:
        """Numbers where a condition has to stand."""
        fixes = () if self.span else (replaced(self.text, mask.span, f"({self.echo(mask)}) != 0"),)
        return Refusal("mask_expected", self.place(mask), fixes, name=name)

    def call(self, term: Term) -> Value:
        return calls.call(self, term)

    def method(self, term: Term) -> Value:
        word = term.text.lower()
        if word not in FUNCTION_WORDS:
            raise calls.unknown(term, self.place(term), self.text)
        return calls.call(self, replace(term, text=FUNCTION_WORDS.get(word, word)))

    def applied(self, name: str, args: Sequence[Value], term: Term) -> Value:
        """A function entry by entry, or what it is told in."""

        span = self.place(term)
        if name == "leaky_relu" and len(args) == 2 and not args[1].node:
            name = "prelu"  # torch takes no slope that has a gradient
        if told := definition(name, len(args)):
            return self.template(told[1], dict(zip(told[0], args, strict=True)), span)
        if name in ("max", "min") and len(args) > 2:
            whole = args[0]
            for other in args[1:]:
                whole = self.entrywise(name, (whole, other), span)
            return whole
        return self.entrywise(name, args, span, term.args)

    def defined(self, head: str, args: Sequence[Value | Term], term: Term) -> Value:
        """What a row of our definitions says; options among its arguments are terms."""
        parameters = head.partition("(")[2].rstrip(")").split(", ")
        return self.template(DEFINITIONS[head], dict(zip(parameters, args, strict=True)), self.place(term))

    def template(self, text: str, given: Mapping[str, Value | Term], span: Span) -> Value:
        values = {name: value for name, value in given.items() if isinstance(value, Value)}
        terms = {name: value for name, value in given.items() if isinstance(value, Term)}
        statements = [replace(each, term=filled(each.term, terms)) for each in _template(text, tuple(given))]
        return Typist(text, self.builder, values, span).run(statements)


@cache
def _template(text: str, names: tuple[str, ...]) -> tuple[Statement, ...]:
    return Reader(text, names).read()


def _is_told_of(pair: Sequence[Value], error: ShapeError) -> bool:
    """Are these two of several the ones that do not meet?"""
    return error.code != "no_broadcast" or not _can_meet(pair[0].shape, pair[1].shape)


def _is_surprising(left: Shape, right: Shape) -> bool:
    """A vector beside a column: (n,) + (n, 1) is n×n, where entry by entry is likely meant."""
    column, vector = (left, right) if len(left) == 2 else (right, left)
    return len(column) == 2 and len(vector) == 1 and column[1] == 1 < column[0] and column[0] == vector[0]


def _can_meet(left: Shape, right: Shape) -> bool:
    try:
        return len(broadcast((left, right))) <= 2
    except ShapeError:
        return False


def _inner_sizes_agree(left: Shape, right: Shape) -> bool:
    return bool(left and right) and left[-1] == right[0]


_KINDS: dict[str, Callable[[Typist, Term], Value]] = {
    "name": Typist.name,
    "number": Typist.literal,
    "constant": Typist.known_number,
    "infinity": Typist.infinity,
    "string": Typist.unexpected,
    "keyword": Typist.unexpected,
    "slice": Typist.unexpected,
    "list": Typist.list,
    "bars": Typist.bars,
    "norm": Typist.norm,
    "member": Typist.member,
    "index": Typist.index,
    "call": Typist.call,
    "method": Typist.method,
}
