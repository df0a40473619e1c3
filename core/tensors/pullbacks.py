"""How a cotangent goes back through every operation: one aligned table of what reaches each argument.

Many cotangents are pulled back at once: g has shape (k, *result), what reaches an argument (k, *argument). A Jacobian
is what comes back from every one-hot cotangent. A broadcast argument is met by many entries of the result, so what
reaches it is summed over them: ``summed``, the only place.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence

import numpy as np

from core.expression.tree import Node
from core.tensors import matrices
from core.tensors.entries import Array, Inexact, entrywise, formula, over
from core.tensors.program import Line, Program, Shape
from core.tensors.slopes import ARGUMENTS, RESULT, SLOPES, slope
from core.tensors.values import Options, axes

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
    return PULLBACKS[op][k] if op != "constant" else None


def _by_slope(tree: Node) -> Rule:
    """g times the derivative of every entry. A choice masks: where it is 0, an infinite g is gone, as in torch."""

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


def _spread(g: Array, shape: Shape, told: Options) -> Array:
    """g of a result that was reduced along dimensions, beside every entry that went into it."""
    if not told["keepdim"]:
        g = np.expand_dims(g, tuple(axis + 1 for axis in axes(told, len(shape))))
    return np.broadcast_to(g, (len(g), *shape))


def _count(x: Array, told: Options) -> int:
    return math.prod(x.shape[dim] for dim in axes(told, x.ndim))


def _behind(told: Options, x: Array) -> tuple[int, ...]:
    """The dimensions that an operation goes along, behind that of the cotangents."""
    return tuple(axis + 1 for axis in axes(told, x.ndim))


def _of_softmax(g: Array, r: Array, args: Sequence[Array], told: Options) -> Array:
    return np.asarray(r * (g - np.sum(g * r, axis=_behind(told, r), keepdims=True)))


PULLBACKS: dict[str, tuple[Rule | None, ...]] = {
    "matmul": (_to_left, _to_right),
    "transpose": (lambda g, r, args, told: g.swapaxes(-1, -2) if r.ndim == 2 else g,),
    "reshape": (lambda g, r, args, told: g.reshape(len(g), *args[0].shape),),
    "sum": (lambda g, r, args, told: _spread(g, args[0].shape, told),),
    "mean": (lambda g, r, args, told: _spread(over(g, _count(args[0], told)), args[0].shape, told),),
    "softmax": (_of_softmax,),
}
