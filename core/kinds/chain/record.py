"""A ChainExplanation as the command line answers it."""

from __future__ import annotations

from core import parameters
from core.kinds.chain.explanation import ChainExplanation
from core.kinds.chain.problem import PAGE, texts
from core.kinds.records import Json, checks, describe_map, describe_pullback, matrix, notes, numbers


def record(e: ChainExplanation, lang: str) -> dict[str, Json]:
    """One JSON object; the notes in a language."""
    inner, outer = describe_map(e.inner), describe_map(e.outer)
    return {
        "address": parameters.link(PAGE, texts(e.problem)),
        **describe_map(e.whole),
        **({} if e.whole.jacobian else {"jacobian": None}),  # longer than anybody could read; the stages have theirs
        **describe_pullback(e.whole_pullback),
        "inner": inner["outputs"],
        "outer": outer["outputs"],
        "middle": inner["values"],
        "middle_cotangent": numbers(e.outer_pullback.total),
        "jacobian_inner": inner["jacobian"],
        "jacobian_inner_at": inner["jacobian_at"],
        "jacobian_outer": outer["jacobian"],
        "jacobian_outer_at": outer["jacobian_at"],
        "stages": [
            {**describe_map(at), **describe_pullback(pulled)} for at, pulled in zip(e.maps, e.pullbacks, strict=True)
        ],
        "product": matrix(e.product),
        "multiplications": vars(e.multiplications),
        "verdict": e.verdict.kind,
        "checks": checks(e.verdict),
        "notes": notes(e.verdict.notes, lang),
    }
