"""Nodes made of nodes: operators, sums, and every function that the formula language knows, under whatever name."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, reduce

from core import grammar
from core.expression.tree import Node, number, substituted, walk
from core.grammar.code.unread import UnreadError
from core.grammar.limits import literal
from core.grammar.refusal import Refusal
from core.problem import ProblemError

ZERO, ONE = number("0"), number("1")
LONGEST_INTEGER = 128  # bits: more digits than a function may hold
_PLACE = "qq"  # qq1, qq2, … stand for the arguments of a function while its tree is looked up


def binary(op: str) -> Callable[[Node, Node], Node]:
    """The operator as a function of two nodes."""
    return lambda left, right: Node(op, (left, right))


def negative(node: Node) -> Node:
    return node.args[0] if node.op == "neg" else Node("neg", (node,))


def numeral(value: int | float) -> Node:
    """The node of a Python number. Raises UnreadError for what no function can hold."""
    if isinstance(value, float) and not math.isfinite(value):
        raise UnreadError("not_finite_number")
    if isinstance(value, int) and value.bit_length() > LONGEST_INTEGER:
        raise UnreadError("number_too_long_here")
    text = str(value) if isinstance(value, int) else repr(value)
    text = text.removesuffix(".0")
    try:
        node = Node("number", text=literal(text.lstrip("-"), 0))
    except Refusal:
        raise UnreadError("number_too_long_here") from None
    return Node("neg", (node,)) if text.startswith("-") else node


def value_of(node: Node) -> float | None:
    """The value of a node without names, None where it has names or no value."""
    if any(part.op == "name" for part in walk(node)):
        return None
    return grammar.value(node)


def whole(node: Node) -> int | None:
    """The node as a whole number."""
    value = value_of(node)
    return int(value) if value is not None and math.isfinite(value) and value == int(value) else None


def total(nodes: Sequence[Node]) -> Node:
    """The sum, without zeros; a - b rather than a + -b."""
    return reduce(_plus, nodes)


def _plus(one: Node, other: Node) -> Node:
    if one == ZERO:
        return other
    if other == ZERO:
        return one
    return Node("-", (one, other.args[0])) if other.op == "neg" else Node("+", (one, other))


def dot(row: Sequence[Node], column: Sequence[Node]) -> Node:
    """Σ row·column, without the factors 1 and 0."""
    return total([times(p, q) for p, q in zip(row, column, strict=True)])


def times(one: Node, other: Node) -> Node:
    """The product; a 0 or 1 that is a plain number leaves no trace, a sign stands in front."""
    if ZERO in (one, other):
        return ZERO
    if ONE in (one, other):
        return other if one == ONE else one
    if one.op == "neg" or (other.op == "neg" and other.args[0].op == "number"):
        sign = (one.op == "neg") != (other.op == "neg")
        bare = times(*(each.args[0] if each.op == "neg" else each for each in (one, other)))
        return negative(bare) if sign else bare
    if other.op == "number" and one.op != "number":
        one, other = other, one
    return Node("*", (one, other))


def call(name: str, arguments: Sequence[Node], keywords: Mapping[str, Node] = {}) -> Node:
    """The function of that name applied to nodes, as the formula language reads it. Raises UnreadError."""
    found = _template(name, len(arguments), tuple(keywords))
    return substituted(
        found, dict(zip(_places(len(arguments) + len(keywords)), [*arguments, *keywords.values()], strict=True))
    )


def _places(count: int) -> list[str]:
    return [f"{_PLACE}{k + 1}" for k in range(count)]


@lru_cache(maxsize=1024)
def _template(name: str, count: int, keywords: tuple[str, ...]) -> Node:
    places = _places(count + len(keywords))
    named = [f"{key}={place}" for key, place in zip(keywords, places[count:], strict=True)]
    if _PLACE in name or _means_something(name):
        raise UnreadError("unknown_call", name=name)
    try:
        return grammar.parse(f"{name}({', '.join([*places[:count], *named])})", places)
    except ProblemError as error:
        code = error.code if error.code in ("step_function", "wrong_argument_count") else "unknown_call"
        facts = error.facts if code == "wrong_argument_count" else {"name": name}
        raise UnreadError(code, **{key: fact for key, fact in facts.items() if key != "suggestion"}) from None


def _means_something(name: str) -> bool:
    """pi(x) would be a product."""
    try:
        grammar.parse(name, [])
    except ProblemError:
        return False
    return True


def operations(node: Node, limit: int) -> int:
    """How many operations a tree has, counted up to a little above ``limit``."""
    count = 0
    for part in walk(node):
        count += bool(part.args)
        if count > limit:
            break
    return count
