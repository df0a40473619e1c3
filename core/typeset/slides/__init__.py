"""Explanation → slides: the state as one slide, or the steps that lead to it and the state as the last one.

The equations are those of core.typeset.equations, the same objects that the pages draw.
"""

from __future__ import annotations

from collections.abc import Callable

from core.explain import ChainExplanation, Explanation, VectorExplanation
from core.matmul import MatmulExplanation
from core.typeset.blocks import Slide
from core.typeset.slides import chain, matmul, vector

SLIDES: dict[type[Explanation], tuple[Callable[..., tuple[Slide, ...]], Callable[..., Slide]]] = {
    VectorExplanation: (vector.steps, vector.state),
    ChainExplanation: (chain.steps, chain.state),
    MatmulExplanation: (matmul.steps, matmul.state),
}


def slides(explanation: Explanation, lang: str, steps: bool = False) -> tuple[Slide, ...]:
    """The state of an explanation as a slide in a language; with ``steps`` how it comes about, the state last."""
    lead, state = SLIDES[type(explanation)]
    told = state(explanation, lang)
    return (*lead(explanation, lang), told) if steps else (told,)
