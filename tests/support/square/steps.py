"""How the slope comes about."""

from __future__ import annotations

from core.kinds.square.explanation import SquareExplanation

from core.maps import Step, sentence


def steps(e: SquareExplanation) -> tuple[Step, ...]:
    asked = Step("problem", (), 0, (sentence("export.title.vjp_problem"),), ())
    return asked, Step("sum", (0,), 1, (sentence("export.title.vjp"),), (e.pullback.total,))
