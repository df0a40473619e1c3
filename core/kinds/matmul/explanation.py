"""c = a·b, one small matrix per element: ∂c_ij/∂b weighted by v_ij, and their sum b.grad = aᵀv (a.grad = v bᵀ).

c_ij = Σ_l a_il b_lj holds row i of a as coefficients of column j of b, so ∂c_ij/∂b is 0 but for its column j, which
is row i of a; ∂c_ij/∂a is 0 but for its row i, which is column j of b. Nothing has to be differentiated for that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, lru_cache, reduce
from operator import add
from typing import NamedTuple, TypeVar

from core import grammar
from core.calculus import worker
from core.code.sympy import matmul_source
from core.code.transcript import Transcript
from core.engines import autograd
from core.expression.text import to_text
from core.expression.tree import Node, number
from core.numbers.exact import MAX_BITS, ZERO, Exact, Number, value_of
from core.problem import MAX_SIDE, MatmulProblem, Matrix, ProblemError

MAX_DERIVED = 3  # side up to which SymPy's derivation of every element can still be read
ONE = value_of(number(1))

T = TypeVar("T")
Vector = tuple[Number, ...]
Rows = tuple[Vector, ...]  # a matrix, row by row
Integers = list[list[int]]


# ── Reading ──────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class MatmulReading:
    """a, b and v as numbers, None where an entry was refused."""

    a: tuple[tuple[Number | None, ...], ...]
    b: tuple[tuple[Number | None, ...], ...]
    v: tuple[tuple[Number | None, ...], ...]
    errors: tuple[ProblemError, ...]


def read_matmul(problem: MatmulProblem) -> MatmulReading:
    """Reads every entry on its own, so that one refusal does not hide the others. Never raises."""
    errors: list[ProblemError] = []
    texts = {"a": problem.a, "b": problem.b, "v": weights_of(problem)}
    read = {letter: _matrix(matrix, letter, errors) for letter, matrix in texts.items()}
    if all(read.values()):
        errors.extend(_misfits(*texts.values()))
    told = (error for error in errors if problem.v or error.field != "v")  # ones that nobody typed are not at fault
    return MatmulReading(**read, errors=tuple(told))


def _misfits(a: Matrix, b: Matrix, v: Matrix) -> Iterator[ProblemError]:
    """What is wrong with the sizes of three matrices, each of them a rectangle."""
    (m, k), (rows, n), shape = ((len(matrix), len(matrix[0])) for matrix in (a, b, v))
    if k != rows:
        yield ProblemError("shapes_differ", field="b", k=k, rows=rows)
    elif shape != (m, n):
        yield ProblemError("wrong_shape", field="v", rows=shape[0], columns=shape[1], m=m, n=n)


def weights_of(problem: MatmulProblem) -> Matrix:
    """v as typed, or ones in c's shape."""
    return problem.v or (("1",) * len(problem.b[0]),) * len(problem.a)


def resize(problem: MatmulProblem, m: int, k: int, n: int) -> MatmulProblem:
    """The problem with other sizes: entries that still have a place keep it, new ones are 1."""

    def fit(matrix: Matrix, rows: int, columns: int) -> Matrix:
        return tuple(
            tuple(matrix[i][j] if i < len(matrix) and j < len(matrix[i]) else "1" for j in range(columns))
            for i in range(rows)
        )

    return replace(problem, a=fit(problem.a, m, k), b=fit(problem.b, k, n), v=fit(weights_of(problem), m, n))


def _matrix(texts: Matrix, field: str, errors: list[ProblemError]) -> tuple[tuple[Number | None, ...], ...]:
    """The numbers of a matrix; what is wrong with its shape or an entry (index row-major) goes to ``errors``."""
    width, widest = len(texts[0]), max(map(len, texts))
    if len(texts) > MAX_SIDE or widest > MAX_SIDE:
        errors.append(ProblemError("too_large", field=field, rows=len(texts), columns=widest, limit=MAX_SIDE))
        return ()
    for i, row in enumerate(texts):
        if len(row) != width:
            start = sum(len(",".join(before)) + 1 for before in texts[:i])  # in all of the field, as it is written
            span = (start, start + len(",".join(row)))
            errors.append(ProblemError("ragged", field=field, span=span, row=i + 1, count=len(row), expected=width))
            return ()

    def entry(text: str, index: int) -> Number | None:
        try:
            return _entry(text)[0]
        except ProblemError as error:
            errors.append(error.at(field, index))
            return None

    return tuple(tuple(entry(text, i * width + j) for j, text in enumerate(row)) for i, row in enumerate(texts))


@lru_cache(maxsize=2048)
def _entry(text: str) -> tuple[Number, str]:
    """The value of an entry and its canonical spelling; people mostly type the same few numbers."""
    if not text.strip():
        raise ProblemError("empty_entry", field="")
    node = grammar.constant(text, field="")
    return value_of(node), to_text(node, spaces=False)


def canonical(problem: MatmulProblem) -> MatmulProblem:
    """The problem with v written out and every entry in its canonical spelling. It must have been readable."""

    def spelled(matrix: Matrix) -> Matrix:
        return tuple(tuple(_entry(text)[1] for text in row) for row in matrix)

    return MatmulProblem(spelled(problem.a), spelled(problem.b), spelled(weights_of(problem)), problem.wrt)


# ── What the explanation is made of ─────────────────────────────────────────────────────────────────────


class Step(NamedTuple):
    """One term v_ij·∂c_ij/∂b of the running sum; ``line`` is column j of the sum after it (wrt a: row i), length k."""

    i: int
    j: int
    line: Vector


# How the terms can be added up: the sum is the same, what stands in between is not.
ORDERS: dict[str, Callable[[tuple[int, int], float], tuple[float, ...]]] = {
    "rows": lambda place, weight: place,
    "columns": lambda place, weight: place[::-1],
    "size": lambda place, weight: (-abs(weight), *place),
}

# Scalars made of c, as torch code, and the v = ∂loss/∂c that each of them passes to c.
LOSSES: dict[str, tuple[str, Callable[[Rows], Rows]]] = {
    "sum": ("c.sum()", lambda c: _filled(c, ONE)),
    "half_squares": ("(c**2).sum()/2", lambda c: c),
    "mean": ("c.mean()", lambda c: _filled(c, value_of(Node("/", (number(1), number(len(c) * len(c[0]))))))),
}


@dataclass(frozen=True)
class MatmulExplanation:
    """c = a·b with weights v. a (m, k), b (k, n), c and v (m, n); a_grad = v·bᵀ, b_grad = aᵀ·v."""

    problem: MatmulProblem
    a: Rows
    b: Rows
    v: Rows
    c: Rows
    a_grad: Rows
    b_grad: Rows
    torch: autograd.MatmulAutograd

    @property
    def sizes(self) -> tuple[int, int, int]:
        """(m, k, n)"""
        return len(self.a), len(self.b), len(self.b[0])

    def factors(self, i: int, j: int, wrt: str) -> Vector:
        """The k entries of ∂c_ij/∂(wrt) that need not be 0.

        Row i of a, which stands in column j of b's shape; or column j of b, which stands in row i of a's shape.
        """
        return self.a[i] if wrt == "b" else tuple(row[j] for row in self.b)

    def weighted_factors(self, i: int, j: int, wrt: str) -> Vector:
        """v_ij times ``factors``."""
        if terms := self._whole(wrt):
            return tuple(map(_number, terms[i][j]))
        return tuple(_times(self.v[i][j], entry) for entry in self.factors(i, j, wrt))

    def _whole(self, wrt: str) -> list[Integers] | None:
        """``weighted_factors`` of every i and j in integers, if all are: most are, and those are much faster."""
        return self._whole_b if wrt == "b" else self._whole_a

    @cached_property
    def _whole_b(self) -> list[Integers] | None:
        a, v = _integers(self.a), _integers(self.v)
        if a is None or v is None:
            return None
        return [[[p * entry for entry in row] for p in weights] for row, weights in zip(a, v, strict=True)]

    @cached_property
    def _whole_a(self) -> list[Integers] | None:
        b, v = _integers(_transpose(self.b)), _integers(self.v)
        if b is None or v is None:
            return None
        return [[[p * entry for entry in column] for p, column in zip(weights, b, strict=True)] for weights in v]

    def derivative(self, i: int, j: int, wrt: str) -> Rows:
        """∂c_ij/∂b (shape of b: column j is row i of a) or ∂c_ij/∂a (shape of a: row i is column j of b)."""
        return self._placed(i, j, wrt, self.factors(i, j, wrt))

    def contribution(self, i: int, j: int, wrt: str) -> Rows:
        """v_ij · ∂c_ij/∂(wrt)"""
        return self._placed(i, j, wrt, self.weighted_factors(i, j, wrt))

    def _placed(self, i: int, j: int, wrt: str, entries: Vector) -> Rows:
        m, k, n = self.sizes
        if wrt == "b":
            before, after = (ZERO,) * j, (ZERO,) * (n - 1 - j)
            return tuple((*before, entry, *after) for entry in entries)
        nothing = (ZERO,) * k
        return tuple(entries if p == i else nothing for p in range(m))

    def order(self, by: str) -> tuple[tuple[int, int], ...]:
        """Every (i, j) of c in the order (a key of ORDERS) in which the terms are added."""
        m, _, n = self.sizes
        places = [(i, j) for i in range(m) for j in range(n)]
        return tuple(sorted(places, key=lambda place: ORDERS[by](place, self.v[place[0]][place[1]].value)))

    def ledger(self, wrt: str, by: str = "rows") -> tuple[Step, ...]:
        """The running sum, m·n steps from the first term to b.grad or a.grad. A step changes one line of it."""
        if terms := self._whole(wrt):
            return self._ledger(wrt, by, lambda i, j: terms[i][j], add, _number)
        return self._ledger(wrt, by, lambda i, j: self.weighted_factors(i, j, wrt), _plus, lambda n: n)

    def _ledger(
        self,
        wrt: str,
        by: str,
        term: Callable[[int, int], Sequence[T]],
        plus: Callable[[T, T], T],
        told: Callable[[T], Number],
    ) -> tuple[Step, ...]:
        lines: dict[int, Sequence[T]] = {}
        steps = []
        for i, j in self.order(by):
            place = j if wrt == "b" else i
            added = term(i, j)
            lines[place] = [*map(plus, lines[place], added)] if place in lines else added
            steps.append(Step(i, j, tuple(map(told, lines[place]))))
        return tuple(steps)

    def partial_sum(self, wrt: str, by: str, count: int) -> Rows:
        """The running sum after ``count`` terms, in the shape of b (or a)."""
        lines = {step.j if wrt == "b" else step.i: step.line for step in self.ledger(wrt, by)[:count]}
        m, k, n = self.sizes
        zero = (ZERO,) * k
        if wrt == "b":
            return _transpose(tuple(lines.get(j, zero) for j in range(n)))
        return tuple(lines.get(i, zero) for i in range(m))

    def jacobian(self, wrt: str) -> Rows:
        """J[i·n + j, p·n + q] = ∂c_ij/∂b_pq, shape (mn, kn), both flattened by rows as torch does: a ⊗ I_n in blocks.

        With respect to a: J[i·n + j, p·k + q] = ∂c_ij/∂a_pq, shape (mn, mk), in blocks I_m ⊗ bᵀ.
        """
        m, _, n = self.sizes
        return tuple(tuple(_flat(self.derivative(i, j, wrt))) for i in range(m) for j in range(n))

    def grad(self, wrt: str) -> Rows:
        """The sum of all contributions."""
        return self.b_grad if wrt == "b" else self.a_grad

    @property
    def losses(self) -> tuple[str, ...]:
        """The losses (keys of LOSSES) whose backward() passes exactly this v to c."""
        return inducing(self.c, self.v)

    @property
    def error(self) -> float:
        """The largest difference between torch's two gradients and these, against the size of the entries."""
        mine = [n.value for n in _flat((*self.a_grad, *self.b_grad))]
        theirs = _flat((*self.torch.a_grad, *self.torch.b_grad))
        return max(abs(p - q) / max(1.0, abs(p), abs(q)) if p != q else 0.0 for p, q in zip(mine, theirs, strict=True))

    @property
    def agrees(self) -> bool:
        """Whether torch's two gradients are these."""
        return self.error <= 1e-9

    @property
    def agreement(self) -> str:
        """One of "exact", "agree", and "explained", when torch's answer differs by more than rounding."""
        return ("exact" if not self.error else "agree") if self.agrees else "explained"


def multiply(problem: MatmulProblem, a: Rows, b: Rows, v: Rows) -> MatmulExplanation:
    """The explanation of a complete problem whose entries are these numbers: a (m, k), b (k, n), v (m, n)."""
    c = _dot(a, b)
    losses = [LOSSES[name][0] for name in inducing(c, v)]
    torch = autograd.differentiate_matmul(_floats(a), _floats(b), _floats(v), losses)
    return MatmulExplanation(problem, a, b, v, c, _dot(v, _transpose(b)), _dot(_transpose(a), v), torch)


def inducing(c: Rows, v: Rows) -> tuple[str, ...]:
    """The losses (keys of LOSSES) whose backward() passes exactly this v to c."""
    return tuple(name for name, (_, induced) in LOSSES.items() if _floats(induced(c)) == _floats(v))


def derivation(e: MatmulExplanation) -> Transcript:
    """Every ∂c_ij/∂b and ∂c_ij/∂a as SymPy code and what it really printed.

    Raises ProblemError: ``too_large`` above MAX_DERIVED, or what a worker raises.
    """
    m, k, n = e.sizes
    if max(m, k, n) > MAX_DERIVED:
        raise ProblemError("too_large", field="a", rows=m, columns=k, limit=MAX_DERIVED)
    matrices = (e.problem.a, e.problem.b, weights_of(e.problem))
    a, b, v = ([[grammar.constant(text, field="a") for text in row] for row in matrix] for matrix in matrices)
    return worker.derivation(matmul_source(a, b, v))


# ── Small matrices of Numbers ────────────────────────────────────────────────────────────────────────────


def _filled(shape: Rows, entry: Number) -> Rows:
    return ((entry,) * len(shape[0]),) * len(shape)


def _transpose(rows: Rows) -> Rows:
    return tuple(zip(*rows, strict=True))


def _dot(a: Rows, b: Rows) -> Rows:
    columns = _transpose(b)
    return tuple(tuple(reduce(_plus, map(_times, row, column)) for column in columns) for row in a)


# Most matrices hold whole numbers, which need no fractions, roots and multiples of π: several times as fast.


def _integer(n: Number) -> int | None:
    """The number if it is a whole one, and is known to be."""
    exact = n.exact
    if exact is None or exact.r != 1 or exact.k:
        return None
    numerator, denominator = exact.q.as_integer_ratio()
    return numerator if denominator == 1 else None


def _integers(rows: Rows) -> Integers | None:
    """All of them as integers, or None."""
    whole = [[n for entry in row if (n := _integer(entry)) is not None] for row in rows]
    return whole if sum(map(len, whole)) == len(rows) * len(rows[0]) else None


def _times(p: Number, q: Number) -> Number:
    one, other = _integer(p), _integer(q)
    return p * q if one is None or other is None else _number(one * other)


def _plus(p: Number, q: Number) -> Number:
    one, other = _integer(p), _integer(q)
    return p + q if one is None or other is None else _number(one + other)


@lru_cache(maxsize=8192)
def _number(n: int) -> Number:
    return Number(float(n), Exact(Fraction(n)) if n.bit_length() <= MAX_BITS else None)


def _floats(rows: Rows) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(entry.value for entry in row) for row in rows)


def _flat(rows: Sequence[Sequence[T]]) -> list[T]:
    return [entry for row in rows for entry in row]
