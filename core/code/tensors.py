"""A program in matrices as PyTorch code: the reader's own lines, run exactly as they are shown.

This is text: no torch here. How an operation is written stands in CALLS, and for what is computed entry by entry in
core.expression.operations.
"""

from __future__ import annotations

import keyword
import math
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.code.torch import ATOM, BINDING, LARGEST_INTEGER, OPERATIONS, PLAIN, literal
from core.code.transcript import WIDTH, Listing
from core.expression.text import to_text
from core.expression.tree import COMPARISONS, Node, walk
from core.numbers.exact import value_of
from core.tensors.program import Line, Option, Program, Shape
from core.tensors.pullbacks import leading
from core.tensors.values import EPSILON

Array = NDArray[Any]
RESERVED = frozenset({*keyword.kwlist, *"torch F print f v".split()})


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

Writer = Callable[[Sequence[Text], Line, Sequence[Shape]], Text]  # arguments, the line, their shapes


def _tensor(text: Text) -> Text:
    """The same as a float64 tensor."""
    if text.kind == "number":
        whole = text.text.lstrip("-").isdigit()
        return Text(f"torch.tensor({text.text}{'.0' if whole else ''})")
    return Text(f"{_atom(text)}.double()") if text.kind == "mask" else text


def _mask(text: Text) -> Text:
    """The same as a tensor of True and False."""
    return text if text.kind == "mask" else Text(f"{_atom(_tensor(text))} != 0", BINDING["!="][0], "mask")


def _atom(text: Text) -> str:
    """A text that a dot or brackets may follow."""
    return text.text if text.binding >= ATOM else f"({text.text})"


def _operator(op: str, args: Sequence[Text]) -> Text:
    """A mask may stand as it is beside one tensor in a product; else it becomes the 0 and 1 that it means here."""
    if [arg.kind for arg in args if arg.kind != "mask"] != ["tensor"] or op != "*":
        args = [_tensor(arg) if arg.kind == "mask" else arg for arg in args]
    if all(arg.kind == "number" for arg in args):
        args = [_tensor(args[0]), *args[1:]]
    return _bracketed(OPERATIONS[op], args, BINDING[op], "mask" if op in COMPARISONS else "tensor")


def _bracketed(op: str, args: Sequence[Text], binding: tuple[int, tuple[int, ...]], kind: str = "tensor") -> Text:
    own, needed = binding
    texts = [arg.text if arg.binding >= least else f"({arg.text})" for arg, least in zip(args, needed, strict=True)]
    return Text(op.format(*texts), own, kind)


def _function(op: str, args: Sequence[Text], shapes: Sequence[Shape]) -> Text:
    """A function of the tree. Some take plain numbers behind their first argument, and clamp both or neither."""
    if op == "where":
        args = [_mask(args[0]), _tensor(args[1]), args[2]]
        args = [*args[:2], _tensor(args[2]) if args[2].kind == "mask" else args[2]]
    elif op in PLAIN and all(arg.kind == "number" for arg in args[1:]):
        args = [_tensor(args[0]), *args[1:]]
    else:
        args = [_tensor(arg) for arg in args]
    texts = [arg.text for arg in args]
    if op == "clamp" and args[1].kind == "tensor" and len(set(shapes)) > 1:
        return Text(f"torch.clamp(*torch.broadcast_tensors({', '.join(texts)}))")  # its own broadcasting cannot go back
    return Text(OPERATIONS[op].replace("torch.nn.functional.", "F.").format(*texts))


def _call(text: str, **extra: Callable[[Line, Sequence[Shape]], str]) -> Writer:
    """A template: {0}, {1} are the arguments, {x} the first one where a dot follows, options stand by their names."""

    def written(args: Sequence[Text], line: Line, shapes: Sequence[Shape]) -> Text:
        tensors = [_tensor(arg) for arg in args]
        more = {name: of(line, shapes) for name, of in extra.items()}
        first = {"x": _atom(tensors[0])} if tensors else {}
        return Text(text.format(*(arg.text for arg in tensors), **dict(line.told), **first, **more))

    return written


def _along(line: Line, shapes: Sequence[Shape]) -> str:
    """``dim=0, keepdim=True``; torch does not keep dimensions without being told which."""
    dim, keep = line.told["dim"], line.told["keepdim"]
    if keep and dim is None:
        dim = tuple(range(len(shapes[0])))
    return ", ".join([f"dim={dim}"] * (dim is not None) + ["keepdim=True"] * bool(keep))


def _also_along(line: Line, shapes: Sequence[Shape]) -> str:
    """The same behind another argument."""
    along = _along(line, shapes)
    return along and f", {along}"


def _all_or_along(line: Line, shapes: Sequence[Shape]) -> str:
    """Where torch wants to be told all dimensions: ``dim=(0, 1)``."""
    every = tuple(range(len(shapes[0]))) if len(shapes[0]) != 1 else 0
    return (
        _along(line, shapes)
        if line.told["dim"] is not None
        else _along(replace(line, options=_dims(line, every)), shapes)
    )


def _dims(line: Line, dim: Any) -> tuple[tuple[str, Option], ...]:
    return tuple({**line.told, "dim": dim}.items())


def _last(line: Line, shapes: Sequence[Shape]) -> str:
    """``dim=-1`` for the last of two dimensions, as people write it."""
    dim = line.told["dim"]
    return f"dim={-1 if len(shapes[0]) == 2 and dim == 1 else dim}"


def _extreme(name: str) -> Writer:
    """``x.max()``; along a dimension amax, which shares ties, or max, which has one index."""
    all_, first, ties = (
        _call(text, along=_along)
        for text in (f"{{x}}.{name}()", f"{{x}}.{name}({{along}}).values", f"{{x}}.a{name}({{along}})")
    )

    def written(args: Sequence[Text], line: Line, shapes: Sequence[Shape]) -> Text:
        plain = line.told["dim"] is None and not line.told["keepdim"]
        return (all_ if plain else first if line.told.get("first") else ties)(args, line, shapes)

    return written


def _norm(args: Sequence[Text], line: Line, shapes: Sequence[Shape]) -> Text:
    p = _value(line.told.get("p", 2))
    order = "" if p == 2 else f", ord={int(p) if p == int(p) else p}" if math.isfinite(p) else f", ord={literal(p)}"
    return _call(f"torch.linalg.vector_norm({{0}}{order}{{along}})", along=_also_along)(args, line, shapes)


def _prod(args: Sequence[Text], line: Line, shapes: Sequence[Shape]) -> Text:
    """torch has no keepdim without a dim there."""
    if line.told["dim"] is None and line.told["keepdim"]:
        sides = ", ".join("1" for _ in line.shape)
        return _call(f"{{x}}.prod().reshape({sides or '()'})")(args, line, shapes)
    return _call("{x}.prod({along})", along=_along)(args, line, shapes)


def _matmul(args: Sequence[Text], line: Line, shapes: Sequence[Shape]) -> Text:
    return _bracketed("{} @ {}", [_tensor(arg) for arg in args], BINDING["*"])


def _transpose(args: Sequence[Text], line: Line, shapes: Sequence[Shape]) -> Text:
    return _call("{x}.T")(args, line, shapes) if len(shapes[0]) == 2 else args[0]


def _place(place: Any) -> str:
    if isinstance(place, tuple):
        return _slice(*place)
    return str(place)


def _slice(start: int, stop: int, step: int) -> str:
    return f"{start or ''}:{stop}" + (f":{step}" if step != 1 else "")


def _select(args: Sequence[Text], line: Line, shapes: Sequence[Shape]) -> Text:
    """Whole dimensions are written ``:``."""
    sides = iter(shapes[0])
    places = []
    for place in line.told["at"]:  # type: ignore[union-attr]
        side = next(sides) if place is not None else 0
        places.append(":" if place == (0, side, 1) else _place(place))
    return Text(f"{_atom(_tensor(args[0]))}[{', '.join(places)}]")


def _parts(name: str) -> Writer:
    def written(args: Sequence[Text], line: Line, shapes: Sequence[Shape]) -> Text:
        dim = f", dim={line.told['dim']}" if line.told["dim"] else ""
        return Text(f"torch.{name}([{', '.join(_tensor(arg).text for arg in args)}]{dim})")

    return written


def _diagonal(line: Line, shapes: Sequence[Shape]) -> str:
    return f", diagonal={line.told['diagonal']}" if line.told["diagonal"] else ""


def _normalised(line: Line, shapes: Sequence[Shape]) -> str:
    eps = line.told.get("eps", EPSILON)
    return f"({shapes[0][-1]},)" + (f", eps={_value(eps)}" if eps != EPSILON else "")


def _targets(line: Line, shapes: Sequence[Shape]) -> str:
    targets = line.told["targets"]
    assert isinstance(targets, tuple)
    return str(list(targets) if len(shapes[0]) == 2 else targets[0])


def _mse(args: Sequence[Text], line: Line, shapes: Sequence[Shape]) -> Text:
    """F.mse_loss warns of broadcasting."""
    if shapes[0] == shapes[1]:
        return _call("F.mse_loss({0}, {1})")(args, line, shapes)
    off = _operator("-", [_tensor(arg) for arg in args])
    return Text(f"(({off.text})**2).mean()")


def _masked_fill(args: Sequence[Text], line: Line, shapes: Sequence[Shape]) -> Text:
    return Text(f"{_atom(_tensor(args[0]))}.masked_fill({_mask(args[1]).text}, {_number(line.told['value']).text})")


def _conv(args: Sequence[Text], line: Line, shapes: Sequence[Shape]) -> Text:
    x, kernel = (f"{_atom(_tensor(arg))}[None, None]" for arg in args)
    padding = ', padding="same"' if line.told["padding"] == "same" else ""
    return Text(f"F.{line.op}({x}, {kernel}{padding})[0, 0]")


def _shape(line: Line, shapes: Sequence[Shape]) -> str:
    return ", ".join(map(str, line.shape)) or "()"


CALLS: dict[str, Writer] = {
    "matmul":        _matmul,
    "dot":           _call("torch.dot({0}, {1})"),
    "outer":         _call("torch.outer({0}, {1})"),
    "transpose":     _transpose,
    "reshape":       _call("{x}.reshape({sides})", sides=_shape),
    "select":        _select,
    "cat":           _parts("cat"),
    "stack":         _parts("stack"),
    "sum":           _call("{x}.sum({along})", along=_along),
    "mean":          _call("{x}.mean({along})", along=_along),
    "prod":          _prod,
    "max_over":      _extreme("max"),
    "min_over":      _extreme("min"),
    "norm":          _norm,
    "logsumexp":     _call("torch.logsumexp({0}, {along})", along=_all_or_along),
    "softmax":       _call("torch.softmax({0}, {along})", along=_last),
    "log_softmax":   _call("torch.log_softmax({0}, {along})", along=_last),
    "layer_norm":    _call("F.layer_norm({0}, {sides})", sides=_normalised),
    "cross_entropy": _call("F.cross_entropy({0}, torch.tensor({classes}))", classes=_targets),
    "mse":           _mse,
    "trace":         _call("torch.trace({0})"),
    "det":           _call("torch.linalg.det({0})"),
    "inverse":       _call("torch.linalg.inv({0})"),
    "tril":          _call("torch.tril({0}{places})", places=_diagonal),
    "triu":          _call("torch.triu({0}{places})", places=_diagonal),
    "masked_fill":   _masked_fill,
    "conv1d":        _conv,
    "conv2d":        _conv,
}  # fmt: skip


def _constant(args: Sequence[Text], line: Line, shapes: Sequence[Shape]) -> Text:
    entries = line.told["entries"]
    assert isinstance(entries, tuple)
    if not line.shape:
        return _number(entries[0])
    numbers = np.array([_value(entry) for entry in entries]).reshape(line.shape)
    for value, name in FILLED.items():
        if (numbers == value).all():
            return Text(f"torch.{name}({', '.join(map(str, line.shape))})")
    return Text(f"torch.tensor({written(numbers)})")


CALLS["constant"] = _constant
FILLED = {1.0: "ones", 0.0: "zeros"}


def _number(entry: Option) -> Text:
    """A scalar constant as a plain number of Python: 2, 1/3, torch.pi."""
    value = _value(entry)
    if isinstance(entry, Node) and entry.op == "sqrt" and entry.args[0].op == "number":
        return Text(f"{entry.args[0].text}**0.5", BINDING["^"][0], "number")
    if isinstance(entry, Node) and {node.op for node in walk(entry)} <= {"number", "constant", "/", "*", "neg"}:
        text = to_text(entry, spaces=False).replace("pi", "torch.pi")
        return Text(text, ATOM if entry.op in ("number", "constant") else BINDING[entry.op][0], "number")
    return Text(
        str(int(value)) if abs(value) < LARGEST_INTEGER and value == int(value) else literal(value),
        ATOM if value >= 0 else BINDING["neg"][0],
        "number",
    )


def _value(entry: Option) -> float:
    return value_of(entry).value if isinstance(entry, Node) else float(entry)  # type: ignore[arg-type]


def written(array: Array) -> str:
    """Numbers as nested lists of Python: [[1.0, 2.0], [3.0, 4.0]]."""
    if not array.ndim:
        return literal(float(array))
    return f"[{', '.join(written(np.asarray(part)) for part in array)}]"


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
        args, shapes = [self.text(arg) for arg in line.args], [self.shapes[arg] for arg in line.args]
        if line.op in CALLS:
            return CALLS[line.op](args, line, shapes)
        return _operator(line.op, args) if line.op in BINDING else _function(line.op, args, shapes)

    def statements(self) -> list[str]:
        """The body of the function."""
        last = len(self.shapes) - 1
        named = [at for at in range(self.first, last + 1) if at in self.names]
        lines = [f"{self.names[at]} = {self._full(at)}" for at in named]
        return [*lines, f"return {self.names[last] if last in self.names else self._full(last)}"]

    def steps(self, out: str) -> list[str]:
        """The same, one after another without the function; the result is called ``out``."""
        *before, last = self.statements()
        value = last.removeprefix("return ")
        return [*before, *([f"{out} = {value}"] if value != out else [])]

    def _full(self, at: int) -> str:
        text = self.line(at)
        is_mask = text.kind == "mask" and at == len(self.shapes) - 1
        return _tensor(text).text if text.kind == "number" or is_mask else text.text


# ── The listing ──────────────────────────────────────────────────────────────────────────────────────────


def tensor_listing(program: Program, inputs: Sequence[Array], v: Array, wrt: str, batch: str | None = None) -> Listing:
    """The complete listing: the reader's lines as a function, one backward(v), and the Jacobian by ``wrt``.

    It shows "output"; "x.grad" for every input, by its name (None where the output does not depend on it); "jacrev".
    Where the output depends on nothing also "requires_grad"; with a ``batch``, an input whose rows are samples, "vmap".
    """
    writer = _Writer(program)
    names = [writer.names[at] for at in range(len(program.inputs))]
    body = "".join(f"    {statement}\n" for statement in writer.statements())
    output = program.lines[-1].name if program.lines else ""
    out = writer.names[len(program.shapes) - 1] if output else unused("y", {*RESERVED, *names})
    given = "".join(_given(name, array, ", requires_grad=True") for name, array in zip(names, inputs, strict=True))
    arguments = ", ".join(names)
    text = (
        f"def f({arguments}):\n{body}\n{given}{_given('v', v)}\n"
        + f"{out} = f({arguments})\nprint({out})§output\n"
        + _backward(program, names, out)
        + "\n# the whole Jacobian in one call: one backward pass for each output\n"
        + f"with torch.no_grad():\n    print(torch.func.jacrev(f{_argnums(program, wrt)})({arguments}))§jacrev\n"
        + (_sample_by_sample(program, arguments, wrt, batch) if batch else "")
    )
    return Listing.written(_header(text) + text)


def _given(name: str, array: Array, more: str = "") -> str:
    """``x = torch.tensor([[1.0, 2.0], [3.0, 4.0]])``, each row on a line of its own where one would be too long."""
    text = f"{name} = torch.tensor({written(array)}{more})\n"
    if len(text) <= WIDTH or array.ndim < 2:
        return text
    return f"{name} = torch.tensor([\n{''.join(f'    {written(row)},' + chr(10) for row in array)}]{more})\n"


def _sample_by_sample(program: Program, arguments: str, wrt: str, batch: str) -> str:
    """f is asked for its Jacobian at each row of the batch alone, all of them in one call."""
    dims = ", ".join("0" if value.name == batch else "None" for value in program.inputs)
    in_dims = f"({dims},)" if len(program.inputs) == 1 else f"({dims})"
    call = f"torch.func.vmap(torch.func.jacrev(f{_argnums(program, wrt)}), in_dims={in_dims})({arguments})"
    return f"\n# the Jacobians of the samples, each by itself\nwith torch.no_grad():\n    print({call})§vmap\n"


def tape_listing(program: Program, inputs: Sequence[Array], v: Array) -> tuple[str, dict[str, int], str]:
    """The same lines outside of a function, so that what they name can be asked for: up to backward.

    With it which value each name is, and what the output is called.
    """
    writer = _Writer(program)
    last = len(program.shapes) - 1
    out = writer.names.get(last) or unused("y", {*RESERVED, *writer.names.values()})
    given = "".join(_given(writer.names[at], array, ", requires_grad=True") for at, array in enumerate(inputs))
    text = given + _given("v", v) + "".join(f"{step}\n" for step in writer.steps(out))
    return _header(text) + text, {name: at for at, name in writer.names.items()} | {out: last}, out


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
        told = f"# no graph leads back to an input\nprint({out}.requires_grad)§requires_grad\n"
    else:
        told = f"{out}.backward(v)\n"
    for at, name in enumerate(names):
        if at not in reached:
            why = "nothing flows back to it" if at in used else "it is not used"
            told += f"# {why}: PyTorch leaves None, which means zero\n"
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
