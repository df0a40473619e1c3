"""A program in matrices as PyTorch code: the reader's own lines, run exactly as they are shown.

This is text: no torch here. How an operation is written stands in CALLS, and for what is computed entry by entry in
core.expression.operations.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.code.torch import ATOM, BINDING, OPERATIONS, literal
from core.code.transcript import Listing
from core.expression.text import to_text
from core.expression.tree import COMPARISONS, Node, walk
from core.numbers.exact import value_of
from core.tensors.program import Line, Option, Program, Shape
from core.tensors.pullbacks import leading

Array = NDArray[Any]
RESERVED = frozenset({*keyword.kwlist, *"torch F print f v".split()})
MATMUL = (2, (2, 4))  # "@" binds as "*" does


class Text(NamedTuple):
    """``kind``: "tensor", "number" (plain Python's) or "mask" (a tensor of True and False)."""

    text: str
    binding: int = ATOM
    kind: str = "tensor"


# ── Names ────────────────────────────────────────────────────────────────────────────────────────────────


def identifiers(program: Program) -> dict[int, str]:
    """What Python calls the inputs and the lines that have a name: each another, and none that means something else."""
    names = [value.name for value in program.inputs] + [line.name for line in program.lines]
    found: dict[int, str] = {}
    for at, name in enumerate(names):
        if name:
            found[at] = unused(re.sub(r"\W+", "_", name).strip("_"), {*RESERVED, *found.values()})
    return found


def unused(name: str, taken: Collection[str]) -> str:
    """A name that is not taken: itself, or with as many _ behind it as that takes."""
    return name if name not in taken else unused(f"{name}_", taken)


# ── Expressions ──────────────────────────────────────────────────────────────────────────────────────────


def _tensor(text: Text) -> Text:
    """The same as a float64 tensor."""
    if text.kind == "number":
        return Text(f"torch.tensor({text.text if '.' in text.text or 'torch' in text.text else text.text + '.0'})")
    return Text(f"{_atom(text)}.double()") if text.kind == "mask" else text


def _atom(text: Text) -> str:
    return text.text if text.binding >= ATOM else f"({text.text})"


def _bracketed(op: str, args: Sequence[Text], binding: tuple[int, tuple[int, ...]], kind: str = "tensor") -> Text:
    own, needed = binding
    texts = [arg.text if arg.binding >= least else f"({arg.text})" for arg, least in zip(args, needed, strict=True)]
    return Text(op.format(*texts), own, kind)


def _operator(op: str, args: Sequence[Text]) -> Text:
    """Arithmetic of masks is arithmetic of 0 and 1 here, where torch would refuse it or answer True."""
    if all(arg.kind == "number" for arg in args) or op not in ("*",):
        args = [args[0] if args[0].kind != "number" or len(args) > 1 else _tensor(args[0]), *args[1:]]
    masks = [arg.kind == "mask" for arg in args]
    if not (op == "*" and sum(masks) == 1 and not any(arg.kind == "number" for arg in args)):
        args = [_tensor(arg) if arg.kind == "mask" else arg for arg in args]
    if all(arg.kind == "number" for arg in args):
        args = [_tensor(args[0]), *args[1:]]
    return _bracketed(OPERATIONS[op], args, BINDING[op], "mask" if op in COMPARISONS else "tensor")


def _call(template: str) -> Callable[[Sequence[Text]], Text]:
    def written(args: Sequence[Text]) -> Text:
        texts = [_tensor(arg).text for arg in args]
        return Text(template.replace("torch.nn.functional.", "F.").format(*texts))

    return written


Writer = Callable[[Sequence[Text], Line, Sequence[Shape]], Text]  # arguments, the line, their shapes


def _method(name: str) -> Writer:
    """``x.sum()``, ``x.sum(dim=0, keepdim=True)``"""
    return lambda args, line, shapes: Text(f"{_atom(_tensor(args[0]))}.{name}({_along(line.told)})")


def _along(told: Mapping[str, Option]) -> str:
    dim = [f"dim={told['dim']}"] if told["dim"] is not None else []
    return ", ".join([*dim, *["keepdim=True"] * bool(told["keepdim"])])


def _last(line: Line, shapes: Sequence[Shape]) -> str:
    """``dim=-1`` for the last of two dimensions, as people write it."""
    dim = line.told["dim"]
    return f"dim={-1 if len(shapes[0]) == 2 and dim == 1 else dim}"


def _whole(text: str) -> Writer:
    return lambda args, line, shapes: Text(
        text.format(*(_tensor(arg).text for arg in args), dim=_last(line, shapes))
        if "{dim}" in text
        else text.format(*(_tensor(arg).text for arg in args))
    )


def _matmul(args: Sequence[Text], line: Line, shapes: Sequence[Shape]) -> Text:
    return _bracketed("{} @ {}", [_tensor(arg) for arg in args], MATMUL)


def _transpose(args: Sequence[Text], line: Line, shapes: Sequence[Shape]) -> Text:
    return Text(f"{_atom(_tensor(args[0]))}.T") if len(shapes[0]) == 2 else args[0]


def _reshape(args: Sequence[Text], line: Line, shapes: Sequence[Shape]) -> Text:
    return Text(f"{_atom(_tensor(args[0]))}.reshape({', '.join(map(str, line.shape)) or '()'})")


CALLS: dict[str, Writer] = {
    "matmul": _matmul,
    "transpose": _transpose,
    "reshape": _reshape,
    "sum": _method("sum"),
    "mean": _method("mean"),
    "softmax": _whole("torch.softmax({0}, {dim})"),
}


def _constant(line: Line) -> Text:
    entries = line.told["entries"]
    assert isinstance(entries, tuple)
    if not line.shape:
        return _number(entries[0])
    numbers = np.array([_value(entry) for entry in entries]).reshape(line.shape)
    return Text(f"torch.tensor({written(numbers)})")


def _number(entry: Option) -> Text:
    """A scalar constant as a plain number of Python: 2, 1/3, torch.pi."""
    value = _value(entry)
    if isinstance(entry, Node) and {node.op for node in walk(entry)} <= {"number", "constant", "/", "*", "neg"}:
        text = to_text(entry, spaces=False).replace("pi", "torch.pi")
        binding = ATOM if entry.op in ("number", "constant") else BINDING[entry.op][0]
        return Text(text, binding, "number")
    return Text(literal(value), ATOM if value >= 0 else BINDING["neg"][0], "number")


def _value(entry: Option) -> float:
    return value_of(entry).value if isinstance(entry, Node) else float(entry)  # type: ignore[arg-type]


def written(array: Array) -> str:
    """Numbers as nested lists of Python: [[1.0, 2.0], [3.0, 4.0]]."""
    if not array.ndim:
        return literal(float(array))
    return f"[{', '.join(written(part) for part in array)}]"


class _Writer:
    """The lines of a program as statements; what has no name and is used once stands where it is used."""

    def __init__(self, program: Program) -> None:
        self.program, self.shapes, self.first = program, program.shapes, len(program.inputs)
        self.names = identifiers(program)
        uses = [arg for line in program.lines for arg in line.args]
        for at, line in enumerate(program.lines, self.first):
            if uses.count(at) > 1 and not line.name and line.op != "constant":
                self.names[at] = self._new("t")

    def _new(self, letter: str) -> str:
        taken = {*RESERVED, *self.names.values()}
        return next(name for k in range(1, len(self.shapes) + 2) if (name := f"{letter}{k}") not in taken)

    def text(self, at: int) -> Text:
        """A value as an expression."""
        return Text(self.names[at], kind=self.kind(at)) if at in self.names else self.line(at)

    def kind(self, at: int) -> str:
        """Of a named value."""
        return "mask" if at >= self.first and self.program.lines[at - self.first].op in COMPARISONS else "tensor"

    def line(self, at: int) -> Text:
        """What a line computes, written out."""
        line = self.program.lines[at - self.first]
        if line.op == "constant":
            return _constant(line)
        args = [self.text(arg) for arg in line.args]
        if line.op in CALLS:
            return CALLS[line.op](args, line, [self.shapes[arg] for arg in line.args])
        if line.op in BINDING:
            return _operator(line.op, args)
        return _call(OPERATIONS[line.op])(args)

    def statements(self) -> list[str]:
        """The body of the function."""
        last = len(self.shapes) - 1
        named = [at for at in range(self.first, last + 1) if at in self.names]
        lines = [f"{self.names[at]} = {self._full(at)}" for at in named]
        return [*lines, f"return {self.names[last] if last in self.names else self._full(last)}"]

    def _full(self, at: int) -> str:
        text = self.line(at)
        is_mask = text.kind == "mask" and at == len(self.shapes) - 1
        return _tensor(text).text if text.kind == "number" or is_mask else text.text


# ── The listing ──────────────────────────────────────────────────────────────────────────────────────────


def tensor_listing(program: Program, inputs: Sequence[Array], v: Array, wrt: str) -> Listing:
    """The complete listing: the reader's lines as a function, one backward(v), and the Jacobian by ``wrt``.

    It shows "output"; "x.grad" for every input, by its name (None where the output does not depend on it); "jacrev".
    Where the output depends on nothing also "requires_grad".
    """
    writer = _Writer(program)
    names = [writer.names[at] for at in range(len(program.inputs))]
    body = "".join(f"    {statement}\n" for statement in writer.statements())
    output = program.lines[-1].name if program.lines else ""
    out = writer.names[len(program.shapes) - 1] if output else unused("y", {*RESERVED, *names})
    given = "".join(
        f"{name} = torch.tensor({written(array)}, requires_grad=True)\n"
        for name, array in zip(names, inputs, strict=True)
    )
    arguments = ", ".join(names)
    text = (
        f"def f({arguments}):\n{body}\n{given}v = torch.tensor({written(v)})\n\n"
        + f"{out} = f({arguments})\nprint({out})§output\n"
        + _backward(program, names, out)
        + f"\n# the whole Jacobian by {names[program.place(wrt)]}: one backward pass for each entry of {out}\n"
        + f"with torch.no_grad():\n    print(torch.func.jacrev(f{_argnums(program, wrt)})({arguments}))§jacrev\n"
    )
    return Listing.written(_header(text) + text)


def _header(text: str) -> str:
    functional = "import torch.nn.functional as F\n" if re.search(r"\bF\.", text) else ""
    return f"import torch\n{functional}\ntorch.set_default_dtype(torch.float64)\n\n"


def _argnums(program: Program, wrt: str) -> str:
    return f", argnums={program.place(wrt)}" if program.place(wrt) else ""


def _backward(program: Program, names: Sequence[str], out: str) -> str:
    last, used = len(program.shapes) - 1, occurring(program)
    reached = [at for at in range(len(names)) if last in leading(program, (at,))]
    labels = [value.name for value in program.inputs]
    if not reached:
        told = f"# no graph leads from {out} back to an input\nprint({out}.requires_grad)§requires_grad\n"
    else:
        told = f"{out}.backward(v)\n"
    for at, name in enumerate(names):
        if at not in reached:
            why = "nothing flows back to" if at in used else f"{out} does not depend on"
            told += f"# {why} {name}: PyTorch leaves None, which means zero\n"
        told += f"print({name}.grad)§{labels[at]}.grad\n"
    return told


def occurring(program: Program) -> set[int]:
    """The values that the output is made of."""
    first = len(program.inputs)
    found = {len(program.shapes) - 1}
    for at in range(len(program.shapes) - 1, first - 1, -1):
        if at in found:
            found.update(program.lines[at - first].args)
    return found
