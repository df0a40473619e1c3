"""A cell as a program in matrices: its lines as they stand, and the numbers that it starts from.

The cell itself is written out entry by entry (interpreter); here its lines stay what they are, wherever the language of
core.grammar.tensors reads them.
"""

from __future__ import annotations

import ast
import copy
from collections import Counter
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
from core.grammar.code.tensors import Tensor
from core.parameters import link, written_tensor
from core.problem import ProblemError
from core.problem import Tensor as Texts
from core.tensors.program import Line, Program, Shape
from core.tensors.shapes import written

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
    is_product: bool  # of two of its inputs and nothing else, or the sum of that: it has a page of its own


Functions = dict[str, ast.FunctionDef]  # those of the cell, by their names


def steps_of(cell: Cell, unit: Statement, functions: Functions) -> list[Step]:
    """What a statement that the cell has just read gives names to; a call of a function is its lines."""
    body = _body(unit.source)
    if len(body) == 1 and isinstance(body[0], ast.FunctionDef):
        functions[body[0].name] = body[0]
        return []
    sources = _inlined(body[0], functions) if len(body) == 1 else []
    return [step for source in sources or [unit.source] for step in _steps(cell, source, unit.first)]


def _steps(cell: Cell, source: str, number: int) -> list[Step]:
    try:
        parts = tensors.parts(source)
    except ProblemError:
        return [_lost_or_data(cell, name, number) for name in _assigned(source)]
    steps = []
    for part in parts:
        value = _value(cell, part.name)
        is_data = not part.names and isinstance(value, Tensor) and _is_data(cell, value)
        if is_data and isinstance(value, Tensor) and (value.shape or _wants_gradient(cell, value)):
            steps.append(Step(part.name, number, data=value))
        else:
            steps.append(Step(part.name, number, part.text, part.names))
    return steps


def _body(source: str) -> list[ast.stmt]:
    """The statements of Python; none where it is another language."""
    with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.parse(source).body
    return []


class _Renamed(ast.NodeTransformer):
    """The parameters of a function as what is given for them."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:  # ast's own name
        return ast.Name(self.names.get(node.id, node.id), node.ctx)


def _inlined(statement: ast.stmt, functions: Functions) -> list[str]:
    """y = f(x, W) as the lines of f, the last of which is what y is; empty where it is no such call."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=target)], value=ast.Call(func=ast.Name(id=name), args=args, keywords=[])):
            function = functions.get(name)
        case _:
            return []
    given = [arg.id for arg in args if isinstance(arg, ast.Name)]
    if function is None or not len(given) == len(args) == len(function.args.args):
        return []
    *lines, last = function.body
    if (
        not isinstance(last, ast.Return)
        or last.value is None
        or not all(isinstance(each, ast.Assign) for each in lines)
    ):
        return []
    renamed = _Renamed({parameter.arg: name for parameter, name in zip(function.args.args, given, strict=True)})
    whole = ast.Assign([ast.Name(target, ast.Store())], last.value, lineno=0)
    return [ast.unparse(renamed.visit(copy.deepcopy(each))) for each in (*lines, whole)]


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
    targets = [target for each in _body(source) if isinstance(each, ast.Assign) for target in each.targets]
    return [node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)]


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
    asked = _backward(units)
    if request and request.line and not asked:  # of a Jacobian, which is one of a function
        return None
    output = asked.output if asked else _last(steps)
    lines, numbers = _needed(steps, output) if output else (None, {})
    if lines is None or len(lines) > MAX_LINES:
        return None
    whole = "; ".join(step.text for step in lines)
    for text, data in ((whole, numbers), _labelled(cell, whole, numbers)):
        shapes = {name: value.shape for name, value in data.items()}
        with suppress(ProblemError):
            known = shapes | _shapes(text, shapes)
            meaning = tensors.read(text, known)
            break
    else:
        return None
    if not _is_about_matrices(meaning.program):
        return None
    v = _weights(cell, asked, request, meaning.program.output)
    if asked and asked.v and v is None and "ones_like" not in asked.v:
        return None
    parameters = _parameters(cell, text, data, v, grads)
    candidate = Candidate(link("tensor", parameters), "tensor", asked.output.line if asked else 0)
    others = tuple(_instead(parameters, choice, candidate.line) for choice in meaning.choices if choice.other)
    told = _told(lines, meaning, known, shapes)
    if asked and asked.output.line not in told:
        told[asked.output.line] = Told("", "asks_backward")
    return Found(candidate, others, told, _is_product(meaning.program))


def _labelled(cell: Cell, text: str, data: Mapping[str, Tensor]) -> tuple[str, dict[str, Tensor]]:
    """Vectors of whole numbers that ask for no gradient, such as classes of samples, written where they are used."""
    kept = dict(data)
    for name, value in data.items():
        entries = [value_as_text(cell, node) for node in value.entries]
        if len(value.shape) == 1 and not _wants_gradient(cell, value) and all(map(str.isdecimal, entries)):
            text = tensors.renamed(text, name, f"[{', '.join(entries)}]")
            del kept[name]
    return text, kept


@dataclass(frozen=True)
class Backward:
    """output.backward(v): what is asked, and the text of v, empty where there is none."""

    output: Step
    v: str


def _backward(units: Sequence[Statement]) -> Backward | None:
    """The first call of ``backward`` outside of a function."""
    for unit in units:
        if "backward" not in unit.source:
            continue
        for statement in _body(unit.source):
            match statement:
                case ast.Expr(ast.Call(func=ast.Attribute(value=output, attr="backward"), args=args)):
                    text = ast.unparse(output)
                    parts = _read(text)
                    step = Step("", unit.first, text, parts[-1].names) if parts else None
                    return Backward(step, ", ".join(map(ast.unparse, args))) if step else None
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
    before = steps[: steps.index(output)] if output in steps else [step for step in steps if step.line < output.line]
    lines, data, wanted = [output], dict[str, Tensor](), set(output.uses)
    for step in reversed(before):
        if not step.name or step.name not in wanted:
            continue
        if not step.text and step.data is None:
            return None, {}
        wanted.discard(step.name)
        if step.data is not None:
            data[step.name] = step.data
            continue
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


def _is_product(program: Program) -> bool:
    first, *rest = program.lines
    of_inputs = first.op == "matmul" and all(at < len(program.inputs) for at in first.args)
    return of_inputs and [line.op for line in rest] in ([], ["sum"])


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
    looked_at = Counter(name for name in map(_canonical, grads) if name in wanted)
    wrt = next(iter([*(name for name, _ in looked_at.most_common(1)), *sorted(wanted, key=names.index)]), "")
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


def _weights(cell: Cell, asked: Backward | None, request: Request | None, shape: Shape) -> Texts | None:
    """The argument of ``backward``."""
    texts = cotangent_of(cell, request) if request else None
    value = _value(cell, _canonical(asked.v)) if asked else None
    if texts is None and isinstance(value, Tensor) and _is_data(cell, value):
        texts = tuple(value_as_text(cell, node) for node in value.entries)
    return _shaped(texts, shape) if texts is not None and len(texts) == prod(shape) else None


def _instead(parameters: Mapping[str, str], choice: Choice, line: int) -> Candidate:
    return Candidate(link("tensor", {**parameters, "f": choice.instead}), "instead", line, choice=choice)


# ── What is told of its lines ────────────────────────────────────────────────────────────────────────────


def _told(
    lines: Sequence[Step], meaning: tensors.Meaning, known: Mapping[str, Shape], given: Mapping[str, Shape]
) -> dict[int, Told]:
    """Every line as it was read, with its shape; the shape of a name without numbers at the first line that uses it."""
    told: dict[int, Told] = {}
    lacking = {name: shape for name, shape in known.items() if name not in given and shape}
    for step, each in zip(lines, meaning.told, strict=False):
        name = next((name for name in map(_canonical, step.uses) if name in lacking), "")
        facts = (("name", name), ("shape", written(lacking.pop(name)))) if name else ()
        read = f"{step.text}  {written(each.shape)}" if each.shape else step.text
        told[step.line] = Told(read, "assumed_matrix" if name else "", facts)
    return told
