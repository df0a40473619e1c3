"""y = x²: as small a kind as there can be. A test puts this folder beside the others."""

from core.kinds.square import code, equations, explanation, problem, reading, record, slides, steps

from core.kinds.kind import Kind

KIND = Kind(
    page=problem.PAGE,
    problem=problem.SquareProblem,
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
)
