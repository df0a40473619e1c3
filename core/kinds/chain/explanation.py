"""x → y → z explained: every stage, v pulled back through them, and the composition derived directly beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from core.engines import autograd, tape
from core.engines.verdict import Verdict
from core.expression.tree import Node, substituted, walk
from core.kinds.chain.cost import Multiplications, multiplications
from core.kinds.chain.problem import CHAIN_FIELDS, CHAIN_LETTERS, ChainProblem
from core.kinds.chain.reading import ChainReading
from core.kinds.constants import constant
from core.kinds.derived import check, derive, spell
from core.maps import Formulas, Map, Pullback, Rows, Vector, floats, pull_back, pull_back_through
from core.problem import ProblemError

MAX_COMPOSED = 4000  # nodes of a chain with every stage put into the next


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
    verdict: Verdict

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
    def weights(self) -> Vector:
        """v"""
        return self.pullbacks[-1].weights

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


def explain(reading: ChainReading) -> ChainExplanation:
    """Derives, evaluates and checks what was read without a refusal. Raises ProblemError where the worker does.

    Also ``composition_too_large``.
    """
    assert reading.problem
    maps: list[Map] = []
    exactly = tuple(constant(text, "at", j).node for j, (_, text) in enumerate(reading.problem.point or ()))
    for stage, field in zip(reading.stages, CHAIN_FIELDS, strict=False):
        point, outputs = maps[-1].values if maps else cast(Vector, stage.point), cast(tuple[Node, ...], stage.outputs)
        lettered = spell(cast(tuple[Node, ...], stage.spelled), stage.constants)
        maps.append(derive(outputs, stage.inputs, point, exactly, field, lettered))
        places = dict(zip(stage.inputs, exactly, strict=True))
        exactly = tuple(substituted(node, places) for node in outputs)
    weights = cast(Vector, reading.stages[-1].cotangent)
    pullbacks = pull_back_through(weights, maps)
    product = tuple(pull_back_through(row, maps[:-1])[0].total for row in maps[-1].jacobian_at)
    whole = _whole(maps, product)
    at_once = pull_back(weights, whole)
    torch = _differentiate(maps, weights)
    recorded = tape.record(torch.transcript.listing, CHAIN_LETTERS[: len(maps) + 1])
    _, judged = check(whole, at_once, CHAIN_LETTERS[len(maps)])
    return ChainExplanation(reading.problem, tuple(maps), whole, pullbacks, at_once, product, torch, recorded, judged)


def _differentiate(maps: Sequence[Map], weights: Vector) -> autograd.ChainAutograd:
    f, g, *further = (at.outputs for at in maps)
    return autograd.differentiate_chain(f, g, maps[0].inputs, floats(maps[0].point), floats(weights), further)


UNREADABLE = ("result_too_large", "number_too_large", "too_slow")  # why the composition has no derivative to print


def _whole(maps: Sequence[Map], product: Rows) -> Map:
    """The composition as one map, differentiated directly; by the product of the stages where that is unreadable.

    Raises ProblemError ``composition_too_large`` before anything of that size is built.
    """
    composed = _compose(maps, [at.outputs for at in maps])
    constants = dict(one for at in maps for one in at.formulas.constants)
    lettered = spell(_compose(maps, [at.formulas.outputs for at in maps]), constants) if constants else None
    field = CHAIN_FIELDS[len(maps) - 1]
    try:
        return derive(composed, maps[0].inputs, maps[0].point, maps[0].exactly, field, lettered)
    except ProblemError as error:
        if error.code not in UNREADABLE:
            raise
        shown = Formulas(lettered.outputs, (), lettered.constants) if lettered else None
        first, values = maps[0], maps[-1].values
        return Map(first.inputs, composed, first.point, values, (), product, first.exactly, lettered=shown)


def _compose(maps: Sequence[Map], outputs: Sequence[tuple[Node, ...]]) -> tuple[Node, ...]:
    """The outputs of the stages, each put into the next."""
    composed = outputs[0]
    for at, further, field in zip(maps[1:], outputs[1:], CHAIN_FIELDS[1:], strict=False):
        sizes = dict(zip(at.inputs, map(_size, composed), strict=True))
        if sum(_size(node, sizes) for node in further) > MAX_COMPOSED:
            raise ProblemError("composition_too_large", field=field, limit=MAX_COMPOSED)
        values = dict(zip(at.inputs, composed, strict=True))
        composed = tuple(substituted(node, values) for node in further)
    return composed


def _size(node: Node, sizes: Mapping[str, int] | None = None) -> int:
    """How many nodes the tree has, or would have with trees of these sizes in place of its names."""
    return sum((sizes or {}).get(n.text, 1) if n.op == "name" else 1 for n in walk(node))
