"""A cell read line by line: what its names stand for, and what it asks of them. Nothing is executed.

A tensor that is given a name becomes symbols, one for each entry: data with a value, or a definition. What is asked
for (``backward``, ``jacobian``, …) is kept as a Request; ``core.grammar.code.problems`` makes the problem of both.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from core.expression.text import to_text
from core.expression.tree import Node, substituted, walk
from core.grammar.choice import Choice
from core.grammar.code.expressions import value_of, whole
from core.grammar.code.tensors import Tensor, places, scalar
from core.grammar.code.unread import UnreadError
from core.grammar.code.values import Function, Value
from core.grammar.refusal import clip

MAX_STEPS = 20_000  # expressions evaluated in a cell
MAX_NESTED = 90  # expressions inside one another, calls included
LONGEST_READING = 240  # characters of what a line says was read


@dataclass(frozen=True)
class Symbol:
    """One entry of a named tensor: with a ``value`` it is data, with a ``definition`` it is computed, else it is free.

    ``name`` is what a reader calls it, ``group`` holds the keys of all entries of the tensor.
    """

    key: str
    name: str
    value: Node | None = None
    definition: Node | None = None
    grad: bool = False
    group: tuple[str, ...] = ()


@dataclass(frozen=True)
class Request:
    """A question: the gradient or the Jacobian of ``outputs`` by ``inputs`` (None: by what wants a gradient)."""

    kind: str  # "backward" where a cotangent is passed (None: ones), "jacobian" for the whole matrix
    outputs: tuple[Node, ...]
    inputs: tuple[str, ...] | None
    cotangent: tuple[Node, ...] | None
    line: int
    factors: tuple[Tensor, Tensor] | None = None


@dataclass(frozen=True)
class Told:
    """What is said of a line: what was read, or the code of why it was not (with facts), or both."""

    read: str = ""
    code: str = ""
    facts: tuple[tuple[str, str | int], ...] = ()


@dataclass(frozen=True)
class Other:
    """A word of a line that could be something else as well, and the line as it would read then."""

    line: int
    choice: Choice
    text: str


class Cell:
    """The names of a cell so far, its requests, and what is told of each line."""

    def __init__(self, invoke: Callable[[Cell, Function, list[Value], dict[str, Value]], Value]) -> None:
        self.invoke = invoke  # what a function of the cell returns
        self.names: ChainMap[str, Value] = ChainMap({})
        self.symbols: dict[str, Symbol] = {}
        self.requests: list[Request] = []
        self.shown: list[Tensor] = []  # values of lines without a name
        self.told: dict[int, Told] = {}
        self.products: dict[tuple[str, ...], tuple[Tensor, Tensor]] = {}
        self.exact: dict[float, Node] = {}  # numbers that the text writes as pi/6 or 1/3 somewhere
        self.legends: dict[str, tuple[str, ...]] = {}  # names of the entries of a vector, as our own listings have them
        self.others: list[Other] = []
        self.assumed: dict[str, tuple[int, ...]] = {}  # shapes of names that stand for vectors without a value
        self.numbers: tuple[int, ...] = ()  # of the lines of the present statement
        self.line = 0
        self.matlab = False
        self.by_entries = False  # a product or a sum of tensors was written out entry by entry
        self.calls = self.steps = self.nested = 0

    # ── What is told ─────────────────────────────────────────────────────────────────────────────────────

    def tell(self, read: str = "", code: str = "", /, at: int | None = None, **facts: str | int) -> None:
        """Says of a line (the present one) what was read of it; what is wrong is never said over."""
        line = self.line if at is None else at
        before = self.told.get(line, Told())
        parts = [part for part in (before.read, read) if part]
        joined = "; ".join(dict.fromkeys(parts))
        told = Told(
            clip(joined, LONGEST_READING), before.code or code, before.facts if before.code else tuple(facts.items())
        )
        self.told[line] = told

    def unread(self, error: UnreadError, at: int | None = None) -> None:
        self.tell("", error.code, at=at, **error.facts)

    def tell_ones(self, line: int) -> None:
        """Says that variables without a value stand at 1: where it is asked, or of the last line that was read."""
        at = line or max((number for number, told in self.told.items() if told.read), default=0)
        told = self.told.get(at, Told())
        if told.code.startswith("asks_") or not told.code:
            self.told[at] = replace(told, code=f"{told.code}_at_ones".lstrip("_"))

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """One expression inside another; refuses what would take too long or exhaust the stack."""
        self.spend(1)
        self.nested += 1
        try:
            if self.nested > MAX_NESTED:
                raise UnreadError("too_deep_here", limit=MAX_NESTED)
            yield
        finally:
            self.nested -= 1

    def spend(self, steps: int) -> None:
        """Counts what is done. Raises UnreadError where it would take too long."""
        self.steps += steps
        if self.steps > MAX_STEPS:
            raise UnreadError("too_long_to_read")

    # ── Symbols ──────────────────────────────────────────────────────────────────────────────────────────

    def symbol(self, name: str, **kept: object) -> Symbol:
        """A new symbol; its key tells it from others of the same name."""
        key = name
        while key in self.symbols:
            key += "'"
        self.symbols[key] = Symbol(key, name, **kept)  # type: ignore[arg-type]
        return self.symbols[key]

    def free(self, name: str) -> Tensor:
        """A variable that has no value here, always the same one for a name."""
        known = self.free_symbol(name) or self.symbol(name)
        return scalar(Node("name", text=known.key))

    def free_symbol(self, name: str) -> Symbol | None:
        """The variable of this name that has no value, if there is one."""
        named = (each for each in self.symbols.values() if each.name == name)
        return next((each for each in named if each.value is None and each.definition is None), None)

    def bound(self, name: str, value: Value) -> Value:
        """The value under a name: a tensor's entries become symbols, but for those that are symbols already."""
        if not isinstance(value, Tensor):
            return value
        if all(node.op == "name" for node in value.entries) and not value.grad:
            return value
        names = self.entrynames_in(name, value)
        entries = tuple(
            node if node.op == "name" else Node("name", text=self._entry(called, node, value.grad).key)
            for called, node in zip(names, value.entries, strict=True)
        )
        keys = tuple(node.text for node in entries)
        own = tuple(key for key, node in zip(keys, value.entries, strict=True) if node.op != "name")
        for key in own:
            self.symbols[key] = replace(self.symbols[key], group=own)
        if value.grad:
            for key in keys:
                self.symbols[key] = replace(self.symbols[key], grad=True)
        if value.factors:
            self.products[keys] = value.factors
        return replace(value, entries=entries, factors=None, grad=False)

    def _entry(self, name: str, node: Node, grad: bool) -> Symbol:
        if value_of(node) is not None:
            return self.symbol(name, value=node, grad=grad)
        return self.symbol(name, definition=node)

    def entrynames_in(self, name: str, value: Tensor) -> list[str]:
        """x; x1, x2; x11, x12, …"""
        count = len(value.entries)
        legend = self.legends.get(name, ())
        if len(legend) == count:
            return list(legend)
        if count == 1:
            return [name]
        glue = "_" if name[-1:].isdigit() else ""
        if sum(side > 1 for side in value.shape) < 2:
            return [f"{name}{glue}{k + 1}" for k in range(count)]
        return [f"{name}{glue}{''.join(str(at + 1) for at in place)}" for place in places(value.shape)]

    def keep_exact(self, node: Node) -> None:
        """Remembers how the text writes a number that is no plain decimal."""
        is_decimal = node.op == "number" or (node.op == "neg" and node.args[0].op == "number")
        if not is_decimal and (value := value_of(node)) is not None:
            self.exact[value] = node

    def variables(self, name: str, like: Tensor) -> Tensor:
        """Symbols with the values of a tensor: what a function is asked the Jacobian at."""
        if all(node.op == "name" for node in like.entries):
            return like
        bound = self.bound(name, replace(like, grad=False))
        assert isinstance(bound, Tensor)
        return bound

    def constant(self, node: Node) -> Node:
        """The node with the values of data put in for their names. Raises UnreadError where one has none."""
        known = {part.text: self.symbols[part.text].value for part in walk(node) if part.op == "name"}
        if lacking := next((key for key, value in known.items() if value is None), None):
            raise UnreadError("needs_number", name=self.symbols[lacking].name)
        return substituted(node, {key: value for key, value in known.items() if value is not None})

    def whole(self, value: Value) -> int:
        """A whole number: an index, a side of a shape."""
        if isinstance(value, Tensor) and len(value.entries) == 1:
            found = whole(self.constant(value.entries[0]))
            if found is not None:
                return found
        raise UnreadError("needs_whole_number")

    def want_gradient(self, owner: Tensor) -> None:
        """x.requires_grad = True"""
        for key in {key for node in owner.entries for key in names_in(node)}:
            self.symbols[key] = replace(self.symbols[key], grad=True)

    def shown_as(self, node: Node) -> str:
        """A node as text for people."""
        new = {key: Node("name", text=self.symbols[key].name) for key in names_in(node) if key in self.symbols}
        return to_text(substituted(node, new))


def names_in(node: Node) -> list[str]:
    """The keys of the symbols in a node."""
    return [part.text for part in walk(node) if part.op == "name"]
