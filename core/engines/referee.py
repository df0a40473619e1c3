"""What is true at a point and beside it, in as many digits as it takes: asked where engines differ or an edge is near.

Like finite differences the referee only calls f, on a table of its own (``core.numbers.precise``), but with steps
of 2^-120 and beyond. What f and its difference quotients tend to is read off such steps, and where they cannot tell,
nothing is claimed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np
from mpmath import libmp

from core.expression.tree import Node, number
from core.numbers.precise import BUDGET, LEVELS, NAN, ZERO, Point, Real, Unclear, as_float, is_finite, real, size

STEP = 120  # the usual step is 2^-120: no two numbers that a person types are that close, but for equal ones
CLOSER = 40  # bits by which the step is smaller than the distance to whatever is near
SHARE = BUDGET // 2  # of all that may be asked, for one entry of J: a hard one leaves something for the others
FEW = (Fraction(1), Fraction(3, 5), Fraction(7, 20))  # steps that no oscillation takes for the same,
FURTHER = (11, 17, 23)  # nor together with those that are smaller by so many bits: relu(sin(log(x))) is 0 half the time
SETTLED = 2.0**-33  # of a quantity that no longer moves between those steps
LADDERS = ((60, 120, 240, 480), (75, 150, 300, 600))  # exponents of the steps where it does, twice as many each time
TINY = 2.0**-60
FADED = 1e-3  # of a movement: what is left of it where it dies down
PRINTED = 1e-9
NARROW, WIDE = Fraction(1, 2), Fraction(2)  # times the distance that a note tells


@dataclass(frozen=True)
class Truth:
    """y_i along x_j: what it tends to on either side, and its one-sided slopes; nan where there is no such thing.

    ``jumps``: on one side it tends to another value than it has, or than on the other, or to none; ``unbounded``: to
    an infinity.
    """

    here: float
    before: float
    after: float
    left: float
    right: float
    jumps: bool
    unbounded: bool
    defined: tuple[bool, bool] = (True, True)  # just before, just after
    swings: bool = False  # a difference quotient does, and so tends to nothing

    @property
    def limit(self) -> float:
        """What it tends to from both sides alike."""
        agreed = math.isfinite(self.before) and same(self.before, self.after)
        return self.after if agreed else math.nan

    @property
    def slope(self) -> float:
        """The derivative, one-sided at the end of the domain; nan where there is none."""
        if math.isnan(self.left) or math.isnan(self.right):
            return self.right if math.isnan(self.left) else self.left
        return self.right if same(self.left, self.right) else math.nan


NOWHERE = Truth(*(math.nan,) * 5, jumps=False, unbounded=False)


def same(a: float, b: float) -> bool:
    """Whether two answers of the referee are one."""
    return a == b or abs(a - b) <= PRINTED * max(abs(a), abs(b))


def decimal(value: float) -> Node:
    """A float as the tree of the decimal that a person would write for it."""
    return Node("neg", (number(repr(-value)),)) if value < 0 else number(repr(value))


class Referee:
    """Answers questions about some outputs at a point whose coordinates are trees without names."""

    def __init__(self, inputs: Sequence[str], trees: Sequence[Node]) -> None:
        self.inputs, self.point = tuple(inputs), Point(inputs, trees)
        self._here: dict[tuple[int, int], Real] = {}

    def value(self, output: Node) -> float:
        """The value at the point; nan where an operation on the way has none. Raises Unclear."""
        value = self.point.at(output)
        return as_float(value.high) if value.sound else math.nan

    def along(self, output: Node, j: int, nearest: float = 1.0) -> Truth:
        """Everything about ``output`` along input j, with steps well below ``nearest``. Raises Unclear."""
        try:
            return self._along(output, j, nearest)
        except Unclear:
            self.point.limit = self.point.spent + SHARE
            if math.isnan(self.value(output)):  # that much is known
                return NOWHERE
            raise

    def _along(self, output: Node, j: int, nearest: float) -> Truth:
        self.point.limit = min(self.point.spent + SHARE, BUDGET)
        here = self.value(output)
        exponent = max(STEP, CLOSER - math.frexp(nearest)[1]) if nearest else STEP
        before, after = ends = [self._tends(self._shifted(output, j, s), exponent) for s in (-1, 1)]
        quotients = [self._quotient(output, j, s) for s in (-1, 1)]
        left, right = (
            self._tends(quotient, exponent) if math.isfinite(here) and end == end else math.nan
            for quotient, end in zip(quotients, ends, strict=True)
        )
        defined = tuple(
            end == end or self._shifted(output, j, s)(Fraction(1), exponent)[0] != NAN
            for s, end in zip((-1, 1), ends, strict=True)
        )
        found = [value for value in (here, *ends) if math.isfinite(value)]
        jumps = (
            (len(found) > 1 and not all(same(value, found[0]) for value in found))
            or any(
                math.isinf(slope) and math.isfinite(end) and self._stays_apart(output, j, s, exponent)
                for s, end, slope in zip((-1, 1), ends, (left, right), strict=True)
            )
            or any(
                math.isfinite(here) and math.isnan(end) and there and _swings(self._shifted(output, j, s), exponent)
                for s, end, there in zip((-1, 1), ends, defined, strict=True)
            )
        )
        swings = any(
            math.isfinite(here) and math.isfinite(end) and math.isnan(slope) and _swings(quotient, exponent)
            for end, slope, quotient in zip(ends, (left, right), quotients, strict=True)
        )
        return Truth(
            here, before, after, left, right, jumps, any(map(math.isinf, ends)), (defined[0], defined[1]), swings
        )

    def beyond(self, output: Node) -> Truth:
        """The same along an input that does not occur in ``output``. Raises Unclear."""
        here = self.value(output)
        return Truth(here, here, here, 0.0, 0.0, False, False)

    def tends_to(self, output: Node, limit: float) -> bool:
        """Whether ``output`` tends to ``limit`` along diagonals and curved paths too, not on the axes alone.

        x*y/(x^2 + y^2) is 0 on both axes and 1/2 on the diagonal; x^2*y/(x^4 + y^2) is 1/2 on the parabola y = x^2.
        """
        with suppress(Unclear):
            return self._tends_to(output, limit)
        return False

    def _tends_to(self, output: Node, limit: float) -> bool:
        n = len(self.inputs)
        slants = [[(Fraction(sign ** (k % 2)) * (1 + k * lean), -STEP) for k in range(n)]
                  for sign in (1, -1) for lean in (0, Fraction(1, 2))]  # fmt: skip
        curves = [[(Fraction(1), -STEP * (1 if k == j else power)) for k in range(n)]
                  for j in range(n) for power in (2, 3)]  # fmt: skip
        for path in slants + curves:
            for sign in (1, -1):
                steps = {name: (sign * q, e) for name, (q, e) in zip(self.inputs, path, strict=True)}
                found = as_float(self._beside(output, steps)[0])
                if not abs(found - limit) <= 1e-6 * max(abs(limit), 1.0):
                    return False
        return True

    def changes(self, margins: Iterable[Node], j: int, distance: float) -> bool:
        """Whether one of the quantities changes its sign along input j about so far away, and none any closer."""
        with suppress(Unclear):
            return 0 < distance < math.inf and self._changes(margins, j, distance)
        return False

    def _changes(self, margins: Iterable[Node], j: int, distance: float) -> bool:
        q = Fraction(distance)
        found = False
        for margin in margins:
            sign = _sign(self.point.at(margin).high)
            near, far = (
                [_sign(self._beside(margin, {self.inputs[j]: (s * times * q, 0)})[0]) for s in (-1, 1)]
                for times in (NARROW, WIDE)
            )
            if any(other != sign for other in near):
                return False
            found |= any(other != sign for other in far)
        return found

    def _beside(self, output: Node, steps: Mapping[str, tuple[Fraction, int]]) -> tuple[Real, int]:
        value, level = self.point.beside(output, steps, _least_level(steps, self._exactly(output, 0)))
        return (value.high if value.sound else NAN), level

    def _shifted(self, output: Node, j: int, sign: int) -> Callable[[Fraction, int], tuple[Real, int]]:
        """The output itself, by the step."""
        return lambda q, exponent: self._beside(output, {self.inputs[j]: (sign * q, -exponent)})

    def _quotient(self, output: Node, j: int, sign: int) -> Callable[[Fraction, int], tuple[Real, int]]:
        """The difference quotient, by the step."""

        def of(q: Fraction, exponent: int) -> tuple[Real, int]:
            moved, level = self._beside(output, {self.inputs[j]: (sign * q, -exponent)})
            if moved == NAN:
                return NAN, level
            bits = LEVELS[level]
            here = self._exactly(output, level)
            rise = libmp.mpf_sub(moved, here, bits)
            if size(rise) < size(here) - bits + 64:
                rise = ZERO
            return libmp.mpf_div(rise, libmp.mpf_shift(real(sign * q, bits), -exponent), bits), level

        return of

    def _stays_apart(self, output: Node, j: int, sign: int, exponent: int) -> bool:
        """Whether the rise from the point is as large at a far smaller step: a jump, however small."""
        of = self._quotient(output, j, sign)
        near, nearer = (as_float(libmp.mpf_shift(of(Fraction(1), e)[0], -e)) for e in (exponent, 4 * exponent))
        return near != 0 and same(near, nearer)

    def _exactly(self, output: Node, level: int) -> Real:
        """The value at the point with the digits of a level."""
        key = id(output), level
        if key not in self._here:
            here = self.point.at(output).high
            self._here[key] = here if here == ZERO or level == 0 else self.point.beside(output, {}, level)[0].high
        return self._here[key]

    def _tends(self, of: Callable[[Fraction, int], tuple[Real, int]], exponent: int) -> float:
        """What a quantity tends to as its step q·2^-e goes to 0: a float, ±inf, or nan. Raises Unclear."""
        few = [of(q, exponent)[0] for q in FEW]
        if NAN in few:
            if any(value != NAN for value in few):
                raise Unclear
            return math.nan
        if _settled(few) and _settled([*few, *(of(Fraction(1), exponent + bits)[0] for bits in FURTHER)]):
            return as_float(few[-1])
        ladders = [_limit([of(Fraction(1), e + exponent - STEP)[0] for e in ladder]) for ladder in LADDERS]
        return ladders[1] if same(*ladders) else math.nan


def _least_level(steps: Mapping[str, tuple[Fraction, int]], here: Real) -> int:
    """The level whose digits reach well beyond the smallest step, beside the value at the point."""
    reach = 3 * max((-e for _, e in steps.values()), default=0)
    reach += max(0, size(here)) if is_finite(here) else 0
    return next((k for k, bits in enumerate(LEVELS) if bits >= reach), len(LEVELS) - 1)


def _sign(a: Real) -> int:
    if a == NAN:
        raise Unclear
    return int(libmp.mpf_sign(a))


def _swings(of: Callable[[Fraction, int], tuple[Real, int]], exponent: int) -> bool:
    """Whether a quantity moves as much at far smaller steps: it tends to nothing."""
    moved = [np.ptp([as_float(of(q, e)[0]) for q in FEW]) for e in (exponent, 2 * exponent, 4 * exponent)]
    return bool(min(moved) > FADED * max(moved))


def _settled(values: Sequence[Real]) -> bool:
    if any(map(_is_infinite, values)):
        return len(set(values)) == 1
    if all(value == ZERO for value in values):
        return True
    spread = max(size(libmp.mpf_sub(a, b, 53)) for a, b in pairwise(values))
    return spread <= max(map(size, values)) + math.frexp(SETTLED)[1]


def _limit(values: Sequence[Real]) -> float:
    """What a sequence at steps h, h², h⁴, h⁸ tends to: a power of h to 0 or infinity, log h too, and c + small to c."""
    if NAN in values:
        return math.nan
    if _settled(values[1:]):
        return as_float(values[-1])
    if any(map(_is_infinite, values)):
        return math.nan
    sizes = [_log2(value) for value in values]
    if sizes[0] < -20 and all(b <= 1.5 * a for a, b in pairwise(sizes)):  # h*sin(1/h)
        return 0.0
    if ZERO in values or len(set(map(libmp.mpf_sign, values))) > 1:
        return math.nan
    growth = [b - a for a, b in pairwise(sizes)]
    doubled = [b / a if a else math.inf for a, b in pairwise(growth)]
    if all(abs(ratio - 2) < 0.2 for ratio in doubled):  # h^p
        return math.copysign(math.inf, libmp.mpf_sign(values[-1])) if growth[0] > 0 else 0.0
    change = [libmp.mpf_sub(b, a, 200) for a, b in pairwise(values)]
    if ZERO in change:
        return math.nan
    ratios = [as_float(libmp.mpf_div(b, a, 200)) for a, b in pairwise(change)]
    if all(-TINY < ratio < 0.8 for ratio in ratios) and abs(ratios[0] - ratios[1]) < 0.2:
        return _aitken(values[-1], change)
    if all(ratio > 0.9 for ratio in ratios) and growth[0] > 0 and sum(growth) > 1.5:  # log h
        return math.copysign(math.inf, libmp.mpf_sign(values[-1]))
    return math.nan


def _is_infinite(a: Real) -> bool:
    return a in (libmp.finf, libmp.fninf)


def _log2(a: Real) -> float:
    if a == ZERO:
        return -math.inf
    return math.log2(float(libmp.to_float(libmp.mpf_shift(libmp.mpf_abs(a), -size(a))))) + size(a)


def _aitken(last: Real, change: Sequence[Real]) -> float:
    """The limit of a sequence that approaches it by a steady factor (Aitken 1926); dust is 0."""
    second = libmp.mpf_sub(change[-1], change[-2], 200)
    limit = libmp.mpf_sub(last, libmp.mpf_div(libmp.mpf_mul(change[-1], change[-1], 200), second, 200), 200)
    return as_float(limit) if size(limit) > size(change[0]) - 33 else 0.0
