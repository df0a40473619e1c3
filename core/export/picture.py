"""PNG and SVG, a file for each slide, and PDF, all slides in one file: tagged, fonts embedded, links that work."""

from __future__ import annotations

from collections.abc import Sequence

from core.explain import Explanation
from core.export.drawing import draw
from core.export.options import Options
from core.export.svg import flatten
from core.typeset.slides import deck


def png(explanations: Sequence[Explanation], options: Options) -> list[bytes]:
    """Exactly as many pixels as the size says."""
    return draw(deck(explanations, options.lang, options.steps), options, "png")


def svg(explanations: Sequence[Explanation], options: Options) -> list[bytes]:
    """Glyphs as outlines, so that it looks the same everywhere."""
    told = deck(explanations, options.lang, options.steps)
    drawn = draw(told, options, "svg")
    return [flatten(page, slide.title, slide.alt) for page, slide in zip(drawn, told, strict=True)]


def pdf(explanations: Sequence[Explanation], options: Options) -> list[bytes]:
    """One document with a page for each slide."""
    return draw(deck(explanations, options.lang, options.steps), options, "pdf")
