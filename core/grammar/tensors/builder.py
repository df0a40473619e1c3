"""What statements become: the lines of a program, one operation after the other, each with its shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf, prod

from core.expression.tree import COMPARISONS, FUNCTIONS, Node, number
from core.grammar.limits import MAX_OPERATIONS, MAX_POWER, Constant, check
from core.grammar.refusal import Refusal, clip
from core.grammar.tensors.remarks import Remark
from core.problem import MAX_SIDE, Span
from core.tensors.entries import RATIONALS
from core.tensors.program import Input, Line, Option, Program, Shape
from core.tensors.shapes import MAX_RANK, ShapeError, shape_of, written

MAX_TOTAL = 8192  # entries of all values together: 64 times as many, one set for each output, are still 4 MB
Entry = Node | float
ONE = number(1)
ZERO = number(0)
_IRRATIONAL = {*FUNCTIONS, "norm", "softmax", "log_softmax", "logsumexp", "layer_norm", "cross_entropy"} - {*RATIONALS}
_FOLDED = frozenset(("neg", "+", "-", "*", "/", "^", *FUNCTIONS)) - {"where"}


@dataclass(frozen=True)
class Value:
    """A value while the program is made: the one at the place ``at``, or a constant that is no line of it yet.

    ``said`` is what the reader calls it. ``mask``: true or false, entry by entry; ``row``: a vector that was
    transposed; ``pair``: largest entries as torch gives them, beside their places.
    """

    shape: Shape
    at: int = -1
    entries: tuple[Entry, ...] = ()
    said: str = ""
    mask: bool = False
    row: bool = False
    pair: bool = False
    batch: bool = False  # of one, with one channel: to be left with [0, 0]
    size: int = 1  # operations in the formula of a constant

    @property
    def is_constant(self) -> bool:
        return self.at < 0

    @property
    def node(self) -> Node | None:
        """The formula of a constant number."""
        entry = self.entries[0] if self.is_constant and self.shape == () else None
        return entry if isinstance(entry, Node) else None


def constant(node: Entry, said: str = "") -> Value:
    return Value((), entries=(node,), said=said)


def filled(shape: Shape, entry: Entry) -> Value:
    return Value(shape, entries=(entry,) * prod(shape))


class Builder:
    """Takes operations one by one. ``text`` is what spans count in; everything raises Refusal."""

    def __init__(self, text: str, inputs: Sequence[Input], spans: Mapping[str, Span]) -> None:
        self.text = text
        self.inputs = tuple(inputs)
        self.lines: list[Line] = []
        self.shapes: list[Shape] = []
        self.degrees: list[float] = []  # how often an input is multiplied with itself, at most
        self.remarks: list[Remark] = []
        for each in inputs:
            self.refuse_large(each.shape, spans.get(each.name, (0, 0)))
            self.shapes.append(each.shape)
            self.degrees.append(1)

    def refuse_large(self, shape: Shape, span: Span) -> None:
        """Of what comes in and out."""
        if len(shape) > MAX_RANK:
            raise Refusal("too_many_dimensions", span, shape=written(shape), limit=MAX_RANK)
        if any(side > MAX_SIDE for side in shape):
            raise Refusal("tensor_too_large", span, shape=written(shape), limit=MAX_SIDE)

    def input(self, name: str) -> Value | None:
        for at, each in enumerate(self.inputs):
            if each.name == name:
                return Value(each.shape, at, said=name)
        return None

    # operations

    def emit(self, op: str, args: Sequence[Value], span: Span, **options: Option) -> Value:
        """A line. Raises ShapeError too, for whoever knows the operands' texts."""
        shape = shape_of(op, [arg.shape for arg in args], options)
        places = tuple(self.placed(arg, span) for arg in args)
        if op == "/" and self.is_zero(args[1]):
            raise Refusal("division_by_zero", span, expression=clip(self.text[slice(*span)]))
        self.degrees.append(self.degree(op, args, places, span))
        return self.line(op, places, shape, span, tuple(options.items()))

    def line(
        self, op: str, args: tuple[int, ...], shape: Shape, span: Span, options: tuple[tuple[str, Option], ...]
    ) -> Value:
        if len(self.lines) >= MAX_OPERATIONS:
            raise Refusal("too_many_operations", span, limit=MAX_OPERATIONS)
        self.lines.append(Line(op, args, shape, options, span=span))
        self.shapes.append(shape)
        if sum(map(prod, self.shapes)) > MAX_TOTAL:
            raise Refusal("program_too_large", span, limit=MAX_TOTAL)
        return Value(shape, len(self.shapes) - 1, mask=op in COMPARISONS)

    def placed(self, value: Value, span: Span) -> int:
        """The place of a value in the program, a constant after it has become a line."""
        if not value.is_constant:
            return value.at
        for entry in value.entries:
            if isinstance(entry, Node):
                check(entry, self.text)
        options: tuple[tuple[str, Option], ...] = (("shape", value.shape), ("entries", value.entries))
        self.degrees.append(0)
        return self.line("constant", (), shape_of("constant", (), dict(options)), span, options).at

    def elementwise(self, op: str, args: Sequence[Value], span: Span) -> Value:
        """An operation entry by entry; of constant numbers, another constant number."""
        nodes = [arg.node for arg in args]
        if op in _FOLDED and all(nodes):
            return self.folded(op, args, span)
        if op == "neg" and args[0].shape == () and args[0].entries == (inf,):
            return constant(-inf)
        args = [arg if op == "where" and at == 0 else self.numbers(arg, span) for at, arg in enumerate(args)]
        return self.emit(op, args, span)

    def folded(self, op: str, args: Sequence[Value], span: Span) -> Value:
        size = sum(arg.size for arg in args) + 1  # names make it grow faster than the text: c = c*c; c = c*c; …
        if size > MAX_OPERATIONS:
            raise Refusal("too_many_operations", span, limit=MAX_OPERATIONS)
        node = Node(op, tuple(arg.node for arg in args if arg.node), span=span)
        return Value((), entries=(node,), size=size)

    def numbers(self, value: Value, span: Span) -> Value:
        """A mask as zeros and ones."""
        if not value.mask:
            return value
        return self.emit("where", (value, constant(ONE), constant(ZERO)), span)

    def worth(self, value: Value) -> Constant | None:
        """What a constant number is worth."""
        node = value.node
        return check(node, self.text) if node else None

    def is_zero(self, value: Value) -> bool:
        worth = self.worth(value)
        return worth is not None and worth.value == 0

    def degree(self, op: str, args: Sequence[Value], places: Sequence[int], span: Span) -> float:
        """How large numbers may get: exact arithmetic on x^2, squared again and again, doubles its digits each time."""
        degrees = [self.degrees[place] for place in places]
        degree = max(degrees, default=0)
        if op in ("*", "/", "matmul", "outer", "dot", "conv1d", "conv2d"):
            degree = sum(degrees)
        elif op == "^":
            worth = self.worth(args[1])
            degree *= max(1.0, abs(worth.value)) if worth else 1
        elif op in ("det", "inverse", "prod"):
            degree *= max(args[0].shape, default=1) if op != "prod" else prod(args[0].shape)
        elif op == "mse":
            degree *= 2
        elif op in _IRRATIONAL:
            degree = min(degree, 1)
        if degree > MAX_POWER:
            raise Refusal("exponent_too_large", span, limit=MAX_POWER)
        return degree

    # the whole

    def name(self, value: Value, name: str) -> None:
        """What the reader calls a value, where it is a line without a name."""
        at = value.at - len(self.inputs)
        if at >= 0 and not self.lines[at].name:
            self.lines[at] = replace(self.lines[at], name=name)

    def program(self, output: Value, span: Span) -> Program:
        """All that the output is made of, and nothing else."""
        self.refuse_large(output.shape, span)
        output = self.numbers(output, span)
        place = self.placed(output, span)
        if place < len(self.inputs) and len(self.inputs) > 1:
            place = self.line("reshape", (place,), output.shape, span, (("shape", output.shape),)).at
        first = len(self.inputs)
        needed = {place}
        for at in range(place, first - 1, -1):
            if at in needed:
                needed.update(self.lines[at - first].args)
        kept = [*range(first), *(at for at in sorted(needed) if at >= first)]
        moved = {before: after for after, before in enumerate(kept)}
        lines = (self.lines[at - first] for at in kept[first:])
        return Program(self.inputs, tuple(replace(line, args=tuple(moved[at] for at in line.args)) for line in lines))


__all__ = ["ONE", "ZERO", "Builder", "Entry", "ShapeError", "Value", "constant", "filled"]
