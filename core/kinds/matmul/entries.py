"""Entries of a matrix that nobody types one by one: a block in its place, a seed, a preset of weights, a loss."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import cast

from core.kinds.matmul.matrices import dot, flat
from core.kinds.matmul.problem import MatmulProblem, weights_of
from core.kinds.matmul.reading import read
from core.kinds.weights import LOSSES, PRESETS, typed
from core.maps import Rows, laid_out
from core.problem import MAX_SIDE, Matrix, ProblemError

RANDOM_RANGE = 5  # entries from -5 to 5: products that people can check in their heads

# ── Putting a block in its place ─────────────────────────────────────────────────────────────────────────

SHAPES: dict[str, Callable[[int, int, int], tuple[int, int]]] = {
    "a": lambda m, k, n: (m, k),
    "b": lambda m, k, n: (k, n),
    "v": lambda m, k, n: (m, n),
}


def put(matrix: Matrix, block: Matrix, i: int, j: int) -> Matrix:
    """``matrix`` with ``block`` written over it from row i, column j on; it grows where the block reaches out of it."""
    rows, columns = max(len(matrix), i + len(block)), max(len(matrix[0]), j + len(block[0]))
    if max(rows, columns) > MAX_SIDE:
        raise ProblemError("too_large", rows=rows, columns=columns, limit=MAX_SIDE)

    def entry(p: int, q: int) -> str:
        if i <= p < i + len(block) and j <= q < j + len(block[0]):
            return block[p - i][q - j]
        return matrix[p][q] if p < len(matrix) and q < len(matrix[0]) else "1"

    return tuple(tuple(entry(p, q) for q in range(columns)) for p in range(rows))


def resize(problem: MatmulProblem, m: int, k: int, n: int) -> MatmulProblem:
    """The problem with other sizes: entries that still have a place keep it, new ones are 1."""

    def fit(matrix: Matrix, rows: int, columns: int) -> Matrix:
        return tuple(
            tuple(matrix[i][j] if i < len(matrix) and j < len(matrix[i]) else "1" for j in range(columns))
            for i in range(rows)
        )

    return replace(problem, a=fit(problem.a, m, k), b=fit(problem.b, k, n), v=fit(weights_of(problem), m, n))


# ── Entries that nobody types ────────────────────────────────────────────────────────────────────────────


def random_integers(rows: int, columns: int, seed: int) -> Matrix:
    """The same integers from -5 to 5, none of them 0, for the same seed; a list of rows."""
    source = random.Random(seed)
    digits = [n for n in range(-RANDOM_RANGE, RANDOM_RANGE + 1) if n]
    return tuple(tuple(str(source.choice(digits)) for _ in range(columns)) for _ in range(rows))


def preset(name: str, m: int, n: int, hot: tuple[int, int] = (0, 0)) -> Matrix:
    """Weights of c's shape: all ones; 1 at ``hot`` and 0 elsewhere; or 1 in the first row, 2 in the second, …"""
    return tuple(tuple(PRESETS[name]((i, j), hot) for j in range(n)) for i in range(m))


def induced(problem: MatmulProblem, loss: str) -> MatmulProblem:
    """The problem with the v = ∂loss/∂c that a loss (a key of LOSSES) passes to c. Raises what is wrong with a or b."""
    reading = read(replace(problem, v=None))
    if reading.errors:
        raise reading.errors[0]
    c = dot(cast(Rows, reading.a), cast(Rows, reading.b))
    weights = LOSSES[loss].passes(tuple(flat(c)))
    return replace(problem, v=laid_out(tuple(map(typed, weights)), len(c[0])))
