"""The tape: the graph that torch itself recorded while a listing ran, and the backward pass through it.

Nothing here is derived. What was computed is what torch dispatched (``TorchDispatchMode``), the graph is the one that
``grad_fn.next_functions`` tell, a local derivative is what a node answers to an adjoint of ones, and the adjoints are
those that hooks saw while ``backward(v)`` ran.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from core.code.transcript import Listing
from core.engines import autograd

Vector = tuple[float, ...]
Node = Any  # a torch.autograd.graph.Node; its concrete classes are made in C++

LEAF = "AccumulateGrad"


@dataclass(frozen=True)
class Use:
    """One argument of an operation through which the gradient goes back.

    ``of`` is the operation that made the argument (an index of ``Tape.operations``), ``local`` torch's derivative of
    the result by it: one number, or the one-hot row of x[0]; ``rule`` is the same in letters ("2*t1", empty where
    there is no short one), and ``sent`` is what backward passed on to the argument: adjoint · local.
    """

    of: int
    local: Vector
    rule: str
    sent: Vector


@dataclass(frozen=True)
class Operation:
    """One node of torch's graph: ``name`` = ``text``, its value, and the adjoint that arrived at it.

    ``node`` is torch's own name for it, such as "MulBackward0"; ``stage`` counts the vectors: 0 for x and what is
    computed on the way to y (y included), 1 on the way to z, … Value and adjoint have one shape: one number, or as
    many as the vector has.
    """

    name: str
    node: str
    text: str
    stage: int
    value: Vector
    adjoint: Vector
    uses: tuple[Use, ...]


@dataclass(frozen=True)
class Tape:
    """``operations`` as they were recorded, x first; ``order`` is how backward went through them."""

    operations: tuple[Operation, ...]
    order: tuple[int, ...]


EMPTY = Tape((), ())


def record(listing: Listing, vectors: Sequence[str]) -> Tape:
    """Runs a listing up to what it shows first, and backward(v) from the last of ``vectors`` ("x", "y", "z").

    Empty where that vector does not depend on x. RuntimeError for code that is not ours.
    """
    with autograd.alone:
        with Recorder() as recorder:
            names = autograd.execute(listing.setting, lambda _: None)
        last = names[vectors[-1]]
        assert isinstance(last, torch.Tensor)
        if last.grad_fn is None:
            return EMPTY
        graph = _Graph(last.grad_fn, recorder.calls, {name: names[name] for name in vectors})
        local = [graph.local(node) for node in graph.nodes]
        seen = Hooks(graph.nodes, _vector)
        last.backward(names["v"])  # type: ignore[no-untyped-call]  # torch leaves it untyped
        return Tape(tuple(graph.operation(i, local[i], seen) for i in range(len(graph.nodes))), tuple(seen.order))


# ── What is recorded ─────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Call:
    """One operation that torch dispatched: "mul", its arguments and its result."""

    op: str
    args: tuple[Any, ...]
    result: Any


class Recorder(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Keeps every call that reaches torch's dispatcher; the results get their grad_fn afterwards."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.calls: list[Call] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        made = result[0] if isinstance(result, tuple) else result  # what follows is torch's own, for the way back
        self.calls.append(Call(func.overloadpacket.__name__, tuple(args), made))
        return result


class Hooks:
    """What arrives at every node and what it sends on, in the order in which the engine runs them.

    Of what arrives is kept what ``kept`` makes of it: its numbers.
    """

    def __init__(self, nodes: Sequence[Node], kept: Callable[[Any], Any]) -> None:
        self.kept = kept
        self.order: list[int] = []
        self.adjoint: dict[int, Any] = {}
        self.sent: dict[int, tuple[Any, ...]] = {}
        for i, node in enumerate(nodes):
            node.register_prehook(self._arrives(i))
            if LEAF not in node.name():
                node.register_hook(self._leaves(i))

    def _arrives(self, i: int) -> Callable[[tuple[Any, ...]], None]:
        def hook(grad_outputs: tuple[Any, ...]) -> None:
            self.order.append(i)
            self.adjoint[i] = self.kept(grad_outputs[0])

        return hook

    def _leaves(self, i: int) -> Callable[[tuple[Any, ...], tuple[Any, ...]], None]:
        def hook(grad_inputs: tuple[Any, ...], _: tuple[Any, ...]) -> None:
            self.sent[i] = grad_inputs

        return hook


class _Graph:
    """The nodes below ``root`` in the order of the calls that made them, with names for their results."""

    def __init__(self, root: Node, calls: Sequence[Call], vectors: dict[str, Any]) -> None:
        below = walk(root)
        made = {grad_fn_of(call.result): call for call in calls if grad_fn_of(call.result) in below}
        self.nodes: list[Node] = [node for node in below if LEAF in node.name()] + list(made)
        self.index = {node: i for i, node in enumerate(self.nodes)}
        self.made = made
        self.results = {id(call.result): call for call in calls}
        letters = {tensor.grad_fn: name for name, tensor in vectors.items() if tensor.grad_fn is not None}
        self.leaf = vectors["x"] if "x" in vectors else next(iter(vectors.values()))
        scalars = [node for node in made if node not in letters]
        self.names = {node: f"t{k}" for k, node in enumerate(scalars, 1)} | letters
        self.ends = [self.index[node] for node in letters if node in self.index]

    def local(self, node: Node) -> tuple[Any, ...]:
        """What the node answers to an adjoint of ones: its own derivatives."""
        if node not in self.made:
            return ()
        answer = node(torch.ones_like(self._result(node)))
        return answer if isinstance(answer, tuple) else (answer,)

    def operation(self, i: int, local: tuple[Any, ...], seen: Hooks) -> Operation:
        node, call = self.nodes[i], self.made.get(self.nodes[i])
        value = _vector(self._result(node))
        text = self._text(call) if call else ""
        sent = seen.sent.get(i, ())
        uses = tuple(
            Use(self.index[maker], _vector(local[slot]), self._rule(node, slot), _vector(sent[slot]))
            for slot, (maker, _) in enumerate(node.next_functions)
            if maker is not None and local[slot] is not None and sent[slot] is not None
        )
        name = self.names.get(node, "x")
        stage = sum(i > end for end in self.ends)
        plain = node.name().rpartition("::")[2]
        return Operation(name, plain, text, stage, value, seen.adjoint.get(i, (0.0,) * len(value)), uses)

    def _result(self, node: Node) -> Any:
        return self.made[node].result if node in self.made else node.variable

    def _rule(self, node: Node, slot: int) -> str:
        rules = RULES.get(node.name(), ())
        if slot >= len(rules):
            return ""
        args = [self._argument(arg) for arg in self.made[node].args]
        rule = rules[slot].format(*args, r=self.names.get(node, ""))
        return SHORTER.sub(_shorter, rule)

    def _text(self, call: Call) -> str:
        args = [self._argument(arg) for arg in call.args]
        if call.op in TEXTS:
            return TEXTS[call.op].format(*args)
        return f"{call.op}({', '.join(args)})"

    def _argument(self, arg: Any) -> str:
        if isinstance(arg, (list, tuple)):
            return ", ".join(map(self._argument, arg))
        if not isinstance(arg, torch.Tensor):
            return f"{arg:.6g}" if isinstance(arg, float) else str(arg)
        if arg is self.leaf:
            return "x"
        if arg.grad_fn is not None and arg.grad_fn in self.names:
            return self.names[arg.grad_fn]
        call = self.results.get(id(arg))  # a condition, or a constant made into a tensor
        if call and call.op in TEXTS:
            return self._text(call)
        return f"{arg.item():.6g}" if arg.numel() == 1 else "…"


def walk(root: Node) -> dict[Node, None]:
    """A node and everything that leads to it."""
    below: dict[Node, None] = {}
    stack = [root]
    while stack:
        node = stack.pop()
        if node is not None and node not in below:
            below[node] = None
            stack.extend(following for following, _ in node.next_functions)
    return below


def grad_fn_of(result: Any) -> Node | None:
    """The node that made a result, None where none did."""
    return result.grad_fn if isinstance(result, torch.Tensor) else None


def _vector(tensor: Any) -> Vector:
    """The numbers of a tensor; an undefined gradient, which torch passes on as None, is a zero."""
    return (0.0,) if tensor is None else tuple(tensor.detach().reshape(-1).tolist())


def _shorter(power: re.Match[str]) -> str:
    """3 * t1**(3 - 1) as 3 * t1**2, and 2 * t1**(2 - 1) as 2 * t1."""
    n, base = float(power[1]), power[2]
    return f"{power[1]} * {base}" if n == 2 else f"{power[1]} * {base}**{_number(n - 1)}"


def _number(value: float) -> str:
    text = f"{value:.6g}"
    return f"({text})" if text.startswith("-") else text


# ── How it is written ────────────────────────────────────────────────────────────────────────────────────

TEXTS: dict[str, str] = {  # torch's name for an operation → what its code looks like
    "select": "{0}[{2}]",
    "stack": "stack({0})",
    "neg": "-{0}",
    "add": "{0} + {1}",
    "sub": "{0} - {1}",
    "rsub": "{1} - {0}",
    "mul": "{0} * {1}",
    "div": "{0} / {1}",
    "reciprocal": "1 / {0}",
    "pow": "{0} ** {1}",
    "gt": "{0} > {1}",
    "ge": "{0} >= {1}",
    "lt": "{0} < {1}",
    "le": "{0} <= {1}",
    "eq": "{0} == {1}",
    "ne": "{0} != {1}",
    "log_sigmoid_forward": "logsigmoid({0})",
}
SHORTER = re.compile(r"^(-?[\d.]+) \* (\w+)\*\*\(-?[\d.]+ - 1\)$")
# torch's node → the derivative by each of its arguments; {0} is the first argument, {r} the result
RULES: dict[str, tuple[str, ...]] = {
    "AddBackward0": ("1", "1"),
    "SubBackward0": ("1", "-1"),
    "RsubBackward1": ("-1",),
    "MulBackward0": ("{1}", "{0}"),
    "DivBackward0": ("1 / {1}", "-{0} / {1}**2"),
    "ReciprocalBackward0": ("-{r}**2",),
    "NegBackward0": ("-1",),
    "PowBackward0": ("{1} * {0}**({1} - 1)",),
    "PowBackward1": ("{1} * {0}**({1} - 1)", "{r} * log({0})"),
    "SinBackward0": ("cos({0})",),
    "CosBackward0": ("-sin({0})",),
    "TanBackward0": ("1 + {r}**2",),
    "AsinBackward0": ("1 / sqrt(1 - {0}**2)",),
    "AcosBackward0": ("-1 / sqrt(1 - {0}**2)",),
    "AtanBackward0": ("1 / (1 + {0}**2)",),
    "SinhBackward0": ("cosh({0})",),
    "CoshBackward0": ("sinh({0})",),
    "TanhBackward0": ("1 - {r}**2",),
    "ExpBackward0": ("{r}",),
    "LogBackward0": ("1 / {0}",),
    "SqrtBackward0": ("1 / (2 * {r})",),
    "AbsBackward0": ("sign({0})",),
    "SigmoidBackward0": ("{r} * (1 - {r})",),
    "SoftplusBackward0": ("sigmoid({0})",),
    "Atan2Backward0": ("{1} / ({0}**2 + {1}**2)", "-{0} / ({0}**2 + {1}**2)"),
}
