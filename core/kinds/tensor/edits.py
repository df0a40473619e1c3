"""A TensorProblem after an edit: other entries, another size, numbers that nobody types. v follows the output."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from core.grammar.choice import Choice
from core.kinds.matmul.entries import put, random_integers
from core.kinds.tensor.explanation import preset
from core.kinds.tensor.problem import TensorProblem
from core.kinds.tensor.reading import TensorReading, read
from core.kinds.weights import Place
from core.problem import MAX_SIDE, Matrix, ProblemError, Tensor
from core.tensors.program import Shape

MOST = 32  # inputs whose numbers are kept, in case that a text names them again


def laid_out(tensor: Tensor) -> Matrix:
    """The rows of a tensor: of a vector and of a number one."""
    match tensor:
        case str():
            return ((tensor,),)
        case (str(), *_):
            return (tensor,)  # type: ignore[return-value]  # texts, all of them
    return tensor  # type: ignore[return-value]  # rows


def as_rank(rows: Matrix, rank: int) -> Tensor:
    """Rows as a tensor with so many dimensions; several rows are a matrix, several entries no number."""
    if rank == 2 or len(rows) > 1:
        return rows
    return rows[0] if rank == 1 or len(rows[0]) > 1 else rows[0][0]


def rank(tensor: Tensor) -> int:
    """How many dimensions a tensor has."""
    return 0 if isinstance(tensor, str) else 1 if isinstance(tensor[0], str) else 2


def with_inputs(problem: TensorProblem, inputs: Mapping[str, Tensor]) -> TensorProblem:
    """Other numbers for some inputs. The others keep theirs, also those that the text does not name at the moment."""
    told = dict(problem.inputs) | dict(inputs)
    gone = [name for name in told if name not in inputs][: max(0, len(told) - MOST)]
    return replace(problem, inputs=tuple((name, tensor) for name, tensor in told.items() if name not in gone))


def fitted(problem: TensorProblem) -> TensorProblem:
    """The problem with a v of the output's shape, and without what names an input that there is not any more."""
    reading = read(replace(problem, v=None, wrt=None, batch=None))
    if reading.meaning is None:
        return problem  # nothing is known of the output
    names = {one.name for one in reading.program.inputs}
    wrt, batch = (name if name in names else None for name in (problem.wrt, problem.batch))
    v = problem.v and resized(problem.v, reading.program.output)
    return replace(problem, v=v, wrt=wrt, batch=batch)


def others(problem: TensorProblem, reading: TensorReading) -> list[tuple[Choice, TensorProblem]]:
    """What the text could mean as well, each with the problem that it makes."""
    found = reading.meaning.choices if reading.meaning else ()
    return [(choice, fitted(replace(problem, function=choice.instead))) for choice in found if choice.instead]


def resized(tensor: Tensor, shape: Shape) -> Tensor:
    """A tensor in another shape: entries that still have a place keep it, new ones are 1."""
    old = laid_out(tensor)
    rows, columns = (1, 1, *shape)[-2:]
    cut = tuple(
        tuple(old[i][j] if i < len(old) and j < len(old[i]) else "1" for j in range(columns)) for i in range(rows)
    )
    return as_rank(cut, len(shape))


def pasted(old: Tensor, block: Matrix, place: tuple[int, int], whole: bool) -> Tensor:
    """A tensor with a block from a place on, or the ``whole`` of it replaced. Raises ProblemError: too large."""
    new = block if whole else put(laid_out(old), block, *place)
    if max(len(new), len(new[0])) > MAX_SIDE:
        raise ProblemError("too_large", rows=len(new), columns=len(new[0]), limit=MAX_SIDE)
    return as_rank(new, rank(old))


def randomised(tensor: Tensor, seed: int) -> Tensor:
    """Integers in the shape of a tensor, the same for the same seed."""
    rows = laid_out(tensor)
    return as_rank(random_integers(len(rows), len(rows[0]), seed), rank(tensor))


def weighted_at(problem: TensorProblem, name: str, hot: tuple[int, int]) -> TensorProblem:
    """The problem with a v of PRESETS; ``hot`` is a row and a column of the output as it is laid out."""
    shape = read(replace(problem, v=None)).meaning
    depth = len(shape.program.output) if shape else 0
    place: Place = hot[2 - depth :]
    return preset(problem, name, place)
