"""A program on a table of NumPy's own, for many inputs at once: it is only ever called, never taken apart.

It shares no arithmetic with core.tensors.values: this is what the pullbacks are measured by. Every array has the
number of points in front: (k, *shape).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from core.engines.differences import OPERATIONS
from core.numbers.exact import value_of
from core.tensors.program import Line, Option, Program
from core.tensors.values import axes, index

Array = NDArray[np.float64]
Options = Mapping[str, Option]
Forward = Callable[[Sequence[Array], Any], Array]


def forward(program: Program, inputs: Sequence[Array]) -> list[Array]:
    """Every value for k points; outside of a domain nan or ±inf, never an exception."""
    values = list(inputs)
    count = len(inputs[0]) if inputs else 1
    with np.errstate(all="ignore"):
        for line in program.lines:
            values.append(_value(line, [values[at] for at in line.args], count))
    return values


def _value(line: Line, args: Sequence[Array], count: int) -> Array:
    if line.op == "constant":
        entries = [value_of(entry).value if hasattr(entry, "op") else float(entry) for entry in line.told["entries"]]  # type: ignore[union-attr,arg-type]
        return np.broadcast_to(np.array(entries).reshape(line.shape), (count, *line.shape))
    if line.op in FORWARD:
        return FORWARD[line.op](args, line.told)
    rank = len(line.shape)
    aligned = [arg.reshape(len(arg), *(1,) * (rank + 1 - arg.ndim), *arg.shape[1:]) for arg in args]
    if line.op == "where":
        aligned[0] = aligned[0] != 0
    return np.asarray(OPERATIONS[line.op](*aligned), dtype=float)


def _along(told: Options, x: Array) -> tuple[int, ...]:
    return tuple(dim + 1 for dim in axes(told, x.ndim - 1))


def _reduced(function: Callable[..., Any]) -> Forward:
    return lambda args, told: function(args[0], axis=_along(told, args[0]), keepdims=bool(told["keepdim"]))


def _matmul(args: Sequence[Array], told: Options) -> Array:
    rows, columns = ("ki" if args[0].ndim == 2 else "kmi"), ("ki" if args[1].ndim == 2 else "kin")
    return np.asarray(np.einsum(f"{rows},{columns}->k{rows[1:-1]}{columns[2:]}", *args))


def _norm(x: Array, axis: tuple[int, ...], keepdims: bool, p: float = 2) -> Array:
    if math.isinf(p):
        return np.asarray(np.max(np.abs(x), axis=axis, keepdims=keepdims))
    return np.asarray(np.sum(np.abs(x) ** p, axis=axis, keepdims=keepdims) ** (1 / p))


def _logsumexp(x: Array, axis: tuple[int, ...], keepdims: bool = True) -> Array:
    for dim in sorted(axis, reverse=True):
        x = np.logaddexp.reduce(x, axis=dim, keepdims=True)
    return x if keepdims else x.reshape([side for dim, side in enumerate(x.shape) if dim not in axis])


def _log_softmax(x: Array, axis: tuple[int, ...]) -> Array:
    return x - _logsumexp(x, axis)


def _layer_norm(args: Sequence[Array], told: Options) -> Array:
    (x,) = args
    spread = np.sqrt(x.var(axis=-1, keepdims=True) + told.get("eps", 1e-5))
    return np.asarray((x - x.mean(axis=-1, keepdims=True)) / spread)


def _cross_entropy(args: Sequence[Array], told: Options) -> Array:
    targets = np.array(told["targets"], dtype=int)
    rows = args[0].reshape(len(args[0]), len(targets), -1)
    return np.asarray(-_log_softmax(rows, (2,))[:, range(len(targets)), targets].mean(axis=1))


def _mse(args: Sequence[Array], told: Options) -> Array:
    rank = max(arg.ndim for arg in args)
    one, other = (arg.reshape(len(arg), *(1,) * (rank - arg.ndim), *arg.shape[1:]) for arg in args)
    return np.asarray(((one - other) ** 2).reshape(len(one), -1).mean(axis=1))


def _inverse(x: Array) -> Array:
    singular = np.linalg.matrix_rank(x) < x.shape[-1]
    return np.where(
        singular[:, None, None], np.nan, np.linalg.inv(np.where(singular[:, None, None], np.eye(len(x[0])), x))
    )


def _masked_fill(args: Sequence[Array], told: Options) -> Array:
    x, mask = args
    value = told["value"]
    fill = value_of(value).value if hasattr(value, "op") else float(value)  # type: ignore[arg-type]
    return np.where(mask.reshape(len(mask), *(1,) * (x.ndim - mask.ndim), *mask.shape[1:]) != 0, fill, x)


def _convolution(args: Sequence[Array], told: Options) -> Array:
    x, kernel = args
    sides = kernel.shape[1:]
    if told["padding"] == "same":
        x = np.pad(x, [(0, 0), *(((side - 1) // 2, side - 1 - (side - 1) // 2) for side in sides)])
    windows = sliding_window_view(x, sides, axis=tuple(range(1, x.ndim)))
    letters = "abcd"[: 2 * len(sides)]
    return np.asarray(np.einsum(f"k{letters},k{letters[len(sides) :]}->k{letters[: len(sides)]}", windows, kernel))


FORWARD: dict[str, Forward] = {
    "matmul":        _matmul,
    "dot":           _matmul,
    "outer":         lambda args, told: np.einsum("ki,kj->kij", *args),
    "transpose":     lambda args, told: args[0].transpose(0, *range(args[0].ndim - 1, 0, -1)),
    "reshape":       lambda args, told: args[0].reshape(len(args[0]), *told["shape"]),
    "select":        lambda args, told: args[0][(slice(None), *index(told))],
    "cat":           lambda args, told: np.concatenate(args, axis=told["dim"] + 1),
    "stack":         lambda args, told: np.stack(args, axis=told["dim"] + 1),
    "sum":           _reduced(np.sum),
    "mean":          _reduced(np.mean),
    "prod":          _reduced(np.prod),
    "max_over":      _reduced(np.max),
    "min_over":      _reduced(np.min),
    "norm":          lambda args, told: _norm(args[0], _along(told, args[0]), told["keepdim"], told.get("p", 2)),
    "logsumexp":     _reduced(_logsumexp),
    "softmax":       lambda args, told: np.exp(_log_softmax(args[0], _along(told, args[0]))),
    "log_softmax":   lambda args, told: _log_softmax(args[0], _along(told, args[0])),
    "layer_norm":    _layer_norm,
    "cross_entropy": _cross_entropy,
    "mse":           _mse,
    "trace":         lambda args, told: np.trace(args[0], axis1=1, axis2=2),
    "det":           lambda args, told: np.linalg.det(args[0]),
    "inverse":       lambda args, told: _inverse(args[0]),
    "tril":          lambda args, told: np.tril(args[0], told["diagonal"]),
    "triu":          lambda args, told: np.triu(args[0], told["diagonal"]),
    "masked_fill":   _masked_fill,
    "conv1d":        _convolution,
    "conv2d":        _convolution,
}  # fmt: skip
