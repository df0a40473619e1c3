"""The expression tree as PyTorch code: what a reader could paste into a notebook.

The inputs are the elements of one vector, so the code holds numbers, operators, ``x[0]`` and torch's own
names, and nothing that a visitor typed (``autograd.run`` refuses anything else). This is text: no torch here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from operator import add, mul, neg, pow, sub, truediv
from typing import NamedTuple

from core.code.transcript import Listing
from core.expression.operations import FUNCTIONS
from core.expression.tree import COMPARISONS, Node

OPERATIONS: dict[str, str] = {
    "number": "{}",
    "name": "{}",
    "pi": "torch.pi",
    "neg": "-{}",
    "+": "{} + {}",
    "-": "{} - {}",
    "*": "{}*{}",
    "/": "{}/{}",
    "^": "{}**{}",
    **{comparison: f"{{}} {comparison} {{}}" for comparison in COMPARISONS},
    **{name: operation.torch for name, operation in FUNCTIONS.items()},
}

# functions that take plain numbers behind their first argument: some take nothing else there, and clamp both or neither
PLAIN = frozenset(("leaky_relu", "clamp", "clamp_min", "clamp_max", "fmod", "remainder"))

ATOM = 9
# op -> how tightly its text binds, and how tightly each argument must bind to stand without parentheses
BINDING: dict[str, tuple[int, tuple[int, ...]]] = {
    **dict.fromkeys(COMPARISONS, (0, (1, 1))),
    "+": (1, (1, 2)),
    "-": (1, (1, 2)),
    "*": (2, (2, 4)),
    "/": (2, (2, 4)),
    "neg": (1, (2,)),
    "^": (4, (5, 4)),
}

PYTHON: dict[str, Callable[..., float]] = {"neg": neg, "+": add, "-": sub, "*": mul, "/": truediv, "^": pow}
LARGEST_INTEGER = 2**53  # beyond it a Python int and a float64 part ways


class Text(NamedTuple):
    """``number`` is the value where the text is a plain Python number, and None where it is a tensor."""

    text: str
    binding: int
    number: float | None = None


def literal(number: float) -> str:
    """A float as Python writes it, with torch's names for what Python has no literal for."""
    return (
        repr(float(number))
        if math.isfinite(number)
        else {"inf": "torch.inf", "-inf": "-torch.inf"}.get(str(float(number)), "torch.nan")
    )


def expression(node: Node, places: Mapping[str, str], vector: str = "x") -> str:
    """The torch expression of ``node``: a zero-dimensional float64 tensor when run.

    ``places`` says where a variable stands ({"rho": "x[0]"}); constants become tensors through
    ``vector.new_tensor``, which keeps the dtype.
    """
    return _tensor(_write(node, places, vector), vector).text


def depends(node: Node) -> bool:
    """Whether torch can go back through ``node`` to a variable (a condition alone carries no derivative)."""
    return node.op == "name" or any(depends(arg) for arg in node.args[node.op == "where" :])


def _write(node: Node, places: Mapping[str, str], vector: str) -> Text:
    if node.op == "number":
        return _number(node.text)
    if node.op == "name":
        return Text(places[node.text], ATOM)
    if node.op == "constant":
        return Text(OPERATIONS[node.text], ATOM, {"pi": math.pi}[node.text])
    args = [_write(arg, places, vector) for arg in node.args]
    if node.op in FUNCTIONS:
        return _function(node.op, args, vector)
    number = _python(node.op, args)
    if number is None and all(arg.number is not None for arg in args):
        args[0] = _tensor(args[0], vector)
    return _operator(node.op, args, number)


def _number(text: str) -> Text:
    value = float(text)
    whole = text.isdigit() and value <= LARGEST_INTEGER
    return Text(str(int(text)), ATOM, int(text)) if whole else Text(literal(value), ATOM, value)


def _function(op: str, args: list[Text], vector: str) -> Text:
    if op == "where":
        condition, *branches = args
        plain = all(branch.number is not None for branch in branches)
        args = [condition, _tensor(branches[0], vector) if plain else branches[0], branches[1]]
    elif op in PLAIN and all(arg.number is not None for arg in args[1:]):
        args = [_tensor(args[0], vector), *args[1:]]
    else:
        args = [_tensor(arg, vector) for arg in args]
    text = args[0].text
    if op in ("min", "max"):
        for arg in args[1:]:
            text = OPERATIONS[op].format(text, arg.text)
        return Text(text, ATOM)
    return Text(OPERATIONS[op].format(*(arg.text for arg in args)), ATOM)


def _operator(op: str, args: list[Text], number: float | None) -> Text:
    binding, needed = BINDING[op]
    texts = [arg.text if arg.binding >= least else f"({arg.text})" for arg, least in zip(args, needed, strict=True)]
    return Text(OPERATIONS[op].format(*texts), binding, number)


def _python(op: str, args: list[Text]) -> float | None:
    """The value where plain Python computes what float64 would; None where it would raise, or overflow."""
    numbers = [arg.number for arg in args if arg.number is not None]
    if op not in PYTHON or len(numbers) < len(args):
        return None
    try:
        estimate = PYTHON[op](*map(float, numbers))
        small = isinstance(estimate, float) and abs(estimate) <= LARGEST_INTEGER
        return PYTHON[op](*numbers) if small else None
    except ArithmeticError:
        return None


def _tensor(text: Text, vector: str) -> Text:
    return text if text.number is None else Text(f"{vector}.new_tensor({text.text})", ATOM)


def function(name: str, vector: str, outputs: Sequence[Node], places: Mapping[str, str]) -> str:
    """``def f(x)`` returning the outputs stacked into one vector, one line each."""
    lines = [f"        {expression(output, places, vector)},\n" for output in outputs]
    return f"def {name}({vector}):\n    return torch.stack([\n{''.join(lines)}    ])\n"


def tensor(name: str, values: Sequence[float] | Sequence[Sequence[float]], grad: bool = False) -> str:
    """``x = torch.tensor([1.0, 2.0], requires_grad=True)``, float64 by HEADER's default."""
    return f"{name} = torch.tensor({_nested(values)}{', requires_grad=True' * grad})\n"


def _nested(values: Sequence[float] | Sequence[Sequence[float]]) -> str:
    return f"[{', '.join(literal(v) if isinstance(v, (int, float)) else _nested(v) for v in values)}]"


def indexed(variables: Sequence[str], vector: str) -> dict[str, str]:
    """Where each variable stands: {"rho": "x[0]", "phi": "x[1]"}."""
    return {name: f"{vector}[{j}]" for j, name in enumerate(variables)}


def legend(variables: Sequence[str], vector: str) -> str:
    """``# x = (rho, phi)`` where the variables are not x1, x2, … anyway."""
    usual = all(name == f"{vector}{j}" for j, name in enumerate(variables, 1))
    known = all(name.isidentifier() for name in variables)
    return "" if usual or not known else f"# {vector} = ({', '.join(variables)})\n"


HEADER = """\
import torch

torch.set_default_dtype(torch.float64)

"""
NO_DEPENDENCE = """\
y = f(x)
print(y)§y
# y does not depend on x: no graph to go back through
print(y.requires_grad)§y.requires_grad
# so PyTorch leaves None, which means zero
print(x.grad)§x.grad

print(torch.func.jacrev(f)(x.detach()))§J
"""
BACKWARD = """\
y = f(x)
print(y)§y
# keep the graph: more passes follow
y.backward(v, retain_graph=True)
print(x.grad)§x.grad

# m one-hot passes recover J, row by row
for one_hot in torch.eye({m}):
    # .grad accumulates: start from zero
    x.grad = None
    y.backward(one_hot, retain_graph=True)
    print(x.grad)§rows

# the whole J in one call: the same m passes
print(torch.func.jacrev(f)(x.detach()))§J
"""


def vector_listing(
    outputs: Sequence[Node], inputs: Sequence[str], point: Sequence[float], cotangent: Sequence[float]
) -> Listing:
    """The complete listing for y = f(x) and one backward(v). It shows y, x.grad, the ``rows`` of J, and J.

    Where y does not depend on x: y, y.requires_grad, x.grad (None) and J.
    """
    passes = BACKWARD.format(m=len(outputs)) if any(map(depends, outputs)) else NO_DEPENDENCE
    return Listing.written(
        HEADER
        + legend(inputs, "x")
        + function("f", "x", outputs, indexed(inputs, "x"))
        + "\n"
        + tensor("x", point, grad=True)
        + tensor("v", cotangent)
        + "\n"
        + passes
    )


CHAIN_FUNCTIONS = "fghk"  # the function of each stage
CHAIN_VECTORS = "xyzws"  # what goes into each stage; the next one is what comes out


def _forward(count: int, keep: bool) -> str:
    """``y = f(x)``, ``z = g(y)``, …, the vectors between asked to keep their ``.grad``."""
    lines = []
    for s in range(count):
        before, after = CHAIN_VECTORS[s], CHAIN_VECTORS[s + 1]
        lines.append(f"{after} = {CHAIN_FUNCTIONS[s]}({before})\n")
        if keep and s < count - 1:
            lines.append("# y is no leaf: ask PyTorch to keep its .grad\n" if s == 0 else "")
            lines.append(f"{after}.retain_grad()\n")
    return "".join(lines) + "".join(f"print({letter})§{letter}\n" for letter in CHAIN_VECTORS[1 : count + 1])


def _jacrev(s: int) -> str:
    return f"torch.func.jacrev({CHAIN_FUNCTIONS[s]})({CHAIN_VECTORS[s]}.detach())"


def _jvp(s: int) -> str:
    pushed = f"torch.func.jvp({CHAIN_FUNCTIONS[s]}, ({CHAIN_VECTORS[s]}.detach(),), (u,))[1]"
    return f"u = {pushed}\nprint(u)§u at {CHAIN_VECTORS[s + 1]}\n"


def _connected(count: int) -> str:
    lines = [f"{CHAIN_VECTORS[count]}.backward(v)\n"]
    for s in range(count - 1, -1, -1):
        why = "v pulled back through" if s == count - 1 else "and on through"
        lines.append(f"# {why} {CHAIN_FUNCTIONS[s]}\nprint({CHAIN_VECTORS[s]}.grad)§{CHAIN_VECTORS[s]}.grad\n")
    return "".join(lines)


def _cut(count: int) -> str:
    last = CHAIN_VECTORS[count]
    shown = f"{last}.requires_grad"
    lines = [f"# {last} does not depend on x: no graph to go back through\nprint({shown})§{shown}\n"]
    for s in range(count - 1, 0, -1):
        lines.append(f"v = v @ {_jacrev(s)}\n")
        lines.append(f"# v pulled back through {CHAIN_FUNCTIONS[s]}\nprint(v)§v at {CHAIN_VECTORS[s]}\n")
    return "".join(lines) + "# PyTorch leaves None, which means zero\nprint(x.grad)§x.grad\n"


def chain_listing(
    inner: Sequence[Node],
    outer: Sequence[Node],
    inputs: Sequence[str],
    point: Sequence[float],
    cotangent: Sequence[float],
    further: Sequence[Sequence[Node]] = (),
) -> Listing:
    """The listing for z = g(f(x)), or w = h(g(f(x))) and so on with ``further`` stages.

    A stage after the first is written in y1, y2, …, the next in z1, z2, …: the outputs of the stage before. It shows
    y, z, …; from the last stage to the first z.grad, y.grad, x.grad (where there is no graph to go back through:
    z.requires_grad, "v at y", and x.grad, which is None); the Jacobians "J of g", "J of f"; and u = (1, 0, …) pushed
    forward: "u at y", "u at z".
    """
    stages = (inner, outer, *further)
    count = len(stages)
    connected = all(any(map(depends, stage)) for stage in stages)
    functions = []
    for s, stage in enumerate(stages):
        vector = CHAIN_VECTORS[s]
        variables = inputs if s == 0 else [f"{vector}{i}" for i in range(1, len(stages[s - 1]) + 1)]
        functions.append(function(CHAIN_FUNCTIONS[s], vector, stage, indexed(variables, vector)) + "\n")
    return Listing.written(
        HEADER
        + legend(inputs, "x")
        + "".join(functions)
        + tensor("x", point, grad=True)
        + tensor("v", cotangent)
        + "\n"
        + _forward(count, keep=connected)
        + (_connected(count) if connected else _cut(count))
        + "\n# the Jacobians by themselves\n"
        + "".join(f"print({_jacrev(s)})§J of {CHAIN_FUNCTIONS[s]}\n" for s in range(count - 1, -1, -1))
        + "\n# forward mode: u at x is pushed through f\n"
        + tensor("u", [float(j == 0) for j in range(len(inputs))])
        + "".join(f"# and on through {CHAIN_FUNCTIONS[s]}\n" * (s > 0) + _jvp(s) for s in range(count))
    )


MATMUL = """
c = a @ b
print(c)§c
c.backward(v)
print(b.grad)§b.grad
print(a.grad)§a.grad

with torch.no_grad():
    # b.grad without backward
    print(a.T @ v)§a.T @ v
    # a.grad without backward
    print(v @ b.T)§v @ b.T
"""


LOSS = """
# a scalar made of c passes the same v to c
c = a @ b
# c is no leaf: ask PyTorch to keep its .grad
c.retain_grad()
loss = {loss}
loss.backward()
print(c.grad)§c.grad
"""


def matmul_listing(
    a: Sequence[Sequence[float]],
    b: Sequence[Sequence[float]],
    v: Sequence[Sequence[float]],
    losses: Sequence[str] = (),
) -> Listing:
    """The listing for c = a @ b and one backward(v); then for each loss (code of ours in c) what it passes to c.

    It shows c, b.grad, a.grad, "a.T @ v", "v @ b.T", and c.grad once for each loss.
    """
    tensors = tensor("a", a, grad=True) + tensor("b", b, grad=True) + tensor("v", v)
    return Listing.written(HEADER + tensors + MATMUL + "".join(LOSS.format(loss=loss) for loss in losses))
