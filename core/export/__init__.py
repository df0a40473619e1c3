"""Explanation → a file: what is on screen as a slide, a deck, a notebook or a script."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass

from core.export.archive import archive
from core.export.deck import Exported, Subject
from core.export.drawing import affordable
from core.export.notebook import notebook
from core.export.options import SIZES, URL_VARIABLE, Options, base_url
from core.export.picture import pdf, png, preview, svg
from core.export.pptx import pptx
from core.export.script import script
from core.export.tex import tex
from core.export.turns import turn

__all__ = [
    "FORMATS",
    "SIZES",
    "URL_VARIABLE",
    "Format",
    "Options",
    "affordable",
    "base_url",
    "export",
    "one_file",
    "preview",
]


@dataclass(frozen=True)
class Format:
    """A kind of file: what people call it, its media type, and what writes it.

    ``drawn``: Typst makes it, so size, theme and steps make a difference. ``sheets``: a file for each slide, not one
    for all. ``language`` is what its text is written in; "" where it is no text.
    """

    name: str
    mime: str
    write: Callable[[Sequence[Exported]], list[bytes]]
    drawn: bool = False
    sheets: bool = False
    language: str = ""


PRESENTATION = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
FORMATS = {
    ".png": Format("PNG", "image/png", png, drawn=True, sheets=True),
    ".svg": Format("SVG", "image/svg+xml", svg, drawn=True, sheets=True),
    ".pdf": Format("PDF", "application/pdf", pdf, drawn=True),
    ".pptx": Format("PowerPoint", PRESENTATION, pptx, drawn=True),
    ".tex": Format("LaTeX Beamer", "application/x-tex", tex, language="latex"),
    ".ipynb": Format("Jupyter", "application/x-ipynb+json", notebook, language="json"),
    ".py": Format("Python", "text/x-python", script, language="python"),
}


def export(subjects: Subject | Sequence[Subject], suffix: str, options: Options | Sequence[Options]) -> list[bytes]:
    """The files of one or several explanations: one file, but for ".png" and ".svg" one for each slide.

    ``options`` are those of all, or one for each: then each has its own language and host, and all look as the first.
    ``suffix`` is a key of FORMATS; raises KeyError for any other, and ProblemError for more than can be drawn, or
    ``many_exports`` where too many wait for their turn: decks are drawn one after the other.
    """
    each = subjects if isinstance(subjects, Sequence) else (subjects,)
    chosen = (options,) * len(each) if isinstance(options, Options) else options
    with turn() if FORMATS[suffix].drawn and (len(each) > 1 or chosen[0].steps) else nullcontext():
        return FORMATS[suffix].write(tuple(zip(each, chosen, strict=True)))


def one_file(name: str, subject: Subject, suffix: str, options: Options) -> bytes:
    """The same as one download: several files as a ZIP."""
    files = export(subject, suffix, options)
    return files[0] if len(files) == 1 else archive(name, suffix, files)
