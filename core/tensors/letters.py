"""Derivatives in letters: short formulas in the entries of inputs and of values on the way.

The same rules as for numbers (core.tensors.values, core.tensors.pullbacks) run on Symbols. An entry is called as in
formulas: W_1_2, of a vector b_2, a scalar by its name alone. Formulas know of no ties: of several largest entries each
is written as the chosen one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from core.expression.tree import Node
from core.tensors.entries import Array, entrywise
from core.tensors.program import Program, Shape
from core.tensors.pullbacks import leading, rule, sent
from core.tensors.slopes import SLOPES
from core.tensors.symbols import Symbol, constant, letter, literal
from core.tensors.values import VALUES

FOLD = 24  # nodes: a longer adjoint is called by a letter of its own
CALLED = {  # what is computed on the way, where the reader has no name for it
    "softmax": "p",
    "log_softmax": "l",
    "layer_norm": "n",
    "matmul": "z",
    "+": "z",
    "inverse": "B",
}
OTHER = "h"


@dataclass(frozen=True)
class Letters:
    """``entries`` of a derivative, row by row; ``values`` says which value a letter without indices stands for.

    ``folded`` are the adjoints that were too long to be written in place, by their letters: "grad_z_1_2".
    """

    entries: tuple[Node, ...]
    values: dict[str, int]
    folded: dict[str, Node]


def derivative(program: Program, output: int, at: int) -> Letters:
    """∂(output ``output``, counted row by row)/∂(every entry of value ``at``). ProblemError where it is too long."""
    values = _letters(program)
    names = called(program)
    hot = [int(k == output) for k in range(int(np.prod(program.output)))]
    adjoints: dict[int, Array] = {
        len(values) - 1: np.array(hot, dtype=object).reshape(1, *program.output),
    }
    found, first = leading(program, (at,)), len(program.inputs)
    folded: dict[str, Node] = {}
    for place in range(len(values) - 1, first - 1, -1):
        if place not in adjoints or place not in found or place == at:
            continue
        line, g = program.lines[place - first], adjoints.pop(place)
        if place < len(values) - 1:
            g = _short(g, f"grad_{names[place]}", folded)
        for k, arg in enumerate(line.args):
            if arg in found and rule(line.op, k):
                reaching = sent(line, k, g, values[place], [values[each] for each in line.args])
                adjoints[arg] = adjoints[arg] + reaching if arg in adjoints else reaching
    entries = adjoints.get(at, np.zeros((1, *program.shapes[at]), dtype=object)).flat
    nodes = tuple(_node(entry) for entry in entries)
    used = _used(nodes, folded)
    return Letters(
        nodes,
        {name: place for place, name in enumerate(names) if name in used},
        {name: node for name, node in folded.items() if name in used},
    )


def full(program: Program, output: int) -> Node:
    """An output, counted row by row, in the entries of the inputs only. ProblemError where it is too long."""
    values: list[Array] = [
        _array([letter(name) for name in entries(value.name, value.shape)], value.shape) for value in program.inputs
    ]
    for line in program.lines:
        if line.op == "constant":
            values.append(_constants(line.told["entries"], line.shape))  # type: ignore[arg-type]
            continue
        args = [values[arg] for arg in line.args]
        result = entrywise(line.op, *args) if line.op in SLOPES else VALUES[line.op](args, line.told)
        found = list(result.flat) if isinstance(result, np.ndarray) else [result]
        values.append(_array([each if isinstance(each, Symbol) else constant(each) for each in found], line.shape))
    return _node(list(values[-1].flat)[output])


def called(program: Program) -> tuple[str, ...]:
    """A letter for every value, each another: the reader's name, or one of ours."""
    names = [value.name for value in program.inputs] + [line.name for line in program.lines]
    ops = [""] * len(program.inputs) + [line.op for line in program.lines]
    taken, found = set(names), []
    for op, name in zip(ops, names, strict=True):
        wanted = name or CALLED.get(op, OTHER)
        if not name or name in found:
            wanted = next(each for k in range(len(names) + 1) if (each := f"{wanted}{k or ''}") not in taken)
        taken.add(wanted)
        found.append(wanted)
    return tuple(found)


@cache
def entries(name: str, shape: Shape) -> tuple[str, ...]:
    """What the entries of a value are called, row by row."""
    return tuple("_".join([name, *(str(k + 1) for k in place)]) for place in np.ndindex(*shape))


# ── Arrays of letters ────────────────────────────────────────────────────────────────────────────────────


def _letters(program: Program) -> list[Array]:
    """Every value as letters; constants as what they are."""
    lines = [None] * len(program.inputs) + list(program.lines)
    return [
        _constants(line.told["entries"], shape)  # type: ignore[arg-type]
        if line is not None and line.op == "constant"
        else _array([letter(each) for each in entries(name, shape)], shape)
        for line, name, shape in zip(lines, called(program), program.shapes, strict=True)
    ]


def _constants(numbers: Sequence[Node | float], shape: Shape) -> Array:
    return _array([constant(each) for each in numbers], shape)


def _array(symbols: Sequence[Symbol], shape: Shape) -> Array:
    found: Array = np.empty(len(symbols), dtype=object)
    found[:] = symbols
    return found.reshape(shape)


def _short(g: Array, name: str, folded: dict[str, Node]) -> Array:
    """The adjoint with letters in place of what is long."""
    names = entries(name, g.shape[1:])
    short = list(g.flat)
    for k, entry in enumerate(short):
        if isinstance(entry, Symbol) and entry.size > FOLD:
            folded[names[k]], short[k] = _node(entry), letter(names[k])
    return _array(short, g.shape)


def _node(entry: Symbol | int) -> Node:
    if not isinstance(entry, Symbol):
        return literal(entry)
    assert entry.node
    return entry.node


def _used(nodes: Sequence[Node], folded: dict[str, Node]) -> set[str]:
    """The letters in some formulas and in what is folded there: of an entry also what it is an entry of."""
    found: set[str] = set()
    stack = list(nodes)
    while stack:
        node = stack.pop()
        stack.extend(node.args)
        if node.op == "name" and node.text not in found:
            parts = node.text.split("_")
            found.update("_".join(parts[: k + 1]) for k in range(len(parts)))
            if node.text in folded:
                stack.append(folded[node.text])
    return found
