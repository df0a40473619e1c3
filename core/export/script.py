"""A script: the cells one after the other, words as comments. Editors that know ``# %%`` run it cell by cell."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill

from core.explain import Explanation
from core.export.options import Options
from core.export.source import Part, parts
from core.share import encode

WIDTH = 100


def script(explanations: Sequence[Explanation], options: Options) -> list[bytes]:
    """Plain Python that needs sympy and torch, prints every step and fails where a number differs."""
    return ["\n".join(text for part in cells(explanations, options) if (text := _text(part))).encode()]


def cells(explanations: Sequence[Explanation], options: Options) -> list[Part]:
    """The parts of several explanations, one after the other; each makes its own names anew."""
    lang = None if options.lang == "en" else options.lang
    links = ((e, options.link(encode(e.problem, lang))) for e in explanations)
    return [part for explanation, link in links for part in parts(explanation, options.lang, link)]


def _text(part: Part) -> str:
    match part.kind:
        case "heading":
            return f"# %% {part.text}"
        case "words":
            return fill(part.text, WIDTH, initial_indent="# ", subsequent_indent="# ", break_long_words=False)
        case "code":
            return part.text
    return ""
