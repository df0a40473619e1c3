"""Any expression in scalars, vectors and matrices: the page /tensor."""

from core.kinds.kind import Kind
from core.kinds.tensor import code, edits, equations, explanation, guess, problem, reading, record, slides, steps

KIND = Kind(
    page=problem.PAGE,
    problem=problem.TensorProblem,
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
    choices=edits.others,
    question=guess.question,
    exercise=guess.exercise,
    functions=("f",),
)
