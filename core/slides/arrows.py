"""Weighted rows as arrows, head to tail, for a map of two inputs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from core.maps import Map, Pullback
from core.notation.pieces import separated
from core.notation.tree import Gradient, Hued, Piece, Sign, code, entry, line, name, times
from core.slides.blocks import Arrow, Arrows, Block, above, formula

WIDTH, HEIGHT, MARGIN = 13.0, 8.0, 0.9  # em, of the picture of the arrows
LONGEST_SIDE = 6  # a picture more oblong than this is stretched: what it shows, head to tail, stays true


def arrows(at: Map, pulled: Pullback, reach: Pullback) -> Block:
    """The weighted rows head to tail; ``reach`` is the whole sum, so that the steps share one scale."""
    place = _scale(_tips(reach))
    tips = [place(*tip) for tip in _tips(pulled)]
    drawn = [Arrow(a, b, i) for i, (a, b) in enumerate(pairwise(tips)) if a != b]
    axes = (name(at.inputs[0]), name(at.inputs[1]))
    total = [Arrow(tips[0], tips[-1], None)] if len(drawn) > 1 else []
    picture = Arrows((*drawn, *total), tips[0], WIDTH, HEIGHT, axes)
    terms = [Hued(_weighted_row(i + 1, at.letter), i) for i, w in enumerate(pulled.weights) if w.value]
    whole = ("=", code("x.grad")) if len(pulled.rows) == len(reach.rows) else ()
    return above(picture, formula(line(*separated(terms, Sign("+")), *whole), size=17))


def _weighted_row(i: int, letter: str) -> Piece:
    """v_i ∇y_i"""
    return times(entry("v", i), Gradient(entry(letter, i)), between=None)


def _tips(pulled: Pullback) -> list[tuple[float, float]]:
    tips = [(0.0, 0.0)]
    for row in pulled.rows:
        tips.append((tips[-1][0] + row[0].value, tips[-1][1] + row[1].value))
    return tips


def _scale(points: Sequence[tuple[float, float]]) -> Callable[[float, float], tuple[float, float]]:
    """From coordinates to em in the picture: all points within its margins, y upwards."""
    (left, right), (low, high) = ((min(c), max(c)) for c in zip(*points, strict=True))
    across, up = right - left, high - low
    longest = max(across / (WIDTH - 2 * MARGIN), up / (HEIGHT - 2 * MARGIN)) or 1.0
    least = longest / LONGEST_SIDE
    by_x, by_y = (max(span / room, least) for span, room in ((across, WIDTH - 2 * MARGIN), (up, HEIGHT - 2 * MARGIN)))

    def place(x: float, y: float) -> tuple[float, float]:
        dx, dy = ((x - (left + right) / 2) / by_x, (y - (low + high) / 2) / by_y)
        return round(WIDTH / 2 + dx, 3), round(HEIGHT / 2 - dy, 3)

    return place
