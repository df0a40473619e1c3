"""A program in matrices: inputs with their shapes, then one operation a line. Plain data, no behaviour of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.expression.tree import Node
from core.problem import Span

Shape = tuple[int, ...]  # () a scalar, (n,) a vector, (m, n) a matrix; nothing has more dimensions
# What an operation is told besides its arguments: dim=1, keepdim=True, the entries of a constant, places, "same".
Option = int | float | str | bool | None | tuple["Option", ...] | Node


@dataclass(frozen=True)
class Input:
    """A scalar, vector or matrix that the reader may change, and that ``.grad`` is asked for."""

    name: str
    shape: Shape


@dataclass(frozen=True)
class Line:
    """``op`` applied to earlier values; ``args`` count the inputs first, then the lines.

    op is an operator, comparison or function of core.expression.tree, entry by entry with PyTorch's broadcasting, or
    one of core.tensors.shapes: matmul, sum, softmax, … ``name`` is what the reader calls the result, empty for what is
    computed on the way; ``span`` says which characters were read. Lines that differ only there are equal.
    """

    op: str
    args: tuple[int, ...]
    shape: Shape
    options: tuple[tuple[str, Option], ...] = ()
    name: str = ""
    span: Span = field(default=(0, 0), compare=False)

    @property
    def told(self) -> Mapping[str, Option]:
        """The options by name."""
        return dict(self.options)


@dataclass(frozen=True)
class Program:
    """Inputs, and the lines that make the output of them: the last line, or the only input of a program without any."""

    inputs: tuple[Input, ...]
    lines: tuple[Line, ...]

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """The shape of every value: of the inputs, then of the lines."""
        return (*(value.shape for value in self.inputs), *(line.shape for line in self.lines))

    @property
    def output(self) -> Shape:
        """The shape of what comes out."""
        return self.shapes[-1]

    def place(self, name: str) -> int:
        """Which value an input is. KeyError for a name that is none."""
        return {value.name: at for at, value in enumerate(self.inputs)}[name]
