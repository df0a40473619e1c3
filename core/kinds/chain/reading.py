"""A ChainProblem read stage by stage, each in the outputs of the one before."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain

from core import grammar
from core.kinds.chain.problem import CHAIN_FIELDS, CHAIN_LETTERS, ChainProblem
from core.kinds.vector import reading as vector
from core.kinds.vector.problem import VectorProblem
from core.kinds.vector.reading import Stage
from core.problem import MAX_OUTPUTS, ProblemError

STAGES = tuple(map(Stage, CHAIN_FIELDS, CHAIN_LETTERS, CHAIN_LETTERS[1:]))


@dataclass(frozen=True)
class ChainReading:
    """What could be read of every stage; ``problem`` as it was read, None with ``errors``."""

    stages: tuple[vector.Reading, ...]
    problem: ChainProblem | None

    @property
    def errors(self) -> tuple[ProblemError, ...]:
        """Everything that was refused, the first stage first."""
        return tuple(chain.from_iterable(stage.errors for stage in self.stages))


def read(problem: ChainProblem) -> ChainReading:
    """Every stage read on its own, the outer ones in y1 … yb, whatever could be read of the inner. Never raises."""
    stages: list[vector.Reading] = []
    for part, stage in zip(_stages(problem), STAGES, strict=False):
        stages.append(vector.read(part, stage, _aliases(stages[-1].named, stage.before) if stages else None))
    return ChainReading(tuple(stages), _spelled([stage.problem for stage in stages]))


def _aliases(named: Sequence[str], letter: str) -> dict[str, str]:
    """What the outputs of the stage before are called: after u = 3x the next stage may say u for y1."""
    ours = {f"{letter}{k + 1}" for k in range(len(named))}
    aliases: dict[str, str] = {}
    for k, typed in enumerate(named):
        with suppress(ProblemError):
            if typed and (name := grammar.variable(typed, field=letter)) not in ours:
                aliases[name] = f"{letter}{k + 1}"
    return aliases


def _stages(problem: ChainProblem) -> tuple[VectorProblem, ...]:
    """Each stage as a problem of its own: the first has the point, the last has v, between them stand ones.

    Behind a stage that is missing any variable will do: what is wrong is told of once, at the gap.
    """
    points = [
        tuple((f"{letter}{k + 1}", "1") for k in range(len(vector.expanded(stage)[:MAX_OUTPUTS]))) or None
        for letter, stage in zip(CHAIN_LETTERS[1:], problem.stages, strict=False)
    ]
    weights = [None] * (len(problem.stages) - 1) + [problem.cotangent]
    constants = [problem.constants] * len(weights)
    return tuple(map(VectorProblem, problem.stages, [problem.point, *points[:-1]], weights, constants))


def _spelled(stages: list[VectorProblem | None]) -> ChainProblem | None:
    """The problem in canonical spelling; None where a stage was refused."""
    sound = [stage for stage in stages if stage]
    if len(sound) < len(stages):
        return None
    inner, outer, *further = (stage.functions for stage in sound)
    first, last = sound[0], sound[-1]
    return ChainProblem(inner, outer, first.point, last.cotangent, tuple(further), first.constants)
