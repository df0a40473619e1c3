"""A matrix product measured by finite differences, and the verdict on its gradient.

c = a·b is only ever called: with one entry of a or b moved to either side. It is linear in each of them, so that a
central difference is off by nothing but rounding, and the step may be as large as the entries.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.engines.disagreement import CLOSE, CODES, EXACT, SAFETY, apart, facts, near
from core.engines.verdict import Check, Note, Verdict
from core.expression.tree import SUBSCRIPTS

Array = NDArray[np.float64]
Rows = Sequence[Sequence[float]]

ROUNDING = 2.0**-52


def differentiate(a: Rows, b: Rows, v: Rows, wrt: str) -> tuple[tuple[float, ...], float]:
    """The gradient of the sum of v_ij·c_ij by ``wrt`` ("a" or "b"), row by row, and how far off an entry may be."""
    left, right, weights = _arrays(a, b, v)
    moved = right if wrt == "b" else left
    step = 2.0 ** math.ceil(math.log2(max(1.0, float(np.abs(moved).max()))))
    with np.errstate(all="ignore"):
        slopes = (_moved(left, right, wrt, step) - _moved(left, right, wrt, -step)) / (2 * step)
        sizes = np.abs(left) @ np.abs(right) + step * (np.abs(left).max() if wrt == "b" else np.abs(right).max())
        error = float((np.abs(weights) * sizes).sum()) * ROUNDING * (left.shape[1] + 3) / step
        return tuple((weights * slopes).sum(axis=(1, 2)).tolist()), error


def _arrays(*matrices: Rows) -> list[Array]:
    return [np.array(rows, dtype=float) for rows in matrices]


def _moved(a: Array, b: Array, wrt: str, step: float) -> Array:
    """a·b with one entry of ``wrt`` moved by ``step``, for each of its entries: shape (entries, m, n)."""
    moved = b if wrt == "b" else a
    nudges = (np.eye(moved.size) * step).reshape(-1, *moved.shape)
    return a @ (b + nudges) if wrt == "b" else (a + nudges) @ b


# ── The verdict ──────────────────────────────────────────────────────────────────────────────────────────


def judge(a: Rows, b: Rows, v: Rows, wrt: str, total: Rows, torch: Rows) -> Verdict:
    """The closed form's gradient ``total`` against torch's and a measured one; all three in the shape of ``wrt``."""
    measured, error = differentiate(a, b, v, wrt)
    entries = [
        Entry(f"{wrt}.grad[{p}, {q}]" if len(total) * len(row) > 1 else "", p * len(row) + q, ours, size)
        for p, (row, sizes) in enumerate(zip(total, _sizes(a, b, v, wrt), strict=True))
        for q, (ours, size) in enumerate(zip(row, sizes, strict=True))
    ]
    theirs = [entry for row in torch for entry in row]
    back = [entry.of_torch(answer) for entry, answer in zip(entries, theirs, strict=True)]
    lost = _lost(a, b)
    forth = [
        lost or note or entry.of_differences(answer, error)
        for entry, note, answer in zip(entries, back, measured, strict=True)
    ]
    told = [note for note in (*back, *forth) if note]
    once = [note for k, note in enumerate(told) if note not in told[:k]]
    checks = check(entries, theirs, back, 0.0), check(entries, measured, forth, SAFETY * error)
    return Verdict(*checks, tuple(sorted(once, key=lambda note: list(CODES).index(note.code))))


@dataclass(frozen=True)
class Entry:
    """One entry of the gradient: its place in print, its number, the closed form's value, the size of its terms."""

    place: str
    at: int
    ours: float
    size: float

    @property
    def close(self) -> float:
        """How far off an answer may be and still agree."""
        return CLOSE * max(1.0, abs(self.ours))

    def of_torch(self, answer: float) -> Note | None:
        """Why torch's answer is another, or is no number."""
        if not (math.isfinite(answer) and math.isfinite(self.ours)):
            return self._note("overflow_back", answer, self.ours)
        if near(answer, self.ours, self.close):
            return None
        if near(answer, self.ours, CLOSE * self.size):
            return self._note("rounding", *apart(answer, self.ours))
        return self._note("unexplained", "torch", answer, self.ours)

    def of_differences(self, answer: float, error: float) -> Note | None:
        """Why what was measured is another."""
        if near(answer, self.ours, self.close + SAFETY * error):
            return None
        return self._note("step", answer, self.ours)

    def _note(self, code: str, *values: str | float) -> Note:
        return Note(code, None, self.at, facts(code, *values), self.place)


def _sizes(a: Rows, b: Rows, v: Rows, wrt: str) -> list[list[float]]:
    """The sum of |v_ij ∂c_ij/∂(wrt)| for every entry."""
    left, right, weights = map(np.abs, _arrays(a, b, v))
    with np.errstate(all="ignore"):
        sizes: list[list[float]] = (left.T @ weights if wrt == "b" else weights @ right.T).tolist()
    return sizes


def _lost(a: Rows, b: Rows) -> Note | None:
    """An element of c that leaves the range of floats, so that nothing can be measured."""
    left, right = _arrays(a, b)
    with np.errstate(all="ignore"):
        c = left @ right
    for (i, j), value in np.ndenumerate(c):
        if not math.isfinite(value):
            name = f"c{i + 1}{j + 1}".translate(SUBSCRIPTS)
            return Note("overflow_value", None, None, facts("overflow_value", name, float(value)))
    return None


def check(entries: Sequence[Entry], answers: Sequence[float], notes: Sequence[Note | None], allowed: float) -> Check:
    """One engine's gradient beside the closed form's."""
    agrees, kinds, errors, exact = True, [], [], True
    for entry, answer, note in zip(entries, answers, notes, strict=True):
        same = near(answer, entry.ours, entry.close + allowed)
        agrees = agrees and same
        errors.append(abs(answer - entry.ours))
        exact = exact and (errors[-1] <= EXACT * entry.size)
        if note and not (same and math.isfinite(answer)):
            kinds.append(note.code)
    told = min(kinds, key=list(CODES).index, default="exact" if exact else "agree")
    return Check(tuple(answers), agrees, max(errors) if all(map(math.isfinite, errors)) else None, told)
