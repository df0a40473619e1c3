"""y = f(x) and v, as typed and as an address says it.

/vjp?f=2*x1%2Bx2^2;x1^2%2B2*x2^3&at=x1:1,x2:2&v=2,1
/vjp?f=x*(a-b*y)&at=x:1,y:2&with=a:1,b:2                  with: constants
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from core import parameters
from core.parameters import Point, Take
from core.problem import MAX_ENTRIES

PAGE = "vjp"


@dataclass(frozen=True)
class VectorProblem:
    """y = f(x) and the row weights v of one backward pass (the page ``/vjp``)."""

    functions: tuple[str, ...]
    point: Point | None = None  # None: the names found in f, all 1
    cotangent: tuple[str, ...] | None = None  # one number per output; None: ones
    constants: Point = ()  # names with a fixed value: J has no column for them

    @property
    def stages(self) -> tuple[tuple[str, ...]]:
        """The functions, as the one stage that there is."""
        return (self.functions,)

    def variables(self, stage: int = 0) -> list[str]:
        """The names that the functions are written in, at least one."""
        return [name for name, _ in (self.point or ())[:MAX_ENTRIES]] or ["x1"]

    def with_stage(self, stage: int, functions: tuple[str, ...]) -> VectorProblem:
        """Other functions."""
        return replace(self, functions=functions)


DEFAULT = VectorProblem(("2*x1+x2^2", "x1^2+2*x2^3"), (("x1", "1"), ("x2", "2")), ("2", "1"))


def take(taken: Take, query: Mapping[str, str]) -> VectorProblem:
    """The problem that parameters say."""
    base = VectorProblem(()) if "f" in query else DEFAULT
    return VectorProblem(
        taken("f", parameters.functions, base.functions),  # type: ignore[arg-type]  # each reader returns its field's type
        taken("at", parameters.point, base.point),  # type: ignore[arg-type]
        taken("v", parameters.numbers, base.cotangent),  # type: ignore[arg-type]
        taken("with", partial(parameters.point, field="with"), None) or (),  # type: ignore[arg-type]
    )


def texts(problem: VectorProblem) -> dict[str, str]:
    """The parameters that say the problem."""
    return {
        "f": ";".join(problem.functions),
        "at": parameters.written_point(problem.point),
        "with": parameters.written_point(problem.constants),
        "v": ",".join(problem.cotangent or ()),
    }


def nearest(problem: VectorProblem, refused: str) -> VectorProblem:
    """A problem like one that is refused for its parameter ``refused``: v or the point left to its default."""
    return replace(problem, cotangent=None) if refused == "v" else replace(problem, point=None)
