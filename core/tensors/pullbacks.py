"""How a cotangent goes back through every operation: one aligned table of what reaches each argument.

Many cotangents are pulled back at once: g has shape (k, *result), what reaches an argument (k, *argument). A Jacobian
is what comes back from every one-hot cotangent. A broadcast argument is met by many entries of the result, so what
reaches it is summed over them: ``summed``, the only place.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from functools import reduce
from operator import mul

import numpy as np

from core.expression.tree import Node, number
from core.tensors import matrices
from core.tensors.entries import Array, Inexact, entrywise, formula, over, symbolic
from core.tensors.program import Line, Program, Shape
from core.tensors.slopes import ARGUMENTS, RESULT, SLOPES, slope
from core.tensors.values import (
    Options,
    axes,
    chosen,
    count,
    deviation,
    index,
    lines,
    margins,
    mean,
    order,
    padded,
    places,
    softmax,
    total,
    whole,
    windows,
)

Rule = Callable[[Array, Array, Sequence[Array], Options], Array]  # (g, result, arguments, options) → what is sent


def pull_back(
    program: Program, values: Sequence[Array], cotangents: Array, by: Collection[int] | None = None
) -> tuple[Array | None, ...]:
    """The adjoint of every value for each of k cotangents (k, *output): (k, *shape), None where nothing arrives.

    ``values`` are those of ``evaluate``. Only what leads to the values ``by`` is followed, or to any input.
    """
    sources = range(len(program.inputs)) if by is None else by
    try:
        return _pull_back(program, values, cotangents, sources)
    except Inexact:
        return _pull_back(program, [array.astype(float) for array in values], cotangents.astype(float), sources)


def jacobian(program: Program, values: Sequence[Array], at: int) -> Array:
    """J[i.., j..] = ∂output_i../∂value_j.., shape (*output, *shape of value ``at``)."""
    exact = values[-1].dtype == object
    size = math.prod(program.output)
    one_hots = np.eye(size, dtype=int).reshape(size, *program.output).astype(object if exact else float)
    adjoint = pull_back(program, values, one_hots, (at,))[at]
    shape = (*program.output, *program.shapes[at])
    return np.zeros(shape, dtype=one_hots.dtype) if adjoint is None else adjoint.reshape(shape)


def leading(program: Program, sources: Collection[int]) -> set[int]:
    """The values through which something can go back to ``sources``, those included."""
    found = set(sources)
    for at, line in enumerate(program.lines, len(program.inputs)):
        if any(arg in found and rule(line.op, k) for k, arg in enumerate(line.args)):
            found.add(at)
    return found


def _pull_back(
    program: Program, values: Sequence[Array], cotangents: Array, sources: Collection[int]
) -> tuple[Array | None, ...]:
    adjoints: list[Array | None] = [None] * len(values)
    adjoints[-1] = cotangents
    found, first = leading(program, sources), len(program.inputs)
    with np.errstate(all="ignore"):
        for at in range(len(values) - 1, first - 1, -1):
            g, line = adjoints[at], program.lines[at - first]
            if g is None or at not in found:
                continue
            for k, arg in enumerate(line.args):
                if arg in found and rule(line.op, k):
                    reaching = sent(line, k, g, values[at], [values[each] for each in line.args])
                    known = adjoints[arg]
                    adjoints[arg] = reaching if known is None else known + reaching
    return tuple(adjoints)


def sent(line: Line, k: int, g: Array, result: Array, args: Sequence[Array]) -> Array:
    """What argument k of a line receives for the adjoints g (n, *result): (n, *argument)."""
    following = rule(line.op, k)
    assert following
    return summed(following(g, result, args, line.told), args[k].shape)


def summed(g: Array, shape: Shape) -> Array:
    """Adjoints (k, *larger shape) of what ``shape`` was broadcast to, summed over the copies: (k, *shape)."""
    extra = g.ndim - 1 - len(shape)
    if extra:
        g = np.sum(g, axis=tuple(range(1, 1 + extra)))
    stretched = tuple(axis for axis, side in enumerate(shape, 1) if side == 1 and g.shape[axis] != 1)
    return np.sum(g, axis=stretched, keepdims=True) if stretched else g


def rule(op: str, k: int) -> Rule | None:
    """How argument k of an operation is reached; None where nothing flows back to it."""
    if op in SLOPES:
        tree = slope(op, min(k, len(SLOPES[op]) - 1))
        return _by_slope(tree) if tree else None
    return PARTS[op](k) if op in PARTS else PULLBACKS[op][k]


def _by_slope(tree: Node) -> Rule:
    """g times the derivative of every entry. A choice masks: where it is 0, an infinite g is gone, as in torch."""
    if tree == number(0):
        return lambda g, r, args, told: np.zeros_like(g)

    def following(g: Array, r: Array, args: Sequence[Array], told: Options) -> Array:
        slopes = formula(tree, {RESULT: r, **dict(zip(ARGUMENTS, args, strict=False))})
        product = entrywise("*", g, slopes)
        return np.where(slopes == 0, 0, product) if tree.op == "where" and g.dtype != object else product

    return following


# ── Operations on whole values ───────────────────────────────────────────────────────────────────────────


def _as_matrices(g: Array, args: Sequence[Array]) -> tuple[Array, Array, Array]:
    """The factors as a row and a column where they are vectors, and g in the shape of their product."""
    a, b = args
    left, right = (a if a.ndim == 2 else a[None, :]), (b if b.ndim == 2 else b[:, None])
    return g.reshape(len(g), len(left), right.shape[1]), left, right


def _to_left(g: Array, r: Array, args: Sequence[Array], told: Options) -> Array:
    """v·bᵀ"""
    g, _, right = _as_matrices(g, args)
    return np.asarray(matrices.product(g, right.T)).reshape(len(g), *args[0].shape)


def _to_right(g: Array, r: Array, args: Sequence[Array], told: Options) -> Array:
    """aᵀ·v"""
    g, left, _ = _as_matrices(g, args)
    return np.asarray(matrices.product(left.T, g)).reshape(len(g), *args[1].shape)


def _spread(g: Array, x: Array, told: Options) -> Array:
    """g of a result that was reduced along dimensions, beside every entry of x that went into it."""
    return np.broadcast_to(_beside(g, x, told), (len(g), *x.shape))


def _beside(reduced: Array, x: Array, told: Options) -> Array:
    """What was reduced along dimensions, with these dimensions as 1; cotangents stand before."""
    if told["keepdim"]:
        return reduced
    return np.expand_dims(reduced, tuple(dim - x.ndim for dim in axes(told, x.ndim)))


def _behind(told: Options, x: Array) -> tuple[int, ...]:
    """The dimensions that an operation goes along, behind that of the cotangents."""
    return tuple(dim + 1 for dim in axes(told, x.ndim))


def _of_mean(g: Array, r: Array, args: Sequence[Array], told: Options) -> Array:
    (x,) = args
    return _spread(over(g, count(x, axes(told, x.ndim))), x, told)


def _of_prod(g: Array, r: Array, args: Sequence[Array], told: Options) -> Array:
    """Times the product of all other entries, which a 0 among them does not spoil."""
    (x,) = args
    if told["dim"] is None and x.dtype != object and np.count_nonzero(x == 0) > 1:
        return np.zeros((len(g), *x.shape))  # whatever arrives, as in torch
    axis = axes(told, x.ndim)
    entries = np.moveaxis(lines(x, axis), -1, 0)
    n = len(entries)
    one = np.full(np.shape(entries[0]), 1, dtype=x.dtype)
    others = [reduce(mul, (entries[j] for j in range(n) if j != i), one) for i in range(n)]
    back: Array = np.asarray(others, dtype=x.dtype)
    return _spread(g, x, told) * (np.moveaxis(back, 0, axis[0]) if len(axis) == 1 else back.reshape(x.shape))


def _of_extreme(g: Array, r: Array, args: Sequence[Array], told: Options) -> Array:
    """What is chosen has all of it; a tie shares, or leaves it to the first (``first``)."""
    (x,) = args
    return _spread(g, x, told) * _shares(entrywise("==", x, _beside(r, x, told)), axes(told, x.ndim), told)


def _shares(ties: Array, axis: tuple[int, ...], told: Options) -> Array:
    """How much each entry has of what is chosen; letters know of no ties."""
    equal = entrywise("where", ties, 1, 0)
    if symbolic(equal):
        return equal
    return _first(equal, axis) if told.get("first") else over(equal, total(equal, axis))


def _first(equal: Array, axis: tuple[int, ...]) -> Array:
    """1 for the first 1 along a dimension, and 0 for the others."""
    before = np.cumsum(equal, axis=axis[0]) if axis else equal
    return entrywise("*", equal, before == 1)


def _of_norm(g: Array, r: Array, args: Sequence[Array], told: Options) -> Array:
    """x·|x|^(p-2)/r^(p-1), and 0 where the norm is."""
    (x,), p = args, order(told)
    top = _beside(r, x, told)
    if p == 1:
        return _spread(g, x, told) * entrywise("sign", x)
    if math.isinf(p):
        shares = _shares(entrywise("==", entrywise("abs", x), top), axes(told, x.ndim), {})
        return _spread(g, x, told) * entrywise("sign", x) * shares
    if p == 2:
        return _spread(g, x, told) * _quotient(x, top)
    sizes = entrywise("^", entrywise("abs", x), whole(p - 1, x))
    return _spread(g, x, told) * entrywise("sign", x) * _quotient(sizes, entrywise("^", top, whole(p - 1, x)))


def _quotient(a: Array, b: Array) -> Array:
    """a/b, and 0 where b is."""
    if a.dtype == object:
        return over(a, b)
    return np.where(b == 0, 0.0, over(a, np.where(b == 0, 1.0, b)))


def _of_logsumexp(g: Array, r: Array, args: Sequence[Array], told: Options) -> Array:
    (x,) = args
    return np.asarray(_spread(g, x, told) * entrywise("exp", x - _beside(r, x, told)))


def _of_softmax(g: Array, r: Array, args: Sequence[Array], told: Options) -> Array:
    return np.asarray(r * (g - np.sum(g * r, axis=_behind(told, r), keepdims=True)))


def _of_log_softmax(g: Array, r: Array, args: Sequence[Array], told: Options) -> Array:
    return np.asarray(g - entrywise("exp", r) * np.sum(g, axis=_behind(told, r), keepdims=True))


def _of_layer_norm(g: Array, r: Array, args: Sequence[Array], told: Options) -> Array:
    """Without its mean and its part along the result."""
    (x,) = args
    axis = (x.ndim,)
    return over(g - mean(g, axis) - r * mean(g * r, axis), deviation(x, told))


def _of_cross_entropy(g: Array, r: Array, args: Sequence[Array], told: Options) -> Array:
    (x,) = args
    rows, targets = places(x, told)
    hot = np.zeros(rows.shape, dtype=int)
    hot[range(len(targets)), targets] = 1
    off = over(softmax(rows, (1,)) - hot, len(targets)).reshape(x.shape)
    return np.asarray(_scalar(g, x) * off)


def _scalar(g: Array, x: Array) -> Array:
    """g of a scalar result, to be multiplied with what has x's shape."""
    return g.reshape(len(g), *(1,) * x.ndim)


def _of_mse(sign: int) -> Rule:
    def following(g: Array, r: Array, args: Sequence[Array], told: Options) -> Array:
        off = entrywise("-", *args)
        return np.asarray(_scalar(over(g * (2 * sign), off.size), off) * off)

    return following


def _of_select(g: Array, r: Array, args: Sequence[Array], told: Options) -> Array:
    found = np.zeros((len(g), *args[0].shape), dtype=g.dtype)
    found[(slice(None), *index(told))] = g
    return found


def _part(k: int) -> Rule:
    """What reaches part k of a cat: its own entries."""

    def following(g: Array, r: Array, args: Sequence[Array], told: Options) -> Array:
        dim = told["dim"]
        assert isinstance(dim, int)
        start = sum(part.shape[dim] for part in args[:k])
        return g.take(range(start, start + args[k].shape[dim]), axis=dim + 1)

    return following


def _layer(k: int) -> Rule:
    """What reaches part k of a stack: its own layer."""
    return lambda g, r, args, told: g.take(k, axis=int(told["dim"]) + 1)  # type: ignore[arg-type]


def _of_inverse(g: Array, r: Array, args: Sequence[Array], told: Options) -> Array:
    return np.asarray(-matrices.product(matrices.product(r.T, g), r.T))


def _conv_to_argument(g: Array, r: Array, args: Sequence[Array], told: Options) -> Array:
    """Every entry of g through the kernel that it was made with: the kernel turned round goes over g."""
    x, kernel = args
    around = margins(kernel, told)
    wide = np.zeros((len(g), *padded(x, kernel, told).shape), dtype=np.result_type(g, kernel))
    for place, window in windows(kernel, r.shape):
        wide[(slice(None), *window)] = wide[(slice(None), *window)] + kernel[place] * g
    inner = tuple(slice(before, before + side) for (before, _), side in zip(around, x.shape, strict=True))
    return np.asarray(wide[(slice(None), *inner)])


def _conv_to_kernel(g: Array, r: Array, args: Sequence[Array], told: Options) -> Array:
    """g goes over the argument as a kernel does."""
    x, kernel = args
    wide = padded(x, kernel, told)
    dims = tuple(range(1, g.ndim))
    sums = [np.sum(g * wide[window], axis=dims) for _, window in windows(kernel, r.shape)]
    return np.stack(sums, axis=1).reshape(len(g), *kernel.shape)


CONVOLUTION = (_conv_to_argument, _conv_to_kernel)
PULLBACKS: dict[str, tuple[Rule | None, ...]] = {
    "matmul":        (_to_left, _to_right),
    "dot":           (_to_left, _to_right),
    "outer":         (
        lambda g, r, args, told: np.asarray(matrices.product(g, args[1])),
        lambda g, r, args, told: np.asarray(matrices.product(args[0], g)),
    ),
    "transpose":     (lambda g, r, args, told: g.swapaxes(-1, -2) if r.ndim == 2 else g,),
    "reshape":       (lambda g, r, args, told: g.reshape(len(g), *args[0].shape),),
    "select":        (_of_select,),
    "sum":           (lambda g, r, args, told: _spread(g, args[0], told),),
    "mean":          (_of_mean,),
    "prod":          (_of_prod,),
    "max_over":      (_of_extreme,),
    "min_over":      (_of_extreme,),
    "norm":          (_of_norm,),
    "logsumexp":     (_of_logsumexp,),
    "softmax":       (_of_softmax,),
    "log_softmax":   (_of_log_softmax,),
    "layer_norm":    (_of_layer_norm,),
    "cross_entropy": (_of_cross_entropy,),
    "mse":           (_of_mse(1), _of_mse(-1)),
    "trace":         (lambda g, r, args, told: _scalar(g, args[0]) * np.eye(*args[0].shape).astype(int),),
    "det":           (lambda g, r, args, told: _scalar(g, args[0]) * matrices.cofactors(args[0]),),
    "inverse":       (_of_inverse,),
    "tril":          (lambda g, r, args, told: np.tril(g, told["diagonal"]),),  # type: ignore[arg-type]
    "triu":          (lambda g, r, args, told: np.triu(g, told["diagonal"]),),  # type: ignore[arg-type]
    "masked_fill":   (lambda g, r, args, told: chosen((g, args[1]), np.asarray(0, dtype=g.dtype)), None),
    "conv1d":        CONVOLUTION,
    "conv2d":        CONVOLUTION,
}  # fmt: skip
PARTS: dict[str, Callable[[int], Rule]] = {"cat": _part, "stack": _layer}  # of as many arguments as there are
