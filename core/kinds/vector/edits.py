"""One small change of a problem each: what a field, a button or a slider does to the draft that it meets.

A page is drawn from one draft, but several edits may come before it is drawn again. Each is therefore a function of the
draft of that moment, and touches its own part of it. A draft has one stage of functions or, in a chain, several.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar, Protocol, TypeVar

from core import grammar
from core.expression.tree import natural
from core.grammar import Choice
from core.kinds.vector.problem import VectorProblem
from core.kinds.vector.reading import Reading, read, refit
from core.parameters import Point
from core.problem import MAX_OUTPUTS

Texts = tuple[str, ...]


class Draft(Protocol):
    """What a problem of functions has: its stages, the names that each is written in, the point and v."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def stages(self) -> tuple[Texts, ...]: ...
    @property
    def point(self) -> Point | None: ...
    @property
    def cotangent(self) -> Texts | None: ...
    @property
    def constants(self) -> Point: ...
    def variables(self, stage: int) -> list[str]: ...
    def with_stage(self: D, stage: int, functions: Texts) -> D: ...


D = TypeVar("D", bound=Draft)


def _first(problem: Draft) -> VectorProblem:
    """The first stage as a problem of its own."""
    return VectorProblem(problem.stages[0], problem.point, constants=problem.constants)


def with_constants(problem: D, names: Sequence[str]) -> D:
    """Exactly these names as constants, the others as variables; all keep their values."""
    found = problem.point if problem.point is not None else _ones(problem)
    pairs = {**dict(found), **dict(problem.constants)}
    fixed = tuple((name, value) for name, value in pairs.items() if name in names)
    free = [(name, value) for name, value in pairs.items() if name not in names]
    ordered = sorted(free, key=lambda pair: natural(pair[0])) if len(free) > len(found) else free
    return replace(problem, point=tuple(ordered), constants=fixed)


def _ones(problem: Draft) -> Point:
    return tuple((name, "1") for name in read(replace(_first(problem), point=None)).inputs)


def with_constant(problem: D, name: str, text: str) -> D:
    """Another value for a constant."""
    return replace(problem, constants=tuple((n, text if n == name else value) for n, value in problem.constants))


def with_functions(problem: D, texts: Texts, stage: int = 0, more: Texts = ()) -> D:
    """Other functions of a stage. The point follows the variables of the first stage."""
    changed = problem.with_stage(stage, texts)
    if stage:
        return changed
    return replace(changed, point=refit(_first(problem), texts, more).point)


def with_function(problem: D, i: int, text: str, stage: int = 0, more: Texts = ()) -> D:
    """Another text for function ``i`` of a stage; unchanged where there is no such function any more.

    A text of several functions takes as many fields; the weights of the new ones are 1.
    """
    before = problem.stages[stage]
    if i >= len(before):
        return problem
    texts = _entries(text)
    changed = with_functions(problem, (*before[:i], *texts, *before[i + 1 :]), stage, more)
    if problem.cotangent is None or stage < len(problem.stages) - 1 or len(texts) == 1:
        return changed
    weights = (*problem.cotangent[: i + 1], *("1",) * (len(texts) - 1), *problem.cotangent[i + 1 :])
    return replace(changed, cotangent=weights)


def unfolded(problem: D) -> D:
    """Every function in an entry of its own, as a page has them, where a link has several in one."""
    for s, stage in enumerate(problem.stages):
        texts = tuple(text for function in stage for text in _entries(function))
        problem = problem.with_stage(s, texts) if texts != stage else problem
    return problem


def _entries(text: str) -> Texts:
    """A text of one function as it is, of several as the text of each."""
    meant = grammar.fields(text)
    if len(meant) == 1:
        return (text,)
    return tuple(f"{one.name} = {one.text}" if one.name else one.text for one in meant)


def with_choice(problem: D, i: int, choice: Choice, stage: int = 0) -> D:
    """Function ``i`` as ``choice`` would have it read: its other text, and the variable that this is about."""
    return with_function(problem, i, choice.instead, stage, (choice.name,) if choice.name else ())


def others(problem: D, readings: Sequence[Reading]) -> list[tuple[Choice, D]]:
    """What the functions could mean as well, ``readings`` of all stages given, each with the problem that it makes."""
    return [
        (choice, with_choice(problem, i, choice, s))
        for s, reading in enumerate(readings)
        for i, choice in reading.choices
        if choice.instead
    ]


def add_function(problem: D, stage: int = 0) -> D:
    """One more function, made of the first variables of the stage; its weight is 1."""
    variables = problem.variables(stage)
    more = "*".join(variables[:2]) if len(variables) > 1 else f"{variables[0]}^2"
    return _resized(problem, (*problem.stages[stage], more), stage)


def remove_function(problem: D, stage: int = 0) -> D:
    """Without the last function of a stage, and without all that are more than there may be."""
    return _resized(problem, problem.stages[stage][:-1][:MAX_OUTPUTS], stage)


def _resized(problem: D, texts: Texts, stage: int) -> D:
    changed = with_functions(problem, texts, stage)
    if problem.cotangent is None or stage < len(problem.stages) - 1:
        return changed
    return replace(changed, cotangent=(*problem.cotangent, "1")[: len(texts)])


def with_coordinate(problem: D, name: str, text: str) -> D:
    """Another number for a variable; unchanged where it is not in the point any more."""
    point = problem.point or _ones(problem)
    return replace(problem, point=tuple((other, text if other == name else value) for other, value in point))


def with_cotangent(problem: D, texts: Texts) -> D:
    """All of v."""
    return replace(problem, cotangent=texts)


def with_weight(problem: D, i: int, text: str) -> D:
    """Another text for v_i; unchanged where there is no such weight any more."""
    texts = problem.cotangent or ("1",) * len(problem.stages[-1])
    return replace(problem, cotangent=_with(texts, i, text))


def _with(items: Texts, i: int, text: str) -> Texts:
    return (*items[:i], text, *items[i + 1 :]) if i < len(items) else items
