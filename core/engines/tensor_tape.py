"""The tape of matrices: every node that torch recorded for a program, its value, and what backward(v) sent through it.

What was computed, the graph and every adjoint are torch's own (core.engines.tape); the rule beside a node is that of
core.tensors.slopes for what goes entry by entry, and of RULES for what does not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from core.code.tensors import tape_listing
from core.code.transcript import execute
from core.engines.autograd import alone
from core.engines.tape import LEAF, Call, Hooks, Recorder, grad_fn_of, walk
from core.engines.tensors import VOCABULARY
from core.expression.text import to_text
from core.expression.tree import LEAVES, Node
from core.tensors.entries import formula
from core.tensors.program import Program
from core.tensors.slopes import ARGUMENTS, RESULT, SLOPES, slope

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Use:
    """One argument of an operation through which the gradient goes back.

    ``of`` is the operation that made the argument (an index of ``Tape.operations``), ``rule`` what it is sent as a
    formula ("grad_W = xᵀ·grad_z", empty where there is no short one), ``sent`` what torch passed on, in the argument's
    shape. ``whole``: the same before it was summed over the copies of a broadcast argument, in the result's shape;
    None where nothing is summed.
    """

    of: int
    rule: str
    sent: Array
    whole: Array | None = None


@dataclass(frozen=True, eq=False)
class Operation:
    """One node of torch's graph: ``name`` = ``text``, its value, and the adjoint that arrived at it, of one shape.

    ``node`` is torch's own name for it, such as "SoftmaxBackward0"; ``at`` says which value of the program it is, None
    for what torch has in between.
    """

    name: str
    node: str
    text: str
    value: Array
    adjoint: Array
    uses: tuple[Use, ...]
    at: int | None = None


@dataclass(frozen=True, eq=False)
class Tape:
    """``operations`` as they were recorded, the inputs first; ``order`` is how backward went through them."""

    operations: tuple[Operation, ...] = ()
    order: tuple[int, ...] = ()

    def arriving(self, i: int) -> tuple[tuple[int, Array], ...]:
        """What operation i is sent, and by which: where there are several, its adjoint is their sum."""
        return tuple((k, use.sent) for k, sender in enumerate(self.operations) for use in sender.uses if use.of == i)


def record(program: Program, inputs: Sequence[Array], v: Array) -> Tape:
    """Runs the program's lines in torch and backward(v); empty where nothing leads back to an input."""
    source, places, out = tape_listing(program, inputs, v)
    with alone:
        with Recorder() as recorder:
            names = execute(source, VOCABULARY, lambda _: None)
        last = names[out]
        assert isinstance(last, torch.Tensor)
        if last.grad_fn is None:
            return Tape()
        known = {name: names[name] for name in places if isinstance(names.get(name), torch.Tensor)}
        graph = _Graph(last.grad_fn, recorder.calls, known, places)
        seen = Hooks(graph.nodes, _numbers)
        last.backward(names["v"])  # type: ignore[no-untyped-call]  # torch leaves it untyped
        return Tape(tuple(graph.operation(i, seen) for i in range(len(graph.nodes))), tuple(seen.order))


def _numbers(tensor: Any) -> Array | None:
    return None if tensor is None else tensor.detach().numpy().copy()


class _Graph:
    """The nodes below ``root``: the inputs, then the calls in their order, with names for their results."""

    def __init__(self, root: Any, calls: Sequence[Call], known: Mapping[str, Any], places: Mapping[str, int]) -> None:
        below = walk(root)
        self.made = {grad_fn_of(call.result): call for call in calls if grad_fn_of(call.result) in below}
        leaves = [node for node in below if LEAF in node.name()]
        by_input = {id(tensor): name for name, tensor in known.items()}
        self.names = {node: by_input.get(id(node.variable), "?") for node in leaves}
        leaves.sort(key=lambda node: places.get(self.names[node], 0))
        self.names |= {tensor.grad_fn: name for name, tensor in known.items() if tensor.grad_fn is not None}
        others = [node for node in self.made if node not in self.names]
        taken = set(known)
        fresh = (name for k in range(1, len(others) + len(taken) + 1) if (name := f"t{k}") not in taken)
        self.names |= dict(zip(others, fresh, strict=False))
        self.nodes = leaves + list(self.made)
        self.index = {node: i for i, node in enumerate(self.nodes)}
        self.places, self.known = places, by_input
        self.results = {id(call.result): call for call in calls}

    def operation(self, i: int, seen: Hooks) -> Operation:
        """Node i with what went through it."""
        node = self.nodes[i]
        call = self.made.get(node)
        value = _numbers(call.result if call else node.variable)
        assert value is not None
        adjoint = seen.adjoint.get(i)
        name = self.names[node]
        plain = Operation(
            name,
            node.name().rpartition("::")[2],
            self._text(call) if call else "",
            value,
            np.zeros_like(value) if adjoint is None else adjoint,
            (),
            self.places.get(name),
        )
        return replace(plain, uses=tuple(self._uses(node, call, plain, seen.sent.get(i, ())))) if call else plain

    def _uses(self, node: Any, call: Call, plain: Operation, sent: Sequence[Any]) -> list[Use]:
        uses = []
        for slot, (maker, _) in enumerate(node.next_functions):
            if maker in self.index and slot < len(sent) and sent[slot] is not None:
                numbers = _numbers(sent[slot])
                assert numbers is not None
                rule, whole = self._rule(call, slot, plain, self.names[maker], numbers)
                uses.append(Use(self.index[maker], rule, numbers, whole))
        return uses

    def _rule(self, call: Call, slot: int, plain: Operation, name: str, sent: Array) -> tuple[str, Array | None]:
        """What is sent as a formula, and its numbers before they are summed over the copies of a broadcast argument."""
        g, texts = f"grad_{plain.name}", [self._argument(arg) for arg in call.args]
        op = ENTRYWISE.get(call.op, call.op)
        whole = None
        if op in SLOPES:
            at = slot + (op == "where")
            tree = slope(op, at)
            if tree is None:
                return "", None
            written = _written(tree, texts, plain.name)
            sign = {"1": g, "-1": f"-{g}"}
            factor = written if WORD.fullmatch(written) else f"({written})"
            body = sign.get(written) or f"{factor} ⊙ {g}"
            if sent.shape != plain.value.shape:
                whole, body = _spread(tree, call, plain), f"sum({body})"
        elif call.op in RULES and slot < len(RULES[call.op]):
            count = plain.value.size and sent.size // plain.value.size
            body = RULES[call.op][slot].format(*texts, g=g, r=plain.name, n=count)
        else:
            return "", None
        return f"grad_{name} = {body}", whole

    def _argument(self, arg: Any) -> str:
        if isinstance(arg, (list, tuple)):
            return ", ".join(map(self._argument, arg))
        if not isinstance(arg, torch.Tensor):
            return f"{arg:.6g}" if isinstance(arg, float) else str(arg)
        if id(arg) in self.known:
            return self.known[id(arg)]
        if arg.grad_fn is not None and arg.grad_fn in self.names:
            return self.names[arg.grad_fn]
        call = self.results.get(id(arg))
        if call and call.op in SIGNS:
            return self._text(call)
        return f"{arg.item():.6g}" if arg.numel() == 1 else "…"

    def _text(self, call: Call) -> str:
        args = [self._argument(arg) for arg in call.args]
        return SIGNS[call.op].format(*args) if call.op in SIGNS else f"{call.op}({', '.join(args)})"


def _written(tree: Node, texts: Sequence[str], result: str) -> str:
    """A slope with the reader's names for its arguments and its result."""
    names = {RESULT: result, **dict(zip(ARGUMENTS, texts, strict=False))}

    def renamed(node: Node) -> Node:
        if node.op in LEAVES:
            return Node("name", text=names.get(node.text, node.text)) if node.op == "name" else node
        return replace(node, args=tuple(map(renamed, node.args)))

    return to_text(renamed(tree))


def _spread(tree: Node, call: Call, plain: Operation) -> Array:
    """The adjoint times the slope, in the result's shape."""
    args = [_numbers(arg) if isinstance(arg, torch.Tensor) else np.asarray(arg, dtype=float) for arg in call.args]
    env = {RESULT: plain.value, **{name: arg for name, arg in zip(ARGUMENTS, args, strict=False) if arg is not None}}
    with np.errstate(all="ignore"):
        return np.asarray(plain.adjoint * formula(tree, env))


WORD = re.compile(r"[\w.]+")
# torch's name for an operation → ours, where they differ
ENTRYWISE: dict[str, str] = {
    "add": "+",
    "sub": "-",
    "mul": "*",
    "div": "/",
    "pow": "^",
    "max": "max_over",
    "min": "min_over",
    "maximum": "max",
    "minimum": "min",
    "log_sigmoid_forward": "logsigmoid",
}
SIGNS: dict[str, str] = {
    "add": "{0} + {1}",
    "sub": "{0} - {1}",
    "rsub": "{1} - {0}",
    "mul": "{0} * {1}",
    "div": "{0} / {1}",
    "pow": "{0} ** {1}",
    "neg": "-{0}",
    "reciprocal": "1 / {0}",
    "mm": "{0} @ {1}",
    "mv": "{0} @ {1}",
    "dot": "{0} @ {1}",
    "t": "{0}.T",
    "_softmax": "softmax({0})",
    "_log_softmax": "log_softmax({0})",
    "native_layer_norm": "layer_norm({0})",
    "linalg_vector_norm": "norm({0})",
    "linalg_inv_ex": "inv({0})",
    "_linalg_det": "det({0})",
    "gt": "{0} > {1}",
    "ge": "{0} >= {1}",
    "lt": "{0} < {1}",
    "le": "{0} <= {1}",
    "eq": "{0} == {1}",
    "ne": "{0} != {1}",
}
# torch's operation → what each argument is sent; {g} is the adjoint of the result {r}, {n} how many are averaged
RULES: dict[str, tuple[str, ...]] = {
    "mm": ("{g}·{1}ᵀ", "{0}ᵀ·{g}"),
    "mv": ("{g}·{1}ᵀ", "{0}ᵀ·{g}"),
    "dot": ("{g}·{1}", "{g}·{0}"),
    "bmm": ("{g}·{1}ᵀ", "{0}ᵀ·{g}"),
    "rsub": ("-{g}",),
    "reciprocal": ("-{r}^2 ⊙ {g}",),
    **dict.fromkeys(("t", "transpose", "permute", "numpy_T"), ("{g}ᵀ",)),
    **dict.fromkeys(("view", "_unsafe_view", "reshape", "unsqueeze", "squeeze", "expand"), ("reshape({g})",)),
    "sum": ("1·{g}",),
    "mean": ("{g}/{n}",),
    "_softmax": ("{r} ⊙ ({g} - sum({g} ⊙ {r}))",),
    "_log_softmax": ("{g} - exp({r}) ⊙ sum({g})",),
    "logsumexp": ("{g} ⊙ exp({0} - {r})",),
    "linalg_vector_norm": ("{g}·{0}/{r}",),
    "native_layer_norm": ("({g} - mean({g}) - {r} ⊙ mean({g} ⊙ {r}))/σ",),
    "linalg_inv_ex": ("-{r}ᵀ·{g}·{r}ᵀ",),
    "mse_loss": ("{g}·2({0} - {1})/{n}", "{g}·2({1} - {0})/{n}"),
    "masked_fill": ("where({1}, 0, {g})",),
    "trace": ("{g}·I",),
    "tril": ("tril({g})",),
    "triu": ("triu({g})",),
}
