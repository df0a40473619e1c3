"""x → y → z and v, as typed and as an address says it.

/chain?f=<inner y_i of x>&g=<outer z_i of y1,y2…>&at=x1:1,x2:2&v=1,1
/chain?f=…&g=…&h=<w_i of z1,z2…>&k=<s_i of w1,w2…>&at=…&v=…            up to four stages
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from core import parameters
from core.parameters import Point, Take
from core.problem import MAX_ENTRIES, MAX_OUTPUTS

PAGE = "chain"
CHAIN_FIELDS = ("f", "g", "h", "k")  # the address parameter of each stage
CHAIN_LETTERS = ("x", "y", "z", "w", "s")  # what goes into each stage; the next one is what comes out
MAX_STAGES = len(CHAIN_FIELDS)


@dataclass(frozen=True)
class ChainProblem:
    """x → y → z: ``inner`` are the y_i of x, ``outer`` the z_i of y1, y2, … (the page ``/chain``).

    ``further`` holds the stages of a longer chain, each written in the outputs of the one before: w_i of z1, z2, …
    """

    inner: tuple[str, ...]
    outer: tuple[str, ...]
    point: Point | None = None
    cotangent: tuple[str, ...] | None = None  # one number per output of the last stage; None: ones
    further: tuple[tuple[str, ...], ...] = ()
    constants: Point = ()  # names with a fixed value, in every stage

    @property
    def stages(self) -> tuple[tuple[str, ...], ...]:
        """The functions of every stage, the innermost first."""
        return self.inner, self.outer, *self.further

    def variables(self, stage: int) -> list[str]:
        """The names that a stage is written in, at least one; also of the stage that would come next."""
        if stage:
            return [f"{CHAIN_LETTERS[stage]}{k + 1}" for k in range(len(self.stages[stage - 1][:MAX_OUTPUTS]) or 1)]
        return [name for name, _ in (self.point or ())[:MAX_ENTRIES]] or ["x1"]

    def with_stage(self, stage: int, functions: tuple[str, ...]) -> ChainProblem:
        """Other functions of a stage."""
        stages = (*self.stages[:stage], functions, *self.stages[stage + 1 :])
        return replace(self, inner=stages[0], outer=stages[1], further=stages[2:])


DEFAULT = ChainProblem(("x1^2+x2", "x1*x2^2"), ("y1*y2", "y1+y2^2"), (("x1", "1"), ("x2", "2")), ("1", "2"))


def take(taken: Take, query: Mapping[str, str]) -> ChainProblem:
    """The problem that parameters say; without g the sum of the y's."""
    given = any(field in query for field in CHAIN_FIELDS)
    inner = taken("f", parameters.functions, DEFAULT.inner)
    summed = range(min(len(inner), MAX_OUTPUTS))  # type: ignore[arg-type]
    outer = ("+".join(f"y{k + 1}" for k in summed),) if "f" in query else DEFAULT.outer
    further = tuple(taken(field, parameters.functions, ()) for field in CHAIN_FIELDS[2:])
    while further and not further[-1]:
        further = further[:-1]  # a gap in the middle stays, and is told of as an empty stage
    return ChainProblem(
        inner,  # type: ignore[arg-type]
        taken("g", parameters.functions, outer),  # type: ignore[arg-type]
        taken("at", parameters.point, None if given else DEFAULT.point),  # type: ignore[arg-type]
        taken("v", parameters.numbers, None if given else DEFAULT.cotangent),  # type: ignore[arg-type]
        further,  # type: ignore[arg-type]
        taken("with", partial(parameters.point, field="with"), None) or (),  # type: ignore[arg-type]
    )


def texts(problem: ChainProblem) -> dict[str, str]:
    """The parameters that say the problem."""
    return {
        **{field: ";".join(stage) for field, stage in zip(CHAIN_FIELDS, problem.stages, strict=False)},
        "at": parameters.written_point(problem.point),
        "with": parameters.written_point(problem.constants),
        "v": ",".join(problem.cotangent or ()),
    }


def nearest(problem: ChainProblem, refused: str) -> ChainProblem:
    """A problem like one that is refused for its parameter ``refused``: v or the point left to its default."""
    return replace(problem, cotangent=None) if refused == "v" else replace(problem, point=None)
