"""A chain made longer or shorter; what a field does to its draft is in core.kinds.vector.edits."""

from __future__ import annotations

from dataclasses import replace

from core.kinds.chain.problem import ChainProblem


def add_stage(problem: ChainProblem) -> ChainProblem:
    """One more stage behind the last one, of a single function; v starts again as ones."""
    names = problem.variables(len(problem.stages))
    further = "+".join(names) if len(names) > 1 else f"{names[0]}^2"
    return replace(problem, further=(*problem.further, (further,)), cotangent=None)


def remove_stage(problem: ChainProblem) -> ChainProblem:
    """Without the last stage; v starts again as ones."""
    return replace(problem, further=problem.further[:-1], cotangent=None)
