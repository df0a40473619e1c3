"""One slide a step."""

from __future__ import annotations

from core.kinds.square import equations
from core.kinds.square.explanation import SquareExplanation

from core.maps import Step
from core.slides.blocks import Frame, Slide, formula
from core.slides.words import answer_lines, remark_on
from core.wording import tell


def slide(e: SquareExplanation, step: Step, lang: str) -> Slide:
    code = ("y.backward()", *answer_lines("x.grad", e.torch.transcript["x.grad"].text))
    frame = Frame(code, remark_on(e.verdict, lang), e.verdict.calm)
    said = tell(lang, step.sentence)
    return Slide(said, said, formula(equations.slope(e)), frame, said, said)
