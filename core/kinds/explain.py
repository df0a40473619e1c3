"""The one path: Problem → Explanation. Every view, on the page, in JSON or on a slide, shows what is made here.

J[i, j] = ∂ output_i / ∂ input_j throughout (numerator layout): row i is the gradient of output i, and vᵀJ is the
sum of the rows weighted by v, which is what ``backward(v)`` adds to ``x.grad``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import reduce
from operator import add
from typing import TypeVar, cast

from core import address as share
from core import grammar
from core.calculus import worker
from core.code.sympy import vector_source
from core.code.transcript import Transcript
from core.engines import autograd, differences, tape, verdict
from core.expression.text import to_text
from core.expression.tree import Node, names, natural, number, walk
from core.kinds.chain.cost import Multiplications, multiplications
from core.kinds.matmul import explanation as matmul
from core.kinds.matmul.explanation import (
    MatmulExplanation as MatmulExplanation,  # re-exported: it is one of the Explanations
)
from core.kinds.matmul.explanation import MatmulReading, read_matmul
from core.memory import remembered
from core.numbers.exact import ZERO, Number, value_of
from core.problem import (
    CHAIN_FIELDS,
    CHAIN_LETTERS,
    MAX_ENTRIES,
    MAX_OUTPUTS,
    ChainProblem,
    MatmulProblem,
    Problem,
    ProblemError,
    VectorProblem,
)

MAX_COMPOSED = 4000  # nodes of a chain with every stage put into the next
ROUNDING = 4 * 2.0**-52  # of the terms of a sum: a few units in the last place
NO_PATH = number(0)  # an entry of J that is 0 at every point

Vector = tuple[Number, ...]
Rows = tuple[Vector, ...]  # a matrix, row by row


# ── What an explanation is made of ───────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Map:
    """A differentiable map at a point. Shapes: inputs (n), outputs (m), jacobian and jacobian_at (m, n)."""

    inputs: tuple[str, ...]
    outputs: tuple[Node, ...]
    point: Vector
    values: Vector
    jacobian: tuple[tuple[Node, ...], ...]
    jacobian_at: Rows


@dataclass(frozen=True)
class Pullback:
    """vᵀJ as the sum of weighted rows: rows[i] = weights[i]·J[i, :], total their sum (shape n)."""

    weights: Vector
    rows: Rows
    total: Vector


@dataclass(frozen=True)
class VectorExplanation:
    """Everything the page /vjp says. ``problem`` is complete: nothing left to a default."""

    problem: VectorProblem
    map: Map
    pullback: Pullback
    torch: autograd.Autograd
    verdict: verdict.Verdict


@dataclass(frozen=True)
class ChainExplanation:
    """x → y → z, or longer. ``maps[s]`` is stage s, ``pullbacks[s]`` pulls back through it.

    ``pullbacks[s].weights`` is the cotangent at the stage's outputs (v itself at the last one) and
    ``pullbacks[s].total`` the one at its inputs: x.grad for s = 0, y.grad for s = 1.
    ``whole`` is the composition differentiated directly (its Jacobian equals ``product``; its symbolic entries are
    empty where nobody could read them), ``whole_pullback`` its pullback at once.
    """

    problem: ChainProblem
    maps: tuple[Map, ...]
    whole: Map
    pullbacks: tuple[Pullback, ...]
    whole_pullback: Pullback
    product: Rows  # J of the last stage · … · J of the first, shape (last outputs, inputs)
    torch: autograd.ChainAutograd
    tape: tape.Tape
    verdict: verdict.Verdict

    @property
    def inner(self) -> Map:
        """The first stage, x → y."""
        return self.maps[0]

    @property
    def outer(self) -> Map:
        """The second stage, y → z."""
        return self.maps[1]

    @property
    def pullback(self) -> Pullback:
        """Through the first stage: ``total`` is x.grad."""
        return self.pullbacks[0]

    @property
    def outer_pullback(self) -> Pullback:
        """Through the second stage: ``total`` is the cotangent at y, what ``y.grad`` would hold."""
        return self.pullbacks[1]

    @property
    def letters(self) -> tuple[str, ...]:
        """x, y, z, …: the inputs and what comes out of each stage."""
        return CHAIN_LETTERS[: len(self.maps) + 1]

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many numbers there are at x, y, z, …"""
        return len(self.inner.inputs), *(len(at.outputs) for at in self.maps)

    @property
    def multiplications(self) -> Multiplications:
        """What this chain costs, by the order of multiplying."""
        return multiplications(self.sizes)


Explanation = VectorExplanation | ChainExplanation | MatmulExplanation


# ── Reading a problem ────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Reading:
    """What could be read of some functions, their point and v. ``None`` stands where the text was refused."""

    outputs: tuple[Node | None, ...]
    inputs: tuple[str, ...]
    point: tuple[Number | None, ...]
    cotangent: tuple[Number | None, ...]
    errors: tuple[ProblemError, ...]


T = TypeVar("T")


def read(problem: VectorProblem, field: str = "f") -> Reading:
    """Reads every part of a problem on its own, so that one refusal does not hide the others. Never raises.

    Of more functions, coordinates or weights than there may be only so many are read, and their number is refused.
    """
    errors: list[ProblemError] = []

    def attempt(step: object, *args: object, **kwargs: object) -> object:
        try:
            return step(*args, **kwargs)  # type: ignore[operator]
        except ProblemError as error:
            errors.append(_of_stage(error, field))
            return None

    declared, columns = None, problem.point and problem.point[:MAX_ENTRIES]
    if columns is not None:
        declared = [attempt(grammar.variable, name, field="at", index=j) for j, (name, _) in enumerate(columns)]
        attempt(_distinct, declared)
    known = None if declared is None else tuple(name for name in declared if isinstance(name, str))
    attempt(_count_outputs, problem.functions, field)
    outputs = tuple(
        attempt(grammar.parse, text, known, field=field, index=i)
        for i, text in enumerate(problem.functions[:MAX_OUTPUTS])
    )
    inputs = known if known is not None else names(node for node in outputs if isinstance(node, Node))
    given = len(problem.point or ())
    if None not in outputs or given > MAX_ENTRIES:
        attempt(_count_inputs, len(outputs), given if given > MAX_ENTRIES else len(inputs), field)
    texts = [value for _, value in columns] if columns is not None else ["1"] * len(inputs)
    point = [attempt(_number, text, "at", j) for j, text in enumerate(texts)]
    weights = problem.cotangent if problem.cotangent is not None else ("1",) * len(problem.functions)
    attempt(_count_weights, weights, len(problem.functions), CHAIN_LETTERS[CHAIN_FIELDS.index(field) + 1])
    cotangent = [attempt(_number, text, "v", i) for i, text in enumerate(weights[:MAX_OUTPUTS])]
    return Reading(outputs, inputs, tuple(point), tuple(cotangent), tuple(errors))  # type: ignore[arg-type]


def _of_stage(error: ProblemError, field: str) -> ProblemError:
    """What a later stage of a chain is written in is no point: it comes out of the stage before."""
    if error.code != "undeclared_name" or field == CHAIN_FIELDS[0]:
        return error
    return ProblemError("not_an_output", field=field, index=error.index, span=error.span, function=field, **error.facts)


def _number(text: str, field: str, index: int) -> Number:
    return value_of(grammar.constant(text, field=field, index=index))


def _distinct(declared: Sequence[str | None]) -> None:
    for j, name in enumerate(declared):
        if name is not None and name in declared[:j]:
            raise ProblemError("twice", field="at", index=j, span=(0, len(name)), name=name)


def _count_outputs(functions: Sequence[str], field: str) -> None:
    if not functions:
        s = CHAIN_FIELDS.index(field)
        if s:
            before, after = CHAIN_LETTERS[s : s + 2]
            raise ProblemError("no_stage", field=field, function=field, before=before, after=after)
        raise ProblemError("empty", field=field, index=0, span=(0, 0))
    if len(functions) > MAX_OUTPUTS:
        raise ProblemError("too_many_outputs", field=field, count=len(functions), limit=MAX_OUTPUTS)


def _count_inputs(outputs: int, inputs: int, field: str) -> None:
    if not inputs:
        raise ProblemError("no_variables", field=field, index=0)
    if outputs * inputs > MAX_ENTRIES:
        raise ProblemError("too_many_entries", field="at", rows=outputs, columns=inputs, limit=MAX_ENTRIES)


def _count_weights(weights: Sequence[str], outputs: int, letter: str) -> None:
    if len(weights) != outputs:
        raise ProblemError("wrong_length", field="v", expected=outputs, count=len(weights), letter=letter)


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


def complete(problem: Problem) -> Problem:
    """The problem as read: defaults written out, texts in canonical spelling. Raises its first ProblemError."""
    match problem:
        case VectorProblem():
            return _complete(problem, _sound(read(problem)))
        case ChainProblem():
            return _complete_chain(problem, read_chain(problem))
        case MatmulProblem():
            return _complete_matmul(problem)
    raise TypeError(problem)


R = TypeVar("R", "Reading", "MatmulReading")


def _sound(reading: R) -> R:
    if reading.errors:
        raise reading.errors[0]
    return reading


def _complete(problem: VectorProblem, reading: Reading) -> VectorProblem:
    point = problem.point or tuple((name, "1") for name in reading.inputs)
    weights = problem.cotangent or ("1",) * len(problem.functions)
    return _short(
        VectorProblem(
            tuple(to_text(node, spaces=False) for node in reading.outputs if node is not None),
            tuple(
                (name, _canonical(text, "at", j))
                for j, (name, (_, text)) in enumerate(zip(reading.inputs, point, strict=True))
            ),
            tuple(_canonical(text, "v", i) for i, text in enumerate(weights)),
        )
    )


def read_chain(problem: ChainProblem) -> tuple[Reading, ...]:
    """Every stage read on its own, the outer ones in y1 … yb, whatever could be read of the inner. Never raises."""
    return tuple(read(stage, field) for stage, field in zip(_stages(problem), CHAIN_FIELDS, strict=False))


def _stages(problem: ChainProblem) -> tuple[VectorProblem, ...]:
    """Each stage as a problem of its own: the first has the point, the last has v, between them stand ones.

    Behind a stage that is missing any variable will do: what is wrong is told of once, at the gap.
    """
    points = [
        tuple((f"{letter}{k + 1}", "1") for k in range(len(stage[:MAX_OUTPUTS]))) or None
        for letter, stage in zip(CHAIN_LETTERS[1:], problem.stages, strict=False)
    ]
    weights = [None] * (len(problem.stages) - 1) + [problem.cotangent]
    return tuple(map(VectorProblem, problem.stages, [problem.point, *points[:-1]], weights))


def _complete_chain(problem: ChainProblem, readings: Sequence[Reading]) -> ChainProblem:
    stages = [_complete(stage, _sound(reading)) for stage, reading in zip(_stages(problem), readings, strict=True)]
    functions = [stage.functions for stage in stages]
    return _short(ChainProblem(functions[0], functions[1], stages[0].point, stages[-1].cotangent, tuple(functions[2:])))


def _complete_matmul(problem: MatmulProblem) -> MatmulProblem:
    _sound(read_matmul(problem))
    return _short(matmul.canonical(problem))


def _canonical(text: str, field: str, index: int) -> str:
    return to_text(grammar.constant(text, field=field, index=index), spaces=False)


P = TypeVar("P", bound=Problem)


def _short(problem: P) -> P:
    """The problem itself if its address is short enough to be shared."""
    length = len(share.encode(problem))
    if length > share.MAX_ADDRESS:
        raise ProblemError("too_long_together", field="f", length=length, limit=share.MAX_ADDRESS)
    return problem


# ── Explaining ───────────────────────────────────────────────────────────────────────────────────────────


@remembered(entries=1024, megabytes=12)
def explain(problem: Problem) -> Explanation:
    """Derives, evaluates and checks a problem. Raises the first ProblemError that ``read`` or the worker found."""
    try:
        match problem:
            case VectorProblem():
                return _explain_vector(problem)
            case ChainProblem():
                return _explain_chain(problem)
            case MatmulProblem():
                return _explain_matmul(problem)
    except ProblemError as error:
        raise _placed(error, problem) from None
    raise TypeError(problem)


def _placed(error: ProblemError, problem: Problem) -> ProblemError:
    """The same refusal, with all of the entry or parameter at fault as its span if it has none of its own."""
    if error.span is None and error.field:
        error.span = (0, len(share.place(problem, error.field, error.index)))
    return error


def _explain_vector(problem: VectorProblem) -> VectorExplanation:
    reading = _sound(read(problem))
    here = _map(_nodes(reading), reading.inputs, cast(Vector, reading.point))
    pulled = _pull_back(cast(Vector, reading.cotangent), here)
    return VectorExplanation(_complete(problem, reading), here, pulled, *_check(here, pulled))


def derivation(e: VectorExplanation | MatmulExplanation) -> Transcript:
    """The derivation as SymPy code and what SymPy really printed. Raises ProblemError, such as ``too_slow``."""
    if isinstance(e, MatmulExplanation):
        return matmul.derivation(e)
    point = [grammar.constant(text, field="at", index=j) for j, (_, text) in enumerate(e.problem.point or ())]
    weights = [grammar.constant(text, field="v", index=i) for i, text in enumerate(e.problem.cotangent or ())]
    return worker.derivation(vector_source(e.map.outputs, e.map.inputs, point, weights))


def _explain_chain(problem: ChainProblem) -> ChainExplanation:
    readings = read_chain(problem)
    complete = _complete_chain(problem, readings)
    maps: list[Map] = []
    for reading, field in zip(readings, CHAIN_FIELDS, strict=False):
        point = maps[-1].values if maps else cast(Vector, reading.point)
        maps.append(_map(_nodes(reading), reading.inputs, point, field))
    weights = cast(Vector, readings[-1].cotangent)
    pullbacks = _pull_back_through(weights, maps)
    product = tuple(_pull_back_through(row, maps[:-1])[0].total for row in maps[-1].jacobian_at)
    whole = _whole(maps, product)
    at_once = _pull_back(weights, whole)
    f, g, *further = (at.outputs for at in maps)
    torch = autograd.differentiate_chain(f, g, maps[0].inputs, _floats(maps[0].point), _floats(weights), further)
    recorded = tape.record(torch.source, CHAIN_LETTERS[: len(maps) + 1])
    _, judged = _check(whole, at_once, CHAIN_LETTERS[len(maps)])
    return ChainExplanation(complete, tuple(maps), whole, pullbacks, at_once, product, torch, recorded, judged)


def _pull_back_through(weights: Vector, maps: Sequence[Map]) -> tuple[Pullback, ...]:
    """From the last map to the first, each time with what the one before gave; in the order of ``maps``."""
    pulled: list[Pullback] = []
    for at in reversed(maps):
        pulled.append(_pull_back(pulled[-1].total if pulled else weights, at))
    return tuple(reversed(pulled))


UNREADABLE = ("result_too_large", "number_too_large", "too_slow")  # why the composition has no derivative to print


def _whole(maps: Sequence[Map], product: Rows) -> Map:
    """The composition as one map, differentiated directly; by the product of the stages where that is unreadable.

    Raises ProblemError ``composition_too_large`` before anything of that size is built.
    """
    composed = _compose(maps)
    try:
        return _map(composed, maps[0].inputs, maps[0].point, CHAIN_FIELDS[len(maps) - 1])
    except ProblemError as error:
        if error.code not in UNREADABLE:
            raise
        return Map(maps[0].inputs, composed, maps[0].point, maps[-1].values, (), product)


def _compose(maps: Sequence[Map]) -> tuple[Node, ...]:
    composed = maps[0].outputs
    for at, field in zip(maps[1:], CHAIN_FIELDS[1:], strict=False):
        sizes = dict(zip(at.inputs, map(_size, composed), strict=True))
        if sum(_size(node, sizes) for node in at.outputs) > MAX_COMPOSED:
            raise ProblemError("composition_too_large", field=field, limit=MAX_COMPOSED)
        values = dict(zip(at.inputs, composed, strict=True))
        composed = tuple(_substitute(node, values) for node in at.outputs)
    return composed


def _size(node: Node, sizes: Mapping[str, int] | None = None) -> int:
    """How many nodes the tree has, or would have with trees of these sizes in place of its names."""
    return sum((sizes or {}).get(n.text, 1) if n.op == "name" else 1 for n in walk(node))


def _explain_matmul(problem: MatmulProblem) -> MatmulExplanation:
    complete = _complete_matmul(problem)
    reading = _sound(read_matmul(complete))
    return matmul.multiply(complete, *(cast(Rows, rows) for rows in (reading.a, reading.b, reading.v)))


def _nodes(reading: Reading) -> tuple[Node, ...]:
    return cast(tuple[Node, ...], reading.outputs)  # sound: no None is left


def _map(outputs: tuple[Node, ...], inputs: tuple[str, ...], point: Vector, field: str = "f") -> Map:
    env = dict(zip(inputs, point, strict=True))
    try:
        jacobian = worker.jacobian(outputs, inputs)
    except ProblemError as error:
        raise error.at(field, error.index) from None
    return Map(
        inputs,
        outputs,
        point,
        tuple(value_of(node, env) for node in outputs),
        jacobian,
        tuple(tuple(value_of(entry, env) for entry in row) for row in jacobian),
    )


def _pull_back(weights: Vector, at: Map) -> Pullback:
    """Every row times its weight, and their sum. Where ∂y_i/∂x_j is 0 everywhere, torch has no path for an infinity."""
    formulas: Sequence[Sequence[object]] = at.jacobian or at.jacobian_at
    rows = tuple(
        tuple(ZERO if formula == NO_PATH else weight * entry for formula, entry in zip(said, row, strict=True))
        for weight, said, row in zip(weights, formulas, at.jacobian_at, strict=True)
    )
    return Pullback(weights, rows, tuple(map(_sum, zip(*rows, strict=True))))


def _sum(terms: Vector) -> Number:
    """The sum of terms; 0 where they cancel up to the rounding of floats (in softmax with v of ones, say)."""
    total = reduce(add, terms)
    noise = ROUNDING * sum(abs(term.value) for term in terms)
    return Number(0.0) if total.exact is None and abs(total.value) <= noise < math.inf else total


def _check(at: Map, pulled: Pullback, letter: str = "y") -> tuple[autograd.Autograd, verdict.Verdict]:
    point, weights = _floats(at.point), _floats(pulled.weights)
    torch = autograd.differentiate(at.outputs, at.inputs, point, weights)
    judged = verdict.judge(
        at.outputs,
        at.inputs,
        point,
        weights,
        tuple(map(_floats, at.jacobian_at)),
        _floats(pulled.total),
        torch,
        differences.differentiate(at.outputs, at.inputs, point, weights),
        letter,
    )
    return torch, judged


def _substitute(node: Node, values: Mapping[str, Node]) -> Node:
    """``node`` with expressions put in for its names."""
    if node.op == "name":
        return values[node.text]
    return replace(node, args=tuple(_substitute(arg, values) for arg in node.args)) if node.args else node


# ── Small matrices of Numbers ────────────────────────────────────────────────────────────────────────────


def _floats(numbers: Sequence[Number]) -> tuple[float, ...]:
    return tuple(n.value for n in numbers)
