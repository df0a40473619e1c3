"""A VectorProblem read, entry by entry: what was understood, and everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TypeVar

from core import grammar
from core.expression.text import to_text
from core.expression.tree import Node, names, natural
from core.kinds.constants import Constant, constant
from core.kinds.vector.problem import VectorProblem
from core.numbers.exact import Number
from core.problem import MAX_ENTRIES, MAX_OUTPUTS, ProblemError


@dataclass(frozen=True)
class Stage:
    """Which functions are read: their parameter, and the letters of what goes in and of what comes out."""

    field: str
    before: str
    after: str


FIRST = Stage("f", "x", "y")


@dataclass(frozen=True)
class Reading:
    """What could be read of some functions, their point and v. ``None`` stands where the text was refused.

    ``problem`` is the problem as it was read: defaults written out, texts in canonical spelling; None with ``errors``.
    """

    outputs: tuple[Node | None, ...]
    inputs: tuple[str, ...]
    point: tuple[Number | None, ...]
    cotangent: tuple[Number | None, ...]
    errors: tuple[ProblemError, ...]
    problem: VectorProblem | None


def read(problem: VectorProblem, stage: Stage = FIRST) -> Reading:
    """Reads every part of a problem on its own, so that one refusal does not hide the others. Never raises.

    Of more functions, coordinates or weights than there may be only so many are read, and their number is refused.
    """
    attempts = Attempts(stage)
    known = _declared(problem, attempts)
    outputs = _functions(problem, known, attempts)
    inputs = known if known is not None else names(node for node in outputs if node is not None)
    given = len(problem.point or ())
    if None not in outputs or given > MAX_ENTRIES:
        attempts(_count_inputs, len(outputs), given if given > MAX_ENTRIES else len(inputs), stage)
    texts = ["1"] * len(inputs) if problem.point is None else [text for _, text in problem.point[:MAX_ENTRIES]]
    point = [attempts(constant, text, "at", j) for j, text in enumerate(texts)]
    weights = _weights(problem, attempts)
    sound = None if attempts.errors else _spelled(outputs, inputs, point, weights)
    return Reading(outputs, inputs, _numbers(point), _numbers(weights), tuple(attempts.errors), sound)


T = TypeVar("T")


@dataclass
class Attempts:
    """Steps of reading one after the other: called, it answers None where a step was refused, and keeps the refusal."""

    stage: Stage
    errors: list[ProblemError] = field(default_factory=list)

    def __call__(self, step: Callable[..., T], *arguments: object, **keywords: object) -> T | None:
        try:
            return step(*arguments, **keywords)
        except ProblemError as error:
            self.errors.append(_of_stage(error.anew(), self.stage))
            return None


def _of_stage(error: ProblemError, stage: Stage) -> ProblemError:
    """What a later stage of a chain is written in is no point: it comes out of the stage before."""
    if error.code != "undeclared_name" or stage == FIRST:
        return error
    facts = {"function": stage.field, **error.facts}
    return ProblemError("not_an_output", field=stage.field, index=error.index, span=error.span, **facts)


def _declared(problem: VectorProblem, attempts: Attempts) -> tuple[str, ...] | None:
    """The names of the point, those that can be names; None where no point is given."""
    if problem.point is None:
        return None
    columns = problem.point[:MAX_ENTRIES]
    declared = [attempts(grammar.variable, name, field="at", index=j) for j, (name, _) in enumerate(columns)]
    attempts(_distinct, declared)
    return tuple(name for name in declared if name is not None)


def _functions(problem: VectorProblem, known: tuple[str, ...] | None, attempts: Attempts) -> tuple[Node | None, ...]:
    stage = attempts.stage
    attempts(_count_outputs, problem.functions, stage)
    return tuple(
        attempts(grammar.parse, text, known, field=stage.field, index=i)
        for i, text in enumerate(problem.functions[:MAX_OUTPUTS])
    )


def _weights(problem: VectorProblem, attempts: Attempts) -> list[Constant | None]:
    weights = problem.cotangent if problem.cotangent is not None else ("1",) * len(problem.functions)
    attempts(_count_weights, weights, len(problem.functions), attempts.stage.after)
    return [attempts(constant, text, "v", i) for i, text in enumerate(weights[:MAX_OUTPUTS])]


def _numbers(read: Sequence[Constant | None]) -> tuple[Number | None, ...]:
    return tuple(one and one.number for one in read)


def _spelled(
    outputs: Sequence[Node | None],
    inputs: Sequence[str],
    point: Sequence[Constant | None],
    weights: Sequence[Constant | None],
) -> VectorProblem:
    """The problem in canonical spelling; nothing of it was refused."""
    return VectorProblem(
        tuple(to_text(node, spaces=False) for node in outputs if node),
        tuple((name, one.text) for name, one in zip(inputs, point, strict=True) if one),
        tuple(one.text for one in weights if one),
    )


def _distinct(declared: Sequence[str | None]) -> None:
    for j, name in enumerate(declared):
        if name is not None and name in declared[:j]:
            raise ProblemError("twice", field="at", index=j, span=(0, len(name)), name=name)


def _count_outputs(functions: Sequence[str], stage: Stage) -> None:
    if not functions and stage != FIRST:
        raise ProblemError("no_stage", field=stage.field, function=stage.field, before=stage.before, after=stage.after)
    if not functions:
        raise ProblemError("empty", field=stage.field, index=0, span=(0, 0))
    if len(functions) > MAX_OUTPUTS:
        raise ProblemError("too_many_outputs", field=stage.field, count=len(functions), limit=MAX_OUTPUTS)


def _count_inputs(outputs: int, inputs: int, stage: Stage) -> None:
    if not inputs:
        raise ProblemError("no_variables", field=stage.field, index=0)
    if outputs * inputs > MAX_ENTRIES:
        raise ProblemError("too_many_entries", field="at", rows=outputs, columns=inputs, limit=MAX_ENTRIES)


def _count_weights(weights: Sequence[str], outputs: int, letter: str) -> None:
    if len(weights) != outputs:
        raise ProblemError("wrong_length", field="v", expected=outputs, count=len(weights), letter=letter)


# ── The point follows the functions ──────────────────────────────────────────────────────────────────────


def refit(problem: VectorProblem, functions: tuple[str, ...]) -> VectorProblem:
    """The problem with other functions, its point following the variables that are now in the text.

    Coordinates keep their values; variables that the old functions did not use (declared in a link) stay, and so
    does every coordinate as long as one of the functions cannot be read.
    """
    old = dict(problem.point or ())
    if len(old) > MAX_ENTRIES:
        return replace(problem, functions=functions)  # refused for its size, whatever the functions are
    said = functions[:MAX_OUTPUTS]
    before, after = (_readable(texts, old) for texts in (problem.functions[:MAX_OUTPUTS], said))
    unread = [text for i, text in enumerate(problem.functions[:MAX_OUTPUTS]) if i not in before]
    used = {*names(before.values()), *(name for name in old if any(name in text for text in unread))}
    found = names(after.values())
    kept = [name for name in old if name in found or name not in used or len(after) < len(said)]
    fresh = [name for name in found if name not in old]
    ordered = tuple(sorted(old, key=natural)) == tuple(old)
    columns = sorted(kept + fresh, key=natural) if ordered else kept + fresh
    return replace(problem, functions=functions, point=tuple((name, old.get(name, "1")) for name in columns))


def _readable(functions: Sequence[str], declared: Iterable[str]) -> dict[int, Node]:
    """Those functions that can be read, as anybody's text or with the declared names, by their index."""
    trees: dict[int, Node] = {}
    for i, text in enumerate(functions):
        for known in (tuple(declared), None):
            with suppress(ProblemError):
                trees[i] = grammar.parse(text, known)
                break
    return trees
