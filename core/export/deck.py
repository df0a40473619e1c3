"""Explanations → the slides of an export, each with its whole link and its language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from core.export.cells import Part
from core.export.options import Options
from core.slides.blocks import Slide


class Subject(Protocol):
    """What is exported: an explanation as its kind shows it."""

    def address(self, lang: str) -> str:
        """The address of the state, without a host."""

    def count(self, steps: bool = False) -> int:
        """How many slides there will be, without making them."""

    def slides(self, lang: str, steps: bool = False) -> tuple[Slide, ...]:
        """The state as a slide in a language; with ``steps`` how it comes about, the state last."""

    def cells(self, lang: str, link: str) -> tuple[Part, ...]:
        """The cells of a notebook in a language; ``link`` opens the state."""


Exported = tuple[Subject, Options]  # of several each has its own language and host; the first has the look


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


def deck(exported: Sequence[Exported]) -> tuple[Page, ...]:
    """The slides of several explanations, one after the other."""
    return tuple(
        Page(slide, options.link(slide.frame.link), options.lang)
        for subject, options in exported
        for slide in subject.slides(options.lang, options.steps)
    )
