"""The derivatives of what is computed entry by entry: one table of formulas, with PyTorch's conventions at the kinks.

u, w, t are the arguments and r is the result: "1 - r^2" for tanh. A formula is read once, and the same tree gives
numbers (core.tensors.pullbacks), letters (core.tensors.letters) and the rule that a tape prints (core.engines).
"""

from __future__ import annotations

from functools import cache

from core.expression.operations import STEPS
from core.expression.tree import COMPARISONS, Node
from core.grammar import parse

ARGUMENTS = "uwt"
RESULT = "r"

SLOPES: dict[str, tuple[str | None, ...]] = {
    # operation        by u, by w, by t; None: nothing flows back
    "neg":        ("-1",),
    "+":          ("1", "1"),
    "-":          ("1", "-1"),
    "*":          ("w", "u"),
    "/":          ("1/w", "-r/w"),
    "^":          ("where(w == 0, 0, w*u^(w - 1))", "where(u == 0, where(w >= 0, 0, r*log(u)), r*log(u))"),
    "sin":        ("cos(u)",),
    "cos":        ("-sin(u)",),
    "tan":        ("1 + r^2",),
    "asin":       ("1/sqrt(1 - u^2)",),
    "acos":       ("-1/sqrt(1 - u^2)",),
    "atan":       ("1/(1 + u^2)",),
    "atan2":      ("where(u^2 + w^2 == 0, 0, w/(u^2 + w^2))", "where(u^2 + w^2 == 0, 0, -u/(u^2 + w^2))"),
    "sinh":       ("cosh(u)",),
    "cosh":       ("sinh(u)",),
    "tanh":       ("1 - r^2",),
    "asinh":      ("1/sqrt(u^2 + 1)",),
    "acosh":      ("1/sqrt(u^2 - 1)",),
    "atanh":      ("1/(1 - u^2)",),
    "exp":        ("r",),
    "expm1":      ("r + 1",),
    "log":        ("1/u",),
    "log1p":      ("1/(1 + u)",),
    "logaddexp":  ("sigmoid(u - w)", "sigmoid(w - u)"),
    "xlogy":      ("where(u == 0, where(w <= 0, 0, log(w)), log(w))", "u/w"),
    "sqrt":       ("1/(2*r)",),
    "cbrt":       ("1/(3*r^2)",),
    "erf":        ("2*exp(-u^2)/sqrt(pi)",),
    "erfc":       ("-2*exp(-u^2)/sqrt(pi)",),
    "sinc":       ("where(u == 0, 0, (cos(pi*u) - r)/u)",),
    "abs":        ("sign(u)",),
    "relu":       ("where(u > 0, 1, 0)",),
    "relu6":      ("where(u <= 0, 0, where(u >= 6, 0, 1))",),
    "leaky_relu": ("where(u > 0, 1, w)", None),
    "elu":        ("where(u > 0, 1, exp(u))",),
    "selu":       ("where(u > 0, 1.0507009873554805, 1.7580993408473766*exp(u))",),
    "gelu":       ("(1 + erf(u/sqrt(2)))/2 + u*exp(-u^2/2)/sqrt(2*pi)",),
    "silu":       ("sigmoid(u)*(1 + u*(1 - sigmoid(u)))",),
    "sigmoid":    ("r*(1 - r)",),
    "logsigmoid": ("sigmoid(-u)",),
    "softplus":   ("sigmoid(u)",),
    "hardtanh":   ("where(u <= -1, 0, where(u >= 1, 0, 1))",),
    "clamp":      (
        "where(u < w, 0, where(u > t, 0, 1))",
        "where(u < w, where(w < t, 1, 0), 0)",
        "where(u > t, 1, where(t < w, 1, 0))",
    ),
    "clamp_min":  ("where(u < w, 0, 1)", "where(u < w, 1, 0)"),
    "clamp_max":  ("where(u > w, 0, 1)", "where(u > w, 1, 0)"),
    **dict.fromkeys(STEPS, ("0",)),
    "frac":       ("1",),
    "fmod":       ("1", "-trunc(u/w)"),
    "remainder":  ("1", "-floor(u/w)"),
    "min":        ("where(u < w, 1, where(u == w, 1/2, 0))", "where(w < u, 1, where(u == w, 1/2, 0))"),
    "max":        ("where(u > w, 1, where(u == w, 1/2, 0))", "where(w > u, 1, where(u == w, 1/2, 0))"),
    "where":      (None, "where(u != 0, 1, 0)", "where(u != 0, 0, 1)"),
    **dict.fromkeys(COMPARISONS, (None, None)),
}  # fmt: skip


@cache
def slope(op: str, at: int) -> Node | None:
    """∂r/∂(argument ``at``) as a tree in u, w, t and r; None where nothing flows back to that argument."""
    text = SLOPES[op][at]
    return None if text is None else parse(text, (*ARGUMENTS, RESULT))
