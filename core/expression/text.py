"""A tree as text that a person could type back: ``core.grammar.parse`` reads it to an equal tree."""

from __future__ import annotations

from core.expression.tree import COMPARISONS, FUNCTIONS, LEAVES, OPERATORS, Node
from core.problem import ProblemError

# What binds tighter has the higher number; the same order as core.grammar reads in.
_BINDING = {**dict.fromkeys(COMPARISONS, 5), "+": 10, "-": 10, "*": 20, "/": 20, "neg": 30, "^": 40}
_TIGHTEST = 50
# op -> what the left and the right operand must at least bind to stand without brackets
_SIDES = {
    **dict.fromkeys(COMPARISONS, (10, 10)),
    "+": (10, 11),
    "-": (10, 11),
    "*": (20, 21),
    "/": (20, 21),
    "^": (_TIGHTEST, 30),  # x^-y and x^y^z need none, (-x)^y and (x^y)^z do
}
_SPACED = ("+", "-", *COMPARISONS)


def to_text(node: Node, *, spaces: bool = True) -> str:
    """``node`` with ``*`` always written and as few brackets as possible: "2*x1 + x2^2".

    Without ``spaces`` it is written as in an address: "2*x1+x2^2". Raises ProblemError("not_allowed") for an
    op that is not in core.expression.tree.
    """
    if node.op in LEAVES:
        return node.text
    if node.op in FUNCTIONS:
        comma = ", " if spaces else ","
        return f"{node.op}({comma.join(to_text(arg, spaces=spaces) for arg in node.args)})"
    if node.op == "neg":
        return "-" + _side(node.args[0], _BINDING["neg"], spaces)
    if node.op in OPERATORS or node.op in COMPARISONS:
        sides = zip(node.args, _SIDES[node.op], strict=True)
        sign = f" {node.op} " if spaces and node.op in _SPACED else node.op
        return sign.join(_side(arg, least, spaces) for arg, least in sides)
    raise ProblemError("not_allowed", span=node.span, what=node.op)


def _side(node: Node, least: int, spaces: bool) -> str:
    text = to_text(node, spaces=spaces)
    return text if _BINDING.get(node.op, _TIGHTEST) >= least else f"({text})"
