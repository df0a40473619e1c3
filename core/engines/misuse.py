"""What PyTorch says when backward is called wrongly, word for word: each mistake is made on the reader's own function.

Where torch does not complain (a single output needs no argument) that is the answer too.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from core.code import torch as listing
from core.code.transcript import Listing
from core.engines import autograd
from core.expression.tree import Node
from core.memory import remembered

# code -> the calls it is about; {wrong} is a vector that has not y's shape
CALLS = {
    "no_argument": "y.backward()",
    "wrong_shape": "y.backward(torch.tensor({wrong}))",
    "second_pass": "y.backward(v)\ny.backward(v)",
    "kept_graph": "y.backward(v, retain_graph=True)\ny.backward(v)",
}
OUTCOMES = ("error", "fine", "no_graph")


@dataclass(frozen=True)
class Complaint:
    """One mistake: the calls, torch's message (None: it did not complain) and x.grad after calls that went through.

    ``outcome`` is one of OUTCOMES; "no_graph": torch says that y does not depend on x. ``grad`` has the shape of x.
    """

    code: str
    calls: str
    source: str
    error: str | None
    outcome: str
    grad: tuple[float, ...] | None


@remembered(entries=256, megabytes=4)
def complaints(
    outputs: tuple[Node, ...], inputs: tuple[str, ...], point: tuple[float, ...], cotangent: tuple[float, ...]
) -> tuple[Complaint, ...]:
    """Every mistake of CALLS made with y = f(x) at ``point`` (n numbers) and v = ``cotangent`` (m numbers)."""
    facts = {"wrong": [1.0] * wrong_length(len(outputs), len(inputs))}
    setting = (
        listing.HEADER
        + listing.function("f", "x", outputs, listing.indexed(inputs, "x"))
        + "\n"
        + listing.tensor("x", point, grad=True)
        + listing.tensor("v", cotangent)
    )
    return tuple(_make(code, setting, calls.format(**facts)) for code, calls in CALLS.items())


def wrong_length(outputs: int, inputs: int) -> int:
    """A length that v must not have: x's, the usual mistake, or one too many where x and y are equally long."""
    return inputs if inputs != outputs else outputs + 1


def _make(code: str, setting: str, calls: str) -> Complaint:
    written = Listing.written(f"{setting}\ny = f(x)\n{calls}\nprint(x.grad)§x.grad\n")
    source = written.source
    autograd.checked(source)  # so that a RuntimeError below can only be torch's own
    try:
        grad = autograd.run(written)["x.grad"].value
    except RuntimeError as error:
        outcome = "no_graph" if "does not require grad" in str(error) else "error"
        return Complaint(code, calls, source, str(error), outcome, None)
    assert isinstance(grad, torch.Tensor)
    return Complaint(code, calls, source, None, "fine", tuple(grad.tolist()))
