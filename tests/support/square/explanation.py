"""A SquareProblem explained: the map and the verdict are those that every kind has."""

from __future__ import annotations

from dataclasses import dataclass

from core.kinds.square.problem import SquareProblem
from core.kinds.square.reading import SquareReading

from core.engines.autograd import Autograd
from core.engines.verdict import Verdict
from core.grammar import parse
from core.kinds.constants import constant
from core.kinds.derived import check, derive
from core.maps import Map, Pullback, pull_back
from core.numbers.exact import Exact, Number


@dataclass(frozen=True)
class SquareExplanation:
    problem: SquareProblem
    map: Map
    pullback: Pullback
    torch: Autograd
    verdict: Verdict


def explain(reading: SquareReading) -> SquareExplanation:
    here = derive((parse("x^2"),), ("x",), (reading.x,), (constant(reading.problem.x, "x").node,))
    pulled = pull_back((Number(1.0, Exact(1)),), here)
    return SquareExplanation(reading.problem, here, pulled, *check(here, pulled))
