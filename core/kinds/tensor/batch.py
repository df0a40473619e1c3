"""The first dimension as a batch: what each sample sends back, in blocks, and what torch finds of a sample alone.

Sample n is row n of the input that is called the batch, and row n of the output. As long as no row looks at another,
∂output_n/∂input_m is 0 for n ≠ m: the Jacobian has a block for each sample and nothing elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.kinds.tensor.arrays import Array, added, floats
from core.kinds.tensor.explanation import TensorExplanation

CLOSE = 1e-9


@dataclass(frozen=True, eq=False)
class Batch:
    """``blocks[n]`` is the Jacobian of sample n alone: (samples, *output of one, *wrt of one, or wrt whole).

    ``elsewhere`` is the largest entry that belongs to two different samples (0: they are independent), None where wrt
    is not the batch itself. ``gradients[n]`` is what sample n adds to wrt's gradient, in wrt's shape. ``vmap`` says
    whether torch's vmap(jacrev) finds the same blocks, None where torch cannot look at one sample.
    """

    name: str
    size: int
    blocks: Array
    elsewhere: float | None
    gradients: Array
    vmap: bool | None

    @property
    def mean(self) -> Array:
        """The gradient of the mean over the samples: their sum, shared out."""
        return np.asarray(floats(self.gradients).mean(axis=0))


def batch(e: TensorExplanation) -> Batch | None:
    """The batch of an explanation that has one, and an output with a row for each sample."""
    name = e.problem.batch
    if not name or not e.shape:
        return None
    size = e.shape[0]
    gradients = np.stack([added(sample, e.wrt_shape) for sample in e.contributions])
    own = name == e.wrt
    blocks = np.stack([e.jacobian[_block(e, n)] for n in range(size)]) if own else e.jacobian
    return Batch(name, size, blocks, _elsewhere(e) if own else None, gradients, _vmap(e, blocks))


def _block(e: TensorExplanation, n: int) -> tuple[int | slice, ...]:
    """Where the derivatives of sample n by itself stand in the Jacobian."""
    return (n, *(slice(None),) * (len(e.shape) - 1), n)


def _elsewhere(e: TensorExplanation) -> float:
    """The largest size of a derivative of one sample by another."""
    outside = floats(e.jacobian).copy()
    for n in range(e.shape[0]):
        outside[_block(e, n)] = 0
    return float(np.abs(outside).max())


def _vmap(e: TensorExplanation, blocks: Array) -> bool | None:
    theirs = e.torch.per_sample
    if theirs is None:
        return None
    return theirs.shape == blocks.shape and bool(np.allclose(theirs, floats(blocks), rtol=CLOSE, atol=CLOSE))
