"""Random programs in matrices, built line by line with numbers beside them, so that every line fits."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.expression.tree import FUNCTIONS, Node, number
from core.tensors.entries import entrywise
from core.tensors.program import Input, Line, Option, Program, Shape
from core.tensors.pullbacks import PARTS, PULLBACKS
from core.tensors.shapes import shape_of
from core.tensors.slopes import SLOPES
from core.tensors.values import VALUES

Array = NDArray[Any]
OPERATIONS = sorted({*SLOPES, *PULLBACKS, *PARTS})
SIDE = 4
NAMES = "xWb"
TRIES = 40  # of random shapes, where one that fits is wanted


@dataclass
class Case:
    """A program under construction: ``values`` are those of its inputs and lines."""

    source: random.Random
    whole: bool  # small integers, among which ties and kinks are frequent
    inputs: list[Input] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    values: list[Array] = field(default_factory=list)

    @property
    def program(self) -> Program:
        return Program(tuple(self.inputs), tuple(self.lines))

    @property
    def points(self) -> list[Array]:
        return self.values[: len(self.inputs)]

    def entry(self) -> float:
        return float(self.source.randint(-2, 3)) if self.whole else round(self.source.gauss(0, 1.5), 3)

    def array(self, shape: Shape) -> Array:
        return np.array([self.entry() for _ in range(int(np.prod(shape)))]).reshape(shape)

    def add(self, op: str, args: Sequence[int] = (), **told: Option) -> int:
        """A line, and its place."""
        given = [self.values[at] for at in args]
        with np.errstate(all="ignore"):
            if op == "constant":
                value = np.array([_float(entry) for entry in told["entries"]]).reshape(told["shape"])  # type: ignore[union-attr,arg-type,call-overload]
            else:
                value = np.asarray(entrywise(op, *given) if op in SLOPES else VALUES[op](given, told), dtype=float)
        assert value.shape == shape_of(op, [array.shape for array in given], told)
        self.lines.append(Line(op, tuple(args), value.shape, tuple(told.items()), self.name()))
        self.values.append(value)
        return len(self.values) - 1

    def name(self) -> str:
        return f"h{len(self.lines)}" if self.source.random() < 0.3 else ""

    def constant(self, shape: Shape) -> int:
        return self.add("constant", shape=shape, entries=tuple(map(_node, self.array(shape).flat)))

    def any(self, fits: Callable[[Shape], bool] = lambda shape: True, otherwise: Shape = (2, 2)) -> int:
        """A value whose shape fits; a new constant where there is none, of the shape ``otherwise`` if need be."""
        found = [at for at, value in enumerate(self.values) if fits(value.shape)]
        if found and self.source.random() < 0.9:
            return self.source.choice(found[-4:])
        shapes = [shape for shape in (self.shape() for _ in range(TRIES)) if fits(shape)]
        if not shapes and found:
            return self.source.choice(found)
        return self.constant(shapes[0] if shapes else otherwise)

    def shape(self) -> Shape:
        return tuple(self.source.randint(1, SIDE) for _ in range(self.source.choice((0, 1, 1, 2, 2, 2))))

    def beside(self, at: int) -> int:
        """A value that can be broadcast with another."""

        def fits(shape: Shape) -> bool:
            try:
                return len(np.broadcast_shapes(shape, self.values[at].shape)) <= 2
            except ValueError:
                return False

        return self.any(fits)

    def dim(self, at: int, none: bool = True) -> Option:
        rank = self.values[at].ndim
        dims = [None] * none + list(range(rank))
        return self.source.choice(dims) if dims else None

    def flag(self) -> bool:
        return self.source.random() < 0.3


def _node(value: float) -> Node:
    tree = number(repr(abs(float(value))).removesuffix(".0"))
    return Node("neg", (tree,)) if value < 0 else tree


def _float(entry: Any) -> float:
    return (-1 if entry.op == "neg" else 1) * float((entry.args[0] if entry.op == "neg" else entry).text)


def _rank(*ranks: int) -> Callable[[Shape], bool]:
    return lambda shape: len(shape) in ranks


def _square(shape: Shape) -> bool:
    return len(shape) == 2 and shape[0] == shape[1]


# what leads into the domain of a function
INTO = {"log": "exp", "sqrt": "exp", "acosh": "cosh", **dict.fromkeys(("asin", "acos", "atanh", "log1p"), "tanh")}


def _elementwise(case: Case, op: str) -> None:
    at = case.any()
    if op in ("^", *INTO) and case.source.random() < 0.7:
        at = case.add(INTO.get(op, "sigmoid"), (at,))
    count = len(SLOPES[op])
    if op == "where":
        condition = case.add(">", (at, case.beside(at)))
        return _and_beside(case, op, condition, 2)
    if op == "leaky_relu":
        case.add(op, (at, case.constant(())))
    elif op in ("^", "clamp", "fmod", "remainder") and case.source.random() < 0.6:
        case.add(op, (at, *(case.constant(()) for _ in range(count - 1))))
    elif op == "xlogy" and case.source.random() < 0.7:
        case.add(op, (at, case.add("exp", (case.beside(at),))))
    else:
        _and_beside(case, op, at, count - 1)


def _and_beside(case: Case, op: str, at: int, more: int) -> None:
    args = [at]
    shape = case.values[at].shape
    for _ in range(more):
        other = case.beside(at)
        try:
            shape = np.broadcast_shapes(shape, case.values[other].shape)
        except ValueError:
            other = at
        args.append(other)
    case.add(op, args)


def _matmul(case: Case, op: str) -> None:
    a = case.any(_rank(1, 2))
    case.add(op, (a, case.any(lambda shape: shape[:1] == case.values[a].shape[-1:], case.values[a].shape[-1:])))


def _dot(case: Case, op: str) -> None:
    a = case.any(_rank(1))
    case.add(op, (a, case.any(lambda shape: shape == case.values[a].shape)))


def _outer(case: Case, op: str) -> None:
    case.add(op, (case.any(_rank(1)), case.any(_rank(1))))


def _unary(rank: Callable[[Shape], bool], **options: Callable[[Case, int], Option]) -> Callable[[Case, str], None]:
    def build(case: Case, op: str) -> None:
        at = case.any(rank)
        case.add(op, (at,), **{name: of(case, at) for name, of in options.items()})

    return build


def _reduction(case: Case, op: str) -> None:
    at = case.any()
    more: dict[str, Option] = {}
    dim = case.dim(at)
    if op in ("max_over", "min_over") and dim is not None:
        more["first"] = case.flag()
    if op == "norm":
        more["p"] = case.source.choice([2, 2, 1, 3, 1.5, float("inf")])
    case.add(op, (at,), dim=dim, keepdim=case.flag(), **more)


def _reshape(case: Case, op: str) -> None:
    at = case.any()
    size = case.values[at].size
    shapes: list[Shape] = [(size,), (1, size), (size, 1)]
    shapes += [(k, size // k) for k in range(2, size) if size % k == 0]
    case.add(op, (at,), shape=case.source.choice(shapes + [()] * (size == 1)))


def _select(case: Case, op: str) -> None:
    at = case.any(_rank(1, 2))
    places: list[Option] = []
    for side in case.values[at].shape:
        start = case.source.randrange(side)
        whole = case.source.random() < 0.4
        ends = (0, side, 1) if whole else (start, case.source.randint(start + 1, side), case.source.choice((1, 1, 2)))
        places.append(case.source.choice([ends, ends, case.source.randrange(side)]))
    if sum(isinstance(place, tuple) for place in places) < 2 and case.flag():
        places.insert(case.source.randint(0, len(places)), None)
    case.add(op, (at,), at=tuple(places))


def _cat(case: Case, op: str) -> None:
    a = case.any(_rank(1, 2))
    shape = case.values[a].shape
    dim = case.source.randrange(len(shape))
    rest = (*shape[:dim], *shape[dim + 1 :])
    b = case.any(lambda other: len(other) == len(shape) and (*other[:dim], *other[dim + 1 :]) == rest)
    case.add(op, (a, b, a)[: case.source.randint(2, 3)], dim=dim)


def _stack(case: Case, op: str) -> None:
    a = case.any(_rank(0, 1))
    shape = case.values[a].shape
    case.add(op, (a, case.any(lambda other: other == shape)), dim=case.source.randint(0, len(shape)))


def _cross_entropy(case: Case, op: str) -> None:
    at = case.any(_rank(1, 2))
    *rows, classes = case.values[at].shape
    case.add(op, (at,), targets=tuple(case.source.randrange(classes) for _ in range(int(np.prod(rows)))))


def _mse(case: Case, op: str) -> None:
    at = case.any()
    case.add(op, (at, case.beside(at)))


def _masked_fill(case: Case, op: str) -> None:
    at = case.any()
    fits = lambda shape: np.broadcast_shapes(shape, case.values[at].shape) == case.values[at].shape  # noqa: E731
    with_shape = case.any(lambda shape: _broadcasts(shape, case.values[at].shape) and fits(shape))
    mask = case.add(">", (with_shape, case.constant(())))
    case.add(op, (at, mask), value=case.source.choice([0, -1, float("-inf")]))


def _broadcasts(shape: Shape, other: Shape) -> bool:
    try:
        np.broadcast_shapes(shape, other)
    except ValueError:
        return False
    return True


def _conv(case: Case, op: str) -> None:
    rank = int(op[4])
    at = case.any(_rank(rank))
    shape = case.values[at].shape
    kernel = case.any(lambda other: len(other) == rank and all(p >= q for p, q in zip(shape, other, strict=True)))
    case.add(op, (at, kernel), padding=case.source.choice(["valid", "same"]))


def _dim(case: Case, at: int) -> Option:
    return case.dim(at, none=False)


def _diagonal(case: Case, at: int) -> Option:
    return case.source.randint(-1, 1)


BUILDERS: dict[str, Callable[[Case, str], None]] = {
    **dict.fromkeys(SLOPES, _elementwise),
    "matmul": _matmul,
    "dot": _dot,
    "outer": _outer,
    "transpose": _unary(_rank(2)),
    "reshape": _reshape,
    "select": _select,
    "cat": _cat,
    "stack": _stack,
    **dict.fromkeys("sum mean prod max_over min_over norm logsumexp".split(), _reduction),
    "softmax": _unary(_rank(1, 2), dim=_dim),
    "log_softmax": _unary(_rank(1, 2), dim=_dim),
    "layer_norm": _unary(_rank(1, 2), eps=lambda case, at: 1e-5),
    "cross_entropy": _cross_entropy,
    "mse": _mse,
    "trace": _unary(_rank(2)),
    "det": _unary(_square),
    "inverse": _unary(_square),
    "tril": _unary(_rank(2), diagonal=_diagonal),
    "triu": _unary(_rank(2), diagonal=_diagonal),
    "masked_fill": _masked_fill,
    "conv1d": _conv,
    "conv2d": _conv,
}
assert set(BUILDERS) == set(OPERATIONS), set(BUILDERS) ^ set(OPERATIONS)
assert set(FUNCTIONS) <= set(BUILDERS)


@st.composite
def cases(draw: st.DrawFn, operations: Sequence[str] = OPERATIONS) -> Case:
    """A program of up to five of ``operations`` at a point, with distinct numbers or with small whole ones."""
    ops = draw(st.lists(st.sampled_from(operations), min_size=1, max_size=5))
    return built(ops, draw(st.integers(0, 2**32)), draw(st.booleans()))


def built(ops: Sequence[str], seed: int, whole: bool) -> Case:
    case = Case(random.Random(seed), whole)
    for name in NAMES[: case.source.randint(1, 3)]:
        case.inputs.append(Input(name, case.shape()))
        case.values.append(case.array(case.inputs[-1].shape))
    for op in ops:
        BUILDERS[op](case, op)
    return case
