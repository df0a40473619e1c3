"""Numbers, code and verdicts in words, as slides, notes and alternative texts tell them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.engines.verdict import Verdict
from core.expression.text import to_text
from core.maps import Map, Rows
from core.numbers.exact import Number
from core.numbers.notation import decimal
from core.wording import explain_note, say

CODE_WIDTH = 56  # characters of a line of code that are read from a distance


def vector_text(values: Sequence[Number]) -> str:
    """(6, 32)"""
    return f"({', '.join(decimal(n.value) for n in values)})"


def function_texts(at: Map) -> list[str]:
    """y_1 = a*x, a = 2"""
    shown = at.formulas
    functions = [f"{at.letter}_{i} = {to_text(node)}" for i, node in enumerate(shown.outputs, 1)]
    return [*functions, *(f"{name} = {decimal(n.value)}" for name, n in shown.constants)]


def rows_text(rows: Rows) -> str:
    """[[2, 4], [2, 24]]"""
    return f"[{', '.join('[' + ', '.join(decimal(n.value) for n in row) + ']' for row in rows)}]"


def remark_on(verdict: Verdict, lang: str) -> str:
    """How torch's answer compares, and the first reason where there is one to tell."""
    said = said_of(verdict, lang)
    reasons = reasons_of(verdict, lang)
    return say(lang, "export.label.reason", said=said, reason=reasons[0]) if reasons else said


def said_of(verdict: Verdict, lang: str) -> str:
    """How torch's answer compares, in one sentence behind its mark."""
    return f"{verdict.mark} {say(lang, f'check.{verdict.kind}')}"


def reasons_of(verdict: Verdict, lang: str) -> list[str]:
    """Why engines differ, or why there is no derivative."""
    return [explain_note(lang, note.code, note.facts, note.place) for note in verdict.notes]


def answer_lines(expression: str, tensor: str) -> tuple[str, ...]:
    """``x.grad  # tensor([ 6., 32.])`` as PyTorch printed it, on at most two lines: what is longer loses its middle."""
    text = re.sub(r",\s*dtype=torch\.float64", "", tensor)
    first, below = f"{expression}  # ", f"{'':<{len(expression)}}  # "
    rows = re.findall(r"\[([^\[\]]*)\]", text)
    if not text.startswith("tensor([["):
        return (_fitted(f"{first}{' '.join(text.split())}"),)
    if len(rows) == 1:
        return (_fitted(f"{first}tensor([[{rows[0]}]])"),)
    between = "" if len(rows) == 2 else " …,"
    return _fitted(f"{first}tensor([[{rows[0]}],{between}"), _fitted(f"{below}        [{rows[-1]}]])")


def _fitted(text: str) -> str:
    """A line of at most CODE_WIDTH characters: as many numbers in its middle as it takes give way to one …"""
    parts = text.split(", ")
    kept = len(parts)
    while len(text) > CODE_WIDTH and kept > 2:
        kept -= 1
        front = (kept + 1) // 2
        text = ", ".join([*parts[:front], "…", *parts[len(parts) - kept + front :]])
    return text


def shortened_answers(answers: Sequence[tuple[str, ...]], most: int = 3) -> tuple[str, ...]:
    """The answers in their order; where there are too many lines, the first and the last with … between."""
    lines = [text for answer in answers for text in answer]
    return tuple(lines) if len(lines) <= most else (lines[0], "…", *answers[-1])
