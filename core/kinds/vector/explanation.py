"""y = f(x) explained: its Jacobian, v pulled back through it, and the verdict of the engines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from core.calculus import worker
from core.code.sympy import vector_source
from core.code.transcript import Transcript
from core.engines.autograd import Autograd
from core.engines.verdict import Verdict
from core.expression.tree import Node
from core.kinds.constants import constant
from core.kinds.derived import check, derive, spell
from core.kinds.vector.problem import VectorProblem
from core.kinds.vector.reading import Reading
from core.maps import Map, Pullback, Vector, pull_back
from core.parameters import Point


@dataclass(frozen=True)
class VectorExplanation:
    """Everything the page /vjp says. ``problem`` is complete: nothing left to a default."""

    problem: VectorProblem
    map: Map
    pullback: Pullback
    torch: Autograd
    verdict: Verdict

    @property
    def weights(self) -> Vector:
        """v"""
        return self.pullback.weights


def explain(reading: Reading) -> VectorExplanation:
    """Derives, evaluates and checks what was read without a refusal. Raises ProblemError where the worker does."""
    assert reading.problem
    exactly, _ = constants(reading.problem.point, None)
    outputs, spelled = cast(tuple[Node, ...], reading.outputs), cast(tuple[Node, ...], reading.spelled)
    point, lettered = cast(Vector, reading.point), spell(spelled, reading.constants)
    here = derive(outputs, reading.inputs, point, tuple(exactly), spelled=lettered)
    pulled = pull_back(cast(Vector, reading.cotangent), here)
    return VectorExplanation(reading.problem, here, pulled, *check(here, pulled, here.letter))


def constants(point: Point | None, cotangent: tuple[str, ...] | None) -> tuple[list[Node], list[Node]]:
    """The point and v of a complete problem as trees."""
    return (
        [constant(text, "at", j).node for j, (_, text) in enumerate(point or ())],
        [constant(text, "v", i).node for i, text in enumerate(cotangent or ())],
    )


def derivation(e: VectorExplanation) -> Transcript:
    """The derivation as SymPy code and what SymPy really printed. Raises ProblemError, such as ``too_slow``."""
    point, weights = constants(e.problem.point, e.problem.cotangent)
    return worker.derivation(vector_source(e.map.outputs, e.map.inputs, point, weights))
