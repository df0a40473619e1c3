"""A SquareExplanation as the command line answers it."""

from __future__ import annotations

from core.kinds.square.explanation import SquareExplanation
from core.kinds.square.problem import PAGE, texts

from core.kinds.records import Json, checks, describe_map, notes
from core.parameters import link


def record(e: SquareExplanation, lang: str) -> dict[str, Json]:
    return {
        "address": link(PAGE, texts(e.problem)),
        **describe_map(e.map),
        "verdict": e.verdict.kind,
        "checks": checks(e.verdict),
        "notes": notes(e.verdict.notes, lang),
    }
