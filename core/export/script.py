"""A script: the cells one after the other, words as comments. Editors that know ``# %%`` run it cell by cell."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill

from core.export.cells import Part
from core.export.deck import Exported

WIDTH = 100


def script(exported: Sequence[Exported]) -> list[bytes]:
    """Plain Python that needs sympy and torch, prints every step and fails where a number differs."""
    return ["\n".join(text for part in cells(exported) if (text := _text(part))).encode()]


def cells(exported: Sequence[Exported]) -> list[Part]:
    """The parts of several explanations, one after the other; each makes its own names anew."""
    return [
        part
        for subject, options in exported
        for part in subject.cells(options.lang, options.link(subject.address(options.lang)))
    ]


def _text(part: Part) -> str:
    match part.kind:
        case "heading":
            return f"# %% {part.text}"
        case "words":
            return fill(part.text, WIDTH, initial_indent="# ", subsequent_indent="# ", break_long_words=False)
        case "code":
            return part.text
    return ""
