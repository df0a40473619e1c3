"""A script: the cells one after the other, words as comments. Editors that know ``# %%`` run it cell by cell."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill

from core.export.deck import Told
from core.export.options import Options
from core.export.source import Part, parts
from core.kinds.explain import Explanation
from core.slides.words import address_of

WIDTH = 100


def script(told: Sequence[Told]) -> list[bytes]:
    """Plain Python that needs sympy and torch, prints every step and fails where a number differs."""
    return ["\n".join(text for part in cells(told) if (text := _text(part))).encode()]


def cells(told: Sequence[Told]) -> list[Part]:
    """The parts of several explanations, one after the other; each makes its own names anew."""
    return [
        part for explanation, options in told for part in parts(explanation, options.lang, _link(explanation, options))
    ]


def _link(explanation: Explanation, options: Options) -> str:
    return options.link(address_of(explanation, options.lang))


def _text(part: Part) -> str:
    match part.kind:
        case "heading":
            return f"# %% {part.text}"
        case "words":
            return fill(part.text, WIDTH, initial_indent="# ", subsequent_indent="# ", break_long_words=False)
        case "code":
            return part.text
    return ""
