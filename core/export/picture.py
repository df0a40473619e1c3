"""PNG and SVG, a file for each slide, and PDF, all slides in one file: tagged, fonts embedded, links that work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from core.export.deck import Told, deck
from core.export.drawing import draw
from core.export.svg import flatten


def png(told: Sequence[Told]) -> list[bytes]:
    """Exactly as many pixels as the size says."""
    return draw(deck(told), told[0][1], "png")


def preview(told: Told, number: int) -> bytes:
    """Slide ``number`` (from 1) alone as a PNG of 1080 lines; the number is at most that of the slides."""
    options = told[1]
    shape = "4:3" if options.size.startswith("4:3") else "1080"
    page = deck([told])[number - 1]
    return draw([page], replace(options, size=shape), "png")[0]


def svg(told: Sequence[Told]) -> list[bytes]:
    """Glyphs as outlines, so that it looks the same everywhere."""
    pages = deck(told)
    drawn = draw(pages, told[0][1], "svg")
    return [flatten(file, page.slide.title, page.slide.alt) for file, page in zip(drawn, pages, strict=True)]


def pdf(told: Sequence[Told]) -> list[bytes]:
    """One document with a page for each slide."""
    return draw(deck(told), told[0][1], "pdf")
