"""c = a·b, one small matrix per element: ∂c_ij/∂b weighted by v_ij, and their sum b.grad = aᵀv (a.grad = v bᵀ).

c_ij = Σ_l a_il b_lj holds row i of a as coefficients of column j of b, so ∂c_ij/∂b is 0 but for its column j, which
is row i of a; ∂c_ij/∂a is 0 but for its row i, which is column j of b. Nothing has to be differentiated for that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import add
from typing import NamedTuple, TypeVar, cast

from core.calculus import worker
from core.code.sympy import matmul_source
from core.code.transcript import Transcript
from core.engines import autograd, products
from core.engines.verdict import Verdict
from core.expression.tree import Node
from core.kinds.constants import constant
from core.kinds.matmul.matrices import Integers, dot, flat, float_rows, integers, plus, times, transpose
from core.kinds.matmul.problem import MatmulProblem
from core.kinds.matmul.reading import MatmulReading
from core.kinds.weights import LOSSES, inducing, ordered
from core.maps import Rows, Vector, floats, laid_out
from core.numbers.exact import ZERO, Number, whole
from core.numbers.tints import strengths
from core.problem import ProblemError

MAX_DERIVED = 3  # side up to which SymPy's derivation of every element can still be read

T = TypeVar("T")


class Term(NamedTuple):
    """One term v_ij·∂c_ij/∂b of the running sum; ``line`` is column j of the sum after it (wrt a: row i), length k."""

    i: int
    j: int
    line: Vector


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
            return tuple(map(whole, terms[i][j]))
        return tuple(times(self.v[i][j], entry) for entry in self.factors(i, j, wrt))

    def _whole(self, wrt: str) -> list[Integers] | None:
        """``weighted_factors`` of every i and j in integers, if all are: most are, and those are much faster."""
        return self._whole_b if wrt == "b" else self._whole_a

    @cached_property
    def _whole_b(self) -> list[Integers] | None:
        a, v = integers(self.a), integers(self.v)
        if a is None or v is None:
            return None
        return [[[p * entry for entry in row] for p in weights] for row, weights in zip(a, v, strict=True)]

    @cached_property
    def _whole_a(self) -> list[Integers] | None:
        b, v = integers(transpose(self.b)), integers(self.v)
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
        places = tuple((i, j) for i in range(m) for j in range(n))
        return tuple(places[k] for k in ordered(places, tuple(flat(self.v)), by))

    def ledger(self, wrt: str, by: str = "rows") -> tuple[Term, ...]:
        """The running sum, m·n steps from the first term to b.grad or a.grad. A step changes one line of it."""
        if terms := self._whole(wrt):
            return self._ledger(wrt, by, lambda i, j: terms[i][j], add, whole)
        return self._ledger(wrt, by, lambda i, j: self.weighted_factors(i, j, wrt), plus, lambda n: n)

    def _ledger(
        self,
        wrt: str,
        by: str,
        term: Callable[[int, int], Sequence[T]],
        plus: Callable[[T, T], T],
        told: Callable[[T], Number],
    ) -> tuple[Term, ...]:
        lines: dict[int, Sequence[T]] = {}
        steps = []
        for i, j in self.order(by):
            place = j if wrt == "b" else i
            added = term(i, j)
            lines[place] = [*map(plus, lines[place], added)] if place in lines else added
            steps.append(Term(i, j, tuple(map(told, lines[place]))))
        return tuple(steps)

    def partial_sum(self, wrt: str, by: str, count: int) -> Rows:
        """The running sum after ``count`` terms, in the shape of b (or a)."""
        lines = {step.j if wrt == "b" else step.i: step.line for step in self.ledger(wrt, by)[:count]}
        m, k, n = self.sizes
        zero = (ZERO,) * k
        if wrt == "b":
            return transpose(tuple(lines.get(j, zero) for j in range(n)))
        return tuple(lines.get(i, zero) for i in range(m))

    def jacobian(self, wrt: str) -> Rows:
        """J[i·n + j, p·n + q] = ∂c_ij/∂b_pq, shape (mn, kn), both flattened by rows as torch does: a ⊗ I_n in blocks.

        With respect to a: J[i·n + j, p·k + q] = ∂c_ij/∂a_pq, shape (mn, mk), in blocks I_m ⊗ bᵀ.
        """
        m, _, n = self.sizes
        return tuple(tuple(flat(self.derivative(i, j, wrt))) for i in range(m) for j in range(n))

    def grad(self, wrt: str) -> Rows:
        """The sum of all contributions."""
        return self.b_grad if wrt == "b" else self.a_grad

    @property
    def losses(self) -> tuple[str, ...]:
        """The losses (keys of LOSSES) whose backward() passes exactly this v to c."""
        return inducing(tuple(flat(self.c)), tuple(flat(self.v)))

    @property
    def tints(self) -> tuple[tuple[float, ...], ...]:
        """How strongly each v_ij is tinted: shape (m, n)."""
        return laid_out(strengths(floats(flat(self.v))), len(self.v[0]))

    @cached_property
    def verdict(self) -> Verdict:
        """Torch's gradient and a measured one beside the closed form's."""
        wrt = self.problem.wrt
        theirs = self.torch.b_grad if wrt == "b" else self.torch.a_grad
        a, b, v, total = (float_rows(rows) for rows in (self.a, self.b, self.v, self.grad(wrt)))
        return products.judge(a, b, v, wrt, total, theirs)


def explain(reading: MatmulReading) -> MatmulExplanation:
    """Multiplies and checks what was read without a refusal."""
    assert reading.problem
    a, b, v = (cast(Rows, rows) for rows in (reading.a, reading.b, reading.v))
    c = dot(a, b)
    losses = [LOSSES[name].code.format(c="c") for name in inducing(tuple(flat(c)), tuple(flat(v)))]
    torch = autograd.differentiate_matmul(float_rows(a), float_rows(b), float_rows(v), losses)
    return MatmulExplanation(reading.problem, a, b, v, c, dot(v, transpose(b)), dot(transpose(a), v), torch)


def derivation(e: MatmulExplanation) -> Transcript:
    """Every ∂c_ij/∂b and ∂c_ij/∂a as SymPy code and what it really printed.

    Raises ProblemError: ``too_large`` above MAX_DERIVED, or what a worker raises.
    """
    m, k, n = e.sizes
    if max(m, k, n) > MAX_DERIVED:
        raise ProblemError("too_large", field="a", rows=m, columns=k, limit=MAX_DERIVED)
    return worker.derivation(matmul_source(*constants(e.problem)))


def constants(problem: MatmulProblem) -> list[list[list[Node]]]:
    """a, b and v of a complete problem as trees."""
    matrices = {"a": problem.a, "b": problem.b, "v": problem.v or ()}
    return [[[constant(text, field).node for text in row] for row in rows] for field, rows in matrices.items()]
