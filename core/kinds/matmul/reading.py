"""A MatmulProblem read, entry by entry: numbers, and everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from core.kinds.constants import Constants, matrix
from core.kinds.matmul.problem import MatmulProblem, weights_of
from core.numbers.exact import Number
from core.problem import Matrix, ProblemError


@dataclass(frozen=True)
class MatmulReading:
    """a, b and v as numbers, None where an entry was refused; ``problem`` as it was read, None with ``errors``."""

    a: tuple[tuple[Number | None, ...], ...]
    b: tuple[tuple[Number | None, ...], ...]
    v: tuple[tuple[Number | None, ...], ...]
    errors: tuple[ProblemError, ...]
    problem: MatmulProblem | None


def read(problem: MatmulProblem) -> MatmulReading:
    """Reads every entry on its own, so that one refusal does not hide the others. Never raises."""
    errors: list[ProblemError] = []
    texts = {"a": problem.a, "b": problem.b, "v": weights_of(problem)}
    read = {letter: matrix(entries, letter, errors) for letter, entries in texts.items()}
    if all(read.values()):
        errors.extend(_misfits(*texts.values()))
    told = tuple(error for error in errors if problem.v or error.field != "v")  # ones that nobody typed: not at fault
    a, b, v = read["a"], read["b"], read["v"]
    sound = None if told else MatmulProblem(_spelled(a), _spelled(b), _spelled(v), problem.wrt)
    return MatmulReading(_numbers(a), _numbers(b), _numbers(v), told, sound)


def _numbers(rows: Constants) -> tuple[tuple[Number | None, ...], ...]:
    return tuple(tuple(one and one.number for one in row) for row in rows)


def _spelled(rows: Constants) -> Matrix:
    return tuple(tuple(one.text for one in row if one) for row in rows)


def _misfits(a: Matrix, b: Matrix, v: Matrix) -> Iterator[ProblemError]:
    """What is wrong with the sizes of three matrices, each of them a rectangle."""
    (m, k), (rows, n), shape = ((len(matrix), len(matrix[0])) for matrix in (a, b, v))
    if k != rows:
        yield ProblemError("shapes_differ", field="b", k=k, rows=rows)
    elif shape != (m, n):
        yield ProblemError("wrong_shape", field="v", rows=shape[0], columns=shape[1], m=m, n=n)
