"""c = a·b and v, as typed and as an address says it.

/matmul?a=1,2;3,4&b=1,2,3;4,5,6&v=1,1,1;1,1,1&wrt=b
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from core import parameters
from core.parameters import Take
from core.problem import Matrix

PAGE = "matmul"
MATRICES = ("a", "b")


@dataclass(frozen=True)
class MatmulProblem:
    """c = a·b with the weights v of c's shape (the page ``/matmul``)."""

    a: Matrix  # m × k
    b: Matrix  # k × n
    v: Matrix | None = None  # m × n; None: ones
    wrt: Literal["a", "b"] = "b"


DEFAULT = MatmulProblem((("1", "2"), ("3", "4")), (("1", "2", "3"), ("4", "5", "6")))


def take(taken: Take, query: Mapping[str, str]) -> MatmulProblem:
    """The problem that parameters say."""
    return MatmulProblem(
        taken("a", parameters.matrix, DEFAULT.a) or DEFAULT.a,  # type: ignore[arg-type]
        taken("b", parameters.matrix, DEFAULT.b) or DEFAULT.b,  # type: ignore[arg-type]
        taken("v", parameters.matrix, DEFAULT.v),  # type: ignore[arg-type]
        taken("wrt", parameters.choice("wrt", MATRICES), DEFAULT.wrt),  # type: ignore[arg-type]
    )


def texts(problem: MatmulProblem) -> dict[str, str]:
    """The parameters that say the problem."""
    matrices = {"a": problem.a, "b": problem.b, "v": problem.v}
    return {name: parameters.written_matrix(matrix) for name, matrix in matrices.items()} | {"wrt": problem.wrt}


def weights_of(problem: MatmulProblem) -> Matrix:
    """v as typed, or ones in c's shape."""
    return problem.v or (("1",) * len(problem.b[0]),) * len(problem.a)


def nearest(problem: MatmulProblem, refused: str) -> MatmulProblem:
    """A problem like one that is refused: v left to its default."""
    return replace(problem, v=None)
