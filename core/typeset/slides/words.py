"""Numbers, code and verdicts in words, as slides, notes and alternative texts tell them."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from core import share
from core.engines.verdict import Verdict
from core.exact import Number
from core.explain import Explanation, Rows
from core.typeset.numbers import decimal
from core.words import explain_note, say

SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
CODE_WIDTH = 44  # characters of an answer of PyTorch in one line


def vector_text(values: Sequence[Number]) -> str:
    """(6, 32)"""
    return f"({', '.join(decimal(n.value) for n in values)})"


def rows_text(rows: Rows) -> str:
    """[[2, 4], [2, 24]]"""
    return f"[{', '.join('[' + ', '.join(decimal(n.value) for n in row) + ']' for row in rows)}]"


def address_of(e: Explanation, lang: str) -> str:
    return share.encode(e.problem, None if lang == "en" else lang)  # English is what a link opens in anyway


def remark_on(verdict: Verdict, lang: str) -> str:
    """How torch's answer compares, and the first reason where there is one to tell."""
    kind = verdict.torch.kind if verdict.torch.kind in ("exact", "agree") else "explained"
    if kind == "explained" and verdict.torch.agrees:
        kind = "agree"
    said = ("≠ " if kind == "explained" else "✓ ") + say(lang, f"check.{kind}")
    notes = [explain_note(lang, note.code, note.facts) for note in verdict.notes[:1]]
    return say(lang, "export.label.reason", said=said, reason=notes[0]) if notes else said


def is_calm(verdict: Verdict) -> bool:
    return verdict.torch.agrees and not verdict.notes


def answer_lines(expression: str, tensor: str, most: int = 3) -> tuple[str, ...]:
    """``x.grad  # tensor([ 6., 32.])`` as PyTorch printed it; nothing where it printed too many lines."""
    text = tensor.replace(", dtype=torch.float64", "").replace(",\n        dtype=torch.float64", "")
    lines = [part for row in text.splitlines() for part in wrap(row, CODE_WIDTH, subsequent_indent=" " * 8)]
    if len(lines) > most:
        return ()
    rest = (f"{'':<{len(expression)}}  # {row}" for row in lines[1:])
    return (f"{expression}  # {lines[0]}", *rest)
