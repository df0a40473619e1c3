"""What PyTorch answers for a program in matrices: its listing is run exactly as it is shown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from core.code import tensors as listing
from core.code.torch import OPERATIONS
from core.code.transcript import Printed, Transcript, Vocabulary
from core.engines import autograd
from core.tensors.program import Program

Array = NDArray[Any]


@dataclass(frozen=True)
class TensorAutograd:
    """One backward(v) of a program: ``grads`` are every input's ``.grad``, in the inputs' shapes and order.

    None where nothing flows back to an input; PyTorch means zero by that. ``jacobian`` is jacrev's by ``wrt``: shape
    (*output, *shape of wrt). ``per_sample`` is the Jacobian of each sample of a batch alone, stacked, if torch has it.
    """

    value: Array
    grads: tuple[Array | None, ...]
    jacobian: Array
    source: str
    transcript: Transcript
    per_sample: Array | None = None


def differentiate(
    program: Program, inputs: Sequence[Array], v: Array, wrt: str, batch: str | None = None
) -> TensorAutograd:
    """``inputs`` and ``v`` as arrays of floats or rationals; RuntimeError where torch refuses.

    ``batch`` is an input whose rows are samples; torch may refuse to look at one of them alone.
    """
    if batch:
        with suppress(RuntimeError, IndexError, ValueError, TypeError):
            return _differentiate(program, inputs, v, wrt, batch)
    return _differentiate(program, inputs, v, wrt, None)


def _differentiate(program: Program, inputs: Sequence[Array], v: Array, wrt: str, batch: str | None) -> TensorAutograd:
    ran = run(program, inputs, v, wrt, batch)
    return TensorAutograd(
        value=_array(ran["output"]),
        grads=tuple(_grad(ran[f"{value.name}.grad"]) for value in program.inputs),
        jacobian=_array(ran["jacrev"]),
        source=ran.source,
        transcript=ran,
        per_sample=_array(ran["vmap"]) if batch else None,
    )


def run(program: Program, inputs: Sequence[Array], v: Array, wrt: str, batch: str | None = None) -> Transcript:
    """The listing, and everything that it printed."""
    written = listing.tensor_listing(program, inputs, v, wrt, batch)
    return autograd.run(written, VOCABULARY)


def _array(shown: Printed) -> Array:
    assert isinstance(shown.value, torch.Tensor)
    return np.asarray(shown.value.numpy(), dtype=float)


def _grad(shown: Printed) -> Array | None:
    return None if shown.value is None else _array(shown)


VOCABULARY = Vocabulary(
    modules={"torch": None, "torch.nn.functional": "F"},
    names=frozenset({"torch", "F", "print", "f", "v"}),
    attributes=frozenset(
        {
            *"T backward double float64 func grad inf jacrev linalg nan no_grad pi requires_grad".split(),
            *"broadcast_tensors vmap set_default_dtype tensor ones zeros values".split(),
            *"reshape masked_fill cat stack tril triu trace dot outer det inv".split(),
            *"sum mean prod max min amax amin vector_norm".split(),
            *"softmax log_softmax logsumexp layer_norm cross_entropy mse_loss conv1d conv2d".split(),
            *(name for template in OPERATIONS.values() for name in re.findall(r"\.(\w+)", template)),
        }
    ),
    keywords=frozenset("requires_grad dim keepdim argnums in_dims diagonal eps ord padding".split()),
    texts=True,
    own=True,
)
