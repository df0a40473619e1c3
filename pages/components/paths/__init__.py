"""The product of the Jacobians: each entry opens as the sum over the paths from its input to its output."""

from __future__ import annotations

from core.kinds.chain.explanation import ChainExplanation
from pages.components import component
from pages.components.chain import scene, spoken
from pages.shared import views

_paths = component("paths", '<div class="lens-paths"></div>', "chain/paths")


def paths(e: ChainExplanation) -> None:
    """Draws the product with its factors, and below it the paths of the entry that is open."""
    words = spoken("paths", "hint", "point")
    words["more"] = views.words("paths.more", count="{count}")  # counted in the browser
    words["graph"] = views.words("paths.graph", x="{x}", z="{z}")
    _paths(key="paths", data={**scene(e), "words": words})
