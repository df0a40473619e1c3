"""The expression tree that everything shares: plain data, no behaviour of its own.

Text is read into it (grammar), SymPy differentiates it (calculus), torch and finite differences run it
(engines), and notation prints it. How an operation is written stands in core.expression.operations, what it *means*
in the table of each of those; a test holds that all tables have the same rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from operator import is_

from core.expression import operations
from core.problem import Span

SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")  # y1 as plain text: y₁
OUTPUT_LETTERS = "yfghpqrs"  # y1, y2, …, or the first of these that is free beside a reader's names
WEIGHT_LETTERS = "vwuabcpq"
LEAVES = ("number", "name", "constant")
CONSTANTS = ("pi",)  # Euler's number is exp(1), so that e may be a variable
OPERATORS = {"neg": 1, "+": 2, "-": 2, "*": 2, "/": 2, "^": 2}
COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")  # only as the first argument of where
# name -> fewest and most arguments; where(condition, value if it holds, value otherwise)
FUNCTIONS: dict[str, tuple[int, int]] = {name: (op.least, op.most) for name, op in operations.FUNCTIONS.items()}


@dataclass(frozen=True, slots=True)
class Node:
    """``op`` applied to ``args``; a leaf carries its ``text``.

    op is one of LEAVES, OPERATORS, FUNCTIONS or COMPARISONS. The text of a number is a decimal literal
    without sign ("2", "0.5", "1e-3"), of a constant one of CONSTANTS, of a name the canonical variable
    ("x1", "alpha"). ``span`` says which characters were read; two nodes that differ only there are equal.
    """

    op: str
    args: tuple[Node, ...] = ()
    text: str = ""
    span: Span = field(default=(0, 0), compare=False)


def number(text: str | int) -> Node:
    """The leaf of a decimal literal; a negative integer becomes ``neg`` of one."""
    return Node("neg", (number(str(text)[1:]),)) if str(text).startswith("-") else Node("number", text=str(text))


def walk(node: Node) -> Iterator[Node]:
    """``node`` and everything under it, parents first."""
    stack = [node]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(node.args))


def substituted(node: Node, new: Mapping[str, Node]) -> Node:
    """The tree with expressions put in for names, each told of where its name stood; ``node`` itself without any."""
    if node.op == "name" and node.text in new:
        return replace(new[node.text], span=node.span)
    args = tuple(substituted(arg, new) for arg in node.args)
    return node if all(map(is_, args, node.args)) else replace(node, args=args)


@lru_cache(maxsize=4096)
def natural(name: str) -> tuple[str, int, str]:
    """Sort key that puts x2 before x10, and x before x1."""
    letters = name.rstrip("0123456789")
    digits = name[len(letters) :]
    return letters, len(digits.lstrip("0")) if digits else -1, digits.lstrip("0")  # never an int: they may be thousands


def names(nodes: Iterable[Node]) -> tuple[str, ...]:
    """The variables of some expressions, each once, in natural order."""
    return tuple(sorted({n.text for node in nodes for n in walk(node) if n.op == "name"}, key=natural))


def free_letter(letters: str, names: Iterable[str]) -> str:
    """The first of some letters with which no name begins that has an index: f where y1 is taken."""
    taken = {name.rstrip("0123456789") for name in names if name[-1].isdigit()}
    return next((letter for letter in letters if letter not in taken), letters[0])
