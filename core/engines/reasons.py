"""The reasons why engines differ: one rule each, from an entry dy_i/dx_j as everybody sees it to its facts.

How a reader is told is the words' business.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from core.engines.local import Event, Output

Facts = dict[str, str]

# code -> the names of its facts, in the order in which reasons are told
CODES: dict[str, tuple[str, ...]] = {
    "overflow": ("operation", "value"),
    "removable": ("operation", "value", "limit"),
    "undefined": ("operation", "value"),
    "jump": ("operation", "before", "here", "after"),
    "singular": ("operation", "left", "right"),
    "tie": ("operation", "left", "right", "torch", "sympy"),
    "kink": ("operation", "left", "right", "torch", "sympy"),
    "formula_nan": ("operation", "slope", "torch", "sympy"),
    "convention": ("operation", "slope", "torch", "sympy"),
    "isolated": ("operation",),
    "nan_branch": ("operation", "torch", "sympy"),
    "linearised": ("operation", "torch", "sympy"),
    "zero_weight": ("operation",),
    "edge": ("side", "slope"),
    "no_dependence": (),
    "near_kink": ("operation", "distance"),
    "rounding": ("torch", "sympy"),
    "step": ("measured", "error"),
    "unexplained": ("engine", "value", "sympy"),
}
# reasons why the derivative does not exist, whoever computes it
NO_DERIVATIVE = ("overflow", "removable", "undefined", "jump", "singular", "tie", "kink", "isolated")
# reasons that concern one engine only
ONLY = {
    "nan_branch": "torch",
    "linearised": "torch",
    "no_dependence": "torch",
    "rounding": "torch",
    "edge": "finite_difference",
    "near_kink": "finite_difference",
    "step": "finite_difference",
}
# told, the first of them, where nothing else explains the finite difference
FALLBACK = ("near_kink", "step")

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
    before: float
    after: float
    limit: float
    jumps: bool
    reach: float
    spoiled: bool  # torch's nan comes from another row of the same column

    @property
    def switches(self) -> list[Event]:
        return self.output.happened("switch", self.j)

    @property
    def infinite(self) -> list[Event]:
        """Operations on the way whose own derivative is infinite, or that have no value."""
        return self.output.happened("infinite", self.j) + self.output.happened("undefined")

    @property
    def hidden(self) -> list[Event]:
        """Trouble in branches that are not taken."""
        return [event for event in self.output.trouble(self.j) if event.hidden]

    @property
    def defined(self) -> bool:
        return math.isfinite(self.here)

    @property
    def smooth(self) -> bool:
        """Both one-sided slopes exist and are the same."""
        size = max(1.0, abs(self.left), abs(self.right))
        return abs(self.right - self.left) <= SAFETY * self.side_error + MEASURED * size

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
    def allowed(self) -> float:
        """How far a finite difference may be off: its own error estimate, within reason."""
        size = abs(self.sympy)
        own = SAFETY * self.error if self.error < math.inf else 0.0
        return min(MEASURED * size + own, COARSE * size + MEASURED)

    @property
    def torch_is_close(self) -> bool:
        return near(self.torch, self.sympy, CLOSE * abs(self.sympy))

    @property
    def measured_is_close(self) -> bool:
        return near(self.measured, self.sympy, self.allowed)


def _number(value: float) -> str:
    return f"{value + 0:.4g}"  # + 0: no -0


def facts(code: str, *values: str | float) -> Facts:
    texts = (value if isinstance(value, str) else _number(value) for value in values)
    return dict(zip(CODES[code], texts, strict=True))


# ── One rule per reason: an entry → its facts, or None ───────────────────────────────────────────────────


def first(events: Iterable[Event]) -> str:
    return next((event.text for event in events), "")


def _jump(e: Entry) -> Facts | None:
    causes = e.switches + e.infinite
    return facts("jump", first(causes), e.before, e.here, e.after) if causes and e.jumps else None


def _singular(e: Entry) -> Facts | None:
    causes = e.infinite + e.switches + e.hidden
    endless = any(map(math.isinf, (e.slope, e.left, e.right)))
    return facts("singular", first(causes), e.left, e.right) if causes and endless and not e.jumps else None


def _corner(code: str, belongs: Callable[[Event], bool]) -> Callable[[Entry], Facts | None]:
    def rule(e: Entry) -> Facts | None:
        events = [event for event in e.switches + e.infinite if belongs(event)]
        return facts(code, events[0].text, e.left, e.right, e.torch, e.sympy) if events and e.corner else None

    return rule


def _formula_nan(e: Entry) -> Facts | None:
    elsewhere = e.spoiled or e.corner or (e.hidden and math.isfinite(e.sympy)) or _overflow(e)
    measured = all(math.isfinite(slope) or math.isnan(slope) for slope in (e.left, e.right))
    if elsewhere or not measured or not math.isfinite(e.measured) or all(map(math.isfinite, (e.torch, e.sympy))):
        return None
    return facts("formula_nan", first(e.infinite), e.measured, e.torch, e.sympy)


def _convention(e: Entry) -> Facts | None:
    one_sided = math.isfinite(e.measured) and math.isnan(e.left) != math.isnan(e.right)
    if not e.switches or e.jumps or not (e.smooth or one_sided) or not math.isfinite(e.torch):
        return None
    off = max(abs(e.torch - e.measured), abs(e.sympy - e.measured))
    usual = off <= SAFETY * e.side_error + MEASURED * (1 + abs(e.measured))
    return None if usual and e.torch_is_close else facts("convention", first(e.switches), e.measured, e.torch, e.sympy)


def _isolated(e: Entry) -> Facts | None:
    alone = not math.isfinite(e.before) and not math.isfinite(e.after)
    return facts("isolated", first(e.infinite)) if alone else None


def _edge(e: Entry) -> Facts | None:
    left, right = math.isfinite(e.before), math.isfinite(e.after)
    return facts("edge", *(("-", e.left) if left else ("+", e.right))) if left != right else None


def _nan_branch(e: Entry) -> Facts | None:
    lost = e.hidden and not math.isfinite(e.torch)
    return facts("nan_branch", first(e.hidden), e.torch, e.sympy) if lost else None


def _linearised(e: Entry) -> Facts | None:
    events = e.output.happened("linearised", e.j)
    off = math.isfinite(e.torch) and math.isfinite(e.sympy) and not e.torch_is_close
    return facts("linearised", first(events), e.torch, e.sympy) if events and off else None


def _overflow(e: Entry) -> Facts | None:
    """The value left the range of float64 on the way to y_i, or its derivative on the way back."""
    fine = math.isfinite(e.sympy) and e.torch_is_close
    linearised = e.output.happened("linearised", e.j)
    if e.switches or e.infinite or e.hidden or linearised or e.spoiled or fine:
        return None
    events = e.output.happened("range", e.j)
    lost = not math.isfinite(e.torch) or (e.torch == 0 and abs(e.slope) > SAFETY * e.noise)
    return facts("overflow", first(events), e.torch) if events or lost else None


def _undefined(e: Entry) -> Facts | None:
    """y_i has a value although an operation on the way has none: a comparison with nan, a sign of nan."""
    events = e.output.happened("undefined")
    return facts("undefined", first(events), e.here) if events and not e.torch_is_close else None


def _rounding(e: Entry) -> Facts | None:
    off = abs(e.torch - e.sympy)
    # at a switch the nudges themselves change the formula, so they promise nothing
    noise = LAST_DIGITS * (1 + abs(e.here)) if e.switches or e.infinite else SAFETY * e.noise
    within = math.isfinite(off) and not e.torch_is_close and off <= noise
    return facts("rounding", e.torch, e.sympy) if within else None


def _near_kink(e: Entry) -> Facts | None:
    ahead = [
        (event.distance[e.j], event.text)
        for event in e.output.events
        if event.kind == "switch" and not event.reached and event.touches[e.j]
    ]
    distance, operation = min(ahead, default=(math.inf, ""))
    return facts("near_kink", operation, distance) if distance < e.reach and not e.measured_is_close else None


def _step(e: Entry) -> Facts | None:
    """Where two exact methods agree, what finite differences say beside them is their own error."""
    certain = e.torch_is_close or near(e.slope, e.sympy, CLOSE * abs(e.sympy) + SAFETY * e.noise)
    if not math.isfinite(e.sympy) or not certain or e.measured_is_close:
        return None
    return facts("step", e.measured, e.error)


RULES: dict[str, Callable[[Entry], Facts | None]] = {
    "overflow": _overflow,
    "jump": _jump,
    "singular": _singular,
    "tie": _corner("tie", lambda event: event.op in ("max", "min")),
    "kink": _corner("kink", lambda event: event.op not in ("max", "min")),
    "formula_nan": _formula_nan,
    "convention": _convention,
    "undefined": _undefined,
    "isolated": _isolated,
    "edge": _edge,
    "nan_branch": _nan_branch,
    "linearised": _linearised,
    "rounding": _rounding,
    "near_kink": _near_kink,
    "step": _step,
}


def near(a: float, b: float, allowed: float) -> bool:
    if math.isfinite(a) and math.isfinite(b):
        return abs(a - b) <= allowed + NOTHING
    return a == b or (math.isnan(a) and math.isnan(b))
