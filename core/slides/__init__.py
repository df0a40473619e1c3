"""Explanation → slides: the state as one slide, or the steps that lead to it and the state as the last one.

The equations are those of core.kinds.equations, the same objects that the pages draw.
"""

from __future__ import annotations

from collections.abc import Callable

from core.kinds.chain import slides as chain
from core.kinds.explain import ChainExplanation, Explanation, VectorExplanation
from core.kinds.matmul import slides as matmul
from core.kinds.matmul.explanation import MatmulExplanation
from core.kinds.vector import slides as vector
from core.slides.blocks import Slide

SLIDES: dict[type[Explanation], tuple[Callable[..., tuple[Slide, ...]], Callable[..., Slide]]] = {
    VectorExplanation: (vector.steps, vector.state),
    ChainExplanation: (chain.steps, chain.state),
    MatmulExplanation: (matmul.steps, matmul.state),
}


def count(explanation: Explanation, steps: bool = False) -> int:
    """How many slides there will be, without making them."""
    if not steps:
        return 1
    match explanation:
        case VectorExplanation():
            return len(explanation.map.outputs) + 2
        case ChainExplanation():
            return len(explanation.maps) + 4
        case MatmulExplanation():
            return explanation.sizes[0] * explanation.sizes[2] + 2


def slides(explanation: Explanation, lang: str, steps: bool = False) -> tuple[Slide, ...]:
    """The state of an explanation as a slide in a language; with ``steps`` how it comes about, the state last."""
    lead, state = SLIDES[type(explanation)]
    told = state(explanation, lang)
    return (*lead(explanation, lang), told) if steps else (told,)
