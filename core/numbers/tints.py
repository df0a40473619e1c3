"""How strongly a number is tinted: decided here for every view, and by the same cases in the browser."""

from __future__ import annotations

import math
from collections.abc import Sequence

FULL_TINT = 0.34  # opacity of the strongest band: ink on it still has 4.5:1
FAINTEST = 0.06  # of a row with a small weight; a row with weight 0 has none
GROWTH = 0.7  # grows faster at first, so that small weights differ too
USUAL = 3.0  # a weight of this size has the full tint; larger ones are told apart by sharing it out


def strength(size: float, strongest: float) -> float:
    """Opacity of what has this size, beside the strongest; 0 for a size of 0."""
    if not size or not strongest or math.isnan(size):
        return 0.0
    return max(FAINTEST, FULL_TINT * math.pow(min(1.0, abs(size) / strongest), GROWTH))


def strengths(weights: Sequence[float]) -> tuple[float, ...]:
    """Opacity of the band of every row that a v weights."""
    strongest = max([USUAL, *(abs(weight) for weight in weights if math.isfinite(weight))])
    return tuple(strength(weight, strongest) for weight in weights)
