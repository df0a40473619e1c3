"""Random problems at exact special points against mpmath at 800 digits, which only calls f at and beside the point.

The oracle shares no code with the app but the tree: f at x ± h with h = 1e-50 to 1e-56 says what f tends to and how
steep it is on either side. Every value, every entry of J, every agreement and every note has to be true to that.

A sign is decided before rounding: of 800 digits 650 have to cancel, and then it is 0. Where a number so small that
it could be more than rounding is about as well, the oracle does not know.
"""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from urllib.parse import quote

import mpmath
import pytest
from mpmath import mpf

from core import address as share
from core.engines.disagreement import NO_DERIVATIVE
from core.expression.text import to_text
from core.expression.tree import Node, walk
from core.grammar import constant
from core.kinds import explain
from core.problem import ProblemError

DIGITS = 800
CANCELLED = 650  # of them: what is left of a sum is 0
SMALL = -500 * math.log2(10)  # the exponent of two below which a number may be lost beside others
STEPS = (mpf("1e-50"), mpf("1e-53"), mpf("1e-56"))
DUST = mpf("1e-25")  # what a step leaves of a 0: no two numbers of the problems are that close
POINTS = (
    "0",
    "1",
    "-1",
    "2",
    "1/2",
    "-1/3",
    "3/5",
    "sqrt(2)/2",
    "sqrt(2)",
    "pi",
    "pi/2",
    "-pi/4",
    "1e-8",
    "-1e-8",
    "1e8",
)
LEAVES = ("0", "1", "2", "3", "1/2", "pi", "sqrt(2)", "1e-8", "1e8")


class UnknownError(Exception):
    """The oracle does not know: a number of more than a few hundred digits, or one that may be lost beside another."""


# op -> its value, an exception where it has none
ORACLE: dict[str, Callable[..., mpf]] = {
    "neg": lambda a: -a,
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "^": lambda a, b: mpf(1) if b == 0 else a**b,
    **{op: getattr(mpmath, op) for op in "sin cos tan asin acos atan sinh cosh tanh exp log sqrt sign".split()},
    "abs": abs,
    "relu": lambda u: max(u, mpf(0)),
    "sigmoid": lambda u: 1 / (1 + mpmath.exp(-u)),
    "softplus": lambda u: mpmath.log1p(mpmath.exp(u)),
    "atan2": mpmath.atan2,
    "max": max,
    "min": min,
}
CANCELLING = ("+", "-", "sin", "cos", "tan", "log")  # of large terms something small may be left
COMPARE = {"<": mpf.__lt__, ">": mpf.__gt__, "==": mpf.__eq__, "<=": mpf.__le__}


def snapped(left: mpf, *terms: mpf) -> mpf:
    """0 where nothing but rounding is left of terms."""
    scale = max([mpf(1), *map(abs, terms)])
    return mpf(0) if abs(left) < scale * mpf(10) ** -CANCELLED else left


@dataclass
class Oracle:
    """f at one point: None where it has no value."""

    env: Mapping[str, mpf]
    smallest: float = 0.0  # the exponent of two of the smallest number met
    cancelled: list[Node] = field(default_factory=list)

    def value(self, node: Node) -> mpf | None:
        """Raises UnknownError."""
        found = self._value(node)
        if self.cancelled and self.smallest < SMALL:
            raise UnknownError
        return found

    def _value(self, node: Node) -> mpf | None:
        match node.op:
            case "number":
                return mpf(node.text)
            case "constant":
                return +getattr(mpmath, node.text)
            case "name":
                return self.env[node.text]
            case "where":
                condition, yes, no = node.args
                args = [self._value(arg) for arg in condition.args]
                if None in args:
                    return None
                return self._value(yes if COMPARE[condition.op](self._zeroed(condition, *args), 0) else no)
        args = [self._value(arg) for arg in node.args]
        return None if None in args else self._operation(node, args)

    def _operation(self, node: Node, args: list[mpf]) -> mpf | None:
        if any(mpmath.mag(arg) > 1000 for arg in args if arg):
            raise UnknownError
        if node.op in ("asin", "acos") and snapped(abs(args[0]) - 1) == 0:
            args = [mpmath.sign(args[0])]
        if node.op == "tan" and snapped(mpmath.cos(args[0]), *args) == 0:
            return None
        try:
            found = ORACLE[node.op](*args)
        except (ZeroDivisionError, ValueError, OverflowError):
            return None
        if isinstance(found, mpmath.mpc) or not mpmath.isfinite(found):
            return None
        if node.op in CANCELLING and snapped(found, *args) == 0:
            self.cancelled += [node] if found else []
            found = mpf(0)
        self.smallest = min(self.smallest, float(mpmath.mag(found))) if found else self.smallest
        return found

    def _zeroed(self, comparison: Node, a: mpf, b: mpf) -> mpf:
        """a - b"""
        left = snapped(a - b, a, b)
        self.cancelled += [comparison] if left == 0 and a != b else []
        return left


def value(node: Node, env: Mapping[str, mpf]) -> mpf | None:
    """A tree at a point, None where it has no value. Raises UnknownError."""
    return Oracle(env).value(node)


@dataclass
class Side:
    """f on one side along x_j: whether it is defined there, what it tends to, its slope; None where it has none."""

    defined: bool
    end: mpf | None
    slope: mpf | None
    steep: bool  # the difference quotients grow


def side(node: Node, env: dict, name: str, sign: int) -> Side:
    ends, slopes = [], []
    for h in STEPS:
        near, far = (value(node, {**env, name: env[name] + sign * k * h}) for k in (1, 2))
        if near is None or far is None:
            return Side(False, None, None, False)
        ends.append(near)
        slopes.append(sign * (far - near) / h)
    moves = 10 * STEPS[0] * abs(slopes[-1])
    settled = same(ends[0], ends[-1], 1e-10) or abs(ends[0] - ends[-1]) < max(DUST, moves)
    sloped = same(slopes[0], slopes[-1], 1e-9) or max(map(abs, slopes)) < 1e-30
    growth = [abs(b) / abs(a) if a else 1 for a, b in pairwise(slopes)]
    steep = min(growth) > 1.0001 and same(*growth, 0.5)
    return Side(True, ends[-1] if settled else None, slopes[-1] if sloped else None, steep)


def same(a, b, tolerance) -> bool:
    return abs(a - b) <= tolerance * max(abs(a), abs(b))


def agrees(said: float, true, tolerance=1e-8, dust=DUST) -> bool:
    return math.isfinite(said) and abs(mpf(said) - true) <= tolerance * abs(true) + dust


# ── Random problems ──────────────────────────────────────────────────────────────────────────────────────


def tree(rng: random.Random, operations: int) -> Node:
    if operations <= 0:
        return Node("name", text=rng.choice("xy")) if rng.random() < 0.75 else leaf(rng.choice(LEAVES))
    op = rng.choice([*ORACLE, "+", "-", "*", "/", "where", "^"])
    left = rng.randint(0, operations - 1)
    if op == "where":
        condition = Node(rng.choice(list(COMPARE)), (tree(rng, left // 2), leaf(rng.choice(LEAVES))))
        return Node("where", (condition, tree(rng, operations - 1 - left), tree(rng, left)))
    if op == "^":
        return Node("^", (tree(rng, operations - 1), leaf(rng.choice(("2", "3", "1/2", "1/3", "0.5")))))
    if op in ("+", "-", "*", "/", "atan2", "max", "min"):
        return Node(op, (tree(rng, left), tree(rng, operations - 1 - left)))
    return Node(op, (tree(rng, operations - 1),))


def leaf(text: str) -> Node:
    return constant(text, field="f")


def problem(rng: random.Random) -> str:
    functions = [to_text(tree(rng, rng.randint(1, 6)), spaces=False) for _ in range(rng.randint(1, 2))]
    at = ",".join(f"{name}:{rng.choice(POINTS)}" for name in "xy")
    weights = ",".join(rng.choice(("1", "-2", "1/3", "0")) for _ in functions)
    return f"/vjp?f={quote(';'.join(functions), safe='')}&at={at}&v={weights}"


# ── What has to be true ──────────────────────────────────────────────────────────────────────────────────


def lies(address: str) -> list[str]:
    """Everything that is untrue in the explanation of an address; empty for a problem that is refused."""
    decoded = share.decode(address)
    assert not decoded.errors
    try:
        explanation = explain(decoded.problem)
    except ProblemError:
        return []
    with mpmath.workdps(DIGITS):
        return [f"{address}: {lie}" for lie in _lies(explanation)]


def _lies(e) -> list[str]:
    here, notes = e.map, e.verdict.notes
    env = {
        name: value(constant(text, field="at"), {})
        for name, (_, text) in zip(here.inputs, e.problem.point, strict=True)
    }
    lies = [f"{note.code} {note.facts}" for note in notes if note.code == "unexplained"]
    for i, output in enumerate(here.outputs):
        for j, name in enumerate(here.inputs):
            told = {note.code: note.facts for note in notes if note.output == i and note.input in (None, j)}
            try:
                sides = side(output, env, name, -1), side(output, env, name, 1)
                true = value(output, env)
            except UnknownError:
                continue
            entry, said = here.jacobian_at[i][j].value, here.values[i].value
            lies += [f"y{i + 1}/{name}: {lie}" for lie in entry_lies(said, entry, sides, told)]
            of_row = {note.code for note in notes if note.output == i}
            lies += [f"y{i + 1}: {lie}" for lie in value_lies(output, said, true, of_row)]
    for note in notes:
        of_torch = [*e.torch.vjp, *(t for row in e.torch.jacobian for t in row)]
        if note.code == "zero_weight" and all(map(math.isfinite, of_torch)):
            lies.append("zero_weight, and nothing of torch is nan")
    true = [n.value for n in e.pullback.total]
    if e.verdict.torch.agrees and all(map(math.isfinite, true)):
        scale = max([1.0, *(abs(n.value) for row in e.pullback.rows for n in row if math.isfinite(n.value))])
        lies += [f"agrees: {t} {w}" for t, w in zip(e.torch.vjp, true, strict=True) if not abs(t - w) <= 1e-8 * scale]
    return lies


def value_lies(output: Node, said: float, true: mpf | None, told: set[str]) -> list[str]:
    """A number that comes out of an infinity on the way (atan(1/0)) is no value, and that is told.

    One that max and min do not choose does no harm, and neither does a condition that nothing fulfils.
    """
    if true is None:
        harmless = any(node.op in ("max", "min", "where") for node in walk(output))
        known = harmless or not math.isfinite(said) or told & set(NO_DERIVATIVE)
        return [] if known else [f"value {said}, truly none"]
    right = said == float(true) if abs(true) > sys.float_info.max else agrees(said, true, 1e-9)
    return [] if right else [f"value {said}, truly {mpmath.nstr(true, 17)}"]


def entry_lies(here: float, entry: float, sides: tuple[Side, Side], told: dict) -> list[str]:
    left, right = sides
    lies = []
    ends = [s.end for s in sides if s.end is not None]
    slopes = [s.slope for s in sides if s.slope is not None]
    no_derivative = set(told) & {*NO_DERIVATIVE, "edge", "formula_nan", "convention", "overflow_value"}
    whole = left.slope is not None and right.slope is not None and len(ends) == 2
    smooth = (
        whole
        and (same(*slopes, 1e-12) or max(map(abs, slopes)) < DUST)
        and (same(*ends, 1e-12) or max(map(abs, ends)) < DUST)
    )
    if not no_derivative:
        if math.isfinite(here) and ends and not all(agrees(here, end, 1e-9) for end in ends):
            lies.append(f"value {here}, beside it {[float(x) for x in ends]}")
        if smooth and not agrees(entry, slopes[1]):
            lies.append(f"slope {entry}, truly {float(slopes[1])}")
        if not smooth and left.defined and right.defined and (len(slopes) == 2 or left.steep or right.steep):
            lies.append(f"no note, and no derivative: {sides}")
        if left.defined != right.defined:
            lies.append("no note at an edge")
    corner = set(told) & {"tie", "kink", "kink_rounded", "kink_nan"}
    if corner and smooth:
        lies.append(f"{corner}, and it is smooth: {float(slopes[0])}")
    for code in corner:
        for fact, s in (("left", left), ("right", right)):
            if s.slope is None or not agrees(float(told[code][fact]), s.slope, 1e-3):
                lies.append(f"{code}: {fact} {told[code][fact]}, truly {s.slope}")
    if "jump" in told and (len(ends) == 2 and same(*ends, 1e-25) and agrees(here, ends[0], 1e-9)):
        lies.append("jump, and there is none")
    for code in set(told) & {"hole", "removable"}:
        limit = float(told[code]["limit"])
        if not all(agrees(limit, end, 1e-3) for end in ends):
            lies.append(f"{code} {limit}, truly {ends}")
    if "convention" in told and slopes and not agrees(float(told["convention"]["slope"]), slopes[0], 1e-3):
        lies.append(f"convention {told['convention']}, truly {float(slopes[0])}")
    if "formula_nan" in told and slopes and not agrees(float(told["formula_nan"]["slope"]), slopes[0], 1e-3):
        lies.append(f"formula_nan {told['formula_nan']}, truly {float(slopes[0])}")
    if "singular" in told and smooth:
        lies.append("singular, and it is smooth")
    if "edge" in told and left.defined == right.defined:
        lies.append("edge, and there is none")
    if "isolated" in told and (left.defined or right.defined):
        lies.append("isolated, and it is not")
    if "pole" in told and len(ends) == 2 and max(map(abs, ends)) < 1e15:
        lies.append(f"pole, and it is bounded: {ends}")
    return lies


def found(count: int, seed: int) -> list[str]:
    rng = random.Random(seed)
    return [lie for _ in range(count) for lie in lies(problem(rng))]


def test_a_thousand_problems_at_special_points_are_told_truly():
    assert found(1_000, seed=1) == []


@pytest.mark.slow
def test_twenty_thousand_problems_at_special_points_are_told_truly():
    assert found(20_000, seed=2) == []
