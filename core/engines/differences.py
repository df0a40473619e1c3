"""Finite differences on a table of NumPy's own: f is only ever called, never taken apart.

Every stencil point of every variable is one element of one array, so f is evaluated once. The step is not
guessed: a ladder of halved steps is extrapolated (Richardson), and the entry whose error estimate is smallest
wins (Ridders 1982, "Accurate computation of F'(x) and F'(x)F''(x)").
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.expression.tree import Node

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Vector = tuple[float, ...]
Matrix = tuple[Vector, ...]

_erf = np.vectorize(math.erf, otypes=[float])
_erfc = np.vectorize(math.erfc, otypes=[float])
SELU = 1.0507009873554805, 1.6732632423543772  # scale and alpha


def _expm1_below(u: Array, scale: float = 1.0, alpha: float = 1.0) -> Array:
    """u above 0 and expm1(u) below it, as elu and selu have it."""
    return np.asarray(scale * np.where(u > 0, u, alpha * np.expm1(np.minimum(u, 0.0))))


OPERATIONS: dict[str, Callable[..., Array]] = {
    "neg": np.negative,
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "^": np.power,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "asinh": np.arcsinh,
    "acosh": np.arccosh,
    "atanh": np.arctanh,
    "expm1": np.expm1,
    "log1p": np.log1p,
    "logaddexp": np.logaddexp,
    "xlogy": lambda u, w: np.where((u == 0) & ~np.isnan(w), 0.0, u * np.log(w)),
    "cbrt": np.cbrt,
    "erf": _erf,
    "erfc": _erfc,
    "sinc": np.sinc,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "sign": np.sign,
    "relu": lambda u: np.maximum(u, 0.0),
    "relu6": lambda u: np.clip(u, 0.0, 6.0),
    "leaky_relu": lambda u, slope: np.where(u > 0, u, slope * u),
    "elu": _expm1_below,
    "selu": lambda u: _expm1_below(u, *SELU),
    "gelu": lambda u: u * (1 + _erf(u / np.sqrt(2))) / 2,
    "silu": lambda u: u * np.exp(-np.logaddexp(0.0, -u)),
    "logsigmoid": lambda u: -np.logaddexp(0.0, -u),
    "hardtanh": lambda u: np.clip(u, -1.0, 1.0),
    "clamp": lambda u, low, high: np.minimum(np.maximum(u, low), high),
    "clamp_min": np.maximum,
    "clamp_max": np.minimum,
    "floor": np.floor,
    "ceil": np.ceil,
    "round": np.round,
    "trunc": np.trunc,
    "frac": lambda u: u - np.trunc(u),
    "fmod": np.fmod,
    "remainder": np.remainder,
    "sigmoid": lambda u: np.exp(-np.logaddexp(0.0, -u)),
    "softplus": lambda u: np.logaddexp(0.0, u),
    "atan2": np.arctan2,
    "min": lambda *args: np.min(np.stack(np.broadcast_arrays(*args)), axis=0),
    "max": lambda *args: np.max(np.stack(np.broadcast_arrays(*args)), axis=0),
    "where": np.where,
}
CONSTANTS = {"pi": np.pi}

FIRST_STEP = 0.09  # times the size of x; no round number, so that no period is a multiple of every step
LEVELS = 34  # halvings, down to 1e-11: log at 1e-8 needs steps that stay on its side of 0
ORDERS = 6  # extrapolations; more only amplify rounding
NOISE_LEVELS = 5  # the smallest steps, whose scatter tells how noisy f is
TREND = 8  # the last halvings, which tell a slope from a jump and from an infinite slope
JUMP = 0.998  # a rise that keeps this share of itself over TREND halvings is a jump (x^0.001 keeps less)
POLE = 1.5  # and a value that grows by more than this has no bound
SLIGHT = 1e-9  # a jump smaller than this share of f's own movement is the rounding of a kink
FAINT = 1e-12  # and a rise that is smaller still says nothing about infinity (x^x keeps 1e-10 of its own)
GROWTH = 1.0001  # a quotient that grows by this factor at every one of them has no finite limit (x^0.999 at 0)
FADES = 0.1  # what is left with less than this share of itself of late, and is SMALL, tends to 0
SMALL = 1e-6
ROUNDING = 2.0**-52
PATHS = 2.0 ** -np.arange(12.0, 15.0)  # how far along a path a limit in several variables is looked for


@dataclass(frozen=True)
class Differences:
    """Slopes of y = f(x) at a point, measured from values of f alone.

    ``jacobian[i][j]`` approximates dy_i/dx_j by central differences (one-sided where only one side of the
    point is in the domain) and ``error[i][j]`` estimates how far off it is. ``left`` and ``right`` are the
    one-sided slopes, ``side_error[i][j]`` the larger of their error estimates. An infinite slope is ±inf; nan
    where f has no value at the point or on that side. ``before[i][j]`` and ``after[i][j]`` are y_i a hair's
    breadth to the left and to the right along x_j, ``limit[i][j]`` what both tend to (nan if they disagree),
    ``jumps[i][j]`` whether y_i is discontinuous along x_j, ``unbounded[i][j]`` whether it grows without end beside
    the point. ``reach[j]`` is the largest step along x_j.
    ``vjp[j]`` sums v_i * jacobian[i][j] over the rows with v_i != 0.
    """

    values: Vector
    jacobian: Matrix
    error: Matrix
    left: Matrix
    right: Matrix
    side_error: Matrix
    before: Matrix
    after: Matrix
    limit: Matrix
    jumps: tuple[tuple[bool, ...], ...]
    unbounded: tuple[tuple[bool, ...], ...]
    reach: Vector
    vjp: Vector


@dataclass(frozen=True)
class MatmulDifferences:
    """a_grad and b_grad of sum(v * (a @ b)), each of the shape of its matrix."""

    a_grad: Matrix
    b_grad: Matrix


def evaluate(node: Node, env: Mapping[str, Array]) -> Array:
    """``node`` over arrays of one shape; outside its domain nan or ±inf, never an exception."""
    if node.op == "name":
        return env[node.text]
    if node.op == "constant":
        return np.asarray(CONSTANTS[node.text])
    if node.op == "number":
        return np.asarray(float(node.text))
    return OPERATIONS[node.op](*(evaluate(arg, env) for arg in node.args))


def differentiate(
    outputs: Sequence[Node],
    inputs: Sequence[str],
    point: Sequence[float],
    cotangent: Sequence[float],
    blur: Sequence[float] | None = None,
) -> Differences:
    """The slopes of every output along every input at ``point``.

    ``blur[i]`` says how far a value of y_i may be off, where that is known to be more than its last digits.
    """
    x = np.asarray(point, dtype=np.float64)
    reach = FIRST_STEP * np.maximum(np.abs(x), 1.0)
    steps = _representable(x, reach[:, None] * 0.5 ** np.arange(LEVELS))
    with np.errstate(all="ignore"):
        here, minus, plus = _sample(outputs, inputs, x, steps)
    return measured(here, minus, plus, steps, reach, cotangent, blur)


def measured(
    here: Array,
    minus: Array,
    plus: Array,
    steps: Array,
    reach: Array,
    cotangent: Sequence[float],
    blur: Sequence[float] | None = None,
) -> Differences:
    """The slopes of m outputs along n inputs, from their values ``here`` (m,) and on both sides: (m, n, levels).

    ``steps`` (n, levels) are halved ones, the largest first, which is about ``reach`` (n,).
    """
    with np.errstate(all="ignore"):
        level = _finite(here)[:, None, None]
        rise, fall = plus - level, level - minus
        whole = np.fmax.reduce(np.fmax(_finite(np.abs(rise)), _finite(np.abs(fall))), axis=-1)
        digit = np.fmax(ROUNDING * np.abs(here), 0.0 if blur is None else np.asarray(blur))[:, None]
        right, right_error = _slope(rise, steps, 1, here, whole, digit)
        left, left_error = _slope(fall, steps, 1, here, whole, digit)
        central, error = _slope(rise + fall, 2 * steps, 2, here, whole, digit)
        jacobian, error = _one_sided_at_edges(central, error, (left, left_error), (right, right_error))
        jacobian, error = _outvoted(jacobian, error, (left, left_error), (right, right_error))
        v = np.asarray(cotangent, dtype=np.float64)
        return Differences(
            values=tuple(here.tolist()),
            jacobian=_matrix(jacobian),
            error=_matrix(error),
            left=_matrix(left),
            right=_matrix(right),
            side_error=_matrix(np.fmax(_finite(left_error), _finite(right_error))),
            before=_matrix(_beside(minus, here)),
            after=_matrix(_beside(plus, here)),
            limit=_matrix(_limit(minus, plus, here)),
            jumps=_table(_jumps(rise, fall, here, whole) & (whole > digit)),  # what is all rounding does not jump
            unbounded=_table(_grows(minus, plus)),
            reach=tuple(reach.tolist()),
            vjp=tuple((v[v != 0] @ jacobian[v != 0]).tolist()),
        )


def differentiate_matmul(
    a: Sequence[Sequence[float]], b: Sequence[Sequence[float]], v: Sequence[Sequence[float]]
) -> MatmulDifferences:
    """Central differences of sum(v * (a @ b)) by every element of a and of b."""
    A, B, V = (np.asarray(matrix, dtype=np.float64) for matrix in (a, b, v))
    return MatmulDifferences(
        _matrix(_matrix_slope(lambda moved: np.sum(V * (moved @ B), axis=(-2, -1)), A)),
        _matrix(_matrix_slope(lambda moved: np.sum(V * (A @ moved), axis=(-2, -1)), B)),
    )


def _matrix_slope(loss: Callable[[Array], Array], matrix: Array) -> Array:
    # a product is linear in each factor, so any step is exact but for rounding: one of the element's own size
    steps = np.maximum(np.abs(matrix), 1.0)
    moves = np.eye(matrix.size).reshape(-1, *matrix.shape) * steps
    with np.errstate(all="ignore"):
        rise = loss(matrix + moves) - loss(matrix - moves)
        return np.asarray(rise.reshape(matrix.shape) / (2 * steps))


def _representable(x: Array, steps: Array) -> Array:
    """Steps for which x + h and x - h are exact, so that the division is by the step really taken."""
    return np.asarray((x[:, None] + steps) - x[:, None])


def _sample(outputs: Sequence[Node], inputs: Sequence[str], x: Array, steps: Array) -> tuple[Array, Array, Array]:
    """f at x, and at x - h and x + h along each variable: shapes (m,), (m, n, levels), (m, n, levels)."""
    n, levels = steps.shape
    moves = np.zeros((n, n, levels))
    moves[range(n), range(n)] = steps  # moves[k, j] is added to x_k when x_j moves
    base = x[:, None, None]
    stencil = (np.where(moves, base + sign * moves, base) for sign in (-1, 1))  # -0 + 0 is 0: what rests, stays
    points: Array = np.concatenate([x[:, None], *(moved.reshape(n, -1) for moved in stencil)], axis=1)
    env = dict(zip(inputs, points, strict=True))
    values = np.stack([np.broadcast_to(evaluate(output, env), points.shape[1:]) for output in outputs])
    minus, plus = values[:, 1:].reshape(len(outputs), 2, n, levels).transpose(1, 0, 2, 3)
    return values[:, 0], minus, plus


def _slope(rise: Array, run: Array, order: int, here: Array, whole: Array, digit: Array) -> tuple[Array, Array]:
    """The limit of rise/run as the step goes to 0, and its error estimate; both of shape (m, n).

    ``rise`` is (m, n, levels) and ``run`` (n, levels), largest step first; the error of rise/run is a series
    in step**order. ``whole`` (m, n) is how far f moves at all, ``digit`` (m, 1) how exact its values are.
    """
    quotient = rise / run
    floor = _noise(quotient, run, digit) / run
    best, error = quotient[..., -1], np.full(quotient.shape[:2], np.inf)
    row = quotient
    for k in range(1, ORDERS + 1):
        factor = 2.0 ** (order * k)
        finer = (factor * row[..., 1:] - row[..., :-1]) / (factor - 1)
        doubt = np.maximum(np.abs(finer - row[..., 1:]), np.abs(finer - row[..., :-1])) + floor[..., k:]
        for later in (1, 2):  # an oscillation that outruns the steps may agree with itself once, by chance
            change = np.abs(finer[..., later:] - finer[..., :-later])
            doubt[..., :-later] = np.maximum(doubt[..., :-later], change)
        doubt = np.where(np.isnan(doubt), np.inf, doubt)
        at = np.argmin(doubt, axis=-1)[..., None]
        smallest, slope = (np.take_along_axis(array, at, -1)[..., 0] for array in (doubt, finer))
        best, error = np.where(smallest < error, slope, best), np.minimum(smallest, error)
        row = finer
    slope, doubt = _aitken(quotient, digit / run[..., -1])
    best, error = np.where(doubt < error, slope, best), np.fmin(doubt, error)
    grows = _diverges(rise, quotient, here, whole)
    return np.where(grows, np.copysign(np.inf, quotient[..., -1]), best), np.where(grows, 0.0, error)


def _aitken(quotient: Array, floor: Array) -> tuple[Array, Array]:
    """The limit where the error is a power of the step that is no whole number (x^1.5 at 0), and its error estimate.

    Such quotients approach their limit by a steady factor (Aitken 1926); an infinite error where they do not.
    ``floor`` (m, n) is how exact the last quotient is.
    """
    change = np.diff(quotient[..., -TREND:], axis=-1)
    factor = change[..., 1:] / change[..., :-1]
    left = 1 - factor.max(-1)
    steady = (factor.min(-1) > 0.51) & (left > 1e-4) & (np.ptp(factor, axis=-1) < 0.02 * left)
    limit = quotient[..., -TREND + 2 :] - change[..., 1:] ** 2 / np.diff(change, axis=-1)
    error = np.ptp(limit[..., -3:], axis=-1) + (floor + ROUNDING * np.abs(quotient[..., -1])) / left**2
    return limit[..., -1], np.where(steady, error, np.inf)


def _noise(quotient: Array, run: Array, digit: Array) -> Array:
    """How far a value of f may be off: its last digit, or the scatter seen at the smallest steps."""
    last = slice(-NOISE_LEVELS, None)
    scatter = np.abs(np.diff(quotient[..., last], axis=-1)) * run[..., last][..., 1:]
    return np.asarray(np.fmax(np.max(scatter, axis=-1), digit)[..., None])


def _diverges(rise: Array, quotient: Array, here: Array, whole: Array) -> Mask:
    """Whether the difference quotients grow without end: by a steady factor at each of the last halvings."""
    growth = (quotient[..., 1:] / quotient[..., :-1])[..., -TREND:]
    least = growth.min(-1) - 1
    steady = (least > GROWTH - 1) & (np.ptp(growth, axis=-1) < 0.5 * least)
    large = np.abs(rise[..., -1]) > FAINT * whole
    return np.asarray(np.isfinite(quotient[..., -1]) & steady & large & _visible(rise, here))


def _jumps(rise: Array, fall: Array, here: Array, whole: Array) -> Mask:
    """Whether something is left of the rise f(x + h) - f(x), or of the fall, as the step goes to 0."""
    found = np.zeros(whole.shape, dtype=np.bool_)
    for side in (rise, fall):
        kept = side[..., -1] / side[..., -TREND]
        large = np.abs(side[..., -1]) > SLIGHT * whole
        found |= (kept > JUMP) & (kept < 1 / JUMP) & large & _visible(side, here)
    return found


def _grows(minus: Array, plus: Array) -> Mask:
    """Whether f itself grows without end beside the point, whatever value it has there."""
    sizes = [np.abs(side) for side in (minus, plus)]
    return np.logical_or(*((s[..., -1] > 1) & (s[..., -1] > POLE * s[..., -TREND]) for s in sizes))


def _visible(rise: Array, here: Array) -> Mask:
    """Whether the smallest step moves f by more than its last digits."""
    return np.asarray(np.abs(rise[..., -1]) > 64 * ROUNDING * np.abs(here)[:, None])


def _beside(side: Array, here: Array) -> Array:
    """What f tends to on one side, dust taken as 0; nan where it has no value but for steps that do not move it."""
    moved = side != here[:, None, None]
    last = side.shape[-1] - 1 - np.argmax(moved[..., ::-1], axis=-1)
    ends = moved.any(-1) & np.isnan(np.take_along_axis(side, last[..., None], -1)[..., 0])
    value = side[..., -1]
    faded = np.abs(value) <= np.minimum(FADES * np.abs(side[..., -2 * TREND :]).max(-1), SMALL)
    return np.where(ends, np.nan, np.where(faded, 0.0, value))


def _limit(minus: Array, plus: Array, here: Array) -> Array:
    """What f tends to from both sides, nan where it does not: decided on the last two steps of each."""
    near = np.stack([minus[..., -1], plus[..., -1], minus[..., -3], plus[..., -3]])
    settled = np.ptp(near, axis=0) < SMALL * np.maximum(np.abs(near[0]), 1.0)
    return np.where(settled, (_beside(minus, here) + _beside(plus, here)) / 2, np.nan)


def tends_to(output: Node, inputs: Sequence[str], point: Sequence[float], limit: float) -> bool:
    """Whether ``output`` tends to ``limit`` at ``point`` along diagonals and curved paths too, not on the axes alone.

    x*y/(x^2 + y^2) is 0 on both axes and 1/2 on the diagonal; x^2*y/(x^4 + y^2) is 1/2 on the parabola y = x^2.
    """
    n, x = len(inputs), np.asarray(point, dtype=np.float64)
    slants = [np.resize(signs, n) * (1 + np.arange(n) * lean) for signs in ((1, 1), (1, -1)) for lean in (0, 0.5)]
    powers = [np.where(np.arange(n) == j, 1, power) for j in range(n) for power in (2, 3)]
    size = PATHS * np.maximum(np.abs(x), 1.0)[:, None]
    moves = [slant[:, None] * size for slant in slants] + [size ** power[:, None] for power in powers]
    points = x[:, None] + np.concatenate([sign * move for move in moves for sign in (1, -1)], axis=1)
    with np.errstate(all="ignore"):
        found = evaluate(output, dict(zip(inputs, points, strict=True)))
    return bool(np.all(np.abs(found - limit) < 1e-2 * max(abs(limit), 1.0)))


def _one_sided_at_edges(
    central: Array, error: Array, left: tuple[Array, Array], right: tuple[Array, Array]
) -> tuple[Array, Array]:
    """Central differences; where one side of the point is outside the domain, the slope of the other side."""
    for (slope, doubt), (other, _) in ((left, right), (right, left)):
        alone = np.isnan(central) & ~np.isnan(slope) & np.isnan(other)
        central, error = np.where(alone, slope, central), np.where(alone, doubt, error)
    return central, error


def _outvoted(
    central: Array, error: Array, left: tuple[Array, Array], right: tuple[Array, Array]
) -> tuple[Array, Array]:
    """Where both one-sided slopes say the same and the central one does not, that one was chance.

    So is an infinite one between two that are finite: close by a kink the central quotient only halves a difference.
    """
    middle, doubt = (left[0] + right[0]) / 2, left[1] + right[1]
    outvoted = (np.abs(left[0] - right[0]) <= doubt) & (np.abs(central - middle) > 10 * (doubt + error))
    outvoted |= np.isinf(central) & np.isfinite(middle)
    return np.where(outvoted, middle, central), np.where(outvoted, doubt, error)


def _finite(array: Array) -> Array:
    return np.where(np.isfinite(array), array, np.nan)


def _matrix(array: Array) -> Matrix:
    return tuple(map(tuple, array.tolist()))


def _table(mask: Mask) -> tuple[tuple[bool, ...], ...]:
    return tuple(map(tuple, mask.tolist()))
