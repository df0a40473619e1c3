"""The reasons why engines differ: one rule each, from an entry dy_i/dx_j as everybody sees it to its facts.

How a reader is told is the words' business.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import itemgetter

from core.engines.forward_mode import Event, Output
from core.engines.referee import Referee, same

Facts = dict[str, str]

SIDES = ("operation", "left", "right", "torch", "sympy")
# code -> the names of its facts, in the order in which reasons are told
CODES: dict[str, tuple[str, ...]] = {
    "overflow": ("operation", "value"),
    "removable": ("operation", "value", "limit", "torch"),
    "hole": ("operation", "value", "limit"),
    "undefined": ("operation", "value"),
    "pole": ("operation", "torch"),
    "jump": ("operation", "before", "here", "after", "torch"),
    "singular": ("operation", "left", "right", "torch"),
    "swings": ("operation", "torch"),
    "tie": SIDES,
    "kink": SIDES,
    "kink_rounded": SIDES,
    "kink_nan": SIDES,
    "formula_nan": ("operation", "slope", "torch", "sympy"),
    "convention": ("operation", "slope", "torch", "sympy"),
    "isolated": (),
    "overflow_back": ("torch", "sympy"),
    "nan_branch": ("operation", "value", "torch", "sympy"),
    "linearised": ("operation", "torch", "sympy"),
    "zero_weight": ("operation",),
    "zero_weight_formula": ("operation", "torch"),
    "edge": ("side", "slope"),
    "overflow_value": ("operation", "value"),
    "cancellation": ("operation", "value", "true", "torch", "sympy"),
    "no_dependence": (),
    "near_kink": ("operation", "distance"),
    "near_edge": ("operation", "distance"),
    "rounding": ("torch", "sympy"),
    "absorbed": ("operation",),
    "step": ("measured", "sympy"),
    "unexplained": ("engine", "value", "sympy"),
}
# switches that change the slope and never the value
CONTINUOUS = frozenset("abs relu relu6 leaky_relu selu hardtanh clamp clamp_min clamp_max max min".split())
CORNERS = ("tie", "kink", "kink_rounded", "kink_nan")
# reasons why the derivative does not exist, whoever computes it
NO_DERIVATIVE = (
    "overflow",
    "removable",
    "hole",
    "undefined",
    "pole",
    "jump",
    "singular",
    "swings",
    *CORNERS,
    "isolated",
)
# reasons why the formula does not say the slope that there is
CORRECTED = ("formula_nan", "convention")
# reasons beside which nothing else is worth telling of the formula or of the finite difference
ALONE = ("pole", "isolated")
# reasons that are told of a point where f has no value and floats find one
STEPPED_OVER = ("pole", "jump", "nan_branch")
# reasons that concern one engine only
ONLY = {
    "nan_branch": "torch",
    "linearised": "torch",
    "no_dependence": "torch",
    "edge": "finite_difference",
    "overflow_value": "finite_difference",
    "near_kink": "finite_difference",
    "near_edge": "finite_difference",
    "absorbed": "finite_difference",
    "step": "finite_difference",
}
# told, the first of them, where nothing else explains the finite difference
FALLBACK = ("near_kink", "near_edge", "absorbed", "step")

EXACT = 4 * 2.0**-52  # of the sum of |v_i J_ij|: a few units in the last place
CLOSE = 1e-9
MEASURED = 1e-6  # what a finite difference is asked for
COARSE = 1e-3  # worse than this it says nothing, whatever its error estimate
SAFETY = 20  # times an error estimate
LAST_DIGITS = 64 * 2.0**-52
NOTHING = 1e-300  # a difference of this size is none


@dataclass(frozen=True)
class Entry:
    """dy_i/dx_j as everybody sees it."""

    j: int
    output: Output
    here: float  # y_i by finite differences
    sympy: float
    torch: float
    measured: float
    error: float
    left: float
    right: float
    side_error: float
    scale: float  # the largest of y_i, the entries of its row, and 1
    before: float
    after: float
    limit: float
    jumps: bool
    unbounded: bool
    reach: float
    spoiled: bool  # torch's nan comes from another row of the same column
    in_floats: float  # y_i as floats compute it, nan where an operation on the way has no value for them
    referee: Referee | None = None  # whose answers the sides and limits are, where it was asked
    defined_beside: tuple[bool, bool] = (True, True)  # by the referee
    swings: bool = False  # by the referee: its difference quotients, however small the step
    true: float = math.nan  # the slope by the referee, nan where there is none or nobody knows

    @property
    def switches(self) -> list[Event]:
        return self.output.happened("switch", self.j)

    @property
    def infinite(self) -> list[Event]:
        """Operations on the way whose own derivative is infinite."""
        return self.output.happened("infinite", self.j)

    @property
    def edges(self) -> list[Event]:
        """Operations whose domain ends here, those that min or max do not choose included."""
        return [event for hidden in (False, True) for event in self.output.happened("edge", self.j, hidden)]

    @property
    def poles(self) -> list[Event]:
        """Operations that grow without end here, those that are not chosen included."""
        return [event for hidden in (False, True) for event in self.output.happened("pole", self.j, hidden)]

    @property
    def hidden(self) -> list[Event]:
        """Trouble in branches that are not taken."""
        return [event for event in self.output.trouble(self.j) if event.hidden]

    @property
    def leaks(self) -> bool:
        """Torch's nan or infinity is this row's own."""
        return self.output.touches[self.j] and not math.isfinite(self.torch) and not self.spoiled

    @property
    def defined(self) -> bool:
        return math.isfinite(self.here)

    @property
    def derivative(self) -> float:
        """The true slope: by the referee, else what finite differences measure; what its own error hides is 0.

        nan where one side has an infinite one.
        """
        if self.referee:
            return self.true if math.isfinite(self.true) else math.nan
        if math.isinf(self.left) or math.isinf(self.right):
            return math.nan
        dust = SAFETY * self.error
        if dust > COARSE * max(1.0, abs(self.measured)):
            return math.nan
        return 0.0 if abs(self.measured) <= dust else self.measured

    @property
    def smooth(self) -> bool:
        """Both one-sided slopes exist and are the same."""
        if not (math.isfinite(self.left) and math.isfinite(self.right)):
            return self.left == self.right
        if self.referee:
            return same(self.left, self.right)
        size = max(1.0, abs(self.left), abs(self.right))
        return abs(self.right - self.left) <= SAFETY * self.side_error + MEASURED * size

    @property
    def sides(self) -> tuple[str, str]:
        """The one-sided slopes in print: what their own error hides is 0, and there is none where f is not defined."""
        dust = min(SAFETY * self.side_error, COARSE * self.scale)
        return tuple(_side(0.0 if abs(slope) <= dust else slope) for slope in (self.left, self.right))  # type: ignore[return-value]

    @property
    def slope(self) -> float:
        """The derivative by the chain rule, operation by operation."""
        return self.output.slopes[self.j]

    @property
    def corner(self) -> bool:
        """Both one-sided slopes exist and differ."""
        return math.isfinite(self.left) and math.isfinite(self.right) and not self.smooth and not self.jumps

    @property
    def noise(self) -> float:
        return self.output.noise[self.j]

    @property
    def scatter(self) -> float:
        """How far rounding alone may throw an exact rule off."""
        # at a switch the nudges themselves change the formula, so they promise nothing
        slopes = [abs(slope) for slope in (self.left, self.right, self.sympy) if math.isfinite(slope)]
        noise = LAST_DIGITS * max(slopes, default=0.0) if self.switches or self.infinite else SAFETY * self.noise
        return noise if math.isfinite(noise) else 0.0

    @property
    def rounding(self) -> float:
        """How far the arithmetic of floats may throw a sum off whose terms cancel."""
        terms = LAST_DIGITS * self.output.terms[self.j]
        return max(self.scatter, terms) if math.isfinite(terms) else self.scatter

    @property
    def dust(self) -> float:
        """A scatter that nobody would see beside y_i and its other slopes: cos(pi/2) is 6e-17 in floats."""
        return min(self.scatter, CLOSE * self.scale)

    @property
    def close(self) -> float:
        """How far torch's entry may be off and still agree."""
        return CLOSE * abs(self.sympy) + self.dust

    @property
    def allowed(self) -> float:
        """How far a finite difference may be off: its own error estimate, within reason."""
        size = abs(self.sympy)
        own = SAFETY * self.error if self.error < math.inf else 0.0
        return min(MEASURED * size + own, COARSE * size + MEASURED) + self.dust

    @property
    def torch_is_close(self) -> bool:
        return near(self.torch, self.sympy, self.close)

    @property
    def measured_is_close(self) -> bool:
        return near(self.measured, self.sympy, self.allowed)


def _number(value: float) -> str:
    return f"{value + 0:.4g}"  # + 0: no -0


def _side(value: float) -> str:
    return "–" if math.isnan(value) else _number(value)


def facts(code: str, *values: str | float) -> Facts:
    texts = (value if isinstance(value, str) else _number(value) for value in values)
    return dict(zip(CODES[code], texts, strict=True))


# ── One rule per reason: an entry → its facts, or None ───────────────────────────────────────────────────


def first(events: Iterable[Event], output: Output) -> str:
    """The operation to blame; the outermost one where none is known, for the way leads through it in any case."""
    return next((event.text for event in events), output.text)


def _pole(e: Entry) -> Facts | None:
    causes = e.poles + e.infinite + e.hidden + e.switches
    return facts("pole", causes[0].text, e.torch) if causes and e.unbounded else None


def _jump(e: Entry) -> Facts | None:
    hidden = e.output.happened("switch", e.j, hidden=True)  # what is not chosen here may be chosen just beside
    causes = sorted(e.switches + e.infinite + e.poles + hidden, key=lambda event: event.op in CONTINUOUS)
    values = map(_side, (e.before, e.here, e.after))
    return facts("jump", causes[0].text, *values, e.torch) if causes and e.jumps else None


def _singular(e: Entry) -> Facts | None:
    causes = e.infinite + e.hidden + e.switches
    unmeasured = not math.isfinite(e.left) and not math.isfinite(e.right)
    endless = math.isinf(e.left) or math.isinf(e.right) or (math.isinf(e.slope) and unmeasured)
    return facts("singular", causes[0].text, *e.sides, e.torch) if causes and endless and not e.jumps else None


def _swings(e: Entry) -> Facts | None:
    causes = e.switches + e.infinite + e.poles + e.hidden
    return facts("swings", first(causes, e.output), e.torch) if e.swings and not e.jumps else None


def _corner(code: str) -> Callable[[Entry], Facts | None]:
    def rule(e: Entry) -> Facts | None:
        kind, events = _kind_of_corner(e)
        return facts(code, events[0].text, *e.sides, e.torch, e.sympy) if events and kind == code else None

    return rule


def _kind_of_corner(e: Entry) -> tuple[str, list[Event]]:
    """Which corner it is, and the operations that make it: none where there is no corner."""
    if not e.corner:
        return "", []
    if not e.switches or not math.isfinite(e.torch):
        return "kink_nan", e.infinite + e.switches
    exact = [event for event in e.switches if event.exact]
    ties = [event for event in exact if event.op in ("max", "min")]
    return ("tie", ties) if ties else ("kink", exact) if exact else ("kink_rounded", e.switches)


def true_slope(e: Entry) -> float:
    """The slope where the formula says another number, or none."""
    lost = e.output.happened("lost", e.j)
    return e.slope if lost and math.isfinite(e.slope) and not math.isfinite(e.sympy) else e.derivative


def _formula_nan(e: Entry) -> Facts | None:
    cancelled = e.output.happened("cancelled", e.j)
    elsewhere = cancelled or e.spoiled or e.corner or e.jumps or (e.hidden and math.isfinite(e.sympy))
    slope = true_slope(e)
    if elsewhere or _out_of_range(e) or not math.isfinite(slope) or all(map(math.isfinite, (e.torch, e.sympy))):
        return None
    lost = e.output.happened("lost", e.j)
    return facts("formula_nan", first(e.infinite + lost, e.output), slope, e.torch, e.sympy)


def _convention(e: Entry) -> Facts | None:
    one_sided = math.isfinite(e.measured) and math.isnan(e.left) != math.isnan(e.right)
    if not e.switches or e.jumps or not (e.smooth or one_sided):
        return None
    slope = e.derivative
    allowed = SAFETY * e.side_error + MEASURED * (1 + abs(slope))
    usual = all(math.isfinite(answer) and abs(answer - slope) <= allowed for answer in (e.torch, e.sympy))
    told_elsewhere = not math.isfinite(e.torch) and not abs(e.sympy - slope) > allowed
    if not math.isfinite(slope) or told_elsewhere:
        return None
    said = facts("convention", e.switches[0].text, e.derivative, e.torch, e.sympy)
    return None if usual and e.torch_is_close else said


def _isolated(e: Entry) -> Facts | None:
    alone = math.isnan(e.before) and math.isnan(e.after)
    known = e.edges or e.infinite or (math.isnan(e.left) and math.isnan(e.right))
    return facts("isolated") if alone and known else None


def _edge(e: Entry) -> Facts | None:
    left, right = math.isfinite(e.before), math.isfinite(e.after)
    beyond = e.right if left else e.left
    endless = all(e.defined_beside) if e.referee else not (e.edges or e.infinite)
    if left == right or e.jumps or not math.isnan(beyond) or endless:
        return None
    return facts("edge", *(("-", e.sides[0]) if left else ("+", e.sides[1])))


def _nan_branch(e: Entry) -> Facts | None:
    lost = e.hidden and not math.isfinite(e.torch)
    return facts("nan_branch", e.hidden[0].text, e.hidden[0].result, e.torch, e.sympy) if lost else None


def _linearised(e: Entry) -> Facts | None:
    events = e.output.happened("linearised", e.j)
    off = math.isfinite(e.torch) and math.isfinite(e.sympy) and not e.torch_is_close
    return facts("linearised", events[0].text, e.torch, e.sympy) if events and off else None


def _out_of_range(e: Entry) -> bool:
    """The value left the range of float64 on the way to y_i, or its derivative on the way back."""
    fine = math.isfinite(e.sympy) and e.torch_is_close
    linearised = e.output.happened("linearised", e.j)
    if e.switches or e.infinite or e.hidden or linearised or e.spoiled or fine or e.output.happened("cancelled", e.j):
        return False
    slope = max(abs(e.slope), abs(e.true)) if e.referee else abs(e.slope)
    lost = not math.isfinite(e.torch) or (e.torch == 0 and slope > SAFETY * e.noise)
    return lost or bool(e.output.happened("range", e.j))


def _overflow(e: Entry) -> Facts | None:
    events = e.output.happened("range", e.j)
    return facts("overflow", events[0].text, events[0].result) if events and _out_of_range(e) else None


def _overflow_back(e: Entry) -> Facts | None:
    forward = e.output.happened("range", e.j)
    return facts("overflow_back", e.torch, e.sympy) if not forward and _out_of_range(e) else None


def _cancellation(e: Entry) -> Facts | None:
    events = e.output.happened("cancelled", e.j)
    if not events or (e.torch_is_close and math.isfinite(e.measured)) or e.output.happened("linearised", e.j):
        return None
    lost = events[0]
    return facts("cancellation", lost.text, lost.result, lost.true, *apart(e.torch, e.sympy))


def _rounding(e: Entry) -> Facts | None:
    off = abs(e.torch - e.sympy)
    within = math.isfinite(off) and not e.torch_is_close and off <= e.rounding
    return facts("rounding", *apart(e.torch, e.sympy)) if within else None


def apart(a: float, b: float) -> tuple[str, str]:
    """Two numbers with as many digits as it takes to tell one from the other, four at least."""
    pairs = ((f"{a + 0:.{digits}g}", f"{b + 0:.{digits}g}") for digits in range(4, 18))
    return next((pair for pair in pairs if pair[0] != pair[1]), (_number(a), _number(b)))


def _nearby(code: str, *kinds: str) -> Callable[[Entry], Facts | None]:
    """Something closer than the largest step that a finite difference takes, where that came out wrong.

    The distance is a guess along the tangent until the referee has seen it.
    """

    def rule(e: Entry) -> Facts | None:
        ahead = [
            (event.distance[e.j], event)
            for event in e.output.events
            if event.kind in kinds and not event.reached and event.touches[e.j] and event.distance[e.j] < e.reach
        ]
        if e.measured_is_close:
            return None
        found = (
            facts(code, event.text, distance)
            for distance, event in sorted(ahead, key=itemgetter(0))
            if e.referee is None or e.referee.changes(event.margins, e.j, distance)
        )
        return next(found, None)

    return rule


def _absorbed(e: Entry) -> Facts | None:
    """Beside a large value the changes of a small one are below its last digit."""
    certain = e.torch_is_close and math.isfinite(e.sympy) and near(e.true, e.sympy, e.close)
    if not e.referee or not e.sympy or e.measured_is_close or not certain:
        return None
    hidden = abs(e.sympy) * e.reach < SAFETY * LAST_DIGITS * abs(e.here)
    return facts("absorbed", e.output.text) if hidden else None


def _step(e: Entry) -> Facts | None:
    """Where two exact methods agree, what finite differences say beside them is their own error."""
    agreed = e.torch_is_close or near(e.slope, e.sympy, CLOSE * abs(e.sympy) + SAFETY * e.noise)
    certain = near(e.true, e.sympy, e.close) if e.referee else agreed
    if not math.isfinite(e.sympy) or not certain or e.measured_is_close:
        return None
    return facts("step", *apart(e.measured, e.sympy))


RULES: dict[str, Callable[[Entry], Facts | None]] = {
    "overflow": _overflow,
    "pole": _pole,
    "jump": _jump,
    "singular": _singular,
    "swings": _swings,
    **{code: _corner(code) for code in CORNERS},
    "formula_nan": _formula_nan,
    "convention": _convention,
    "isolated": _isolated,
    "overflow_back": _overflow_back,
    "edge": _edge,
    "nan_branch": _nan_branch,
    "linearised": _linearised,
    "cancellation": _cancellation,
    "rounding": _rounding,
    "near_kink": _nearby("near_kink", "switch"),
    "near_edge": _nearby("near_edge", "edge", "pole"),
    "absorbed": _absorbed,
    "step": _step,
}
# of an input that does not occur in y_i
BESIDE = {"step": _step}


def near(a: float, b: float, allowed: float) -> bool:
    if math.isfinite(a) and math.isfinite(b):
        return abs(a - b) <= allowed + NOTHING
    return a == b or (math.isnan(a) and math.isnan(b))
