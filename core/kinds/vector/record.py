"""A VectorExplanation as the command line answers it."""

from __future__ import annotations

from core import parameters
from core.kinds.records import Json, checks, describe_map, describe_pullback, notes
from core.kinds.vector.explanation import VectorExplanation
from core.kinds.vector.problem import PAGE, texts


def record(e: VectorExplanation, lang: str) -> dict[str, Json]:
    """One JSON object; the notes in a language."""
    return {
        "address": parameters.link(PAGE, texts(e.problem)),
        **describe_map(e.map),
        **describe_pullback(e.pullback),
        "verdict": e.verdict.kind,
        "checks": checks(e.verdict),
        "notes": notes(e.verdict.notes, lang),
    }
