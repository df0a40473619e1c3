"""What shape an operation gives, in PyTorch's meaning, told before anything is computed.

Every operation but those entry by entry (core.expression.tree, with broadcasting) has a row in RULES. Its options are
complete and settled by whoever makes the line: a dim counts from 0, a slice has its three numbers.

    constant      shape, entries (row by row: Nodes or floats)
    matmul transpose outer dot trace det inverse mse
    reshape       shape
    select        at: for each dimension a place, (start, stop, step), or None for a new one of side 1
    cat stack     dim
    sum mean prod norm max_over min_over logsumexp    dim (None: all), keepdim; first (max_over, min_over): a tie goes
                  to the first entry, as in torch's x.max(dim), and is shared evenly without, as in amax
    softmax log_softmax    dim
    layer_norm    eps
    cross_entropy targets: one class a row (of a vector: one)
    tril triu     diagonal
    masked_fill   value; the mask is the second argument
    conv1d conv2d padding: "valid" or "same"
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from itertools import zip_longest
from math import prod

from core.expression.tree import COMPARISONS, FUNCTIONS, OPERATORS
from core.tensors.program import Option, Shape

MAX_RANK = 2
MAX_SIDE = 64  # of what is computed on the way; what comes in and out has sides of core.problem.MAX_SIDE
ELEMENTWISE = frozenset((*OPERATORS, *COMPARISONS, *FUNCTIONS))
Options = Mapping[str, Option]
Rule = Callable[[Sequence[Shape], Options], Shape]


class ShapeError(Exception):
    """Shapes that do not fit: a code of core.grammar.refusal with facts.

    The facts ``left`` and ``right`` of such a code, what the reader calls the operands, are left to whoever knows it.
    """

    def __init__(self, code: str, **facts: str | int) -> None:
        super().__init__(code, facts)
        self.code, self.facts = code, facts


def shape_of(op: str, shapes: Sequence[Shape], options: Options) -> Shape:
    """The shape of ``op`` applied to values of these shapes. Raises ShapeError."""
    shape = broadcast(shapes) if op in ELEMENTWISE else RULES[op](shapes, options)
    if len(shape) > MAX_RANK:
        raise ShapeError("too_many_dimensions", shape=written(shape), limit=MAX_RANK)
    if any(not 1 <= side <= MAX_SIDE for side in shape):
        raise _no_size(shape)
    return shape


def _no_size(shape: Shape) -> ShapeError:
    if min(shape) < 1:
        return ShapeError("empty_tensor")
    return ShapeError("tensor_too_large", shape=written(shape), limit=MAX_SIDE)


def written(shape: Sequence[int]) -> str:
    """A shape as it is told: 2×3 of a matrix, (3,) of a vector, () of a number."""
    return "×".join(map(str, shape)) if len(shape) > 1 else str(tuple(shape))


def broadcast(shapes: Sequence[Shape]) -> Shape:
    """The common shape of values that meet entry by entry. Raises ShapeError."""
    return reduce(_common, shapes)


def _common(one: Shape, other: Shape) -> Shape:
    sides = list(zip_longest(reversed(one), reversed(other), fillvalue=1))
    if any(p != q and 1 not in (p, q) for p, q in sides):
        raise ShapeError("no_broadcast", left_shape=written(one), right_shape=written(other))
    return tuple(max(pair) for pair in reversed(sides))


def _constant(shapes: Sequence[Shape], options: Options) -> Shape:
    shape = options["shape"]
    assert isinstance(shape, tuple)
    return shape  # type: ignore[return-value]


def _matmul(shapes: Sequence[Shape], options: Options) -> Shape:
    one, other = shapes
    if not one or not other:
        raise ShapeError("scalar_operand", left_shape=written(one), right_shape=written(other))
    inner = other[0]  # of a vector its only side
    if one[-1] != inner:
        raise ShapeError(
            "inner_sizes_differ", left_shape=written(one), right_shape=written(other), inner=one[-1], other=inner
        )
    return (*one[:-1], *other[1:])


def _transpose(shapes: Sequence[Shape], options: Options) -> Shape:
    return shapes[0][::-1]


def _reduced(shapes: Sequence[Shape], options: Options) -> Shape:
    (shape,), dim, keepdim = shapes, options["dim"], options["keepdim"]
    kept = (1,) if keepdim else ()
    if dim is None:
        return kept * len(shape)
    assert isinstance(dim, int)
    return (*shape[:dim], *kept, *shape[dim + 1 :])


def _same(shapes: Sequence[Shape], options: Options) -> Shape:
    return shapes[0]


def _mean_of_pairs(shapes: Sequence[Shape], options: Options) -> Shape:
    broadcast(shapes)
    return ()


def _outer(shapes: Sequence[Shape], options: Options) -> Shape:
    one, other = (_vector(shape) for shape in shapes)
    return (*one, *other)


def _dot(shapes: Sequence[Shape], options: Options) -> Shape:
    for shape in shapes:
        _vector(shape)
    return _matmul(shapes, options)


def _vector(shape: Shape) -> Shape:
    if len(shape) != 1:
        raise ShapeError("vector_expected", shape=written(shape))
    return shape


def _matrix(shape: Shape) -> Shape:
    if len(shape) != 2:
        raise ShapeError("matrix_expected", shape=written(shape))
    return shape


def _trace(shapes: Sequence[Shape], options: Options) -> Shape:
    _matrix(shapes[0])
    return ()


def _square(shape: Shape) -> Shape:
    if len(set(_matrix(shape))) != 1:
        raise ShapeError("not_square", shape=written(shape))
    return shape


def _det(shapes: Sequence[Shape], options: Options) -> Shape:
    _square(shapes[0])
    return ()


def _reshape(shapes: Sequence[Shape], options: Options) -> Shape:
    (shape,), new = shapes, options["shape"]
    assert isinstance(new, tuple)
    if prod(new) != prod(shape):  # type: ignore[arg-type]
        raise ShapeError("not_as_many_entries", shape=written(shape), other_shape=written(new))  # type: ignore[arg-type]
    return new  # type: ignore[return-value]


def _select(shapes: Sequence[Shape], options: Options) -> Shape:
    places = options["at"]
    assert isinstance(places, tuple)
    taken = (1 if place is None else len(range(*place)) for place in places if not isinstance(place, int))  # type: ignore[misc]
    return tuple(taken)


def _cat(shapes: Sequence[Shape], options: Options) -> Shape:
    dim = options["dim"]
    assert isinstance(dim, int)
    first = shapes[0]
    for shape in shapes:
        if not shape:
            raise ShapeError("scalar_part", shape=written(shape))
        if len(shape) != len(first) or _without(shape, dim) != _without(first, dim):
            raise ShapeError("parts_differ", left_shape=written(first), right_shape=written(shape))
    return (*first[:dim], sum(shape[dim] for shape in shapes), *first[dim + 1 :])


def _without(shape: Shape, dim: int) -> Shape:
    return (*shape[:dim], *shape[dim + 1 :])


def _stack(shapes: Sequence[Shape], options: Options) -> Shape:
    dim = options["dim"]
    assert isinstance(dim, int)
    first = shapes[0]
    for shape in shapes:
        if shape != first:
            raise ShapeError("parts_differ", left_shape=written(first), right_shape=written(shape))
    return (*first[:dim], len(shapes), *first[dim:])


def _last_dimension(shapes: Sequence[Shape], options: Options) -> Shape:
    if not shapes[0]:
        raise ShapeError("vector_expected", shape=written(shapes[0]))
    return shapes[0]


def _cross_entropy(shapes: Sequence[Shape], options: Options) -> Shape:
    (shape,), targets = shapes, options["targets"]
    assert isinstance(targets, tuple)
    *rows, classes = _last_dimension(shapes, options)
    if len(targets) != prod(rows):
        raise ShapeError("wrong_target_count", shape=written(shape), rows=prod(rows), count=len(targets))
    for target in targets:
        if not isinstance(target, int) or not 0 <= target < classes:
            raise ShapeError("no_such_class", target=str(target)[:24], last=classes - 1)
    return ()


def _masked_fill(shapes: Sequence[Shape], options: Options) -> Shape:
    shape, mask = shapes
    if broadcast(shapes) != shape:
        raise ShapeError("no_broadcast", left_shape=written(shape), right_shape=written(mask))
    return shape


def _convolution(rank: int) -> Rule:
    def rule(shapes: Sequence[Shape], options: Options) -> Shape:
        shape, kernel = shapes
        for each in shapes:
            (_vector if rank == 1 else _matrix)(each)
        if any(side < across for side, across in zip(shape, kernel, strict=True)):
            raise ShapeError("kernel_too_large", left_shape=written(shape), right_shape=written(kernel))
        if options["padding"] == "same":
            return shape
        return tuple(side - across + 1 for side, across in zip(shape, kernel, strict=True))

    return rule


def _triangle(shapes: Sequence[Shape], options: Options) -> Shape:
    return _matrix(shapes[0])


def _inverse(shapes: Sequence[Shape], options: Options) -> Shape:
    return _square(shapes[0])


RULES: dict[str, Rule] = {
    "constant": _constant,
    "matmul": _matmul,
    "transpose": _transpose,
    "reshape": _reshape,
    "select": _select,
    "cat": _cat,
    "stack": _stack,
    **dict.fromkeys(("sum", "mean", "prod", "norm", "max_over", "min_over", "logsumexp"), _reduced),
    **dict.fromkeys(("softmax", "log_softmax"), _same),
    "layer_norm": _last_dimension,
    "cross_entropy": _cross_entropy,
    "mse": _mean_of_pairs,
    "outer": _outer,
    "dot": _dot,
    "trace": _trace,
    "det": _det,
    "inverse": _inverse,
    **dict.fromkeys(("tril", "triu"), _triangle),
    "masked_fill": _masked_fill,
    "conv1d": _convolution(1),
    "conv2d": _convolution(2),
}
