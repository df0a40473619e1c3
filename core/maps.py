"""The nouns all kinds are made of: a map at a point, and v pulled back through it.

J[i, j] = ∂ output_i / ∂ input_j throughout (numerator layout): row i is the gradient of output i, and vᵀJ is the
sum of the rows weighted by v, which is what ``backward(v)`` adds to ``x.grad``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import TypeVar

from core.expression.tree import OUTPUT_LETTERS, Node, free_letter, number
from core.numbers.exact import ZERO, Number

ROUNDING = 4 * 2.0**-52  # of the terms of a sum: a few units in the last place
NO_PATH = number(0)  # an entry of J that is 0 at every point

Vector = tuple[Number, ...]
Rows = tuple[Vector, ...]  # a matrix, row by row
Shape = tuple[int, int]  # rows and columns
T = TypeVar("T")


@dataclass(frozen=True)
class Formulas:
    """A map in formulas, as they are shown: outputs (m) and jacobian (m, n); ``constants`` are letters with values."""

    outputs: tuple[Node, ...]
    jacobian: tuple[tuple[Node, ...], ...]
    constants: tuple[tuple[str, Number], ...] = ()


@dataclass(frozen=True)
class Map:
    """A differentiable map at a point. Shapes: inputs (n), outputs (m), jacobian and jacobian_at (m, n).

    ``exactly`` (n) are the coordinates of the point as expressions without names. What is computed with has the values
    of constants, and ``lettered``, which is shown, their letters. Inputs and outputs that are laid out in rows, such as
    the entries of a matrix, have the shapes ``input_shape`` and ``output_shape``; None: one row.
    """

    inputs: tuple[str, ...]
    outputs: tuple[Node, ...]
    point: Vector
    values: Vector
    jacobian: tuple[tuple[Node, ...], ...]
    jacobian_at: Rows
    exactly: tuple[Node, ...]
    input_shape: Shape | None = None
    output_shape: Shape | None = None
    lettered: Formulas | None = None

    @property
    def letter(self) -> str:
        """What the outputs are called: y1, y2, … unless an input or a constant is called so."""
        return free_letter(OUTPUT_LETTERS, self.names)

    @property
    def names(self) -> tuple[str, ...]:
        """Of the inputs and the constants."""
        return (*self.inputs, *dict(self.formulas.constants))

    @property
    def formulas(self) -> Formulas:
        """What is shown of the map."""
        return self.lettered or Formulas(self.outputs, self.jacobian)

    def contribution(self, row: Vector) -> Rows:
        """A row of J, weighted or not, or a sum of rows, in the shape of the inputs."""
        return laid_out(row, (self.input_shape or (1, len(row)))[1])


@dataclass(frozen=True)
class Pullback:
    """vᵀJ as the sum of weighted rows: rows[i] = weights[i]·J[i, :], total their sum (shape n)."""

    weights: Vector
    rows: Rows
    total: Vector


Sentence = tuple[str, tuple[tuple[str, str | int], ...]]  # a key of the words, and the facts that fill it


@dataclass(frozen=True)
class Step:
    """One step of how a gradient comes about: the same in a deck, on the page and wherever else it is stepped through.

    ``id`` is its name ("problem", "row-2", "term-1-3", "through-x"), ``lit`` are the terms it is about (from 0; stages
    of a chain), ``shown`` of them are there after it. ``sentence`` is what it says, ``answer`` the sum so far in its
    shape: what somebody may guess before it is shown.
    """

    id: str
    lit: tuple[int, ...]
    shown: int
    sentence: tuple[Sentence, ...]
    answer: Rows

    @property
    def name(self) -> str:
        """What kind of step it is: the id without its place."""
        return self.id.partition("-")[0]

    @property
    def facts(self) -> dict[str, str | int]:
        """What its sentence is filled with."""
        return {name: fact for _, facts in self.sentence for name, fact in facts}


def sentence(key: str, **facts: str | int) -> Sentence:
    """A sentence of the words with its facts."""
    return key, tuple(facts.items())


def pull_back(weights: Vector, at: Map) -> Pullback:
    """Every row times its weight, and their sum. Where ∂y_i/∂x_j is 0 everywhere, torch has no path for an infinity."""
    formulas: Sequence[Sequence[object]] = at.jacobian or at.jacobian_at
    rows = tuple(
        tuple(ZERO if formula == NO_PATH else weight * entry for formula, entry in zip(said, row, strict=True))
        for weight, said, row in zip(weights, formulas, at.jacobian_at, strict=True)
    )
    return Pullback(weights, rows, tuple(map(_sum, zip(*rows, strict=True))))


def first_terms(pulled: Pullback, count: int) -> Pullback:
    """The sum as far as its first rows."""
    rows = pulled.rows[:count]
    return Pullback(pulled.weights[:count], rows, tuple(reduce(add, column) for column in zip(*rows, strict=True)))


def pull_back_through(weights: Vector, maps: Sequence[Map]) -> tuple[Pullback, ...]:
    """From the last map to the first, each time with what the one before gave; in the order of ``maps``."""
    pulled: list[Pullback] = []
    for at in reversed(maps):
        pulled.append(pull_back(pulled[-1].total if pulled else weights, at))
    return tuple(reversed(pulled))


def _sum(terms: Vector) -> Number:
    """The sum of terms; 0 where they cancel up to the rounding of floats (in softmax with v of ones, say)."""
    total = reduce(add, terms)
    noise = ROUNDING * sum(abs(term.value) for term in terms)
    return Number(0.0) if total.exact is None and abs(total.value) <= noise < math.inf else total


def laid_out(entries: Sequence[T], columns: int) -> tuple[tuple[T, ...], ...]:
    """Entries that stand row by row, in rows of so many columns."""
    return tuple(tuple(entries[start : start + columns]) for start in range(0, len(entries), columns))


def floats(numbers: Sequence[Number]) -> tuple[float, ...]:
    """The numbers as floats."""
    return tuple(n.value for n in numbers)
