"""What backward(v) does, one operation after the other: what arrives at a value, and what its arguments are sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod

import numpy as np

from core.engines import tensor_tape
from core.kinds.tensor import arrays, closed, formulas
from core.kinds.tensor.arrays import Array
from core.kinds.tensor.explanation import TensorExplanation, one_hots
from core.notation.tree import Piece, code, name
from core.tensors import pullbacks
from core.tensors.entries import Inexact
from core.tensors.program import Line, Program

LETTERS = "tuqsmk"  # one of them, numbered, is what values without a name are called


@dataclass(frozen=True)
class Sent:
    """What one argument receives. ``whole``: before it was summed over the copies that broadcasting had made.

    ``rule`` says so in letters, None where there is none. ``sources[q]``: the entries of what arrived, row by row, from
    which entry q of ``sent`` comes.
    """

    to: int
    rule: Piece | None
    whole: Array | None
    sent: Array
    sources: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Passed:
    """A value: what it is called, the formula of an operation (None of an input), its gradient, and what it sends.

    ``node`` is what PyTorch has recorded for it, empty where it computes the value in other steps.
    """

    at: int
    node: str
    called: Piece
    grad: Piece
    formula: Piece | None
    value: Array
    adjoint: Array
    sent: tuple[Sent, ...]


def backward(e: TensorExplanation) -> tuple[Passed, ...]:
    """Every value on a way to an input, the output first, in the order in which backward passes them."""
    program = _named(e)
    led = pullbacks.leading(program, range(len(program.inputs)))
    nodes = _recorded(e)
    return tuple(
        replace(_passed(e, program, at, led), node=nodes.get(at, ""))
        for at in reversed(range(len(program.shapes)))
        if at in led
    )


def _recorded(e: TensorExplanation) -> dict[int, str]:
    """The nodes of torch's own tape by the value that each has made: both stand in the order of the program."""
    values = [arrays.floats(value) for value in e.values]
    tape = tensor_tape.record(e.program, values[: len(e.program.inputs)], arrays.floats(e.v))
    found: dict[int, str] = {}
    at = 0
    for operation in tape.operations:
        same = (place for place in range(at, len(values)) if _same(values[place], operation.value))
        if (place := next(same, None)) is not None:
            found[place], at = operation.node, place + 1
    return found


def _same(ours: Array, theirs: Array) -> bool:
    return ours.shape == theirs.shape and np.allclose(ours, theirs, rtol=1e-9, atol=1e-12, equal_nan=True)


def _named(e: TensorExplanation) -> Program:
    """The program with a name for every line: t1, t2, … where the reader gave none."""
    program = e.program
    taken = {one.name for one in program.inputs} | {line.name for line in program.lines} | {e.letter}
    letter = next(letter for letter in LETTERS if not any(name.startswith(letter) for name in taken))
    lines = [replace(line, name=line.name or f"{letter}{k}") for k, line in enumerate(program.lines, 1)]
    if lines:
        lines[-1] = replace(lines[-1], name=e.letter)
    return replace(program, lines=tuple(lines))


def _passed(e: TensorExplanation, program: Program, at: int, led: set[int]) -> Passed:
    first = len(program.inputs)
    own = (program.inputs[at] if at < first else program.lines[at - first]).name
    grad = name("v") if at == len(program.shapes) - 1 else code(f"{own}.grad")
    facts = {"at": at, "node": "", "called": name(own), "grad": grad, "value": e.values[at], "adjoint": e.adjoints[at]}
    if at < first:
        return Passed(formula=None, sent=(), **facts)  # type: ignore[arg-type]
    line = program.lines[at - first]
    sent = tuple(
        _sent(e, program, at, k, grad)
        for k, arg in enumerate(line.args)
        if arg in led and pullbacks.rule(line.op, k) is not None
    )
    return Passed(formula=formulas.formula(program, at), sent=sent, **facts)  # type: ignore[arg-type]


def _sent(e: TensorExplanation, program: Program, at: int, k: int, grad: Piece) -> Sent:
    line = program.lines[at - len(program.inputs)]
    arg = line.args[k]
    try:
        whole = _whole(e, line, at, k, e.adjoints[at][None])
    except Inexact:
        whole = _whole(e, line, at, k, arrays.floats(e.adjoints[at])[None])
    sent = pullbacks.summed(whole, program.shapes[arg])
    spread = whole if whole.shape != sent.shape else None
    return Sent(
        arg, _rule(e, program, at, k, grad), None if spread is None else spread[0], sent[0], _sources(e, line, at, k)
    )


def _whole(e: TensorExplanation, line: Line, at: int, k: int, g: Array) -> Array:
    """What argument k of a line is sent for g (n, *result), before it is summed over copies."""
    following = pullbacks.rule(line.op, k)
    assert following
    with np.errstate(all="ignore"):
        return following(g, e.values[at], [e.values[arg] for arg in line.args], line.told)


def _rule(e: TensorExplanation, program: Program, at: int, k: int, grad: Piece) -> Piece | None:
    line = program.lines[at - len(program.inputs)]
    rule = closed.RULES.get(line.op)
    if rule is None:
        return None

    def called(at: int) -> Piece:
        first = len(program.inputs)
        return name((program.inputs[at] if at < first else program.lines[at - first]).name)

    args = tuple(arrays.floats(e.values[arg]) for arg in line.args)
    with np.errstate(all="ignore"):
        use = closed.Use(line, k, grad, arrays.floats(e.adjoints[at]), args, arrays.floats(e.values[at]), at, called)
        found = rule(use)
    return found.piece if found else None


def _sources(e: TensorExplanation, line: Line, at: int, k: int) -> tuple[tuple[int, ...], ...]:
    """For every entry of argument k, the entries of the result that send something to it."""
    values = [arrays.floats(e.values[arg]) for arg in line.args]
    with np.errstate(all="ignore"):
        every = pullbacks.sent(line, k, one_hots(line.shape, float), arrays.floats(e.values[at]), values)
    reached = (every != 0).reshape(prod(line.shape), -1)
    return tuple(tuple(np.flatnonzero(column).tolist()) for column in reached.T)
