"""A TensorExplanation as the command line answers it."""

from __future__ import annotations

from core import parameters
from core.engines.tensor_tape import Tape
from core.engines.verdict import Check
from core.kinds.records import Json, notes, number
from core.kinds.tensor.arrays import nested
from core.kinds.tensor.batch import batch
from core.kinds.tensor.explanation import TensorExplanation
from core.kinds.tensor.problem import PAGE, texts


def record(e: TensorExplanation, lang: str) -> dict[str, Json]:
    """One JSON object; the notes in a language."""
    return {
        "address": parameters.link(PAGE, texts(e.problem)),
        "inputs": {one.name: nested(value) for one, value in zip(e.program.inputs, e.values, strict=False)},
        "guessed": list(e.guessed),
        "output": e.letter,
        "shape": list(e.shape),
        "wrt": e.wrt,
        "value": nested(e.output),
        "v": nested(e.v),
        "derivatives": nested(e.jacobian),
        "contributions": nested(e.contributions),
        "grad": nested(e.total),
        "grads": {name: nested(grad) for name, grad in e.grads.items()},
        "tape": _tape(e.tape),
        **_batch(e),
        "verdict": e.verdict.kind,
        "checks": {"torch": _check(e.verdict.torch, e), "finite_difference": _check(e.verdict.finite_difference, e)},
        "notes": notes(e.verdict.notes, lang),
    }


def _tape(tape: Tape) -> list[Json]:
    """Every node with what it sent to each of its arguments, in the order in which they were recorded."""
    names = [operation.name for operation in tape.operations]
    return [
        {
            "name": operation.name,
            "node": operation.node,
            "text": operation.text,
            "value": nested(operation.value),
            "adjoint": nested(operation.adjoint),
            "sent": [{"to": names[use.of], "rule": use.rule, "value": nested(use.sent)} for use in operation.uses],
        }
        for operation in tape.operations
    ]


def _batch(e: TensorExplanation) -> dict[str, Json]:
    """What belongs to each sample, if the problem has a batch."""
    found = batch(e)
    if not found:
        return {}
    told = {
        "of": found.name,
        "samples": found.size,
        "blocks": nested(found.blocks),
        "elsewhere": None if found.elsewhere is None else number(found.elsewhere),
        "gradients": nested(found.gradients),
        "mean": nested(found.mean),
        "vmap": found.vmap,
    }
    return {"batch": told}


def _check(judged: Check, e: TensorExplanation) -> Json:
    """One engine's gradient, in the shape of wrt."""
    return {"grad": _folded([number(x) for x in judged.vjp], e.wrt_shape), "agrees": judged.agrees}


def _folded(entries: list[Json], shape: tuple[int, ...]) -> Json:
    """Entries that stand row by row, in a shape."""
    match shape:
        case ():
            return entries[0]
        case (_,):
            return entries
    return [entries[start : start + shape[1]] for start in range(0, len(entries), shape[1])]
