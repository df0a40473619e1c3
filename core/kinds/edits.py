"""One small change of a problem each: what a field, a button or a slider does to the draft that it meets.

A page is drawn from one draft, but several edits may come before it is drawn again. Each is therefore a function of the
draft of that moment, and touches its own part of it.
"""

from __future__ import annotations

from dataclasses import replace

from core.kinds.explain import Reading, read, read_chain, refit
from core.problem import CHAIN_LETTERS, MAX_ENTRIES, MAX_OUTPUTS, ChainProblem, MatmulProblem, Problem, VectorProblem

Texts = tuple[str, ...]
Draft = VectorProblem | ChainProblem


def functions(problem: Draft, stage: int = 0) -> Texts:
    """The functions of a stage, as typed; a VectorProblem has only the first."""
    return problem.stages[stage] if isinstance(problem, ChainProblem) else problem.functions


def with_functions(problem: Draft, texts: Texts, stage: int = 0) -> Draft:
    """Other functions of a stage. The point follows the variables of the first stage."""
    if not isinstance(problem, ChainProblem):
        return refit(problem, texts)
    stages = (*problem.stages[:stage], texts, *problem.stages[stage + 1 :])
    point = problem.point if stage else refit(VectorProblem(problem.inner, problem.point), texts).point
    return replace(problem, inner=stages[0], outer=stages[1], further=stages[2:], point=point)


def with_function(problem: Draft, i: int, text: str, stage: int = 0) -> Draft:
    """Another text for function ``i`` of a stage; unchanged where there is no such function any more."""
    return with_functions(problem, _with(functions(problem, stage), i, text), stage)


def add_function(problem: Draft, stage: int = 0) -> Draft:
    """One more function, made of the first variables of the stage; its weight is 1."""
    variables = _variables(problem, stage)
    more = "*".join(variables[:2]) if len(variables) > 1 else f"{variables[0]}^2"
    return _resized(problem, (*functions(problem, stage), more), stage)


def remove_function(problem: Draft, stage: int = 0) -> Draft:
    """Without the last function of a stage, and without all that are more than there may be."""
    return _resized(problem, functions(problem, stage)[:-1][:MAX_OUTPUTS], stage)


def _resized(problem: Draft, texts: Texts, stage: int) -> Draft:
    changed = with_functions(problem, texts, stage)
    if problem.cotangent is None or stage < _last(problem):
        return changed
    return replace(changed, cotangent=(*problem.cotangent, "1")[: len(texts)])


def _last(problem: Draft) -> int:
    """The number of the stage whose outputs v weights."""
    return len(problem.stages) - 1 if isinstance(problem, ChainProblem) else 0


def _variables(problem: Draft, stage: int) -> list[str]:
    if stage:
        return [f"{CHAIN_LETTERS[stage]}{k + 1}" for k in range(len(functions(problem, stage - 1)[:MAX_OUTPUTS]) or 1)]
    return [name for name, _ in (problem.point or ())[:MAX_ENTRIES]] or ["x1"]


def with_coordinate(problem: Draft, name: str, text: str) -> Draft:
    """Another number for a variable; unchanged where it is not in the point any more."""
    point = problem.point or tuple((found, "1") for found in _read_first(problem).inputs)
    return replace(problem, point=tuple((other, text if other == name else value) for other, value in point))


def _read_first(problem: Draft) -> Reading:
    return read_chain(problem)[0] if isinstance(problem, ChainProblem) else read(problem)


def with_cotangent(problem: Draft, texts: Texts) -> Draft:
    """All of v."""
    return replace(problem, cotangent=texts)


def with_weight(problem: Draft, i: int, text: str) -> Draft:
    """Another text for v_i; unchanged where there is no such weight any more."""
    texts = problem.cotangent or ("1",) * len(functions(problem, _last(problem)))
    return replace(problem, cotangent=_with(texts, i, text))


def add_stage(problem: ChainProblem) -> ChainProblem:
    """One more stage behind the last one, of a single function; v starts again as ones."""
    names = _variables(problem, len(problem.stages))
    further = "+".join(names) if len(names) > 1 else f"{names[0]}^2"
    return replace(problem, further=(*problem.further, (further,)), cotangent=None)


def remove_stage(problem: ChainProblem) -> ChainProblem:
    """Without the last stage; v starts again as ones."""
    return replace(problem, further=problem.further[:-1], cotangent=None)


def nearest(problem: Problem, refused: str) -> Problem:
    """A problem like one that is refused for its parameter ``refused``: v or the point left to its default."""
    if isinstance(problem, MatmulProblem):
        return replace(problem, v=None)
    return replace(problem, cotangent=None) if refused == "v" else replace(problem, point=None)


def _with(items: Texts, i: int, text: str) -> Texts:
    return (*items[:i], text, *items[i + 1 :]) if i < len(items) else items
