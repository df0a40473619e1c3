"""The equations of any explanation, to take along."""

from __future__ import annotations

from collections.abc import Callable

from core.kinds.chain import equations as chain
from core.kinds.explain import ChainExplanation, Explanation, MatmulExplanation, VectorExplanation
from core.kinds.matmul import equations as matmul
from core.kinds.vector import equations as vector
from core.notation.tree import Piece

SHOWN: dict[type[Explanation], Callable[..., tuple[Piece, ...]]] = {
    VectorExplanation: vector.shown,
    ChainExplanation: chain.shown,
    MatmulExplanation: matmul.shown,
}


def shown(e: Explanation) -> tuple[Piece, ...]:
    """Every equation that the page of an explanation shows, in its order."""
    return SHOWN[type(e)](e)
