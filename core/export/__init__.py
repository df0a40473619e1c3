"""Explanation → a file: what is on screen as a slide, a deck, a notebook or a script."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext

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
    "EXPORTERS",
    "MIME",
    "SIZES",
    "URL_VARIABLE",
    "Options",
    "affordable",
    "base_url",
    "export",
    "one_file",
    "preview",
]

Exporter = Callable[[Sequence[Exported]], list[bytes]]

EXPORTERS: dict[str, Exporter] = {
    ".png": png,
    ".svg": svg,
    ".pdf": pdf,
    ".pptx": pptx,
    ".tex": tex,
    ".ipynb": notebook,
    ".py": script,
}

DRAWN = (".png", ".svg", ".pdf", ".pptx")  # what it takes Typst to make

MIME = {
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".pdf": "application/pdf",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".tex": "application/x-tex",
    ".ipynb": "application/x-ipynb+json",
    ".py": "text/x-python",
}


def export(subjects: Subject | Sequence[Subject], suffix: str, options: Options | Sequence[Options]) -> list[bytes]:
    """The files of one or several explanations: one file, but for ".png" and ".svg" one for each slide.

    ``options`` are those of all, or one for each: then each has its own language and host, and all look as the first.
    ``suffix`` is a key of EXPORTERS; raises KeyError for any other, and ProblemError for more than can be drawn, or
    ``many_exports`` where too many wait for their turn: decks are drawn one after the other.
    """
    each = subjects if isinstance(subjects, Sequence) else (subjects,)
    chosen = (options,) * len(each) if isinstance(options, Options) else options
    with turn() if suffix in DRAWN and (len(each) > 1 or chosen[0].steps) else nullcontext():
        return EXPORTERS[suffix](tuple(zip(each, chosen, strict=True)))


def one_file(name: str, subject: Subject, suffix: str, options: Options) -> bytes:
    """The same as one download: several files as a ZIP."""
    files = export(subject, suffix, options)
    return files[0] if len(files) == 1 else archive(name, suffix, files)
