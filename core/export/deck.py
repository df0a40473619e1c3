"""Explanations → the slides of an export, each with its whole link and its language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.export.options import Options
from core.kinds.explain import Explanation
from core.slides import slides
from core.slides.blocks import Slide

Told = tuple[Explanation, Options]  # of several explanations each has its own language and host; the first has the look


@dataclass(frozen=True)
class Page:
    """A slide; ``link`` opens its state, if it has a host."""

    slide: Slide
    link: str
    lang: str

    @property
    def leads_somewhere(self) -> bool:
        """Whether somebody else can open the link: an address alone cannot be opened by a phone."""
        return self.link.startswith(("http://", "https://"))


def deck(told: Sequence[Told]) -> tuple[Page, ...]:
    """The slides of several explanations, one after the other."""
    return tuple(
        Page(slide, options.link(slide.frame.link), options.lang)
        for explanation, options in told
        for slide in slides(explanation, options.lang, options.steps)
    )
