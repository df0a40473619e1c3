"""PNG and SVG, a file for each slide, and PDF, all slides in one file: tagged, fonts embedded, links that work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from core.export.deck import Exported, deck
from core.export.drawing import draw
from core.export.svg import flatten


def png(exported: Sequence[Exported]) -> list[bytes]:
    """Exactly as many pixels as the size says."""
    return draw(deck(exported), exported[0][1], "png")


def preview(exported: Exported, number: int) -> bytes:
    """Slide ``number`` (from 1) alone as a PNG of 1080 lines; the number is at most that of the slides."""
    options = exported[1]
    shape = "4:3" if options.size.startswith("4:3") else "1080"
    page = deck([exported])[number - 1]
    return draw([page], replace(options, size=shape), "png")[0]


def svg(exported: Sequence[Exported]) -> list[bytes]:
    """Glyphs as outlines, so that it looks the same everywhere."""
    pages = deck(exported)
    drawn = draw(pages, exported[0][1], "svg")
    return [flatten(file, page.slide.title, page.slide.alt) for file, page in zip(drawn, pages, strict=True)]


def pdf(exported: Sequence[Exported]) -> list[bytes]:
    """One document with a page for each slide."""
    return draw(deck(exported), exported[0][1], "pdf")
