"""What happens at each operation when f is computed at the point: where a derivative can go wrong, and why.

An own forward pass (values and derivatives together), used to explain and never to answer. It runs several
times at once with every result nudged in its last place; the scatter tells how many digits the
computation itself can promise (Vignes 1993, "A stochastic arithmetic for reliable scientific computation").
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations, cycle
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.engines.differences import CONSTANTS, SELU
from core.engines.differences import OPERATIONS as VALUES
from core.expression.operations import STEPS
from core.expression.tree import COMPARISONS, FUNCTIONS, Node, number

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

Kind = Literal["undefined", "range", "infinite", "lost", "switch", "edge", "pole", "linearised", "cancelled", "faded"]

TROUBLE = ("infinite", "undefined", "range")
UNCERTAIN = ("range", "infinite", "lost", "switch", "edge", "pole", "faded")
SAMPLES = 8  # the first one is not nudged
NUDGES = np.where(np.random.default_rng(0).random((997, SAMPLES)) < 0.5, -1.0, 1.0) * 2.0**-52
NUDGES[:, 0] = 0
NEAR = 16  # a switch, an edge or a pole this many times closer than its own rounding noise counts as reached
LINEAR = 20  # torch's default threshold of softplus
RIGHT, LOST_DIGITS = 1e-12, 1e-7  # relative errors: of terms that are right, of a sum that is not
SMALLEST = np.finfo(np.float64).tiny


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens at one operation.

    kind: "undefined" – no value from proper arguments (log(-1), 1/0); "range" – the value or its derivative left
    the range of float64; "infinite" – the value is fine, its derivative is not (sqrt at 0); "lost" – the derivative
    is fine, its formula is not (0^x); "switch" – the operation changes its formula (abs at 0, a tie in max);
    "edge" – its domain ends (sqrt at 0); "pole" – it grows without end (1/u at 0); "linearised" – torch replaces
    softplus by a straight line; "cancelled" – in floats nothing is left of the digits of a sum; "faded" – the value is
    fine, its derivative too small for a float. ``result`` is what the operation itself gives, or the derivative lost.
    ``touches[j]``: whether x_j moves the argument in question. ``distance[j]``: about how far along x_j a switch,
    an edge or a pole is; 0 where it is reached, within rounding if not ``exact``. ``hidden``: in a branch not taken.
    ``true`` is what a "cancelled" operation would give without rounding, ``node`` the operation itself.
    """

    kind: Kind
    op: str
    result: float
    touches: tuple[bool, ...]
    distance: tuple[float, ...] = ()
    exact: bool = True
    hidden: bool = False
    text: str = ""
    true: float = math.nan
    node: Node | None = None

    @property
    def reached(self) -> bool:
        return not any(self.distance)

    @property
    def margins(self) -> tuple[Node, ...]:
        """The quantities of which one is 0 where a switch, an edge or a pole is reached."""
        return MARGIN_NODES[self.op](*self.node.args) if self.node and self.op in MARGIN_NODES else ()


EMPTY: Array = np.zeros(0)


class Dual(NamedTuple):
    """A value and its derivatives, shapes (samples,), (inputs, samples), (inputs,), and what led to them.

    ``terms`` (inputs,) are the derivatives as if no two contributions had different signs.
    """

    value: Array
    slope: Array
    touches: Mask
    events: tuple[Event, ...]
    terms: Array = EMPTY


@dataclass(frozen=True)
class Output:
    """One output at the point: its slope along x_j, that slope's rounding noise, whether x_j occurs in it.

    ``terms[j]`` is the sum over all ways from x_j of the sizes of their contributions, however these cancel.

    ``text`` is its outermost operation with the numbers that it met, ``blur`` the rounding noise of its value.
    """

    text: str
    value: float
    blur: float
    slopes: tuple[float, ...]
    noise: tuple[float, ...]
    terms: tuple[float, ...]
    touches: tuple[bool, ...]
    events: tuple[Event, ...]

    def happened(self, kind: Kind, j: int | None = None, hidden: bool = False) -> list[Event]:
        """The events of one kind that x_j touches (None: any input); of those at a distance, the reached ones."""
        return [
            event
            for event in self.events
            if event.kind == kind and event.hidden == hidden and (j is None or event.touches[j]) and event.reached
        ]

    @property
    def uncertain(self) -> bool:
        """Whether rounding may decide here: an edge is reached, or a number leaves the range of floats."""
        return any(event.reached and event.kind in UNCERTAIN for event in self.events)

    @property
    def nowhere(self) -> bool:
        """Whether it certainly has no value here, nor beside the point."""
        return bool(self.happened("undefined")) and not self.uncertain

    def trouble(self, j: int) -> list[Event]:
        """Whatever can turn dy/dx_j into nan when torch multiplies it by 0, branches not taken included.

        One nan among the values spreads to every input of the operations above it.
        """
        return [event for event in self.events if event.kind in TROUBLE and self.touches[j]]


def _power(u: Array, n: Array, r: Array) -> list[Array]:
    by_base = np.where(n == 0, 0.0, n * np.power(u, n - 1))
    by_exponent = np.where(r == 0, 0.0, r * np.log(u))
    return [by_base, by_exponent]


def _select(values: Sequence[Array], r: Array) -> list[Array]:
    chosen = [value == r for value in values]
    return [one / sum(chosen) for one in chosen]


def _normal(u: Array) -> Array:
    """The density of the standard normal distribution."""
    return np.asarray(np.exp(-u * u / 2) / np.sqrt(2 * np.pi))


def _inside(u: Array, low: Array | float, high: Array | float) -> list[Array]:
    """Of min(max(u, low), high): everything to u from low to high, as torch has it, else to the bound that holds."""
    below, above = (u < low) & (low < high), (u > high) | (low >= high)
    return [np.where((u >= low) & (u <= high), 1.0, 0.0), np.where(below, 1.0, 0.0), np.where(above, 1.0, 0.0)]


def _silu(u: Array) -> Array:
    s = np.exp(-np.logaddexp(0.0, -u))
    return np.asarray(s * (1 + u * (1 - s)))


# op -> its derivative by each argument, from the arguments and the result
PARTIALS: dict[str, Callable[..., list[Array]]] = {
    "neg": lambda u, r: [-np.ones_like(r)],
    "+": lambda a, b, r: [np.ones_like(r), np.ones_like(r)],
    "-": lambda a, b, r: [np.ones_like(r), -np.ones_like(r)],
    "*": lambda a, b, r: [b, a],
    "/": lambda a, b, r: [1 / b, -r / b],
    "^": _power,
    "sin": lambda u, r: [np.cos(u)],
    "cos": lambda u, r: [-np.sin(u)],
    "tan": lambda u, r: [1 + r * r],
    "asin": lambda u, r: [1 / np.sqrt(1 - u * u)],
    "acos": lambda u, r: [-1 / np.sqrt(1 - u * u)],
    "atan": lambda u, r: [1 / (1 + u * u)],
    "sinh": lambda u, r: [np.cosh(u)],
    "cosh": lambda u, r: [np.sinh(u)],
    "tanh": lambda u, r: [1 - r * r],
    "asinh": lambda u, r: [1 / np.sqrt(u * u + 1)],
    "acosh": lambda u, r: [1 / np.sqrt(u * u - 1)],
    "atanh": lambda u, r: [1 / (1 - u * u)],
    "expm1": lambda u, r: [np.exp(u)],
    "log1p": lambda u, r: [1 / (1 + u)],
    "logaddexp": lambda a, b, r: [np.exp(a - r), np.exp(b - r)],
    "xlogy": lambda u, w, r: [np.log(w), u / w],
    "cbrt": lambda u, r: [1 / (3 * r * r)],
    "erf": lambda u, r: [2 / np.sqrt(np.pi) * np.exp(-u * u)],
    "erfc": lambda u, r: [-2 / np.sqrt(np.pi) * np.exp(-u * u)],
    "sinc": lambda u, r: [np.where(u == 0, 0.0, (np.cos(np.pi * u) - r) / np.where(u == 0, 1.0, u))],
    "exp": lambda u, r: [r],
    "log": lambda u, r: [1 / u],
    "sqrt": lambda u, r: [0.5 / r],
    "abs": lambda u, r: [np.sign(u)],
    "sign": lambda u, r: [np.zeros_like(r)],
    "relu": lambda u, r: [np.where(u > 0, 1.0, 0.0)],
    "relu6": lambda u, r: [np.where((u > 0) & (u < 6), 1.0, 0.0)],
    "leaky_relu": lambda u, slope, r: [np.where(u > 0, 1.0, slope), np.where(u > 0, 0.0, u)],
    "elu": lambda u, r: [np.where(u > 0, 1.0, np.exp(np.minimum(u, 0.0)))],
    "selu": lambda u, r: [np.where(u > 0, SELU[0], SELU[0] * SELU[1] * np.exp(np.minimum(u, 0.0)))],
    "gelu": lambda u, r: [VALUES["erf"](u / np.sqrt(2)) / 2 + 0.5 + u * _normal(u)],
    "silu": lambda u, r: [_silu(u)],
    "logsigmoid": lambda u, r: [np.exp(-np.logaddexp(0.0, u))],
    "hardtanh": lambda u, r: [np.where((u > -1) & (u < 1), 1.0, 0.0)],
    "clamp": lambda u, low, high, r: _inside(u, low, high),
    "clamp_min": lambda u, low, r: _inside(u, low, np.inf)[:2],
    "clamp_max": lambda u, high, r: _inside(u, -np.inf, high)[::2],
    **dict.fromkeys(("floor", "ceil", "round", "trunc"), lambda u, r: [np.zeros_like(r)]),
    "frac": lambda u, r: [np.ones_like(r)],
    "fmod": lambda a, b, r: [np.ones_like(r), -np.trunc(a / b)],
    "remainder": lambda a, b, r: [np.ones_like(r), -np.floor(a / b)],
    "sigmoid": lambda u, r: [r * (1 - r)],
    "softplus": lambda u, r: [np.exp(-np.logaddexp(0.0, -u))],
    "atan2": lambda a, b, r: [b / (a * a + b * b), -a / (a * a + b * b)],
    "min": lambda *args: _select(args[:-1], args[-1]),
    "max": lambda *args: _select(args[:-1], args[-1]),
    "where": lambda c, a, b, r: [np.zeros_like(r), np.where(c, 1.0, 0.0), np.where(c, 0.0, 1.0)],
    **{op: lambda a, b, r: [np.zeros_like(r), np.zeros_like(r)] for op in COMPARISONS},
}

# op -> the quantity whose sign decides which formula holds; None: it never changes here
SWITCHES: dict[str, Callable[..., Dual | None]] = {
    "abs": lambda u: u,
    "sign": lambda u: u,
    "relu": lambda u: u,
    "relu6": lambda u: _nearest(_beyond(u, 0), _beyond(u, 6)),
    "leaky_relu": lambda u, slope: u,
    "selu": lambda u: u,
    "hardtanh": lambda u: _nearest(_beyond(u, -1), _beyond(u, 1)),
    "clamp": lambda u, low, high: _nearest(_minus(u, low), _minus(u, high)),
    "clamp_min": lambda u, low: _minus(u, low),
    "clamp_max": lambda u, high: _minus(u, high),
    "floor": lambda u: _from_whole(u),
    "ceil": lambda u: _from_whole(u),
    "round": lambda u: _from_whole(_beyond(u, 0.5)),
    "trunc": lambda u: _from_whole(u),
    "frac": lambda u: _from_whole(u),
    "fmod": lambda a, b: _from_whole(_over(a, b)),
    "remainder": lambda a, b: _from_whole(_over(a, b)),
    "max": lambda *args: _lead(args, 1),
    "min": lambda *args: _lead(args, -1),
    "atan2": lambda y, x: None if x.value[0] > 0 else y,
    **{op: lambda a, b: _minus(a, b) for op in COMPARISONS},
}
# op -> the quantity that is positive inside the domain
DOMAINS: dict[str, Callable[..., Dual | None]] = {
    "sqrt": lambda u: u,
    "log": lambda u: u,
    "asin": lambda u: _within_one(u),
    "acos": lambda u: _within_one(u),
    "acosh": lambda u: _beyond(u, 1),
    "atanh": lambda u: _within_one(u),
    "log1p": lambda u: _beyond(u, -1),
    "xlogy": lambda u, w: w,
    "^": lambda u, n: u if n.touches.any() or n.value[0] % 1 else None,
}
# op -> the quantity at whose 0 it grows without end
GROWS: dict[str, Callable[..., Dual | None]] = {
    "/": lambda a, b: b,
    "tan": lambda u: Dual(np.cos(u.value), -np.sin(u.value) * u.slope, u.touches, ()),
    "^": lambda u, n: u if n.value[0] < 0 and not n.value[0] % 1 else None,
}
MARGINS: dict[Kind, dict[str, Callable[..., Dual | None]]] = {"switch": SWITCHES, "edge": DOMAINS, "pole": GROWS}
# op -> whether the derivative really is infinite there; elsewhere it only overflowed
POLES: dict[str, Callable[..., bool]] = {
    "/": lambda a, b: b == 0,
    "^": lambda u, n: u <= 0,
    "log": lambda u: u <= 0,
    "sqrt": lambda u: u == 0,
    "asin": lambda u: abs(u) == 1,
    "acos": lambda u: abs(u) == 1,
    "acosh": lambda u: u == 1,
    "atanh": lambda u: abs(u) == 1,
    "log1p": lambda u: u == -1,
    "xlogy": lambda u, w: w <= 0,
    "cbrt": lambda u: u == 0,
    "fmod": lambda a, b: b == 0,
    "remainder": lambda a, b: b == 0,
    "atan2": lambda a, b: a == 0 and b == 0,
    "tan": lambda u: True,
}


def _off_whole(u: Node) -> Node:
    """How far u is from the nearest whole number."""
    return Node("-", (u, Node("round", (u,))))


# op -> the quantities of which one is 0 where its margin is
MARGIN_NODES: dict[str, Callable[..., tuple[Node, ...]]] = {
    **dict.fromkeys(("abs", "sign", "relu", "selu", "sqrt", "log"), lambda u: (u,)),
    "leaky_relu": lambda u, slope: (u,),
    "relu6": lambda u: (u, Node("-", (u, number(6)))),
    "hardtanh": lambda u: (Node("-", (u, number(1))), Node("+", (u, number(1)))),
    "clamp": lambda u, low, high: (Node("-", (u, low)), Node("-", (u, high))),
    **dict.fromkeys(("clamp_min", "clamp_max"), lambda u, bound: (Node("-", (u, bound)),)),
    "acosh": lambda u: (Node("-", (u, number(1))),),
    "atanh": lambda u: (Node("-", (number(1), u)), Node("+", (number(1), u))),
    "log1p": lambda u: (Node("+", (u, number(1))),),
    "xlogy": lambda u, w: (w,),
    **dict.fromkeys(("floor", "ceil", "trunc", "frac"), lambda u: (_off_whole(u),)),
    "round": lambda u: (_off_whole(Node("+", (u, number("0.5")))),),
    **dict.fromkeys(("fmod", "remainder"), lambda a, b: (_off_whole(Node("/", (a, b))),)),
    **dict.fromkeys(("max", "min"), lambda *args: tuple(Node("-", pair) for pair in combinations(args, 2))),
    **dict.fromkeys(("asin", "acos"), lambda u: (Node("-", (number(1), u)), Node("+", (number(1), u)))),
    **dict.fromkeys(COMPARISONS, lambda a, b: (Node("-", (a, b)),)),
    "atan2": lambda y, x: (y,),
    "^": lambda u, n: (u,),
    "/": lambda a, b: (b,),
    "tan": lambda u: (Node("cos", (u,)),),
}
# op -> whether the formula of its derivative is nan or infinite where the derivative itself is 0
LOST: dict[str, Callable[..., bool]] = {
    "^": lambda u, n: u.value[0] == 0 and (n.value[0] > 0 if n.touches.any() else n.value[0] == 0),
}
# op -> whether a result of 0 is one that only became too small
VANISHES: dict[str, Callable[..., bool]] = {
    "*": lambda a, b: bool(a != 0 and b != 0),
    "/": lambda a, b: bool(a != 0 and np.isfinite(b)),
    "^": lambda u, n: bool(u != 0),
    "exp": lambda u: bool(np.isfinite(u)),
    "erfc": lambda u: bool(np.isfinite(u)),
    "silu": lambda u: bool(u != 0),
    "gelu": lambda u: bool(u != 0),
    "logsigmoid": lambda u: bool(np.isfinite(u)),
    "sigmoid": lambda u: bool(np.isfinite(u)),
    "softplus": lambda u: bool(np.isfinite(u)),
}

LEAVING = ("fmod", "remainder")  # ops of which nothing is left where they jump: 0.3/0.1 is 3, but not in floats
FADES = ("/", "atan")  # ops whose derivative is never 0 where their value is not: it only became too small


def look(
    outputs: Sequence[Node],
    inputs: Sequence[str],
    point: Sequence[float],
    truth: Mapping[int, float] | None = None,
) -> tuple[Output, ...]:
    """Every output at ``point``, with the events on the way to it.

    ``truth`` holds what subtrees really are, by their identity: an edge that floats only nearly meet is then met.
    """
    if truth is None:
        return _look(tuple(outputs), tuple(inputs), tuple(map(float, point)))
    return _looked(outputs, inputs, point, truth)


@lru_cache(maxsize=8)
def _look(outputs: tuple[Node, ...], inputs: tuple[str, ...], point: tuple[float, ...]) -> tuple[Output, ...]:
    """Whoever settles the numbers of a map has looked just before the verdict does."""
    return _looked(outputs, inputs, point, {})


def _looked(
    outputs: Sequence[Node], inputs: Sequence[str], point: Sequence[float], truth: Mapping[int, float]
) -> tuple[Output, ...]:
    n, nudges = len(inputs), cycle(NUDGES)
    env = {
        name: Dual(
            np.full(SAMPLES, float(x)) * (1 + next(nudges)),
            np.repeat(np.eye(n)[:, [j]], SAMPLES, axis=1),
            np.eye(n, dtype=bool)[j],
            (),
            np.eye(n)[j],
        )
        for j, (name, x) in enumerate(zip(inputs, point, strict=True))
    }
    known: dict[int, Dual] = {}
    with np.errstate(all="ignore"):
        run = _Run(env, known, nudges, n, truth)
        return tuple(_output(output, run) for output in outputs)


class _Run(NamedTuple):
    """What one look goes by, and the results it has so far by identity: one function may be put into another."""

    env: Mapping[str, Dual]
    known: dict[int, Dual]
    nudges: Iterator[Array]
    n: int
    truth: Mapping[int, float]

    def met(self, node: Node) -> float:
        """The value of a subtree, the true one where it is known."""
        return self.truth.get(id(node), float(_run(node, self).value[0]))


def _output(node: Node, run: _Run) -> Output:
    dual = _run(node, run)
    scatter = np.abs(dual.slope - dual.slope[:, :1])
    return Output(
        _text(node.op, [run.met(arg) for arg in node.args]) or node.text,
        float(dual.value[0]),
        _scatter(dual.value),
        tuple(dual.slope[:, 0].tolist()),
        tuple(np.fmax.reduce(scatter, axis=1).tolist()),
        tuple(dual.terms.tolist()),
        tuple(dual.touches.tolist()),
        dual.events,
    )


def _run(node: Node, run: _Run) -> Dual:
    if node.op == "name":
        return run.env[node.text]
    if id(node) not in run.known:
        args = [_run(arg, run) for arg in node.args]
        run.known[id(node)] = _apply(node, args, run) if args else _constant(node, run.n, next(run.nudges))
    return run.known[id(node)]


def _constant(node: Node, n: int, nudge: Array) -> Dual:
    value = float(node.text) if node.op == "number" else CONSTANTS[node.text]
    whole = value.is_integer()  # an exponent of 2 is 2, but 0.1 and pi are rounded themselves
    return Dual(
        np.full(SAMPLES, value) * (1 + (0 if whole else nudge)),
        np.zeros((n, SAMPLES)),
        np.zeros(n, bool),
        (),
        np.zeros(n),
    )


def _apply(node: Node, args: list[Dual], run: _Run) -> Dual:
    values = [arg.value for arg in args]
    exact = VALUES[node.op](*(u * (1 + next(run.nudges)) for u in values) if node.op in WITHIN else values)
    value = exact if node.op in UNROUNDED else exact * (1 + next(run.nudges))
    partials = PARTIALS[node.op](*values, value)
    slope, terms = np.zeros_like(args[0].slope), np.zeros_like(args[0].terms)
    for arg, partial in zip(args, partials, strict=True):
        # a branch that is not taken and an argument that x_j cannot move contribute 0, even 0 times infinity
        counts = arg.touches[:, None] & ~((node.op in CHOOSERS) & (partial == 0))
        slope = slope + np.where(counts, partial * arg.slope, 0.0)
        terms = terms + np.where(counts[:, 0], np.abs(partial[0]) * arg.terms, 0.0)
    touches = np.logical_or.reduce([arg.touches for arg in args])
    events = _inherited(node, args, partials) + _events(node, args, partials, exact, run)
    return Dual(value, slope * (1 + next(run.nudges)), touches, events, terms)


CHOOSERS = ("where", "max", "min", "clamp", "clamp_min", "clamp_max", *COMPARISONS)
WITHIN = ("sinc",)  # ops that round their argument themselves: to a multiple of pi
UNROUNDED = (*CHOOSERS, *STEPS, "neg", "abs", "relu", "relu6", "hardtanh")


def _inherited(node: Node, args: list[Dual], partials: list[Array]) -> tuple[Event, ...]:
    """What happened in the arguments: hidden in a branch not taken; a condition has no derivative."""
    events: list[Event] = []
    for position, (arg, partial) in enumerate(zip(args, partials, strict=True)):
        if (node.op == "where" and position == 0) or node.op in COMPARISONS:
            events += [event for event in arg.events if event.kind not in ("infinite", "lost")]
        elif node.op in CHOOSERS and partial[0] == 0:
            events += [replace(event, hidden=True) for event in arg.events]
        else:
            events += arg.events
    return tuple(events)


def _events(node: Node, args: list[Dual], partials: list[Array], exact: Array, run: _Run) -> tuple[Event, ...]:
    first, result = [run.met(arg) for arg in node.args], float(exact[0])
    met, cancelled = args, []
    if id(node) in run.truth:
        true = run.truth[id(node)]
        cancelled = _cancelled(node.op, args, first, result, true)
        result, met = true, [arg._replace(value=np.full(SAMPLES, x)) for arg, x in zip(args, first, strict=True)]
        partials = PARTIALS[node.op](*(arg.value for arg in met), np.full(SAMPLES, true))
    found = (
        *cancelled,
        *_value_events(node.op, met, first, result),
        *_partial_events(node.op, met, first, partials, result),
        *_margin_events(node.op, args, met, result),
    )
    return tuple(replace(event, text=_text(node.op, first), node=node) for event in found)


def _cancelled(op: str, args: list[Dual], first: list[float], value: float, true: float) -> list[Event]:
    """A sum whose terms are right and that is not: the digits in which they differ are none of a float's."""
    right = all(abs(arg.value[0] - x) <= RIGHT * abs(x) for arg, x in zip(args, first, strict=True))
    lost = math.isfinite(true) and right and abs(value - true) > LOST_DIGITS * abs(true)
    return [Event("cancelled", op, value, _any(args), true=true)] if op in ("+", "-") and lost else []


def _any(args: Iterable[Dual]) -> tuple[bool, ...]:
    touched: tuple[bool, ...] = tuple(np.logical_or.reduce([arg.touches for arg in args]).tolist())
    return touched


def _scatter(value: Array) -> float:
    return float(np.fmax.reduce(np.abs(value - value[0])))


def _value_events(op: str, args: list[Dual], first: list[float], value: float) -> list[Event]:
    if op in COMPARISONS or not np.isfinite(first).all():
        return []
    if not np.isfinite(value):
        pole = np.isnan(value) or (op in POLES and POLES[op](*first))
        return [Event("undefined" if pole else "range", op, value, _any(args))]
    if op == "softplus" and first[0] > LINEAR:
        return [Event("linearised", op, value, _any(args))]
    if abs(value) < SMALLEST and op in VANISHES and VANISHES[op](*first):
        return [Event("range", op, value, _any(args))]
    return []


def _partial_events(op: str, args: list[Dual], first: list[float], partials: list[Array], value: float) -> list[Event]:
    if not np.isfinite(value) or not np.isfinite(first).all():
        return []
    if op in FADES and value and any(arg.touches.any() and not p[0] for arg, p in zip(args, partials, strict=True)):
        return [Event("faded", op, 0.0, _any(args))]
    wild = [(arg, p) for arg, p in zip(args, partials, strict=True) if arg.touches.any() and not np.isfinite(p[0])]
    if not wild:
        return [Event("lost", op, value, _any(args))] if op in LOST and LOST[op](*args) else []
    kind: Kind = "infinite" if op in POLES and POLES[op](*first) else "range"
    return [Event(kind, op, float(wild[0][1][0]), _any(arg for arg, _ in wild))]


def _margin_events(op: str, args: list[Dual], met: list[Dual], value: float) -> list[Event]:
    """How far away the operation changes its formula, leaves its domain, grows without end.

    ``met`` are the arguments with their true values where these are known: then rounding decides nothing.
    """
    found = []
    for kind, table in MARGINS.items():
        margin = table[op](*args) if op in table else None
        if margin is None or not np.isfinite(margin.value[0]):
            continue
        exact = margin.value[0] == 0
        gap = abs(float(margin.value[0]))
        if met is args:
            reached = gap <= NEAR * _scatter(margin.value)
        else:
            true = table[op](*met)
            gap = abs(float(true.value[0])) if true is not None else gap
            reached = gap == 0 or not math.isfinite(value) or (op in LEAVING and value == 0)
        if not reached and not margin.touches.any():
            continue
        distance = np.zeros(len(margin.touches)) if reached else gap / np.abs(margin.slope[:, 0])
        found.append(Event(kind, op, value, tuple(margin.touches.tolist()), tuple(distance.tolist()), exact))
    return found


def _minus(a: Dual, b: Dual) -> Dual:
    return Dual(a.value - b.value, a.slope - b.slope, a.touches | b.touches, ())


def _beyond(u: Dual, place: float) -> Dual:
    return u._replace(value=u.value - place)


def _over(a: Dual, b: Dual) -> Dual:
    quotient = a.value / b.value
    return Dual(quotient, (a.slope - quotient * b.slope) / b.value, a.touches | b.touches, ())


def _from_whole(u: Dual) -> Dual:
    """How far u is from the nearest whole number, where floor and its kin jump."""
    return u._replace(value=u.value - np.round(u.value))


def _nearest(one: Dual, other: Dual) -> Dual:
    """That of two margins which is closer to 0."""
    return one if abs(one.value[0]) <= abs(other.value[0]) else other


def _within_one(u: Dual) -> Dual:
    return Dual(1 - np.abs(u.value), -np.sign(u.value) * u.slope, u.touches, ())


def _lead(args: Sequence[Dual], sign: int) -> Dual | None:
    """The chosen argument of max (sign 1) or min (-1) minus the best of those that move differently, if any does."""
    leader, *others = sorted(args, key=lambda arg: -sign * float(arg.value[0]))
    rivals = [arg for arg in others if not np.array_equal(arg.slope[:, 0], leader.slope[:, 0])]
    if not rivals:
        return None
    lead = _minus(leader, rivals[0])
    on_a_par = [arg.touches for arg in rivals if arg.value[0] == rivals[0].value[0]]
    return lead._replace(touches=np.logical_or.reduce([lead.touches, *on_a_par]))


def _text(op: str, values: Sequence[float]) -> str:
    """The operation with the numbers it met: "log(0)", "0/0", "(-8)^0.3333"."""
    if not values:
        return ""
    words = [f"{value + 0:.4g}" for value in values]
    if op in FUNCTIONS:
        return f"{op}({', '.join(words)})" if op != "where" else "where"
    words = [f"({word})" if word.startswith("-") else word for word in words]
    return f"-{words[0]}" if op == "neg" else op.join(words)
