"""What a chain costs: one gradient from either end, the whole Jacobian by backward or by forward passes."""

from __future__ import annotations

from core.kinds.chain.equations import SIZES
from core.kinds.chain.explanation import ChainExplanation
from pages.components import component
from pages.components.chain import spoken
from pages.shared import views

_cost = component("cost", '<div class="lens-cost"></div>', "chain/cost")
WORDS = "label one whole backward product multiplications chart inputs note forward_never".split()
COUNTED = ("passes_backward", "passes_forward", "forward_wins")  # sentences the browser puts its counts into
COMPARED = ("now_forward", "now_backward", "now_equal")
NETWORK = (1024, 128, 16, 4, 1)  # many inputs, one loss: sizes of a longer or shorter network are cut from its middle


def cost(e: ChainExplanation) -> None:
    """Draws the counts for this chain's sizes and lets the sizes be dragged; all of it in the browser."""
    words = spoken(
        "cost",
        "label",
        "one",
        "whole",
        "backward",
        "product",
        "multiplications",
        "chart",
        "inputs",
        "note",
        "forward_never",
    )
    words |= {key: views.words(f"cost.{key}", count="{count}") for key in COUNTED}
    words |= {key: views.words(f"cost.{key}", inputs="{inputs}", outputs="{outputs}") for key in COMPARED}
    network = (*NETWORK[: len(e.maps)], 1)
    data = {
        "names": list(SIZES[: len(e.sizes)]),
        "labels": [views.words("cost.size", letter=letter) for letter in e.letters],
        "sizes": e.sizes,
        "words": words,
        "tries": [
            {"sizes": e.sizes, "label": views.words("cost.reset", sizes=_arrows(e.sizes))},
            {"sizes": network, "label": views.words("cost.loss", sizes=_arrows(network))},
        ],
    }
    _cost(key="cost", data=data)


def _arrows(sizes: tuple[int, ...]) -> str:
    return " → ".join(map(str, sizes))
