"""What may be typed, told by examples: a few for each kind of writing, and the names of all functions."""

from __future__ import annotations

from core.expression.tree import FUNCTIONS
from core.grammar.definitions import DEFINITIONS, OF_MANY

# kind of writing -> texts, each of which is read without anything to be said about it
EXAMPLES: dict[str, tuple[str, ...]] = {
    "arithmetic": ("2x + y^2", "x**2 - 3/y", "|x| + √(y)"),
    "names": ("w_y*x1", "k_{cat}*S", "Δt*u", "loss*θ"),
    "several": ("[x*y, y^2]", "u = x + y; w = x*y"),
    "cases": ("where(x > 0, x, 0)", "max(x, y, 0)", "x % 2"),
    "latex": (r"\frac{x_1}{1+e^{-x_2}}", r"\sqrt{x^2+y^2}"),
    "code": ("torch.sin(x)*y", "x.pow(2)", "np.clip(x, -1, 1)", "Exp[x]"),
}
_TOLD = {head.partition("(")[0] for head in DEFINITIONS} - {"sympy_sinc"}
FUNCTION_NAMES = tuple(sorted({*FUNCTIONS, *_TOLD, *OF_MANY}))
