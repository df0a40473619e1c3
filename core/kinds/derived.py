"""What kinds with functions share: a map derived by SymPy at a point, and checked by two engines that share no code."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from core.calculus import worker
from core.engines import autograd, differences, verdict
from core.engines.settled import settle
from core.expression.tree import Node, names
from core.maps import Formulas, Map, Pullback, Vector, floats
from core.numbers.exact import Number, value_of
from core.problem import ProblemError


def derive(
    outputs: tuple[Node, ...],
    inputs: tuple[str, ...],
    point: Vector,
    exactly: tuple[Node, ...],
    field: str = "f",
    spelled: Spelled | None = None,
) -> Map:
    """The map with its Jacobian. Raises ProblemError, told of ``field``, for what the worker refuses.

    ``spelled`` are the outputs with the letters of constants, for which ``outputs`` have their values.
    """
    try:
        jacobian = worker.jacobian(outputs, inputs)
    except ProblemError as error:
        raise error.at(field, error.index) from None
    values, jacobian_at = settle(outputs, inputs, point, exactly, jacobian)
    here = Map(inputs, outputs, point, values, jacobian, jacobian_at, exactly)
    return replace(here, lettered=_lettered(here, spelled)) if spelled and spelled.constants else here


@dataclass(frozen=True)
class Spelled:
    """Outputs with letters for constants, and the constants that they use."""

    outputs: tuple[Node, ...]
    constants: tuple[tuple[str, Number], ...]


def spell(outputs: tuple[Node, ...], constants: Mapping[str, Number]) -> Spelled:
    """The outputs with those of the constants that occur in them."""
    return Spelled(outputs, tuple((name, constants[name]) for name in names(outputs) if name in constants))


def _lettered(here: Map, spelled: Spelled) -> Formulas:
    """The map with the letters of its constants; an entry of J whose letters do not say its number keeps its numbers.

    At a = 0 the slope of x^a is 0, and a·x^(a-1) has no value at x = 0. The same where letters make J too long.
    """
    env = {**dict(zip(here.inputs, here.point, strict=True)), **dict(spelled.constants)}
    try:
        rows = worker.jacobian(spelled.outputs, here.inputs)
    except ProblemError:
        rows = here.jacobian

    def entry(letters: Node, numbers: Node) -> Node:
        return letters if _same(value_of(letters, env).value, value_of(numbers, env).value) else numbers

    jacobian = tuple(tuple(map(entry, *pair)) for pair in zip(rows, here.jacobian, strict=True))
    return Formulas(spelled.outputs, jacobian, spelled.constants)


def _same(one: float, other: float) -> bool:
    return one == other or math.isclose(one, other, rel_tol=SAME, abs_tol=SAME) or (one != one and other != other)


SAME = 1e-6  # of two ways to compute a number: letters that say another one are off by more


def check(at: Map, pulled: Pullback, letter: str = "y") -> tuple[autograd.Autograd, verdict.Verdict]:
    """What PyTorch answers, and the verdict on it and on finite differences; notes call the outputs ``letter``."""
    point, weights = floats(at.point), floats(pulled.weights)
    torch = autograd.differentiate(at.outputs, at.inputs, point, weights)
    judged = verdict.judge(
        at.outputs,
        at.inputs,
        point,
        weights,
        tuple(map(floats, at.jacobian_at)),
        floats(pulled.total),
        torch,
        differences.differentiate(at.outputs, at.inputs, point, weights),
        letter,
        at.exactly,
    )
    return torch, judged
