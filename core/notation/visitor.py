"""What prints a tree: one method for each kind of node, named after it. A visitor that lacks one cannot be loaded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Generic, TypeVar

from core.notation.tree import NODES, Expression, Piece, Value
from core.notation.written import number, written

Printed = TypeVar("Printed")


class Visitor(Generic[Printed]):
    """``visitor(piece)`` is what the method for its node makes of it.

    A formula and a number are printed as the nodes they are written with; a visitor may know better.
    """

    methods: ClassVar[dict[type, Callable[[Any, Any], Any]]]

    def __init_subclass__(cls) -> None:
        missing = [node.__name__ for node in NODES if not hasattr(cls, node.__name__.lower())]
        if missing:
            raise TypeError(f"{cls.__name__} cannot print {', '.join(missing)}")
        cls.methods = {node: getattr(cls, node.__name__.lower()) for node in NODES}

    def __call__(self, piece: Piece) -> Printed:
        return self.methods[type(piece)](self, piece)  # type: ignore[no-any-return]

    def expression(self, piece: Expression) -> Printed:
        return self(written(piece.node))

    def value(self, piece: Value) -> Printed:
        return self(number(piece))
