"""What people answer in place of a gradient: the known slips, computed from the reader's own numbers.

A gradient is vᵀJ in the shape of its input. A slip is another number that somebody reaches by one mistake, and what is
to be said of it. FINDERS is the table of the mistakes; each answers for the shapes for which it is possible at all.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from core.maps import Sentence, floats, laid_out, sentence
from core.numbers.exact import Number

Row = tuple[float, ...]
Matrix = tuple[Row, ...]
NEAR = 1e-9  # two numbers that are nearer than this, beside their size, are one


@dataclass(frozen=True)
class Question:
    """vᵀJ is asked for. jacobian (m, n), weights (m), answer (n): a row, to be written in rows of ``columns``.

    ``terms`` are the outputs that one adds as a whole: single ones, or lines of a matrix. ``stages`` are the Jacobians
    of a chain, the innermost first, called by ``functions``; ``factors`` those of a matrix product. ``said`` has other
    sentences for some of the slips, ``without`` names those that mean nothing here.
    """

    name: str
    jacobian: Matrix
    weights: Row
    answer: Row
    columns: int
    terms: tuple[tuple[int, ...], ...]
    stages: tuple[Matrix, ...] = ()
    functions: tuple[str, ...] = ()
    factors: tuple[Matrix, Matrix] | None = None
    said: Mapping[str, str] = field(default_factory=dict)
    without: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Slip:
    """A wrong answer, in the shape that was asked for, what is said of it, and where in the picture it happens.

    ``rows`` are outputs, ``inputs`` columns of J, ``stages`` those of a chain, all from 0.
    """

    code: str
    answer: Row
    sentence: Sentence
    rows: tuple[int, ...] = ()
    inputs: tuple[int, ...] = ()
    stages: tuple[int, ...] = ()


def asked(
    name: str, jacobian: Sequence[Sequence[Number]], weights: Sequence[Number], answer: Sequence[Number]
) -> Question:
    """The question that every map has: vᵀJ as one row, of single rows of J."""
    rows = tuple(map(floats, jacobian))
    return Question(name, rows, floats(weights), floats(answer), len(answer), tuple((i,) for i in range(len(rows))))


def slips(question: Question) -> tuple[Slip, ...]:
    """Every slip whose number is not the right one, in the order of the table. Two may have the same number."""
    return tuple(
        slip
        for code, find in FINDERS.items()
        if code not in question.without
        for slip in find(code, question)
        if all(map(math.isfinite, slip.answer)) and not alike(slip.answer, question.answer)
    )


def alike(one: Row, other: Row) -> bool:
    """Whether two answers are the same but for the rounding of floats."""
    return len(one) == len(other) and all(map(near, one, other))


def near(one: float, other: float) -> bool:
    """Whether two numbers are the same but for the rounding of floats."""
    return math.isclose(one, other, rel_tol=NEAR, abs_tol=NEAR)


def apart(question: Question) -> bool:
    """Whether every answer tells which slip it was, and no slip makes one entry right."""
    found = [slip.answer for slip in slips(question)]
    distinct = not any(alike(one, other) for k, one in enumerate(found) for other in found[:k])
    return distinct and not any(near(*pair) for answer in found for pair in zip(answer, question.answer, strict=True))


# ── The mistakes ─────────────────────────────────────────────────────────────────────────────────────────


def _pull(weights: Sequence[float], rows: Sequence[Sequence[float]]) -> Row:
    """vᵀJ"""
    return tuple(sum(map(_product, weights, column)) for column in zip(*rows, strict=True))


def _product(one: float, other: float) -> float:
    return one * other


def _slip(code: str, question: Question, answer: Row, **where: tuple[int, ...]) -> Slip:
    return _told(code, question, answer, {}, **where)


def _told(code: str, question: Question, answer: Row, facts: Mapping[str, str | int], **where: tuple[int, ...]) -> Slip:
    key = question.said.get(code, code)
    return Slip(code, answer, sentence(f"slips.{key}", name=question.name, **facts), **where)


def _square(question: Question) -> bool:
    return len(question.jacobian) == len(question.answer)


def _all(count: Sequence[object]) -> tuple[int, ...]:
    return tuple(range(len(count)))


def _part(question: Question, term: Sequence[int]) -> Row:
    """The weighted rows of some outputs, added."""
    return _pull([question.weights[i] for i in term], [question.jacobian[i] for i in term])


def _pushed(code: str, q: Question) -> Iterator[Slip]:
    """J·v, which is J transposed as well."""
    if _square(q):
        yield _slip(code, q, _pull(q.weights, tuple(zip(*q.jacobian, strict=True))), inputs=_all(q.answer))


def _one_term(code: str, q: Question) -> Iterator[Slip]:
    """One row of J, v ignored."""
    for k, term in enumerate(q.terms):
        alone = _pull((1,) * len(term), [q.jacobian[i] for i in term])
        yield _told(code, q, alone, {"i": k + 1}, rows=term)


def _ones(code: str, q: Question) -> Iterator[Slip]:
    """All of v taken as 1."""
    other = tuple(i for i, weight in enumerate(q.weights) if weight != 1)
    yield _slip(code, q, _pull((1,) * len(q.weights), q.jacobian), rows=other)


def _along_columns(code: str, q: Question) -> Iterator[Slip]:
    """v * J as NumPy broadcasts it: v_j times column j, added up."""
    if _square(q):
        added = _pull((1,) * len(q.weights), q.jacobian)
        yield _slip(code, q, tuple(map(_product, q.weights, added)), inputs=_all(q.answer))


def _diagonal(code: str, q: Question) -> Iterator[Slip]:
    """v_j·J_jj, entry by entry."""
    if _square(q) and len(q.answer) > 1:
        yield _slip(code, q, tuple(q.weights[j] * q.jacobian[j][j] for j in _all(q.answer)), rows=_all(q.weights))


def _forgotten(code: str, q: Question) -> Iterator[Slip]:
    """One term is missing."""
    for k, term in enumerate(q.terms if len(q.terms) > 1 else ()):
        yield _told(code, q, _minus(q.answer, _part(q, term)), {"i": k + 1}, rows=term)


def _sign_of_term(code: str, q: Question) -> Iterator[Slip]:
    """One term is subtracted."""
    for k, term in enumerate(q.terms if len(q.terms) > 1 else ()):
        twice = _scaled(2, _part(q, term))
        yield _told(code, q, _minus(q.answer, twice), {"i": k + 1}, rows=term)


def _sign(code: str, q: Question) -> Iterator[Slip]:
    yield _slip(code, q, _scaled(-1, q.answer), rows=_all(q.weights))


def _doubled(code: str, q: Question) -> Iterator[Slip]:
    """.grad was not zeroed before a second call."""
    yield _slip(code, q, _scaled(2, q.answer), rows=_all(q.weights))


def _mean(code: str, q: Question) -> Iterator[Slip]:
    """The mean of what is to be added."""
    count = len(q.weights)
    if count > 1:
        yield _told(code, q, _scaled(1 / count, q.answer), {"count": count}, rows=_all(q.weights))


def _skipped(code: str, q: Question) -> Iterator[Slip]:
    """The Jacobian of one stage was left out: the inner derivative, most often."""
    for s, stage in enumerate(q.stages):
        rest = (*q.stages[:s], *q.stages[s + 1 :])
        if rest and len(stage) == len(stage[0]):
            yield _told(code, q, _through(q.weights, rest), {"function": q.functions[s]}, stages=(s,))


def _transposed_stage(code: str, q: Question) -> Iterator[Slip]:
    """The Jacobian of one stage stands transposed."""
    for s, stage in enumerate(q.stages):
        if len(stage) == len(stage[0]):
            turned = (*q.stages[:s], tuple(zip(*stage, strict=True)), *q.stages[s + 1 :])
            yield _told(code, q, _through(q.weights, turned), {"function": q.functions[s]}, stages=(s,))


def _through(weights: Row, stages: Sequence[Matrix]) -> Row:
    for stage in reversed(stages):
        weights = _pull(weights, stage)
    return weights


def _entry_by_entry(code: str, q: Question) -> Iterator[Slip]:
    """Two matrices of the same shape multiplied entry by entry, where a product of matrices is meant."""
    if q.factors:
        one, other = (tuple(entry for row in rows for entry in row) for rows in q.factors)
        if len(one) == len(other) == len(q.answer) and len(q.factors[0][0]) == len(q.factors[1][0]) == q.columns:
            yield _slip(code, q, tuple(map(_product, one, other)))


def _turned(code: str, q: Question) -> Iterator[Slip]:
    """The gradient itself stands transposed."""
    rows = laid_out(q.answer, q.columns)
    if len(rows) == q.columns > 1:
        yield _slip(code, q, tuple(entry for column in zip(*rows, strict=True) for entry in column))


def _minus(one: Row, other: Row) -> Row:
    return tuple(a - b for a, b in zip(one, other, strict=True))


def _scaled(factor: float, row: Row) -> Row:
    return tuple(factor * entry for entry in row)


FINDERS: dict[str, Callable[[str, Question], Iterator[Slip]]] = {
    "pushed": _pushed,
    "one_term": _one_term,
    "ones": _ones,
    "along_columns": _along_columns,
    "diagonal": _diagonal,
    "forgotten": _forgotten,
    "sign_of_term": _sign_of_term,
    "sign": _sign,
    "doubled": _doubled,
    "mean": _mean,
    "skipped": _skipped,
    "transposed_stage": _transposed_stage,
    "entry_by_entry": _entry_by_entry,
    "turned": _turned,
}
