"""How many multiplications a chain costs, by the order in which its Jacobians are multiplied.

A p×q matrix times a q×r matrix takes p·q·r multiplications. Nothing here looks at the numbers: a pass multiplies by
every entry of every Jacobian whatever v is, zeros included, as backward() does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Multiplications:
    """Counts for one chain of sizes a, b, c, … (of x, y, z, …).

    One gradient: ``backward`` is (v·J_g)·J_f, ``product_first`` is v·(J_g·J_f). The whole Jacobian:
    ``backward_passes`` is one pass for each output, ``forward_passes`` one for each input.
    """

    backward: int
    product_first: int
    backward_passes: int
    forward_passes: int


def multiplications(sizes: Sequence[int]) -> Multiplications:
    """The counts for the sizes of x, y, z, …; at least two stages, so three sizes."""
    stages = list(zip(sizes[1:], sizes, strict=False))  # rows and columns of each Jacobian
    once = sum(rows * columns for rows, columns in stages)
    products = sum(rows * columns * sizes[0] for rows, columns in stages[1:])
    return Multiplications(
        backward=once,
        product_first=products + sizes[-1] * sizes[0],
        backward_passes=sizes[-1] * once,
        forward_passes=sizes[0] * once,
    )
