"""What every operation of a program computes: one aligned table, in PyTorch's meaning.

Where all inputs are arrays of objects (ints and Fractions) and every operation on the way is rational, so are all
values; else all are of float64.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from core.expression.tree import Node
from core.numbers.exact import MAX_BITS, value_of
from core.tensors import matrices
from core.tensors.entries import Array, Entry, Inexact, bits, entrywise, exactly, over
from core.tensors.program import Line, Option, Program
from core.tensors.slopes import SLOPES

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


def _reduced(function: Callable[..., Any]) -> Value:
    """``function`` along the dimensions, which are kept where that is told."""
    return lambda args, told: function(args[0], axis=axes(told, args[0].ndim), keepdims=bool(told["keepdim"]))


def _mean(x: Array, axis: tuple[int, ...], keepdims: bool) -> Array:
    return over(np.asarray(np.sum(x, axis=axis, keepdims=keepdims), dtype=x.dtype), _count(x, axis))


def _count(x: Array, axis: Iterable[int]) -> int:
    return math.prod(x.shape[dim] for dim in axis)


def _softmax(args: Sequence[Array], told: Options) -> Array:
    (x,) = args
    axis = axes(told, x.ndim)
    powers = entrywise("exp", x - np.max(x, axis=axis, keepdims=True))
    return over(powers, np.sum(powers, axis=axis, keepdims=True))


VALUES: dict[str, Value] = {
    "matmul": lambda args, told: matrices.product(*args),
    "transpose": lambda args, told: args[0].T,
    "reshape": lambda args, told: args[0],
    "sum": _reduced(np.sum),
    "mean": _reduced(_mean),
    "softmax": _softmax,
}
