"""c = a·b as an expression in matrices like any other: its outputs are the c_ij, its inputs the entries of a or b.

The closed form of ``explanation`` is the fast path to the same rows, and is tested equal to them.
"""

from __future__ import annotations

from core.kinds.matmul.explanation import MatmulExplanation
from core.kinds.tensor import explanation, reading
from core.kinds.tensor.problem import TensorProblem
from core.maps import Map, Pullback


def general(e: MatmulExplanation) -> tuple[Map, Pullback]:
    """The map by e's ``wrt``, the other matrix being constant, and v pulled back through it."""
    problem = e.problem
    product = TensorProblem("a@b", (("a", problem.a), ("b", problem.b)), problem.v, problem.wrt)
    found = explanation.explain(reading.read(product))
    return found.map, found.pullback
