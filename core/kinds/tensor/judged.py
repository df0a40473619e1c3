"""The verdict on a gradient of a program: torch's and a measured one beside the sum of the cards."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from core.engines.disagreement import CODES, SAFETY
from core.engines.products import Entry, _check
from core.engines.tensors import TensorAutograd
from core.engines.verdict import Verdict
from core.kinds.tensor.arrays import Array, floats
from core.tensors.program import Program
from core.tensors.values import evaluate

STEP = 2.0**-10


def judge(
    program: Program, values: Sequence[Array], v: Array, at: int, terms: Array, total: Array, torch: TensorAutograd
) -> Verdict:
    """``total`` is the sum of ``terms`` in the shape of value ``at``, which is the input that is asked for."""
    shape, name = program.shapes[at], program.inputs[at].name
    ours = floats(total).ravel()
    sizes = np.abs(floats(terms)).reshape(-1, *shape).sum(axis=0).ravel()
    places = [f"{name}.grad{list(place)}" if place else "" for place in np.ndindex(*shape)]
    entries = [Entry(place, k, float(ours[k]), float(sizes[k])) for k, place in enumerate(places)]
    theirs = torch.grads[at]
    answered = np.zeros(prod(shape)) if theirs is None else theirs.ravel()
    measured, error = _measured(program, values, v, at)
    back = [entry.of_torch(float(answer)) for entry, answer in zip(entries, answered, strict=True)]
    forth = [entry.of_differences(float(one), error) for entry, one in zip(entries, measured, strict=True)]
    told = [note for note in (*back, *forth) if note]
    checks = (
        _check(entries, answered.tolist(), back, 0.0),
        _check(entries, measured.tolist(), forth, SAFETY * error),
    )
    once = [note for k, note in enumerate(told) if note not in told[:k]]
    return Verdict(*checks, tuple(sorted(once, key=lambda note: list(CODES).index(note.code))))


def _measured(program: Program, values: Sequence[Array], v: Array, at: int) -> tuple[Array, float]:
    """Central differences of Σ v·output with two steps, extrapolated; and how far off they may be."""
    inputs = [floats(value) for value in values[: len(program.inputs)]]
    weights = floats(v)

    def slope(place: tuple[int, ...], step: float) -> float:
        ends = []
        for sign in (1, -1):
            moved = [value.copy() for value in inputs]
            moved[at][place] += sign * step
            ends.append(float((weights * evaluate(program, moved)[-1]).sum()))
        return (ends[0] - ends[1]) / (2 * step)

    found, error = [], 0.0
    for place in np.ndindex(*inputs[at].shape):
        wide, narrow = slope(place, STEP), slope(place, STEP / 2)
        found.append((4 * narrow - wide) / 3)
        error = max(error, abs(narrow - wide) / 100 + 1e-11 * abs(wide))
    return np.array(found), error
