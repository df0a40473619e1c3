"""What every operation of a program computes: one aligned table, in PyTorch's meaning.

Where all inputs are arrays of objects (ints and Fractions) and every operation on the way is rational, so are all
values; else all are of float64.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import reduce
from typing import Any

import numpy as np

from core.expression.tree import Node
from core.numbers.exact import MAX_BITS, value_of
from core.tensors import matrices
from core.tensors.entries import Array, Entry, Inexact, bits, entrywise, exactly, over, symbolic
from core.tensors.program import Line, Option, Program, Shape
from core.tensors.slopes import SLOPES
from core.tensors.symbols import constant

Options = Mapping[str, Option]
Value = Callable[[Sequence[Array], Options], Array | Entry]


def evaluate(program: Program, inputs: Sequence[Array]) -> tuple[Array, ...]:
    """Every value: the inputs, then what each line computes. nan and ±inf are values, nothing raises.

    ``inputs`` have the shapes of ``program.inputs``, of float64 or of objects (int | Fraction).
    """
    if all(array.dtype == object for array in inputs):
        try:
            return _evaluate(program, inputs)
        except Inexact:
            pass
    return _evaluate(program, [array.astype(float) for array in inputs])


def _evaluate(program: Program, inputs: Sequence[Array]) -> tuple[Array, ...]:
    values = list(inputs)
    dtype = object if inputs and inputs[0].dtype == object else float
    with np.errstate(all="ignore"):
        for line in program.lines:
            values.append(_value(line, [values[at] for at in line.args], dtype))
    return tuple(values)


def _value(line: Line, args: Sequence[Array], dtype: type) -> Array:
    result = (
        _constant(line.told, dtype)
        if line.op == "constant"
        else entrywise(line.op, *args)
        if line.op in SLOPES
        else VALUES[line.op](args, line.told)
    )
    array: Array = np.asarray(result, dtype=dtype).reshape(line.shape)
    if dtype is object and any(bits(entry) > MAX_BITS for entry in array.flat):
        raise Inexact
    return array


def _constant(told: Options, dtype: type) -> Array:
    entries = told["entries"]
    assert isinstance(entries, tuple)
    return np.asarray([number(entry, dtype) for entry in entries], dtype=dtype)


def number(entry: Option, dtype: type) -> Entry:
    """A number that a line is told, a tree without names or a float. Raises Inexact where it should be exact."""
    if isinstance(entry, Node):
        return exactly(entry) if dtype is object else value_of(entry).value
    assert isinstance(entry, (int, float))
    if dtype is object and (not math.isfinite(entry) or entry != int(entry)):
        raise Inexact
    return int(entry) if dtype is object else float(entry)


# ── Along dimensions ─────────────────────────────────────────────────────────────────────────────────────


def axes(told: Options, rank: int) -> tuple[int, ...]:
    """The dimensions that an operation goes along: the one it is told, or all."""
    dim = told["dim"]
    assert dim is None or isinstance(dim, int)
    return tuple(range(rank)) if dim is None else (dim,)[:rank]


def count(x: Array, axis: Iterable[int]) -> int:
    """How many entries there are along dimensions."""
    return math.prod(x.shape[dim] for dim in axis)


def total(x: Array, axis: tuple[int, ...], keepdims: bool = True) -> Array:
    """The sum along dimensions."""
    return np.asarray(np.sum(x, axis=axis, keepdims=keepdims), dtype=x.dtype)


def mean(x: Array, axis: tuple[int, ...], keepdims: bool = True) -> Array:
    """The mean along dimensions."""
    return over(total(x, axis, keepdims), count(x, axis))


def lines(x: Array, axis: tuple[int, ...]) -> Array:
    """The entries along dimensions, behind one another in the last one; the other dimensions, or none, stand before."""
    return np.moveaxis(x, axis[0], -1) if len(axis) == 1 else x.reshape(-1)


def _kept(x: Array, axis: tuple[int, ...], keepdims: bool, reduced: Array) -> Array:
    return reduced.reshape([1 if dim in axis else side for dim, side in enumerate(x.shape)]) if keepdims else reduced


def _folded(op: str) -> Callable[..., Array]:
    """The first entry with the next by ``op``, that with the one after it, …"""

    def along(x: Array, axis: tuple[int, ...], keepdims: bool = True) -> Array:
        entries = np.moveaxis(lines(x, axis), -1, 0)
        first: Array = np.asarray(entries[0], dtype=x.dtype)
        return _kept(x, axis, keepdims, reduce(lambda a, b: entrywise(op, a, b), entries[1:], first))

    return along


largest, smallest, product = _folded("max"), _folded("min"), _folded("*")


def _reduced(function: Callable[..., Array]) -> Value:
    """``function`` along the dimensions, which are kept where that is told."""
    return lambda args, told: function(args[0], axis=axes(told, args[0].ndim), keepdims=bool(told["keepdim"]))


def _along(function: Callable[[Array, tuple[int, ...]], Array]) -> Value:
    """``function`` of the entries along one dimension, in the same shape."""
    return lambda args, told: function(args[0], axes(told, args[0].ndim))


def level(x: Array, axis: tuple[int, ...]) -> Array | int:
    """What is taken off before exp, so that it cannot overflow: the largest entry, unless all are -∞."""
    if x.dtype == object:
        return 0
    highest = np.max(x, axis=axis, keepdims=True)
    return np.where(highest == -np.inf, 0.0, highest)


def softmax(x: Array, axis: tuple[int, ...]) -> Array:
    """exp(x_i)/Σ exp(x_j); nan where all are -∞, as in torch."""
    powers = entrywise("exp", np.asarray(x - level(x, axis), dtype=x.dtype))
    return over(powers, total(powers, axis))


def _logsumexp(x: Array, axis: tuple[int, ...], keepdims: bool = True) -> Array:
    taken = level(x, axis)
    if x.dtype != object:
        taken = np.where(np.isinf(taken), 0.0, taken)  # torch tells ∞ of one ∞ here, and nan in softmax
    found = entrywise("+", entrywise("log", total(entrywise("exp", entrywise("-", x, taken)), axis)), taken)
    return found if keepdims else found.reshape([side for dim, side in enumerate(x.shape) if dim not in axis])


def log_softmax(x: Array, axis: tuple[int, ...]) -> Array:
    """x_i - log Σ exp(x_j)"""
    less = np.asarray(x - level(x, axis), dtype=x.dtype)
    return np.asarray(less - entrywise("log", total(entrywise("exp", less), axis)))


def order(told: Options) -> float:
    """Which norm: p, 2 where nothing is said."""
    return float(number(told.get("p", 2), float))


def _norm(args: Sequence[Array], told: Options) -> Array:
    (x,), p = args, order(told)
    axis, keep = axes(told, x.ndim), bool(told["keepdim"])
    sizes = entrywise("abs", x)
    if p == 1:
        return total(sizes, axis, keep)
    if math.isinf(p):
        return (largest if p > 0 else smallest)(sizes, axis, keep)
    if p == 2:
        return entrywise("sqrt", total(entrywise("^", x, whole(2, x)), axis, keep))
    return entrywise("^", total(entrywise("^", sizes, whole(p, x)), axis, keep), whole(1 / p, x))


def whole(n: float, like: Array) -> Array:
    """A number that a rule brings along, in the arithmetic of an array. Raises Inexact."""
    return np.asarray(constant(n) if symbolic(like) else number(n, _kind(like)), dtype=like.dtype)


def _kind(x: Array) -> type:
    return object if x.dtype == object else float


def deviation(x: Array, told: Options) -> Array:
    """√(variance + ε) of every row."""
    axis = (x.ndim - 1,)
    centred = x - mean(x, axis)
    return entrywise("sqrt", mean(centred * centred, axis) + whole(float(told.get("eps", EPSILON)), x))  # type: ignore[arg-type]


EPSILON = 1e-5


def _layer_norm(args: Sequence[Array], told: Options) -> Array:
    (x,) = args
    return over(x - mean(x, (x.ndim - 1,)), deviation(x, told))


def places(x: Array, told: Options) -> tuple[Array, list[int]]:
    """The samples of a cross-entropy as rows, and the class of each."""
    targets = told["targets"]
    assert isinstance(targets, tuple)
    return x.reshape(len(targets), -1), [int(target) for target in targets]  # type: ignore[arg-type]


def _cross_entropy(args: Sequence[Array], told: Options) -> Array:
    rows, targets = places(args[0], told)
    return 0 - mean(log_softmax(rows, (1,))[range(len(targets)), targets], (0,), keepdims=False)  # no -0


def _mse(args: Sequence[Array], told: Options) -> Array:
    off = entrywise("-", *args)
    return mean(entrywise("*", off, off), tuple(range(off.ndim)), keepdims=False)


def index(told: Options) -> tuple[Any, ...]:
    """What stands in the brackets of x[…]."""
    at = told["at"]
    assert isinstance(at, tuple)
    return tuple(slice(*place) if isinstance(place, tuple) else place for place in at)


def chosen(args: Sequence[Array], fill: Array | Entry) -> Array:
    """The entries of the first argument where the mask, the second, is 0, and ``fill`` where it is not."""
    x, mask = args
    return entrywise("where", mask, fill, x) if x.dtype == object else np.where(mask != 0, fill, x)


def _masked_fill(args: Sequence[Array], told: Options) -> Array:
    value = told["value"]
    x = args[0]
    fill = constant(value) if symbolic(x) else number(value, _kind(x))  # type: ignore[arg-type]
    return chosen(args, np.asarray(fill, dtype=x.dtype))


# ── Convolution ──────────────────────────────────────────────────────────────────────────────────────────


def margins(kernel: Array, told: Options) -> list[tuple[int, int]]:
    """How many zeros stand before and behind each dimension: the larger half behind, as in torch."""
    around = [side - 1 if told["padding"] == "same" else 0 for side in kernel.shape]
    return [(k // 2, k - k // 2) for k in around]


def padded(x: Array, kernel: Array, told: Options) -> Array:
    """The argument with zeros around it."""
    around = margins(kernel, told)
    found: Array = np.zeros([side + sum(ends) for side, ends in zip(x.shape, around, strict=True)], dtype=x.dtype)
    found[tuple(slice(before, before + side) for (before, _), side in zip(around, x.shape, strict=True))] = x
    return found


def windows(kernel: Array, shape: Shape) -> Iterator[tuple[tuple[int, ...], tuple[slice, ...]]]:
    """Every place of a kernel, and the entries of the padded argument it meets on its way over a result."""
    for place in np.ndindex(*kernel.shape):
        yield place, tuple(slice(start, start + side) for start, side in zip(place, shape, strict=True))


def _convolution(args: Sequence[Array], told: Options) -> Array:
    x, kernel = args
    wide = padded(x, kernel, told)
    shape = tuple(side - across + 1 for side, across in zip(wide.shape, kernel.shape, strict=True))
    return np.asarray(sum(kernel[place] * wide[window] for place, window in windows(kernel, shape)))


VALUES: dict[str, Value] = {
    "matmul":        lambda args, told: matrices.product(*args),
    "dot":           lambda args, told: matrices.product(*args),
    "outer":         lambda args, told: args[0][:, None] * args[1],
    "transpose":     lambda args, told: args[0].T,
    "reshape":       lambda args, told: args[0].reshape(told["shape"]),  # type: ignore[arg-type]
    "select":        lambda args, told: args[0][index(told)],
    "cat":           lambda args, told: np.concatenate(args, axis=told["dim"]),  # type: ignore[arg-type]
    "stack":         lambda args, told: np.stack(args, axis=told["dim"]),  # type: ignore[arg-type]
    "sum":           _reduced(total),
    "mean":          _reduced(mean),
    "prod":          _reduced(product),
    "max_over":      _reduced(largest),
    "min_over":      _reduced(smallest),
    "norm":          _norm,
    "logsumexp":     _reduced(_logsumexp),
    "softmax":       _along(softmax),
    "log_softmax":   _along(log_softmax),
    "layer_norm":    _layer_norm,
    "cross_entropy": _cross_entropy,
    "mse":           _mse,
    "trace":         lambda args, told: np.trace(args[0]),
    "det":           lambda args, told: matrices.determinant(args[0]),
    "inverse":       lambda args, told: matrices.inverse(args[0]),
    "tril":          lambda args, told: np.tril(args[0], told["diagonal"]),  # type: ignore[arg-type]
    "triu":          lambda args, told: np.triu(args[0], told["diagonal"]),  # type: ignore[arg-type]
    "masked_fill":   _masked_fill,
    "conv1d":        _convolution,
    "conv2d":        _convolution,
}  # fmt: skip
