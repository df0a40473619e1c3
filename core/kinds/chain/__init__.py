"""x → y → z, or longer: the page /chain."""

from core.kinds.chain import code, equations, explanation, guess, problem, reading, record, slides, steps
from core.kinds.kind import Kind
from core.kinds.vector.edits import others

KIND = Kind(
    page=problem.PAGE,
    problem=problem.ChainProblem,
    default=problem.DEFAULT,
    take=problem.take,
    texts=problem.texts,
    nearest=problem.nearest,
    read=reading.read,
    explain=explanation.explain,
    formula=equations.formula,
    equations=equations.shown,
    steps=steps.steps,
    slide=slides.slide,
    cells=code.cells,
    record=record.record,
    question=guess.question,
    exercise=guess.exercise,
    choices=lambda problem, reading: others(problem, reading.stages),
)
