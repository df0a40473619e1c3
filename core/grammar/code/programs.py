"""A cell as a program in matrices: its lines as they stand, and the numbers that it starts from.

The cell itself is written out entry by entry (interpreter); here its lines stay what they are, wherever the language of
core.grammar.tensors reads them.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from math import prod

from core import grammar
from core.grammar import tensors
from core.grammar.choice import Choice
from core.grammar.code.cell import Cell, Request, Told
from core.grammar.code.problems import Candidate, cotangent_of, value_as_text
from core.grammar.code.source import Statement
from core.grammar.code.tensors import Tensor, written
from core.parameters import link, written_tensor
from core.problem import ProblemError
from core.problem import Tensor as Texts
from core.tensors.program import Line, Program, Shape

MAX_LINES = 40  # of a program that goes into an address
LAYOUT = frozenset(
    ("constant", "select", "stack", "cat", "reshape")
)  # operations that only put entries in their places


@dataclass(frozen=True)
class Step:
    """A line of the cell that gives ``name`` a value: numbers, or a text that is computed from the names it ``uses``.

    Neither of both is a line that could not be read.
    """

    name: str
    line: int
    text: str = ""
    uses: tuple[str, ...] = ()
    data: Tensor | None = None


@dataclass(frozen=True)
class Found:
    """A program with its address; ``told`` says of each line what was read of it."""

    candidate: Candidate
    others: tuple[Candidate, ...]
    told: Mapping[int, Told]


def steps_of(cell: Cell, unit: Statement) -> list[Step]:
    """What a statement that the cell has just read gives names to."""
    number = unit.first
    try:
        parts = tensors.parts(unit.source)
    except ProblemError:
        return [_lost_or_data(cell, name, number) for name in _assigned(unit.source)]
    steps = []
    for part in parts:
        value = _value(cell, part.name)
        is_data = not part.names and isinstance(value, Tensor) and _is_data(cell, value)
        if is_data and isinstance(value, Tensor) and (value.shape or _wants_gradient(cell, value)):
            steps.append(Step(part.name, number, data=value))
        else:
            steps.append(Step(part.name, number, part.text, part.names))
    return steps


def _value(cell: Cell, name: str) -> object:
    """What the cell has under a name, which it may spell W_1."""
    return next((value for spelled, value in cell.names.items() if _canonical(spelled) == name), None) if name else None


def _lost_or_data(cell: Cell, name: str, number: int) -> Step:
    """A name whose line is none of this language: random numbers are data, all else is lost."""
    value = cell.names.get(name)
    data = value if isinstance(value, Tensor) and _is_data(cell, value) else None
    return Step(_canonical(name), number, data=data)


def _assigned(source: str) -> list[str]:
    """The names that a simple statement gives values to; those of a loop keep what they had."""
    with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
        body = ast.parse(source).body
        targets = [target for each in body if isinstance(each, ast.Assign) for target in each.targets]
        nodes = [node for target in targets for node in ast.walk(target)]
        return [node.id for node in nodes if isinstance(node, ast.Name)]
    return []


def _is_data(cell: Cell, value: Tensor) -> bool:
    symbols = [cell.symbols.get(node.text) for node in value.entries if node.op == "name"]
    return len(value.shape) <= 2 and all(symbol and symbol.value is not None for symbol in symbols)


def _wants_gradient(cell: Cell, value: Tensor) -> bool:
    return value.grad or any(cell.symbols[node.text].grad for node in value.entries if node.op == "name")


# ── The program that a request asks for ──────────────────────────────────────────────────────────────────


def found(
    cell: Cell, steps: Sequence[Step], units: Sequence[Statement], request: Request | None, grads: Sequence[str]
) -> Found | None:
    """The program that ends in what is asked for, if it is one of matrices and can be read as a whole."""
    output = _asked(units, request) if request and request.line else _last(steps)
    if output is None:
        return None
    lines, data = _needed(steps, output)
    if lines is None or len(lines) > MAX_LINES:
        return None
    text = "; ".join(step.text for step in lines)
    shapes = {name: value.shape for name, value in data.items()}
    try:
        known = shapes | _shapes(text, shapes)
        meaning = tensors.read(text, known)
    except ProblemError:
        return None
    if not _is_about_matrices(meaning.program):
        return None
    parameters = _parameters(cell, text, data, _weights(cell, request, meaning.program.output), grads)
    candidate = Candidate(link("tensor", parameters), "tensor", request.line if request else 0)
    others = tuple(_instead(parameters, choice, candidate.line) for choice in meaning.choices if choice.other)
    return Found(candidate, others, _told(lines, meaning, known, shapes))


def _asked(units: Sequence[Statement], request: Request) -> Step | None:
    """What ``backward`` is called of."""
    source = next((unit.source for unit in units if any(line.number == request.line for line in unit.lines)), "")
    with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
        for node in ast.walk(ast.parse(source)):
            match node:
                case ast.Call(func=ast.Attribute(value=output, attr="backward")):
                    text = ast.unparse(output)
                    parts = _read(text)
                    return Step("", request.line, text, parts[-1].names) if parts else None
    return None


def _read(text: str) -> Sequence[tensors.Part]:
    with suppress(ProblemError):
        return tensors.parts(text)
    return ()


def _last(steps: Sequence[Step]) -> Step | None:
    """Of a text that asks for nothing: the last line that computes something."""
    return next((step for step in reversed(steps) if step.text), None)


def _needed(steps: Sequence[Step], output: Step) -> tuple[list[Step] | None, dict[str, Tensor]]:
    """The lines that make the output, itself the last, and the numbers they start from; None where one is lost."""
    before = [step for step in steps if step.line < output.line or (step.line == output.line and step is not output)]
    lines, data, wanted = [output], dict[str, Tensor](), set(output.uses)
    for step in reversed(before if output not in steps else steps[: steps.index(output)]):
        if not step.name or step.name not in wanted:
            continue
        if not step.text and step.data is None:
            return None, {}
        wanted.discard(step.name)
        if step.data is not None:
            if step.name in data:
                return None, {}
            data[step.name] = step.data
        else:
            lines.insert(0, step)
            wanted |= set(step.uses)
            if data.keys() & wanted:  # numbers that are given later than they are used: another value of that name
                return None, {}
    if len(lines) > 1 and output.text == lines[-2].name:  # y.backward() of a line that is called y
        lines.pop()
    return lines, data


def _shapes(text: str, known: Mapping[str, Shape]) -> dict[str, Shape]:
    """Of the names without numbers: single numbers, where nothing in the text speaks of vectors or matrices."""
    if tensors.is_about_matrices(text):
        return tensors.guess(text, known)
    return {name: () for name in tensors.names(text, known) if name not in known}


def _is_about_matrices(program: Program) -> bool:
    """Does it compute with vectors or matrices as a whole, rather than put numbers into their places?"""
    shapes, first = program.shapes, len(program.inputs)

    def counts(at: int, line: Line) -> bool:
        return line.op not in LAYOUT and any(shapes[place] for place in (*line.args, at))

    return any(counts(at, line) for at, line in enumerate(program.lines, first))


def _canonical(name: str) -> str:
    with suppress(ProblemError):
        return grammar.variable(name, field="f")
    return name


# ── Its address ──────────────────────────────────────────────────────────────────────────────────────────


def _parameters(
    cell: Cell, text: str, data: Mapping[str, Tensor], v: Texts | None, grads: Sequence[str]
) -> dict[str, str]:
    names = tensors.names(text, data)
    wanted = [name for name, value in data.items() if _wants_gradient(cell, value)]
    looked_at = [_canonical(name) for name in grads if _canonical(name) in wanted]
    wrt = next(iter([*looked_at, *sorted(wanted, key=names.index)]), "")
    numbers = {name: written_tensor(_texts(cell, data[name])) for name in names if name in data}
    return {"f": text, **numbers, "v": written_tensor(v), "wrt": wrt}


def _texts(cell: Cell, value: Tensor) -> Texts:
    entries = tuple(value_as_text(cell, node) for node in value.entries)
    return _shaped(entries, value.shape)


def _shaped(entries: Sequence[str], shape: Shape) -> Texts:
    if not shape:
        return entries[0]
    if len(shape) == 1:
        return tuple(entries)
    return tuple(tuple(entries[at : at + shape[1]]) for at in range(0, len(entries), shape[1]))


def _weights(cell: Cell, request: Request | None, shape: Shape) -> Texts | None:
    """The argument of ``backward``."""
    texts = cotangent_of(cell, request) if request else None
    if texts is None or len(texts) != prod(shape):
        return None
    return _shaped(texts, shape)


def _instead(parameters: Mapping[str, str], choice: Choice, line: int) -> Candidate:
    return Candidate(link("tensor", {**parameters, "f": choice.instead}), "instead", line, choice=choice)


# ── What is told of its lines ────────────────────────────────────────────────────────────────────────────


def _told(
    lines: Sequence[Step], meaning: tensors.Meaning, known: Mapping[str, Shape], given: Mapping[str, Shape]
) -> dict[int, Told]:
    """Every line as it was read, with its shape; the shape of a name without numbers at the first line that uses it."""
    told: dict[int, Told] = {}
    lacking = {name: shape for name, shape in known.items() if name not in given}
    for step, each in zip(lines, meaning.told, strict=False):
        name = next((name for name in map(_canonical, step.uses) if name in lacking), "")
        facts = (("name", name), ("shape", written(lacking.pop(name)))) if name else ()
        told[step.line] = Told(f"{step.text}  ({written(each.shape)})", "assumed_matrix" if name else "", facts)
    return told
